import type * as Clock from "effect/Clock"

/** Milliseconds, to measure time by: steps of the system's clock, which may be an hour, do not show. */
export const elapsedMillis = (clock: Clock.Clock): number => Number(clock.monotonicTimeNanosUnsafe()) / 1e6
