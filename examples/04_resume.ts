/**
 * Keeps a thread's id, resumes the thread in a later program, and forks it.
 *
 *   npm run build && node examples/04_resume.ts
 */
import { NodeRuntime } from "@effect/platform-node"
import { Codex, Exec } from "effect-codex"
import { type ModelScript, promptOf, reply } from "effect-codex/testing"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Layer from "effect/Layer"
import * as Path from "effect/Path"
import { codexOnModel, offlineModel, Workspace } from "./support/offline.ts"

const CodexLive = codexOnModel.pipe(Layer.provide(Exec.layer()))

const idFile = Effect.gen(function* () {
  const path = yield* Path.Path
  return path.join((yield* Workspace).directory, "thread-id")
})

const first = Effect.gen(function* () {
  const codex = yield* Codex
  const fs = yield* FileSystem.FileSystem
  const { directory } = yield* Workspace
  const thread = yield* codex.startThread({ workingDirectory: directory })

  const turn = yield* thread.run("The code word is teapot.")
  yield* Console.log(`first:  ${turn.finalResponse}`)
  yield* fs.writeFileString(yield* idFile, turn.threadId)
}).pipe(Effect.provide(CodexLive))

const later = Effect.gen(function* () {
  const codex = yield* Codex
  const fs = yield* FileSystem.FileSystem
  const { directory } = yield* Workspace
  const id = yield* fs.readFileString(yield* idFile)

  const thread = yield* codex.resumeThread(id, { workingDirectory: directory })
  const turn = yield* thread.run("What is the code word?")
  yield* Console.log(`later:  ${turn.finalResponse} ${turn.threadId === id ? "(same thread)" : "(another thread)"}`)

  // The fork knows what the thread knows; the thread does not know what the fork is told.
  const fork = yield* codex.forkThread(id, { workingDirectory: directory })
  const forked = yield* fork.run("What is the code word?")
  yield* Console.log(`fork:   ${forked.finalResponse} ${forked.threadId === id ? "(same thread)" : "(another thread)"}`)

  const last = yield* codex.resumeThread("0199a213-81c0-7800-8aa1-bbab2a035a53", { workingDirectory: directory })
  yield* last.run("Are you there?").pipe(
    Effect.asVoid,
    Effect.catchReason("CodexError", "ThreadNotFound", (reason) => Console.log(`other:  ${reason.message}`))
  )
}).pipe(Effect.provide(CodexLive))

// The model knows only what codex sends: it finds the code word if the thread's history is there.
const script: ModelScript = (request) => {
  if (promptOf(request) !== "What is the code word?") return reply("I'll remember it.")
  const history = JSON.stringify(request.body.input)
  return reply(history.includes("teapot") ? "The code word is teapot." : "I don't know any code word.")
}

// Both programs build codex anew. What they share is the directory where codex keeps its threads (CODEX_HOME).
Effect.andThen(first, later).pipe(Effect.provide(offlineModel(script)), NodeRuntime.runMain)
