/**
 * The notifications of one turn (codex 0.169) as events.
 *
 * Makes of them what `codex exec` makes of them, which is a client of the same protocol, and the deltas besides. What
 * belongs to another turn of the thread, such as the late end of a command, is left out.
 */
import * as Predicate from "effect/Predicate"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type { ThreadEvent, Usage } from "../../ThreadEvent.ts"
import { preview } from "../../internal/preview.ts"
import type { Todo } from "../../ThreadItem.ts"
import { decodeItem } from "./itemWire.ts"
import { serverNotifications } from "../protocol/methods.ts"
import { noteCommand, type OpenCommands } from "./openCommands.ts"
import type { Notification } from "../AppServer.ts"
import type { ServerRequest } from "./rpc.ts"
import { approvalKinds } from "./serverRequests.ts"
import { turnOf } from "./session.ts"
import { isUnloaded, statusOf } from "./threadStatus.ts"

/** How a turn ended, in codex's words: `unknown` if they are none that we know. */
type TurnEnd = "completed" | "failed" | "interrupted" | "unknown"

/** Reads the notifications of one turn. */
export interface TurnReader {
  /** The events that a notification, or a request for an approval, makes: often none. */
  readonly read: (message: Notification | ServerRequest) => ReadonlyArray<ThreadEvent>
  /** Set once the turn has ended. */
  readonly end: () => TurnEnd | undefined
  /** Why it failed, or what is not known of its end. */
  readonly failure: () => string
  /** Whether codex has said that nothing runs on the thread any more, and not yet how the turn ended. */
  readonly isEnding: () => boolean
  /** Takes it for ended: codex does not say how. */
  readonly giveUp: () => void
  /** The id by which codex knows what runs: a review runs as a turn with another one (codex 0.169). */
  readonly activeId: () => string
  /** The commands of the turn that have begun and not ended. */
  readonly openCommands: OpenCommands
}

const WireUsage = Schema.Struct({
  inputTokens: Schema.Finite,
  cachedInputTokens: Schema.Finite,
  cacheWriteInputTokens: Schema.optionalKey(Schema.Finite),
  outputTokens: Schema.Finite,
  reasoningOutputTokens: Schema.Finite
})

const WireError = Schema.Struct({
  message: Schema.String,
  additionalDetails: Schema.optionalKey(Schema.NullOr(Schema.String))
})

const decoders = {
  usage: Schema.decodeUnknownResult(
    Schema.Struct({
      tokenUsage: Schema.Struct({
        total: WireUsage,
        last: WireUsage,
        modelContextWindow: Schema.optionalKey(Schema.NullOr(Schema.Finite))
      })
    })
  ),
  plan: Schema.decodeUnknownResult(
    Schema.Struct({ plan: Schema.Array(Schema.Struct({ step: Schema.String, status: Schema.String })) })
  ),
  error: Schema.decodeUnknownResult(Schema.Struct({ error: WireError })),
  failed: Schema.decodeUnknownResult(Schema.Struct({ turn: Schema.Struct({ error: WireError }) })),
  changes: Schema.decodeUnknownResult(Schema.Struct({ itemId: Schema.String, changes: Schema.Array(Schema.Unknown) }))
}

type Params = Readonly<Record<string, unknown>>

const isParams = (value: unknown): value is Params => Predicate.isObject(value)

/**
 * Reads the notifications of a turn. `review` reports the start of its turn under another id (codex 0.169), so that its
 * start is told from the answer to the request.
 */
export const makeTurnReader = (turnId: string, isReview: boolean): TurnReader => {
  const openCommands: OpenCommands = new Map()
  // The requests for an approval that have no answer yet.
  const asked = new Set<unknown>()
  let todos: ReadonlyArray<Todo> | undefined
  let total: Usage | undefined
  let turnUsage: Usage | undefined
  let end: TurnEnd | undefined
  let isEnding = false
  let activeId = turnId
  let notice: string | undefined
  let failure = "codex gave no reason"

  const todoList = (tag: "ItemStarted" | "ItemUpdated" | "ItemCompleted", items: ReadonlyArray<Todo>): ThreadEvent => ({
    _tag: tag,
    item: { _tag: "TodoList", id: `${turnId}-todos`, items }
  })

  const item = (tag: "ItemStarted" | "ItemCompleted", { item: raw }: Params): ReadonlyArray<ThreadEvent> => {
    const decoded = decodeItem(raw)
    if (decoded === undefined) return []
    if (decoded._tag === "CommandExecution" && isParams(raw)) noteCommand(openCommands, tag === "ItemStarted", raw)
    // Their deltas tell that they have begun, and one that is cut off must not look like an item.
    const isText = decoded._tag === "AgentMessage" || decoded._tag === "Reasoning" || decoded._tag === "Plan"
    return tag === "ItemStarted" && isText ? [] : [{ _tag: tag, item: decoded }]
  }

  const problem = (key: string, message: string): ReadonlyArray<ThreadEvent> => [
    { _tag: "ItemCompleted", item: { _tag: "Error", id: `${turnId}-${key}`, message } }
  ]

  const conclude = (params: Params): ReadonlyArray<ThreadEvent> => {
    const plan = todos === undefined ? [] : [todoList("ItemCompleted", todos)]
    todos = undefined
    const status = isParams(params["turn"]) ? params["turn"]["status"] : undefined
    switch (status) {
      case "interrupted":
        end = "interrupted"
        // Those of a review end with it, and codex 0.169 does not say so.
        if (isReview) openCommands.clear()
        return plan
      case "failed": {
        end = "failed"
        const decoded = decoders.failed(params)
        failure = Result.isSuccess(decoded) ? withDetails(decoded.success.turn.error) : (notice ?? failure)
        return [...plan, { _tag: "TurnFailed", error: { message: failure } }]
      }
      case "completed":
        end = "completed"
        return [
          ...plan,
          {
            _tag: "TurnCompleted",
            ...(total === undefined ? {} : { usage: total }),
            ...(turnUsage === undefined ? {} : { turnUsage })
          }
        ]
      default:
        end = "unknown"
        failure = `codex ended the turn with a status that is not known: ${preview(status)}`
        return plan
    }
  }

  const readOwn = (method: string, params: Params): ReadonlyArray<ThreadEvent> | undefined => {
    switch (method) {
      case "item/agentMessage/delta":
        return delta(params, (itemId, text) => ({ _tag: "AgentMessageDelta", itemId, delta: text }))
      case "item/reasoning/summaryTextDelta":
        return delta(params, (itemId, text) => reasoning("summary", itemId, params["summaryIndex"], text))
      case "item/reasoning/textDelta":
        return delta(params, (itemId, text) => reasoning("content", itemId, params["contentIndex"], text))
      case "item/plan/delta":
        return delta(params, (itemId, text) => ({ _tag: "PlanDelta", itemId, delta: text }))
      case "item/commandExecution/outputDelta":
        return delta(params, (itemId, text) => ({ _tag: "CommandOutputDelta", itemId, delta: text }))
      case "item/started":
        return item("ItemStarted", params)
      case "item/completed":
        return item("ItemCompleted", params)
      case "item/fileChange/patchUpdated": {
        const decoded = decoders.changes(params)
        if (Result.isFailure(decoded)) return undefined
        const { changes, itemId: id } = decoded.success
        const change = decodeItem({ type: "fileChange", id, changes, status: "inProgress" })
        return change === undefined ? [] : [{ _tag: "ItemUpdated", item: change }]
      }
      case "turn/started":
        return isReview ? [] : [{ _tag: "TurnStarted" }]
      case "turn/completed":
        return conclude(params)
      case "turn/plan/updated": {
        const decoded = decoders.plan(params)
        if (Result.isFailure(decoded)) return undefined
        const tag = todos === undefined ? "ItemStarted" : "ItemUpdated"
        todos = decoded.success.plan.map(({ status, step }) => ({ text: step, completed: status === "completed" }))
        return [todoList(tag, todos)]
      }
      case "turn/diff/updated":
        return typeof params["diff"] === "string" ? [{ _tag: "DiffUpdated", diff: params["diff"] }] : undefined
      case "thread/tokenUsage/updated": {
        const decoded = decoders.usage(params)
        if (Result.isFailure(decoded)) return undefined
        const { last, modelContextWindow: contextWindow, total: sum } = decoded.success.tokenUsage
        total = toUsage(sum)
        turnUsage = turnUsage === undefined ? toUsage(last) : addUsage(turnUsage, toUsage(last))
        const window = Predicate.isNullish(contextWindow) ? {} : { contextWindow }
        return [{ _tag: "UsageUpdated", last: toUsage(last), total, ...window }]
      }
      case "error": {
        const decoded = decoders.error(params)
        if (Result.isFailure(decoded)) return undefined
        notice = withDetails(decoded.success.error)
        return [{ _tag: "ThreadError", message: notice }]
      }
      case "model/rerouted":
        return problem("rerouted", `model rerouted: ${String(params["fromModel"])} -> ${String(params["toModel"])}`)
      default:
        // What is known and not read here says nothing that an event would.
        return Object.hasOwn(serverNotifications, method) ? [] : undefined
    }
  }

  const requested = (id: string | number, method: string, { itemId }: Params): ReadonlyArray<ThreadEvent> => {
    const kind = isApproval(method) ? approvalKinds[method] : undefined
    if (kind === undefined) return []
    const item = typeof itemId === "string" ? { itemId } : {}
    asked.add(id)
    return [{ _tag: "ApprovalRequested", requestId: String(id), kind, ...item }]
  }

  const resolved = ({ requestId }: Params): ReadonlyArray<ThreadEvent> =>
    asked.delete(requestId) ? [{ _tag: "ApprovalResolved", requestId: String(requestId) }] : []

  return {
    read: (incoming) => {
      const { method, params } = incoming
      if (!isParams(params)) return []
      const owner = turnOf(params)
      if (isReview && method === "turn/started") activeId = owner ?? turnId
      if (owner !== undefined && owner !== turnId) return []
      if (end !== undefined) {
        // Commands of a turn that was interrupted end after it.
        if (method === "item/completed") item("ItemCompleted", params)
        return []
      }
      if ("id" in incoming) return requested(incoming.id, method, params)
      if (method === "serverRequest/resolved") return resolved(params)
      const { message } = params
      if (owner === undefined) {
        // Nothing comes any more: whoever had the thread closed has not said so to the turn.
        if (isUnloaded(incoming)) {
          end = "interrupted"
          openCommands.clear()
        }
        // Said before the end of the turn (codex 0.169), which may never come.
        const status = statusOf(incoming)
        if (status !== undefined) isEnding = status === "idle" || status === "systemError"
        return method === "warning" && typeof message === "string" ? problem("warning", message) : []
      }
      return (
        readOwn(method, params) ?? [
          { _tag: "UnknownEvent", type: method, raw: { method, params }, issue: issueOf(method) }
        ]
      )
    },
    end: () => end,
    failure: () => failure,
    isEnding: () => isEnding,
    giveUp: () => {
      end = notice === undefined ? "unknown" : "failed"
      failure = notice ?? "codex said that the turn is over, and not how it ended"
    },
    activeId: () => activeId,
    openCommands
  }
}

const issueOf = (method: string): string =>
  Object.hasOwn(serverNotifications, method) ? "Unknown shape of notification" : "Unknown kind of notification"

const isApproval = (method: string): method is keyof typeof approvalKinds => Object.hasOwn(approvalKinds, method)

const delta = (
  { delta: text, itemId }: Params,
  make: (itemId: string, text: string) => ThreadEvent
): ReadonlyArray<ThreadEvent> | undefined =>
  typeof text === "string" && typeof itemId === "string" ? [make(itemId, text)] : undefined

const reasoning = (kind: "summary" | "content", itemId: string, part: unknown, text: string): ThreadEvent => ({
  _tag: "ReasoningDelta",
  itemId,
  kind,
  part: typeof part === "number" ? part : 0,
  delta: text
})

const withDetails = ({ additionalDetails, message }: typeof WireError.Type): string =>
  Predicate.isNullish(additionalDetails) || additionalDetails === "" ? message : `${message} (${additionalDetails})`

const toUsage = ({ cacheWriteInputTokens = 0, ...usage }: typeof WireUsage.Type): Usage => ({
  ...usage,
  cacheWriteInputTokens
})

const addUsage = (one: Usage, other: Usage): Usage => ({
  inputTokens: one.inputTokens + other.inputTokens,
  cachedInputTokens: one.cachedInputTokens + other.cachedInputTokens,
  cacheWriteInputTokens: one.cacheWriteInputTokens + other.cacheWriteInputTokens,
  outputTokens: one.outputTokens + other.outputTokens,
  reasoningOutputTokens: one.reasoningOutputTokens + other.reasoningOutputTokens
})
