/**
 * EventTap: what an application hears of all turns of all threads, without owning their streams.
 *
 * Provide `EventTap.layer()` to `Codex.layer()`, and every turn tells it what happens. Nobody can slow a turn down that
 * way: what a subscriber does not take in time is dropped, the oldest first, and the numbers of the entries show it.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as PubSub from "effect/PubSub"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import type { CodexError } from "./CodexError.ts"
import { checkOptions } from "./internal/checkOptions.ts"
import { positiveInteger } from "./internal/optionSchemas.ts"
import { orFail } from "./internal/orFail.ts"
import type { ThreadEvent, ThreadId } from "./ThreadEvent.ts"

/**
 * How a turn ended: `abandoned` if its stream was left before its end, `interrupted` if its fiber was.
 */
export type TurnOutcome = "completed" | "failed" | "interrupted" | "abandoned"

/** What happened in a turn. */
export type TurnHappening =
  | { readonly _tag: "TurnBegan" }
  | { readonly _tag: "TurnEvent"; readonly event: ThreadEvent }
  | { readonly _tag: "TurnEnded"; readonly outcome: TurnOutcome; readonly error?: CodexError | undefined }

/** One entry of the tap. */
export type TapEntry = TurnHappening & {
  /** Place among all entries, from 0. A gap is what this subscriber was too slow for. */
  readonly sequence: number
  /** Which turn, from 0, among all of the tap. */
  readonly turn: number
  /** Absent until codex has named the thread. */
  readonly threadId?: ThreadId | undefined
  /** Milliseconds since 1970. */
  readonly at: number
}

/** Options of `EventTap.layer`. */
export const EventTapOptions = Schema.Struct({
  /** How many entries wait for the slowest subscriber, before the oldest are dropped: up to 1,000,000. Default: 4096. */
  capacity: Schema.optional(positiveInteger.check(Schema.isLessThanOrEqualTo(1_000_000)))
})
export interface EventTapOptions extends Schema.Schema.Type<typeof EventTapOptions> {}

/** Hears of every turn. */
export class EventTap extends Context.Service<
  EventTap,
  {
    /**
     * Everything from now on, until the tap's layer is closed. Each subscriber gets all of it. To miss nothing, subscribe
     * before the turn: `Stream.toPull`, or a fiber that was forked with `startImmediately`.
     */
    readonly entries: Stream.Stream<TapEntry>
    /** Announces a turn. What it returns is told what happens in the turn, and never waits. `Codex` calls it. */
    readonly beginTurn: () => (happening: TurnHappening, at: number, threadId: ThreadId | undefined) => void
  }
>()("effect-codex/EventTap") {
  /** A tap with a buffer of its own. Fails with `InvalidOptions`. */
  static readonly layer = (options: EventTapOptions = {}): Layer.Layer<EventTap, CodexError> =>
    Layer.effect(
      EventTap,
      Effect.gen(function* () {
        const { capacity = 4096 } = yield* orFail(checkOptions(EventTapOptions, options))
        const hub = yield* Effect.acquireRelease(PubSub.sliding<TapEntry>(capacity), PubSub.shutdown)
        let sequence = 0
        let turns = 0
        const publish = (entry: TapEntry): void => {
          if (PubSub.publishUnsafe(hub, entry)) return
          hub.pubsub.slide()
          PubSub.publishUnsafe(hub, entry)
        }
        return EventTap.of({
          entries: Stream.fromPubSub(hub),
          beginTurn: () => {
            const turn = turns++
            return (happening, at, threadId) =>
              publish({ ...happening, sequence: sequence++, turn, at, ...(threadId === undefined ? {} : { threadId }) })
          }
        })
      })
    )
}
