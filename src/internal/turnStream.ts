/**
 * The rules of a turn's outcome and its time limits, over the events of whatever transport.
 *
 * Every event is passed on in order. After `TurnFailed` the stream fails with that reason, and a stream that ends without
 * the turn's end fails with `TurnIncomplete`. Once the turn has ended, no limit takes it back. `timeout` ends codex also
 * while nobody asks for events; what it had reported by then is passed on first.
 */
import type * as Arr from "effect/Array"
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import * as Pull from "effect/Pull"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { CodexError, TimeoutError, TurnIncomplete } from "../CodexError.ts"
import type { TurnOptions } from "../CodexOptions.ts"
import type { ThreadEvent, ThreadId } from "../ThreadEvent.ts"
import { deadline } from "./deadline.ts"
import { elapsedMillis } from "./elapsed.ts"
import { turnFailed } from "./failures.ts"
import { logWarning } from "./logWarning.ts"

type EventPull = Pull.Pull<Arr.NonEmptyReadonlyArray<ThreadEvent>, CodexError>

// What a busy reader finds is more than the buffers of a pipe hold.
const maxUnread = 64
// How long a reader that is late goes on, in milliseconds.
const maxLateReading = 1000
// How long what has been reported may take to arrive.
const arrival = Duration.millis(25)

/** Applies the rules; `observe` sees each event before the consumer does. `resumed` is the thread that is gone on with. */
export const superviseTurn = (
  events: Stream.Stream<ThreadEvent, CodexError>,
  limits: Pick<TurnOptions, "timeout" | "idleTimeout">,
  observe: (event: ThreadEvent) => void,
  resumed?: ThreadId
): Stream.Stream<ThreadEvent, CodexError> =>
  Stream.unwrap(
    Effect.gen(function* () {
      // Closed before the stream's own: when the turn has ended, or its time is over.
      const scope = yield* Scope.fork(yield* Effect.scope)
      const closeTurn = Effect.uninterruptible(Scope.close(scope, Exit.void))
      const pull = yield* Scope.provide(Stream.toPull(events), scope)
      const clock = yield* Clock.Clock
      const startedAt = elapsedMillis(clock)
      const timeout = finiteMillis(limits.timeout)
      const idleTimeout = finiteMillis(limits.idleTimeout)
      let ending: ThreadEvent | undefined
      let threadId = resumed
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

      const timedOut = (limit: TimeoutError["limit"], milliseconds: number) =>
        Effect.fail(
          new CodexError({
            reason: new TimeoutError({ limit, milliseconds, ...(waitedForNetwork ? { waitedForNetwork } : {}) })
          })
        )

      let isReading = false
      let lateSince: number | undefined
      let isOver = false
      const unread: Array<Exit.Exit<Arr.NonEmptyReadonlyArray<ThreadEvent>, CodexError | Cause.Done>> = []

      /** Ends codex if its time is over while its events wait for their reader. */
      const endUnread = Effect.gen(function* () {
        if (ending !== undefined) return
        isOver = true
        while (unread.length < maxUnread) {
          const next = yield* Effect.timeoutOption(Effect.exit(pull), arrival)
          if (Option.isNone(next)) break
          unread.push(next.value)
          // It has ended by itself.
          if (Exit.isFailure(next.value) || next.value.value.some(endsTurn)) return
        }
        yield* closeTurn
      })
      // A reader that asks has a limit of its own, which is over as well.
      const onTime: Effect.Effect<void> = Effect.suspend(() =>
        isReading ? Effect.andThen(Effect.sleep(arrival), onTime) : endUnread
      )
      const timer =
        timeout === undefined
          ? undefined
          : yield* Effect.forkScoped(Effect.andThen(Effect.sleep(timeout), onTime), { startImmediately: true })

      const limited: EventPull = Effect.suspend(() => {
        if (timer !== undefined && isOver) {
          return Effect.flatMap(Fiber.await(timer), () => unread.shift() ?? afterUnread)
        }
        if (ending !== undefined || (timeout === undefined && idleTimeout === undefined)) return pull
        const left = timeout === undefined ? Number.POSITIVE_INFINITY : timeout - (elapsedMillis(clock) - startedAt)
        const limit = idleTimeout !== undefined && idleTimeout < left ? "idleTimeout" : "timeout"
        const over = Effect.suspend(() => timedOut(limit, (limit === "timeout" ? timeout : idleTimeout) ?? 0))
        // What a late reader finds was reported in time, but for a codex that goes on.
        if (left < 0) {
          const now = elapsedMillis(clock)
          lateSince ??= now
          if (now - lateSince > maxLateReading) return over
        }
        isReading = true
        return Effect.raceFirst(pull, Effect.andThen(deadline(Math.min(left, idleTimeout ?? left)), over)).pipe(
          Effect.ensuring(Effect.sync(() => (isReading = false)))
        )
      })
      const afterUnread: EventPull = Effect.suspend(() =>
        ending === undefined ? timedOut("timeout", timeout ?? 0) : pull
      )

      const judged: EventPull = Pull.matchEffect(limited, {
        onSuccess: (batch) => {
          watch(batch)
          if (!waitedForNetwork || isWarned) return Effect.succeed(batch)
          isWarned = true
          return Effect.as(warnOfNetwork, batch)
        },
        onFailure: Effect.failCause,
        onDone: (done): EventPull => {
          // Whoever waits for the turn's place must not meet a codex that does not go.
          if (ending?._tag === "TurnCompleted") return Effect.andThen(closeTurn, Cause.done(done))
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
const warnOfNetwork = logWarning(
  "codex can not reach the model and waits for the network, for ever unless the turn has a timeout or an idleTimeout"
)

const endsTurn = ({ _tag }: ThreadEvent): boolean => _tag === "TurnCompleted" || _tag === "TurnFailed"

/** An infinite limit is none. */
const finiteMillis = (limit: Duration.Input | undefined): number | undefined => {
  const duration = limit === undefined ? Duration.infinity : Duration.fromInputUnsafe(limit)
  return Duration.isFinite(duration) ? Duration.toMillis(duration) : undefined
}
