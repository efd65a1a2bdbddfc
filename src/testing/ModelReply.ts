/**
 * What a scripted model answers, as plain data.
 *
 * A `ModelReply` is the answer to one request to `/responses`; a `ModelOutput` is one thing that the model puts into
 * it. The builders here return tagged, readonly values and do nothing by themselves: `ScriptedModel` turns them into
 * the events of the OpenAI Responses API. The shapes and their effects were seen with codex 0.169.
 *
 * Pauses and delays are real time even under a `TestClock`, because the one who waits is a real process.
 */
import type * as Duration from "effect/Duration"

/** A JSON object that is sent as it is. */
export interface ModelJson {
  readonly [key: string]: unknown
}

/** Token counts of one reply. codex adds them up over the thread and reports the sum. */
export interface ModelUsage {
  /** Cached ones included. */
  readonly inputTokens: number
  /** Read from the provider's cache. */
  readonly cachedInputTokens: number
  /** Written to the cache. */
  readonly cacheWriteInputTokens: number
  /** Reasoning included. */
  readonly outputTokens: number
  /** What the model thought. */
  readonly reasoningOutputTokens: number
}

/** The counts of a reply that names none: 42 in (12 of them cached), 5 out (2 of them reasoning). */
export const defaultModelUsage: ModelUsage = {
  inputTokens: 42,
  cachedInputTokens: 12,
  cacheWriteInputTokens: 0,
  outputTokens: 5,
  reasoningOutputTokens: 2
}

/** What a web search call did. */
export type ModelWebSearchAction =
  | {
      readonly type: "search"
      readonly query?: string | undefined
      readonly queries?: ReadonlyArray<string> | undefined
    }
  | { readonly type: "open_page"; readonly url?: string | undefined }
  | { readonly type: "find_in_page"; readonly url?: string | undefined; readonly pattern?: string | undefined }
  | { readonly type: "other" }

/** One thing in a reply, in the order it is streamed. */
export type ModelOutput =
  | {
      readonly _tag: "Message"
      readonly deltas: ReadonlyArray<string>
      readonly streamed: boolean
      readonly options: StreamedMessageOptions
    }
  | { readonly _tag: "Reasoning"; readonly summary: ReadonlyArray<string>; readonly id: string | undefined }
  | {
      readonly _tag: "FunctionCall"
      readonly name: string
      readonly arguments: ModelJson | string
      readonly options: FunctionCallOptions
    }
  | {
      readonly _tag: "CustomToolCall"
      readonly name: string
      readonly input: string
      readonly options: FunctionCallOptions
    }
  | { readonly _tag: "WebSearch"; readonly action: ModelWebSearchAction; readonly id: string | undefined }
  | { readonly _tag: "Item"; readonly item: ModelJson }
  | { readonly _tag: "SseEvent"; readonly event: ModelJson & { readonly type: string } }
  | { readonly _tag: "SseText"; readonly text: string }
  | { readonly _tag: "Pause"; readonly duration: Duration.Input }

/** One output or several. A plain string is a whole assistant message. */
export type ModelOutputs = string | ModelOutput | ReadonlyArray<string | ModelOutput>

/** How a streamed reply ends. */
export type ModelReplyEnding =
  | { readonly _tag: "Completed"; readonly usage: ModelUsage | undefined }
  | { readonly _tag: "Failed"; readonly error: ModelErrorBody }
  | { readonly _tag: "Incomplete"; readonly reason: string }
  | { readonly _tag: "Cut" }
  | { readonly _tag: "Hanging" }

/** The answer to one request: an event stream, an ordinary HTTP response, or nothing at all. */
export type ModelReply =
  | {
      readonly _tag: "StreamReply"
      readonly outputs: ReadonlyArray<ModelOutput>
      readonly ending: ModelReplyEnding
      readonly options: ReplyOptions
    }
  | {
      readonly _tag: "HttpReply"
      readonly status: number
      readonly body: string
      readonly contentType: string
      readonly options: ReplyOptions
    }
  | { readonly _tag: "SilentReply" }

/** Error object of the API. codex looks at `code` in a stream and at `code` or `type` in an HTTP error. */
export interface ModelErrorBody extends ModelJson {
  /** What went wrong, in words. */
  readonly message?: string | undefined
  /** Such as `context_length_exceeded`. */
  readonly code?: string | undefined
  /** Such as `usage_limit_reached`. */
  readonly type?: string | undefined
}

// ---------------------------------------------------------------------------------------------------------------
// Outputs
// ---------------------------------------------------------------------------------------------------------------

/** Options of an assistant message. */
export interface MessageOptions {
  /** Item id. Default: `msg_<request>_<output>`. */
  readonly id?: string | undefined
  /** Marks an interim message or the answer. `codex exec` shows both alike. Default: absent. */
  readonly phase?: "commentary" | "final_answer" | undefined
}

/** Options of a message that arrives in pieces. */
export interface StreamedMessageOptions extends MessageOptions {
  /** Pause before each delta but the first. Default: none. */
  readonly pause?: Duration.Input | undefined
  /** Leaves the message unfinished: the deltas come, its `output_item.done` does not. Default: false. */
  readonly unfinished?: boolean | undefined
}

/** A message of the assistant, whole. */
export const assistantMessage = (text: string, options: MessageOptions = {}): ModelOutput => ({
  _tag: "Message",
  deltas: [text],
  streamed: false,
  options
})

/** A message of the assistant that is streamed as these text deltas. `codex exec` shows only the finished message. */
export const streamedMessage = (deltas: ReadonlyArray<string>, options: StreamedMessageOptions = {}): ModelOutput => ({
  _tag: "Message",
  deltas,
  streamed: true,
  options
})

/** Reasoning with a summary of one or more parts, streamed one delta per part. codex joins the parts with newlines. */
export const reasoning = (
  summary: string | ReadonlyArray<string>,
  options: { readonly id?: string | undefined } = {}
): ModelOutput => ({
  _tag: "Reasoning",
  summary: typeof summary === "string" ? [summary] : summary,
  id: options.id
})

/** Options of a tool call. */
export interface FunctionCallOptions {
  /** Call id, which the tool's output repeats. Default: `call_<request>_<output>`, both counted from 0. */
  readonly callId?: string | undefined
  /** Namespace of the tool. A tool of the MCP server `docs` needs `mcp__docs`; a flat name is not found by codex. */
  readonly namespace?: string | undefined
}

/** A call of a function tool. A string is sent as the arguments as it is, so that broken JSON can be sent too. */
export const functionCall = (
  name: string,
  args: ModelJson | string,
  options: FunctionCallOptions = {}
): ModelOutput => ({ _tag: "FunctionCall", name, arguments: args, options })

/** A call of a free-form tool, such as `exec` (JavaScript) of codex's code mode. */
export const customToolCall = (name: string, input: string, options: FunctionCallOptions = {}): ModelOutput => ({
  _tag: "CustomToolCall",
  name,
  input,
  options
})

/** Options of a shell command. What is absent is left to codex. */
export interface ShellCommandOptions extends FunctionCallOptions {
  /** Working directory of the command. */
  readonly workdir?: string | undefined
  /** Milliseconds after which codex answers the model even if the command still runs. */
  readonly yieldTimeMs?: number | undefined
  /** Tokens of output that the model gets. */
  readonly maxOutputTokens?: number | undefined
  /** Runs the command in a terminal. */
  readonly tty?: boolean | undefined
  /** Runs the command in a login shell. */
  readonly login?: boolean | undefined
  /** `require_escalated` asks to leave the sandbox. */
  readonly sandboxPermissions?: string | undefined
  /** Why the command should leave the sandbox. */
  readonly justification?: string | undefined
}

/** Runs a shell command through codex's `exec_command` tool. codex really runs it. */
export const shellCommand = (command: string, options: ShellCommandOptions = {}): ModelOutput =>
  functionCall(
    "exec_command",
    {
      cmd: command,
      workdir: options.workdir,
      yield_time_ms: options.yieldTimeMs,
      max_output_tokens: options.maxOutputTokens,
      tty: options.tty,
      login: options.login,
      sandbox_permissions: options.sandboxPermissions,
      justification: options.justification
    },
    { callId: options.callId, namespace: options.namespace }
  )

/** Applies a patch, given as the text from `*** Begin Patch` to `*** End Patch`. codex really changes the files. */
export const applyPatch = (patch: string, options: FunctionCallOptions = {}): ModelOutput =>
  customToolCall("apply_patch", patch, options)

/** A web search that the API made. A string is the query of a search. */
export const webSearch = (
  action: string | ModelWebSearchAction,
  options: { readonly id?: string | undefined } = {}
): ModelOutput => ({
  _tag: "WebSearch",
  action: typeof action === "string" ? { type: "search", query: action } : action,
  id: options.id
})

/** A finished output item of whatever kind, sent as it is. codex skips types that it does not know. */
export const outputItem = (item: ModelJson): ModelOutput => ({ _tag: "Item", item })

/** An event of the stream of whatever kind, sent as it is under the name of its `type`. */
export const sseEvent = (event: ModelJson & { readonly type: string }): ModelOutput => ({ _tag: "SseEvent", event })

/** A text in the stream, not even Server-Sent Events. codex skips an event whose data is not JSON. */
export const sseText = (text: string): ModelOutput => ({ _tag: "SseText", text })

/** Waits before the next output. */
export const pause = (duration: Duration.Input): ModelOutput => ({ _tag: "Pause", duration })

// ---------------------------------------------------------------------------------------------------------------
// Replies
// ---------------------------------------------------------------------------------------------------------------

/** Options of every reply that is sent. */
export interface ReplyOptions {
  /** Wait before the first byte of the response. Default: none. */
  readonly delay?: Duration.Input | undefined
  /** Headers added to the response, such as `retry-after`. */
  readonly headers?: Readonly<Record<string, string>> | undefined
}

/** Options of a complete reply. */
export interface CompletedReplyOptions extends ReplyOptions {
  /** Counts that differ from `defaultModelUsage`, or `"missing"` for none at all, which codex counts as zeros. */
  readonly usage?: Partial<ModelUsage> | "missing" | undefined
}

const streamReply = (outputs: ModelOutputs, ending: ModelReplyEnding, options: ReplyOptions = {}): ModelReply => ({
  _tag: "StreamReply",
  outputs: (typeof outputs === "string" || "_tag" in outputs ? [outputs] : outputs).map((output) =>
    typeof output === "string" ? assistantMessage(output) : output
  ),
  ending,
  options
})

/**
 * A complete reply: `reply("Hi!")`, `reply(shellCommand("ls"))`, `reply([reasoning("…"), "Done"], { usage: … })`.
 *
 * codex asks again after a reply with a tool call, with the output of the tool, and ends the turn after one without.
 */
export const reply = (outputs: ModelOutputs, options: CompletedReplyOptions = {}): ModelReply =>
  streamReply(
    outputs,
    {
      _tag: "Completed",
      usage: options.usage === "missing" ? undefined : { ...defaultModelUsage, ...options.usage }
    },
    options
  )

/**
 * A reply that ends with `response.failed`, after the outputs if there are some.
 *
 * codex fails the turn at once for the codes `context_length_exceeded`, `insufficient_quota` and `invalid_prompt`, and
 * retries the others (`server_error`, `rate_limit_exceeded`, …) up to its `stream_max_retries`.
 */
export const replyFailed = (error: ModelErrorBody, outputs: ModelOutputs = [], options?: ReplyOptions): ModelReply =>
  streamReply(outputs, { _tag: "Failed", error }, options)

/**
 * A reply that ends with `response.incomplete`, after the outputs if there are some.
 *
 * codex fails the turn at once for `max_output_tokens` and retries `content_filter` up to its `stream_max_retries`.
 */
export const replyIncomplete = (
  reason: "max_output_tokens" | "content_filter" | (string & {}),
  outputs: ModelOutputs = [],
  options?: ReplyOptions
): ModelReply => streamReply(outputs, { _tag: "Incomplete", reason }, options)

/** A reply whose connection drops after the outputs, in the middle of the stream. codex retries it. */
export const replyCut = (outputs: ModelOutputs = [], options?: ReplyOptions): ModelReply =>
  streamReply(outputs, { _tag: "Cut" }, options)

/**
 * A reply that never ends. Without outputs not even the headers come; with outputs the stream opens, sends them, and
 * then stays silent. It lasts until codex goes away or the layer closes.
 */
export const replyHanging = (outputs?: ModelOutputs, options?: ReplyOptions): ModelReply =>
  outputs === undefined ? { _tag: "SilentReply" } : streamReply(outputs, { _tag: "Hanging" }, options)

/**
 * An HTTP error with the JSON body `{ error }`.
 *
 * codex 0.169 fails at once for 400, for 404 with the code `model_not_found`, and for 429 with the code
 * `insufficient_quota` or the type `usage_limit_reached`; it retries the others within its limits, 429 after the
 * header `retry-after`.
 */
export const replyError = (status: number, error: ModelErrorBody = {}, options: ReplyOptions = {}): ModelReply => ({
  _tag: "HttpReply",
  status,
  body: JSON.stringify({ error: { message: `HTTP ${status} from ScriptedModel`, ...error } }),
  contentType: "application/json",
  options
})

/** Options of a raw response. */
export interface RawReplyOptions extends ReplyOptions {
  /** Default: 200. */
  readonly status?: number | undefined
  /** Default: `text/event-stream`. */
  readonly contentType?: string | undefined
}

/** A text as the whole body of the response, ended in the ordinary way. */
export const replyRaw = (body: string, options: RawReplyOptions = {}): ModelReply => ({
  _tag: "HttpReply",
  status: options.status ?? 200,
  body,
  contentType: options.contentType ?? "text/event-stream",
  options
})
