/** What an effect logs. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import type { LogLevel } from "effect/LogLevel"
import * as References from "effect/References"

interface Entry {
  readonly level: LogLevel
  readonly message: string
  readonly annotations: Readonly<Record<string, unknown>>
}

/** What is logged from a level on, however the effect ends. */
export const logged = <A, E, R>(minimum: LogLevel, effect: Effect.Effect<A, E, R>) =>
  Effect.gen(function* () {
    const entries: Array<Entry> = []
    const logger = Logger.make<unknown, void>(({ fiber, logLevel, message }) => {
      const annotations = { ...fiber.getRef(References.CurrentLogAnnotations) }
      entries.push({
        level: logLevel,
        message: Array.isArray(message) ? message.join(" ") : String(message),
        annotations
      })
    })
    yield* effect.pipe(
      Effect.exit,
      Effect.provide(Layer.merge(Logger.layer([logger]), Layer.succeed(References.MinimumLogLevel, minimum)))
    )
    return entries
  })
