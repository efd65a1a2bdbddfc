import { assert, describe, it } from "@effect/vitest"
import { Codex, CodexError, type CodexOptions, TurnFailed } from "effect-codex"
import { TestExec } from "effect-codex/testing"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Schema from "effect/Schema"
import * as SchemaGetter from "effect/SchemaGetter"
import * as Stream from "effect/Stream"
import { completed, oneByOne, prompts, reasonOf, says, scripted, started, turnStarted } from "./support/turns.ts"

/** Codex whose turns do what `handlers` say of their prompt, as a handler of an approval or a tool would. */
const handling = (handlers: ReadonlyMap<string, Effect.Effect<unknown, CodexError>>, codex?: CodexOptions) =>
  scripted(
    ({ prompt, target }) =>
      oneByOne(started(target._tag === "Resume" ? target.threadId : `thread-of-${prompt}`), turnStarted).pipe(
        // In a fiber of its own, as codex's requests are answered.
        Stream.concat(
          Effect.suspend(() => handlers.get(prompt) ?? Effect.void).pipe(
            Effect.forkDetach,
            Effect.flatMap(Fiber.join),
            Stream.fromEffectDrain
          )
        ),
        Stream.concat(oneByOne(says(`did ${prompt}`), completed()))
      ),
    codex
  )

const makeHandlers = () => new Map<string, Effect.Effect<unknown, CodexError>>()

/** A Schema that runs something whenever it decodes. */
const decodingBy = (effect: Effect.Effect<unknown>) =>
  Schema.Struct({
    text: Schema.String.pipe(
      Schema.decode({
        decode: SchemaGetter.transformEffect((text: string) => Effect.as(effect, text)),
        encode: SchemaGetter.passthrough()
      })
    )
  })

const startThread = Codex.use((codex) => codex.startThread())
const busy: object = { _tag: "ThreadBusy", usedBy: "stream", threadId: "thread-of-out" }
const answer = TestExec.turn('{"text":"yes"}')
const noPlace: object = { _tag: "InvalidOptions", option: "maxConcurrentTurns", got: "1" }

/** The prompts of a turn and of another thread's, which the Schema of the first runs in some way. */
const insideSchema = (runs: (turn: Effect.Effect<unknown, CodexError>) => Effect.Effect<unknown>) =>
  Effect.gen(function* () {
    const thread = yield* startThread
    const other = yield* startThread
    yield* thread.runStructured("out", { schema: decodingBy(runs(other.run("in"))) })
    return yield* prompts
  })

describe("a turn inside of another", () => {
  it.effect.each(["run", "stream"] as const)("is refused to a handler of a %s of the same thread", (outer) => {
    const handlers = makeHandlers()
    return Effect.gen(function* () {
      const thread = yield* startThread
      handlers.set("out", thread.run("in"))
      const turn = outer === "run" ? thread.run("out") : Stream.runDrain(thread.stream("out"))
      assert.deepInclude(yield* reasonOf(turn), busy)
      // Also to a fiber that it forks.
      handlers.set("out", Effect.timeoutOption(Stream.runDrain(thread.stream("in")), "1 hour"))
      assert.deepInclude(yield* reasonOf(turn), busy)
      // The turn has ended, so the thread is free.
      yield* thread.run("after")
      assert.deepStrictEqual(yield* prompts, ["out", "out", "after"])
    }).pipe(Effect.provide(handling(handlers)))
  })

  it.effect("runs in a handler if it is of another thread, in which the first is refused all the same", () => {
    const handlers = makeHandlers()
    return Effect.gen(function* () {
      const thread = yield* startThread
      const other = yield* startThread
      handlers.set("out", other.run("middle"))
      handlers.set(
        "middle",
        Effect.map(Effect.orDie(reasonOf(thread.run("in"))), (reason) => assert.deepInclude(reason, busy))
      )
      assert.strictEqual((yield* thread.run("out")).finalResponse, "did out")
      assert.deepStrictEqual(yield* prompts, ["out", "middle"])
    }).pipe(Effect.provide(handling(handlers)))
  })

  it.effect("runs in a fiber that a handler has left behind, once the turn is over", () => {
    const handlers = makeHandlers()
    return Effect.gen(function* () {
      const thread = yield* startThread
      const isOver = yield* Deferred.make<void>()
      let left: Fiber.Fiber<unknown, CodexError> | undefined
      handlers.set(
        "out",
        Effect.gen(function* () {
          left = yield* Effect.forkDetach(Effect.andThen(Deferred.await(isOver), thread.run("later")))
        })
      )
      yield* thread.run("out")
      assert.isDefined(left)
      yield* Deferred.succeed(isOver, undefined)
      yield* Fiber.join(left)
      assert.deepStrictEqual(yield* prompts, ["out", "later"])
    }).pipe(Effect.provide(handling(handlers)))
  })

  it.effect("is refused to a handler if the turns around it have all places", () => {
    const handlers = makeHandlers()
    return Effect.gen(function* () {
      const codex = yield* Codex
      const thread = yield* startThread
      const other = yield* startThread
      for (const inside of [
        other.run("in"),
        Stream.runDrain(other.stream("in")),
        codex.review({ _tag: "Uncommitted" })
      ]) {
        handlers.set("out", inside)
        assert.deepInclude(yield* reasonOf(thread.run("out")), noPlace)
      }
      yield* thread.run("after")
      assert.deepStrictEqual(yield* prompts, ["out", "out", "out", "after"])
    }).pipe(Effect.provide(handling(handlers, { maxConcurrentTurns: 1 })))
  })

  it.effect("is refused inside of a stream that has the only place, and runs in another place", () =>
    Effect.gen(function* () {
      const nested = Effect.gen(function* () {
        const thread = yield* startThread
        const other = yield* startThread
        return yield* Stream.runForEach(thread.stream("out"), () => other.run("in"))
      })
      assert.deepInclude(
        yield* reasonOf(Effect.provide(nested, handling(new Map(), { maxConcurrentTurns: 1 }))),
        noPlace
      )
      yield* Effect.provide(nested, handling(new Map(), { maxConcurrentTurns: 2 }))
    })
  )

  it.effect("is refused to a Schema that decodes the turn's answer, and not to what follows", () =>
    Effect.gen(function* () {
      const thread = yield* startThread
      const inside = Effect.map(Effect.orDie(reasonOf(thread.run("in"))), (reason) => assert.deepInclude(reason, busy))
      yield* thread.runStructured("out", { schema: decodingBy(inside) })
      yield* thread.run("after")
      assert.deepStrictEqual(yield* prompts, ["out", "after"])
    }).pipe(Effect.provide(scripted([[started("thread-of-out"), ...answer.slice(1)], "after"])))
  )

  it.effect("is refused to a Schema if the turns around it have all places, and runs in another place", () =>
    Effect.gen(function* () {
      const refused = insideSchema((turn) =>
        Effect.map(Effect.orDie(reasonOf(turn)), (reason) => assert.deepInclude(reason, noPlace))
      )
      const script = [answer, "in"]
      assert.deepStrictEqual(yield* Effect.provide(refused, scripted(script, { maxConcurrentTurns: 1 })), ["out"])
      for (const codex of [{}, { maxConcurrentTurns: 2 }]) {
        assert.deepStrictEqual(yield* Effect.provide(insideSchema(Effect.orDie), scripted(script, codex)), [
          "out",
          "in"
        ])
      }
    })
  )

  it.effect("is none after a stream that has failed", () => {
    const handlers = makeHandlers()
    return Effect.gen(function* () {
      const thread = yield* startThread
      const failure = new CodexError({ reason: new TurnFailed({ kind: "other", description: "no" }) })
      handlers.set("out", Effect.fail(failure))
      const events = yield* thread.stream("out").pipe(
        Stream.catch(() => thread.stream("again")),
        Stream.runCollect
      )
      assert.strictEqual(events.at(-1)?._tag, "TurnCompleted")
    }).pipe(Effect.provide(handling(handlers, { maxConcurrentTurns: 1 })))
  })
})
