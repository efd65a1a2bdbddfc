/** `@effect/platform-node` as programs of pages get it: `runMain` hands them over to whoever imports them. */
import type * as Effect from "effect/Effect"

export * from "@effect/platform-node"

const started: Array<Effect.Effect<unknown, unknown>> = []

/** What has been started since it was last asked. */
export const takeStarted = (): ReadonlyArray<Effect.Effect<unknown, unknown>> => started.splice(0)

export const NodeRuntime = {
  runMain: (program: Effect.Effect<unknown, unknown>): void => {
    started.push(program)
  }
}
