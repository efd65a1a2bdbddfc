/** What keeps turns whole where a tracer throws, and spans where a clock is set back. */
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import { logWarning } from "./logWarning.ts"

/** A time in nanoseconds, from a first one on, that never goes back: a span must not end before it began. */
export const neverBack = (first: bigint, now: () => bigint): (() => bigint) => {
  let last = first
  return () => {
    const time = now()
    if (time > last) last = time
    return last
  }
}

/** Calls a tracer, which is the application's: where it throws, the turn goes on. */
export interface TracerGuard {
  readonly call: (record: () => void) => void
  readonly hasFailed: () => boolean
  /** Logs the first failure, if there was one. */
  readonly report: Effect.Effect<void>
}

export const makeTracerGuard = (): TracerGuard => {
  let failure: Cause.Cause<never> | undefined
  return {
    call: (record) => {
      try {
        record()
      } catch (defect) {
        failure ??= Cause.die(defect)
      }
    },
    hasFailed: () => failure !== undefined,
    report: Effect.suspend(() =>
      failure === undefined ? Effect.void : logWarning("The tracer failed: spans of a turn are not whole", failure)
    )
  }
}
