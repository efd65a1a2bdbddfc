/** A tracer that remembers its spans. */
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import * as Tracer from "effect/Tracer"

/** A tracer, and what it has recorded. `prepare` may change a span before it is used, or throw. */
export const makeRecorder = (prepare: (span: Tracer.NativeSpan) => void = () => {}) => {
  const spans: Array<Tracer.NativeSpan> = []
  const tracer = Tracer.make({
    span: (options) => {
      const span = new Tracer.NativeSpan(options)
      prepare(span)
      spans.push(span)
      return span
    }
  })
  const named = (name: string): Tracer.NativeSpan => {
    const found = spans.find((span) => span.name === name)
    if (found === undefined) throw new Error(`No span ${name} in\n${treeOf(spans)}`)
    return found
  }
  return { spans, named, record: Effect.withTracer(tracer), tree: () => treeOf(spans) }
}

/** How a span ended: `open`, `ok`, `interrupted`, or the error's first line. */
export const endOf = ({ status }: Tracer.Span): string => {
  if (status._tag === "Started") return "open"
  if (Exit.isSuccess(status.exit)) return "ok"
  return Exit.hasInterrupts(status.exit) ? "interrupted" : (Cause.pretty(status.exit.cause).split("\n")[0] ?? "")
}

/** Spans as an indented tree, in the order of their start. */
const treeOf = (spans: ReadonlyArray<Tracer.Span>): string => {
  const isRoot = ({ parent }: Tracer.Span) =>
    !spans.some(({ spanId }) => spanId === Option.getOrUndefined(parent)?.spanId)
  const show = (span: Tracer.Span, depth: number): ReadonlyArray<string> => [
    `${"  ".repeat(depth)}${span.name}: ${endOf(span)}`,
    ...spans
      .filter(({ parent }) => Option.getOrUndefined(parent)?.spanId === span.spanId)
      .flatMap((child) => show(child, depth + 1))
  ]
  return spans
    .filter(isRoot)
    .flatMap((root) => show(root, 0))
    .join("\n")
}
