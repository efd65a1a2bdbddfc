/** Spans of a trace, each above its children. */
import * as Order from "effect/Order"
import type { Span } from "./otlp.ts"

/** A span and what is below it, in the order of their starts. */
export interface SpanNode {
  readonly span: Span
  /** 0 for a root. */
  readonly depth: number
  readonly children: ReadonlyArray<SpanNode>
}

const byStart = Order.mapInput(Order.BigInt, ({ start }: Span) => start)

/** The trees of spans. Whose parent is not among them is a root. */
export const treesOf = (spans: ReadonlyArray<Span>): ReadonlyArray<SpanNode> => {
  const ids = new Set(spans.map(({ spanId }) => spanId))
  const children = Map.groupBy(spans.toSorted(byStart), ({ parentSpanId }) =>
    parentSpanId !== undefined && ids.has(parentSpanId) ? parentSpanId : undefined
  )
  const nodesBelow = (id: string | undefined, depth: number): ReadonlyArray<SpanNode> =>
    (children.get(id) ?? []).map((span) => ({ span, depth, children: nodesBelow(span.spanId, depth + 1) }))
  return nodesBelow(undefined, 0)
}

/** The node and all below it, parents first. */
export const flatten = (node: SpanNode): ReadonlyArray<SpanNode> => [node, ...node.children.flatMap(flatten)]

export const milliseconds = ({ end, start }: Span): number => Number(end - start) / 1e6

/** `12 ms`, `1.2 s`. */
export const durationText = (millis: number): string =>
  millis < 0.95 ? "<1 ms" : millis < 999.5 ? `${Math.round(millis)} ms` : `${(millis / 1000).toFixed(1)} s`

/** The trees as indented lines. */
export const printTrees = (
  trees: ReadonlyArray<SpanNode>,
  line: (span: Span) => string = (span) => `${span.name} (${span.service}, ${durationText(milliseconds(span))})`
): string =>
  trees
    .flatMap(flatten)
    .map(({ depth, span }) => `${"  ".repeat(depth)}${line(span)}`)
    .join("\n")
