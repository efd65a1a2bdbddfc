import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"

/** Variables of this process, which what it starts inherits. */
export const hostVariables = (variables: Readonly<Record<string, string>>) =>
  Layer.effectDiscard(
    Effect.acquireRelease(
      Effect.sync(() => {
        const before = Object.keys(variables).map((name) => [name, process.env[name]] as const)
        Object.assign(process.env, variables)
        return before
      }),
      (before) =>
        Effect.sync(() => {
          for (const [name, value] of before) {
            if (value === undefined) delete process.env[name]
            else process.env[name] = value
          }
        })
    )
  )
