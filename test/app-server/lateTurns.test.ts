import { NodeSocketServer, NodeWS } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { Codex, type ThreadEvent, type ToolSet } from "effect-codex"
import { AppServer, Approvals } from "effect-codex/app-server"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as NetAddress from "effect/net/NetAddress"
import * as Schema from "effect/Schema"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import type * as Socket from "effect/socket/Socket"
import { fakeServer, newThread, runTurn } from "../support/fakeServer.ts"
import { reasonOf, whileBusy } from "../support/turns.ts"

const decodeRequest = Schema.decodeUnknownSync(
  Schema.fromJsonString(Schema.Struct({ id: Schema.optional(Schema.Finite), method: Schema.String }))
)
const threadId = "01a20325-ae24-7481-b785-000000000001"
const turn = { id: "turn-1", status: "inProgress" }

type Say = (message: unknown) => Effect.Effect<void>

/** A server on a WebSocket, whose turns behave as told, and that is left as soon as it has got turn/start. */
const leaveAtStart = Effect.fnUntraced(function* (
  onStart: (answer: Effect.Effect<void>, say: Say) => Effect.Effect<unknown, never, Scope.Scope>,
  onInterrupt: (count: number) => object = () => ({ result: {} }),
  isClosed = true
) {
  const started = yield* Deferred.make<void>()
  const cleaned = yield* Deferred.make<void>()
  let interruptions = 0
  let isInterrupted = false
  const { address, run } = yield* NodeSocketServer.makeWebSocket({ port: 0, host: "127.0.0.1" })
  const serve = Effect.fnUntraced(function* (socket: Socket.Socket) {
    const writer = yield* socket.writer
    const { pull } = yield* socket.reader
    const say: Say = (message) => Effect.ignore(writer.write(JSON.stringify(message)))
    const receive = (text: string) => {
      const { id, method } = decodeRequest(text)
      if (id === undefined) return Effect.void
      if (method === "thread/start") return say({ id, result: { thread: { id: threadId } } })
      if (method === "turn/start") {
        return Effect.andThen(Deferred.succeed(started, undefined), onStart(say({ id, result: { turn } }), say))
      }
      if (method === "thread/backgroundTerminals/clean" && isInterrupted) Deferred.doneUnsafe(cleaned, Exit.void)
      if (method !== "turn/interrupt") return say({ id, result: {} })
      const answer = onInterrupt(++interruptions)
      isInterrupted ||= "result" in answer
      return say({ id, ...answer })
    }
    yield* Effect.forever(
      Effect.flatMap(pull, (messages) => Effect.forEach(messages, (message) => receive(String(message))))
    )
  }, Effect.scoped)
  yield* Effect.forkScoped(run((socket) => Effect.ignore(serve(socket))))
  const port = NetAddress.isInetAddress(address) ? address.port : assert.fail("it listens elsewhere")
  const scope = yield* Scope.make()
  const gracePeriod = isClosed ? "5 seconds" : "300 millis"
  const layer = AppServer.layerWebSocket({ url: `ws://127.0.0.1:${port}` }, { gracePeriod })
  const context = yield* Layer.buildWithScope(Layer.provide(layer, NodeWS.layerWebSocketConstructor), scope)
  const running = Effect.flatMap(
    Codex.use((codex) => codex.startThread()),
    (thread) => thread.run("go")
  )
  const fiber = yield* Effect.forkChild(reasonOf(Effect.provideContext(running, context)))
  yield* Deferred.await(started)
  if (!isClosed) {
    yield* Fiber.interrupt(fiber)
    yield* Deferred.await(cleaned)
  }
  yield* Scope.close(scope, Exit.void)
  if (isClosed) assert.strictEqual((yield* Fiber.join(fiber))._tag, "ConnectionLost")
  return isInterrupted
})

describe("a turn on a WebSocket whose layer is closed", () => {
  it.live("is stopped though codex has not answered yet that it began", () =>
    Effect.gen(function* () {
      assert.isTrue(yield* leaveAtStart((answer) => Effect.forkScoped(Effect.delay(answer, "200 millis"))))
    })
  )

  it.live("is stopped though codex refuses to interrupt what has only just begun", () =>
    Effect.gen(function* () {
      const refused = { error: { code: -32600, message: "no active turn to interrupt" } }
      assert.isTrue(
        yield* leaveAtStart(
          (answer) => answer,
          (count) => (count < 3 ? refused : { result: {} })
        )
      )
    })
  )
})

describe("a turn on a WebSocket whose caller has left", () => {
  it.live("is stopped though codex answers after the grace period, and nobody else uses the server", () =>
    leaveAtStart((answer) => Effect.forkScoped(Effect.delay(answer, "1 second")), undefined, false)
  )

  it.live("has its commands ended though codex says after the grace period that it is over", () =>
    leaveAtStart(
      (answer, say) =>
        Effect.gen(function* () {
          yield* answer
          yield* say({ method: "turn/started", params: { threadId, turn } })
          const over = say({ method: "turn/completed", params: { threadId, turn: { ...turn, status: "interrupted" } } })
          yield* Effect.forkScoped(Effect.delay(over, "1 second"))
        }),
      undefined,
      false
    )
  )
})

const ask = (method: string) => AppServer.use((server) => server.requestUnknown(method))

/** Answers the start of the turn "late" when it is told to, and tells then what was interrupted. */
const slow = `
  const interrupted = []
  let answer, heard = () => {}, told = () => {}
  const start = handlers["turn/start"], interrupt = handlers["turn/interrupt"]
  onTurn = (threadId, turnId, prompt) => prompt === "hang" ? begin(threadId, turnId) : play(threadId, turnId, "hi")
  handlers["turn/start"] = (m) => {
    if (promptOf(m) !== "late") return start(m)
    onTurn = begin
    answer = () => start(m)
    heard()
  }
  handlers["turn/interrupt"] = (m) => { interrupted.push(m.params.turnId); interrupt(m); told() }
  handlers.heard = (m) => { heard = () => answer !== undefined && ok(m); heard() }
  handlers.open = (m) => { ok(m); answer() }
  handlers.interrupted = (m) => { told = () => interrupted.length > 0 && ok(m, interrupted); told() }
`

const isStopped = Effect.gen(function* () {
  const other = yield* newThread
  const running = yield* Effect.forkChild(other.run("hang"))
  const left = yield* Effect.forkChild(runTurn("late"))
  yield* ask("heard")
  yield* Fiber.interrupt(left)
  yield* ask("open")
  assert.deepStrictEqual(yield* ask("interrupted"), ["turn-2"])
  yield* Fiber.interrupt(running)
})

describe("a turn that codex begins late", () => {
  it.live("is interrupted if its caller has left, also while the server has other turns", () =>
    isStopped.pipe(Effect.provide(fakeServer(slow, { server: { gracePeriod: "300 millis" } })))
  )

  it.live("is interrupted if its caller was told that there was no answer in time", () =>
    Effect.gen(function* () {
      const other = yield* newThread
      const running = yield* Effect.forkChild(other.run("hang"))
      assert.deepInclude(yield* reasonOf(runTurn("late")), { _tag: "RequestTimeout", method: "turn/start" })
      yield* ask("open")
      assert.deepStrictEqual(yield* ask("interrupted"), ["turn-2"])
      yield* Fiber.interrupt(running)
    }).pipe(Effect.provide(fakeServer(slow, { server: { gracePeriod: "300 millis", requestTimeout: "5 seconds" } })))
  )

  it.live("keeps its thread until it is stopped: another turn would be added to it", () =>
    Effect.gen(function* () {
      const other = yield* newThread
      const running = yield* Effect.forkChild(other.run("hang"))
      const thread = yield* newThread
      yield* thread.run("hello")
      const left = yield* Effect.forkChild(thread.run("late"))
      yield* ask("heard")
      yield* Fiber.interrupt(left)
      assert.deepInclude(yield* reasonOf(thread.run("next")), { _tag: "ThreadBusy", usedBy: "turn" })
      yield* ask("open")
      yield* Effect.retry(thread.run("next"), { while: ({ reason }) => reason._tag === "ThreadBusy" })
      assert.deepStrictEqual(yield* ask("log"), ["start", "clean", "clean", "start"])
      yield* Fiber.interrupt(running)
    }).pipe(
      Effect.provide(
        fakeServer(
          `${slow}
           const log = []
           handlers.log = (m) => ok(m, log)
           const starts = handlers["turn/start"], clean = handlers["thread/backgroundTerminals/clean"]
           handlers["turn/start"] = (m) => {
             if (/late|next/.test(promptOf(m))) log.push("start")
             if (promptOf(m) === "next") onTurn = (threadId, turnId) => play(threadId, turnId, "hi")
             starts(m)
           }
           handlers["thread/backgroundTerminals/clean"] = (m) => { log.push("clean"); clean(m) }`,
          { server: { gracePeriod: "300 millis" } }
        )
      )
    )
  )

  it.live("is interrupted though codex refuses that for seconds", () =>
    isStopped.pipe(
      Effect.provide(
        fakeServer(
          `${slow}
           const open = handlers.open, interruptNow = handlers["turn/interrupt"]
           let openedAt
           handlers.open = (m) => { openedAt = Date.now(); open(m) }
           handlers["turn/interrupt"] = (m) =>
             Date.now() - openedAt < 2500 ? refuse(m, "no active turn to interrupt") : interruptNow(m)`,
          { server: { gracePeriod: "300 millis" } }
        )
      )
    )
  )
})

const begins = (event: ThreadEvent): boolean => event._tag === "TurnStarted"

/** A thread whose turn was left while another runs on the server, and the grace period is over. */
const leftBehind = Effect.fnUntraced(function* (tools?: ToolSet) {
  const codex = yield* Codex
  const begun = yield* Deferred.make<void>()
  yield* (yield* newThread).stream("hang").pipe(
    Stream.filter(begins),
    Stream.runForEach(() => Deferred.succeed(begun, undefined)),
    Effect.forkScoped
  )
  yield* Deferred.await(begun)
  const thread = yield* codex.startThread({ skipGitRepoCheck: true, ...(tools === undefined ? {} : { tools }) })
  yield* thread.stream("left").pipe(Stream.takeUntil(begins), Stream.runDrain)
  assert.deepInclude(yield* reasonOf(thread.run("next")), { _tag: "ThreadBusy", usedBy: "turn" })
  return thread
})

/** Says that a turn is interrupted when it is told to. */
const reluctant = `
  let confirm, isCleaned = false, heard = () => {}, told = () => {}
  onTurn = (threadId, turnId, prompt) => prompt === "next" ? play(threadId, turnId, "hi") : begin(threadId, turnId)
  handlers["turn/interrupt"] = (m) => {
    ok(m)
    confirm = () => finish(m.params.threadId, m.params.turnId, "interrupted")
    heard()
  }
  handlers.confirm = (m) => { heard = () => confirm !== undefined && (ok(m), confirm()); heard() }
  handlers["thread/backgroundTerminals/clean"] = (m) => { ok(m); isCleaned = true; told() }
  handlers.cleaned = (m) => { told = () => isCleaned && ok(m); told() }
`

describe("a turn that codex has interrupted after the grace period", () => {
  it.live("has its commands ended all the same, and keeps its thread until then", () =>
    Effect.gen(function* () {
      const thread = yield* leftBehind()
      yield* ask("confirm")
      yield* ask("cleaned")
      assert.strictEqual((yield* Effect.retry(thread.run("next"), whileBusy)).finalResponse, "hi")
    }).pipe(Effect.scoped, Effect.provide(fakeServer(reluctant, { server: { gracePeriod: "300 millis" } })))
  )
})

/** Never says that a turn is over, and asks something for the one that was left when it is told to. */
const asking = (method: string, params: object) => `
  let last, told
  onTurn = (threadId, turnId, prompt) => {
    if (prompt === "next") return play(threadId, turnId, "hi")
    if (prompt === "left") last = { threadId, turnId }
    begin(threadId, turnId)
  }
  handlers["turn/interrupt"] = (m) => ok(m)
  handlers.answer = ({ result }) => ok(told, result)
  handlers.told = (m) => {
    told = m
    send({ id: 0, method: "${method}", params: { ...last, ...${JSON.stringify(params)} } })
  }`

describe("a turn whose end codex does not confirm", () => {
  const command = asking("item/commandExecution/requestApproval", { itemId: "c", command: "ls", startedAtMs: 1 })
  const tool = asking("item/tool/call", { callId: "c", namespace: null, tool: "write", arguments: {} })
  const accept = Approvals.layerPolicy(() => Effect.succeed("accept"))

  it.live("has nothing approved any more, also if nobody has to be waited for", () =>
    Effect.gen(function* () {
      yield* leftBehind()
      assert.deepStrictEqual(yield* ask("told"), { decision: "decline" })
    }).pipe(
      Effect.scoped,
      Effect.provide(fakeServer(command, { approvals: accept, server: { gracePeriod: "300 millis" } }))
    )
  )

  it.live("calls no tool any more", () =>
    Effect.gen(function* () {
      let calls = 0
      yield* leftBehind({
        specs: [{ name: "write", description: "Writes", inputSchema: { type: "object" } }],
        call: () => Effect.sync(() => ({ success: true, text: `${++calls}` }))
      })
      assert.include(JSON.stringify(yield* ask("told")), "The turn that it is for is over")
      assert.strictEqual(calls, 0)
    }).pipe(Effect.scoped, Effect.provide(fakeServer(tool, { server: { gracePeriod: "300 millis" } })))
  )

  it.live("leaves its thread after the time that an answer may take", () =>
    Effect.gen(function* () {
      const thread = yield* leftBehind()
      assert.strictEqual((yield* Effect.retry(thread.run("next"), whileBusy)).finalResponse, "hi")
    }).pipe(
      Effect.scoped,
      Effect.provide(fakeServer(command, { server: { gracePeriod: "300 millis", requestTimeout: "5 seconds" } }))
    )
  )
})

describe("the wait for an answer", () => {
  it.live("does not begin before the request is on its way", () =>
    Effect.gen(function* () {
      const thread = yield* newThread
      yield* thread.run("go")
      // Each is answered in time, and one at a time.
      yield* Effect.replicateEffect(Effect.forkChild(ask("slow"), { startImmediately: true }), 2)
      assert.strictEqual((yield* thread.run("go")).finalResponse, "answer to go")
    }).pipe(
      Effect.provide(
        fakeServer("handlers.slow = (m) => setTimeout(() => ok(m), 1600)", {
          server: { maxRequestsInFlight: 1, requestTimeout: "3 seconds" }
        })
      )
    )
  )
})

describe("a lost server", () => {
  it.live("is followed by another though a handler uses it while it is interrupted", () =>
    Effect.suspend(() => {
      let use: Effect.Effect<unknown, unknown> = Effect.void
      const approvals = Approvals.layerPolicy(() =>
        Effect.ensuring(Effect.never, Effect.ignore(Effect.suspend(() => use)))
      )
      return Effect.gen(function* () {
        const server = yield* AppServer
        use = server.requestUnknown("any")
        assert.strictEqual((yield* reasonOf(runTurn("ask")))._tag, "ConnectionLost")
        assert.strictEqual((yield* runTurn("next")).finalResponse, "hi")
      }).pipe(
        Effect.provide(
          fakeServer(
            `handlers.any = (m) => ok(m)
             onTurn = (threadId, turnId, prompt) => {
               if (prompt === "next") return play(threadId, turnId, "hi")
               begin(threadId, turnId)
               send({ id: 0, method: "item/commandExecution/requestApproval", params: {
                 threadId, turnId, itemId: "c", command: "ls", startedAtMs: 1, kind: "command" } })
               setTimeout(() => process.exit(1), 300)
             }`,
            { approvals }
          )
        )
      )
    })
  )
})

describe("a turn whose thread is unloaded before codex has answered that it began", () => {
  it.live("is over at once, and its thread is free", () =>
    Effect.gen(function* () {
      const thread = yield* newThread
      yield* thread.run("go")
      assert.strictEqual((yield* reasonOf(thread.run("unload")))._tag, "TurnInterrupted")
      assert.strictEqual((yield* thread.run("go")).finalResponse, "answer to go")
    }).pipe(
      Effect.provide(
        fakeServer(
          `const start = handlers["turn/start"]
           handlers["turn/start"] = (m) =>
             promptOf(m) === "unload" ? notify("thread/closed", { threadId: m.params.threadId }) : start(m)`
        )
      )
    )
  )
})

describe("a thread that codex does not have any more", () => {
  it.live("is loaded again by the next turn", () =>
    Effect.gen(function* () {
      const thread = yield* newThread
      yield* thread.run("go")
      assert.strictEqual((yield* reasonOf(thread.run("lost")))._tag, "ThreadNotFound")
      yield* thread.run("go")
      assert.deepStrictEqual(yield* ask("resumed"), 1)
    }).pipe(
      Effect.provide(
        fakeServer(
          `let resumed = 0
           const start = handlers["turn/start"], resume = handlers["thread/resume"]
           handlers["turn/start"] = (m) => (promptOf(m) === "lost" ? refuse(m, "thread not found") : start(m))
           handlers["thread/resume"] = (m) => { resumed++; resume(m) }
           handlers.resumed = (m) => ok(m, resumed)`
        )
      )
    )
  )
})
