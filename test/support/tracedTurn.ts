/** Turns with a tracer that remembers. */
import { Codex, type CodexError, type CodexOptions, type Thread, type ThreadEvent, type ThreadItem } from "effect-codex"
import type { TestScript } from "effect-codex/testing"
import * as Effect from "effect/Effect"
import { makeRecorder } from "./spans.ts"
import { begins, completed, ends, says, scripted, started, turnStarted, usage } from "./turns.ts"

export const command = (status: string, exitCode?: number): ThreadItem => ({
  _tag: "CommandExecution",
  id: "item_1",
  command: "cat secret.txt",
  aggregatedOutput: "the secret output",
  status,
  ...(exitCode === undefined ? {} : { exitCode })
})

export const whole: ReadonlyArray<ThreadEvent> = [
  started(),
  turnStarted,
  begins(command("in_progress")),
  ends(command("completed", 0)),
  says("the secret answer"),
  completed(usage(7))
]

/** Runs something on a new thread, under a span of the application's. */
export const traced = (
  script: TestScript,
  use: (thread: Thread["Service"]) => Effect.Effect<unknown, CodexError>,
  codex?: CodexOptions
) =>
  Effect.gen(function* () {
    const recorder = makeRecorder()
    yield* Effect.gen(function* () {
      const thread = yield* (yield* Codex).startThread({ model: "gpt-5.5", sandboxMode: "read-only" })
      return yield* Effect.exit(use(thread))
    }).pipe(Effect.withSpan("application"), recorder.record, Effect.provide(scripted(script, codex)))
    return recorder
  })

/** Everything that the spans hold, as JSON. */
export const textsOf = ({ spans }: ReturnType<typeof makeRecorder>): string =>
  JSON.stringify(spans.map(({ attributes, events }) => [[...attributes], events.map(([, , more]) => more)]))
