import { assert, describe, it } from "@effect/vitest"
import * as Cause from "effect/Cause"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as TestClock from "effect/testing/TestClock"
import { connected, secret } from "../support/memoryServer.ts"

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

    it.effect.each(["boom", ["boom"], true, 0])("fails for an error that is no object: %j", (shape) =>
      Effect.gen(function* () {
        const { request, server } = yield* connected()
        const fiber = yield* Effect.forkChild(Effect.flip(request("one")))
        const { id } = yield* server.hear
        yield* server.say({ id, error: shape })
        assert.deepInclude(yield* Fiber.join(fiber), {
          _tag: "RpcError",
          description: shape === "boom" ? "boom" : "codex gave no reason"
        })
      })
    )

    it.effect("fails without its data if that is nested deeper than JSON can be written", () =>
      Effect.gen(function* () {
        const { request, server } = yield* connected()
        const one = yield* Effect.forkChild(Effect.flip(request("one")))
        const two = yield* Effect.forkChild(request("two"))
        const first = yield* server.hear
        const second = yield* server.hear
        const data = `${"[".repeat(100_000)}${"]".repeat(100_000)}`
        yield* server.print(`{"id":${JSON.stringify(first.id)},"error":{"code":1,"message":"no","data":${data}}}`)
        yield* server.say({ id: second.id, result: "B" })
        assert.deepInclude(yield* Fiber.join(one), { _tag: "RpcError", code: 1, description: "no" })
        assert.strictEqual(yield* Fiber.join(two), "B")
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
