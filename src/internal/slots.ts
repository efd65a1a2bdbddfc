/** A number of places, given out in the order of asking. Whoever waits can be interrupted, and gives up its place. */
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as Semaphore from "effect/Semaphore"

export interface Slots {
  /** Runs an effect in a place. */
  readonly run: <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
  /** Takes a place for as long as the scope is open. */
  readonly hold: Effect.Effect<void, never, Scope.Scope>
}

export const makeSlots = (count: number): Effect.Effect<Slots> =>
  Effect.map(Semaphore.make(count), (semaphore) => ({
    run: semaphore.withPermit,
    // A fiber of the scope waits and keeps the place, so that an interruption gives it back at whatever point.
    hold: Effect.gen(function* () {
      const held = yield* Deferred.make<void>()
      yield* Deferred.succeed(held, undefined).pipe(
        Effect.andThen(Effect.never),
        semaphore.withPermit,
        Effect.forkScoped({ startImmediately: true })
      )
      yield* Deferred.await(held)
    })
  }))

/** Places without end. */
export const unlimitedSlots: Slots = { run: (effect) => effect, hold: Effect.void }
