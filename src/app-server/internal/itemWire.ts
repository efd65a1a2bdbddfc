/**
 * Items as `codex app-server` 0.169 sends them, and what becomes of them: the same items that `codex exec` reports, in
 * the same spelling.
 *
 * Only what an item is made of is looked at, not all that the generated schemas know of it: what changes elsewhere must
 * not make it unknown.
 */
import * as Predicate from "effect/Predicate"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as SchemaJITCompiler from "effect/schema/SchemaJITCompiler"
import { mapRecord } from "../../internal/mapRecord.ts"
import type { ThreadItem, WebSearchAction } from "../../ThreadItem.ts"

const nullable = <S extends Schema.Constraint>(schema: S) => Schema.optionalKey(Schema.NullOr(schema))

const WireAction = Schema.Struct({
  type: Schema.String,
  query: nullable(Schema.String),
  queries: nullable(Schema.Array(Schema.String)),
  url: nullable(Schema.String),
  pattern: nullable(Schema.String)
})

/** The kinds that become items. */
const WireItem = Schema.Union([
  Schema.Struct({ type: Schema.Literal("agentMessage"), id: Schema.String, text: Schema.String }),
  Schema.Struct({ type: Schema.Literal("reasoning"), id: Schema.String, summary: Schema.Array(Schema.String) }),
  Schema.Struct({ type: Schema.Literal("plan"), id: Schema.String, text: Schema.String }),
  Schema.Struct({
    type: Schema.Literal("commandExecution"),
    id: Schema.String,
    command: Schema.String,
    aggregatedOutput: nullable(Schema.String),
    exitCode: nullable(Schema.Finite),
    status: Schema.String
  }),
  Schema.Struct({
    type: Schema.Literal("fileChange"),
    id: Schema.String,
    changes: Schema.Array(
      Schema.Struct({
        path: Schema.String,
        kind: Schema.Struct({ type: Schema.String }),
        diff: nullable(Schema.String)
      })
    ),
    status: Schema.String
  }),
  Schema.Struct({
    type: Schema.Literal("mcpToolCall"),
    id: Schema.String,
    server: Schema.String,
    tool: Schema.String,
    arguments: Schema.optionalKey(Schema.Unknown),
    result: nullable(
      Schema.Struct({
        content: Schema.Array(Schema.Unknown),
        structuredContent: Schema.optionalKey(Schema.Unknown),
        _meta: Schema.optionalKey(Schema.Unknown)
      })
    ),
    error: nullable(Schema.Struct({ message: Schema.String })),
    status: Schema.String
  }),
  Schema.Struct({
    type: Schema.Literal("dynamicToolCall"),
    id: Schema.String,
    namespace: nullable(Schema.String),
    tool: Schema.String,
    arguments: Schema.optionalKey(Schema.Unknown),
    contentItems: nullable(Schema.Array(Schema.Unknown)),
    success: nullable(Schema.Boolean),
    status: Schema.String
  }),
  Schema.Struct({
    type: Schema.Literal("collabAgentToolCall"),
    id: Schema.String,
    tool: Schema.String,
    senderThreadId: Schema.String,
    receiverThreadIds: Schema.Array(Schema.String),
    prompt: nullable(Schema.String),
    agentsStates: Schema.Record(
      Schema.String,
      Schema.Struct({ status: Schema.String, message: nullable(Schema.String) })
    ),
    status: Schema.String
  }),
  Schema.Struct({
    type: Schema.Literal("webSearch"),
    id: Schema.String,
    query: Schema.String,
    action: nullable(WireAction)
  }),
  Schema.Struct({ type: Schema.Literal("contextCompaction"), id: Schema.String })
]).pipe(Schema.toTaggedUnion("type"))
type WireItem = typeof WireItem.Type

// Falls back to the interpreter where code generation is forbidden.
SchemaJITCompiler.enable(WireItem.ast)

// What it accepts is mapped field by field, so that nothing unknown comes along.
const isWireItem = Schema.is(WireItem)
// It says what is wrong.
const decodeWireItem = Schema.decodeUnknownResult(WireItem)
const knownItems: ReadonlySet<string> = new Set(WireItem.discriminants)

// What `codex exec` does not report either: the input again, and codex's own bookkeeping.
const leftOut: ReadonlySet<unknown> = new Set([
  "userMessage",
  "hookPrompt",
  "functionCallOutput",
  "enteredReviewMode",
  "exitedReviewMode",
  "sleep",
  "imageView",
  "imageGeneration",
  "subAgentActivity"
])

/** An item, or nothing if it is of a kind that is left out. Never fails. */
export const decodeItem = (raw: unknown): ThreadItem | undefined => {
  const type = Predicate.hasProperty(raw, "type") && typeof raw.type === "string" ? raw.type : undefined
  if (leftOut.has(type)) return undefined
  if (isWireItem(raw)) return fromWireItem(raw)
  const result = decodeWireItem(raw)
  if (Result.isSuccess(result)) return fromWireItem(result.success)
  return {
    _tag: "UnknownItem",
    ...(Predicate.hasProperty(raw, "id") && typeof raw.id === "string" ? { id: raw.id } : {}),
    ...(type === undefined ? {} : { type }),
    raw,
    issue: type === undefined || knownItems.has(type) ? result.failure.message : "Unknown type of item"
  }
}

/** `codex exec` spells the same words with underscores. */
const snakeCase = (word: string): string => word.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)

const fromWireItem = (wire: WireItem): ThreadItem | undefined => {
  switch (wire.type) {
    case "agentMessage":
      return { _tag: "AgentMessage", id: wire.id, text: wire.text }
    case "reasoning": {
      const text = wire.summary.join("\n")
      // As `codex exec` does: an empty summary is no item.
      return text.trim() === "" ? undefined : { _tag: "Reasoning", id: wire.id, text }
    }
    case "plan":
      return { _tag: "Plan", id: wire.id, text: wire.text }
    case "commandExecution":
      return {
        _tag: "CommandExecution",
        id: wire.id,
        command: wire.command,
        aggregatedOutput: wire.aggregatedOutput ?? "",
        ...(Predicate.isNullish(wire.exitCode) ? {} : { exitCode: wire.exitCode }),
        status: snakeCase(wire.status)
      }
    case "fileChange":
      return {
        _tag: "FileChange",
        id: wire.id,
        changes: wire.changes.map(({ diff, kind, path }) => ({
          path,
          kind: kind.type,
          ...(Predicate.isNullish(diff) ? {} : { diff })
        })),
        status: snakeCase(wire.status)
      }
    case "mcpToolCall":
      return {
        _tag: "McpToolCall",
        id: wire.id,
        server: wire.server,
        tool: wire.tool,
        arguments: wire.arguments ?? null,
        ...(Predicate.isNullish(wire.result)
          ? {}
          : {
              result: {
                content: wire.result.content,
                ...(Predicate.isNullish(wire.result.structuredContent)
                  ? {}
                  : { structuredContent: wire.result.structuredContent }),
                ...(Predicate.isNullish(wire.result._meta) ? {} : { meta: wire.result._meta })
              }
            }),
        ...(Predicate.isNullish(wire.error) ? {} : { error: { message: wire.error.message } }),
        status: snakeCase(wire.status)
      }
    case "dynamicToolCall":
      return {
        _tag: "DynamicToolCall",
        id: wire.id,
        ...(Predicate.isNullish(wire.namespace) ? {} : { namespace: wire.namespace }),
        tool: wire.tool,
        arguments: wire.arguments ?? null,
        ...(Predicate.isNullish(wire.contentItems) ? {} : { content: wire.contentItems }),
        ...(Predicate.isNullish(wire.success) ? {} : { success: wire.success }),
        status: snakeCase(wire.status)
      }
    case "collabAgentToolCall":
      return {
        _tag: "CollabToolCall",
        id: wire.id,
        tool: snakeCase(wire.tool),
        senderThreadId: wire.senderThreadId,
        receiverThreadIds: wire.receiverThreadIds,
        ...(Predicate.isNullish(wire.prompt) ? {} : { prompt: wire.prompt }),
        agentStates: mapRecord(wire.agentsStates, ({ message, status }) =>
          Predicate.isNullish(message) ? { status: snakeCase(status) } : { status: snakeCase(status), message }
        ),
        status: snakeCase(wire.status)
      }
    case "webSearch":
      return {
        _tag: "WebSearch",
        id: wire.id,
        query: wire.query,
        ...(Predicate.isNullish(wire.action) ? {} : { action: fromWireAction(wire.action) })
      }
    case "contextCompaction":
      return { _tag: "ContextCompaction", id: wire.id }
  }
}

const fromWireAction = (wire: typeof WireAction.Type): WebSearchAction => ({
  type: snakeCase(wire.type),
  ...(Predicate.isNullish(wire.query) ? {} : { query: wire.query }),
  ...(Predicate.isNullish(wire.queries) ? {} : { queries: wire.queries }),
  ...(Predicate.isNullish(wire.url) ? {} : { url: wire.url }),
  ...(Predicate.isNullish(wire.pattern) ? {} : { pattern: wire.pattern })
})
