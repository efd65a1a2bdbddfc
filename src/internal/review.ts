/** A review: one turn on a thread of its own. */
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { CodexError } from "../CodexError.ts"
import type { CodexOptions, ReviewOptions } from "../CodexOptions.ts"
import type { EventTap } from "../EventTap.ts"
import { type Exec, ThreadTarget } from "../Exec.ts"
import type { ThreadEvent } from "../ThreadEvent.ts"
import type { ReviewTarget, Turn } from "../Turn.ts"
import type { NestedTurns } from "./nestedTurns.ts"
import type { RecordContent } from "./recordContent.ts"
import type { Slots } from "./slots.ts"
import { makeTurnFold, toTurn, withItems } from "./turnFold.ts"
import { observeTurn } from "./observeTurn.ts"
import { superviseTurn } from "./turnStream.ts"

/** What a review needs, already checked. */
export interface ReviewSettings {
  readonly exec: Exec["Service"]
  readonly codex: CodexOptions
  readonly review: ReviewTarget
  readonly options: ReviewOptions
  readonly slots: Slots
  readonly nested: NestedTurns
  readonly tap: EventTap["Service"] | undefined
  readonly content: RecordContent
}

export const streamReview = (
  { codex, content, exec, nested, options, review, slots, tap }: ReviewSettings,
  observe: (event: ThreadEvent) => void = () => {}
): Stream.Stream<ThreadEvent, CodexError> => {
  const { idleTimeout, timeout, ...thread } = options
  const prompt = review._tag === "Custom" ? review.instructions : ""
  const target = ThreadTarget.Review({ review })
  // codex 0.169 reports no usage for a review, but zeros.
  const info = { turn: 1, codex, thread, target, prompt, outputSchema: undefined, usageBefore: undefined, tap, content }
  const events = observeTurn(info, (tell) =>
    superviseTurn(exec.run({ prompt, images: [], target, codex, thread }), { idleTimeout, timeout }, (event) => {
      observe(event)
      tell(event)
    })
  )
  const self = {}
  return nested.refuse(self, undefined).pipe(
    Effect.andThen(slots.hold),
    Effect.map((leave) => Stream.onEnd(nested.open(self, events), leave)),
    Stream.unwrap
  )
}

export const runReview = (settings: ReviewSettings): Effect.Effect<Turn, CodexError> =>
  Effect.suspend(() => {
    const fold = makeTurnFold()
    return Stream.runDrain(streamReview(settings, fold.add)).pipe(
      Effect.mapError((error) => withItems(error, fold)),
      Effect.map(() => {
        // codex 0.169 reports zeros for a review, which says nothing.
        const { threadUsage: _, ...turn } = toTurn(fold, undefined, undefined)
        return turn
      })
    )
  })
