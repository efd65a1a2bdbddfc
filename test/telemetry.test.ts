import { assert, describe, it } from "@effect/vitest"
import { Codex, CodexError, TurnIncomplete } from "effect-codex"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/testing/TestClock"
import { endOf, makeRecorder } from "./support/spans.ts"
import { command, traced, whole } from "./support/tracedTurn.ts"
import { begins, completed, failed, scripted, started, turnStarted } from "./support/turns.ts"

describe("telemetry", () => {
  describe("a turn's span", () => {
    it.effect("is below the caller's, has the items below, and says what the turn was", () =>
      Effect.gen(function* () {
        const { named, tree } = yield* traced([whole], (thread) => thread.run("the secret prompt"))
        assert.strictEqual(
          tree(),
          [
            "application: ok",
            "  Codex.startThread: ok",
            "  Thread.run: ok",
            "    invoke_agent codex: ok",
            "      execute_tool shell: ok"
          ].join("\n")
        )
        const turn = named("invoke_agent codex")
        assert.strictEqual(turn.kind, "client")
        assert.deepStrictEqual(Object.fromEntries(turn.attributes), {
          "gen_ai.operation.name": "invoke_agent",
          "gen_ai.provider.name": "openai",
          "gen_ai.request.model": "gpt-5.5",
          "gen_ai.agent.name": "codex",
          "gen_ai.output.type": "text",
          "gen_ai.conversation.id": "thread-1",
          "gen_ai.usage.input_tokens": 7,
          "gen_ai.usage.output_tokens": 7,
          "gen_ai.usage.cache_read.input_tokens": 7,
          "gen_ai.usage.cache_creation.input_tokens": 7,
          "gen_ai.response.finish_reasons": ["stop"],
          "codex.usage.reasoning_output_tokens": 7,
          "codex.thread.target": "start",
          "codex.turn.number": 1,
          "codex.turn.outcome": "completed",
          "codex.sandbox_mode": "read-only"
        })
        assert.deepStrictEqual(
          turn.events.map(([name, , attributes]) => [name, attributes["codex.item.type"]]),
          [
            ["codex.thread.started", undefined],
            ["codex.turn.started", undefined],
            ["codex.item", "AgentMessage"]
          ]
        )
        assert.deepStrictEqual(Object.fromEntries(named("execute_tool shell").attributes), {
          "gen_ai.operation.name": "execute_tool",
          "gen_ai.tool.name": "shell",
          "gen_ai.tool.call.id": "item_1",
          "codex.item.type": "CommandExecution",
          "process.exit.code": 0
        })
      })
    )

    it.effect("is the same for a stream, and for each turn of runStructured", () =>
      Effect.gen(function* () {
        const streamed = yield* traced([whole], (thread) => Stream.runDrain(thread.stream("go")))
        assert.include(streamed.tree(), "  Thread.stream: ok\n    invoke_agent codex: ok\n      execute_tool shell: ok")
        const structured = yield* traced(["no", '{"n":1}'], (thread) =>
          thread.runStructured("go", { schema: Schema.Struct({ n: Schema.Int }), repair: 1 })
        )
        assert.include(
          structured.tree(),
          "  Thread.runStructured: ok\n    invoke_agent codex: ok\n    invoke_agent codex: ok"
        )
        assert.deepStrictEqual(
          structured.spans
            .filter(({ name }) => name === "invoke_agent codex")
            .map(({ attributes }) => [attributes.get("codex.turn.number"), attributes.get("gen_ai.output.type")]),
          [
            [1, "json"],
            [2, "json"]
          ]
        )
      })
    )

    it.effect("has nothing below it where it is not sampled", () =>
      Effect.gen(function* () {
        const recorder = makeRecorder()
        const thread = yield* (yield* Codex).startThread()
        yield* thread.run("go").pipe(Effect.withSpan("application", { sampled: false }), recorder.record)
        assert.isTrue(recorder.spans.every(({ name, sampled }) => !sampled && name !== "execute_tool shell"))
      }).pipe(Effect.provide(scripted([whole])))
    )
  })

  describe("the span of a turn that does not complete", () => {
    const cut = [started(), turnStarted, begins(command("in_progress"))]

    it.effect("has the failure that codex reported", () =>
      Effect.gen(function* () {
        const { named, tree } = yield* traced([[...cut, failed("at capacity")]], (thread) => thread.run("go"))
        const turn = named("invoke_agent codex")
        assert.include(endOf(turn), "at capacity")
        assert.strictEqual(turn.attributes.get("error.type"), "TurnFailed")
        assert.strictEqual(turn.attributes.get("codex.turn.failure"), "overloaded")
        assert.strictEqual(turn.attributes.get("codex.turn.outcome"), "failed")
        assert.strictEqual(endOf(named("execute_tool shell")), "ok")
        assert.isTrue(named("execute_tool shell").attributes.get("codex.item.open"))
        assert.notInclude(tree(), "open")
      })
    )

    it.effect("has a failure of the transport", () =>
      Effect.gen(function* () {
        const reason = new TurnIncomplete({ description: "gone" })
        const broken = Stream.concat(Stream.fromIterable(cut), Stream.fail(new CodexError({ reason })))
        const { named, tree } = yield* traced([broken], (thread) => thread.run("go"))
        assert.include(endOf(named("invoke_agent codex")), "gone")
        assert.strictEqual(named("invoke_agent codex").attributes.get("error.type"), "TurnIncomplete")
        assert.notInclude(tree(), "open")
      })
    )

    it.effect("has its time limit", () =>
      Effect.gen(function* () {
        const endless = Stream.concat(Stream.fromIterable(cut), Stream.never)
        const { named, tree } = yield* traced([endless], (thread) =>
          Effect.gen(function* () {
            const fiber = yield* Effect.forkChild(thread.run("go", { timeout: "1 second" }), { startImmediately: true })
            yield* TestClock.adjust("1 second")
            yield* Fiber.join(fiber)
          })
        )
        assert.strictEqual(named("invoke_agent codex").attributes.get("error.type"), "TimeoutError")
        assert.notInclude(tree(), "open")
      })
    )

    it.effect("is interrupted with its fiber", () =>
      Effect.gen(function* () {
        const endless = Stream.concat(Stream.fromIterable(cut), Stream.never)
        const { named, tree } = yield* traced([endless], (thread) =>
          Effect.gen(function* () {
            const fiber = yield* Effect.forkChild(
              Stream.runForEach(thread.stream("go"), () => Effect.void),
              {
                startImmediately: true
              }
            )
            yield* Effect.yieldNow
            yield* Fiber.interrupt(fiber)
          })
        )
        assert.strictEqual(endOf(named("invoke_agent codex")), "interrupted")
        assert.strictEqual(named("invoke_agent codex").attributes.get("codex.turn.outcome"), "interrupted")
        assert.notInclude(tree(), "open")
      })
    )

    it.effect("is abandoned with its stream", () =>
      Effect.gen(function* () {
        const endless = Stream.concat(Stream.fromIterable(cut), Stream.never)
        const { named, tree } = yield* traced([endless], (thread) =>
          Stream.runDrain(Stream.take(thread.stream("go"), 3))
        )
        assert.strictEqual(endOf(named("invoke_agent codex")), "ok")
        assert.strictEqual(named("invoke_agent codex").attributes.get("codex.turn.outcome"), "abandoned")
        assert.notInclude(tree(), "open")
      })
    )

    it.effect("is abandoned where the consumer of its stream fails: that is no failure of the turn", () =>
      Effect.gen(function* () {
        const { named } = yield* traced([[...cut, completed()]], (thread) =>
          Effect.catchDefect(
            Stream.runForEach(Stream.rechunk(thread.stream("go"), 1), () => Effect.die("my own database is down")),
            () => Effect.void
          )
        )
        const turn = named("invoke_agent codex")
        assert.strictEqual(endOf(turn), "ok")
        assert.isUndefined(turn.attributes.get("error.type"))
      })
    )

    it.effect("has a defect", () =>
      Effect.gen(function* () {
        const { named, tree } = yield* traced([Stream.die(new Error("a bug"))], (thread) =>
          Effect.catchDefect(thread.run("go"), () => Effect.void)
        )
        assert.include(endOf(named("invoke_agent codex")), "a bug")
        assert.strictEqual(named("invoke_agent codex").attributes.get("error.type"), "defect")
        assert.notInclude(tree(), "open")
      })
    )
  })

  it.effect("shows the wait for a place", () =>
    Effect.gen(function* () {
      const recorder = makeRecorder()
      const codex = yield* Codex
      const first = yield* codex.startThread()
      const second = yield* codex.startThread()
      const running = yield* Effect.forkChild(first.run("one"), { startImmediately: true })
      const waiting = yield* second.run("two").pipe(recorder.record, Effect.forkChild({ startImmediately: true }))
      yield* Fiber.interrupt(running)
      yield* Fiber.join(waiting)
      assert.strictEqual(recorder.tree(), "Thread.run: ok\n  codex.wait: ok\n  invoke_agent codex: ok")
      assert.strictEqual(recorder.named("codex.wait").attributes.get("codex.wait.for"), "codex")
    }).pipe(Effect.provide(scripted([Stream.never, "two"], { maxConcurrentTurns: 1 })))
  )
})
