/**
 * Tries a turn again while it may still succeed, and gives up at once when it can not.
 *
 *   npm run build && node examples/07_retry.ts
 *
 * codex itself first repeats a request that failed. If that does not help, the turn fails, and a retry runs all of it
 * again: the agent may have changed files before. On the same thread it sees what it did, and gets the prompt once
 * more. To let it begin anew, put `startThread` inside of what is retried; the files stay as they are all the same.
 */
import { NodeRuntime } from "@effect/platform-node"
import { Codex, type CodexError } from "effect-codex"
import { reply, replyError } from "effect-codex/testing"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import { offline, Workspace } from "./support/offline.ts"

// Short, for the example: a service that is overloaded wants some seconds.
const backoff = Schedule.exponential("100 millis").pipe(Schedule.jittered)

const ask = Effect.fn("ask")(function* (prompt: string) {
  const codex = yield* Codex
  const { directory } = yield* Workspace
  const thread = yield* codex.startThread({ workingDirectory: directory })

  // Without a time limit codex waits for a lost network for ever, and nothing fails that could be retried.
  const turn = yield* thread
    .run(prompt, { timeout: "10 minutes" })
    .pipe(
      Effect.tapError(reportAttempt),
      Effect.retry({ while: (error) => error.isRetryable, schedule: backoff, times: 4 })
    )
  return turn.finalResponse
})

const reportAttempt = Effect.fnUntraced(function* (error: CodexError) {
  const { attempt: retries } = yield* Schedule.CurrentMetadata
  yield* Console.log(`  attempt ${retries + 1}: ${error.message}`)
})

const answer = (prompt: string) =>
  Console.log(prompt).pipe(
    Effect.andThen(ask(prompt)),
    Effect.flatMap((text) => Console.log(`  answer: ${text}`)),
    Effect.catchTag("CodexError", ({ isRetryable }) =>
      Console.log(`  gave up: ${isRetryable ? "it failed too often" : "it would fail again"}`)
    )
  )

const program = Effect.andThen(answer("Is the build green?"), answer("And the tests?"))

const overloaded = replyError(503, { code: "server_is_overloaded" })

// codex's own retries are off here: ScriptedModel sets `request_max_retries` and `stream_max_retries` to 0.
const script = [overloaded, overloaded, reply("It is green."), replyError(429, { type: "usage_limit_reached" })]

program.pipe(Effect.provide(offline(script)), NodeRuntime.runMain)
