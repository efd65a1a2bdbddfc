/**
 * Events: what codex reports while a turn runs, in the order in which it happened.
 *
 * A line that is not known, in kind or in shape, becomes an `UnknownEvent` with the raw value.
 */
import * as Schema from "effect/Schema"
import { ThreadItem } from "./ThreadItem.ts"

/** The id of a thread: what `resumeThread` takes. A UUID, version 7, in codex 0.169. */
export const ThreadId = Schema.String.pipe(Schema.brand("ThreadId"))
export type ThreadId = typeof ThreadId.Type

/** Numbers of tokens. */
export const Usage = Schema.Struct({
  /** Cached ones included. */
  inputTokens: Schema.Finite,
  /** Read from the provider's cache. */
  cachedInputTokens: Schema.Finite,
  /** Written to the cache. */
  cacheWriteInputTokens: Schema.Finite,
  /** Reasoning included. */
  outputTokens: Schema.Finite,
  /** What the model thought. */
  reasoningOutputTokens: Schema.Finite
})
export interface Usage extends Schema.Schema.Type<typeof Usage> {}

/** The first event of every turn, also when the thread is continued. */
export const ThreadStarted = Schema.TaggedStruct("ThreadStarted", {
  /** What `resumeThread` takes. */
  threadId: ThreadId
})
export interface ThreadStarted extends Schema.Schema.Type<typeof ThreadStarted> {}

/** codex has taken the input. Items of kind `Error` may come before it. */
export const TurnStarted = Schema.TaggedStruct("TurnStarted", {})
export interface TurnStarted extends Schema.Schema.Type<typeof TurnStarted> {}

/** The turn ended well. */
export const TurnCompleted = Schema.TaggedStruct("TurnCompleted", {
  /** Of the whole thread so far, earlier turns and the parents of a fork included; zeros for a review by `codex exec`. */
  usage: Schema.optionalKey(Usage),
  /** Of this turn alone. Only `codex app-server` tells it. */
  turnUsage: Schema.optionalKey(Usage)
})
export interface TurnCompleted extends Schema.Schema.Type<typeof TurnCompleted> {}

/** The turn ended badly. The stream fails with the reason `TurnFailed` after this event. */
export const TurnFailedEvent = Schema.TaggedStruct("TurnFailed", {
  /** codex's own words. */
  error: Schema.Struct({ message: Schema.String })
})
export interface TurnFailedEvent extends Schema.Schema.Type<typeof TurnFailedEvent> {}

/** An item has begun. It may never complete. */
export const ItemStarted = Schema.TaggedStruct("ItemStarted", {
  /** As it is so far. */
  item: ThreadItem
})
export interface ItemStarted extends Schema.Schema.Type<typeof ItemStarted> {}

/** An item has changed; it carries the whole item. codex 0.169 updates todo lists only. */
export const ItemUpdated = Schema.TaggedStruct("ItemUpdated", {
  /** As it is so far. */
  item: ThreadItem
})
export interface ItemUpdated extends Schema.Schema.Type<typeof ItemUpdated> {}

/** An item is done, well or badly. */
export const ItemCompleted = Schema.TaggedStruct("ItemCompleted", {
  /** As it is in the end. */
  item: ThreadItem
})
export interface ItemCompleted extends Schema.Schema.Type<typeof ItemCompleted> {}

/** A notice, such as "Reconnecting... 1/5". Never fatal by itself: the turn goes on or fails with `TurnFailed`. */
export const ThreadError = Schema.TaggedStruct("ThreadError", {
  /** codex's own words. */
  message: Schema.String
})
export interface ThreadError extends Schema.Schema.Type<typeof ThreadError> {}

/** More of an agent message. Like all deltas, only `codex app-server` reports it; the completed item has all of it. */
export const AgentMessageDelta = Schema.TaggedStruct("AgentMessageDelta", {
  /** The item that grows. */
  itemId: Schema.String,
  /** What was added. */
  delta: Schema.String
})
export interface AgentMessageDelta extends Schema.Schema.Type<typeof AgentMessageDelta> {}

/** More of what the model thinks: of one part of its summary, or of the thoughts themselves where the model shows them. */
export const ReasoningDelta = Schema.TaggedStruct("ReasoningDelta", {
  /** The item that grows. */
  itemId: Schema.String,
  /** `summary`, or `content`: the thoughts themselves. */
  kind: Schema.Literals(["summary", "content"]),
  /** Which part, from 0. */
  part: Schema.Finite,
  /** What was added. */
  delta: Schema.String
})
export interface ReasoningDelta extends Schema.Schema.Type<typeof ReasoningDelta> {}

/** More of a proposed plan. */
export const PlanDelta = Schema.TaggedStruct("PlanDelta", {
  /** The item that grows. */
  itemId: Schema.String,
  /** What was added. */
  delta: Schema.String
})
export interface PlanDelta extends Schema.Schema.Type<typeof PlanDelta> {}

/**
 * More of a command's output. codex 0.169 leaves some out: of the command's first moments, and where there is much. The
 * completed item is reliable.
 */
export const CommandOutputDelta = Schema.TaggedStruct("CommandOutputDelta", {
  /** The item that grows. */
  itemId: Schema.String,
  /** What was added. */
  delta: Schema.String
})
export interface CommandOutputDelta extends Schema.Schema.Type<typeof CommandOutputDelta> {}

/** All changes of the turn so far, as a unified diff. Only `codex app-server` reports it. */
export const DiffUpdated = Schema.TaggedStruct("DiffUpdated", {
  /** The whole diff, each time. */
  diff: Schema.String
})
export interface DiffUpdated extends Schema.Schema.Type<typeof DiffUpdated> {}

/** A call to the model is over. Only `codex app-server` reports it. */
export const UsageUpdated = Schema.TaggedStruct("UsageUpdated", {
  /** Of this call. */
  last: Usage,
  /** Of the whole thread so far. */
  total: Usage,
  /** How many tokens the model takes. */
  contextWindow: Schema.optionalKey(Schema.Finite)
})
export interface UsageUpdated extends Schema.Schema.Type<typeof UsageUpdated> {}

/** codex asks for a decision, and waits for it. Only `codex app-server` asks; `Approvals` answers. */
export const ApprovalRequested = Schema.TaggedStruct("ApprovalRequested", {
  /** Which request: `ApprovalResolved` has the same. */
  requestId: Schema.String,
  /** What it is about. */
  kind: Schema.Literals(["command", "fileChange", "permissions", "userInput", "elicitation"]),
  /** The item that waits for it. Absent for an elicitation. */
  itemId: Schema.optionalKey(Schema.String)
})
export interface ApprovalRequested extends Schema.Schema.Type<typeof ApprovalRequested> {}

/** An approval was answered. Absent for one that waits when the turn ends. */
export const ApprovalResolved = Schema.TaggedStruct("ApprovalResolved", {
  /** That of `ApprovalRequested`. */
  requestId: Schema.String
})
export interface ApprovalResolved extends Schema.Schema.Type<typeof ApprovalResolved> {}

/** A line that this version does not know: another kind, another shape, or no JSON at all. */
export const UnknownEvent = Schema.TaggedStruct("UnknownEvent", {
  /** The wire's type, where it has one. */
  type: Schema.optionalKey(Schema.String),
  /** The parsed line, or its text when it is not JSON or nested more than 512 levels deep. */
  raw: Schema.Unknown,
  /** Why it did not fit. */
  issue: Schema.String
})
export interface UnknownEvent extends Schema.Schema.Type<typeof UnknownEvent> {}

/** Everything that codex reports, with `match`, `guards` and `cases` by `_tag`. */
export const ThreadEvent = Schema.Union([
  ThreadStarted,
  TurnStarted,
  TurnCompleted,
  TurnFailedEvent,
  ItemStarted,
  ItemUpdated,
  ItemCompleted,
  ThreadError,
  AgentMessageDelta,
  ReasoningDelta,
  PlanDelta,
  CommandOutputDelta,
  DiffUpdated,
  UsageUpdated,
  ApprovalRequested,
  ApprovalResolved,
  UnknownEvent
]).pipe(Schema.toTaggedUnion("_tag"))
export type ThreadEvent = typeof ThreadEvent.Type
