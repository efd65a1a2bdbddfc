import { assert, describe, it } from "@effect/vitest"
import { Codex } from "effect-codex"
import { TestExec } from "effect-codex/testing"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Metric from "effect/Metric"
import * as TestClock from "effect/testing/TestClock"
import type * as Tracer from "effect/Tracer"
import { nodeFake, ordinaryTurn, print, runTurn } from "./support/fakeCodex.ts"
import { logged } from "./support/logged.ts"
import { endOf, makeRecorder } from "./support/spans.ts"
import { whole } from "./support/tracedTurn.ts"
import { makeGate, scripted } from "./support/turns.ts"

const broken = (): never => {
  throw new Error("the exporter is broken")
}

/** A span that throws where it is told to. */
const breaking =
  (name: string, method: "attribute" | "event" | "end", attribute?: string) => (span: Tracer.NativeSpan) => {
    if (span.name !== name) return
    const original = span.attribute.bind(span)
    const attributeOr = (key: string, value: unknown) => (key === attribute ? broken() : original(key, value))
    Object.assign(span, { [method]: attribute === undefined ? broken : attributeOr })
  }

const notMade = (name: string) => (span: Tracer.NativeSpan) => {
  if (span.name === name) broken()
}

const cases: ReadonlyArray<readonly [string, (span: Tracer.NativeSpan) => void]> = [
  ["makes no spans of items", notMade("execute_tool shell")],
  ["takes no attributes of items", breaking("execute_tool shell", "attribute")],
  ["can not end an item", breaking("execute_tool shell", "end")],
  ["takes no events", breaking("invoke_agent codex", "event")],
  ["does not take the thread's id", breaking("invoke_agent codex", "attribute", "gen_ai.conversation.id")],
  ["does not take how a turn ended", breaking("invoke_agent codex", "attribute", "codex.turn.outcome")],
  ["can not end a turn", breaking("invoke_agent codex", "end")]
]

const runOnNewThread = Effect.gen(function* () {
  return yield* (yield* (yield* Codex).startThread()).run("go")
})

describe("a tracer that throws", () => {
  it.effect.each(cases)("and %s does not end the turn, which the log tells", ([, prepare]) =>
    Effect.gen(function* () {
      const { record } = makeRecorder(prepare)
      let response: string | undefined
      const entries = yield* logged(
        "Info",
        Effect.map(record(runOnNewThread), ({ finalResponse }) => (response = finalResponse))
      )
      assert.strictEqual(response, "the secret answer")
      assert.deepStrictEqual(
        entries.map(({ level }) => level),
        ["Warn"]
      )
      assert.include(entries[0]?.message, "The tracer failed")
    }).pipe(Effect.provide(scripted([whole])))
  )

  it.effect("at an item leaves the turn's span whole", () =>
    Effect.gen(function* () {
      const { named, record } = makeRecorder(notMade("execute_tool shell"))
      yield* record(runOnNewThread)
      const turn = named("invoke_agent codex")
      assert.strictEqual(endOf(turn), "ok")
      assert.strictEqual(turn.attributes.get("codex.turn.outcome"), "completed")
    }).pipe(Effect.provide(scripted([whole])))
  )

  it.effect("before the turn has begun fails it, and leaves nothing behind", () =>
    Effect.gen(function* () {
      const thread = yield* (yield* Codex).startThread()
      const { record } = makeRecorder(notMade("invoke_agent codex"))
      const exit = yield* Effect.exit(record(thread.run("go")))
      assert.isTrue(Exit.hasDies(exit))
      assert.lengthOf(yield* TestExec.use(({ requests }) => requests), 0)
      assert.strictEqual((yield* thread.run("go")).finalResponse, "the secret answer")
      const active = (yield* Metric.snapshot).find(({ id }) => id === "codex.turns.active")
      assert.propertyVal(active?.state, "value", 0)
    }).pipe(
      Effect.provide(scripted([whole], { maxConcurrentTurns: 1 })),
      Effect.provideService(Metric.MetricRegistry, new Map())
    )
  )

  it.live.each([
    ["takes nothing of it", breaking("codex exec", "attribute", "process.pid")],
    ["can not end its span", breaking("codex exec", "end")]
  ] as const)("at a process, and %s, does not end the turn", ([, prepare]) =>
    Effect.gen(function* () {
      const { record } = makeRecorder(prepare)
      let response: string | undefined
      const entries = yield* logged(
        "Info",
        Effect.map(record(runTurn()), ({ finalResponse }) => (response = finalResponse))
      )
      assert.strictEqual(response, "Hi!")
      assert.lengthOf(entries, 1)
    }).pipe(Effect.provide(nodeFake(print(...ordinaryTurn))))
  )
})

describe("a clock that is set back during a turn", () => {
  it.effect("makes no span and no duration negative", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(60_000)
      const gate = yield* makeGate
      const { record, spans } = makeRecorder()
      yield* Effect.gen(function* () {
        const running = yield* Effect.forkChild(record(runOnNewThread), { startImmediately: true })
        yield* gate.begun
        yield* TestClock.setTime(1000)
        yield* gate.open
        yield* Fiber.join(running)
      }).pipe(Effect.provide(scripted([gate.turn(whole.slice(0, 3), whole.slice(3))])))
      const ours = spans.filter(({ name }) => name === "invoke_agent codex" || name === "execute_tool shell")
      assert.lengthOf(ours, 2)
      for (const { events, startTime, status } of ours) {
        assert.isTrue(status._tag === "Ended" && status.endTime >= startTime)
        assert.isTrue(events.every(([, time]) => time >= startTime))
      }
      const durations = (yield* Metric.snapshot).filter(({ id }) => id === "gen_ai.client.operation.duration")
      assert.lengthOf(durations, 1)
      assert.propertyVal(durations[0]?.state, "sum", 0)
    }).pipe(Effect.provideService(Metric.MetricRegistry, new Map()))
  )

  it.live("makes no span of a process negative", () =>
    Effect.gen(function* () {
      const real = yield* Clock.Clock
      let time = 1_000_000n
      const backwards: Clock.Clock = {
        currentTimeMillisUnsafe: () => real.currentTimeMillisUnsafe(),
        currentTimeMillis: real.currentTimeMillis,
        currentTimeNanosUnsafe: () => time--,
        currentTimeNanos: Effect.sync(() => time--),
        monotonicTimeNanosUnsafe: () => real.monotonicTimeNanosUnsafe(),
        monotonicTimeNanos: real.monotonicTimeNanos,
        sleep: (duration) => real.sleep(duration)
      }
      const { named, record } = makeRecorder()
      yield* Effect.provideService(record(runTurn()), Clock.Clock, backwards)
      const { startTime, status } = named("codex exec")
      assert.isTrue(status._tag === "Ended" && status.endTime >= startTime)
    }).pipe(Effect.provide(nodeFake(print(...ordinaryTurn))))
  )
})
