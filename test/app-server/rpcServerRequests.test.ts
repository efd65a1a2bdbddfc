import { assert, describe, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Logger from "effect/Logger"
import { RefusedRequest } from "../../src/app-server/internal/rpc.ts"
import { connected } from "../support/memoryServer.ts"

const noLogs = Effect.provide(Logger.layer([]))

describe("a request of the server", () => {
  it.effect.each([[0], ["a"], [""]])("is answered under its id %j", ([id]) =>
    Effect.gen(function* () {
      const { server } = yield* connected({ onRequest: ({ method, params }) => Effect.succeed({ method, params }) })
      yield* server.say({ id, method: "ask", params: { x: 1 } })
      assert.deepStrictEqual(yield* server.hear, { id, result: { method: "ask", params: { x: 1 } } })
    })
  )

  it.effect("has an id of its own kind: an answer of the same id is for a request of ours", () =>
    Effect.gen(function* () {
      const answered = yield* Deferred.make<string>()
      const { request, server } = yield* connected({ onRequest: () => Deferred.await(answered) })
      const fiber = yield* Effect.forkChild(request("one"))
      const { id } = yield* server.hear
      yield* server.say({ id, method: "ask" }, { id, result: "ours" })
      assert.strictEqual(yield* Fiber.join(fiber), "ours")
      yield* Deferred.succeed(answered, "theirs")
      assert.deepStrictEqual(yield* server.hear, { id, result: "theirs" })
    })
  )

  it.effect("delays nothing while it is decided, and its handler may ask the server", () =>
    Effect.gen(function* () {
      const ask = yield* Deferred.make<(method: string) => Effect.Effect<unknown, unknown>>()
      const { notifications, request, server, settled } = yield* connected({
        onRequest: ({ method }) =>
          method === "slow"
            ? Effect.never
            : Deferred.await(ask).pipe(
                Effect.flatMap((send) => send("inner")),
                Effect.orDie
              )
      })
      yield* Deferred.succeed(ask, request)
      yield* server.say({ id: 0, method: "slow" }, { id: 1, method: "asking" }, { method: "note" })
      const inner = yield* server.hear
      assert.strictEqual(inner.method, "inner")
      yield* settled
      assert.lengthOf(notifications, 1)
      yield* server.say({ id: inner.id, result: 7 })
      assert.deepStrictEqual(yield* server.hear, { id: 1, result: 7 })
    })
  )

  it.effect("is heard of before what comes after it", () =>
    Effect.gen(function* () {
      const order: Array<string> = []
      const { server, settled } = yield* connected({
        onNotification: ({ method }) => void order.push(method),
        onRequest: ({ method }) => {
          order.push(method)
          return Effect.never
        }
      })
      yield* server.say(
        { method: "a" },
        { id: 0, method: "b" },
        { method: "c" },
        { id: 1, method: "d" },
        { method: "e" }
      )
      yield* settled
      assert.deepStrictEqual(order, ["a", "b", "c", "d", "e"])
    })
  )

  const big = Effect.succeed({ a: 1n })
  it.effect.each([
    ["refuses", Effect.fail(new RefusedRequest(-32601, "not me")), { code: -32601, message: "not me" }],
    ["dies", Effect.die(new Error("a secret of the application")), undefined],
    ["is interrupted", Effect.interrupt, undefined],
    ["gives what JSON has not", big, undefined]
  ] as const)("is answered with an error if its handler %s", ([, handler, error]) =>
    Effect.gen(function* () {
      const { server, settled } = yield* connected({ onRequest: () => handler })
      yield* server.say({ id: 0, method: "ask" })
      const expected = error ?? { code: -32603, message: "the client could not answer" }
      assert.deepStrictEqual(yield* server.hear, { id: 0, error: expected })
      yield* settled
    }).pipe(noLogs)
  )

  it.effect("is answered with an error if its handler throws", () =>
    Effect.gen(function* () {
      const { server, settled } = yield* connected({
        onRequest: () => {
          throw new RangeError("Maximum call stack size exceeded")
        }
      })
      yield* server.say({ id: 0, method: "ask" })
      assert.strictEqual((yield* server.hear).error?.code, -32603)
      yield* settled
    }).pipe(noLogs)
  )

  it.effect("is answered with null by a handler that gives nothing", () =>
    Effect.gen(function* () {
      const { server } = yield* connected({ onRequest: () => Effect.void })
      yield* server.say({ id: 0, method: "ask" })
      assert.deepStrictEqual(yield* server.hear, { id: 0, result: null })
    })
  )

  it.effect("is not answered after it was withdrawn, which interrupts its handler", () =>
    Effect.gen(function* () {
      const begun = yield* Deferred.make<void>()
      const interrupted = yield* Deferred.make<void>()
      const { notifications, server, settled } = yield* connected({
        onRequest: ({ id }) =>
          id === 0
            ? Deferred.succeed(begun, undefined).pipe(
                Effect.andThen(Effect.never),
                Effect.onInterrupt(() => Deferred.succeed(interrupted, undefined))
              )
            : Effect.succeed("still here")
      })
      yield* server.say({ id: 0, method: "ask" })
      yield* Deferred.await(begun)
      yield* server.say({ method: "serverRequest/resolved", params: { threadId: "t", requestId: 0 } })
      yield* Deferred.await(interrupted)
      yield* settled
      assert.lengthOf(notifications, 1)
      yield* server.say({ id: 1, method: "ask" })
      assert.deepStrictEqual(yield* server.hear, { id: 1, result: "still here" })
    })
  )

  it.effect("is withdrawn even if that arrives together with it", () =>
    Effect.gen(function* () {
      let running = 0
      const { server, settled } = yield* connected({
        onRequest: () =>
          Effect.acquireUseRelease(
            Effect.sync(() => running++),
            () => Effect.never,
            () => Effect.sync(() => running--)
          )
      })
      yield* server.say(
        { id: 0, method: "ask" },
        { method: "serverRequest/resolved", params: { requestId: 0 } },
        { method: "serverRequest/resolved", params: { requestId: 0 } },
        { method: "serverRequest/resolved", params: null },
        { method: "serverRequest/resolved", params: { requestId: {} } }
      )
      yield* settled
      yield* settled
      assert.strictEqual(running, 0)
      assert.isFalse(yield* server.hears)
    })
  )

  it.effect("is answered one by one, however many there are", () =>
    Effect.gen(function* () {
      const { server } = yield* connected({ onRequest: ({ id }) => Effect.succeed(id) })
      const ids = Array.from({ length: 1000 }, (_, id) => id)
      yield* server.say(...ids.map((id) => ({ id, method: "ask" })))
      const answers = yield* Effect.forEach(ids, () => server.hear)
      assert.deepStrictEqual(
        answers.map(({ result }) => result),
        ids
      )
    })
  )
})
