/**
 * Every failure of the library: one `CodexError` whose `reason` says what happened.
 *
 * Catch all of them with `Effect.catchTag("CodexError", …)` and one with
 * `Effect.catchReason("CodexError", "ThreadNotFound", …)`. Messages say what to do, and hold neither secrets nor whole
 * prompts.
 */
import * as Schema from "effect/Schema"
import {
  ConnectionLost,
  ConsumerTooSlow,
  NoActiveTurn,
  NotSupported,
  RequestTimeout,
  RpcError,
  TurnInterrupted
} from "./AppServerError.ts"
import { inline } from "./internal/preview.ts"
import { ThreadId } from "./ThreadEvent.ts"
import { ThreadItem } from "./ThreadItem.ts"

/** No codex executable was found. */
export class ExecutableNotFound extends Schema.TaggedError<ExecutableNotFound>()("ExecutableNotFound", {
  /** Where it was looked for, in order. */
  tried: Schema.Array(Schema.String)
}) {
  get isRetryable(): boolean {
    return false
  }
  override get message(): string {
    return (
      "No codex executable was found. Install it with `npm install @openai/codex`, " +
      "or name one with the option codexPath or the variable CODEX_PATH. Tried:" +
      this.tried.map((place) => `\n  - ${place}`).join("")
    )
  }
}

// Descriptors, memory, process slots and room on a disk come back; a file that may not be executed does not.
const lacksResource = (description: string): boolean =>
  /\b(EMFILE|ENFILE|EAGAIN|ENOMEM|ENOSPC|EDQUOT|ETXTBSY|Busy)\b/.test(description)

/** The operating system could not start codex. */
export class SpawnError extends Schema.TaggedError<SpawnError>()("SpawnError", {
  /** The path or name that was to be started. */
  executable: Schema.String,
  /** What the operating system said, such as `EACCES`. */
  description: Schema.String
}) {
  get isRetryable(): boolean {
    return lacksResource(this.description)
  }
  override get message(): string {
    return `Could not start codex (${this.executable}): ${this.description}`
  }
}

/** An option, an input or an id that codex would refuse or misread. No turn was started. */
export class InvalidOptions extends Schema.TaggedError<InvalidOptions>()("InvalidOptions", {
  /** The option's path, such as `sandboxMode` or `config.mcp_servers`. */
  option: Schema.String,
  /** What it got, shortened; never a secret. */
  got: Schema.String,
  /** What is allowed. */
  expected: Schema.String
}) {
  get isRetryable(): boolean {
    return false
  }
  override get message(): string {
    return `Invalid option "${inline(this.option, 200)}": expected ${this.expected}, got ${this.got}`
  }
}

/** The output schema could not be made, or not be handed to codex. */
export class OutputSchemaError extends Schema.TaggedError<OutputSchemaError>()("OutputSchemaError", {
  /** What is wrong with it, or why it could not be written. */
  description: Schema.String
}) {
  get isRetryable(): boolean {
    // Not of a field with such a name.
    return this.description.startsWith("its temporary file") && lacksResource(this.description)
  }
  override get message(): string {
    return `The output schema can not be used: ${this.description}`
  }
}

/** codex's output can not be read: broken off, not UTF-8, a line over the limit, or unknown in `strict` mode. */
export class MalformedOutput extends Schema.TaggedError<MalformedOutput>()("MalformedOutput", {
  /** What is wrong with it. */
  description: Schema.String,
  /** The beginning of the line. */
  excerpt: Schema.String
}) {
  get isRetryable(): boolean {
    return false
  }
  override get message(): string {
    return `codex's output can not be read: ${this.description}${this.excerpt === "" ? "" : ` (in: ${this.excerpt})`}`
  }
}

/**
 * What kind of failure ended a turn, told from codex's message (0.169).
 *
 * - `usageLimit`: the account's quota or plan is used up
 * - `contextWindow`: the thread no longer fits the model
 * - `authentication`: no key, a wrong one, or no permission
 * - `modelNotFound`: the provider does not have the model
 * - `overloaded`: at capacity, too many requests, or a fault of the service
 * - `network`: the connection failed or broke off
 * - `other`: everything else; the message says more
 */
export const TurnFailureKind = Schema.Literals([
  "usageLimit",
  "contextWindow",
  "authentication",
  "modelNotFound",
  "overloaded",
  "network",
  "other"
])
export type TurnFailureKind = typeof TurnFailureKind.Type

/** codex reported that the turn failed, after its own retries. */
export class TurnFailed extends Schema.TaggedError<TurnFailed>()("TurnFailed", {
  /** What kind of failure. */
  kind: TurnFailureKind,
  /** codex's own words, the first 4096 characters of them. */
  description: Schema.String
}) {
  get isRetryable(): boolean {
    return this.kind === "overloaded" || this.kind === "network"
  }
  override get message(): string {
    const why = this.description.trim() === "" ? "codex gave no reason" : this.description
    return `The turn failed: ${why}${adviceByKind[this.kind]}`
  }
}

const adviceByKind: Record<TurnFailureKind, string> = {
  usageLimit: " (the account's usage limit is reached: wait for its reset or raise it)",
  contextWindow: " (the thread is too long for the model: start a new one)",
  authentication: " (check the option apiKey, CODEX_API_KEY or `codex login`)",
  modelNotFound: " (check the option model)",
  overloaded: " (try again later)",
  network: " (try again; check the network and the option baseUrl)",
  other: ""
}

/** codex exited with code 0 but never said how the turn ended. */
export class TurnIncomplete extends Schema.TaggedError<TurnIncomplete>()("TurnIncomplete", {
  /** What was missing. */
  description: Schema.String
}) {
  get isRetryable(): boolean {
    return true
  }
  override get message(): string {
    return `The turn did not finish: ${this.description}`
  }
}

/** codex exited with an error, or by a signal, before the turn's end. */
export class ExitError extends Schema.TaggedError<ExitError>()("ExitError", {
  /** Absent when a signal ended it. */
  exitCode: Schema.optionalKey(Schema.Int),
  /** What ended it, if a signal did, such as `SIGKILL`. */
  signal: Schema.optionalKey(Schema.String),
  /** codex's own words: the last notice among the events, or else the end of stderr. */
  description: Schema.String,
  /** The end of stderr, at most the Exec option `stderrTailBytes`. */
  stderr: Schema.String
}) {
  // A signal comes from outside (memory, an operator); an exit code is codex's verdict on what it was asked to do.
  get isRetryable(): boolean {
    return this.signal !== undefined
  }
  override get message(): string {
    const how = this.signal === undefined ? `code ${this.exitCode}` : `signal ${this.signal}`
    return `codex exited with ${how}${this.description === "" ? "" : `: ${this.description}`}`
  }
}

/** A time limit of the turn was reached, and codex was ended. */
export class TimeoutError extends Schema.TaggedError<TimeoutError>()("TimeoutError", {
  /** Which limit: `timeout` (the whole turn) or `idleTimeout` (between events). */
  limit: Schema.Literals(["timeout", "idleTimeout"]),
  /** The limit. */
  milliseconds: Schema.Finite,
  /** Whether codex was waiting for the network, which it does without an end. */
  waitedForNetwork: Schema.optionalKey(Schema.Boolean)
}) {
  get isRetryable(): boolean {
    return true
  }
  override get message(): string {
    const what =
      this.limit === "timeout"
        ? `The turn took longer than ${this.milliseconds} ms (option timeout)`
        : `codex reported nothing for ${this.milliseconds} ms (option idleTimeout)`
    return this.waitedForNetwork === true
      ? `${what}: it could not connect to the model; check the network and the option baseUrl`
      : what
  }
}

/** The final message is not what the schema asked for. */
export class StructuredOutputError extends Schema.TaggedError<StructuredOutputError>()("StructuredOutputError", {
  /** The agent's final message. */
  text: Schema.String,
  /** What is wrong with it, by path. */
  issue: Schema.String
}) {
  get isRetryable(): boolean {
    return true
  }
  override get message(): string {
    return `The agent's answer does not fit the schema: ${this.issue}`
  }
}

/** codex has no such thread. */
export class ThreadNotFound extends Schema.TaggedError<ThreadNotFound>()("ThreadNotFound", {
  /** Absent when the last thread was asked for and there is none. */
  threadId: Schema.optionalKey(Schema.String),
  /** True if there is one, in codex's archive. */
  isArchived: Schema.optionalKey(Schema.Boolean)
}) {
  get isRetryable(): boolean {
    return false
  }
  override get message(): string {
    if (this.threadId === undefined) return "There is no recorded thread to resume for this working directory"
    return this.isArchived === true
      ? `The thread ${inline(this.threadId, 120)} is archived: \`codex unarchive\`, or Threads.unarchive, brings it back`
      : `There is no recorded thread ${inline(this.threadId, 120)}. ` +
          "Threads live in CODEX_HOME; ephemeral ones can not be resumed"
  }
}

/** The thread is in use: by another process, by another turn, or by a turn inside of which another of it was run. */
export class ThreadBusy extends Schema.TaggedError<ThreadBusy>()("ThreadBusy", {
  /** Absent if codex has not named it. */
  threadId: Schema.optionalKey(Schema.String),
  /**
   * `process`: another codex writes to it, or an app-server keeps it loaded after a turn. `stream`: the caller is inside
   * of a turn of the thread, reading its stream or as a handler of an approval or a tool, and would wait for itself.
   * `turn`: another `Thread`, or another client, of the same app-server runs a turn of it. `client`: another client, or
   * a request of `AppServer`, has loaded it there with another sandbox, approval policy or folder than those asked for.
   */
  usedBy: Schema.Literals(["client", "process", "stream", "turn"])
}) {
  get isRetryable(): boolean {
    return this.usedBy !== "stream"
  }
  override get message(): string {
    const thread = this.threadId === undefined ? "The thread" : `The thread ${this.threadId}`
    if (this.usedBy === "process") {
      return (
        `${thread} is in use by another codex process: wait for it to end, or fork the thread. ` +
        "An app-server keeps the threads of its turns: close its layer, or ask it for thread/unsubscribe"
      )
    }
    if (this.usedBy === "client") {
      return (
        `${thread} is loaded on the server with another sandbox, approval policy or working directory, which codex keeps: ` +
        "take the same, let whoever has loaded it ask for thread/unsubscribe, or fork the thread"
      )
    }
    return this.usedBy === "turn"
      ? `${thread} runs another turn: wait for it to end, or fork the thread`
      : `${thread} can not run a turn inside of another one, in its stream or in a handler that it waits for: ` +
          "end that turn first, or fork the thread"
  }
}

/** The working directory is no Git repository and codex was not told to work there all the same. */
export class UntrustedDirectory extends Schema.TaggedError<UntrustedDirectory>()("UntrustedDirectory", {
  /** Which one, where it is known. */
  directory: Schema.optionalKey(Schema.String)
}) {
  get isRetryable(): boolean {
    return false
  }
  override get message(): string {
    return (
      `Not inside a trusted directory${this.directory === undefined ? "" : ` (${inline(this.directory, 300)})`}: ` +
      "codex works in Git repositories; set skipGitRepoCheck to run it elsewhere"
    )
  }
}

/** The prompt is longer than codex takes. It was not sent to a model. */
export class PromptTooLarge extends Schema.TaggedError<PromptTooLarge>()("PromptTooLarge", {
  /** In characters (Unicode code points). */
  length: Schema.Int,
  /** What codex takes, in the same unit. */
  limit: Schema.Int
}) {
  get isRetryable(): boolean {
    return false
  }
  override get message(): string {
    return `The prompt has ${this.length} characters; codex takes ${this.limit}. Put the text into a file and name it`
  }
}

/** codex refused to start for want of a valid login. */
export class AuthenticationFailed extends Schema.TaggedError<AuthenticationFailed>()("AuthenticationFailed", {
  /** codex's own words. */
  description: Schema.String
}) {
  get isRetryable(): boolean {
    return false
  }
  override get message(): string {
    return `codex could not authenticate: ${this.description}${adviceByKind.authentication}`
  }
}

/** Why an operation failed. */
export const CodexErrorReason = Schema.Union([
  ExecutableNotFound,
  SpawnError,
  InvalidOptions,
  OutputSchemaError,
  MalformedOutput,
  TurnFailed,
  TurnIncomplete,
  ExitError,
  TimeoutError,
  StructuredOutputError,
  ThreadNotFound,
  ThreadBusy,
  UntrustedDirectory,
  PromptTooLarge,
  AuthenticationFailed,
  RpcError,
  RequestTimeout,
  ConnectionLost,
  TurnInterrupted,
  ConsumerTooSlow,
  NoActiveTurn,
  NotSupported
])
export type CodexErrorReason = typeof CodexErrorReason.Type

/** The failure of every operation of the library. */
export class CodexError extends Schema.TaggedError<CodexError>()("CodexError", {
  /** What happened. */
  reason: CodexErrorReason,
  /** The turn's thread, once codex has named it: what to resume, unless it is new and its first turn has not begun. */
  threadId: Schema.optionalKey(ThreadId),
  /** What `run` had seen of the turn's items when it failed. */
  items: Schema.optionalKey(Schema.Array(ThreadItem))
}) {
  override get message(): string {
    return this.reason.message
  }
  override get cause(): CodexErrorReason {
    return this.reason
  }
  /** Whether the same call may succeed later, unchanged. */
  get isRetryable(): boolean {
    return this.reason.isRetryable
  }
}

/** Whether a value is a `CodexError`. */
export const isCodexError = (value: unknown): value is CodexError => value instanceof CodexError
