/** The items of a turn as spans and events of its span. */
import * as Context from "effect/Context"
import * as Data from "effect/Data"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import type * as Tracer from "effect/Tracer"
import type { ApprovalRequested, ThreadEvent } from "../ThreadEvent.ts"
import type { ThreadItem } from "../ThreadItem.ts"
import type { RecordContent } from "./recordContent.ts"

/** What an item's span ends with if the item failed. */
class ItemFailed extends Data.TaggedError("ItemFailed")<{ readonly message: string }> {}

/** Sees the events of a turn. */
export interface ItemSpans {
  readonly observe: (event: ThreadEvent) => void
  /** Ends the spans of what still runs. */
  readonly end: () => void
}

/** Where the spans belong, and what all of them have. */
export interface ItemSpansContext {
  readonly tracer: Tracer.Tracer
  readonly turnSpan: Tracer.Span
  /** In nanoseconds. */
  readonly now: () => bigint
  readonly content: RecordContent
  /** What the caller puts on every span. */
  readonly annotations: Readonly<Record<string, unknown>>
  readonly links: ReadonlyArray<Tracer.SpanLink>
}

// What a trace can hold and a reader can take: OpenTelemetry's default limit for the events of a span.
const maxEvents = 128
const maxOpenItems = 256
// Whose ends are left out too. That of a further one is taken for an item of which codex reported no start.
const maxLeftOutItems = 4096

/** Spans below the turn's. */
export const makeItemSpans = (context: ItemSpansContext): ItemSpans => {
  const { content, now, turnSpan } = context
  const open = new Map<string, Tracer.Span>()
  const leftOut = new Set<string>()
  let events = 0
  let left = 0

  const leaveOut = (): void => turnSpan.attribute("codex.trace.dropped", ++left)

  const point = (name: string, attributes: Record<string, unknown>): void => {
    if (events++ < maxEvents) turnSpan.event(name, now(), attributes)
    else leaveOut()
  }

  const begin = (item: ThreadItem, action: Action, at: bigint): Tracer.Span => {
    const span = context.tracer.span({
      name: `execute_tool ${action.tool}`,
      parent: Option.some(turnSpan),
      annotations: Context.empty(),
      links: [...context.links],
      startTime: at,
      kind: "internal",
      root: false,
      sampled: turnSpan.sampled
    })
    annotate(span, {
      ...context.annotations,
      "gen_ai.operation.name": "execute_tool",
      "gen_ai.tool.name": action.tool,
      ...(item.id === undefined ? {} : { "gen_ai.tool.call.id": item.id }),
      "codex.item.type": item._tag,
      ...action.attributes,
      ...content.text("gen_ai.tool.call.arguments", action.input)
    })
    return span
  }

  const start = (key: string, item: ThreadItem, action: Action): void => {
    if (open.has(key) || leftOut.has(key)) return
    if (open.size < maxOpenItems) {
      open.set(key, begin(item, action, now()))
    } else {
      if (leftOut.size < maxLeftOutItems) leftOut.add(key)
      leaveOut()
    }
  }

  const complete = (key: string, item: ThreadItem, action: Action): void => {
    if (leftOut.delete(key)) return
    const at = now()
    const started = open.get(key)
    open.delete(key)
    const span = started ?? begin(item, action, at)
    annotate(span, {
      // Its beginning has told the arguments just now.
      ...(started === undefined
        ? { "codex.item.unstarted": true }
        : content.text("gen_ai.tool.call.arguments", action.input)),
      ...action.attributes,
      ...action.result,
      ...content.text("gen_ai.tool.call.result", action.output),
      ...(action.failure === undefined ? {} : { "error.type": action.failure })
    })
    span.end(at, action.failure === undefined ? Exit.void : Exit.fail(new ItemFailed({ message: action.failure })))
  }

  const observeItem = (tag: "ItemStarted" | "ItemUpdated" | "ItemCompleted", item: ThreadItem): void => {
    const action = actionOf(item)
    const key = item.id
    if (action !== undefined && key !== undefined) {
      if (tag === "ItemStarted") start(key, item, action)
      if (tag === "ItemCompleted") complete(key, item, action)
      return
    }
    if (tag !== "ItemCompleted") return
    point("codex.item", {
      "codex.item.type": item._tag,
      ...(item.id === undefined ? {} : { "codex.item.id": item.id }),
      ...content.text("codex.item.text", textOf(item))
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
          return point("codex.notice", content.text("codex.notice.text", event.message))
        case "UnknownEvent":
          return point("codex.unknown", event.type === undefined ? {} : content.text("codex.event.type", event.type))
        case "ApprovalRequested":
          return point("codex.approval.requested", approvalAttributes(event))
        case "ApprovalResolved":
          return point("codex.approval.resolved", { "codex.approval.id": event.requestId })
        // The deltas are parts of what an item has whole.
        default:
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

const annotate = (span: Tracer.Span, attributes: Record<string, unknown>): void => {
  for (const [name, value] of Object.entries(attributes)) span.attribute(name, value)
}

const approvalAttributes = ({ itemId, kind, requestId }: ApprovalRequested): Record<string, unknown> => ({
  "codex.approval.id": requestId,
  "codex.approval.kind": kind,
  ...(itemId === undefined ? {} : { "codex.item.id": itemId })
})

/** What is said in an item that takes no time. */
const textOf = (item: ThreadItem): unknown => {
  if ("text" in item) return item.text
  if ("message" in item) return item.message
  return item._tag === "TodoList" ? item.items : undefined
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
        attributes: item.namespace === undefined ? {} : { "codex.tool.namespace": item.namespace },
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
