/**
 * The JSONL of `codex exec --experimental-json` (codex 0.169), read tolerantly.
 *
 * The wire's own shapes are validated as they are and mapped to the model in plain code, which is several times faster
 * than renaming keys inside the Schema. What does not fit is kept raw, and never ends a turn: an event that ends the
 * turn stays one even if its payload has changed.
 */
import * as Predicate from "effect/Predicate"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as SchemaJITCompiler from "effect/schema/SchemaJITCompiler"
import { mapRecord } from "./mapRecord.ts"
import { argument } from "./optionSchemas.ts"
import { type ThreadEvent, ThreadId, type Usage } from "../ThreadEvent.ts"
import type { McpToolCallResult, ThreadItem, WebSearchAction } from "../ThreadItem.ts"

/** A decoded line, and what about it was not as expected. */
export interface DecodedEvent {
  readonly event: ThreadEvent
  readonly issue: string | undefined
}

const nullable = <S extends Schema.Constraint>(schema: S) => Schema.optionalKey(Schema.NullOr(schema))

const WireWebSearchAction = Schema.Struct({
  type: Schema.String,
  query: nullable(Schema.String),
  queries: nullable(Schema.Array(Schema.String)),
  url: nullable(Schema.String),
  pattern: nullable(Schema.String)
})

const WireMcpResult = Schema.Struct({
  content: Schema.Array(Schema.Unknown),
  structured_content: Schema.optionalKey(Schema.Unknown),
  _meta: Schema.optionalKey(Schema.Unknown)
})

/** The wire's items. */
const WireItem = Schema.Union([
  Schema.Struct({ type: Schema.Literal("agent_message"), id: Schema.String, text: Schema.String }),
  Schema.Struct({ type: Schema.Literal("reasoning"), id: Schema.String, text: Schema.String }),
  Schema.Struct({
    type: Schema.Literal("command_execution"),
    id: Schema.String,
    command: Schema.String,
    aggregated_output: Schema.String,
    exit_code: nullable(Schema.Finite),
    status: Schema.String
  }),
  Schema.Struct({
    type: Schema.Literal("file_change"),
    id: Schema.String,
    changes: Schema.Array(Schema.Struct({ path: Schema.String, kind: Schema.String })),
    status: Schema.String
  }),
  Schema.Struct({
    type: Schema.Literal("mcp_tool_call"),
    id: Schema.String,
    server: Schema.String,
    tool: Schema.String,
    arguments: Schema.optionalKey(Schema.Unknown),
    result: nullable(WireMcpResult),
    error: nullable(Schema.Struct({ message: Schema.String })),
    status: Schema.String
  }),
  Schema.Struct({
    type: Schema.Literal("collab_tool_call"),
    id: Schema.String,
    tool: Schema.String,
    sender_thread_id: Schema.String,
    receiver_thread_ids: Schema.Array(Schema.String),
    prompt: nullable(Schema.String),
    agents_states: Schema.Record(
      Schema.String,
      Schema.Struct({ status: Schema.String, message: nullable(Schema.String) })
    ),
    status: Schema.String
  }),
  Schema.Struct({
    type: Schema.Literal("web_search"),
    id: Schema.String,
    query: Schema.String,
    action: nullable(WireWebSearchAction)
  }),
  Schema.Struct({
    type: Schema.Literal("todo_list"),
    id: Schema.String,
    items: Schema.Array(Schema.Struct({ text: Schema.String, completed: Schema.Boolean }))
  }),
  Schema.Struct({ type: Schema.Literal("error"), id: Schema.String, message: Schema.String })
]).pipe(Schema.toTaggedUnion("type"))
type WireItem = typeof WireItem.Type

const WireUsage = Schema.Struct({
  input_tokens: Schema.Finite,
  cached_input_tokens: Schema.Finite,
  // Older than codex 0.160 it is missing.
  cache_write_input_tokens: nullable(Schema.Finite),
  output_tokens: Schema.Finite,
  reasoning_output_tokens: nullable(Schema.Finite)
})
type WireUsage = typeof WireUsage.Type

/** The wire's events. */
const WireEvent = Schema.Union([
  Schema.Struct({ type: Schema.Literal("thread.started"), thread_id: argument }),
  Schema.Struct({ type: Schema.Literal("turn.started") }),
  Schema.Struct({ type: Schema.Literal("turn.completed"), usage: nullable(WireUsage) }),
  Schema.Struct({ type: Schema.Literal("turn.failed"), error: Schema.Struct({ message: Schema.String }) }),
  Schema.Struct({ type: Schema.Literal("item.started"), item: WireItem }),
  Schema.Struct({ type: Schema.Literal("item.updated"), item: WireItem }),
  Schema.Struct({ type: Schema.Literal("item.completed"), item: WireItem }),
  Schema.Struct({ type: Schema.Literal("error"), message: Schema.String })
]).pipe(Schema.toTaggedUnion("type"))
type WireEvent = typeof WireEvent.Type

// Falls back to the interpreter where code generation is forbidden.
SchemaJITCompiler.enable(WireEvent.ast)
SchemaJITCompiler.enable(WireItem.ast)

// What they accept is mapped field by field, so that nothing unknown comes along.
const isWireEvent = Schema.is(WireEvent)
const isWireItem = Schema.is(WireItem)
// They say what is wrong.
const decodeWireEvent = Schema.decodeUnknownResult(WireEvent)
const decodeWireEventStrict = Schema.decodeUnknownResult(WireEvent, { onExcessProperty: "error" })
const decodeWireItem = Schema.decodeUnknownResult(WireItem)

/** Decodes one parsed line. Never fails. With `strict`, a field that is not known is an issue too. */
export const decodeEvent = (line: unknown, strict: boolean): DecodedEvent => {
  if (!strict) {
    // Most events are these: their item is checked at once, and not as a part of the event.
    const decoded = decodeItemEvent(line)
    if (decoded !== undefined) return decoded
    if (isWireEvent(line)) return { event: fromWireEvent(line), issue: undefined }
  }
  const result = strict ? decodeWireEventStrict(line) : decodeWireEvent(line)
  return Result.isSuccess(result)
    ? { event: fromWireEvent(result.success), issue: undefined }
    : salvage(line, result.failure.message)
}

const knownEvents: ReadonlySet<string> = new Set(WireEvent.discriminants)
const knownItems: ReadonlySet<string> = new Set(WireItem.discriminants)

const typeOf = (value: unknown): string | undefined =>
  Predicate.hasProperty(value, "type") && typeof value.type === "string" ? value.type : undefined

const salvage = (line: unknown, mismatch: string): DecodedEvent => {
  const ofItem = decodeItemEvent(line)
  if (ofItem !== undefined) return { event: ofItem.event, issue: ofItem.issue ?? mismatch }
  const type = typeOf(line)
  const issue = type === undefined || knownEvents.has(type) ? mismatch : "Unknown type of event"
  switch (type) {
    case "turn.completed":
      return { event: { _tag: "TurnCompleted" }, issue }
    case "turn.failed":
      return { event: { _tag: "TurnFailed", error: { message: failureMessage(line) } }, issue }
  }
  return { event: { _tag: "UnknownEvent", ...(type === undefined ? {} : { type }), raw: line, issue }, issue }
}

const failureMessage = (line: unknown): string => {
  const error = Predicate.hasProperty(line, "error") ? line.error : undefined
  if (typeof error === "string") return error
  return Predicate.hasProperty(error, "message") && typeof error.message === "string"
    ? error.message
    : "codex gave no reason"
}

const itemTagOf = (type: unknown) => {
  switch (type) {
    case "item.started":
      return "ItemStarted"
    case "item.updated":
      return "ItemUpdated"
    case "item.completed":
      return "ItemCompleted"
    default:
      return undefined
  }
}

/** Nothing if it is no event of an item. */
const decodeItemEvent = (line: unknown): DecodedEvent | undefined => {
  if (!Predicate.isObject(line)) return undefined
  const tag = itemTagOf(line["type"])
  if (tag === undefined || !Predicate.isObject(line["item"])) return undefined
  const item = decodeItem(line["item"])
  return { event: { _tag: tag, item }, issue: item._tag === "UnknownItem" ? item.issue : undefined }
}

const decodeItem = (item: object): ThreadItem => {
  if (isWireItem(item)) return fromWireItem(item)
  const result = decodeWireItem(item)
  if (Result.isSuccess(result)) return fromWireItem(result.success)
  const type = typeOf(item)
  return {
    _tag: "UnknownItem",
    ...(Predicate.hasProperty(item, "id") && typeof item.id === "string" ? { id: item.id } : {}),
    ...(type === undefined ? {} : { type }),
    raw: item,
    issue: type === undefined || knownItems.has(type) ? result.failure.message : "Unknown type of item"
  }
}

const fromWireEvent = (wire: WireEvent): ThreadEvent => {
  switch (wire.type) {
    case "thread.started":
      return { _tag: "ThreadStarted", threadId: ThreadId.make(wire.thread_id) }
    case "turn.started":
      return { _tag: "TurnStarted" }
    case "turn.completed":
      return Predicate.isNullish(wire.usage)
        ? { _tag: "TurnCompleted" }
        : { _tag: "TurnCompleted", usage: fromWireUsage(wire.usage) }
    case "turn.failed":
      return { _tag: "TurnFailed", error: { message: wire.error.message } }
    case "item.started":
      return { _tag: "ItemStarted", item: fromWireItem(wire.item) }
    case "item.updated":
      return { _tag: "ItemUpdated", item: fromWireItem(wire.item) }
    case "item.completed":
      return { _tag: "ItemCompleted", item: fromWireItem(wire.item) }
    case "error":
      return { _tag: "ThreadError", message: wire.message }
  }
}

const fromWireUsage = (wire: WireUsage): Usage => ({
  inputTokens: wire.input_tokens,
  cachedInputTokens: wire.cached_input_tokens,
  cacheWriteInputTokens: wire.cache_write_input_tokens ?? 0,
  outputTokens: wire.output_tokens,
  reasoningOutputTokens: wire.reasoning_output_tokens ?? 0
})

const fromWireItem = (wire: WireItem): ThreadItem => {
  switch (wire.type) {
    case "agent_message":
      return { _tag: "AgentMessage", id: wire.id, text: wire.text }
    case "reasoning":
      return { _tag: "Reasoning", id: wire.id, text: wire.text }
    case "command_execution": {
      const { aggregated_output: aggregatedOutput, command, exit_code: exitCode, id, status } = wire
      // The most frequent item: an object without a spread is several times cheaper.
      return Predicate.isNullish(exitCode)
        ? { _tag: "CommandExecution", id, command, aggregatedOutput, status }
        : { _tag: "CommandExecution", id, command, aggregatedOutput, exitCode, status }
    }
    case "file_change":
      return {
        _tag: "FileChange",
        id: wire.id,
        changes: wire.changes.map(({ kind, path }) => ({ path, kind })),
        status: wire.status
      }
    case "mcp_tool_call":
      return {
        _tag: "McpToolCall",
        id: wire.id,
        server: wire.server,
        tool: wire.tool,
        arguments: wire.arguments ?? null,
        ...(Predicate.isNullish(wire.result) ? {} : { result: fromWireMcpResult(wire.result) }),
        ...(Predicate.isNullish(wire.error) ? {} : { error: { message: wire.error.message } }),
        status: wire.status
      }
    case "collab_tool_call":
      return {
        _tag: "CollabToolCall",
        id: wire.id,
        tool: wire.tool,
        senderThreadId: wire.sender_thread_id,
        receiverThreadIds: wire.receiver_thread_ids,
        ...(Predicate.isNullish(wire.prompt) ? {} : { prompt: wire.prompt }),
        agentStates: mapRecord(wire.agents_states, ({ message, status }) =>
          Predicate.isNullish(message) ? { status } : { status, message }
        ),
        status: wire.status
      }
    case "web_search":
      return {
        _tag: "WebSearch",
        id: wire.id,
        query: wire.query,
        ...(Predicate.isNullish(wire.action) ? {} : { action: fromWireAction(wire.action) })
      }
    case "todo_list":
      return { _tag: "TodoList", id: wire.id, items: wire.items.map(({ completed, text }) => ({ text, completed })) }
    case "error":
      return { _tag: "Error", id: wire.id, message: wire.message }
  }
}

const fromWireMcpResult = (wire: typeof WireMcpResult.Type): McpToolCallResult => ({
  content: wire.content,
  ...(Predicate.isNullish(wire.structured_content) ? {} : { structuredContent: wire.structured_content }),
  ...(Predicate.isNullish(wire._meta) ? {} : { meta: wire._meta })
})

const fromWireAction = (wire: typeof WireWebSearchAction.Type): WebSearchAction => ({
  type: wire.type,
  ...(Predicate.isNullish(wire.query) ? {} : { query: wire.query }),
  ...(Predicate.isNullish(wire.queries) ? {} : { queries: wire.queries }),
  ...(Predicate.isNullish(wire.url) ? {} : { url: wire.url }),
  ...(Predicate.isNullish(wire.pattern) ? {} : { pattern: wire.pattern })
})
