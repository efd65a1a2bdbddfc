/**
 * A scripted `Exec`, for the tests of applications.
 *
 * It takes the place of `Exec.layer()` and nothing else changes: threads, outcomes, time limits and structured output
 * work on it as they do on codex. It keeps the requests that it got.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Ref from "effect/Ref"
import * as Stream from "effect/Stream"
import type { CodexError } from "../CodexError.ts"
import { Exec, type ExecRequest } from "../Exec.ts"
import { type ThreadEvent, ThreadId, type Usage } from "../ThreadEvent.ts"
import type { ThreadItem } from "../ThreadItem.ts"

/**
 * What one turn does: the agent's final message, the exact events, or a Stream of them, which may fail, wait or never
 * end. Events are given to the thread as they are: without a `TurnCompleted` the turn fails with `TurnIncomplete`.
 */
export type TestTurn = string | ReadonlyArray<ThreadEvent> | Stream.Stream<ThreadEvent, CodexError>

/** One turn for each request in order, or a function of the request. A request beyond the end is a defect. */
export type TestScript = ReadonlyArray<TestTurn> | ((request: ExecRequest, index: number) => TestTurn)

/** What a scripted turn has besides its final message. */
export interface TestTurnOptions {
  /** Default: `test-thread`. A turn that is scripted as a string goes on with the thread that is resumed. */
  readonly threadId?: string | undefined
  /** Items that complete before the final message. */
  readonly items?: ReadonlyArray<ThreadItem> | undefined
  /** The thread's usage so far, as codex reports it. Default: none. */
  readonly usage?: Usage | undefined
}

/** The requests that a scripted `Exec` got. */
export class TestExec extends Context.Service<
  TestExec,
  {
    /** Every request so far, in order. */
    readonly requests: Effect.Effect<ReadonlyArray<ExecRequest>>
  }
>()("effect-codex/testing/TestExec") {
  /** An `Exec` that plays the script. */
  static readonly layer = (script: TestScript): Layer.Layer<Exec | TestExec> =>
    Layer.effectContext(
      Effect.gen(function* () {
        const requests = yield* Ref.make<ReadonlyArray<ExecRequest>>([])
        const run = (request: ExecRequest) =>
          Stream.unwrap(
            Effect.gen(function* () {
              const index = (yield* Ref.getAndUpdate(requests, (all) => [...all, request])).length
              const turn = typeof script === "function" ? script(request, index) : script[index]
              if (turn === undefined) {
                return yield* Effect.die(new Error(`TestExec: no turn is scripted for request ${index + 1}`))
              }
              return toStream(turn, request)
            })
          )
        return Context.make(Exec, { run }).pipe(Context.add(TestExec, { requests: Ref.get(requests) }))
      })
    )

  /** The events of an ordinary turn that ends with a message. */
  static readonly turn = (finalResponse: string, options: TestTurnOptions = {}): ReadonlyArray<ThreadEvent> => [
    { _tag: "ThreadStarted", threadId: ThreadId.make(options.threadId ?? "test-thread") },
    { _tag: "TurnStarted" },
    ...(options.items ?? []).map((item): ThreadEvent => ({ _tag: "ItemCompleted", item })),
    { _tag: "ItemCompleted", item: { _tag: "AgentMessage", id: "item_final", text: finalResponse } },
    { _tag: "TurnCompleted", ...(options.usage === undefined ? {} : { usage: options.usage }) }
  ]
}

const toStream = (turn: TestTurn, { target }: ExecRequest): Stream.Stream<ThreadEvent, CodexError> => {
  if (typeof turn === "string") {
    return Stream.fromIterable(TestExec.turn(turn, target._tag === "Resume" ? { threadId: target.threadId } : {}))
  }
  return Stream.isStream(turn) ? turn : Stream.fromIterable(turn)
}
