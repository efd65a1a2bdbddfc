/**
 * Items: what the agent says and does during a turn.
 *
 * The shapes are those of codex 0.169, with `_tag` and camelCase fields, and absent instead of null. Statuses and other
 * words of the protocol keep codex's spelling and are open: a new one is kept as it came. An item of a kind or shape
 * that is not known becomes an `UnknownItem` with the raw value, so nothing that codex says is lost.
 */
import * as Schema from "effect/Schema"
import { openLiterals } from "./internal/openLiterals.ts"

/** A message of the agent. In a structured turn the last one holds the JSON. */
export const AgentMessage = Schema.TaggedStruct("AgentMessage", {
  id: Schema.String,
  text: Schema.String
})
export interface AgentMessage extends Schema.Schema.Type<typeof AgentMessage> {}

/** The summary of what the model thought; its parts are joined by newlines. */
export const Reasoning = Schema.TaggedStruct("Reasoning", {
  id: Schema.String,
  text: Schema.String
})
export interface Reasoning extends Schema.Schema.Type<typeof Reasoning> {}

/** A shell command. One that still runs when the turn ends is never completed. */
export const CommandExecution = Schema.TaggedStruct("CommandExecution", {
  id: Schema.String,
  /** The command line as codex runs it, shell included. */
  command: Schema.String,
  /** stdout and stderr together, empty until the command is done. codex keeps the first and last 512 KiB. */
  aggregatedOutput: Schema.String,
  /** Absent while it runs and when it was declined; -1 when it could not be started. */
  exitCode: Schema.optionalKey(Schema.Finite),
  status: openLiterals(["in_progress", "completed", "failed", "declined"])
})
export interface CommandExecution extends Schema.Schema.Type<typeof CommandExecution> {}

/** One file of a change. A move shows as an update of the old path. */
export const FileUpdate = Schema.Struct({
  /** Absolute path. */
  path: Schema.String,
  kind: openLiterals(["add", "update", "delete"])
})
export interface FileUpdate extends Schema.Schema.Type<typeof FileUpdate> {}

/** A patch to one or more files. A patch that does not apply or is refused makes no item. */
export const FileChange = Schema.TaggedStruct("FileChange", {
  id: Schema.String,
  changes: Schema.Array(FileUpdate),
  status: openLiterals(["in_progress", "completed", "failed"])
})
export interface FileChange extends Schema.Schema.Type<typeof FileChange> {}

/** What an MCP tool gave back. A tool that reports an error has a result too, and the call's status is `failed`. */
export const McpToolCallResult = Schema.Struct({
  /** MCP content blocks, as the server sent them. */
  content: Schema.Array(Schema.Unknown),
  structuredContent: Schema.optionalKey(Schema.Unknown),
  meta: Schema.optionalKey(Schema.Unknown)
})
export interface McpToolCallResult extends Schema.Schema.Type<typeof McpToolCallResult> {}

/** A call to a tool of an MCP server. */
export const McpToolCall = Schema.TaggedStruct("McpToolCall", {
  id: Schema.String,
  server: Schema.String,
  tool: Schema.String,
  arguments: Schema.Unknown,
  result: Schema.optionalKey(McpToolCallResult),
  /** Why the call itself failed: a JSON-RPC error, a server that died, an approval that nobody could give. */
  error: Schema.optionalKey(Schema.Struct({ message: Schema.String })),
  status: openLiterals(["in_progress", "completed", "failed"])
})
export interface McpToolCall extends Schema.Schema.Type<typeof McpToolCall> {}

/** What another agent was doing when the call returned. */
export const AgentState = Schema.Struct({
  status: openLiterals(["pending_init", "running", "interrupted", "completed", "errored", "shutdown", "not_found"]),
  message: Schema.optionalKey(Schema.String)
})
export interface AgentState extends Schema.Schema.Type<typeof AgentState> {}

/** A call to a tool with which agents work together (spawn, wait, …). */
export const CollabToolCall = Schema.TaggedStruct("CollabToolCall", {
  id: Schema.String,
  tool: openLiterals(["spawn_agent", "send_input", "wait", "close_agent"]),
  senderThreadId: Schema.String,
  receiverThreadIds: Schema.Array(Schema.String),
  prompt: Schema.optionalKey(Schema.String),
  /** Last known state of the receivers, by thread id. */
  agentStates: Schema.Record(Schema.String, AgentState),
  status: openLiterals(["in_progress", "completed", "failed"])
})
export interface CollabToolCall extends Schema.Schema.Type<typeof CollabToolCall> {}

/** What a web search did: `search`, `open_page`, `find_in_page` or `other`. */
export const WebSearchAction = Schema.Struct({
  type: openLiterals(["search", "open_page", "find_in_page", "other"]),
  query: Schema.optionalKey(Schema.String),
  queries: Schema.optionalKey(Schema.Array(Schema.String)),
  url: Schema.optionalKey(Schema.String),
  pattern: Schema.optionalKey(Schema.String)
})
export interface WebSearchAction extends Schema.Schema.Type<typeof WebSearchAction> {}

/** A web search. codex starts and completes it at once; its id is the provider's, not `item_N`. */
export const WebSearch = Schema.TaggedStruct("WebSearch", {
  id: Schema.String,
  query: Schema.String,
  action: Schema.optionalKey(WebSearchAction)
})
export interface WebSearch extends Schema.Schema.Type<typeof WebSearch> {}

/** A line of the agent's plan. */
export const Todo = Schema.Struct({ text: Schema.String, completed: Schema.Boolean })
export interface Todo extends Schema.Schema.Type<typeof Todo> {}

/** The agent's plan. The only item that codex updates; it completes when the turn ends. */
export const TodoList = Schema.TaggedStruct("TodoList", {
  id: Schema.String,
  items: Schema.Array(Todo)
})
export interface TodoList extends Schema.Schema.Type<typeof TodoList> {}

/** A plan that the agent proposes, in Markdown. Only `codex app-server` reports it, in plan mode. */
export const Plan = Schema.TaggedStruct("Plan", {
  id: Schema.String,
  text: Schema.String
})
export interface Plan extends Schema.Schema.Type<typeof Plan> {}

/** A call to a tool of the application (option `tools`). */
export const DynamicToolCall = Schema.TaggedStruct("DynamicToolCall", {
  id: Schema.String,
  namespace: Schema.optionalKey(Schema.String),
  tool: Schema.String,
  arguments: Schema.Unknown,
  /** What the model was told: blocks of text, images and audio, as the protocol has them. Absent while it runs. */
  content: Schema.optionalKey(Schema.Array(Schema.Unknown)),
  /** Whether the tool succeeded. Absent while it runs. */
  success: Schema.optionalKey(Schema.Boolean),
  status: openLiterals(["in_progress", "completed", "failed"])
})
export interface DynamicToolCall extends Schema.Schema.Type<typeof DynamicToolCall> {}

/** codex has shortened the thread's history. Only `codex app-server` reports it. */
export const ContextCompaction = Schema.TaggedStruct("ContextCompaction", { id: Schema.String })
export interface ContextCompaction extends Schema.Schema.Type<typeof ContextCompaction> {}

/** Something that went wrong without ending the turn, such as an unknown model or configuration key. */
export const ErrorItem = Schema.TaggedStruct("Error", {
  id: Schema.String,
  message: Schema.String
})
export interface ErrorItem extends Schema.Schema.Type<typeof ErrorItem> {}

/** An item of a kind or shape that this version does not know. */
export const UnknownItem = Schema.TaggedStruct("UnknownItem", {
  /** The wire's id, where it has one. */
  id: Schema.optionalKey(Schema.String),
  /** The wire's type, where it has one. */
  type: Schema.optionalKey(Schema.String),
  /** The item as codex sent it, or the text of its line when that is nested more than 512 levels deep. */
  raw: Schema.Unknown,
  /** Why it did not fit. */
  issue: Schema.String
})
export interface UnknownItem extends Schema.Schema.Type<typeof UnknownItem> {}

const members = Schema.Union([
  AgentMessage,
  Reasoning,
  CommandExecution,
  FileChange,
  McpToolCall,
  CollabToolCall,
  WebSearch,
  TodoList,
  Plan,
  DynamicToolCall,
  ContextCompaction,
  ErrorItem,
  UnknownItem
]).pipe(Schema.toTaggedUnion("_tag"))
type Members = typeof members

/** The type of `ThreadItem`, the schema. It has a name because declarations would write it out wherever it is used. */
export interface ThreadItemSchema extends Members {}

/** Everything that can happen in a turn, with `match`, `guards` and `cases` by `_tag`. */
export const ThreadItem: ThreadItemSchema = members
export type ThreadItem = typeof ThreadItem.Type
