/** The results as a table, as JSON and as pictures. */
import * as os from "node:os"
import type { Finding, Row } from "./figures.ts"
import { barChart, type Panel } from "./plot.ts"
import type { Spread } from "./statistics.ts"

/** Where and with what it was measured. */
export interface Machine {
  readonly processor: string
  readonly cores: number
  readonly memoryGigabytes: number
  readonly system: string
  readonly node: string
  readonly codex: string
  readonly officialSdk: string
  /** Load average of the last minute when the run began. Above a half, others use the machine. */
  readonly load: number
  readonly date: string
}

export const describeMachine = (codex: string, officialSdk: string): Machine => ({
  processor: os.cpus()[0]?.model.trim() ?? "unknown",
  cores: os.cpus().length,
  memoryGigabytes: Math.round(os.totalmem() / 2 ** 30),
  system: `${os.type()} ${os.release()}`,
  node: process.version,
  codex,
  officialSdk,
  load: Math.round((os.loadavg()[0] ?? 0) * 10) / 10,
  date: new Date().toISOString().slice(0, 10)
})

export const machineText = (machine: Machine): string =>
  `${machine.date}, ${machine.processor} (${machine.cores} cores, ${machine.memoryGigabytes} GB), ${machine.system}, ` +
  `Node ${machine.node}, codex ${machine.codex}, \`@openai/codex-sdk\` ${machine.officialSdk}, ` +
  `load average ${machine.load} at the start.`

/** Three digits, and thousands apart. */
const number = (value: number): string =>
  Number.isNaN(value)
    ? "?"
    : Math.abs(value) >= 1000
      ? Math.round(value).toLocaleString("en-US")
      : String(Number(value.toPrecision(3)))

const withUnit = (value: string, unit: string) =>
  unit === "×" ? `${value}×` : unit === "" || unit === "events/s" ? value : `${value} ${unit}`

const cell = (value: Spread | undefined, unit: string): string =>
  value === undefined ? "" : `${withUnit(number(value.median), unit)} (${number(value.low)}–${number(value.high)})`

const goalText = ({ goal, unit }: Finding): string =>
  "atLeast" in goal ? `at least ${withUnit(`${goal.atLeast}`, unit)}` : `at most ${withUnit(`${goal.atMost}`, unit)}`

const findingText = (finding: Finding): string =>
  `${cell(finding.value, finding.unit)} ${finding.what}, goal ${goalText(finding)}: ${finding.isMet ? "met" : "**missed**"}`

/** Columns as wide as their widest cell, as the formatter wants them. */
export const table = (rows: ReadonlyArray<Row>): string => {
  const cells = [
    ["figure", "", "effect-codex", "official SDK", "floor", "result"],
    ...rows.map((row) => [
      row.what,
      `\`${row.figure}\``,
      cell(row.ours, row.unit),
      cell(row.official, row.unit),
      cell(row.floor, row.unit),
      row.findings.map(findingText).join("; ")
    ])
  ]
  const widths = cells[0]?.map((_, column) => Math.max(3, ...cells.map((row) => row[column]?.length ?? 0))) ?? []
  const line = (row: ReadonlyArray<string>) => `| ${row.map((text, at) => text.padEnd(widths[at] ?? 0)).join(" | ")} |`
  const [head = [], ...body] = cells
  return [line(head), line(widths.map((wide) => "-".repeat(wide))), ...body.map(line)].join("\n")
}

const panelOf = (row: Row, format: Panel["format"]): Panel => ({
  title: row.what,
  bars: [
    { contender: "effect-codex" as const, value: row.ours },
    ...(row.official === undefined ? [] : [{ contender: "official SDK" as const, value: row.official }]),
    ...(row.floor === undefined ? [] : [{ contender: "floor" as const, value: row.floor }])
  ],
  format
})

/** Pictures by the name of their file. */
export const pictures = (rows: ReadonlyArray<Row>): Readonly<Record<string, string>> => {
  const of = (...figures: ReadonlyArray<Row["figure"]>) => rows.filter((row) => figures.includes(row.figure))
  return {
    "events-per-second.svg": barChart(
      "Events per second (more is better)",
      of("stream", "run").map((row) => panelOf(row, number))
    ),
    "time-per-turn.svg": barChart(
      "Time per turn (less is better)",
      of("turn", "exec", "app-server").map((row) => panelOf(row, (value) => `${number(value)} ms`))
    )
  }
}
