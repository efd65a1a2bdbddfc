/** The real `codex app-server` on a WebSocket, on a scripted model. */
import { NodeHttpServer, NodeServices } from "@effect/platform-node"
import { type ModelScript, ScriptedModel } from "effect-codex/testing"
import * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Layer from "effect/Layer"
import * as ChildProcess from "effect/process/ChildProcess"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import * as Stream from "effect/Stream"
import { createServer } from "node:http"
import { codexArguments } from "../../src/internal/commandLine.ts"
import { findExecutable, hostSearch } from "../../src/internal/executable.ts"
import { NoLeaks } from "./noLeaks.ts"
import { Workspace } from "./realCodex.ts"

/** Starts servers. */
export class ListeningCodex extends Context.Service<
  ListeningCodex,
  {
    readonly token: Redacted.Redacted<string>
    /** Starts a server in the current scope, on a port of its choice if none is given. */
    readonly start: (port?: string) => ReturnType<typeof startServer>
  }
>()("test/ListeningCodex") {}

const token = Redacted.make("capability-token-of-the-test")

const startServer = Effect.fnUntraced(function* (port: string) {
  const fs = yield* FileSystem.FileSystem
  const { codexOptions } = yield* ScriptedModel
  const { directory, env } = yield* Workspace
  const { path } = yield* findExecutable(yield* hostSearch(undefined, undefined))
  const tokenFile = yield* fs.makeTempFileScoped()
  yield* fs.writeFileString(tokenFile, `${Redacted.value(token)}\n`)
  const listen = ["--listen", `ws://127.0.0.1:${port}`, "--ws-auth", "capability-token", "--ws-token-file", tokenFile]
  const settings = Result.getOrThrow(codexArguments(codexOptions))
  const server = yield* ChildProcess.make(path, ["app-server", ...settings, ...listen], {
    cwd: directory,
    env: {
      ...codexOptions.env,
      ...env,
      CODEX_HOME: codexOptions.codexHome,
      CODEX_API_KEY: Redacted.value(codexOptions.apiKey),
      NO_COLOR: "1"
    },
    extendEnv: true,
    killSignal: "SIGTERM",
    forceKillAfter: "3 seconds"
  })
  const url = yield* Deferred.make<string>()
  yield* server.stderr.pipe(
    Stream.decodeText,
    Stream.splitLines,
    Stream.runForEach((line) => {
      const found = /listening on: (ws:\S+)/.exec(line)?.[1]
      return found === undefined ? Effect.void : Deferred.succeed(url, found)
    }),
    Effect.forkScoped
  )
  return {
    url: yield* Deferred.await(url),
    /** Kills it, and waits until it is gone. */
    kill: Effect.andThen(Effect.ignore(server.kill({ killSignal: "SIGKILL" })), Effect.ignore(server.exitCode))
  }
})

/** Everything for a test that starts servers. */
export const listeningCodex = (script: ModelScript) => {
  const Http = NodeHttpServer.layerServer(createServer, { port: 0, host: "127.0.0.1" })
  const Model = ScriptedModel.layer(script).pipe(Layer.provide(Http))
  return Layer.succeed(ListeningCodex, { token, start: (port = "0") => startServer(port) }).pipe(
    Layer.provideMerge(Layer.mergeAll(Model, Workspace.layer)),
    Layer.provideMerge(NoLeaks.layer),
    Layer.provideMerge(NodeServices.layer)
  )
}
