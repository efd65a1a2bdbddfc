/** A number of places, given out in the order of asking. Whoever waits can be interrupted, and gives up its place. */
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Metric from "effect/Metric"
import * as Scope from "effect/Scope"
import * as Semaphore from "effect/Semaphore"
import { waitDuration } from "../CodexMetrics.ts"

export interface Slots {
  /** Runs an effect in a place. */
  readonly run: <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
  /** Takes a place until the scope closes, or until it is given back with the effect. */
  readonly hold: Effect.Effect<Effect.Effect<void>, never, Scope.Scope>
}

const longWait = "30 seconds"

/** Places of a thread, or of codex. `onLongWait` runs once for whoever waits long. */
export const makeSlots = (
  owner: "thread" | "codex",
  count: number,
  onLongWait: Effect.Effect<void> = Effect.void
): Effect.Effect<Slots> =>
  Effect.map(Semaphore.make(count), (semaphore): Slots => {
    const watchWait = Effect.sleep(longWait).pipe(Effect.andThen(onLongWait), Effect.andThen(Effect.never))
    const hold = Effect.gen(function* () {
      const held = yield* Deferred.make<void>()
      // A fiber of the scope waits and keeps the place, so that an interruption gives it back at whatever point.
      const holder = yield* Deferred.succeed(held, undefined).pipe(
        Effect.andThen(Effect.never),
        semaphore.withPermit,
        Effect.forkScoped({ startImmediately: true })
      )
      if (!Deferred.isDoneUnsafe(held)) {
        // The holder ends without a place if the scope is closed meanwhile.
        const lost = Effect.andThen(Fiber.await(holder), Effect.interrupt)
        const attributes = { "codex.wait.for": owner }
        const [waited] = yield* Effect.raceAllFirst([Deferred.await(held), watchWait, lost]).pipe(
          Effect.timed,
          Effect.withSpan("codex.wait", { attributes })
        )
        yield* Metric.update(Metric.withAttributes(waitDuration, attributes), Duration.toSeconds(waited))
      }
      return Fiber.interrupt(holder)
    })
    return {
      hold,
      // A scope of its own: the effect's is the caller's.
      run: (effect) =>
        Effect.acquireUseRelease(
          Scope.make(),
          (scope) => Effect.andThen(Scope.provide(hold, scope), effect),
          (scope, exit) => Scope.close(scope, exit)
        )
    }
  })

/** Places without end. */
export const unlimitedSlots: Slots = { run: (effect) => effect, hold: Effect.succeed(Effect.void) }
