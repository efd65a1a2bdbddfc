import { assert, describe, it } from "@effect/vitest"
import * as Cause from "effect/Cause"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Logger from "effect/Logger"
import * as TestClock from "effect/testing/TestClock"
import { RefusedRequest } from "../../src/app-server/internal/rpc.ts"
import { connected, secret } from "../support/memoryServer.ts"

const noLogs = Effect.provide(Logger.layer([]))

describe("openRpc", () => {
  describe("a request", () => {
    it.effect("gets the answer with its id, in whatever order answers come", () =>
      Effect.gen(function* () {
        const { request, server } = yield* connected()
        const one = yield* Effect.forkChild(request("one", { a: 1 }))
        const two = yield* Effect.forkChild(request("two"))
        const first = yield* server.hear
        const second = yield* server.hear
        assert.deepInclude(first, { method: "one", params: { a: 1 } })
        assert.deepInclude(second, { method: "two" })
        assert.notStrictEqual(first.id, second.id)
        yield* server.say({ id: second.id, result: "B" }, { id: first.id, result: "A" })
        assert.deepStrictEqual([yield* Fiber.join(one), yield* Fiber.join(two)], ["A", "B"])
      })
    )

    it.effect("takes an id that comes back as a string", () =>
      Effect.gen(function* () {
        const { request, server } = yield* connected()
        const fiber = yield* Effect.forkChild(request("one"))
        const { id } = yield* server.hear
        yield* server.say({ id: String(id), result: "A" })
        assert.strictEqual(yield* Fiber.join(fiber), "A")
      })
    )

    it.effect("fails with the server's words, code and data, without secrets", () =>
      Effect.gen(function* () {
        const { request, server } = yield* connected()
        const fiber = yield* Effect.forkChild(Effect.flip(request("one")))
        const { id } = yield* server.hear
        const data = { tried: [secret], count: 2 }
        yield* server.say({ id, error: { code: -32001, message: `no: ${secret}`, data } })
        const error = yield* Fiber.join(fiber)
        assert.deepInclude(error, {
          _tag: "RpcError",
          method: "one",
          code: -32001,
          description: "no: <redacted>",
          data: { tried: ["<redacted>"], count: 2 }
        })
        assert.isTrue(error.isRetryable)
      })
    )

    it.effect.each([{ message: 3 }, {}, { code: "x", message: null }])("fails for an error like %j", (shape) =>
      Effect.gen(function* () {
        const { request, server } = yield* connected()
        const fiber = yield* Effect.forkChild(Effect.flip(request("one")))
        const { id } = yield* server.hear
        yield* server.say({ id, error: shape })
        const error = yield* Fiber.join(fiber)
        assert.deepInclude(error, { _tag: "RpcError", code: -32603, description: "codex gave no reason" })
        assert.isFalse(error.isRetryable)
      })
    )

    it.effect("fails at its deadline, and its late answer does no harm", () =>
      Effect.gen(function* () {
        const { request, server, settled } = yield* connected()
        const fiber = yield* Effect.forkChild(Effect.flip(request("one")))
        const { id } = yield* server.hear
        yield* TestClock.adjust("60 seconds")
        const error = yield* Fiber.join(fiber)
        assert.deepInclude(error, {
          _tag: "RequestTimeout",
          method: "one",
          milliseconds: 60_000,
          limit: "requestTimeout"
        })
        yield* server.say({ id, result: "late" })
        yield* settled
      })
    )

    it.effect("leaves its place when it is interrupted, and its answer is nobody's", () =>
      Effect.gen(function* () {
        const { request, server, settled } = yield* connected({}, 1)
        const fiber = yield* Effect.forkChild(request("one"))
        const { id } = yield* server.hear
        yield* Fiber.interrupt(fiber)
        const next = yield* Effect.forkChild(request("two"))
        const second = yield* server.hear
        assert.notStrictEqual(second.id, id)
        yield* server.say({ id, result: "of the first" }, { id: second.id, result: "of the second" })
        assert.strictEqual(yield* Fiber.join(next), "of the second")
        yield* settled
      })
    )

    it.effect("waits until there is a place, in the order of asking", () =>
      Effect.gen(function* () {
        const { request, server } = yield* connected({}, 2)
        const fibers = yield* Effect.forEach(["1", "2", "3", "4"], (method) => Effect.forkChild(request(method)))
        const first = yield* server.hear
        const second = yield* server.hear
        yield* TestClock.adjust("1 second")
        assert.isFalse(yield* server.hears)
        yield* server.say({ id: second.id, result: null })
        const third = yield* server.hear
        yield* server.say({ id: first.id, result: null })
        const fourth = yield* server.hear
        assert.deepStrictEqual(
          [first, second, third, fourth].map(({ method }) => method),
          ["1", "2", "3", "4"]
        )
        yield* server.say({ id: third.id, result: null }, { id: fourth.id, result: null })
        yield* Effect.forEach(fibers, Fiber.join)
      })
    )

    it.effect("does not use up its time while it waits for a place", () =>
      Effect.gen(function* () {
        const { request, server } = yield* connected({}, 1)
        const stuck = yield* Effect.forkChild(Effect.flip(request("stuck")))
        const next = yield* Effect.forkChild(request("next"))
        yield* server.hear
        yield* TestClock.adjust("60 seconds")
        assert.strictEqual((yield* Fiber.join(stuck))._tag, "RequestTimeout")
        const { id } = yield* server.hear
        yield* TestClock.adjust("59 seconds")
        yield* server.say({ id, result: "in time" })
        assert.strictEqual(yield* Fiber.join(next), "in time")
      })
    )

    const cyclic: Record<string, unknown> = {}
    cyclic["self"] = cyclic
    const throwing = {
      toJSON: () => {
        throw new Error("no")
      }
    }
    it.effect.each([
      ["a BigInt", { a: 1n }],
      ["a value that holds itself", cyclic],
      ["a toJSON that throws", throwing]
    ] as const)("is not sent with %s", ([, params]) =>
      Effect.gen(function* () {
        const { request, server, settled } = yield* connected()
        const error = yield* Effect.flip(request("one", params))
        assert.deepInclude(error, { _tag: "InvalidOptions", option: "params of one", got: "an object" })
        assert.isFalse(yield* server.hears)
        yield* settled
      })
    )

    it.effect("is sent with U+FFFD for surrogates that stand alone, and all else as it is", () =>
      Effect.gen(function* () {
        const { request, server } = yield* connected()
        const texts = ["a\ud800b", "\udc00\udc00", "\\ud800", "\\\ud800", "🙂", "\u2028\u0085\0", "\\\\\ud83d"]
        yield* Effect.forkChild(request("one", { texts, "\ud800": 1 }))
        const line = yield* server.hearLine
        assert.isTrue(line.isWellFormed())
        assert.notInclude(line, "\n")
        const { params } = JSON.parse(line)
        assert.deepStrictEqual(params, { texts: texts.map((text) => text.toWellFormed()), "\ufffd": 1 })
      })
    )
  })

  describe("what comes unasked", () => {
    it.effect("is told in its order, whatever it is", () =>
      Effect.gen(function* () {
        const { notifications, server, settled } = yield* connected()
        yield* server.say(
          { method: "a", params: { x: 1 } },
          { method: "no/such" },
          { method: "c", params: [1], emittedAtMs: 1 }
        )
        yield* settled
        assert.deepStrictEqual(notifications, [
          { method: "a", params: { x: 1 } },
          { method: "no/such", params: undefined },
          { method: "c", params: [1] }
        ])
      })
    )

    it.effect("is reported if it is no message, and does not stop what comes with it", () =>
      Effect.gen(function* () {
        const { malformed, notifications, server, settled } = yield* connected()
        const lines = [
          "Welcome!",
          "[]",
          '[{"id":1}]',
          "null",
          '"text"',
          "7",
          "{}",
          '{"id":null}',
          '{"id":{}}',
          "{",
          '{"method":3}'
        ]
        yield* server.print("", "  \t\r", ...lines, '{"method":"a"}', "")
        yield* settled
        assert.deepStrictEqual(malformed, lines)
        assert.deepStrictEqual(notifications, [{ method: "a", params: undefined }])
      })
    )

    it.effect("is nobody's if it answers what was not asked", () =>
      Effect.gen(function* () {
        const { malformed, server, settled } = yield* connected()
        yield* server.say({ id: 99, result: 1 }, { id: "x", result: 1 }, { id: "", error: {} }, { id: -1 })
        yield* settled
        assert.deepStrictEqual(malformed, [])
      })
    )
  })

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

  describe("the end of the lines", () => {
    it.effect("fails every request that waits, those for a place too, and every later one", () =>
      Effect.gen(function* () {
        const ends: Array<string> = []
        const { request, rpc, server } = yield* connected(
          { onEnd: ({ description }) => void ends.push(description) },
          2
        )
        const fibers = yield* Effect.forEach(["1", "2", "3"], (method) =>
          Effect.forkChild(Effect.flip(request(method)))
        )
        yield* server.hear
        yield* server.hear
        yield* server.end("it broke")
        const errors = [...(yield* Effect.forEach(fibers, Fiber.join)), yield* Effect.flip(request("4"))]
        for (const error of errors) assert.deepInclude(error, { _tag: "ConnectionLost", description: "it broke" })
        assert.deepInclude(yield* Deferred.await(rpc.ended), { description: "it broke" })
        assert.deepStrictEqual(ends, ["it broke"])
        assert.isFalse(yield* server.hears)
      })
    )

    it.effect("comes after what was said before", () =>
      Effect.gen(function* () {
        const { notifications, request, server } = yield* connected()
        const fiber = yield* Effect.forkChild(request("1"))
        const { id } = yield* server.hear
        yield* server.say({ method: "a" })
        yield* server.say({ id, result: "just in time" })
        yield* server.end("it broke")
        assert.strictEqual(yield* Fiber.join(fiber), "just in time")
        assert.lengthOf(notifications, 1)
      })
    )
  })

  describe("the end of its scope", () => {
    it.effect("fails what waits, and interrupts the handlers", () =>
      Effect.gen(function* () {
        const ends: Array<string> = []
        const handled = yield* Deferred.make<Exit.Exit<unknown>>()
        const fiber = yield* Effect.scoped(
          Effect.gen(function* () {
            const begun = yield* Deferred.make<void>()
            const { request, server } = yield* connected({
              onEnd: ({ description }) => void ends.push(description),
              onRequest: () =>
                Effect.onExit(Effect.andThen(Deferred.succeed(begun, undefined), Effect.never), (exit) =>
                  Deferred.succeed(handled, exit)
                )
            })
            // Outlives the scope.
            const waiting = yield* Effect.forkDetach(Effect.flip(request("1")))
            yield* server.hear
            yield* server.say({ id: 0, method: "ask" })
            yield* Deferred.await(begun)
            return waiting
          })
        )
        assert.deepInclude(yield* Fiber.join(fiber), { _tag: "ConnectionLost", description: "it was closed" })
        const exit = yield* Deferred.await(handled)
        assert.isTrue(Exit.isFailure(exit) && Cause.hasInterruptsOnly(exit.cause))
        assert.deepStrictEqual(ends, ["it was closed"])
      })
    )
  })
})
