/**
 * The same program over both transports: a process for each turn (`codex exec`), and one long-lived server
 * (`codex app-server`). The layers differ in one line; the program knows of neither.
 *
 *   npm run build && node examples/14_transports.ts
 */
import { NodeRuntime } from "@effect/platform-node"
import { Codex, Exec } from "effect-codex"
import { AppServer } from "effect-codex/app-server"
import { promptOf, reply, ScriptedModel, shellCommand } from "effect-codex/testing"
import * as Clock from "effect/Clock"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { offlineModel, Workspace } from "./support/offline.ts"

const program = Effect.gen(function* () {
  const codex = yield* Codex
  const { directory } = yield* Workspace
  const thread = yield* codex.startThread({ workingDirectory: directory, sandboxMode: "danger-full-access" })
  for (const prompt of ["Which files are here?", "And what is in it?", "Thanks"]) {
    const startedAt = yield* Clock.currentTimeMillis
    const { finalResponse, usage } = yield* thread.run(prompt)
    const milliseconds = (yield* Clock.currentTimeMillis) - startedAt
    yield* Console.log(`  ${prompt} ${finalResponse} (${usage?.inputTokens} tokens in, ${milliseconds} ms)`)
  }
})

// With your own login it is `Codex.layer()` and `AppServer.layer()`.
const CodexLive = (transport: "exec" | "app-server") =>
  Layer.unwrap(
    ScriptedModel.useSync(({ codexOptions }) =>
      transport === "exec" ? Codex.layer(codexOptions).pipe(Layer.provide(Exec.layer())) : AppServer.layer(codexOptions)
    )
  )

const Offline = offlineModel(
  (request) => {
    if (request.body.input.at(-1)?.type === "function_call_output") return reply("Only notes.md.")
    switch (promptOf(request)) {
      case "Which files are here?":
        return reply(shellCommand("ls", { login: false }))
      case "And what is in it?":
        return reply("Notes.")
      default:
        return reply("You are welcome.")
    }
  },
  { "notes.md": "# Notes\n" }
)

Effect.gen(function* () {
  for (const transport of ["exec", "app-server"] as const) {
    yield* Console.log(`codex ${transport}`)
    yield* Effect.provide(program, CodexLive(transport))
  }
}).pipe(Effect.provide(Offline), NodeRuntime.runMain)
