/**
 * What the outside learns of a turn: its span, its metrics, its log entries, and what the tap is told.
 *
 * Everything per event is plain code, and nothing is done per item if no tracer listens.
 */
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Metric from "effect/Metric"
import * as Option from "effect/Option"
import * as References from "effect/References"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import * as Tracer from "effect/Tracer"
import type { CodexError } from "../CodexError.ts"
import * as CodexMetrics from "../CodexMetrics.ts"
import type { CodexOptions, ThreadOptions } from "../CodexOptions.ts"
import type { EventTap, TurnHappening, TurnOutcome } from "../EventTap.ts"
import type { ThreadTarget } from "../Exec.ts"
import type { ThreadEvent, ThreadId, Usage } from "../ThreadEvent.ts"
import { elapsedMillis } from "./elapsed.ts"
import { makeItemSpans } from "./itemSpans.ts"
import { providerName } from "./providerName.ts"
import { type RecordContent, recordNothing } from "./recordContent.ts"
import { makeTracerGuard, neverBack } from "./spanCare.ts"
import { usageSince } from "./turnFold.ts"

/** A turn as it is asked for. */
export interface TurnInfo {
  readonly codex: CodexOptions
  readonly thread: ThreadOptions
  readonly target: ThreadTarget
  readonly prompt: string
  readonly outputSchema: unknown
  /** Which one of the thread, from 1, since it was made or resumed here. */
  readonly turn: number
  /** The thread's usage before the turn, where it is known. */
  readonly usageBefore: Usage | undefined
  readonly tap: EventTap["Service"] | undefined
  readonly content: RecordContent
}

/** Events as they come, told to whoever listens. `run` gets what must see each of them first. */
export const observeTurn = (
  info: TurnInfo,
  run: (observe: (event: ThreadEvent) => void) => Stream.Stream<ThreadEvent, CodexError>
): Stream.Stream<ThreadEvent, CodexError> =>
  Stream.unwrap(
    Effect.map(begin(info), (turn) =>
      run(turn.observe).pipe(
        Stream.tapCause((cause) => Effect.sync(() => turn.fail(cause))),
        // Together: what is provided to a stream is provided with every batch.
        Stream.provideContext(
          Context.make(Tracer.ParentSpan, turn.span).pipe(
            Context.add(References.CurrentLogAnnotations, turn.logAnnotations)
          )
        )
      )
    )
  )

interface ObservedTurn {
  readonly span: Tracer.Span
  readonly logAnnotations: Readonly<Record<string, unknown>>
  readonly observe: (event: ThreadEvent) => void
  readonly fail: (cause: Cause.Cause<CodexError>) => void
}

const begin = (info: TurnInfo): Effect.Effect<ObservedTurn, never, Scope.Scope> =>
  Effect.acquireRelease(start(info), (turn, exit) => turn.end(exit)).pipe(
    // A logger may fail: by now the end is taken care of.
    Effect.tap((turn) => turn.logBegan),
    Effect.map(({ fail, logAnnotations, observe, span }) => ({ fail, logAnnotations, observe, span }))
  )

const start = Effect.fnUntraced(function* (info: TurnInfo) {
  const clock = yield* Clock.Clock
  const tracer = yield* Tracer.Tracer
  const timing = yield* References.TracerTimingEnabled
  const shared = commonAttributes(info)
  const { content } = info
  const input = content.message("gen_ai.input.messages", { role: "user", text: info.prompt })
  const span = yield* Effect.makeSpan("invoke_agent codex", {
    kind: "client",
    attributes: { ...shared, ...startAttributes(info), ...input }
  })

  // Nobody could see what the default tracer records.
  const isTraced = span.sampled && tracer !== Tracer.nativeTracer
  const now = neverBack(span.status.startTime, () => (timing ? clock.currentTimeNanosUnsafe() : 0n))
  const annotations = yield* References.TracerSpanAnnotations
  const links = yield* References.TracerSpanLinks
  const items = isTraced ? makeItemSpans({ tracer, turnSpan: span, now, content, annotations, links }) : undefined
  const guard = makeTracerGuard()
  // codex names a new thread later: what is logged from then on has its id.
  const logAnnotations: Record<string, unknown> = {
    ...(yield* References.CurrentLogAnnotations),
    "codex.turn": info.turn,
    ...(info.target._tag === "Resume" ? { "codex.thread_id": info.target.threadId } : {})
  }
  const tell = info.tap?.beginTurn()

  const startedAt = elapsedMillis(clock)
  const counts = new Map<string, number>()
  let threadId: ThreadId | undefined
  let firstEventAt: number | undefined
  let ending: ThreadEvent | undefined
  let failure: CodexError | undefined
  let defect: Cause.Cause<CodexError> | undefined
  let unknown = 0
  let answer: string | undefined

  const publish = (happening: TurnHappening): void => tell?.(happening, clock.currentTimeMillisUnsafe(), threadId)

  const observe = (event: ThreadEvent): void => {
    firstEventAt ??= elapsedMillis(clock)
    let type: string = event._tag
    switch (event._tag) {
      case "ThreadStarted": {
        const id = event.threadId
        threadId = id
        logAnnotations["codex.thread_id"] = id
        guard.call(() => span.attribute("gen_ai.conversation.id", id))
        break
      }
      case "TurnCompleted":
      case "TurnFailed":
        ending ??= event
        break
      case "UnknownEvent":
        unknown++
        break
      case "ItemStarted":
      case "ItemUpdated":
      case "ItemCompleted": {
        const { item } = event
        type = item._tag
        if (item._tag === "UnknownItem") unknown++
        if (content !== recordNothing && event._tag === "ItemCompleted" && item._tag === "AgentMessage")
          answer = item.text
      }
    }
    counts.set(type, (counts.get(type) ?? 0) + 1)
    if (items !== undefined && !guard.hasFailed()) guard.call(() => items.observe(event))
    if (tell !== undefined) publish({ _tag: "TurnEvent", event })
  }

  yield* Metric.modify(CodexMetrics.activeTurns, 1)
  const log = (message: string) =>
    Effect.exit(Effect.provideService(Effect.logDebug(message), References.CurrentLogAnnotations, logAnnotations))
  publish({ _tag: "TurnBegan" })

  // Not what the consumer of the events makes of them.
  const fail = (cause: Cause.Cause<CodexError>): void => {
    failure = Option.getOrUndefined(Cause.findErrorOption(cause))
    if (failure === undefined && Cause.hasDies(cause)) defect = cause
  }

  const end = Effect.fnUntraced(function* (exit: Exit.Exit<unknown, unknown>) {
    const outcome = outcomeOf(exit, failure ?? defect, ending)
    const usage = ending?._tag === "TurnCompleted" ? (ending.turnUsage ?? turnUsage(info, ending.usage)) : undefined
    const errorType = outcome === "failed" ? (failure?.reason._tag ?? "defect") : undefined
    const duration = (elapsedMillis(clock) - startedAt) / 1000

    publish({ _tag: "TurnEnded", outcome, ...(failure === undefined ? {} : { error: failure }) })

    yield* Metric.modify(CodexMetrics.activeTurns, -1)
    yield* measure(shared, CodexMetrics.turns, 1, { "codex.turn.outcome": outcome })
    yield* measure(
      shared,
      CodexMetrics.turnDuration,
      duration,
      errorType === undefined ? {} : { "error.type": errorType }
    )
    if (firstEventAt !== undefined)
      yield* measure(shared, CodexMetrics.timeToFirstEvent, (firstEventAt - startedAt) / 1000)
    if (usage !== undefined) {
      yield* measure(shared, CodexMetrics.tokenUsage, usage.inputTokens, { "gen_ai.token.type": "input" })
      yield* measure(shared, CodexMetrics.tokenUsage, usage.outputTokens, { "gen_ai.token.type": "output" })
    }
    if (unknown > 0) yield* measure(shared, CodexMetrics.unknownEvents, unknown)
    for (const [type, count] of counts) yield* measure(shared, CodexMetrics.events, count, { "codex.event.type": type })
    // Last: tracers and loggers are the application's, and may fail.
    guard.call(() => items?.end())
    const attributes = {
      ...usageAttributes(usage),
      ...endAttributes(outcome, failure),
      ...(outcome === "completed" && answer !== undefined
        ? content.message("gen_ai.output.messages", { role: "assistant", text: answer, finishReason: "stop" })
        : {}),
      "codex.turn.outcome": outcome
    }
    guard.call(() => {
      for (const [name, value] of Object.entries(attributes)) span.attribute(name, value)
    })
    guard.call(() => span.end(now(), endOf(exit, outcome, failure, defect)))
    yield* guard.report
    yield* log(`codex turn ${outcome} after ${duration} s`)
  })

  return { span, logAnnotations, observe, fail, end, logBegan: log("codex turn began") }
})

type Attributes = Readonly<Record<string, string>>

const measure = <Input, State>(
  shared: Attributes,
  metric: Metric.Metric<Input, State>,
  value: Input,
  own: Attributes = {}
): Effect.Effect<void> => Metric.update(Metric.withAttributes(metric, { ...shared, ...own }), value)

const outcomeOf = (
  exit: Exit.Exit<unknown, unknown>,
  failure: CodexError | Cause.Cause<CodexError> | undefined,
  ending: ThreadEvent | undefined
): TurnOutcome => {
  if (failure !== undefined) return "failed"
  if (ending?._tag === "TurnCompleted") return "completed"
  return Exit.isFailure(exit) && Exit.hasInterrupts(exit) ? "interrupted" : "abandoned"
}

const endOf = (
  exit: Exit.Exit<unknown, unknown>,
  outcome: TurnOutcome,
  failure: CodexError | undefined,
  defect: Cause.Cause<CodexError> | undefined
): Exit.Exit<unknown, unknown> => {
  if (failure !== undefined) return Exit.fail(failure)
  if (defect !== undefined) return Exit.failCause(defect)
  return outcome === "interrupted" ? exit : Exit.void
}

const commonAttributes = ({ codex, thread }: TurnInfo): Record<string, string> => ({
  "gen_ai.operation.name": "invoke_agent",
  "gen_ai.provider.name": providerName(codex, thread),
  ...(thread.model === undefined ? {} : { "gen_ai.request.model": thread.model })
})

const targetNames = {
  Start: "start",
  Resume: "resume",
  ResumeLast: "resume_last",
  Fork: "fork",
  Review: "review"
} as const satisfies Record<ThreadTarget["_tag"], string>

const startAttributes = ({ outputSchema, target, thread, turn }: TurnInfo): Record<string, unknown> => ({
  "gen_ai.agent.name": "codex",
  "gen_ai.output.type": outputSchema === undefined ? "text" : "json",
  ...(target._tag === "Resume" ? { "gen_ai.conversation.id": target.threadId } : {}),
  "codex.turn.number": turn,
  "codex.thread.target": targetNames[target._tag],
  ...(thread.sandboxMode === undefined ? {} : { "codex.sandbox_mode": thread.sandboxMode }),
  ...(thread.modelReasoningEffort === undefined ? {} : { "codex.reasoning_effort": thread.modelReasoningEffort })
})

const endAttributes = (outcome: TurnOutcome, failure: CodexError | undefined): Record<string, unknown> => {
  if (outcome === "completed") return { "gen_ai.response.finish_reasons": ["stop"] }
  if (failure === undefined) return outcome === "failed" ? { "error.type": "defect" } : {}
  const { reason } = failure
  return {
    "error.type": reason._tag,
    ...(reason._tag === "TurnFailed" ? { "codex.turn.failure": reason.kind } : {})
  }
}

/** What the turn used: codex reports the thread's total. */
const turnUsage = ({ usageBefore }: TurnInfo, threadUsage: Usage | undefined): Usage | undefined =>
  usageBefore === undefined || threadUsage === undefined ? undefined : usageSince(usageBefore, threadUsage)

const usageAttributes = (usage: Usage | undefined): Record<string, number> =>
  usage === undefined
    ? {}
    : {
        "gen_ai.usage.input_tokens": usage.inputTokens,
        "gen_ai.usage.output_tokens": usage.outputTokens,
        "gen_ai.usage.cache_read.input_tokens": usage.cachedInputTokens,
        "gen_ai.usage.cache_creation.input_tokens": usage.cacheWriteInputTokens,
        "codex.usage.reasoning_output_tokens": usage.reasoningOutputTokens
      }
