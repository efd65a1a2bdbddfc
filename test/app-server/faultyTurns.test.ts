import { assert, describe, it } from "@effect/vitest"
import type { ThreadEvent } from "effect-codex"
import { AppServer, Approvals } from "effect-codex/app-server"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Latch from "effect/Latch"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Stream from "effect/Stream"
import { FakeServer, fakeServer, newThread, runTurn } from "../support/fakeServer.ts"
import { reasonOf } from "../support/turns.ts"

const ask = (method: string, params?: unknown) => AppServer.use((server) => server.requestUnknown(method, params))

const short = (event: ThreadEvent): string => {
  if (event._tag === "AgentMessageDelta") return `delta ${event.delta}`
  if (event._tag === "ItemCompleted" && event.item._tag === "AgentMessage") return `message ${event.item.text}`
  return event._tag
}

const eventsOf = (prompt: string) =>
  Effect.flatMap(newThread, (thread) => Stream.runCollect(Stream.map(thread.stream(prompt), short)))

const ordinary = ["ThreadStarted", "TurnStarted", "delta ok", "message ok", "TurnCompleted"]

describe("the stream of a turn", () => {
  const strangers = `
    notify("turn/started", { threadId, turn: { id: "earlier" } })
    text(threadId, "earlier", "of an earlier turn")
    notify("turn/completed", { threadId, turn: { id: "earlier", status: "failed", error: { message: "no" } } })
    notify("error", { threadId, turnId: "earlier", willRetry: false, error: { message: "no" } })
    play(uuid(77), "of a sub-agent", "of a sub-agent")
    play(uuid(77), turnId, "of a sub-agent with our turn's id")
    notify("thread/tokenUsage/updated", { threadId, turnId: "earlier", tokenUsage: {} })
    notify("no/such", { threadId, x: 1 })
    notify("item/agentMessage/delta", null)
    notify("item/agentMessage/delta", { delta: "of nobody" })
    text(undefined, turnId, "of no thread")
    notify("turn/completed", { turn: { id: turnId, status: "failed" } })`

  it.live("has nothing of other turns, of sub-agents, and of nobody", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* eventsOf("go"), ordinary)
    }).pipe(
      Effect.provide(
        fakeServer(`onTurn = (threadId, turnId) => {
          ${strangers}
          begin(threadId, turnId)
          ${strangers}
          text(threadId, turnId, "ok")
          ${strangers}
          finish(threadId, turnId)
          ${strangers}
        }`)
      )
    )
  )

  it.live("is whole if the turn ends before codex has answered that it began", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* eventsOf("go"), ordinary)
    }).pipe(
      Effect.provide(
        fakeServer(`handlers["turn/start"] = (m) => {
          play(m.params.threadId, "turn-1", "ok")
          setTimeout(() => ok(m, { turn: { id: "turn-1" } }), 50)
        }`)
      )
    )
  )

  it.live("keeps what codex never said before", () =>
    Effect.gen(function* () {
      const events = yield* eventsOf("go")
      assert.deepStrictEqual(events, ["ThreadStarted", "UnknownEvent", "ItemCompleted", "TurnCompleted"])
    }).pipe(
      Effect.provide(
        fakeServer(`onTurn = (threadId, turnId) => {
          notify("item/agentMessage/delta", { threadId, turnId, delta: 3 })
          notify("item/completed", { threadId, turnId, item: { type: "telepathy", id: "i" } })
          finish(threadId, turnId)
        }`)
      ),
      Effect.provide(Logger.layer([]))
    )
  )

  it.live.each([
    ["nothing", "undefined"],
    ["no id", "{ turn: {} }"],
    ["an id that is none", "{ turn: { id: 3 } }"]
  ] as const)("fails with MalformedOutput if the turn is begun with %s", ([, answer]) =>
    Effect.gen(function* () {
      const reason = yield* reasonOf(runTurn())
      assert.deepInclude(reason, {
        _tag: "MalformedOutput",
        description: "the answer to turn/start has another shape than known"
      })
    }).pipe(Effect.provide(fakeServer(`handlers["turn/start"] = (m) => ok(m, ${answer} ?? null)`)))
  )
})

/** Reads on only after the server has said all that it has to say. */
const readSlowly = (prompt: string) =>
  Effect.gen(function* () {
    const thread = yield* newThread
    const seen: Array<string> = []
    const outcome = yield* thread.stream(prompt).pipe(
      Stream.tap(({ _tag }) => (_tag === "TurnStarted" ? ask("flood", { prompt }) : Effect.void)),
      Stream.runForEach((event) => Effect.sync(() => seen.push(short(event)))),
      Effect.result
    )
    return { outcome, seen, thread }
  })

const flood = (what: string) => `
  let current
  const interrupts = []
  const command = (what, status) => {
    const [threadId, turnId] = current
    const item = { type: "commandExecution", id: "c", command: "ls", cwd: "/", commandActions: [], status }
    notify("item/" + what, { threadId, turnId, item: { ...item, aggregatedOutput: null, exitCode: null } })
  }
  onTurn = (threadId, turnId, prompt) => {
    if (prompt !== "flood") return play(threadId, turnId, "ok")
    current = [threadId, turnId]
    command("started", "inProgress")
    begin(threadId, turnId)
  }
  handlers.flood = (m) => {
    const [threadId, turnId] = current
    const delta = (text) => notify("item/agentMessage/delta", { threadId, turnId, itemId: "m1", delta: text })
    const item = (n) => notify("item/completed", { threadId, turnId, item: { type: "agentMessage", id: "m" + n, text: String(n) } })
    ${what}
    ok(m)
  }
  const interrupt = handlers["turn/interrupt"]
  handlers["turn/interrupt"] = (m) => { interrupts.push(m.params.turnId); interrupt(m) }
  handlers.interrupts = (m) => ok(m, interrupts)`

describe("a reader that is slow", () => {
  it.live("misses deltas beyond maxBufferedEvents, which is logged, and nothing else", () => {
    const logged: Array<unknown> = []
    const logger = Logger.layer([Logger.make(({ message }) => void logged.push(message))])
    return Effect.gen(function* () {
      const { outcome, seen } = yield* readSlowly("flood")
      assert.strictEqual(outcome._tag, "Success")
      assert.deepStrictEqual(seen, [
        "ThreadStarted",
        "ItemStarted",
        "TurnStarted",
        ...Array.from({ length: 10 }, (_, n) => `delta ${n}`),
        "message 1",
        "TurnCompleted"
      ])
      assert.match(String(logged), /^40 deltas of a turn were left out/)
    }).pipe(
      Effect.provide(
        fakeServer(flood(`for (let n = 0; n < 50; n++) delta(String(n)); item(1); finish(threadId, turnId)`), {
          server: { maxBufferedEvents: 10 }
        })
      ),
      Effect.provide(logger)
    )
  })

  it.live("fails with ConsumerTooSlow beyond twice that: its turn is interrupted, other turns are not", () =>
    Effect.gen(function* () {
      const other = yield* newThread
      const { outcome, thread } = yield* readSlowly("flood")
      assert.deepInclude(outcome._tag === "Failure" ? outcome.failure.reason : {}, {
        _tag: "ConsumerTooSlow",
        buffered: 20
      })
      assert.deepStrictEqual(yield* ask("interrupts"), ["turn-1"])
      assert.strictEqual((yield* other.run("next")).finalResponse, "ok")
      assert.strictEqual((yield* thread.run("next")).finalResponse, "ok")
      assert.strictEqual(yield* (yield* FakeServer).started, 1)
    }).pipe(
      Effect.provide(
        fakeServer(flood(`for (let n = 0; n < 100; n++) item(n)`), {
          server: { gracePeriod: "20 seconds", maxBufferedEvents: 10 }
        })
      ),
      Effect.provide(Logger.layer([]))
    )
  )

  it.live.each([
    [
      "the ends of its turn and of its commands were",
      `${flood(`for (let n = 0; n < 100; n++) item(n); command("completed", "completed"); finish(threadId, turnId)`)}
       handlers["turn/interrupt"] = (m) => refuse(m, "no active turn")`
    ],
    [
      "the end of a command of its interrupted turn was",
      flood(`for (let n = 0; n < 100; n++) item(n); command("completed", "completed")`)
    ]
  ] as const)("is not waited for though %s lost", ([, code]) =>
    Effect.gen(function* () {
      const { outcome, thread } = yield* readSlowly("flood")
      assert.strictEqual(outcome._tag, "Failure")
      assert.strictEqual((yield* thread.run("next")).finalResponse, "ok")
      assert.strictEqual(yield* (yield* FakeServer).started, 1)
    }).pipe(
      Effect.provide(fakeServer(code, { server: { maxBufferedEvents: 10, gracePeriod: "20 seconds" } })),
      Effect.provide(Logger.layer([]))
    )
  )
})

const approval = (id: unknown, method = "item/commandExecution/requestApproval") =>
  `send({ id: ${JSON.stringify(id)}, method: "${method}", params: {
    kind: "command", threadId, turnId, itemId: "call", startedAtMs: 1, environmentId: "local", command: "ls", cwd: "/" } })`

describe("what the server asks", () => {
  const conclude = `handlers.answer = (m) => {
    const [[threadId, turnId]] = running
    text(threadId, turnId, JSON.stringify(m))
    finish(threadId, turnId)
  }`

  it.live.each([
    ["what it does not know", 0, "no/such", -32601],
    ["what it does not know, by a string", "an id", "no/such", -32601],
    ["something in a shape that it does not know", 7, "mcpServer/elicitation/request", -32602]
  ] as const)("is refused if it is %s", ([, id, method, code]) =>
    Effect.gen(function* () {
      const { finalResponse } = yield* runTurn()
      assert.deepInclude(JSON.parse(finalResponse), { id })
      assert.strictEqual(JSON.parse(finalResponse).error.code, code)
    }).pipe(Effect.provide(fakeServer(`${conclude}\nonTurn = (threadId, turnId) => { ${approval(id, method)} }`)))
  )

  it.live("is declined if its handler fails, dies or throws, and the server goes on", () =>
    Effect.gen(function* () {
      for (const how of ["fails", "dies", "throws"]) {
        assert.deepStrictEqual(JSON.parse((yield* runTurn(how)).finalResponse), {
          id: 0,
          result: { decision: "decline" }
        })
      }
    }).pipe(
      Effect.provide(
        fakeServer(
          `onTurn = (threadId, turnId, prompt) => {
             handlers.answer = (m) => { text(threadId, turnId, JSON.stringify(m)); finish(threadId, turnId) }
             ${approval(0).replace('command: "ls"', "command: prompt")}
           }`,
          {
            approvals: Approvals.layer({
              command: ({ command }) => {
                if (command === "throws") throw new Error("no")
                return command === "dies" ? Effect.die(new Error("no")) : Effect.fail("no")
              }
            })
          }
        )
      ),
      Effect.provide(Logger.layer([]))
    )
  )

  const asked = Latch.makeUnsafe()
  const gone = Deferred.makeUnsafe<void>()
  it.live("delays nothing else while it is decided, and is no more decided once it is withdrawn", () =>
    Effect.gen(function* () {
      const thread = yield* newThread
      const events = yield* Effect.forkChild(Stream.runCollect(Stream.map(thread.stream("slow"), short)))
      yield* asked.await
      assert.strictEqual((yield* runTurn("meanwhile")).finalResponse, "ok")
      yield* ask("withdraw")
      yield* Deferred.await(gone)
      assert.deepStrictEqual(yield* Fiber.join(events), [
        "ThreadStarted",
        "TurnStarted",
        "ApprovalRequested",
        "ApprovalResolved",
        "delta withdrawn",
        "message withdrawn",
        "TurnCompleted"
      ])
    }).pipe(
      Effect.provide(
        fakeServer(
          `let slow
           onTurn = (threadId, turnId, prompt) => {
             if (prompt !== "slow") return play(threadId, turnId, "ok")
             slow = [threadId, turnId]
             begin(threadId, turnId)
             ${approval(0)}
           }
           handlers.answer = (m) => { throw new Error("answered") }
           handlers.withdraw = (m) => {
             const [threadId, turnId] = slow
             notify("serverRequest/resolved", { threadId, requestId: 0 })
             text(threadId, turnId, "withdrawn")
             finish(threadId, turnId)
             ok(m)
           }`,
          {
            approvals: Layer.suspend(() =>
              Approvals.layer({
                command: () =>
                  asked.open.pipe(
                    Effect.andThen(Effect.never),
                    Effect.onInterrupt(() => Deferred.succeed(gone, undefined))
                  )
              })
            )
          }
        )
      )
    )
  )

  it.live("shows in the turn's events where it came, before what was said after it", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* eventsOf("go"), [
        "ThreadStarted",
        "TurnStarted",
        "delta before",
        "message before",
        "ApprovalRequested",
        "ApprovalResolved",
        "delta after",
        "message after",
        "TurnCompleted"
      ])
    }).pipe(
      Effect.provide(
        fakeServer(
          `onTurn = (threadId, turnId) => {
             const all = []
             const real = fs.writeSync
             fs.writeSync = (fd, text) => all.push(text)
             begin(threadId, turnId)
             text(threadId, turnId, "before")
             ${approval(0)}
             notify("serverRequest/resolved", { threadId, requestId: 0 })
             text(threadId, turnId, "after", "m2")
             finish(threadId, turnId)
             fs.writeSync = real
             say(all.join(""))
           }`
        )
      ),
      Effect.provide(Logger.layer([]))
    )
  )
})
