/** Tells failures from what codex 0.169 prints. */
import type { CodexErrorReason, TurnFailureKind } from "../CodexError.ts"
import {
  AuthenticationFailed,
  ExitError,
  PromptTooLarge,
  ThreadBusy,
  ThreadNotFound,
  TurnFailed,
  UntrustedDirectory
} from "../CodexError.ts"

/** The first that fits wins. */
const kinds: ReadonlyArray<readonly [TurnFailureKind, RegExp]> = [
  // Says "stream disconnected" too, but the model will answer the same again.
  ["other", /incomplete response returned/i],
  ["usageLimit", /usage limit|usage_limit|quota|out of credits|billing/i],
  ["contextWindow", /context window|context_length|maximum context length/i],
  [
    "authentication",
    /\b401\b|\b403\b|unauthorized|missing environment variable|api key|not logged in|log ?in again|refresh token/i
  ],
  ["modelNotFound", /model\b.*(does not exist|not found|not supported)|model_not_found/i],
  ["overloaded", /at capacity|high demand|overloaded|too many requests|rate limit|\b429\b|unexpected status 5\d\d/i],
  ["network", /stream disconnected|stream closed|connection|sending request|waiting for network|timed? ?out|network/i]
]

/** A `turn.failed` as a reason. */
export const turnFailed = (message: string): TurnFailed =>
  new TurnFailed({ kind: kinds.find(([, pattern]) => pattern.test(message))?.[0] ?? "other", description: message })

/** What is known about a codex that exited with an error before the end of the turn. */
export interface FailedExit {
  readonly status: { readonly code: number } | { readonly signal: string }
  readonly stderr: string
  /** The last notice among the events: codex's own account of what went wrong. */
  readonly notice: string | undefined
  readonly threadId: string | undefined
  readonly directory: string | undefined
  readonly promptLength: number
}

/** A failed exit as a reason: one of its own where a caller would act on it. */
export const exitFailure = (exit: FailedExit): CodexErrorReason => {
  const { directory, notice, status, stderr, threadId } = exit
  if ("code" in status) {
    // Not its log lines: they may speak of anything.
    const words = plainLines(stderr).join("\n")
    const about = threadId === undefined ? {} : { threadId }
    if (/no rollout found|session not found|thread not found/i.test(words)) return new ThreadNotFound(about)
    if (/already has an active writer/i.test(words)) return new ThreadBusy({ ...about, usedBy: "process" })
    if (/not inside a trusted directory/i.test(words)) {
      return new UntrustedDirectory(directory === undefined ? {} : { directory })
    }
    const tooLarge = /maximum length of (\d+) characters/i.exec(words)
    if (tooLarge !== null) return new PromptTooLarge({ length: exit.promptLength, limit: Number(tooLarge[1]) })
    if (/not logged in|login is required|missing environment variable|401 unauthorized/i.test(words)) {
      return new AuthenticationFailed({ description: summary(stderr) })
    }
  }
  return new ExitError({
    ...("code" in status ? { exitCode: status.code } : { signal: status.signal }),
    description: notice ?? summary(stderr),
    stderr
  })
}

const noise =
  /^\s*$|^Reading (prompt|additional input) from stdin|^WARNING: proceeding|^Stack backtrace:|^\s+\d+: |^\s+at /
const logLine = /^\d{4}-\d\d-\d\dT\S+\s+(TRACE|DEBUG|INFO|WARN|ERROR) /
const summaryLength = 600

// Colours and the like, which an error message would carry into logs and terminals.
// oxlint-disable-next-line no-control-regex
const controls = /\u001b\[[0-9;?]*[ -/]*[@-~]|[\u0000-\u0008\u000b-\u001f\u007f]/g

const quietLines = (stderr: string) =>
  stderr
    .replaceAll(controls, "")
    .split("\n")
    .filter((line) => !noise.test(line))

const plainLines = (stderr: string) => quietLines(stderr).filter((line) => !logLine.test(line))

/** What a person would quote from stderr: codex's closing error, or else its last lines. */
const summary = (stderr: string): string => {
  const plain = plainLines(stderr)
  const start = plain.findLastIndex((line) => /^error\b|panicked at/i.test(line))
  const chosen = start === -1 ? (plain.length > 0 ? plain : quietLines(stderr)).slice(-5) : plain.slice(start)
  return chosen.join("\n").trim().slice(0, summaryLength)
}
