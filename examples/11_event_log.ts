/**
 * Persists every event of every thread as JSON lines, without touching the code that runs the turns: an `EventTap` beside
 * `Codex.layer`, and a fiber that appends what it hears to a file.
 *
 *   npm run build && node examples/11_event_log.ts [FILE]
 */
import { NodeRuntime } from "@effect/platform-node"
import { Codex, EventTap, Exec, type TapEntry } from "effect-codex"
import { promptOf, reply, shellCommand } from "effect-codex/testing"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as FileSystem from "effect/FileSystem"
import * as Layer from "effect/Layer"
import * as Path from "effect/Path"
import * as Stdio from "effect/Stdio"
import * as Stream from "effect/Stream"
import { codexOnModel, offlineModel, Workspace } from "./support/offline.ts"

const toLine = (entry: TapEntry): string => {
  const error = entry._tag === "TurnEnded" && entry.error !== undefined ? { error: entry.error.message } : {}
  return `${JSON.stringify({ ...entry, at: new Date(entry.at), ...error })}\n`
}

/** Appends what is heard to a file, until so many turns have ended. What comes together is written together. */
const logEvents = Effect.fn("logEvents")(function* (file: string, turns: number) {
  const fs = yield* FileSystem.FileSystem
  const tap = yield* EventTap
  let ended = 0
  yield* tap.entries.pipe(
    Stream.takeUntil((entry) => entry._tag === "TurnEnded" && ++ended === turns),
    Stream.mapArray((entries) => [entries.map(toLine).join("")]),
    Stream.runForEach((lines) => fs.writeFileString(file, lines, { flag: "a" }))
  )
})

/** The application knows nothing of the log. */
const application = Effect.gen(function* () {
  const codex = yield* Codex
  const { directory } = yield* Workspace
  yield* Effect.forEach(
    ["What is here?", "Who wrote it?"],
    (prompt) =>
      Effect.gen(function* () {
        const thread = yield* codex.startThread({ workingDirectory: directory, sandboxMode: "danger-full-access" })
        yield* Effect.ignore(thread.run(prompt))
      }),
    { concurrency: 2 }
  )
})

const program = Effect.gen(function* () {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const [named] = yield* Stdio.Stdio.use((stdio) => stdio.args)
  const file = named ?? path.join(yield* fs.makeTempDirectoryScoped({ prefix: "effect-codex-" }), "events.jsonl")

  // Listening before the first turn begins.
  const log = yield* Effect.forkChild(logEvents(file, 2), { startImmediately: true })
  yield* application
  yield* Fiber.join(log)

  const lines = (yield* fs.readFileString(file)).trim().split("\n")
  yield* Console.log(`${lines.length} entries in ${file}, such as`)
  yield* Console.log([...lines.slice(0, 2), ...lines.slice(-1)].map((line) => `  ${line.slice(0, 110)}`).join("\n"))
})

const CodexWithTap = codexOnModel.pipe(Layer.provide(Exec.layer()), Layer.provideMerge(EventTap.layer()))

const Offline = offlineModel((request) =>
  request.body.input.at(-1)?.type === "function_call_output"
    ? reply(`An answer to: ${promptOf(request)}`)
    : reply(shellCommand("ls", { login: false }))
)

program.pipe(Effect.scoped, Effect.provide(CodexWithTap.pipe(Layer.provideMerge(Offline))), NodeRuntime.runMain)
