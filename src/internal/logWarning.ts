import * as Effect from "effect/Effect"

/** Warns through the application's loggers. One that throws must not end what the warning is about. */
export const logWarning = (...message: ReadonlyArray<unknown>): Effect.Effect<void> =>
  Effect.asVoid(Effect.exit(Effect.logWarning(...message)))
