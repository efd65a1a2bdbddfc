/** A server as a child process of this one. */
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import type * as Path from "effect/Path"
import * as Result from "effect/Result"
import type * as Scope from "effect/Scope"
import { ChildProcessSpawner } from "effect/process/ChildProcessSpawner"
import type { CodexError, CodexErrorReason } from "../../CodexError.ts"
import { childEnvironment, codexArguments } from "../../internal/commandLine.ts"
import { configVariable } from "../../internal/configVariable.ts"
import { findExecutable, hostSearch, hostVariable } from "../../internal/executable.ts"
import { checkDirectory } from "../../internal/turnFiles.ts"
import { makeStderrLog } from "../../internal/processTelemetry.ts"
import type { LineTransport } from "./rpc.ts"
import type { ServerSettings } from "./server.ts"
import { startServer } from "./stdio.ts"

/** What only a local server needs. */
export interface LocalSettings {
  readonly codexPath: string | undefined
  readonly stderrTailBytes: number
}

/** Finds codex, and gives what starts it. */
export const localServer = Effect.fnUntraced(function* (
  settings: ServerSettings,
  local: LocalSettings
): Effect.fn.Return<
  Effect.Effect<LineTransport, CodexErrorReason, Scope.Scope>,
  CodexError,
  ChildProcessSpawner | FileSystem.FileSystem | Path.Path
> {
  const spawner = yield* ChildProcessSpawner
  const fs = yield* FileSystem.FileSystem
  const executable = yield* findExecutable(yield* hostSearch(local.codexPath, yield* configVariable("CODEX_PATH")))
  const { codex } = settings
  return Effect.gen(function* () {
    if (codex.codexHome !== undefined) yield* checkDirectory("codexHome", codex.codexHome)
    const args = codexArguments(codex)
    if (Result.isFailure(args)) return yield* args.failure
    return yield* startServer({
      ...settings,
      ...local,
      executable,
      args: ["app-server", ...args.success, ...keyInMemory(codex.apiKey !== undefined)],
      ...childEnvironment(codex, executable.pathDirectories, hostVariable),
      stderrLog: yield* makeStderrLog(() => settings.prompts.hideLines),
      redact: settings.prompts.redact
    })
  }).pipe(Effect.provideService(ChildProcessSpawner, spawner), Effect.provideService(FileSystem.FileSystem, fs))
})

// The key is told to the server, which would write it into CODEX_HOME otherwise (codex 0.169).
const keyInMemory = (hasKey: boolean): ReadonlyArray<string> =>
  hasKey ? ["--config", 'cli_auth_credentials_store="ephemeral"'] : []
