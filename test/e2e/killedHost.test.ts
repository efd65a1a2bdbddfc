import { fileURLToPath } from "node:url"
import { assert, describe, it } from "@effect/vitest"
import { reply, ScriptedModel, shellCommand } from "effect-codex/testing"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as ChildProcess from "effect/process/ChildProcess"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import { realCodex, Workspace } from "../support/realCodex.ts"

const program = fileURLToPath(new URL("../support/streamingHost.ts", import.meta.url))

/** Starts a host, and kills it when its agent runs a command. What its turn needs on disk goes to `temporary`. */
const killHost = Effect.fnUntraced(function* (temporary: string) {
  const { codexOptions } = yield* ScriptedModel
  const { env, options } = yield* Workspace
  const { apiKey, ...codex } = codexOptions
  const settings = JSON.stringify({
    codex: { ...codex, env: { ...codex.env, ...env, CODEX_API_KEY: Redacted.value(apiKey) } },
    thread: { ...options, disable: ["shell_snapshot"] }
  })
  const host = yield* ChildProcess.make(process.execPath, [program, settings], {
    env: { TMPDIR: temporary },
    extendEnv: true,
    stderr: "inherit",
    // The turn belongs to another process group.
    killSignal: "SIGKILL"
  })
  yield* host.stdout.pipe(
    Stream.decodeText,
    Stream.splitLines,
    Stream.takeUntil((event) => event === "ItemStarted"),
    Stream.runDrain
  )
  yield* host.kill({ killSignal: "SIGKILL" })
})

describe("a host that is killed with SIGKILL", () => {
  const wait = "until [ -e stop ]; do read -t 0.05 <> <(:); done"
  const command = `bash -c '${wait}; : child' & ${wait}; : parent`

  it.live("leaves codex and its commands until codex's next event, and the output schema's folder", () =>
    Effect.gen(function* () {
      const answer = yield* Deferred.make<void>()
      yield* Effect.gen(function* () {
        const fs = yield* FileSystem.FileSystem
        const { marker } = yield* Workspace
        const temporary = yield* fs.makeTempDirectoryScoped()
        yield* killHost(temporary)
        const left = yield* marker.processes
        for (const part of ["--experimental-json", ": parent", ": child"]) {
          assert.isTrue(
            left.some((process) => process.includes(part)),
            `${part} goes on`
          )
        }
        const folders = (yield* fs.readDirectory(temporary)).filter((name) => name.startsWith("effect-codex-"))
        assert.lengthOf(folders, 1)
        // The model's answer is codex's next event, for which there is no reader.
        yield* Deferred.succeed(answer, undefined)
        yield* marker.assertNothingLeft
      }).pipe(
        Effect.provide(
          realCodex(({ index }) =>
            index === 0
              ? reply(shellCommand(command, { login: false, yieldTimeMs: 250 }))
              : Effect.as(Deferred.await(answer), reply("an answer that nobody reads"))
          )
        )
      )
    })
  )
})
