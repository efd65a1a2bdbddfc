import { assert, describe, it } from "@effect/vitest"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Ref from "effect/Ref"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/testing/TestClock"
import { Codex, type CodexError, TimeoutError, type ThreadEvent, type TurnOptions } from "effect-codex"
import {
  completed,
  failed,
  hanging,
  message,
  notice,
  oneByOne,
  prompts,
  says,
  scripted,
  started,
  turnStarted
} from "./support/turns.ts"

const startThread = Codex.use((codex) => codex.startThread())

/** Events with a pause before each. */
const every = (pause: `${number} seconds`, ...events: ReadonlyArray<ThreadEvent>): Stream.Stream<ThreadEvent> =>
  oneByOne(...events).pipe(Stream.mapEffect((event) => Effect.as(Effect.sleep(pause), event)))

/** Runs a turn while time passes; gives its outcome and how long it took. */
const outcome = (
  events: Stream.Stream<ThreadEvent, CodexError>,
  options: TurnOptions,
  consume: Effect.Effect<void> = Effect.void
) =>
  Effect.gen(function* () {
    const thread = yield* startThread
    const seen = yield* Ref.make(0)
    const fiber = yield* thread.stream("go", options).pipe(
      Stream.runForEach(() =>
        Effect.andThen(
          Ref.update(seen, (count) => count + 1),
          consume
        )
      ),
      Effect.match({ onFailure: ({ reason }) => reason, onSuccess: () => "completed" as const }),
      Effect.flatMap((result) => Effect.map(Clock.currentTimeMillis, (milliseconds) => ({ result, milliseconds }))),
      Effect.forkChild({ startImmediately: true })
    )
    yield* TestClock.adjust("3 hours")
    return { ...(yield* Fiber.join(fiber)), seen: yield* Ref.get(seen) }
  }).pipe(Effect.provide(scripted([events])))

const chatter: ReadonlyArray<ThreadEvent> = Array.from({ length: 100 }, (_, index) => notice(`n${index}`))
const whole: ReadonlyArray<ThreadEvent> = [started(), turnStarted, says("done"), completed()]

describe("Thread", () => {
  describe("timeout", () => {
    it.effect("ends a turn that takes longer, however much it reports", () =>
      Effect.gen(function* () {
        assert.deepStrictEqual(yield* outcome(every("1 seconds", ...chatter), { timeout: 9500 }), {
          result: new TimeoutError({ limit: "timeout", milliseconds: 9500 }),
          milliseconds: 9500,
          seen: 9
        })
      })
    )

    it.effect("ends a turn that reports nothing", () =>
      Effect.gen(function* () {
        const { milliseconds, result } = yield* outcome(Stream.never, { timeout: "10 seconds" })
        assert.deepStrictEqual(result, new TimeoutError({ limit: "timeout", milliseconds: 10_000 }))
        assert.strictEqual(milliseconds, 10_000)
      })
    )

    it.effect("leaves a turn alone that is done in time", () =>
      Effect.gen(function* () {
        const { milliseconds, result } = yield* outcome(every("2 seconds", ...whole), { timeout: "9 seconds" })
        assert.strictEqual(result, "completed")
        assert.strictEqual(milliseconds, 8000)
      })
    )

    it.effect("does not take back a turn that has completed", () =>
      Effect.gen(function* () {
        const lingering = Stream.concat(oneByOne(...whole), Stream.fromEffectDrain(Effect.sleep("1 minute")))
        const { milliseconds, result } = yield* outcome(lingering, { timeout: "9 seconds", idleTimeout: "2 seconds" })
        assert.strictEqual(result, "completed")
        assert.strictEqual(milliseconds, 60_000)
      })
    )

    it.effect("does not count the wait for earlier turns", () =>
      Effect.gen(function* () {
        const thread = yield* startThread
        const first = yield* Effect.forkChild(thread.run("1"), { startImmediately: true })
        const second = yield* Effect.forkChild(thread.run("2", { timeout: "10 seconds" }), { startImmediately: true })
        yield* TestClock.adjust("1 hour")
        yield* Fiber.join(first)
        assert.strictEqual((yield* Fiber.join(second)).finalResponse, "done")
      }).pipe(Effect.provide(scripted([every("60 seconds", ...whole), every("1 seconds", ...whole)])))
    )

    it.effect("is checked by run too, which fails with what it has seen and leaves the thread usable", () =>
      Effect.gen(function* () {
        const thread = yield* startThread
        const fiber = yield* Effect.forkChild(Effect.flip(thread.run("1", { timeout: 5000 })), {
          startImmediately: true
        })
        yield* TestClock.adjust("5 seconds")
        const error = yield* Fiber.join(fiber)
        assert.strictEqual(error.reason._tag, "TimeoutError")
        assert.deepStrictEqual(error.items, [message("half")])
        assert.strictEqual(error.threadId, "thread-1")
        yield* thread.run("2")
        assert.deepStrictEqual(yield* prompts, ["1", "2"])
      }).pipe(
        Effect.provide(scripted([Stream.concat(oneByOne(started(), turnStarted, says("half")), Stream.never), "ok"]))
      )
    )

    describe("of a stream whose reader is busy", () => {
      const aMinute = Effect.sleep("1 minute")

      it.effect("ends the turn all the same", () =>
        Effect.gen(function* () {
          const endedAt = yield* Ref.make(0)
          const events = every("2 seconds", ...chatter).pipe(
            Stream.ensuring(Effect.flatMap(Clock.currentTimeMillis, (now) => Ref.set(endedAt, now)))
          )
          const { result, seen } = yield* outcome(events, { timeout: "5 seconds", idleTimeout: "3 seconds" }, aMinute)
          assert.deepStrictEqual(result, new TimeoutError({ limit: "timeout", milliseconds: 5000 }))
          assert.isBelow(yield* Ref.get(endedAt), 6000)
          assert.strictEqual(seen, 1)
        })
      )

      it.effect("gives it first what had come", () =>
        Effect.gen(function* () {
          const events = hanging(started(), turnStarted, says("half"))
          const { result, seen } = yield* outcome(events, { timeout: "5 seconds" }, aMinute)
          assert.deepStrictEqual(result, new TimeoutError({ limit: "timeout", milliseconds: 5000 }))
          assert.strictEqual(seen, 3)
        })
      )

      it.effect("does not take back what it has not read", () =>
        Effect.gen(function* () {
          const { result, seen } = yield* outcome(oneByOne(...whole), { timeout: "5 seconds" }, aMinute)
          assert.strictEqual(result, "completed")
          assert.strictEqual(seen, whole.length)
        })
      )

      it.effect("does not hide that the turn had failed before", () =>
        Effect.gen(function* () {
          const events = oneByOne(started(), turnStarted, says("half"), failed("no"))
          const { result, seen } = yield* outcome(events, { timeout: "5 seconds" }, aMinute)
          assert.isTrue(typeof result === "object" && result._tag === "TurnFailed")
          assert.strictEqual(seen, 4)
        })
      )

      it.effect("gives no more than a bounded number of what an endless turn reports", () =>
        Effect.gen(function* () {
          const events = Stream.rechunk(Stream.forever(Stream.succeed(notice("again"))), 1)
          const { result, seen } = yield* outcome(events, { timeout: "5 seconds" }, aMinute)
          assert.isTrue(typeof result === "object" && result._tag === "TimeoutError")
          assert.isAtMost(seen, 100)
        })
      )
    })

    it.effect("ends what it gives up", () =>
      Effect.gen(function* () {
        const released = yield* Ref.make(false)
        yield* outcome(Stream.never.pipe(Stream.ensuring(Ref.set(released, true))), { timeout: "1 second" })
        assert.isTrue(yield* Ref.get(released))
      })
    )
  })

  describe("idleTimeout", () => {
    it.effect("ends a turn that is silent for longer", () =>
      Effect.gen(function* () {
        const events = Stream.concat(every("1 seconds", started(), turnStarted), Stream.never)
        assert.deepStrictEqual(yield* outcome(events, { idleTimeout: "10 seconds" }), {
          result: new TimeoutError({ limit: "idleTimeout", milliseconds: 10_000 }),
          milliseconds: 12_000,
          seen: 2
        })
      })
    )

    it.effect("begins anew with each event", () =>
      Effect.gen(function* () {
        const { milliseconds, result } = yield* outcome(every("9 seconds", ...chatter.slice(0, 20), ...whole), {
          idleTimeout: "10 seconds"
        })
        assert.strictEqual(result, "completed")
        assert.strictEqual(milliseconds, 24 * 9000)
      })
    )

    it.effect("does not count the time that the consumer takes", () =>
      Effect.gen(function* () {
        const { result } = yield* outcome(
          every("1 seconds", ...whole),
          { idleTimeout: "2 seconds" },
          Effect.sleep("1 minute")
        )
        assert.strictEqual(result, "completed")
      })
    )

    it.effect.each([
      [{ timeout: "10 seconds", idleTimeout: "4 seconds" }, "idleTimeout", 7000],
      [{ timeout: "5 seconds", idleTimeout: "4 seconds" }, "timeout", 5000]
    ] as const)("works beside timeout: %j", ([options, limit, at]) =>
      Effect.gen(function* () {
        const events = Stream.concat(every("3 seconds", started()), Stream.never)
        const { milliseconds, result } = yield* outcome(events, options)
        assert.isTrue(typeof result === "object" && result._tag === "TimeoutError" && result.limit === limit)
        assert.strictEqual(milliseconds, at)
      })
    )
  })

  describe("a time limit", () => {
    it.effect("says that codex could not connect, and which thread it was", () =>
      Effect.gen(function* () {
        const thread = yield* Codex.use((codex) => codex.startThread())
        const fiber = yield* Effect.forkChild(
          Effect.flip(Stream.runDrain(thread.stream("go", { timeout: "1 minute" })))
        )
        yield* TestClock.adjust("1 minute")
        const error = yield* Fiber.join(fiber)
        assert.deepInclude(error.reason, { _tag: "TimeoutError", waitedForNetwork: true })
        assert.include(error.message, "could not connect")
        assert.strictEqual(error.threadId, "thread-1")
      }).pipe(
        Effect.provide(scripted([hanging(started(), turnStarted, notice("Reconnecting... waiting for network (x)"))]))
      )
    )
  })

  describe("without limits", () => {
    it.effect("takes an infinite limit for none", () =>
      Effect.gen(function* () {
        const thread = yield* Codex.use((codex) => codex.startThread())
        const turn = yield* thread.run("go", { timeout: Duration.infinity, idleTimeout: "Infinity" })
        assert.strictEqual(turn.finalResponse, "ok")
      }).pipe(Effect.provide(scripted(["ok"])))
    )

    it.effect("waits as long as it takes", () =>
      Effect.gen(function* () {
        const { milliseconds, result } = yield* outcome(every("600 seconds", ...whole), {})
        assert.strictEqual(result, "completed")
        assert.strictEqual(milliseconds, 2_400_000)
      })
    )
  })
})
