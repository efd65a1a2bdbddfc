/** What becomes of codex's events on the board. */
import type { ThreadEvent, ThreadItem } from "effect-codex"
import { withoutShell } from "../support/render.ts"
import type { Board } from "./board.ts"

/** Puts an event on the board. Files below `directory`, which the thread works in, are shown without it. */
export const show = (board: Board["Service"], directory: string, event: ThreadEvent): void => {
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
      return showItem(board, directory, event.item, false)
    case "ItemCompleted":
      return showItem(board, directory, event.item, true)
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

const showItem = (board: Board["Service"], directory: string, item: ThreadItem, done: boolean): void => {
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
    case "FileChange":
      return board.put({
        kind: "change",
        id: item.id,
        status: item.status,
        files: item.changes.map(({ diff = "", kind, path }) => ({
          path: within(directory, path),
          change: kind,
          // What is not a diff is the whole file.
          diff: kind === "add" ? prefixed("+", diff) : kind === "delete" ? prefixed("-", diff) : diff
        }))
      })
    case "Error":
      return board.put({ kind: "notice", id: item.id, text: item.message })
    default:
      return
  }
}

const prefixed = (sign: string, text: string): string =>
  text
    .replace(/\n$/, "")
    .split("\n")
    .map((line) => sign + line)
    .join("\n")

const within = (directory: string, file: string): string =>
  file.startsWith(`${directory}/`) ? file.slice(directory.length + 1) : file
