/** Warns about output that is not known: once for each shape, so that a new codex does not flood the log. */
import * as Effect from "effect/Effect"
import type { ThreadEvent } from "../ThreadEvent.ts"
import { excerpt } from "./preview.ts"

const maxShapes = 100

/** Takes an event and what was wrong with it. */
export type DriftLog = (event: ThreadEvent, issue: string) => Effect.Effect<void>

export const makeDriftLog = (): DriftLog => {
  const seen = new Set<string>()
  return (event, issue) =>
    Effect.suspend(() => {
      const shape = shapeOf(event)
      const key = `${shape} ${issue}`
      if (seen.has(key) || seen.size >= maxShapes) return Effect.void
      seen.add(key)
      return Effect.logWarning(`codex printed something that effect-codex does not know (${shape}): ${issue}`)
    })
}

const shapeOf = (event: ThreadEvent): string => {
  switch (event._tag) {
    case "UnknownEvent":
      return event.type === undefined ? "UnknownEvent" : `UnknownEvent ${excerpt(event.type, 60)}`
    case "ItemStarted":
    case "ItemUpdated":
    case "ItemCompleted":
      return event.item._tag === "UnknownItem"
        ? `${event._tag} ${excerpt(event.item.type ?? "UnknownItem", 60)}`
        : event._tag
    default:
      return event._tag
  }
}
