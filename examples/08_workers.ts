/**
 * A supervised pool of workers, which take prompts from a bounded queue. A prompt that kills its worker is reported,
 * the worker starts again, and the others go on. Ctrl-C and SIGTERM end the pool, codex and the agents' commands.
 *
 *   npm run build && node examples/08_workers.ts
 *   npm run build && node examples/08_workers.ts "Wait for the deployment"     and then Ctrl-C
 *
 * Each worker has its own copy of the repository, as agents that share a directory get in each other's way. It starts a
 * thread for each prompt, since the prompts have nothing to do with each other. For a worker that remembers what it
 * did, start the thread once, where the copy is made.
 */
import { NodeRuntime } from "@effect/platform-node"
import { Codex, type CodexError } from "effect-codex"
import { type ModelReply, type ModelScript, promptOf, reply, replyFailed, shellCommand } from "effect-codex/testing"
import * as Cause from "effect/Cause"
import * as Console from "effect/Console"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Queue from "effect/Queue"
import * as Schedule from "effect/Schedule"
import * as Stdio from "effect/Stdio"
import { temporaryRepository } from "./support/git.ts"
import { offline } from "./support/offline.ts"

/** Of a failed turn or a defect. */
class WorkerDied extends Data.TaggedError("WorkerDied")<{
  readonly prompt: string
  readonly cause: Cause.Cause<CodexError>
}> {}

type Prompts = Queue.Dequeue<string, Cause.Done>

/** Works until there are no more prompts. Its copy goes with it, as a failed turn may leave half a change there. */
const worker = Effect.fn("worker")(function* (name: string, prompts: Prompts) {
  const codex = yield* Codex
  const workingDirectory = yield* temporaryRepository({ "notes.md": "# Notes\n" })
  yield* Console.log(`${name}: starts with a fresh copy`)

  const work = Effect.fn("work")(function* (prompt: string) {
    const thread = yield* codex.startThread({ workingDirectory, sandboxMode: "danger-full-access" })
    const turn = yield* thread.run(prompt, { timeout: "10 minutes" })
    yield* Console.log(`${name}: ${prompt} ${turn.finalResponse}`)
  })

  // One at a time. `Stream.fromQueue` takes all that are there, and they would be lost with the worker.
  return yield* Queue.take(prompts).pipe(
    Effect.tap((prompt) =>
      work(prompt).pipe(
        Effect.onInterrupt(() => Console.log(`${name}: ${prompt} (interrupted)`)),
        Effect.catchCause((cause) => new WorkerDied({ prompt, cause }))
      )
    ),
    Effect.forever,
    Effect.catchTag("Done", () => Effect.void)
  )
}, Effect.scoped)

// Without an end, because each death costs a prompt. What keeps a worker from starting ends the program.
const restarts = Schedule.min([Schedule.exponential("50 millis"), Schedule.spaced("10 seconds")])

const supervised = (name: string, prompts: Prompts) =>
  worker(name, prompts).pipe(
    Effect.tapErrorTag("WorkerDied", ({ cause, prompt }) =>
      Console.log(`${name}: ${prompt} (died: ${Cause.prettyErrors(cause).join(", ")})`)
    ),
    Effect.retry({ while: (error) => error._tag === "WorkerDied", schedule: restarts })
  )

const program = Effect.gen(function* () {
  const stdio = yield* Stdio.Stdio
  const given = yield* stdio.args
  const prompts = yield* Queue.bounded<string, Cause.Done>(2)

  // Waits while the queue is full.
  yield* Queue.offerAll(prompts, given.length === 0 ? Object.keys(replies) : given).pipe(
    Effect.andThen(Queue.end(prompts)),
    Effect.forkChild
  )
  yield* Effect.forEach(["worker 1", "worker 2"], (name) => supervised(name, prompts), {
    concurrency: "unbounded",
    discard: true
  })
  yield* Console.log("All prompts are done.")
})

const replies: Readonly<Record<string, ModelReply>> = {
  "What is here?": reply("Some notes."),
  "Is there a test?": reply("No."),
  "Read every file ever written.": replyFailed({ code: "context_length_exceeded" }),
  "Who wrote the notes?": reply("I can't tell."),
  "Is there a license?": reply("No."),
  "Can I delete this?": reply("I wouldn't.")
}

const script: ModelScript = (request) =>
  replies[promptOf(request)] ?? reply(shellCommand("sleep 300", { login: false }))

program.pipe(Effect.provide(offline(script)), NodeRuntime.runMain)
