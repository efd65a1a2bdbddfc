/** A codex process as a span, the trace that codex joins, and its stderr in the log. */
import * as Clock from "effect/Clock"
import * as Data from "effect/Data"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as HttpTraceContext from "effect/http/HttpTraceContext"
import * as LogLevel from "effect/LogLevel"
import * as Predicate from "effect/Predicate"
import * as References from "effect/References"
import type * as Scope from "effect/Scope"
import * as Tracer from "effect/Tracer"
import type { ExitStatus, RunningChild } from "./childProcess.ts"
import { inline } from "./preview.ts"
import { makeHidePromptLines } from "./promptLines.ts"
import type { Redact } from "./redact.ts"
import { makeTracerGuard, neverBack } from "./spanCare.ts"

/** What a process's span ends with if codex failed. */
class ProcessFailed extends Data.TaggedError("ProcessFailed")<{ readonly message: string }> {}

/** The span of a process that is about to start. */
export interface ProcessTrace {
  /** With these variables codex 0.169 makes its own spans part of the trace. */
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly began: (process: RunningChild) => Effect.Effect<void>
}

/** Begins a span that ends with the scope, which is to be closed after the process has ended. */
export const traceProcess: Effect.Effect<ProcessTrace, never, Scope.Scope> = Effect.gen(function* () {
  const clock = yield* Clock.Clock
  const tracer = yield* Tracer.Tracer
  const timing = yield* References.TracerTimingEnabled
  const guard = makeTracerGuard()
  let exit: RunningChild["exit"] | undefined
  const end = Effect.fnUntraced(function* (span: Tracer.Span, scopeExit: Exit.Exit<unknown, unknown>) {
    const status = exit !== undefined && Deferred.isDoneUnsafe(exit) ? yield* Deferred.await(exit) : undefined
    const now = neverBack(span.status.startTime, () => (timing ? clock.currentTimeNanosUnsafe() : 0n))
    guard.call(() => {
      if (status !== undefined && "code" in status) span.attribute("process.exit.code", status.code)
      if (status !== undefined && "signal" in status) span.attribute("codex.process.signal", status.signal)
    })
    guard.call(() => span.end(now(), processExit(status, scopeExit)))
    yield* guard.report
  })
  const span = yield* Effect.acquireRelease(
    Effect.makeSpan("codex exec", { kind: "client", attributes: { "process.executable.name": "codex" } }),
    end
  )
  return {
    environment: tracer === Tracer.nativeTracer ? {} : traceEnvironment(span),
    began: (process) =>
      Effect.sync(() => {
        exit = process.exit
        guard.call(() => span.attribute("process.pid", process.pid))
      })
  }
})

// How codex ends when it is told to is no failure of its own.
const processExit = (
  status: ExitStatus | undefined,
  scopeExit: Exit.Exit<unknown, unknown>
): Exit.Exit<unknown, unknown> => {
  if (Exit.isSuccess(scopeExit) || Exit.hasInterrupts(scopeExit)) return Exit.void
  if (status === undefined) return Exit.fail(new ProcessFailed({ message: "it did not start" }))
  if ("signal" in status) return Exit.fail(new ProcessFailed({ message: `signal ${status.signal}` }))
  return status.code === 0 ? Exit.void : Exit.fail(new ProcessFailed({ message: `exit code ${status.code}` }))
}

// Without a tracer that listens, codex keeps to the trace that the host was started in, if it was. A trace state belongs
// to one trace: the host's goes on only if the span has it.
const traceEnvironment = (span: Tracer.Span): ProcessTrace["environment"] => {
  // Tracing may be switched off here.
  if (!/^[0-9a-f]{16,32}$/.test(span.traceId)) return {}
  const { traceparent } = HttpTraceContext.toHeaders(span)
  return { TRACEPARENT: traceparent, TRACESTATE: traceState(span) }
}

/** The W3C trace state of an OpenTelemetry span behind Effect's, which has no place for one. */
const traceState = (span: Tracer.Span): string | undefined => {
  if (!Predicate.hasProperty(span, "span") || !Predicate.hasProperty(span.span, "spanContext")) return undefined
  if (typeof span.span.spanContext !== "function") return undefined
  const context: unknown = span.span.spanContext()
  if (!Predicate.hasProperty(context, "traceState") || !Predicate.hasProperty(context.traceState, "serialize")) {
    return undefined
  }
  const { traceState: state } = context
  if (typeof state.serialize !== "function") return undefined
  const text: unknown = state.serialize()
  return typeof text === "string" && text !== "" ? text : undefined
}

const maxLineLength = 1000
const maxRestLength = 64 * 1024

/** Gets stderr as it comes. */
export interface StderrLog {
  /** The bytes are not kept. */
  readonly push: (bytes: Uint8Array) => Effect.Effect<void>
  /** To be run when all of it has come. */
  readonly end: Effect.Effect<void>
}

const noLog: StderrLog = { push: () => Effect.void, end: Effect.void }

/** What takes secrets and the lines of a prompt out of a line. One without its newline may be cut off. */
export const hideSecretsAndLines = (prompt: string, redact: Redact): ((line: string) => string) => {
  // The prompt may come line by line, and is then no whole that could be taken out.
  const hidePromptLines = makeHidePromptLines(redact.secrets(prompt), prompt)
  return (line) => hidePromptLines(redact.cut(line).trim())
}

/** Logs the lines of stderr at Debug, as what `makeHide` gives leaves them. Costs nothing if nobody sees it. */
export const makeStderrLog = (makeHide: () => (line: string) => string): Effect.Effect<StderrLog> =>
  Effect.map(LogLevel.isEnabled("Debug"), (isEnabled): StderrLog => {
    if (!isEnabled) return noLog
    const decoder = new TextDecoder()
    let rest = ""
    let isTooLong = false
    const hide = makeHide()
    const log = (line: string): Effect.Effect<void> =>
      line.trim() === "" ? Effect.void : Effect.logDebug(`codex: ${inline(hide(line), maxLineLength)}`)
    return {
      push: (bytes) => {
        const parts = (rest + decoder.decode(bytes, { stream: true })).split("\n")
        rest = parts.pop() ?? ""
        const lines = parts.map((line) => `${line}\n`)
        if (isTooLong && lines.length > 0) {
          isTooLong = false
          lines.shift()
        }
        // Of a line without an end the beginning is logged. What follows could begin inside of a secret.
        if (isTooLong) rest = ""
        if (rest.length > maxRestLength) {
          lines.push(rest)
          rest = ""
          isTooLong = true
        }
        return Effect.forEach(lines, log, { discard: true })
      },
      end: Effect.suspend(() => log(rest))
    }
  })

/** The span that the current fiber works for, as W3C trace context, if a tracer listens. */
export const currentTrace: Effect.Effect<{ traceparent: string; tracestate?: string } | undefined> = Effect.gen(
  function* () {
    const tracer = yield* Tracer.Tracer
    const span = yield* Effect.option(Effect.currentSpan)
    if (tracer === Tracer.nativeTracer || span._tag === "None") return undefined
    const { TRACEPARENT: traceparent, TRACESTATE: tracestate } = traceEnvironment(span.value)
    return traceparent === undefined ? undefined : { traceparent, ...(tracestate === undefined ? {} : { tracestate }) }
  }
)
