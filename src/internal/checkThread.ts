/** Checks what makes a thread, so that a bad value fails before anything is started. */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { InvalidOptions, type PromptTooLarge } from "../CodexError.ts"
import { CodexOptions, ReviewOptions, ThreadOptions } from "../CodexOptions.ts"
import { ReviewTarget } from "../Turn.ts"
import { checkOptions, readable } from "./checkOptions.ts"
import { configOverrides } from "./configOverrides.ts"
import { checkLength, isBlank } from "./input.ts"
import { argument } from "./optionSchemas.ts"
import { preview } from "./preview.ts"

type Checked = Result.Result<void, InvalidOptions>

// Threads outlive the call that makes them, so they get copies, which the caller can not change.

export const checkCodexOptions = (options: CodexOptions): Result.Result<CodexOptions, InvalidOptions> =>
  Result.flatMap(checkOptions(CodexOptions, options), checkConfig)

export const checkThreadOptions = (options: ThreadOptions): Result.Result<ThreadOptions, InvalidOptions> =>
  Result.flatMap(checkOptions(ThreadOptions, options), checkConfig)

export const checkReviewOptions = (options: ReviewOptions): Result.Result<ReviewOptions, InvalidOptions> =>
  Result.flatMap(checkOptions(ReviewOptions, options), checkConfig)

const checkConfig = <Options extends Pick<ThreadOptions, "config">>(
  options: Options
): Result.Result<Options, InvalidOptions> => Result.map(configOverrides(options.config ?? {}, "config"), () => options)

/** Refuses what `codex exec` does not have any more. */
export const checkExecOptions = ({ approvalPolicy, config }: ThreadOptions): Checked =>
  Result.flatMap(checkApproval("approvalPolicy", approvalPolicy), () =>
    checkApproval("config.approval_policy", config?.["approval_policy"])
  )

const checkApproval = (option: string, policy: unknown): Checked =>
  policy === "untrusted"
    ? invalid(option, policy, '"never", "on-request" or "on-failure": codex exec no longer supports "untrusted"')
    : Result.succeed(undefined)

const isArgument = Schema.is(argument)

/** A thread's id, or the name that it was given. */
export const checkThreadId = (id: string): Checked => readable("threadId", () => checkArgument("threadId", id))

const decodeReviewTarget = Schema.decodeUnknownResult(ReviewTarget)

/** A copy of the target, as of options: a review may have to wait. */
export const checkReviewTarget = (target: ReviewTarget): Result.Result<ReviewTarget, InvalidOptions | PromptTooLarge> =>
  readable("target", () => {
    const decoded = decodeReviewTarget(target)
    return Result.isSuccess(decoded)
      ? Result.map(checkTarget(decoded.success), () => decoded.success)
      : invalid("target", target, "{ _tag: Uncommitted, BaseBranch, Commit or Custom, … }")
  })

const checkTarget = (target: ReviewTarget): Result.Result<void, InvalidOptions | PromptTooLarge> => {
  switch (target._tag) {
    case "Uncommitted":
      return Result.succeed(undefined)
    case "BaseBranch":
      return checkArgument("target.branch", target.branch)
    case "Commit":
      return Result.flatMap(checkArgument("target.sha", target.sha), () =>
        target.title === undefined ? Result.succeed(undefined) : checkArgument("target.title", target.title)
      )
    case "Custom":
      return isBlank(target.instructions)
        ? invalid("target.instructions", target.instructions, "a text that is not blank")
        : checkLength(target.instructions)
  }
}

const checkArgument = (option: string, value: unknown): Checked =>
  isArgument(value)
    ? Result.succeed(undefined)
    : invalid(option, value, 'a string that is not empty, does not begin with "-" and holds no NUL')

const invalid = (option: string, got: unknown, expected: string): Result.Result<never, InvalidOptions> =>
  Result.fail(new InvalidOptions({ option, got: preview(got), expected }))
