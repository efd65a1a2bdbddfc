/** Folds the events of a turn into its result. */
import { CodexError } from "../CodexError.ts"
import { type ThreadEvent, ThreadId, type Usage } from "../ThreadEvent.ts"
import type { ThreadItem } from "../ThreadItem.ts"
import type { Turn } from "../Turn.ts"

/** What is known of a turn so far. */
export interface TurnFold {
  readonly add: (event: ThreadEvent) => void
  /** Completed items in the order of their completion, then the open ones in the order of their start. */
  readonly items: () => ReadonlyArray<ThreadItem>
  readonly finalResponse: () => string
  readonly threadId: () => ThreadId | undefined
  readonly threadUsage: () => Usage | undefined
  /** Of the turn alone, where codex tells it. */
  readonly turnUsage: () => Usage | undefined
}

// An item without an id is one of its own.
const keyOf = (item: ThreadItem) => item.id ?? item

export const makeTurnFold = (): TurnFold => {
  const completed: Array<ThreadItem> = []
  const open = new Map<string | ThreadItem, ThreadItem>()
  // What has completed, as far as it was asked for: hardly anything is updated after its end.
  const closed = new Set<string | ThreadItem>()
  let lookedAt = 0
  const hasCompleted = (key: string | ThreadItem): boolean => {
    for (; lookedAt < completed.length; lookedAt++) {
      const item = completed[lookedAt]
      if (item !== undefined) closed.add(keyOf(item))
    }
    return closed.has(key)
  }
  let finalResponse = ""
  let threadId: ThreadId | undefined
  let threadUsage: Usage | undefined
  let turnUsage: Usage | undefined
  let ended = false

  return {
    add: (event) => {
      switch (event._tag) {
        case "ThreadStarted":
          threadId = event.threadId
          break
        case "ItemUpdated":
          if (!open.has(keyOf(event.item)) && hasCompleted(keyOf(event.item))) break
          open.set(keyOf(event.item), event.item)
          break
        case "ItemStarted":
          open.set(keyOf(event.item), event.item)
          break
        case "ItemCompleted":
          open.delete(keyOf(event.item))
          completed.push(event.item)
          if (event.item._tag === "AgentMessage") finalResponse = event.item.text
          break
        case "TurnCompleted":
          if (!ended) {
            threadUsage = event.usage
            turnUsage = event.turnUsage
          }
          ended = true
          break
      }
    },
    items: () => [...completed, ...open.values()],
    finalResponse: () => finalResponse,
    threadId: () => threadId,
    threadUsage: () => threadUsage,
    turnUsage: () => turnUsage
  }
}

/** The result of a turn that completed. */
export const toTurn = (fold: TurnFold, id: ThreadId | undefined, usageBefore: Usage | undefined): Turn => {
  const threadUsage = fold.threadUsage()
  const usage = fold.turnUsage() ?? usageBetween(usageBefore, threadUsage)
  return {
    threadId: fold.threadId() ?? id ?? ThreadId.make(""),
    items: fold.items(),
    finalResponse: fold.finalResponse(),
    ...(usage === undefined ? {} : { usage }),
    ...(threadUsage === undefined ? {} : { threadUsage })
  }
}

/** A failure with what had been seen of the turn. */
export const withItems = (error: CodexError, fold: TurnFold): CodexError => {
  const threadId = error.threadId ?? fold.threadId()
  return new CodexError({
    reason: error.reason,
    ...(threadId === undefined ? {} : { threadId }),
    items: fold.items()
  })
}

const usageBetween = (before: Usage | undefined, after: Usage | undefined): Usage | undefined =>
  before === undefined || after === undefined ? undefined : usageSince(before, after)

/** What a turn used, from the thread's totals before and after it. Nothing if they do not add up. */
export const usageSince = (before: Usage, after: Usage): Usage | undefined => {
  const usage = {
    inputTokens: after.inputTokens - before.inputTokens,
    cachedInputTokens: after.cachedInputTokens - before.cachedInputTokens,
    cacheWriteInputTokens: after.cacheWriteInputTokens - before.cacheWriteInputTokens,
    outputTokens: after.outputTokens - before.outputTokens,
    reasoningOutputTokens: after.reasoningOutputTokens - before.reasoningOutputTokens
  }
  return Object.values(usage).every((tokens) => tokens >= 0) ? usage : undefined
}

export const noUsage: Usage = {
  inputTokens: 0,
  cachedInputTokens: 0,
  cacheWriteInputTokens: 0,
  outputTokens: 0,
  reasoningOutputTokens: 0
}
