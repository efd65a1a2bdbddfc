/**
 * A number of places, given out in the order of asking. Whoever waits can be interrupted, and gives up its place.
 *
 * Effect's `Semaphore` does not tell who is first of those who wait, looks at all of them whenever a place is free, and
 * lets wait for a scope that has closed. Thousands may wait here.
 */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Metric from "effect/Metric"
import type * as Scope from "effect/Scope"
import { waitDuration } from "../CodexMetrics.ts"

export interface Slots {
  /** Runs an effect in a place. */
  readonly run: <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
  /** Takes a place until the scope closes, or until it is given back with the effect. */
  readonly hold: Effect.Effect<Effect.Effect<void>, never, Scope.Scope>
}

/** Who asks for a place. */
interface Ticket {
  state: "new" | "waiting" | "inPlace" | "gone"
  /** Resumes the fiber that waits. */
  wake: (() => void) | undefined
}

const longWait = "30 seconds"

/** Places of a thread, or of codex. `onLongWait` runs once for whoever has long been the first of those who wait. */
export const makeSlots = (
  owner: "thread" | "codex",
  count: number,
  onLongWait: Effect.Effect<void> = Effect.void
): Effect.Effect<Slots> =>
  Effect.sync(() => {
    let free = count
    // In the order of asking.
    const queue = new Set<Ticket>()
    const attributes = { "codex.wait.for": owner }
    const waited = Metric.withAttributes(waitDuration, attributes)

    const first = (): Ticket | undefined => queue.values().next().value

    /** Until the ticket is the first one, or waits no longer. */
    const untilNext = (ticket: Ticket, isReady: () => boolean) =>
      Effect.callback<void>((resume) => {
        if (isReady()) return resume(Effect.void)
        ticket.wake = () => {
          if (isReady()) resume(Effect.void)
        }
      })
    const wait = (ticket: Ticket) => {
      const waitsNoLonger = untilNext(ticket, () => ticket.state !== "waiting")
      return untilNext(ticket, () => ticket.state !== "waiting" || first() === ticket).pipe(
        Effect.andThen(
          Effect.timeoutOrElse(waitsNoLonger, {
            duration: longWait,
            orElse: () => Effect.andThen(onLongWait, waitsNoLonger)
          })
        ),
        Effect.timed,
        Effect.withSpan("codex.wait", { attributes }, { captureStackTrace: false }),
        Effect.flatMap(([duration]) => Metric.update(waited, Duration.toSeconds(duration)))
      )
    }

    const leave = (ticket: Ticket) =>
      Effect.withFiber((fiber) => {
        // Not at once: each who wakes would run inside the one who has left.
        const wake = (other: Ticket | undefined) => {
          if (other !== undefined) fiber.currentDispatcher.scheduleTask(() => other.wake?.(), 0)
        }
        const { state } = ticket
        ticket.state = "gone"
        queue.delete(ticket)
        if (state === "waiting") wake(ticket)
        if (state === "inPlace") {
          const next = first()
          if (next === undefined) free++
          else {
            queue.delete(next)
            next.state = "inPlace"
            wake(next)
          }
        }
        // Whoever is the first now begins to count the time.
        wake(first())
        return Effect.void
      })

    const enter = (ticket: Ticket): Effect.Effect<void> =>
      Effect.suspend(() => {
        if (ticket.state !== "new") return Effect.void
        if (free > 0) {
          free--
          ticket.state = "inPlace"
          return Effect.void
        }
        ticket.state = "waiting"
        queue.add(ticket)
        return Effect.onInterrupt(wait(ticket), () => leave(ticket))
      })

    return {
      hold: Effect.gen(function* () {
        const ticket: Ticket = { state: "new", wake: undefined }
        const give = leave(ticket)
        yield* Effect.addFinalizer(() => give)
        yield* enter(ticket)
        // The scope was closed meanwhile.
        if (ticket.state === "gone") return yield* Effect.interrupt
        return give
      }),
      run: (effect) =>
        Effect.suspend(() => {
          const ticket: Ticket = { state: "new", wake: undefined }
          return Effect.ensuring(Effect.andThen(enter(ticket), effect), leave(ticket))
        })
    }
  })

/** Places without end. */
export const unlimitedSlots: Slots = { run: (effect) => effect, hold: Effect.succeed(Effect.void) }
