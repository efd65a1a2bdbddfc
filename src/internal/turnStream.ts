/**
 * The rules of a turn's outcome and its time limits, over the events of whatever transport.
 *
 * Every event is passed on in order. After `TurnFailed` the stream fails with that reason, and a stream that ends without
 * the turn's end fails with `TurnIncomplete`. Once the turn has ended, no limit takes it back.
 */
import type * as Arr from "effect/Array"
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Pull from "effect/Pull"
import * as Stream from "effect/Stream"
import { CodexError, TimeoutError, TurnIncomplete } from "../CodexError.ts"
import type { TurnOptions } from "../CodexOptions.ts"
import type { ThreadEvent, ThreadId } from "../ThreadEvent.ts"
import { turnFailed } from "./failures.ts"

type EventPull = Pull.Pull<Arr.NonEmptyReadonlyArray<ThreadEvent>, CodexError>

/** Applies the rules; `observe` sees each event before the consumer does. */
export const superviseTurn = (
  events: Stream.Stream<ThreadEvent, CodexError>,
  limits: Pick<TurnOptions, "timeout" | "idleTimeout">,
  observe: (event: ThreadEvent) => void
): Stream.Stream<ThreadEvent, CodexError> =>
  Stream.unwrap(
    Effect.gen(function* () {
      const pull = yield* Stream.toPull(events)
      const startedAt = yield* Clock.currentTimeMillis
      const timeout = finiteMillis(limits.timeout)
      const idleTimeout = finiteMillis(limits.idleTimeout)
      let ending: ThreadEvent | undefined
      let threadId: ThreadId | undefined
      let waitedForNetwork = false
      let isWarned = false

      const watch = (batch: Arr.NonEmptyReadonlyArray<ThreadEvent>): void => {
        for (const event of batch) {
          observe(event)
          waitedForNetwork = false
          switch (event._tag) {
            case "ThreadStarted":
              threadId = event.threadId
              break
            case "ThreadError":
              waitedForNetwork = /waiting for network/i.test(event.message)
              break
            case "TurnCompleted":
            case "TurnFailed":
              ending ??= event
          }
        }
      }

      const limited: EventPull = Effect.suspend(() => {
        if (ending !== undefined || (timeout === undefined && idleTimeout === undefined)) return pull
        return Effect.flatMap(Clock.currentTimeMillis, (now) => {
          const left = timeout === undefined ? Number.POSITIVE_INFINITY : timeout - (now - startedAt)
          const limit = idleTimeout !== undefined && idleTimeout < left ? "idleTimeout" : "timeout"
          return Effect.timeoutOrElse(pull, {
            duration: Duration.millis(Math.max(0, Math.min(left, idleTimeout ?? left))),
            orElse: () => {
              const milliseconds = (limit === "timeout" ? timeout : idleTimeout) ?? 0
              return Effect.fail(
                new CodexError({
                  reason: new TimeoutError({ limit, milliseconds, ...(waitedForNetwork ? { waitedForNetwork } : {}) })
                })
              )
            }
          })
        })
      })

      const judged: EventPull = Pull.matchEffect(limited, {
        onSuccess: (batch) => {
          watch(batch)
          if (!waitedForNetwork || isWarned) return Effect.succeed(batch)
          isWarned = true
          return Effect.as(warnOfNetwork, batch)
        },
        onFailure: Effect.failCause,
        onDone: (done): EventPull => {
          if (ending?._tag === "TurnCompleted") return Cause.done(done)
          const reason =
            ending?._tag === "TurnFailed"
              ? turnFailed(ending.error.message)
              : new TurnIncomplete({ description: "the events ended before the turn did" })
          return Effect.fail(new CodexError({ reason }))
        }
      })
      return Stream.mapError(Stream.fromPull(Effect.succeed(judged)), (error) =>
        threadId === undefined || error.threadId !== undefined
          ? error
          : new CodexError({
              reason: error.reason,
              threadId,
              ...(error.items === undefined ? {} : { items: error.items })
            })
      )
    })
  )

// Whoever runs a turn without looking at its events would see nothing at all.
const warnOfNetwork = Effect.logWarning(
  "codex can not reach the model and waits for the network, for ever unless the turn has a timeout or an idleTimeout"
)

/** An infinite limit is none. */
const finiteMillis = (limit: Duration.Input | undefined): number | undefined => {
  const duration = limit === undefined ? Duration.infinity : Duration.fromInputUnsafe(limit)
  return Duration.isFinite(duration) ? Duration.toMillis(duration) : undefined
}
