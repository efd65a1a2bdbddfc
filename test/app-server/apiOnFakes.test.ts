import { assert, describe, it } from "@effect/vitest"
import { CodexError, RpcError } from "effect-codex"
import { Account, AppServer, McpServers, Models, Threads } from "effect-codex/app-server"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as PubSub from "effect/PubSub"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/testing/TestClock"
import { reasonOf } from "../support/turns.ts"

const threadId = "thread-1"

/** A server in which the test answers requests and notifies. */
const makeServer = (answer: (method: string, params: unknown) => unknown) =>
  Effect.gen(function* () {
    const hub = yield* PubSub.unbounded<readonly [method: string, params: unknown]>()
    const asked: Array<string> = []
    const request = (method: string, params: unknown) =>
      Effect.suspend(() => {
        asked.push(method)
        const answered = answer(method, params)
        return answered instanceof CodexError ? Effect.fail(answered) : Effect.succeed(answered)
      })
    const notifications = (method: string) =>
      Stream.fromPubSub(hub).pipe(
        Stream.filter(([name]) => name === method),
        Stream.map(([, params]) => params)
      )
    const layer = Layer.mock(AppServer, {
      // What the test says is as the protocol has it.
      request: request as AppServer["Service"]["request"],
      notifications: notifications as AppServer["Service"]["notifications"],
      disconnections: Stream.never
    })
    const notify = (method: string, params: unknown) =>
      Effect.andThen(
        PubSub.publish(hub, [method, params]),
        Effect.forEach([1, 2, 3, 4, 5], () => Effect.yieldNow)
      )
    return { layer, asked, notify }
  })

/** One that refuses everything with these words. */
const refusing = (description: string) =>
  makeServer((method) => new CodexError({ reason: new RpcError({ method, code: -32600, description }) }))

const fork = <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.forkChild(effect, { startImmediately: true })

const begin = (turnId: string, type = "contextCompaction") =>
  ["item/started", { threadId, turnId, item: { type, id: `item-of-${turnId}` } }] as const
const end = (id: string, status: string) => ["turn/completed", { threadId, turn: { id, status, error: null } }] as const

describe("the api of an app-server that does what codex seldom does", () => {
  it.effect.each([
    ["Models.list", Stream.runCollect(Models.list())],
    ["McpServers.status", Stream.runCollect(McpServers.status())],
    ["Threads.list", Stream.runCollect(Threads.list())],
    ["Threads.turns", Stream.runCollect(Threads.turns({ threadId }))],
    ["Threads.items", Stream.runCollect(Threads.items({ threadId }))]
  ])("%s fails where a page names itself as the next", ([, all]) =>
    Effect.gen(function* () {
      const { asked, layer } = yield* makeServer(() => ({ data: [], nextCursor: "again" }))
      const reason = yield* reasonOf(Effect.provide(all as Effect.Effect<unknown, CodexError, AppServer>, layer))
      assert.strictEqual(reason._tag, "MalformedOutput")
      assert.lengthOf(asked, 2)
    })
  )

  it.effect("tells a thread that is not recorded from what codex refuses", () =>
    Effect.gen(function* () {
      const unknown = yield* refusing(`thread not loaded: ${threadId}`)
      assert.deepInclude(yield* reasonOf(Effect.provide(Threads.read(threadId), unknown.layer)), {
        _tag: "ThreadNotFound",
        threadId
      })
      const odd = yield* refusing("no")
      assert.strictEqual((yield* reasonOf(Effect.provide(Threads.read(threadId), odd.layer)))._tag, "RpcError")
      // It may be recorded, and not be loaded.
      const unloaded = yield* refusing(`thread not found: ${threadId}`)
      assert.strictEqual(
        (yield* reasonOf(Effect.provide(Threads.injectItems(threadId, []), unloaded.layer)))._tag,
        "RpcError"
      )
    })
  )

  it.effect("waits for the compaction that takes the place of another, not for turns that it stops", () =>
    Effect.gen(function* () {
      const { layer, notify } = yield* makeServer(() => ({}))
      const compaction = yield* fork(Effect.provide(Threads.compact(threadId), layer))
      yield* notify(...begin("turn", "userMessage"))
      yield* notify(...end("turn", "interrupted"))
      yield* notify(...begin("first"))
      yield* notify(...end("first", "interrupted"))
      yield* notify(...begin("second"))
      assert.isUndefined(compaction.pollUnsafe())
      yield* notify(...end("second", "completed"))
      yield* Fiber.join(compaction)
    })
  )

  it.effect("says that a compaction was stopped if no other takes its place, and why it failed", () =>
    Effect.gen(function* () {
      const { layer, notify } = yield* makeServer(() => ({}))
      const stopped = yield* fork(reasonOf(Effect.provide(Threads.compact(threadId), layer)))
      yield* notify(...begin("first"))
      yield* notify(...end("first", "interrupted"))
      yield* TestClock.adjust("5 seconds")
      assert.strictEqual((yield* Fiber.join(stopped))._tag, "TurnInterrupted")

      const failed = yield* fork(reasonOf(Effect.provide(Threads.compact(threadId), layer)))
      yield* notify(...begin("second"))
      const turn = { id: "second", status: "failed", error: { message: "Selected model is at capacity" } }
      yield* notify("turn/completed", { threadId, turn })
      assert.deepInclude(yield* Fiber.join(failed), { _tag: "TurnFailed", kind: "overloaded" })
    })
  )

  it.effect("says that a login was cancelled by somebody else", () =>
    Effect.gen(function* () {
      const login = { type: "chatgpt", loginId: "one", authUrl: "https://auth.openai.com/" }
      const { layer, notify } = yield* makeServer(() => login)
      const reason = yield* fork(
        reasonOf(
          Effect.provide(
            Account.loginWithChatGpt(() => Effect.void),
            layer
          )
        )
      )
      const error = "Login server error: Login cancelled"
      yield* notify("account/login/completed", { loginId: "one", success: false, error })
      assert.include((yield* Fiber.join(reason)).message, "another one that took its place")
    })
  )
})
