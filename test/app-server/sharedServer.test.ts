import { assert, describe, it } from "@effect/vitest"
import { Codex, type Thread, type ThreadOptions } from "effect-codex"
import { Account, AppServer, Approvals, Threads } from "effect-codex/app-server"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as References from "effect/References"
import * as Stream from "effect/Stream"
import { FakeServer, fakeServer, newThread, runTurn } from "../support/fakeServer.ts"
import { reasonOf } from "../support/turns.ts"

const ask = (method: string, params?: unknown) => AppServer.use((server) => server.requestUnknown(method, params))

const threadId = "01a20325-ae24-7481-b785-000000000001"
const resume = (options: ThreadOptions) =>
  Codex.use((codex) => codex.resumeThread(threadId, { skipGitRepoCheck: true, ...options }))

/** Runs a turn as soon as nobody else uses its thread. */
const whenFree = (thread: Thread["Service"]) =>
  Effect.retry(thread.run("go"), { while: ({ reason }) => reason._tag === "ThreadBusy" })

/**
 * A server that loads threads as codex 0.169 does: options of a loaded one are ignored, and turns of one that is not loaded
 * are refused. It answers what loads them once it was told to `open`, and tells what it was asked in `log`.
 */
const strictServer = (code = "") => `
  const log = []
  const loadedWith = new Map()
  let isOpen = ${code === "open"}
  let late = []
  const load = (m, id) => {
    log.push(m.method.slice(7) + " " + (m.params.sandbox ?? ""))
    if (!loadedWith.has(id)) loadedWith.set(id, m.params.sandbox ?? "")
    const answer = () => ok(m, { thread: { id } })
    if (isOpen) answer()
    else late.push(answer)
    waiting()
  }
  let waiting = () => {}
  handlers.asked = (m) => {
    waiting = () => late.length > 0 && ok(m)
    waiting()
  }
  handlers.open = (m) => {
    isOpen = true
    ok(m)
    for (const answer of late) answer()
  }
  handlers["thread/start"] = (m) => load(m, uuid(++threads))
  handlers["thread/resume"] = (m) => load(m, m.params.threadId)
  const unsubscribe = handlers["thread/unsubscribe"]
  let gone = () => {}
  handlers["thread/unsubscribe"] = (m) => {
    log.push("unsubscribe")
    loadedWith.delete(m.params.threadId)
    setTimeout(() => { unsubscribe(m); gone() }, 20)
  }
  handlers.unsubscribed = (m) => {
    gone = () => log.includes("unsubscribe") && ok(m)
    gone()
  }
  const start = handlers["turn/start"]
  handlers["turn/start"] = (m) => {
    const options = loadedWith.get(m.params.threadId)
    if (options === undefined) return refuse(m, "thread not found")
    log.push("turn " + options)
    start(m)
  }
  handlers.log = (m) => ok(m, log)
`

describe("the thread of a turn", () => {
  it.live("is loaded again with the turn's own options if who had it loaded has left meanwhile", () =>
    Effect.gen(function* () {
      const free = yield* resume({ sandboxMode: "danger-full-access" })
      const careful = yield* resume({ sandboxMode: "read-only" })
      const left = yield* Effect.forkChild(free.run("go"))
      yield* ask("asked")
      yield* Fiber.interrupt(left)
      const next = yield* Effect.forkChild(careful.run("go"), { startImmediately: true })
      yield* ask("open")
      yield* Fiber.join(next)
      assert.deepStrictEqual(yield* ask("log"), [
        "resume danger-full-access",
        "unsubscribe",
        "resume read-only",
        "turn read-only"
      ])
    }).pipe(Effect.provide(fakeServer(strictServer())))
  )

  it.live("is not used with the options of another turn that loads it at the same time", () =>
    Effect.gen(function* () {
      const free = yield* resume({ sandboxMode: "danger-full-access" })
      const careful = yield* resume({ sandboxMode: "read-only" })
      yield* Effect.all([whenFree(free), whenFree(careful)], { concurrency: 2 })
      assert.deepStrictEqual(yield* ask("log"), [
        "resume danger-full-access",
        "turn danger-full-access",
        "unsubscribe",
        "resume read-only",
        "turn read-only"
      ])
    }).pipe(Effect.provide(fakeServer(strictServer("open"))))
  )

  it.live("is unloaded if it is new and codex names it after requestTimeout", () =>
    Effect.gen(function* () {
      assert.deepInclude(yield* reasonOf(runTurn()), { _tag: "RequestTimeout", method: "thread/start" })
      yield* ask("open")
      yield* ask("unsubscribed")
      assert.deepStrictEqual(yield* ask("log"), ["start danger-full-access", "unsubscribe"])
    }).pipe(
      Effect.provide(
        fakeServer(strictServer().replace('(m.params.sandbox ?? "")', '"danger-full-access"'), {
          server: { requestTimeout: "5 seconds" }
        })
      )
    )
  )

  it.live("is not used while it is unloaded for the sake of maxLoadedThreads", () =>
    Effect.gen(function* () {
      const codex = yield* Codex
      // What is looked up before gives the unloading its chance.
      const threads = yield* Effect.replicateEffect(
        codex.startThread({ workingDirectory: "/", skipGitRepoCheck: true }),
        3
      )
      for (let round = 0; round < 5; round++) {
        for (const thread of threads) yield* thread.run("go")
      }
    }).pipe(Effect.provide(fakeServer(strictServer("open"), { server: { maxLoadedThreads: 2 } })))
  )
})

const command = (id: number) =>
  `send({ id: ${id}, method: "item/commandExecution/requestApproval", params: {
     kind: "command", threadId, turnId, itemId: "c", startedAtMs: 1, environmentId: "local", command: "ls", cwd: "/" } })`

/** Every turn asks whether it may run a command, and none can be interrupted. */
const deaf = `
  let asked = 0
  onTurn = (threadId, turnId, prompt) => {
    if (prompt === "quick") return play(threadId, turnId, "ok")
    begin(threadId, turnId)
    if (prompt === "asks") ${command(0)}
  }
  handlers["turn/interrupt"] = (m) => ok(m)
  const decisions = []
  let heard = () => {}
  handlers.answer = (m) => { decisions.push(m.result.decision); heard() }
  handlers.decisions = (m) => {
    heard = () => decisions.length > 0 && ok(m, decisions)
    heard()
  }
`

describe("a server that does not confirm the end of a turn", () => {
  it.live("is ended also if a handler of that turn runs another turn", () =>
    Effect.suspend(() => {
      let inner: Effect.Effect<unknown, unknown> = Effect.void
      const approvals = Approvals.layer({ command: () => Effect.as(inner, "accept" as const) })
      return Effect.gen(function* () {
        const lost = yield* Stream.toPull((yield* AppServer).disconnections)
        const other = yield* newThread
        const begun = yield* Deferred.make<void>()
        inner = other.stream("never ends").pipe(
          Stream.filter((event) => event._tag === "TurnStarted"),
          Stream.runForEach(() => Deferred.succeed(begun, undefined))
        )
        const turn = yield* Effect.forkChild(runTurn("asks"))
        yield* Deferred.await(begun)
        yield* Fiber.interrupt(turn)
        yield* lost
        assert.strictEqual((yield* runTurn("quick")).finalResponse, "ok")
        assert.strictEqual(yield* (yield* FakeServer).started, 2)
      }).pipe(Effect.provide(fakeServer(deaf, { approvals, server: { gracePeriod: "500 millis" } })))
    })
  )

  it.live("is lost to what waits for something else of it", () =>
    Effect.gen(function* () {
      const compaction = yield* Effect.forkChild(reasonOf(Threads.compact(threadId)))
      yield* ask("compacting")
      yield* (yield* newThread).stream("x").pipe(
        Stream.takeUntil((event) => event._tag === "TurnStarted"),
        Stream.runDrain
      )
      assert.strictEqual((yield* Fiber.join(compaction))._tag, "ConnectionLost")
    }).pipe(
      Effect.provide(
        fakeServer(
          `${deaf}
           let isCompacting = false
           let compacting = () => {}
           handlers["thread/compact/start"] = (m) => { ok(m); isCompacting = true; compacting() }
           handlers.compacting = (m) => { compacting = () => isCompacting && ok(m); compacting() }`,
          { server: { gracePeriod: "500 millis" } }
        )
      )
    )
  )

  it.live("is told no by the approvals of a turn that nobody waits for any more", () =>
    Effect.gen(function* () {
      const begun = yield* Deferred.make<void>()
      const interrupted = yield* Deferred.make<void>()
      const approvals = Approvals.layer({
        command: () =>
          Deferred.succeed(begun, undefined).pipe(
            Effect.andThen(Effect.never),
            Effect.onInterrupt(() => Deferred.succeed(interrupted, undefined))
          )
      })
      yield* Effect.gen(function* () {
        // The server has another turn, so it is not ended.
        const other = yield* newThread
        const running = yield* Effect.forkChild(other.run("never ends"))
        const turn = yield* Effect.forkChild(runTurn("asks"))
        yield* Deferred.await(begun)
        yield* Fiber.interrupt(turn)
        yield* Deferred.await(interrupted)
        assert.deepStrictEqual(yield* ask("decisions"), ["decline"])
        yield* Fiber.interrupt(running)
      }).pipe(Effect.provide(fakeServer(deaf, { approvals, server: { gracePeriod: "500 millis" } })))
    })
  )
})

describe("a handler of an approval", () => {
  it.live("runs in the context of its own turn, and not of the turn that has started the server", () =>
    Effect.suspend(() => {
      const users: Array<unknown> = []
      const approvals = Approvals.layer({
        command: () =>
          Effect.map(References.CurrentLogAnnotations, (annotations) => {
            users.push([annotations["user"], annotations["codex.thread_id"]])
            return "accept" as const
          })
      })
      return Effect.gen(function* () {
        for (const user of ["alice", "bob"]) yield* Effect.annotateLogs(runTurn("asks"), { user })
        assert.deepStrictEqual(users, [
          ["alice", "01a20325-ae24-7481-b785-000000001001"],
          ["bob", "01a20325-ae24-7481-b785-000000001002"]
        ])
      }).pipe(
        Effect.provide(
          fakeServer(
            `onTurn = (threadId, turnId) => {
               begin(threadId, turnId)
               handlers.answer = () => finish(threadId, turnId)
               ${command(0)}
             }`,
            { approvals }
          )
        )
      )
    })
  )
})

describe("strict", () => {
  it.live("hands out what came before the first event that is not known", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(runTurn())
      assert.strictEqual(error.reason._tag, "MalformedOutput")
      assert.deepStrictEqual(
        error.items?.map((item) => item._tag),
        ["AgentMessage"]
      )
    }).pipe(
      Effect.provide(
        fakeServer(
          `onTurn = (threadId, turnId) => send(
             { method: "turn/started", params: { threadId, turn: { id: turnId, status: "inProgress" } } },
             { method: "item/completed", params: { threadId, turnId, item: { type: "agentMessage", id: "m", text: "paid" } } },
             { method: "item/somethingNew", params: { threadId, turnId } },
             { method: "turn/completed", params: { threadId, turn: { id: turnId, status: "completed", error: null } } })`,
          { server: { strict: true } }
        )
      )
    )
  )
})

describe("a login with ChatGPT", () => {
  it.live("is cancelled also if it is interrupted before codex has answered that it began", () =>
    Effect.gen(function* () {
      const login = yield* Effect.forkChild(Account.loginWithChatGpt(() => Effect.void))
      yield* ask("asked")
      const interrupting = yield* Effect.forkChild(Fiber.interrupt(login))
      yield* ask("open")
      yield* Fiber.join(interrupting)
      assert.deepStrictEqual(yield* ask("cancelled"), ["login-1"])
    }).pipe(
      Effect.provide(
        fakeServer(`
          let answer
          let asked = () => {}
          handlers["account/login/start"] = (m) => {
            answer = () => ok(m, { type: "chatgpt", loginId: "login-1", authUrl: "https://example.com" })
            asked()
          }
          handlers.asked = (m) => { asked = () => answer !== undefined && ok(m); asked() }
          handlers.open = (m) => { ok(m); answer() }
          const cancelled = []
          handlers["account/login/cancel"] = (m) => { cancelled.push(m.params.loginId); ok(m, { status: "canceled" }) }
          handlers.cancelled = (m) => ok(m, cancelled)`)
      )
    )
  )
})
