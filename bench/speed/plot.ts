/** Bars as SVG. */
import type { Spread } from "./statistics.ts"

/** Bars that share a scale. */
export interface Panel {
  readonly title: string
  readonly bars: ReadonlyArray<{ readonly contender: keyof typeof colours; readonly value: Spread }>
  readonly format: (value: number) => string
}

const colours = { "effect-codex": "#6d5bd0", "official SDK": "#0e7490", floor: "#94a3b8" } as const

const width = 720
const labelWidth = 120
const valueWidth = 110
const barHeight = 20
const barGap = 6
const titleHeight = 34

const escape = (text: string) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;")

/** A picture with a title and its panels, one below the other. The thin lines are the middle half of the rounds. */
export const barChart = (title: string, panels: ReadonlyArray<Panel>): string => {
  const lines: Array<string> = []
  const text = (x: number, y: number, words: string, style: string) =>
    lines.push(`<text x="${x}" y="${y}" ${style}>${escape(words)}</text>`)
  const rectangle = (x: number, y: number, w: number, h: number, colour: string) =>
    lines.push(`<rect x="${x}" y="${y}" width="${Math.max(0, w).toFixed(1)}" height="${h}" fill="${colour}"/>`)

  text(20, 30, title, 'font-size="16" font-weight="600"')
  let y = 44
  for (const { bars, format, title: panelTitle } of panels) {
    text(20, y + 20, panelTitle, 'font-size="13" fill="#475569"')
    y += titleHeight
    const plotWidth = width - 40 - labelWidth - valueWidth
    const scale = plotWidth / Math.max(...bars.map(({ value }) => Math.max(value.median, value.high)))
    const left = 20 + labelWidth
    for (const { contender, value } of bars) {
      text(left - 8, y + 14, contender, 'font-size="12" text-anchor="end"')
      rectangle(left, y, value.median * scale, barHeight, colours[contender])
      rectangle(left + value.low * scale, y + barHeight / 2 - 1, (value.high - value.low) * scale, 2, "#0f172a")
      text(left + Math.max(value.median, value.high) * scale + 8, y + 14, format(value.median), 'font-size="12"')
      y += barHeight + barGap
    }
    y += 8
  }
  const height = y + 12
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family="system-ui, sans-serif" fill="#0f172a">`,
    `<rect width="100%" height="100%" fill="#ffffff"/>`,
    ...lines,
    "</svg>",
    ""
  ].join("\n")
}
