import { assert, describe, it } from "@effect/vitest"
import { Codex, EventTap, type TapEntry } from "effect-codex"
import { TestExec, type TestScript } from "effect-codex/testing"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import { completed, failed, oneByOne, says, started, turnStarted } from "./support/turns.ts"

const tapped = (script: TestScript, capacity?: number) =>
  Codex.layer().pipe(Layer.provide(TestExec.layer(script)), Layer.provideMerge(EventTap.layer({ capacity })))

/** What happened in each turn, as the entries tell it. */
const show = (entries: ReadonlyArray<TapEntry>): ReadonlyArray<string> =>
  entries.map((entry) => {
    const what = entry._tag === "TurnEvent" ? entry.event._tag : entry._tag === "TurnEnded" ? entry.outcome : "began"
    return `${entry.sequence} turn ${entry.turn} ${entry.threadId ?? "-"}: ${what}`
  })

const collect = (count: number) =>
  Effect.flatMap(EventTap, ({ entries }) =>
    Effect.forkChild(Stream.runCollect(Stream.take(entries, count)), { startImmediately: true })
  )

describe("EventTap", () => {
  it.effect("tells every subscriber of every event of every thread", () =>
    Effect.gen(function* () {
      const one = yield* collect(9)
      const other = yield* collect(9)
      const codex = yield* Codex
      yield* (yield* codex.startThread()).run("go")
      yield* Effect.exit(Stream.runDrain((yield* codex.startThread()).stream("go")))
      const entries = yield* Fiber.join(one)
      assert.deepStrictEqual(show(entries), [
        "0 turn 0 -: began",
        "1 turn 0 a: ThreadStarted",
        "2 turn 0 a: TurnStarted",
        "3 turn 0 a: ItemCompleted",
        "4 turn 0 a: TurnCompleted",
        "5 turn 0 a: completed",
        "6 turn 1 -: began",
        "7 turn 1 b: ThreadStarted",
        "8 turn 1 b: TurnFailed"
      ])
      assert.deepStrictEqual(show(yield* Fiber.join(other)), show(entries))
    }).pipe(
      Effect.provide(
        tapped([
          [started("a"), turnStarted, says("hi"), completed()],
          [started("b"), failed("no")]
        ])
      )
    )
  )

  it.effect("says how a turn ended, and why it failed", () =>
    Effect.gen(function* () {
      const fiber = yield* collect(3)
      yield* Effect.exit((yield* (yield* Codex).startThread()).run("go"))
      const last = (yield* Fiber.join(fiber)).at(-1)
      assert.isTrue(last?._tag === "TurnEnded" && last.outcome === "failed")
      assert.strictEqual(last?._tag === "TurnEnded" ? last.error?.reason._tag : undefined, "TurnIncomplete")
    }).pipe(Effect.provide(tapped([[started()]])))
  )

  it.effect("does not hold a turn up: a slow subscriber misses the oldest entries, and can tell", () =>
    Effect.gen(function* () {
      const { entries } = yield* EventTap
      const pull = yield* Stream.toPull(entries)
      // Subscribes, and then reads nothing while the turn runs.
      const first = yield* Effect.forkChild(pull, { startImmediately: true })
      const turn = yield* (yield* (yield* Codex).startThread()).run("go")
      assert.lengthOf(turn.items, 1000)
      const seen: Array<number> = (yield* Fiber.join(first)).map(({ sequence }) => sequence)
      while (seen.at(-1) !== 1003) seen.push(...(yield* pull).map(({ sequence }) => sequence))
      assert.isBelow(seen.length, 100)
      assert.deepStrictEqual(
        seen.slice(-16),
        Array.from({ length: 16 }, (_, index) => 988 + index)
      )
    }).pipe(
      Effect.scoped,
      Effect.provide(
        tapped(
          [[started(), ...Array.from({ length: 1000 }, (_, index) => says("x", `item_${index}`)), completed()]],
          16
        )
      )
    )
  )

  it.effect.each([0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 1_000_001])(
    "refuses a capacity of %s",
    (capacity) =>
      Effect.gen(function* () {
        const error = yield* Effect.flip(Layer.build(EventTap.layer({ capacity })))
        assert.isTrue(error.reason._tag === "InvalidOptions" && error.reason.option === "capacity")
      }).pipe(Effect.scoped)
  )

  it.effect("lets one subscriber miss entries that another gets", () =>
    Effect.gen(function* () {
      const { entries } = yield* EventTap
      const slow = yield* Stream.toPull(entries)
      const first = yield* Effect.forkChild(slow, { startImmediately: true })
      const quick = yield* collect(9)
      yield* (yield* (yield* Codex).startThread()).run("go")
      assert.deepStrictEqual(
        (yield* Fiber.join(quick)).map(({ sequence }) => sequence),
        [0, 1, 2, 3, 4, 5, 6, 7, 8]
      )
      const seen: Array<number> = (yield* Fiber.join(first)).map(({ sequence }) => sequence)
      while (seen.at(-1) !== 8) seen.push(...(yield* slow).map(({ sequence }) => sequence))
      assert.isBelow(seen.length, 9)
      assert.deepStrictEqual(seen.slice(-2), [7, 8])
    }).pipe(
      Effect.scoped,
      Effect.provide(
        tapped(
          [
            oneByOne(started(), turnStarted, says("a"), says("b"), says("c"), says("d"), completed()).pipe(
              // Whoever waits for entries gets them.
              Stream.tap(() => Effect.yieldNow)
            )
          ],
          2
        )
      )
    )
  )

  it.effect("takes nothing of a turn that nobody listens to", () =>
    Effect.gen(function* () {
      const turn = yield* (yield* (yield* Codex).startThread()).run("go")
      assert.strictEqual(turn.finalResponse, "hi")
    }).pipe(Effect.provide(tapped(["hi"], 1)))
  )
})
