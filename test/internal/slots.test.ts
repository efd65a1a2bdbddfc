import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Ref from "effect/Ref"
import * as Scope from "effect/Scope"
import * as TestClock from "effect/testing/TestClock"
import { makeSlots } from "../../src/internal/slots.ts"

const fork = <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.forkChild(effect, { startImmediately: true })

describe("slots", () => {
  it.effect("give places in the order of asking, to however many wait", () =>
    Effect.gen(function* () {
      const slots = yield* makeSlots("codex", 2)
      const order: Array<number> = []
      const all = Array.from({ length: 20_000 }, (_, index) => index)
      yield* Effect.forEach(all, (index) => slots.run(Effect.sync(() => order.push(index))), {
        concurrency: "unbounded",
        discard: true
      })
      assert.deepStrictEqual(order, all)
    })
  )

  it.effect("never hold more than there are, whoever is interrupted", () =>
    Effect.gen(function* () {
      const slots = yield* makeSlots("codex", 3)
      let inside = 0
      let most = 0
      const work = Effect.acquireUseRelease(
        Effect.sync(() => (most = Math.max(most, ++inside))),
        () => Effect.sleep("1 second"),
        () => Effect.sync(() => inside--)
      )
      const fibers = yield* Effect.forEach(Array.from({ length: 60 }), () => fork(slots.run(work)))
      yield* TestClock.adjust("1 second")
      yield* Fiber.interruptAll(fibers.filter((_, index) => index % 4 === 0))
      yield* TestClock.adjust("20 seconds")
      const exits = yield* Effect.forEach(fibers, Fiber.await)
      assert.strictEqual(exits.filter(Exit.isSuccess).length, 46)
      assert.strictEqual(most, 3)
      assert.strictEqual(inside, 0)
      yield* Effect.all(Array.from({ length: 3 }, () => slots.hold)) // All three are free again.
    }).pipe(Effect.scoped)
  )

  it.effect("go to the next one when whoever is first leaves", () =>
    Effect.gen(function* () {
      const slots = yield* makeSlots("thread", 1)
      const scope = yield* Scope.make()
      const leave = yield* Scope.provide(slots.hold, scope)
      const first = yield* fork(slots.run(Effect.succeed("first")))
      const second = yield* fork(slots.run(Effect.succeed("second")))
      yield* Fiber.interrupt(first)
      yield* leave
      assert.strictEqual(yield* Fiber.join(second), "second")
      // The place was given back: once.
      yield* Scope.close(scope, Exit.void)
      yield* slots.run(Effect.void)
    })
  )

  it.effect("interrupt whoever waits for a scope that closes", () =>
    Effect.gen(function* () {
      const slots = yield* makeSlots("thread", 1)
      const scope = yield* Scope.make()
      yield* slots.hold
      const waiting = yield* fork(Scope.provide(slots.hold, scope))
      yield* Scope.close(scope, Exit.void)
      assert.isTrue(Exit.hasInterrupts(yield* Fiber.await(waiting)))
      const late = yield* fork(Scope.provide(slots.hold, scope))
      assert.isTrue(Exit.hasInterrupts(yield* Fiber.await(late)))
    }).pipe(Effect.scoped)
  )

  it.effect("tell once of whoever has been first for long, and not of a queue that moves", () =>
    Effect.gen(function* () {
      const told = yield* Ref.make(0)
      const slots = yield* makeSlots(
        "codex",
        1,
        Ref.update(told, (count) => count + 1)
      )
      // A queue of 50 seconds.
      const moving = yield* fork(
        Effect.forEach(Array.from({ length: 5 }), () => slots.run(Effect.sleep("10 seconds")), {
          concurrency: "unbounded"
        })
      )
      yield* TestClock.adjust("50 seconds")
      yield* Fiber.join(moving)
      assert.strictEqual(yield* Ref.get(told), 0)

      const leave = yield* slots.hold
      const stuck = yield* fork(slots.run(slots.run(Effect.void)))
      yield* fork(slots.run(Effect.void))
      yield* TestClock.adjust("29 seconds")
      assert.strictEqual(yield* Ref.get(told), 0)
      yield* TestClock.adjust("1 second")
      assert.strictEqual(yield* Ref.get(told), 1)
      yield* TestClock.adjust("10 minutes")
      assert.strictEqual(yield* Ref.get(told), 1)
      // Now the second is the first.
      yield* Fiber.interrupt(stuck)
      yield* TestClock.adjust("30 seconds")
      assert.strictEqual(yield* Ref.get(told), 2)
      yield* leave
    }).pipe(Effect.scoped)
  )
})
