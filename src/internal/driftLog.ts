/** Warns about output that is not known: once for each shape, so that a new codex does not flood the log. */
import * as Effect from "effect/Effect"
import type { ThreadEvent } from "../ThreadEvent.ts"
import { logWarning } from "./logWarning.ts"
import { excerpt } from "./preview.ts"

const maxShapes = 100

/** Takes an event, what was wrong with it, and what takes secrets out: both hold words that codex chose. */
export type DriftLog = (event: ThreadEvent, issue: string, redact: (text: string) => string) => Effect.Effect<void>

export const makeDriftLog = (): DriftLog => {
  const seen = new Set<string>()
  return (event, issue, redact) =>
    Effect.suspend(() => {
      const what = `(${shapeOf(event, redact)}): ${excerpt(redact(issue), 1000)}`
      if (seen.has(what) || seen.size >= maxShapes) return Effect.void
      seen.add(what)
      return logWarning(`codex printed something that effect-codex does not know ${what}`)
    })
}

const shapeOf = (event: ThreadEvent, redact: (text: string) => string): string => {
  switch (event._tag) {
    case "UnknownEvent":
      return event.type === undefined ? "UnknownEvent" : `UnknownEvent ${excerpt(redact(event.type), 60)}`
    case "ItemStarted":
    case "ItemUpdated":
    case "ItemCompleted":
      return event.item._tag === "UnknownItem"
        ? `${event._tag} ${excerpt(redact(event.item.type ?? "UnknownItem"), 60)}`
        : event._tag
    default:
      return event._tag
  }
}
