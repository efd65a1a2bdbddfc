import { assert, describe, it } from "@effect/vitest"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Stream from "effect/Stream"
import { Codex, CodexError, Exec, type ExecRequest, ExitError, type ThreadItem, ThreadTarget } from "effect-codex"
import { TestExec } from "effect-codex/testing"
import { completed, message, oneByOne, scripted, started, turnStarted, usage } from "../support/turns.ts"

const request: ExecRequest = { prompt: "p", images: [], target: ThreadTarget.Start(), codex: {}, thread: {} }
const run = (change: Partial<ExecRequest> = {}) =>
  Exec.use((exec) => Stream.runCollect(exec.run({ ...request, ...change })))

const first = ([event]: ReadonlyArray<unknown>) => event

describe("TestExec", () => {
  describe("layer", () => {
    it.effect("plays a message, exact events and a Stream, one for each request", () =>
      Effect.gen(function* () {
        const events = [started("t"), turnStarted, completed()]
        assert.deepStrictEqual(yield* run(), TestExec.turn("hello"))
        assert.deepStrictEqual(yield* run(), events)
        assert.deepStrictEqual(yield* run(), events)
      }).pipe(
        Effect.provide(
          TestExec.layer([
            "hello",
            [started("t"), turnStarted, completed()],
            oneByOne(started("t"), turnStarted, completed())
          ])
        )
      )
    )

    it.effect("plays a function of the request", () =>
      Effect.gen(function* () {
        yield* run()
        assert.deepStrictEqual(yield* run({ prompt: "two" }), TestExec.turn("1: two"))
      }).pipe(Effect.provide(TestExec.layer(({ prompt }, index) => `${index}: ${prompt}`)))
    )

    it.effect("answers for the thread that is resumed", () =>
      Effect.gen(function* () {
        assert.deepStrictEqual(first(yield* run()), started("test-thread"))
        const resumed = yield* run({ target: ThreadTarget.Resume({ threadId: "t-7" }) })
        assert.deepStrictEqual(first(resumed), started("t-7"))
      }).pipe(Effect.provide(TestExec.layer(() => "ok")))
    )

    it.effect("fails as the Stream does", () =>
      Effect.gen(function* () {
        const error = yield* Effect.flip(run())
        assert.strictEqual(error.reason._tag, "ExitError")
      }).pipe(
        Effect.provide(
          TestExec.layer([
            Stream.fail(new CodexError({ reason: new ExitError({ exitCode: 1, description: "d", stderr: "" }) }))
          ])
        )
      )
    )

    it.effect("dies of a request beyond the end of the script, and says so", () =>
      Effect.gen(function* () {
        yield* run()
        const exit = yield* Effect.exit(run())
        assert.isTrue(Exit.isFailure(exit) && Cause.hasDies(exit.cause))
        assert.include(String(exit), "no turn is scripted for request 2")
      }).pipe(Effect.provide(TestExec.layer(["only"])))
    )

    it.effect("begins a turn each time its stream is run", () =>
      Effect.gen(function* () {
        const stream = yield* Exec.useSync((exec) => exec.run(request))
        assert.deepStrictEqual(yield* TestExec.use(({ requests }) => requests), [])
        assert.deepStrictEqual(yield* Stream.runCollect(stream), TestExec.turn("a"))
        assert.deepStrictEqual(yield* Stream.runCollect(stream), TestExec.turn("b"))
      }).pipe(Effect.provide(TestExec.layer(["a", "b"])))
    )

    it.effect("shares nothing between two layers", () =>
      Effect.gen(function* () {
        const count = Effect.andThen(
          run(),
          Effect.map(
            TestExec.use(({ requests }) => requests),
            (requests) => requests.length
          )
        )
        assert.strictEqual(yield* Effect.provide(count, TestExec.layer(["a"])), 1)
        assert.strictEqual(yield* Effect.provide(count, TestExec.layer(["a"])), 1)
      })
    )
  })

  describe("requests", () => {
    it.effect("are kept as they came, in order", () =>
      Effect.gen(function* () {
        yield* run({ prompt: "one", images: ["a.png"] })
        yield* run({ prompt: "two", target: ThreadTarget.ResumeLast() })
        assert.deepStrictEqual(yield* TestExec.use(({ requests }) => requests), [
          { ...request, prompt: "one", images: ["a.png"] },
          { ...request, prompt: "two", target: ThreadTarget.ResumeLast() }
        ])
      }).pipe(Effect.provide(TestExec.layer(["a", "b"])))
    )
  })

  describe("turn", () => {
    it.effect("is a whole turn with items and usage", () =>
      Effect.gen(function* () {
        const item: ThreadItem = { _tag: "Reasoning", id: "r", text: "hm" }
        const script = [TestExec.turn("done", { threadId: "t-1", items: [item], usage: usage(3) })]
        const turn = yield* Codex.use((codex) => codex.startThread()).pipe(
          Effect.flatMap((thread) => thread.run("go")),
          Effect.provide(scripted(script))
        )
        assert.strictEqual(turn.threadId, "t-1")
        assert.deepStrictEqual(turn.items, [item, message("done", "item_final")])
        assert.strictEqual(turn.finalResponse, "done")
        assert.deepStrictEqual([turn.usage, turn.threadUsage], [usage(3), usage(3)])
      })
    )

    it.effect("reports no usage unless it is given", () =>
      Effect.sync(() => assert.deepStrictEqual(TestExec.turn("x").at(-1), { _tag: "TurnCompleted" }))
    )
  })
})
