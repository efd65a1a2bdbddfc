/** What the modules of fragments call: see `modules.ts`. */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"

/** Told which block of the page begins. */
export class Progress extends Context.Service<Progress, { readonly begin: (line: number) => void }>()(
  "docs-check/Progress"
) {}

export const begin = (line: number) => Progress.useSync((progress) => progress.begin(line))

/** Runs what a block has declared. What it needs is what the page's surroundings have. */
export const use = (declared: Readonly<Record<string, unknown>>): Effect.Effect<void, unknown> =>
  Effect.forEach(
    Object.values(declared),
    (value): Effect.Effect<unknown, unknown> => {
      if (Layer.isLayer(value)) return Effect.scoped(Layer.build(value as Layer.Layer<unknown, unknown>))
      if (Stream.isStream(value)) return Stream.runDrain(value as Stream.Stream<unknown, unknown>)
      return Effect.isEffect(value) ? Effect.scoped(value as Effect.Effect<unknown, unknown>) : Effect.void
    },
    { discard: true }
  )
