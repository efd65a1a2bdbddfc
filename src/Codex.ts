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
import type * as Stream from "effect/Stream"
import type { CodexError } from "./CodexError.ts"
import type { CodexOptions, ReviewOptions, ThreadOptions } from "./CodexOptions.ts"
import { Exec } from "./Exec.ts"
import { copyOptions } from "./internal/checkOptions.ts"
import { checkExecOptions } from "./internal/checkThread.ts"
import { makeCodex } from "./internal/makeCodex.ts"
import { orFail } from "./internal/orFail.ts"
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
    /**
     * Reviews changes of the working directory's repository, as one turn on a thread of its own. codex 0.169 never asks for
     * approvals in it, whatever the policy, and over app-server it reports neither deltas nor tokens.
     */
    readonly review: (target: ReviewTarget, options?: ReviewOptions) => Effect.Effect<Turn, CodexError>
    /** `review`, event by event. */
    readonly streamReview: (target: ReviewTarget, options?: ReviewOptions) => Stream.Stream<ThreadEvent, CodexError>
  }
>()("effect-codex/Codex") {
  /** Codex over `Exec`: one process per turn. Tells an `EventTap`, if there is one. Fails with `InvalidOptions`. */
  static readonly layer = (options: CodexOptions = {}): Layer.Layer<Codex, CodexError, Exec> =>
    Layer.effect(
      Codex,
      Exec.use((exec) => makeCodex(options, exec, checkExecOptions))
    )

  /** `layer` with what the options leave out from Config: `CODEX_API_KEY`, `CODEX_BASE_URL` and `CODEX_HOME`. */
  static readonly layerConfig = (
    options: CodexOptions = {}
  ): Layer.Layer<Codex, CodexError | Config.ConfigError, Exec> =>
    Layer.unwrap(
      Effect.gen(function* () {
        const given = yield* orFail(copyOptions(options))
        const { apiKey, baseUrl, codexHome } = yield* Config.all({
          apiKey: Config.option(Config.Redacted("CODEX_API_KEY")),
          baseUrl: Config.option(Config.String("CODEX_BASE_URL")),
          codexHome: Config.option(Config.String("CODEX_HOME"))
        })
        return Codex.layer({
          ...given,
          apiKey: given.apiKey ?? Option.getOrUndefined(apiKey),
          baseUrl: given.baseUrl ?? Option.getOrUndefined(baseUrl),
          codexHome: given.codexHome ?? Option.getOrUndefined(codexHome)
        })
      })
    )
}
