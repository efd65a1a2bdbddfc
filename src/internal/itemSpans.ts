/** The items of a turn as spans and events of its span. */
import * as Context from "effect/Context"
import * as Data from "effect/Data"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import type * as Tracer from "effect/Tracer"
import type { ThreadEvent } from "../ThreadEvent.ts"
import type { ThreadItem } from "../ThreadItem.ts"
import { excerpt } from "./preview.ts"

/** What an item's span ends with if the item failed. */
class ItemFailed extends Data.TaggedError("ItemFailed")<{ readonly message: string }> {}

/** Sees the events of a turn. */
export interface ItemSpans {
  readonly observe: (event: ThreadEvent) => void
  /** Ends the spans of what still runs. */
  readonly end: () => void
}

/** What texts of the conversation are recorded as: nothing, or their beginning. */
export type RecordContent = (name: string, value: unknown) => Record<string, string>

// What a trace can hold and a reader can take: OpenTelemetry's default limit for the events of a span.
const maxEvents = 128
const maxOpenItems = 256

/** Spans below the turn's. `now` is in nanoseconds. */
export const makeItemSpans = (
  tracer: Tracer.Tracer,
  turnSpan: Tracer.Span,
  now: () => bigint,
  content: RecordContent
): ItemSpans => {
  const open = new Map<string, Tracer.Span>()
  let events = 0
  let left = 0

  const leaveOut = (): void => turnSpan.attribute("codex.trace.dropped", ++left)

  const point = (name: string, attributes: Record<string, unknown>): void => {
    if (events++ < maxEvents) turnSpan.event(name, now(), attributes)
    else leaveOut()
  }

  const start = (key: string, item: ThreadItem, action: Action): void => {
    if (open.has(key)) return
    if (open.size >= maxOpenItems) return leaveOut()
    const span = tracer.span({
      name: `execute_tool ${action.tool}`,
      parent: Option.some(turnSpan),
      annotations: Context.empty(),
      links: [],
      startTime: now(),
      kind: "internal",
      root: false,
      sampled: turnSpan.sampled
    })
    const attributes = {
      "gen_ai.operation.name": "execute_tool",
      "gen_ai.tool.name": action.tool,
      ...(item.id === undefined ? {} : { "gen_ai.tool.call.id": item.id }),
      "codex.item.type": item._tag,
      ...action.attributes,
      ...content("gen_ai.tool.call.arguments", action.input)
    }
    for (const [name, value] of Object.entries(attributes)) span.attribute(name, value)
    open.set(key, span)
  }

  const complete = (key: string, action: Action): void => {
    const span = open.get(key)
    if (span === undefined) return
    open.delete(key)
    const attributes = {
      ...action.attributes,
      ...action.result,
      ...content("gen_ai.tool.call.arguments", action.input),
      ...content("gen_ai.tool.call.result", action.output),
      ...(action.failure === undefined ? {} : { "error.type": action.failure })
    }
    for (const [name, value] of Object.entries(attributes)) span.attribute(name, value)
    span.end(now(), action.failure === undefined ? Exit.void : Exit.fail(new ItemFailed({ message: action.failure })))
  }

  const observeItem = (tag: "ItemStarted" | "ItemUpdated" | "ItemCompleted", item: ThreadItem): void => {
    const action = actionOf(item)
    const key = item.id
    if (action !== undefined && key !== undefined) {
      if (tag === "ItemStarted") return start(key, item, action)
      if (open.has(key)) return tag === "ItemCompleted" ? complete(key, action) : undefined
    }
    if (tag !== "ItemCompleted") return
    point("codex.item", {
      "codex.item.type": item._tag,
      ...(item.id === undefined ? {} : { "codex.item.id": item.id }),
      ...("text" in item ? content("codex.item.text", item.text) : {}),
      ...("message" in item ? content("codex.item.text", item.message) : {})
    })
  }

  return {
    observe: (event) => {
      switch (event._tag) {
        case "ItemStarted":
        case "ItemUpdated":
        case "ItemCompleted":
          return observeItem(event._tag, event.item)
        case "ThreadStarted":
          return point("codex.thread.started", {})
        case "TurnStarted":
          return point("codex.turn.started", {})
        case "ThreadError":
          return point("codex.notice", content("codex.notice.text", event.message))
        case "UnknownEvent":
          return point("codex.unknown", event.type === undefined ? {} : content("codex.event.type", event.type))
        case "TurnCompleted":
        case "TurnFailed":
          return undefined
      }
    },
    end: () => {
      for (const span of open.values()) {
        span.attribute("codex.item.open", true)
        span.end(now(), Exit.void)
      }
      open.clear()
    }
  }
}

/** Items that take time. */
interface Action {
  readonly tool: string
  readonly attributes: Record<string, unknown>
  /** Known at the end. */
  readonly result: Record<string, unknown>
  readonly input: unknown
  readonly output: unknown
  readonly failure: string | undefined
}

const actionOf = (item: ThreadItem): Action | undefined => {
  switch (item._tag) {
    case "CommandExecution":
      return {
        tool: "shell",
        attributes: {},
        result: item.exitCode === undefined ? {} : { "process.exit.code": item.exitCode },
        input: item.command,
        output: item.aggregatedOutput,
        failure:
          item.status === "completed"
            ? undefined
            : item.exitCode === undefined
              ? item.status
              : `exit code ${item.exitCode}`
      }
    case "FileChange":
      return {
        tool: "apply_patch",
        attributes: { "codex.file_change.count": item.changes.length },
        result: {},
        input: item.changes,
        output: undefined,
        failure: item.status === "completed" ? undefined : item.status
      }
    case "McpToolCall":
      return {
        tool: item.tool,
        attributes: { "mcp.method.name": "tools/call", "codex.mcp.server": item.server },
        result: {},
        input: item.arguments,
        output: item.error === undefined ? item.result?.content : item.error.message,
        failure: item.status === "completed" ? undefined : item.status
      }
    case "DynamicToolCall":
      return {
        tool: item.tool,
        attributes: {},
        result: {},
        input: item.arguments,
        output: item.content,
        failure: item.status === "completed" ? undefined : item.status
      }
    case "CollabToolCall":
      return {
        tool: item.tool,
        attributes: { "codex.collab.receivers": item.receiverThreadIds.length },
        result: {},
        input: item.prompt,
        output: undefined,
        failure: item.status === "completed" ? undefined : item.status
      }
    case "WebSearch":
      return {
        tool: "web_search",
        attributes: {},
        result: item.action === undefined ? {} : { "codex.web_search.action": item.action.type },
        input: item.query,
        output: undefined,
        failure: undefined
      }
    default:
      return undefined
  }
}

const toJson = (value: unknown) => Result.try(() => JSON.stringify(value))

// A part of a string holds on to the whole of it; and half a character is no text that can be sent.
const copy = (text: string): string => new TextDecoder().decode(new TextEncoder().encode(text))

/** The beginning of texts, and of other values as JSON. */
export const recordUpTo =
  (length: number): RecordContent =>
  (name, value) => {
    if (value === undefined || value === "") return {}
    const text = typeof value === "string" ? value : Result.getOrElse(toJson(value), String)
    return { [name]: copy(excerpt(text, length)) }
  }

/** Nothing of the conversation. */
export const recordNothing: RecordContent = () => ({})
