/** Draws a trace as an SVG: a bar for each span, on a time axis. */
import { type Span } from "./otlp.ts"
import { durationText, flatten, milliseconds, type SpanNode } from "./spanTree.ts"

type Kind = "application" | "operation" | "turn" | "item" | "process" | "codex"

const kinds: Readonly<Record<Kind, { readonly legend: string; readonly colour: string }>> = {
  application: { legend: "application", colour: "#475569" },
  operation: { legend: "effect-codex", colour: "#6d5bd0" },
  turn: { legend: "turn", colour: "#2563c9" },
  item: { legend: "what the agent did", colour: "#15803d" },
  process: { legend: "codex process", colour: "#0e7490" },
  codex: { legend: "codex's own spans", colour: "#c27803" }
}
const failedColour = "#c81e1e"

const kindOf = ({ name, service }: Span, application: string, depth: number): Kind => {
  if (service !== application) return "codex"
  if (name === "invoke_agent codex") return "turn"
  if (name === "codex exec") return "process"
  if (name.startsWith("execute_tool ")) return "item"
  return depth === 0 ? "application" : "operation"
}

interface Row {
  readonly span: Span
  readonly kind: Kind
  readonly indent: number
}

// Of codex's own spans, hundreds for one turn, those that say something at this size.
const minShare = 0.05
const maxLevels = 2
// A span that lasts as long as the one above it says nothing new.
const sameShare = 0.95

/** The rows, with what the agent did above the process that did it. */
const rowsOf = (root: SpanNode): ReadonlyArray<Row> => {
  const total = milliseconds(root.span)
  const application = root.span.service
  const visit = (node: SpanNode, indent: number, above: number, level: number): ReadonlyArray<Row> => {
    const { span } = node
    const kind = kindOf(span, application, node.depth)
    const time = milliseconds(span)
    const isNew = kind !== "codex" || (time >= minShare * total && (level === 0 || time < sameShare * above))
    const isShown = isNew && level < maxLevels
    const [nextIndent, nextAbove, nextLevel] = isShown
      ? [indent + 1, time, kind === "codex" ? level + 1 : level]
      : [indent, above, level]
    const below = node.children
      .toSorted((a, b) => Number(a.span.name === "codex exec") - Number(b.span.name === "codex exec"))
      .flatMap((child) => visit(child, nextIndent, nextAbove, nextLevel))
    return isShown ? [{ span, kind, indent }, ...below] : below
  }
  return visit(root, 0, total, 0)
}

const width = 900
const margin = 20
const plotLeft = 250
const plotRight = 822
const header = 86
const rowHeight = 24
const barHeight = 14
const font = `system-ui, -apple-system, 'Segoe UI', Helvetica, Arial, sans-serif`

// Wider than any sans-serif draws it on average, so that nothing touches.
const textWidth = (text: string, size: number): number => text.length * size * 0.58

const escape = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;")

const fitted = (text: string, size: number, room: number): string => {
  const length = Math.floor(room / (size * 0.58))
  return text.length <= length ? text : `${text.slice(0, Math.max(0, length - 1))}…`
}

interface TextStyle {
  readonly size?: number
  readonly fill?: string
  readonly anchor?: "start" | "middle" | "end"
  readonly weight?: number
}

const textAt = (x: number, y: number, text: string, style: TextStyle = {}): string => {
  const { anchor = "start", fill = "#1f2937", size = 12, weight = 400 } = style
  return `<text x="${round(x)}" y="${round(y)}" font-size="${size}" font-weight="${weight}" fill="${fill}" text-anchor="${anchor}">${escape(text)}</text>`
}

const round = (value: number): number => Math.round(value * 10) / 10

/** 1, 2 or 5 of some power of ten, so that there are at most nine of them. */
const tickStep = (total: number): number => {
  const power = 10 ** Math.floor(Math.log10(total / 9))
  return [1, 2, 5, 10].map((factor) => factor * power).find((step) => total / step <= 9) ?? 10 * power
}

const tokensOf = ({ attributes }: Span): string | undefined => {
  const input = attributes["gen_ai.usage.input_tokens"]
  return input === undefined ? undefined : `${input} tokens in, ${attributes["gen_ai.usage.output_tokens"]} out`
}

/** The picture of a trace, 900 px wide. It has a background of its own, for light and dark pages. */
export const waterfall = (root: SpanNode): { readonly svg: string; readonly rows: number; readonly spans: number } => {
  const rows = rowsOf(root)
  const spans = flatten(root).length
  const total = milliseconds(root.span)
  const bottom = header + rows.length * rowHeight
  const height = bottom + 62
  const x = (millis: number): number => plotLeft + (millis / total) * (plotRight - plotLeft)

  const legend: Array<string> = []
  let legendX = margin
  for (const { colour, legend: text } of [...Object.values(kinds), { legend: "failed", colour: failedColour }]) {
    legend.push(`<rect x="${round(legendX)}" y="54" width="10" height="10" rx="2" fill="${colour}"/>`)
    legend.push(textAt(legendX + 15, 63, text, { size: 12, fill: "#4b5563" }))
    legendX += 15 + textWidth(text, 12) + 16
  }

  const step = tickStep(total)
  const axis = Array.from({ length: Math.floor(total / step) + 1 }, (_, index) => index * step).flatMap((millis) => [
    `<line x1="${round(x(millis))}" y1="${header - 6}" x2="${round(x(millis))}" y2="${bottom + 4}" stroke="#e5e7eb"/>`,
    textAt(x(millis), bottom + 18, millis === 0 ? "0" : step < 1000 ? `${millis} ms` : `${millis / 1000} s`, {
      size: 11,
      fill: "#6b7280",
      anchor: "middle"
    })
  ])

  const bars = rows.flatMap(({ indent, kind, span }, index) => {
    const top = header + index * rowHeight
    const baseline = top + rowHeight / 2 + 4
    const start = x(Number(span.start - root.span.start) / 1e6)
    const barWidth = Math.max(3, x(milliseconds(span)) - plotLeft)
    const end = start + barWidth
    const colour = span.error === undefined ? kinds[kind].colour : failedColour
    const labelLeft = margin + indent * 12
    const stripe =
      index % 2 === 0
        ? [`<rect x="1" y="${top}" width="${width - 2}" height="${rowHeight}" fill="#0f172a" fill-opacity="0.03"/>`]
        : []
    return [
      ...stripe,
      textAt(labelLeft, baseline, fitted(span.name, 12, plotLeft - 8 - labelLeft), {
        fill: span.error === undefined ? "#1f2937" : failedColour
      }),
      `<rect x="${round(start)}" y="${top + (rowHeight - barHeight) / 2}" width="${round(barWidth)}" height="${barHeight}" rx="3" fill="${colour}"/>`,
      ...noteAt(span, start, end, baseline),
      textAt(width - margin, baseline, durationText(milliseconds(span)), { anchor: "end", fill: "#374151" })
    ]
  })

  const hidden = spans - rows.length
  const note =
    `${hidden} of codex's own spans are not shown: shorter than ${minShare * 100} % of the trace, ` +
    `as long as the one above, or more than ${maxLevels} levels deep.`
  const title = `${root.span.name}: ${durationText(total)}, ${spans} spans`
  return {
    rows: rows.length,
    spans,
    svg: `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family="${font}" role="img" aria-label="${escape(title)}">
<rect x="0.5" y="0.5" width="${width - 1}" height="${height - 1}" rx="8" fill="#ffffff" stroke="#d1d5db"/>
${[
  textAt(margin, 34, title, { size: 16, weight: 600, fill: "#111827" }),
  ...legend,
  ...axis,
  ...bars,
  textAt(margin, height - 16, note, { size: 11, fill: "#6b7280" })
].join("\n")}
</svg>
`
  }
}

/** Words of a bar: inside of it, or next to it on the side that has room for them. */
const noteAt = (span: Span, start: number, end: number, baseline: number): ReadonlyArray<string> => {
  const text = span.error === undefined ? tokensOf(span) : `✖ ${span.error}`
  if (text === undefined) return []
  const room = textWidth(text, 11) + 12
  if (end - start >= room) return [textAt(start + 7, baseline, text, { size: 11, fill: "#ffffff", weight: 600 })]
  const fill = span.error === undefined ? "#374151" : failedColour
  if (end + room <= plotRight) return [textAt(end + 6, baseline, text, { size: 11, fill, weight: 600 })]
  if (start - room >= plotLeft)
    return [textAt(start - 6, baseline, text, { size: 11, fill, anchor: "end", weight: 600 })]
  return []
}
