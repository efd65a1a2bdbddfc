/**
 * Codex: starts, resumes and forks threads, and runs reviews.
 *
 * Making a thread checks its options and starts nothing: codex runs when a turn does.
 */
import * as Config from "effect/Config"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as Stream from "effect/Stream"
import type { CodexError } from "./CodexError.ts"
import type { CodexOptions, ReviewOptions, ThreadOptions } from "./CodexOptions.ts"
import { EventTap } from "./EventTap.ts"
import { Exec, ThreadTarget } from "./Exec.ts"
import {
  checkCodexOptions,
  checkReviewOptions,
  checkReviewTarget,
  checkThreadId,
  checkThreadOptions
} from "./internal/checkThread.ts"
import { runReview, streamReview } from "./internal/review.ts"
import { orFail } from "./internal/orFail.ts"
import { makeSlots, unlimitedSlots } from "./internal/slots.ts"
import { makeThread } from "./internal/thread.ts"
import type { Thread } from "./Thread.ts"
import type { ThreadEvent } from "./ThreadEvent.ts"
import type { ReviewTarget, Turn } from "./Turn.ts"

/** The agent: makes threads. */
export class Codex extends Context.Service<
  Codex,
  {
    /** A new thread. codex names it when its first turn begins. */
    readonly startThread: (options?: ThreadOptions) => Effect.Effect<Thread["Service"], CodexError>
    /**
     * A recorded thread, by its id or the name that it was given. If codex does not have it, its first turn fails with
     * `ThreadNotFound`.
     */
    readonly resumeThread: (id: string, options?: ThreadOptions) => Effect.Effect<Thread["Service"], CodexError>
    /**
     * The newest recorded thread of the working directory. If there is none, its first turn fails with
     * `ThreadNotFound`.
     */
    readonly resumeLastThread: (options?: ThreadOptions) => Effect.Effect<Thread["Service"], CodexError>
    /** A new thread that begins with the history of another, which stays as it is. */
    readonly forkThread: (id: string, options?: ThreadOptions) => Effect.Effect<Thread["Service"], CodexError>
    /** Reviews changes of the working directory's repository, as one turn on a thread of its own. */
    readonly review: (target: ReviewTarget, options?: ReviewOptions) => Effect.Effect<Turn, CodexError>
    /** `review`, event by event. */
    readonly streamReview: (target: ReviewTarget, options?: ReviewOptions) => Stream.Stream<ThreadEvent, CodexError>
  }
>()("effect-codex/Codex") {
  /** Codex over `Exec`: one process per turn. Tells an `EventTap`, if there is one. Fails with `InvalidOptions`. */
  static readonly layer = (options: CodexOptions = {}): Layer.Layer<Codex, CodexError, Exec> =>
    Layer.effect(Codex, make(options))

  /** `layer` with what the options leave out from Config: `CODEX_API_KEY`, `CODEX_BASE_URL` and `CODEX_HOME`. */
  static readonly layerConfig = (
    options: CodexOptions = {}
  ): Layer.Layer<Codex, CodexError | Config.ConfigError, Exec> =>
    Layer.unwrap(
      Effect.map(
        Config.all({
          apiKey: Config.option(Config.Redacted("CODEX_API_KEY")),
          baseUrl: Config.option(Config.String("CODEX_BASE_URL")),
          codexHome: Config.option(Config.String("CODEX_HOME"))
        }),
        ({ apiKey, baseUrl, codexHome }) =>
          Codex.layer({
            ...options,
            apiKey: options.apiKey ?? Option.getOrUndefined(apiKey),
            baseUrl: options.baseUrl ?? Option.getOrUndefined(baseUrl),
            codexHome: options.codexHome ?? Option.getOrUndefined(codexHome)
          })
      )
    )
}

/** Once: where many turns wait, each of them may wait long. */
const warnOfLongWait = (): Effect.Effect<void> => {
  let isWarned = false
  return Effect.suspend(() => {
    if (isWarned) return Effect.void
    isWarned = true
    return Effect.logWarning(
      "A turn has been waiting for 30 seconds for a place (option maxConcurrentTurns). " +
        "If turns run inside the streams of others, they may be waiting for each other"
    )
  })
}

const make = Effect.fnUntraced(function* (codex: CodexOptions) {
  yield* orFail(checkCodexOptions(codex))
  const exec = yield* Exec
  const { maxConcurrentTurns } = codex
  const tap = Option.getOrUndefined(yield* Effect.serviceOption(EventTap))
  const slots =
    maxConcurrentTurns === undefined ? unlimitedSlots : yield* makeSlots("codex", maxConcurrentTurns, warnOfLongWait())

  const thread = Effect.fnUntraced(function* (target: ThreadTarget, options: ThreadOptions) {
    yield* orFail(checkThreadOptions(options))
    return yield* makeThread({ exec, codex, thread: options, target, slots, tap })
  })

  const checkReview = (review: ReviewTarget, options: ReviewOptions) =>
    Effect.as(orFail(Result.flatMap(checkReviewTarget(review), () => checkReviewOptions(options))), {
      exec,
      codex,
      review,
      options,
      slots,
      tap
    })

  return Codex.of({
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
  })
})
