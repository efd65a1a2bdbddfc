import { NodeWS } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { Codex, type CodexError } from "effect-codex"
import { AppServer, Approvals, Threads } from "effect-codex/app-server"
import {
  assistantMessage,
  type ModelRequest,
  pause,
  promptOf,
  reply,
  replyHanging,
  ScriptedModel,
  shellCommand
} from "effect-codex/testing"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as FileSystem from "effect/FileSystem"
import * as Layer from "effect/Layer"
import * as Schedule from "effect/Schedule"
import * as Schema from "effect/Schema"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { fakeServer, newThread, runTurn } from "../support/fakeServer.ts"
import { listeningCodex, ListeningCodex } from "../support/listeningCodex.ts"
import { Workspace } from "../support/realCodex.ts"
import { closedThreads, realServer, startThread } from "../support/realServer.ts"
import { reasonOf, whileBusy } from "../support/turns.ts"

/** "write" runs a command that writes a file, "hang" does not end, and everything else is answered. */
const script = (request: ModelRequest) => {
  const input = JSON.stringify(request.body.input)
  switch (promptOf(request)) {
    case "write":
      return input.lastIndexOf("function_call_output") > input.lastIndexOf('"write"')
        ? reply("done")
        : reply(shellCommand("echo x > written", { login: false }))
    case "hang":
      return replyHanging()
    default:
      return reply("hi")
  }
}

const hasWritten = Effect.gen(function* () {
  const { directory } = yield* Workspace
  return yield* (yield* FileSystem.FileSystem).exists(`${directory}/written`)
})

/** Waits until codex has asked the model so often. By then it has recorded the turn. */
const asked = (count: number) =>
  Effect.flatMap(ScriptedModel, ({ requests }) =>
    Effect.repeat(requests, { until: (all) => all.length >= count, schedule: Schedule.spaced("20 millis") })
  )

const resume = Effect.fnUntraced(function* (threadId: string, sandboxMode: "danger-full-access" | "read-only") {
  const { options } = yield* Workspace
  return yield* (yield* Codex).resumeThread(threadId, { ...options, sandboxMode })
})

describe("the options of a thread", () => {
  it.live("hold also if its id is written in capitals, which name the same thread each time", () =>
    Effect.gen(function* () {
      const { threadId } = yield* (yield* startThread()).run("hello")
      const careful = yield* resume(threadId.toUpperCase(), "read-only")
      yield* careful.run("write")
      assert.isFalse(yield* hasWritten)
      const free = yield* resume(threadId.toUpperCase(), "danger-full-access")
      yield* free.run("write")
      assert.isTrue(yield* hasWritten)
    }).pipe(Effect.provide(realServer(script)))
  )

  it.live("are not those that a request has loaded it with", () =>
    Effect.gen(function* () {
      const server = yield* AppServer
      const { directory } = yield* Workspace
      const { thread } = yield* server.request("thread/start", {
        cwd: directory,
        sandbox: "danger-full-access",
        approvalPolicy: "never"
      })
      const isOver = yield* Stream.toPull(server.notifications("turn/completed"))
      const over = yield* Effect.forkChild(isOver, { startImmediately: true })
      const input = [{ type: "text", text: "hello", text_elements: [] } as const]
      yield* server.request("turn/start", { threadId: thread.id, input })
      yield* Fiber.join(over)
      yield* Effect.flatMap(resume(thread.id, "read-only"), (careful) => careful.run("write"))
      assert.isFalse(yield* hasWritten)
      yield* Effect.flatMap(resume(thread.id, "danger-full-access"), (free) => free.run("write"))
      assert.isTrue(yield* hasWritten)
    }).pipe(Effect.scoped, Effect.provide(realServer(script)))
  )
})

describe("a thread", () => {
  it.live("that is kept in memory only is not lost to a turn with other options", () =>
    Effect.gen(function* () {
      const codex = yield* Codex
      const { options } = yield* Workspace
      const thread = yield* codex.startThread({ ...options, ephemeral: true })
      const { threadId } = yield* thread.run("hello")
      const other = yield* codex.resumeThread(threadId, options)
      const reason = yield* reasonOf(other.run("hello"))
      assert.strictEqual(reason._tag, "InvalidOptions")
      assert.include(reason.message, "an ephemeral thread can not be loaded again")
      assert.strictEqual((yield* thread.run("hello")).threadId, threadId)
      const repaired = yield* thread.runStructured("hello", { schema: Schema.Struct({ n: Schema.Int }), repair: 1 })
      assert.deepStrictEqual(repaired.value, { n: 2 })
    }).pipe(Effect.provide(realServer((request) => reply(request.index < 3 ? "not yet" : '{"n":2}'))))
  )

  it.live("can be used at once after a turn was interrupted that was opening it", () =>
    Effect.gen(function* () {
      const { options } = yield* Workspace
      const codex = yield* Codex
      const { threadId } = yield* (yield* startThread()).run("hello")
      for (const milliseconds of [3, 6, 9, 12]) {
        // Other options each time, so that it is loaded again.
        const modelReasoningEffort = milliseconds % 2 === 0 ? "low" : "high"
        const thread = yield* codex.resumeThread(threadId, { ...options, modelReasoningEffort })
        yield* Effect.timeoutOption(thread.run("hello"), milliseconds)
        yield* thread.run("hello")
      }
    }).pipe(Effect.provide(realServer(script)))
  )

  it.live("stays loaded while codex works on its goal, whatever else is used", () =>
    Effect.gen(function* () {
      const model = yield* ScriptedModel
      const { threadId } = yield* (yield* startThread()).run("hello")
      yield* Threads.setGoal({ threadId, objective: "count to ten" })
      const goals = Effect.map(
        model.requests,
        (all) => all.filter((request) => JSON.stringify(request.body.input).includes("count to ten")).length
      )
      const until = (count: number) =>
        Effect.repeat(goals, { until: (seen) => seen >= count, schedule: Schedule.spaced("20 millis") })
      yield* until(1)
      yield* Effect.flatMap(startThread(), (other) => other.run("hello"))
      yield* until(3)
      yield* Threads.clearGoal(threadId)
    }).pipe(
      Effect.provide(
        realServer(
          (request) =>
            promptOf(request) === "hello" ? reply("hi") : reply([pause("500 millis"), assistantMessage("working")]),
          { server: { maxLoadedThreads: 1 } }
        )
      )
    )
  )

  it.live("stays loaded between two turns for its goal, until that is cleared", () =>
    Effect.gen(function* () {
      const closed = yield* closedThreads(3)
      const first = yield* runTurn()
      yield* Threads.setGoal({ threadId: first.threadId, objective: "count to ten" })
      const [second, third] = [yield* runTurn(), yield* runTurn()]
      yield* Threads.clearGoal(first.threadId)
      yield* runTurn()
      assert.deepStrictEqual(yield* Fiber.join(closed), [second.threadId, third.threadId, first.threadId])
    }).pipe(
      Effect.provide(
        fakeServer(
          `
          handlers["thread/goal/set"] = (m) => {
            const { objective, threadId } = m.params
            const goal = { threadId, objective, status: "active", tokensUsed: 0, timeUsedSeconds: 0, createdAt: 1, updatedAt: 1 }
            notify("thread/goal/updated", { threadId, goal })
            notify("thread/status/changed", { threadId, status: { type: "active", activeFlags: [] } })
            notify("thread/status/changed", { threadId, status: { type: "idle" } })
            ok(m, { goal })
          }
          handlers["thread/goal/clear"] = (m) => {
            notify("thread/goal/cleared", m.params)
            ok(m, { cleared: true })
          }`,
          { server: { maxLoadedThreads: 1 } }
        )
      )
    )
  )

  it.live("stays loaded longer than others if a request has used it since", () =>
    Effect.gen(function* () {
      const server = yield* AppServer
      const closed = yield* closedThreads(1)
      const [first, second] = [yield* runTurn(), yield* runTurn()]
      yield* server.request("thread/name/set", { threadId: first.threadId, name: "first" })
      yield* runTurn()
      assert.deepStrictEqual(yield* Fiber.join(closed), [second.threadId])
    }).pipe(
      Effect.provide(fakeServer(`handlers["thread/name/set"] = (m) => ok(m)`, { server: { maxLoadedThreads: 2 } }))
    )
  )

  it.live("stays loaded longer than others if its turn has ended since", () =>
    Effect.gen(function* () {
      const server = yield* AppServer
      const closed = yield* closedThreads(1)
      const long = yield* Effect.forkChild(runTurn("long"))
      yield* server.requestUnknown("begun")
      const short = yield* runTurn()
      yield* server.requestUnknown("end")
      yield* Fiber.join(long)
      yield* runTurn()
      assert.deepStrictEqual(yield* Fiber.join(closed), [short.threadId])
    }).pipe(
      Effect.provide(
        fakeServer(
          `let long, heard = () => {}
           onTurn = (threadId, turnId, prompt) => {
             if (prompt !== "long") return play(threadId, turnId, "hi")
             begin(threadId, turnId)
             long = [threadId, turnId]
             heard()
           }
           handlers.begun = (m) => { heard = () => long !== undefined && ok(m); heard() }
           handlers.end = (m) => { finish(...long); ok(m) }`,
          { server: { maxLoadedThreads: 2 } }
        )
      )
    )
  )

  it.live("stays loaded between two of its turns, however many others are at work", () =>
    Effect.gen(function* () {
      const server = yield* AppServer
      const others = [yield* newThread, yield* newThread]
      yield* Effect.forEach(others, (other) => Effect.forkScoped(other.run("hang")))
      yield* server.requestUnknown("two")
      const thread = yield* newThread
      yield* thread.run("hello")
      // What is told to codex is told in order.
      yield* server.requestUnknown("two")
      yield* thread.run("hello")
      assert.strictEqual(yield* server.requestUnknown("unloaded"), 0)
    }).pipe(
      Effect.scoped,
      Effect.provide(
        fakeServer(
          `let hanging = 0, unloaded = 0, heard = () => {}
           const unload = handlers["thread/unsubscribe"]
           handlers["thread/unsubscribe"] = (m) => { unloaded++; unload(m) }
           onTurn = (threadId, turnId, prompt) => {
             if (prompt !== "hang") return play(threadId, turnId, "hi")
             begin(threadId, turnId)
             hanging++
             heard()
           }
           handlers.two = (m) => { heard = () => hanging === 2 && ok(m); heard() }
           handlers.unloaded = (m) => ok(m, unloaded)`,
          { server: { maxLoadedThreads: 1 } }
        )
      )
    )
  )

  it.live("stays loaded while it is compacted, and if somebody unloads it, the compaction ends", () =>
    Effect.suspend(() => {
      const isUsed = Deferred.makeUnsafe<void>()
      const isUnloaded = Deferred.makeUnsafe<void>()
      return Effect.gen(function* () {
        const server = yield* AppServer
        const { threadId } = yield* (yield* startThread()).run("hello")
        const compaction = yield* Effect.forkChild(Threads.compact(threadId.toUpperCase()))
        yield* asked(2)
        yield* Effect.flatMap(startThread(), (other) => other.run("hello"))
        yield* Deferred.succeed(isUsed, undefined)
        yield* Fiber.join(compaction)
        const another = yield* Effect.forkChild(reasonOf(Threads.compact(threadId)))
        yield* asked(4)
        yield* server.request("thread/unsubscribe", { threadId })
        yield* Deferred.succeed(isUnloaded, undefined)
        assert.strictEqual((yield* Fiber.join(another))._tag, "TurnInterrupted")
      }).pipe(
        Effect.provide(
          realServer(
            (request) =>
              promptOf(request) === "hello"
                ? reply("hi")
                : Effect.as(Deferred.await(request.index === 3 ? isUnloaded : isUsed), reply("summary")),
            { server: { maxLoadedThreads: 1 } }
          )
        )
      )
    })
  )
})

const client = (
  { url }: { readonly url: string },
  policy: Layer.Layer<Approvals, CodexError> = Approvals.layerDenyAll
) =>
  Effect.map(ListeningCodex, ({ token }) =>
    AppServer.layerWebSocket({ url, token }, { gracePeriod: "20 seconds" }).pipe(
      Layer.provide(NodeWS.layerWebSocketConstructor),
      Layer.provide(policy)
    )
  ).pipe(Layer.unwrap)

describe("a turn of another client", () => {
  it.live("is not asked about by whoever finds the thread busy", () =>
    Effect.gen(function* () {
      const { start } = yield* ListeningCodex
      const server = yield* start()
      const started = yield* Deferred.make<string>()
      const refused = yield* Deferred.make<void>()
      const accept = Approvals.layerPolicy(() => Effect.as(Deferred.await(refused), "accept" as const))
      const one = yield* Layer.build(client(server, accept))
      const two = yield* Layer.build(client(server))
      const { options } = yield* Workspace
      const asking = { ...options, approvalPolicy: "untrusted" } as const
      const turn = yield* Effect.gen(function* () {
        const thread = yield* (yield* Codex).startThread(asking)
        return yield* thread.stream("write").pipe(
          Stream.tap((event) =>
            event._tag === "ThreadStarted" ? Deferred.succeed(started, event.threadId) : Effect.void
          ),
          Stream.runCollect
        )
      }).pipe(Effect.provideContext(one), Effect.forkChild)
      const threadId = yield* Deferred.await(started)
      yield* asked(1)
      const busy = yield* Codex.use((codex) => codex.resumeThread(threadId, asking)).pipe(
        Effect.flatMap((thread) => reasonOf(thread.run("me too"))),
        Effect.provideContext(two)
      )
      assert.deepInclude(busy, { _tag: "ThreadBusy", usedBy: "turn" })
      yield* Deferred.succeed(refused, undefined)
      const commands = (yield* Fiber.join(turn)).flatMap((event) =>
        event._tag === "ItemCompleted" && event.item._tag === "CommandExecution" ? [event.item.status] : []
      )
      assert.deepStrictEqual(commands, ["completed"])
      assert.isTrue(yield* hasWritten)
    }).pipe(
      Effect.scoped,
      Effect.provide(
        listeningCodex((request) =>
          JSON.stringify(request.body.input).includes("function_call_output")
            ? reply("done")
            : reply([pause("1 second"), shellCommand("echo x > written", { login: false })])
        )
      )
    )
  )

  it.live("leaves nothing of its options to whoever waits for its end", () =>
    Effect.gen(function* () {
      const { start } = yield* ListeningCodex
      const server = yield* start()
      const begun = yield* Deferred.make<string>()
      const one = yield* Layer.build(client(server))
      const two = yield* Layer.build(client(server))
      const turn = yield* Effect.gen(function* () {
        return yield* (yield* startThread())
          .stream("hang")
          .pipe(
            Stream.runForEach((event) =>
              event._tag === "ThreadStarted" ? Deferred.succeed(begun, event.threadId) : Effect.void
            )
          )
      }).pipe(Effect.provideContext(one), Effect.forkChild)
      const threadId = yield* Deferred.await(begun)
      yield* asked(1)
      const careful = yield* Effect.provideContext(resume(threadId, "read-only"), two)
      assert.deepInclude(yield* reasonOf(careful.run("write")), { _tag: "ThreadBusy", usedBy: "turn" })
      yield* Fiber.interrupt(turn)
      // Loaded as the other client wants it.
      const { options } = yield* Workspace
      const { sandboxMode: _, ...bare } = options
      for (const other of [
        { sandboxMode: "read-only" },
        { sandboxMode: "danger-full-access", approvalPolicy: "untrusted" },
        { sandboxMode: "danger-full-access", workingDirectory: "/" },
        { config: { sandbox_mode: "read-only" } }
      ] as const) {
        const thread = yield* Effect.provideContext(
          Codex.use((codex) => codex.resumeThread(threadId, { ...bare, ...other })),
          two
        )
        assert.deepInclude(yield* reasonOf(thread.run("write")), { _tag: "ThreadBusy", usedBy: "client" })
      }
      yield* Effect.provideContext(
        AppServer.use((app) => app.request("thread/unsubscribe", { threadId })),
        one
      )
      yield* Effect.retry(careful.run("write"), whileBusy)
      assert.isFalse(yield* hasWritten)
    }).pipe(Effect.scoped, Effect.provide(listeningCodex(script)))
  )
})

describe("a review whose events nobody reads", () => {
  it.live("is stopped when the layer of a WebSocket closes", () =>
    Effect.gen(function* () {
      const { start } = yield* ListeningCodex
      const server = yield* start()
      const { options } = yield* Workspace
      const begun = yield* Deferred.make<string>()
      const watcher = yield* Layer.build(client(server))
      const scope = yield* Scope.make()
      const mine = yield* Layer.buildWithScope(client(server), scope)
      const review = yield* Effect.gen(function* () {
        const codex = yield* Codex
        yield* codex
          .streamReview({ _tag: "Custom", instructions: "look" }, options)
          .pipe(
            Stream.runForEach((event) =>
              event._tag === "ThreadStarted"
                ? Effect.andThen(Deferred.succeed(begun, event.threadId), Effect.never)
                : Effect.void
            )
          )
      }).pipe(Effect.provideContext(mine), Effect.forkChild)
      const threadId = yield* Deferred.await(begun)
      yield* asked(1)
      yield* Scope.close(scope, Exit.void)
      const status = Effect.map(Threads.read(threadId), (thread) => thread.status.type)
      yield* Effect.provideContext(
        Effect.repeat(status, { until: (type) => type === "notLoaded", schedule: Schedule.spaced("50 millis") }),
        watcher
      )
      yield* Fiber.interrupt(review)
    }).pipe(Effect.scoped, Effect.provide(listeningCodex(() => replyHanging())))
  )
})
