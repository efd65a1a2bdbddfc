/** Tells failures from what codex 0.169 prints. */
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import type { CodexErrorReason, TurnFailureKind } from "../CodexError.ts"
import {
  AuthenticationFailed,
  ExitError,
  InvalidOptions,
  PromptTooLarge,
  ThreadBusy,
  ThreadNotFound,
  TurnFailed,
  UntrustedDirectory
} from "../CodexError.ts"
import { excerpt } from "./preview.ts"

/** Codes and types of OpenAI's errors, as a provider's raw answer has them. */
const kindsByCode: ReadonlyMap<string, TurnFailureKind> = new Map([
  ["usage_limit_reached", "usageLimit"],
  ["insufficient_quota", "usageLimit"],
  ["context_length_exceeded", "contextWindow"],
  ["invalid_api_key", "authentication"],
  ["authentication_error", "authentication"],
  ["permission_error", "authentication"],
  ["model_not_found", "modelNotFound"],
  ["rate_limit_exceeded", "overloaded"],
  ["server_is_overloaded", "overloaded"],
  ["server_error", "overloaded"]
])

/** codex's own sentences. The first that fits wins. */
const kindsByWords: ReadonlyArray<readonly [TurnFailureKind, RegExp]> = [
  // Says "stream disconnected" too, but the model will answer the same again.
  ["other", /incomplete response returned/i],
  ["usageLimit", /usage limit|\bquota\b|out of credits/i],
  ["contextWindow", /context window|maximum context length/i],
  [
    "authentication",
    /missing environment variable|(incorrect|invalid) api key|not logged in|log ?in again|refresh token/i
  ],
  ["modelNotFound", /\bmodel\b.*(does not exist|not found|not supported)/i],
  ["overloaded", /at capacity|high demand|overloaded|too many requests|rate limit/i],
  [
    "network",
    /stream disconnected|stream closed|connection (failed|refused|reset|closed)|error sending request|waiting for network|timed? ?out/i
  ]
]

// codex's sentence comes first. Some patterns take the square of the length, and a message may be as long as a line.
const tellingLength = 4096

const kindOf = (message: string): TurnFailureKind => {
  const beginning = message.slice(0, tellingLength)
  const words = kindsByWords.find(([, pattern]) => pattern.test(beginning))?.[0]
  // An HTTP status says more than words in the body behind it, which may speak of anything.
  const status = Number(/\bstatus:? (\d{3})\b/i.exec(beginning)?.[1])
  if (status === 401 || status === 403) return "authentication"
  if (status === 429 || status >= 500) return words === "usageLimit" ? words : "overloaded"
  if (status >= 400) return words === "modelNotFound" || words === "contextWindow" ? words : "other"
  // codex passes the body of a 400 on as it is.
  return message.trimStart().startsWith("{") ? kindOfBody(message) : (words ?? "other")
}

const ErrorBody = Schema.fromJsonString(
  Schema.Struct({
    error: Schema.Struct({
      code: Schema.optionalKey(Schema.NullOr(Schema.String)),
      type: Schema.optionalKey(Schema.NullOr(Schema.String))
    })
  })
)
const decodeErrorBody = Schema.decodeUnknownOption(ErrorBody)

const kindOfBody = (body: string): TurnFailureKind =>
  Option.match(decodeErrorBody(body), {
    onNone: () => "other",
    onSome: ({ error }) => kindsByCode.get(error.code ?? "") ?? kindsByCode.get(error.type ?? "") ?? "other"
  })

/** A `turn.failed` as a reason. */
export const turnFailed = (message: string): TurnFailed =>
  new TurnFailed({ kind: kindOf(message), description: excerpt(message, tellingLength) })

/** What is known about a codex that exited with an error before the end of the turn. */
export interface FailedExit {
  readonly status: { readonly code: number } | { readonly signal: string }
  readonly stderr: string
  /** Whether codex has named the thread: what it refuses, but for a prompt's length, it refuses before (codex 0.169). */
  readonly hasStarted: boolean
  /** Whether it was to go on with a thread. */
  readonly isResumed: boolean
  /** The last notice among the events: codex's own account of what went wrong. */
  readonly notice: string | undefined
  readonly threadId: string | undefined
  readonly directory: string | undefined
  /** Whether the directory in which codex was started is gone. */
  readonly isHomeless: boolean
  readonly promptLength: number
}

/** A failed exit as a reason: one of its own where a caller would act on it. */
export const exitFailure = (exit: FailedExit): CodexErrorReason => {
  const { directory, notice, status, stderr, threadId } = exit
  if ("code" in status) {
    // Not its log lines: they may speak of anything.
    const words = plainLines(stderr).join("\n")
    const about = threadId === undefined ? {} : { threadId }
    const tooLarge = /maximum length of (\d{1,15}) characters/i.exec(words)
    if (tooLarge !== null) return new PromptTooLarge({ length: exit.promptLength, limit: Number(tooLarge[1]) })
    if (!exit.hasStarted) {
      if (exit.isResumed) {
        if (/no rollout found|session not found|thread not found/i.test(words)) return new ThreadNotFound(about)
        if (isArchived(words)) return new ThreadNotFound({ ...about, isArchived: true })
        if (isHeld(words)) return new ThreadBusy({ ...about, usedBy: "process" })
      }
      if (/not inside a trusted directory/i.test(words)) {
        return new UntrustedDirectory(directory === undefined ? {} : { directory })
      }
      // All that codex says about it.
      if (
        directory === undefined &&
        exit.isHomeless &&
        /^Error: No such file or directory \(os error 2\)$/m.test(words)
      ) {
        return directoryGone()
      }
    }
    const description = summary(words)
    if (/not logged in|login is required|missing environment variable|401 unauthorized/i.test(description)) {
      return new AuthenticationFailed({ description })
    }
  }
  return new ExitError({
    ...("code" in status ? { exitCode: status.code } : { signal: status.signal }),
    description: notice === undefined ? summary(stderr) : excerpt(notice, tellingLength),
    stderr
  })
}

/** Whether codex 0.169 refuses a thread because a turn of it runs elsewhere: now and then it can not be forked then. */
export const isHeld = (words: string): boolean => /already has an active writer|is behind durable rollout/i.test(words)

/** Without a directory of its own, a thread has that of this process. */
export const directoryGone = (): InvalidOptions =>
  new InvalidOptions({
    option: "workingDirectory",
    got: "undefined",
    expected: "an existing directory, since the working directory of this process is gone"
  })

/** Whether codex 0.169 refuses a thread because it is archived. */
export const isArchived = (words: string): boolean => /\bsession \S+ is archived\b/i.test(words)

const noise =
  /^\s*$|^Reading (prompt|additional input) from stdin|^WARNING: proceeding|^Stack backtrace:|^\s+\d+: |^\s+at /
// Printed after every interruption.
const interruptionNoise = /failed to record rollout items/
const logLine = /^\d{4}-\d\d-\d\dT\S+\s+(TRACE|DEBUG|INFO|WARN|ERROR) /
const summaryLength = 600

const quietLines = (stderr: string) =>
  stderr.split("\n").filter((line) => !noise.test(line) && !interruptionNoise.test(line))

const plainLines = (stderr: string) => quietLines(stderr).filter((line) => !logLine.test(line))

/** What a person would quote from stderr: codex's closing error, or else its last lines. */
export const summary = (stderr: string): string => {
  const plain = plainLines(stderr)
  const start = plain.findLastIndex((line) => /^error\b|panicked at/i.test(line))
  const chosen = start === -1 ? (plain.length > 0 ? plain : quietLines(stderr)).slice(-5) : plain.slice(start)
  return chosen.join("\n").trim().slice(0, summaryLength)
}
