import { assert, describe, it } from "@effect/vitest"
import { Codex, type ThreadEvent, ThreadEvent as Event } from "effect-codex"
import { AppServer } from "effect-codex/app-server"
import {
  functionCall,
  type ModelRequest,
  type ModelScript,
  promptOf,
  reply,
  replyHanging,
  ScriptedModel,
  shellCommand,
  streamedMessage
} from "effect-codex/testing"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Stream from "effect/Stream"
import { Workspace } from "../support/realCodex.ts"
import { closedThreads, realServer, startThread } from "../support/realServer.ts"
import { reasonOf } from "../support/turns.ts"

/** What a stream tells of: its thread, the text of its deltas and of its messages, and how many ends it had. */
const summary = (events: ReadonlyArray<ThreadEvent>) => ({
  threadIds: events.filter(Event.guards.ThreadStarted).map(({ threadId }) => threadId),
  deltas: events
    .filter(Event.guards.AgentMessageDelta)
    .map(({ delta }) => delta)
    .join(""),
  messages: events.flatMap((event) =>
    event._tag === "ItemCompleted" && event.item._tag === "AgentMessage" ? [event.item.text] : []
  ),
  ends: events.filter(Event.guards.TurnCompleted).length
})

/** Answers in pieces, with the prompt in each. */
const echo = (request: ModelRequest) => {
  const prompt = promptOf(request)
  return reply(streamedMessage([`${prompt} one `, `${prompt} two `, `${prompt} three`], { pause: "20 millis" }))
}

const expectOwn = (events: ReadonlyArray<ThreadEvent>, prompt: string) => {
  const { deltas, ends, messages, threadIds } = summary(events)
  const text = `${prompt} one ${prompt} two ${prompt} three`
  assert.deepStrictEqual({ deltas, ends, messages }, { deltas: text, ends: 1, messages: [text] })
  assert.lengthOf(threadIds, 1)
  return threadIds[0] ?? assert.fail("no thread")
}

/** Nothing that a test is not about. */
const lean = { disable: ["shell_snapshot"], ephemeral: true } as const

const hangsIfAsked: ModelScript = (request) =>
  promptOf(request) === "hang" ? replyHanging(streamedMessage(["Half a"], { unfinished: true })) : reply("hello back")

describe("many turns on one server", () => {
  it.live("tells two threads that speak at once apart", () =>
    Effect.gen(function* () {
      const threads = yield* Effect.all([startThread(), startThread()])
      for (const round of ["first", "second"]) {
        const streams = yield* Effect.forEach(
          threads,
          (thread, index) => Stream.runCollect(thread.stream(`${round}-${index}`)),
          { concurrency: "unbounded" }
        )
        const ids = streams.map((events, index) => expectOwn(events, `${round}-${index}`))
        assert.notStrictEqual(ids[0], ids[1])
      }
    }).pipe(Effect.provide(realServer(echo)))
  )

  it.live("gives each of 50 turns at once its own events and only those", () =>
    Effect.gen(function* () {
      const prompts = Array.from({ length: 50 }, (_, index) => `turn-${index}`)
      const ids = yield* Effect.forEach(
        prompts,
        Effect.fnUntraced(function* (prompt) {
          const thread = yield* startThread(lean)
          return expectOwn(yield* Stream.runCollect(thread.stream(prompt)), prompt)
        }),
        { concurrency: "unbounded" }
      )
      assert.strictEqual(new Set(ids).size, 50)
    }).pipe(Effect.provide(realServer(echo)))
  )

  it.live("keeps the events of sub-agents out of the stream", () => {
    const collaboration = { namespace: "collaboration" }
    const script = (request: ModelRequest) => {
      const called = (name: string) => request.body.input.some((item) => item["name"] === name)
      if (!JSON.stringify(request.body.input).includes("do it")) return reply(streamedMessage(["child ", "says"]))
      if (!called("spawn_agent")) {
        const task = { task_name: "child", message: "a task of its own", fork_turns: "none" }
        return reply(functionCall("spawn_agent", task, collaboration))
      }
      return called("wait_agent")
        ? reply(streamedMessage(["parent ", "says"]))
        : reply(functionCall("wait_agent", {}, collaboration))
    }
    return Effect.gen(function* () {
      const server = yield* AppServer
      // The child's turn ends on the same connection.
      const ends = yield* server.notifications("turn/completed").pipe(
        Stream.map(({ threadId }) => threadId),
        Stream.take(2),
        Stream.runCollect,
        Effect.forkChild({ startImmediately: true })
      )
      const thread = yield* startThread()
      const events = yield* Stream.runCollect(thread.stream("do it"))
      const { deltas, ends: ownEnds, messages, threadIds } = summary(events)
      assert.deepStrictEqual(
        { deltas, messages, ownEnds },
        { deltas: "parent says", messages: ["parent says"], ownEnds: 1 }
      )
      const calls = events.flatMap((event) =>
        event._tag === "ItemCompleted" && event.item._tag === "CollabToolCall" ? [event.item.senderThreadId] : []
      )
      assert.include(calls, threadIds[0])
      assert.strictEqual(new Set(yield* Fiber.join(ends)).size, 2)
    }).pipe(Effect.provide(realServer(script)))
  })

  it.live("keeps the late end of an interrupted turn's command out of the next turn", () =>
    Effect.gen(function* () {
      const { marker } = yield* Workspace
      const thread = yield* startThread()
      yield* thread.stream("run").pipe(
        Stream.takeUntil((event) => event._tag === "ItemStarted"),
        Stream.runDrain
      )
      // codex says that it has ended a moment before it has.
      yield* marker.assertTurnsEnded
      const { items } = yield* thread.run("again")
      assert.deepStrictEqual(
        items.map((item) => item._tag),
        ["AgentMessage"]
      )
    }).pipe(
      Effect.provide(
        realServer((request) =>
          reply(promptOf(request) === "run" ? shellCommand("sleep 300 & sleep 300", { login: false }) : "done")
        )
      )
    )
  )
})

describe("threads of a server", () => {
  it.live("go on after the server was killed in the middle of a turn", () =>
    Effect.gen(function* () {
      const { marker } = yield* Workspace
      const [thread, other] = yield* Effect.all([startThread(), startThread()])
      const { threadId } = yield* thread.run("hello")
      const begun = yield* Deferred.make<void>()
      const cut = yield* thread.stream("hang").pipe(
        Stream.runForEach((event) =>
          event._tag === "AgentMessageDelta" ? Deferred.succeed(begun, undefined) : Effect.void
        ),
        reasonOf,
        Effect.forkChild
      )
      yield* Deferred.await(begun)
      const [server] = (yield* marker.processes).filter((name) => name.includes("app-server"))
      process.kill(Number.parseInt(server ?? assert.fail("no server"), 10), "SIGKILL")
      assert.deepInclude(yield* Fiber.join(cut), { _tag: "ConnectionLost", signal: "SIGKILL" })

      const turn = yield* thread.run("hello")
      assert.strictEqual(turn.threadId, threadId)
      // Its own, and the thread's: the new process has learnt of the first turn.
      assert.deepStrictEqual([turn.usage?.inputTokens, turn.threadUsage?.inputTokens], [42, 84])
      assert.strictEqual((yield* other.run("hello")).finalResponse, "hello back")
      const requests = yield* (yield* ScriptedModel).requests
      assert.include(JSON.stringify(requests[2]?.body.input), "hello back")
    }).pipe(Effect.provide(realServer(hangsIfAsked)))
  )

  it.live("are unloaded beyond maxLoadedThreads, and come back with their next turn", () =>
    Effect.gen(function* () {
      const server = yield* AppServer
      const closed = yield* closedThreads(2)
      const first = yield* startThread()
      const ids = [
        (yield* first.run("the code word is teapot")).threadId,
        (yield* (yield* startThread()).run("second")).threadId,
        (yield* (yield* startThread()).run("third")).threadId
      ]
      assert.sameMembers(yield* Fiber.join(closed), ids.slice(0, 2))
      assert.deepStrictEqual((yield* server.request("thread/loaded/list", {})).data, ids.slice(2))

      assert.strictEqual((yield* first.run("what is it?")).threadId, ids[0])
      const requests = yield* (yield* ScriptedModel).requests
      assert.include(JSON.stringify(requests[3]?.body.input), "teapot")
    }).pipe(Effect.provide(realServer(() => reply("done"), { server: { maxLoadedThreads: 1 } })))
  )

  it.live("run one turn at a time, through whichever Thread", () =>
    Effect.gen(function* () {
      const codex = yield* Codex
      const { options } = yield* Workspace
      const thread = yield* startThread()
      const { threadId } = yield* thread.run("hello")
      const other = yield* codex.resumeThread(threadId, options)
      const begun = yield* Deferred.make<void>()
      const turn = yield* thread.stream("hang").pipe(
        Stream.runForEach((event) =>
          event._tag === "AgentMessageDelta" ? Deferred.succeed(begun, undefined) : Effect.void
        ),
        Effect.forkChild
      )
      yield* Deferred.await(begun)
      assert.deepInclude(yield* reasonOf(other.run("hello")), { _tag: "ThreadBusy", threadId, usedBy: "turn" })
      yield* Fiber.interrupt(turn)
      assert.strictEqual((yield* other.run("hello")).threadId, threadId)
    }).pipe(Effect.provide(realServer(hangsIfAsked)))
  )

  it.live("are loaded again for options that differ, which then hold", () =>
    Effect.gen(function* () {
      const codex = yield* Codex
      const { options } = yield* Workspace
      const low = yield* codex.startThread({ ...options, modelReasoningEffort: "low" })
      const { threadId } = yield* low.run("the code word is teapot")
      const high = yield* codex.resumeThread(threadId, { ...options, modelReasoningEffort: "high" })
      yield* high.run("second")
      yield* low.run("third")
      const requests = yield* (yield* ScriptedModel).requests
      assert.deepStrictEqual(
        requests.map(({ body }) => body.reasoning?.["effort"]),
        ["low", "high", "low"]
      )
      assert.include(JSON.stringify(requests[2]?.body.input), "teapot")
    }).pipe(Effect.provide(realServer(() => reply("done"))))
  )
})
