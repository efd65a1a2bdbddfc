/** What becomes of codex's events on the board. */
import type { ThreadEvent, ThreadItem } from "effect-codex"
import type { ServerNotifications } from "effect-codex/app-server"
import { withoutShell } from "../support/render.ts"
import type { Board } from "./board.ts"

type ProtocolItem = ServerNotifications["item/started"]["params"]["item"]

export const show = (board: Board["Service"], event: ThreadEvent): void => {
  switch (event._tag) {
    case "AgentMessageDelta":
      return board.more({ kind: "message", id: event.itemId, text: event.delta, done: false })
    case "ReasoningDelta":
      return board.more({ kind: "thought", id: event.itemId, text: event.delta, done: false })
    case "CommandOutputDelta": {
      const entry = board.get(event.itemId)
      return entry?.kind === "command" ? board.more({ ...entry, text: event.delta }) : undefined
    }
    case "ItemStarted":
    case "ItemUpdated":
      return showItem(board, event.item, false)
    case "ItemCompleted":
      return showItem(board, event.item, true)
    case "ThreadError":
      return board.put({ kind: "notice", id: `error-${globalThis.crypto.randomUUID()}`, text: event.message })
    case "UsageUpdated": {
      const { cachedInputTokens: cached, inputTokens: input, outputTokens: output } = event.total
      return board.setStatus({ usage: { input, cached, output } })
    }
    default:
      return
  }
}

const showItem = (board: Board["Service"], item: ThreadItem, done: boolean): void => {
  switch (item._tag) {
    case "AgentMessage":
      return board.put({ kind: "message", id: item.id, text: item.text, done })
    case "Reasoning":
      return board.put({ kind: "thought", id: item.id, text: item.text, done })
    case "CommandExecution": {
      const { aggregatedOutput: text, command, exitCode, id, status } = item
      return board.put({
        kind: "command",
        id,
        command: withoutShell(command),
        text,
        status,
        ...(exitCode === undefined ? {} : { exitCode })
      })
    }
    case "Error":
      return board.put({ kind: "notice", id: item.id, text: item.message })
    default:
      return
  }
}

/** Shows a change of files as the protocol has it: with its diffs, before it is approved too, and declined if it is. */
export const showChange = (board: Board["Service"], directory: string, item: ProtocolItem): void => {
  if (item.type !== "fileChange") return
  const status = item.status === "inProgress" ? "in_progress" : item.status
  const known = board.get(item.id)
  // Beginnings and ends come on streams of their own.
  if (status === "in_progress" && known !== undefined) return
  board.put({
    kind: "change",
    id: item.id,
    status,
    files: item.changes.map(({ diff, kind, path }) => ({
      path: within(directory, path),
      change: kind.type,
      // What is not a diff is the whole file.
      diff: kind.type === "add" ? prefixed("+", diff) : kind.type === "delete" ? prefixed("-", diff) : diff
    }))
  })
}

const prefixed = (sign: string, text: string): string =>
  text
    .replace(/\n$/, "")
    .split("\n")
    .map((line) => sign + line)
    .join("\n")

const within = (directory: string, file: string): string =>
  file.startsWith(`${directory}/`) ? file.slice(directory.length + 1) : file
