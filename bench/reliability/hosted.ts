/** What both libraries are given, and how their results are told. */
import type { Case } from "./cases.ts"

/** A case as the host gets it. */
export interface HostedCase {
  readonly test: Case
  /** Empty for the real codex. */
  readonly executable: string
  /** Of the real codex's model. Empty for an executable in its place. */
  readonly baseUrl: string
  readonly prompt: string
}

export const outputSchema = { type: "object" }

/** The slow reader rests for a millisecond after so many events. */
export const restAfter = 500

export const short = (text: string): string => {
  const line = text.slice(0, 1000).replace(/\s+/g, " ")
  return line.length > 90 ? `${line.slice(0, 90)}…` : line
}

/** With the real codex a command must be running, with a fake its first event is enough. */
export const isBegun = (test: Case, event: string): boolean =>
  test.model === undefined ? true : event === "ItemStarted" || event === "item.started"

export const realConfig = (baseUrl: string) => ({
  model_provider: "local",
  model_providers: {
    local: { name: "local", base_url: baseUrl, wire_api: "responses", supports_websockets: false }
  }
})

export const tally = (outcomes: ReadonlyArray<string>): string => {
  const counts = new Map<string, number>()
  for (const outcome of outcomes) counts.set(outcome, (counts.get(outcome) ?? 0) + 1)
  return [...counts].map(([outcome, count]) => (outcomes.length === 1 ? outcome : `${count} × ${outcome}`)).join(", ")
}
