/** Scripted turns for the tests of threads. */
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schedule from "effect/Schedule"
import * as Stream from "effect/Stream"
import {
  Codex,
  type CodexError,
  type CodexErrorReason,
  type CodexOptions,
  type Exec,
  type ThreadEvent,
  ThreadId,
  type ThreadItem,
  type Usage
} from "effect-codex"
import { TestExec, type TestScript } from "effect-codex/testing"

/** Codex on a script, and the requests that it got. */
export const scripted = (script: TestScript, codex?: CodexOptions): Layer.Layer<Codex | Exec | TestExec, CodexError> =>
  Codex.layer(codex).pipe(Layer.provideMerge(TestExec.layer(script)))

/** The targets of the requests so far. */
export const targets = Effect.map(
  TestExec.use(({ requests }) => requests),
  (requests) => requests.map(({ target }) => target)
)

/** The prompts of the requests so far. */
export const prompts = Effect.map(
  TestExec.use(({ requests }) => requests),
  (requests) => requests.map(({ prompt }) => prompt)
)

export const started = (threadId = "thread-1"): ThreadEvent => ({
  _tag: "ThreadStarted",
  threadId: ThreadId.make(threadId)
})
export const turnStarted: ThreadEvent = { _tag: "TurnStarted" }
export const completed = (usage?: Usage): ThreadEvent => ({
  _tag: "TurnCompleted",
  ...(usage === undefined ? {} : { usage })
})
export const failed = (message: string): ThreadEvent => ({ _tag: "TurnFailed", error: { message } })
export const notice = (message: string): ThreadEvent => ({ _tag: "ThreadError", message })

export const message = (text: string, id = "item_0"): ThreadItem => ({ _tag: "AgentMessage", id, text })
export const says = (text: string, id?: string): ThreadEvent => ({ _tag: "ItemCompleted", item: message(text, id) })
export const begins = (item: ThreadItem): ThreadEvent => ({ _tag: "ItemStarted", item })
export const ends = (item: ThreadItem): ThreadEvent => ({ _tag: "ItemCompleted", item })

/** As many tokens of every kind. */
export const usage = (tokens: number): Usage => ({
  inputTokens: tokens,
  cachedInputTokens: tokens,
  cacheWriteInputTokens: tokens,
  outputTokens: tokens,
  reasoningOutputTokens: tokens
})

/** One event at a time, as codex prints them. */
export const oneByOne = (...events: ReadonlyArray<ThreadEvent>): Stream.Stream<ThreadEvent> =>
  Stream.rechunk(Stream.fromIterable(events), 1)

/** Events, and then silence. */
export const hanging = (...events: ReadonlyArray<ThreadEvent>): Stream.Stream<ThreadEvent> =>
  Stream.concat(oneByOne(...events), Stream.never)

/** A turn that says when it has begun, and goes on when it is let. */
export const makeGate = Effect.gen(function* () {
  const begun = yield* Deferred.make<void>()
  const open = yield* Deferred.make<void>()
  return {
    /** Waits until the turn has begun. */
    begun: Deferred.await(begun),
    /** Lets it go on. */
    open: Deferred.succeed(open, undefined),
    turn: (before: ReadonlyArray<ThreadEvent>, after: ReadonlyArray<ThreadEvent>): Stream.Stream<ThreadEvent> =>
      oneByOne(...before).pipe(
        Stream.concat(Stream.fromEffectDrain(Deferred.succeed(begun, undefined))),
        Stream.concat(Stream.fromEffectDrain(Deferred.await(open))),
        Stream.concat(oneByOne(...after))
      )
  }
})

/** To retry what finds its thread busy. */
export const whileBusy = {
  while: ({ reason }: CodexError) => reason._tag === "ThreadBusy",
  schedule: Schedule.spaced("50 millis")
}

/** Why an effect failed. */
export const reasonOf = <A, R>(effect: Effect.Effect<A, CodexError, R>): Effect.Effect<CodexErrorReason, A, R> =>
  Effect.map(Effect.flip(effect), ({ reason }) => reason)
