import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { pipeDelivery } from "./childProcess.ts"
import { elapsedMillis } from "./elapsed.ts"

// Timers are never this late in a host that has time, in milliseconds.
const lateness = 25

/**
 * Completes after so many milliseconds, of which there may be none left. A host that was too busy or stopped to notice it
 * then has not looked at its pipes either: what they hold comes first.
 */
export const deadline = (milliseconds: number): Effect.Effect<void> =>
  Effect.gen(function* () {
    const clock = yield* Clock.Clock
    const due = elapsedMillis(clock) + milliseconds
    yield* Effect.sleep(Math.max(0, milliseconds))
    if (elapsedMillis(clock) - due > lateness) yield* pipeDelivery()
  })
