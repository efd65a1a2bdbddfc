/**
 * One case in a process of its own, with one of the libraries: `node host.ts <library> <case> <executable> <base URL>`.
 * Prints what became of it as one line of JSON.
 */
import { cases } from "./cases.ts"

const [library = "", id = "", executable = "", baseUrl = ""] = process.argv.slice(2)
const test = cases.find((entry) => entry.id === id)
if (test === undefined) throw new Error(`No case ${id}`)

// Only the one that is measured is loaded.
const { run } = library === "ours" ? await import("./ours.ts") : await import("./official.ts")
const startedAt = Date.now()
const outcome = await run({ test, executable, baseUrl, prompt: "x".repeat(test.promptLength ?? 2) })
console.log(
  JSON.stringify({ outcome, seconds: (Date.now() - startedAt) / 1000, peakKilobytes: process.resourceUsage().maxRSS })
)
