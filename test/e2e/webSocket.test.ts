import { NodeSocket, NodeWS } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { Codex, type CodexError } from "effect-codex"
import { AppServer, type WebSocketServer } from "effect-codex/app-server"
import { promptOf, reply, replyHanging, ScriptedModel, shellCommand } from "effect-codex/testing"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as FileSystem from "effect/FileSystem"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Schedule from "effect/Schedule"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { listeningCodex, ListeningCodex } from "../support/listeningCodex.ts"
import { Workspace } from "../support/realCodex.ts"
import { reasonOf } from "../support/turns.ts"

const sockets = [
  ["Node's WebSocket", NodeSocket.layerWebSocketConstructor],
  ["ws", NodeWS.layerWebSocketConstructor]
] as const
const [[, nodeSocket]] = sockets

const connect = (server: WebSocketServer, socket = nodeSocket) =>
  AppServer.layerWebSocket(server, { strict: true }).pipe(Layer.provide(socket))

const startThread = Effect.gen(function* () {
  const { options } = yield* Workspace
  return yield* (yield* Codex).startThread(options)
})

const connectionLost = Effect.fnUntraced(function* <A, R>(effect: Effect.Effect<A, CodexError, R>) {
  const reason = yield* reasonOf(effect)
  return reason._tag === "ConnectionLost" ? reason : assert.fail(`${reason._tag}: ${reason.message}`)
})

describe("an app-server on a WebSocket", () => {
  it.live.each(sockets)("runs turns over %s, one after the other and side by side", ([, socket]) =>
    Effect.gen(function* () {
      const { start, token } = yield* ListeningCodex
      const { url } = yield* start()
      yield* Effect.gen(function* () {
        const thread = yield* startThread
        const events = yield* Stream.runCollect(thread.stream("one"))
        assert.deepStrictEqual(events.map(({ _tag }) => _tag).slice(0, 2), ["ThreadStarted", "TurnStarted"])
        assert.strictEqual(events.at(-1)?._tag, "TurnCompleted")
        const others = yield* Effect.forEach(
          [1, 2, 3],
          () => Effect.flatMap(startThread, (other) => other.run("two")),
          {
            concurrency: 3
          }
        )
        for (const { finalResponse } of others) assert.strictEqual(finalResponse, "Hello, world")
        assert.strictEqual((yield* thread.run("three")).finalResponse, "Hello, world")
      }).pipe(Effect.provide(connect({ url, token }, socket)))
    }).pipe(Effect.scoped, Effect.provide(listeningCodex(() => reply("Hello, world"))))
  )

  it.live("works where the server was started, with the configuration of the options", () =>
    Effect.gen(function* () {
      const { start, token } = yield* ListeningCodex
      const { url } = yield* start()
      const { directory } = yield* Workspace
      yield* Effect.gen(function* () {
        const codex = yield* Codex
        const thread = yield* codex.startThread()
        yield* thread.run("go")
        const requests = yield* ScriptedModel.use((model) => model.requests)
        assert.include(JSON.stringify(requests), directory)
        assert.strictEqual(requests[0]?.body.model, "gpt-5.5")
      }).pipe(Effect.provide(connect({ url, token, config: { model: "gpt-5.5" } })))
    }).pipe(Effect.scoped, Effect.provide(listeningCodex(() => reply("ok"))))
  )

  it.live.each(sockets)("refuses a wrong token, and none, over %s", ([name, socket]) =>
    Effect.gen(function* () {
      const { start } = yield* ListeningCodex
      const { url } = yield* start()
      const wrong = "a-wrong-token-that-is-secret"
      for (const token of [Redacted.make(wrong), undefined]) {
        const reason = yield* connectionLost(
          Effect.flatMap(startThread, (thread) => thread.run("go")).pipe(
            Effect.provide(connect({ url, token }, socket))
          )
        )
        assert.include(reason.message, `${url}/ could not be opened`)
        assert.include(reason.message, "check the URL, the token")
        if (name === "ws") assert.deepInclude(reason, { status: 401, isRetryable: false })
        assert.notInclude(`${JSON.stringify(reason)} ${String(reason.stack)}`, wrong)
      }
    }).pipe(Effect.scoped, Effect.provide(listeningCodex([])))
  )

  it.live.each(sockets)(
    "is lost when it is killed: turns fail, and the next use connects again, over %s",
    ([, socket]) =>
      Effect.gen(function* () {
        const { start, token } = yield* ListeningCodex
        const first = yield* start()
        const port = new URL(first.url).port
        yield* Effect.gen(function* () {
          const thread = yield* startThread
          yield* thread.run("first")
          const begun = yield* Deferred.make<void>()
          const turn = yield* thread.stream("hang").pipe(
            Stream.tap(({ _tag }) => (_tag === "TurnStarted" ? Deferred.succeed(begun, undefined) : Effect.void)),
            Stream.runDrain,
            connectionLost,
            Effect.forkChild
          )
          yield* Deferred.await(begun)
          yield* first.kill
          const lost = yield* Fiber.join(turn)
          assert.isTrue(lost.isRetryable)
          assert.match(lost.message, / (closed it \(1006\)|failed)$/)
          // Nobody listens there now.
          assert.include((yield* connectionLost(thread.run("nobody"))).message, "could not be opened")
          yield* start(port)
          const again = yield* thread.run("go on")
          assert.strictEqual(again.finalResponse, "third")
          assert.deepStrictEqual(yield* thread.id, yield* Effect.succeedSome(again.threadId))
        }).pipe(Effect.provide(connect({ url: first.url, token }, socket)))
      }).pipe(
        Effect.scoped,
        // The one that is killed may not have come to its request.
        Effect.provide(listeningCodex((request) => (promptOf(request) === "hang" ? replyHanging() : reply("third"))))
      )
  )

  it.live("goes on when the layer closes, and its turns and their commands do not", () =>
    Effect.gen(function* () {
      const { start, token } = yield* ListeningCodex
      const { url } = yield* start()
      const { marker } = yield* Workspace
      const sleeping = Effect.map(marker.processes, (all) => all.filter((process) => process.includes("sleep 311")))
      const scope = yield* Scope.make()
      const context = yield* Layer.buildWithScope(connect({ url, token }), scope)
      const begun = yield* Deferred.make<void>()
      const turn = yield* Effect.flatMap(startThread, (thread) =>
        thread.stream("sleep").pipe(
          Stream.tap(({ _tag }) => (_tag === "ItemStarted" ? Deferred.succeed(begun, undefined) : Effect.void)),
          Stream.runDrain
        )
      ).pipe(connectionLost, Effect.provideContext(context), Effect.forkChild)
      yield* Deferred.await(begun)
      yield* Effect.repeat(sleeping, { until: (all) => all.length > 0, schedule: Schedule.spaced("20 millis") })
      yield* Scope.close(scope, Exit.void)
      assert.include((yield* Fiber.join(turn)).message, "it was closed")
      yield* Effect.repeat(sleeping, { until: (all) => all.length === 0, schedule: Schedule.spaced("20 millis") })
      const next = Effect.flatMap(startThread, (thread) => thread.run("next"))
      assert.strictEqual((yield* Effect.provide(next, connect({ url, token }))).finalResponse, "next")
    }).pipe(
      Effect.scoped,
      Effect.provide(
        listeningCodex([reply(shellCommand("echo begun; sleep 311", { yieldTimeMs: 60_000 })), reply("next")])
      )
    )
  )

  it.live("refuses a turn on a thread that another client runs one on, which goes on", () =>
    Effect.gen(function* () {
      const { start, token } = yield* ListeningCodex
      const { url } = yield* start()
      const { options } = yield* Workspace
      const begun = yield* Deferred.make<void>()
      const scope = yield* Effect.scope
      const [mine, theirs] = yield* Effect.all([
        Layer.buildWithScope(connect({ url, token }), scope),
        Layer.buildWithScope(connect({ url, token }), scope)
      ])
      const thread = yield* Effect.provide(startThread, mine)
      const { threadId } = yield* thread.run("go")
      const other = yield* Effect.provide(
        Codex.use((codex) => codex.resumeThread(threadId, options)),
        theirs
      )
      const isBusy = { _tag: "ThreadBusy", threadId, usedBy: "turn" } as const
      const hang = (of: typeof thread) =>
        of.stream("hang").pipe(
          Stream.tap(({ _tag }) => (_tag === "TurnStarted" ? Deferred.succeed(begun, undefined) : Effect.void)),
          Stream.runDrain,
          Effect.forkChild
        )
      const turn = yield* hang(thread)
      yield* Deferred.await(begun)
      // It has not loaded the thread yet, and then it has.
      assert.deepInclude(yield* reasonOf(other.run("go")), isBusy)
      assert.deepInclude(yield* reasonOf(other.run("go")), isBusy)
      assert.isUndefined(turn.pollUnsafe())
      yield* Fiber.interrupt(turn)
      assert.strictEqual((yield* other.run("go")).finalResponse, "ok")
      assert.strictEqual((yield* thread.run("go")).finalResponse, "ok")
    }).pipe(
      Effect.scoped,
      Effect.provide(listeningCodex((request) => (promptOf(request) === "hang" ? replyHanging() : reply("ok"))))
    )
  )

  it.live("is logged in only with the option apiKey", () =>
    Effect.gen(function* () {
      const { start, token } = yield* ListeningCodex
      const { url } = yield* start()
      const fs = yield* FileSystem.FileSystem
      const { codexOptions } = yield* ScriptedModel
      const login = fs.exists(`${codexOptions.codexHome}/auth.json`)
      const use = AppServer.use((server) => server.request("account/read", {}))
      yield* Effect.provide(use, connect({ url, token }))
      assert.isFalse(yield* login)
      yield* Effect.provide(use, connect({ url, token, apiKey: Redacted.make("sk-a-key-of-the-test") }))
      assert.isTrue(yield* login)
    }).pipe(Effect.scoped, Effect.provide(listeningCodex([])))
  )

  it.live("sends nothing that the server would close the connection at", () =>
    Effect.gen(function* () {
      const { start, token } = yield* ListeningCodex
      const { url } = yield* start()
      yield* Effect.gen(function* () {
        const server = yield* AppServer
        for (const letter of ["x", "é"]) {
          const text = letter.repeat(letter === "x" ? 17 * 2 ** 20 : 9 * 2 ** 20)
          const error = yield* Effect.flip(server.requestUnknown("thread/inject_items", { text }))
          assert.deepInclude(error.reason, { _tag: "InvalidOptions", option: "params of thread/inject_items" })
        }
        // codex has read all of it.
        const error = yield* Effect.flip(server.requestUnknown("thread/read", { text: "x".repeat(15 * 2 ** 20) }))
        assert.strictEqual(error.reason._tag, "RpcError")
      }).pipe(Effect.provide(connect({ url, token })))
    }).pipe(Effect.scoped, Effect.provide(listeningCodex([])))
  )

  it.effect.each([
    ["url", { url: "http://127.0.0.1:1" }],
    ["url", { url: "ws://user:pa55word@127.0.0.1:1" }],
    ["url", { url: "ws://user:x/pa55word@127.0.0.1:1" }],
    ["url", { url: "user:pa55word@127.0.0.1:1" }],
    ["url", { url: "ws://127.0.0.1:1/?token=pa55word#x" }],
    ["token", { url: "ws://127.0.0.1:1", token: Redacted.make("pa55word\nx: y") }],
    ["codexHome", { url: "ws://127.0.0.1:1", codexHome: "pa55word" }]
  ] as const)("refuses a bad %s", ([option, server]) =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(Layer.build(connect(server)))
      assert.deepInclude(error.reason, { _tag: "InvalidOptions", option })
      assert.notInclude(error.message, "pa55word")
    }).pipe(Effect.scoped)
  )
})
