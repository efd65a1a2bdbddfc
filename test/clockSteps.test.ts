import { assert, describe, it } from "@effect/vitest"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { lines, nodeFake, ordinaryTurn, print, runTurn } from "./support/fakeCodex.ts"
import { reasonOf } from "./support/turns.ts"

/** Sets the system's clock forward or back while a turn runs. */
const stepClock = Effect.fnUntraced(function* (milliseconds: number) {
  const clock = yield* Effect.acquireRelease(
    Effect.sync(() => Date.now),
    (now) => Effect.sync(() => (Date.now = now))
  )
  yield* Effect.forkScoped(
    Effect.delay(
      Effect.sync(() => (Date.now = () => clock() + milliseconds)),
      "200 millis"
    )
  )
})

const hour = 3_600_000
// What a fake prints in JavaScript, again and again.
const again = (line: string) => `setInterval(() => {${print(line)}}, 50);`

describe("a step of the system's clock", () => {
  it.live("does not end a turn before its time", () =>
    Effect.gen(function* () {
      yield* stepClock(hour)
      assert.strictEqual((yield* runTurn("go", { timeout: "30 seconds" })).finalResponse, "Hi!")
    }).pipe(
      Effect.scoped,
      Effect.provide(
        nodeFake(`${print(lines.threadStarted, lines.turnStarted)}
          ${again('{"type":"tick"}')}
          setTimeout(() => {${print(lines.message("Hi!"), lines.turnCompleted)} process.exit()}, 500)`)
      )
    )
  )

  it.live("does not lengthen it", () =>
    Effect.gen(function* () {
      yield* stepClock(-hour)
      const limit = { timeout: "500 millis" } as const
      assert.deepInclude(yield* reasonOf(runTurn("go", limit)), { _tag: "TimeoutError", limit: "timeout" })
    }).pipe(
      Effect.scoped,
      Effect.provide(nodeFake(`${print(lines.threadStarted, lines.turnStarted)} ${again(lines.message("x"))}`))
    )
  )

  it.live("does not lengthen the grace period of a codex that goes on after its turn", () =>
    Effect.gen(function* () {
      yield* stepClock(-hour)
      const began = yield* Clock.monotonicTimeNanos
      assert.strictEqual((yield* runTurn()).finalResponse, "Hi!")
      assert.isBelow(Number((yield* Clock.monotonicTimeNanos) - began) / 1e9, 30)
    }).pipe(
      Effect.scoped,
      Effect.provide(
        nodeFake(
          `${print(...ordinaryTurn)} setTimeout(() => {${print('{"type":"tick"}')}}, 400); setInterval(() => {}, 50)`,
          {
            gracePeriod: "600 millis"
          }
        )
      )
    )
  )
})
