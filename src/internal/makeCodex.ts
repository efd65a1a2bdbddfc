/** The service `Codex` over whatever runs its turns. */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type * as Result from "effect/Result"
import * as Stream from "effect/Stream"
import type { Codex } from "../Codex.ts"
import type { CodexError, InvalidOptions } from "../CodexError.ts"
import type { CodexOptions, ReviewOptions, ThreadOptions } from "../CodexOptions.ts"
import { EventTap } from "../EventTap.ts"
import { type Exec, ThreadTarget } from "../Exec.ts"
import type { ReviewTarget } from "../Turn.ts"
import {
  checkCodexOptions,
  checkReviewOptions,
  checkReviewTarget,
  checkThreadId,
  checkThreadOptions
} from "./checkThread.ts"
import { logWarning } from "./logWarning.ts"
import { makeNestedTurns } from "./nestedTurns.ts"
import { orFail } from "./orFail.ts"
import { type RecordContent, recordNothing, recordUpTo } from "./recordContent.ts"
import { makeRedact, type Redact } from "./redact.ts"
import { runReview, streamReview } from "./review.ts"
import { hostSecrets, secretsOf } from "./secrets.ts"
import { makeSlots, unlimitedSlots } from "./slots.ts"
import { makeThread } from "./thread.ts"

/** Once: where many turns wait, each of them may wait long. */
const warnOfLongWait = (): Effect.Effect<void> => {
  let isWarned = false
  return Effect.suspend(() => {
    if (isWarned) return Effect.void
    isWarned = true
    return logWarning(
      "A turn has been waiting for 30 seconds for a place (option maxConcurrentTurns). " +
        "If turns run inside of others, in their streams or handlers, they may be waiting for each other"
    )
  })
}

/** What is recorded of the conversation. `redact` takes the secrets out, where `exec` has one; else it is made. */
const contentOf = (codex: CodexOptions, redact: Redact | undefined): RecordContent => {
  const { maxContentLength = 1024, recordContent = false } = codex.telemetry ?? {}
  if (!recordContent) return recordNothing
  return recordUpTo(maxContentLength, redact ?? makeRedact(secretsOf(codex, hostSecrets()), ""))
}

/** Makes the service. `checkTransport` refuses options that `exec` does not have. */
export const makeCodex = Effect.fnUntraced(function* (
  options: CodexOptions,
  exec: Exec["Service"],
  checkTransport: (options: ThreadOptions) => Result.Result<void, InvalidOptions>,
  redact?: Redact
): Effect.fn.Return<Codex["Service"], CodexError> {
  const codex = yield* orFail(checkCodexOptions(options))
  yield* orFail(checkTransport({ config: codex.config }))
  const { maxConcurrentTurns } = codex
  const tap = Option.getOrUndefined(yield* Effect.serviceOption(EventTap))
  const slots =
    maxConcurrentTurns === undefined ? unlimitedSlots : yield* makeSlots("codex", maxConcurrentTurns, warnOfLongWait())
  const nested = makeNestedTurns(maxConcurrentTurns)
  const content = contentOf(codex, redact)

  const thread = Effect.fnUntraced(function* (target: ThreadTarget, options: ThreadOptions) {
    const checked = yield* orFail(checkThreadOptions(options))
    yield* orFail(checkTransport(checked))
    return yield* makeThread({ exec, codex, thread: checked, target, slots, nested, tap, content })
  })

  const checkReview = Effect.fnUntraced(function* (target: ReviewTarget, given: ReviewOptions) {
    const review = yield* orFail(checkReviewTarget(target))
    const options = yield* orFail(checkReviewOptions(given))
    yield* orFail(checkTransport(options))
    return { exec, codex, review, options, slots, nested, tap, content }
  })

  return {
    startThread: Effect.fn("Codex.startThread")((options: ThreadOptions = {}) => thread(ThreadTarget.Start(), options)),
    resumeThread: Effect.fn("Codex.resumeThread")(function* (threadId: string, options: ThreadOptions = {}) {
      yield* orFail(checkThreadId(threadId))
      return yield* thread(ThreadTarget.Resume({ threadId }), options)
    }),
    resumeLastThread: Effect.fn("Codex.resumeLastThread")((options: ThreadOptions = {}) =>
      thread(ThreadTarget.ResumeLast(), options)
    ),
    forkThread: Effect.fn("Codex.forkThread")(function* (threadId: string, options: ThreadOptions = {}) {
      yield* orFail(checkThreadId(threadId))
      return yield* thread(ThreadTarget.Fork({ threadId }), options)
    }),
    review: Effect.fn("Codex.review")((target: ReviewTarget, options: ReviewOptions = {}) =>
      Effect.flatMap(checkReview(target, options), runReview)
    ),
    streamReview: (target, options = {}) =>
      Stream.unwrap(Effect.map(checkReview(target, options), (settings) => streamReview(settings))).pipe(
        Stream.withSpan("Codex.streamReview")
      )
  }
})
