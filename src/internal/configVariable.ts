import * as Config from "effect/Config"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { CodexError, InvalidOptions } from "../CodexError.ts"

/** A variable that codex itself reads, from Config. */
export const configVariable = (name: string): Effect.Effect<string | undefined, CodexError> =>
  Effect.mapError(
    Effect.map(Config.option(Config.String(name)), Option.getOrUndefined),
    (error) =>
      new CodexError({
        reason: new InvalidOptions({ option: name, got: "a value that can not be read", expected: error.message })
      })
  )
