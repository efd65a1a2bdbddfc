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
  /** codex's, the same in all events about the item. */
  id: Schema.String,
  /** As the model wrote it, usually Markdown. */
  text: Schema.String
})
export interface AgentMessage extends Schema.Schema.Type<typeof AgentMessage> {}

/** The summary of what the model thought; its parts are joined by newlines. */
export const Reasoning = Schema.TaggedStruct("Reasoning", {
  /** codex's, the same in all events about the item. */
  id: Schema.String,
  /** The summary. */
  text: Schema.String
})
export interface Reasoning extends Schema.Schema.Type<typeof Reasoning> {}

/** A shell command. One that still runs when the turn ends is never completed. */
export const CommandExecution = Schema.TaggedStruct("CommandExecution", {
  /** codex's, the same in all events about the item. */
  id: Schema.String,
  /** The command line as codex runs it, shell included. */
  command: Schema.String,
  /** stdout and stderr together, empty until the command is done. codex keeps the first and last 512 KiB. */
  aggregatedOutput: Schema.String,
  /** Absent while it runs and when it was declined; -1 when it could not be started. */
  exitCode: Schema.optionalKey(Schema.Finite),
  /** `declined` if it was not allowed to run. */
  status: openLiterals(["in_progress", "completed", "failed", "declined"])
})
export interface CommandExecution extends Schema.Schema.Type<typeof CommandExecution> {}

/** One file of a change. A move shows as an update of the old path. */
export const FileUpdate = Schema.Struct({
  /** Absolute path. */
  path: Schema.String,
  /** What happens to the file. */
  kind: openLiterals(["add", "update", "delete"]),
  /** What changes, as a unified diff; of a file that is added or deleted its text. Over app-server only (codex 0.169). */
  diff: Schema.optionalKey(Schema.String)
})
export interface FileUpdate extends Schema.Schema.Type<typeof FileUpdate> {}

/** A patch to one or more files. A patch that does not apply or is refused makes no item. */
export const FileChange = Schema.TaggedStruct("FileChange", {
  /** codex's, the same in all events about the item. */
  id: Schema.String,
  /** One for each file. */
  changes: Schema.Array(FileUpdate),
  /** Whether it was written. `declined` over app-server only: `codex exec` makes no item of a change that it refuses (codex 0.169). */
  status: openLiterals(["in_progress", "completed", "failed", "declined"])
})
export interface FileChange extends Schema.Schema.Type<typeof FileChange> {}

/** What an MCP tool gave back. A tool that reports an error has a result too, and the call's status is `failed`. */
export const McpToolCallResult = Schema.Struct({
  /** MCP content blocks, as the server sent them. */
  content: Schema.Array(Schema.Unknown),
  /** What the tool returned as JSON, where it does. */
  structuredContent: Schema.optionalKey(Schema.Unknown),
  /** The `_meta` of the result. */
  meta: Schema.optionalKey(Schema.Unknown)
})
export interface McpToolCallResult extends Schema.Schema.Type<typeof McpToolCallResult> {}

/** A call to a tool of an MCP server. */
export const McpToolCall = Schema.TaggedStruct("McpToolCall", {
  /** codex's, the same in all events about the item. */
  id: Schema.String,
  /** The name that the server has in the configuration. */
  server: Schema.String,
  /** The name of the tool. */
  tool: Schema.String,
  /** As the model gave them. */
  arguments: Schema.Unknown,
  /** Absent while it runs, and if the call itself failed. */
  result: Schema.optionalKey(McpToolCallResult),
  /** Why the call itself failed: a JSON-RPC error, a server that died, an approval that nobody could give. */
  error: Schema.optionalKey(Schema.Struct({ message: Schema.String })),
  /** `failed` also if the tool reported an error. */
  status: openLiterals(["in_progress", "completed", "failed"])
})
export interface McpToolCall extends Schema.Schema.Type<typeof McpToolCall> {}

/** What another agent was doing when the call returned. */
export const AgentState = Schema.Struct({
  /** What the agent was doing. */
  status: openLiterals(["pending_init", "running", "interrupted", "completed", "errored", "shutdown", "not_found"]),
  /** What codex adds, where it does. */
  message: Schema.optionalKey(Schema.String)
})
export interface AgentState extends Schema.Schema.Type<typeof AgentState> {}

/** A call to a tool with which agents work together (spawn, wait, …). */
export const CollabToolCall = Schema.TaggedStruct("CollabToolCall", {
  /** codex's, the same in all events about the item. */
  id: Schema.String,
  /** Which tool. */
  tool: openLiterals(["spawn_agent", "send_input", "wait", "close_agent"]),
  /** The thread that called it. */
  senderThreadId: Schema.String,
  /** The threads of the agents that it is about. */
  receiverThreadIds: Schema.Array(Schema.String),
  /** What the agents were told, if anything. */
  prompt: Schema.optionalKey(Schema.String),
  /** Last known state of the receivers, by thread id. */
  agentStates: Schema.Record(Schema.String, AgentState),
  /** Whether it still runs, and how it ended. */
  status: openLiterals(["in_progress", "completed", "failed"])
})
export interface CollabToolCall extends Schema.Schema.Type<typeof CollabToolCall> {}

/** What a web search did: `search`, `open_page`, `find_in_page` or `other`. */
export const WebSearchAction = Schema.Struct({
  /** Which of them. */
  type: openLiterals(["search", "open_page", "find_in_page", "other"]),
  /** What was searched for. */
  query: Schema.optionalKey(Schema.String),
  /** Several searches at once. */
  queries: Schema.optionalKey(Schema.Array(Schema.String)),
  /** The page, of `open_page` and `find_in_page`. */
  url: Schema.optionalKey(Schema.String),
  /** What `find_in_page` looked for. */
  pattern: Schema.optionalKey(Schema.String)
})
export interface WebSearchAction extends Schema.Schema.Type<typeof WebSearchAction> {}

/** A web search. codex starts and completes it at once; its id is the provider's, not `item_N`. */
export const WebSearch = Schema.TaggedStruct("WebSearch", {
  /** The provider's. */
  id: Schema.String,
  /** What was searched for, as codex words it. */
  query: Schema.String,
  /** What it did, where codex tells. */
  action: Schema.optionalKey(WebSearchAction)
})
export interface WebSearch extends Schema.Schema.Type<typeof WebSearch> {}

/** A line of the agent's plan. */
export const Todo = Schema.Struct({
  /** What is to be done. */
  text: Schema.String,
  /** Whether it is done. */
  completed: Schema.Boolean
})
export interface Todo extends Schema.Schema.Type<typeof Todo> {}

/** The agent's plan. The only item that codex updates; it completes when the turn ends. */
export const TodoList = Schema.TaggedStruct("TodoList", {
  /** codex's, the same in all events about the item. */
  id: Schema.String,
  /** In order. */
  items: Schema.Array(Todo)
})
export interface TodoList extends Schema.Schema.Type<typeof TodoList> {}

/** A plan that the agent proposes, in Markdown. Only `codex app-server` reports it, in plan mode. */
export const Plan = Schema.TaggedStruct("Plan", {
  /** codex's, the same in all events about the item. */
  id: Schema.String,
  /** The whole plan. */
  text: Schema.String
})
export interface Plan extends Schema.Schema.Type<typeof Plan> {}

/** A call to a tool of the application (option `tools`). */
export const DynamicToolCall = Schema.TaggedStruct("DynamicToolCall", {
  /** codex's, the same in all events about the item. */
  id: Schema.String,
  /** The group of tools that it belongs to, if any. */
  namespace: Schema.optionalKey(Schema.String),
  /** The name of the tool. */
  tool: Schema.String,
  /** As the model gave them. */
  arguments: Schema.Unknown,
  /** What the model was told: blocks of text, images and audio, as the protocol has them. Absent while it runs. */
  content: Schema.optionalKey(Schema.Array(Schema.Unknown)),
  /** Whether the tool succeeded. Absent while it runs. */
  success: Schema.optionalKey(Schema.Boolean),
  /** Whether it still runs, and how it ended. */
  status: openLiterals(["in_progress", "completed", "failed"])
})
export interface DynamicToolCall extends Schema.Schema.Type<typeof DynamicToolCall> {}

/** codex has shortened the thread's history. Only `codex app-server` reports it. */
export const ContextCompaction = Schema.TaggedStruct("ContextCompaction", {
  /** codex's, the same in all events about the item. */
  id: Schema.String
})
export interface ContextCompaction extends Schema.Schema.Type<typeof ContextCompaction> {}

/** Something that went wrong without ending the turn, such as an unknown model or configuration key. */
export const ErrorItem = Schema.TaggedStruct("Error", {
  /** codex's, the same in all events about the item. */
  id: Schema.String,
  /** codex's own words. */
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
