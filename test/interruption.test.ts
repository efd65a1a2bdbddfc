import { assert, describe, it } from "@effect/vitest"
import { Codex, type CodexError, type Thread, type TurnOptions } from "effect-codex"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Scheduler from "effect/Scheduler"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { ordinaryTurn } from "./support/fakeCodex.ts"
import { assertNothingLeft, makeWorld, mockCodex } from "./support/mockCodex.ts"
import { StepScheduler } from "./support/stepScheduler.ts"

const chunks = ordinaryTurn.map((line) => `${line}\n`)

/** Interrupts an operation at its step `at`; says whether it had that many. */
const interruptAt = (at: number, operation: (thread: Thread["Service"]) => Effect.Effect<unknown, CodexError>) => {
  const world = makeWorld()
  return Effect.gen(function* () {
    const thread = yield* (yield* Codex).startThread()
    const target: { fiber?: Fiber.Fiber<unknown, CodexError> } = {}
    const scheduler = new StepScheduler(at, () => target.fiber?.interruptUnsafe())
    const fiber = yield* operation(thread).pipe(
      Effect.provideService(Scheduler.Scheduler, scheduler),
      Effect.forkDetach
    )
    target.fiber = fiber
    const exit = yield* Fiber.await(fiber)
    const where = `interrupted at step ${at}`
    yield* assertNothingLeft(world, where)
    // The place in the thread and the place among all turns are free again.
    const next = yield* Effect.exit(thread.run("next"))
    assert.isTrue(Exit.isSuccess(next), where)
    yield* assertNothingLeft(world, where)
    return { isReached: scheduler.steps >= at, isInterrupted: Exit.isFailure(exit) && Exit.hasInterrupts(exit) }
  }).pipe(Effect.provide(mockCodex(world, { chunks })))
}

const interruptEverywhere = (operation: (thread: Thread["Service"]) => Effect.Effect<unknown, CodexError>) =>
  Effect.gen(function* () {
    let interrupted = 0
    for (let at = 1; ; at++) {
      const { isInterrupted, isReached } = yield* interruptAt(at, operation)
      if (!isReached) break
      if (isInterrupted) interrupted++
    }
    assert.isAbove(interrupted, 100)
  })

const options: TurnOptions = { outputSchema: { type: "object" }, idleTimeout: "1 minute", timeout: "1 minute" }

describe("interruption at every step", () => {
  it.live("of run leaves nothing behind, and a thread that works", () =>
    interruptEverywhere((thread) => thread.run("go", options))
  )

  it.live("of stream leaves nothing behind, and a thread that works", () =>
    interruptEverywhere((thread) => Stream.runDrain(thread.stream("go", options)))
  )

  it.live("of runStructured leaves nothing behind, and a thread that works", () =>
    interruptEverywhere((thread) =>
      Effect.exit(thread.runStructured("go", { schema: Schema.Struct({ n: Schema.Int }), repair: 1 }))
    )
  )
})
