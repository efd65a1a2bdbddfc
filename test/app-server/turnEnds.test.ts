import { assert, describe, it } from "@effect/vitest"
import { Codex } from "effect-codex"
import { AppServer, Approvals } from "effect-codex/app-server"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Logger from "effect/Logger"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { FakeServer, fakeServer, newThread, runTurn } from "../support/fakeServer.ts"
import { reasonOf } from "../support/turns.ts"

const ask = (method: string, params?: unknown) => AppServer.use((server) => server.requestUnknown(method, params))

/** What is worth a warning, here. */
const withWarnings = <A, E, R>(effect: (warnings: ReadonlyArray<unknown>) => Effect.Effect<A, E, R>) => {
  const warnings: Array<unknown> = []
  const logger = Logger.make(({ logLevel, message }) => void (logLevel === "Warn" && warnings.push(message)))
  return Effect.provide(effect(warnings), Logger.layer([logger]))
}

const turnStatus = (status: string) =>
  `onTurn = (threadId, turnId) => {
    begin(threadId, turnId)
    text(threadId, turnId, "ok")
    notify("turn/completed", { threadId, turn: { id: turnId, ${status} } })
  }`

const threadStatus = (type: string) =>
  `notify("thread/status/changed", { threadId, status: { type: ${JSON.stringify(type)} } })`

const failed = `notify("error", { threadId, turnId, willRetry: false, error: { message: "no more" } })`

/** The turn's thread is not what it was before, and nothing more is said of the turn. */
const silentEnd = (how: string) =>
  `onTurn = (threadId, turnId) => { begin(threadId, turnId); ${how} }
   handlers["turn/interrupt"] = (m) => refuse(m, "no active turn")`

describe("the end of a turn", () => {
  it.live.each([
    ["unknown", `status: "transcended"`, '"transcended"'],
    ["missing", "", "undefined"],
    ["null", "status: null", "null"],
    ["that of a turn which goes on", `status: "inProgress"`, '"inProgress"']
  ] as const)("is no success if its status is %s", ([, status, shown]) =>
    Effect.gen(function* () {
      assert.deepInclude(yield* reasonOf(runTurn()), {
        _tag: "MalformedOutput",
        description: `codex ended the turn with a status that is not known: ${shown}`
      })
      assert.strictEqual(yield* (yield* FakeServer).started, 1)
    }).pipe(Effect.provide(fakeServer(turnStatus(status), { server: { gracePeriod: "20 seconds" } })))
  )

  it.live("is a failure though the reason can not be read", () =>
    Effect.gen(function* () {
      const reason = yield* reasonOf(runTurn())
      assert.deepInclude(reason, { _tag: "TurnFailed" })
      assert.include(reason.message, "codex gave no reason")
    }).pipe(Effect.provide(fakeServer(turnStatus(`status: "failed", error: { code: 3 }`))))
  )

  it.live.each([
    ["deleted", `notify("thread/deleted", { threadId })`],
    ["archived", `notify("thread/archived", { threadId })`],
    ["unloaded", threadStatus("notLoaded")]
  ] as const)("is TurnInterrupted if its thread is %s", ([, how]) =>
    Effect.gen(function* () {
      assert.strictEqual((yield* reasonOf(runTurn()))._tag, "TurnInterrupted")
      assert.strictEqual(yield* (yield* FakeServer).started, 1)
    }).pipe(Effect.provide(fakeServer(silentEnd(how), { server: { gracePeriod: "20 seconds" } })))
  )

  it.live("is an interruption for whoever reads while its scope is closed by somebody else", () =>
    Effect.gen(function* () {
      const thread = yield* newThread
      const scope = yield* Scope.make()
      const pull = yield* Scope.provide(Stream.toPull(thread.stream("go")), scope)
      while ((yield* pull).every(({ _tag }) => _tag !== "TurnStarted"));
      const reader = yield* Effect.forkChild(Effect.exit(pull), { startImmediately: true })
      yield* Scope.close(scope, Exit.void)
      for (const exit of [yield* Fiber.join(reader), yield* Effect.exit(pull)]) {
        assert.isTrue(Exit.isFailure(exit) && Cause.hasInterruptsOnly(exit.cause))
      }
      assert.strictEqual(yield* (yield* FakeServer).started, 1)
    }).pipe(Effect.provide(fakeServer("onTurn = begin", { server: { gracePeriod: "20 seconds" } })))
  )

  it.live("is an interruption for whoever waits for its late beginning, too", () =>
    withWarnings((warnings) =>
      Effect.gen(function* () {
        // Alone, it would end the server.
        const other = yield* Stream.toPull((yield* newThread).stream("other"))
        yield* other
        const thread = yield* newThread
        const scope = yield* Scope.make()
        const pull = yield* Scope.provide(Stream.toPull(thread.stream("late")), scope)
        const reader = yield* Effect.forkChild(Effect.exit(pull), { startImmediately: true })
        yield* ask("asked")
        yield* Scope.close(scope, Exit.void)
        const exit = yield* Fiber.join(reader)
        assert.isTrue(Exit.isFailure(exit) && Cause.hasInterruptsOnly(exit.cause))
        yield* ask("answer")
        yield* ask("interrupted")
        assert.strictEqual(yield* (yield* FakeServer).started, 1)
        assert.deepEqual(warnings, [["codex did not confirm in time that it has stopped a turn (option gracePeriod)"]])
      })
    ).pipe(
      Effect.provide(
        fakeServer(
          `onTurn = begin
           const waiting = {}, happened = {}
           const on = (what) => { happened[what] = true; if (waiting[what]) ok(waiting[what]) }
           const when = (what) => (handlers[what] = (m) => (happened[what] ? ok(m) : (waiting[what] = m)))
           when("asked")
           when("interrupted")
           const { "turn/start": start, "turn/interrupt": interrupt } = handlers
           let late
           handlers["turn/start"] = (m) => (promptOf(m) === "late" ? (late = m, on("asked")) : start(m))
           handlers["turn/interrupt"] = (m) => { interrupt(m); if (m.params.threadId === late?.params.threadId) on("interrupted") }
           handlers.answer = (m) => { ok(m); start(late) }`,
          { server: { gracePeriod: "100 millis" } }
        )
      )
    )
  )

  it.live.each([
    ["failed", `${threadStatus("systemError")}; ${failed}`, "TurnFailed", "no more"],
    ["ended", threadStatus("idle"), "MalformedOutput", "codex said that the turn is over, and not how it ended"]
  ] as const)("is not waited for beyond requestTimeout if all that is said is that it has %s", ([, how, tag, words]) =>
    Effect.gen(function* () {
      const reason = yield* reasonOf(runTurn())
      assert.strictEqual(reason._tag, tag, reason.message)
      assert.include(reason.message, words)
      assert.strictEqual(yield* (yield* FakeServer).started, 1)
    }).pipe(
      Effect.provide(fakeServer(silentEnd(how), { server: { gracePeriod: "20 seconds", requestTimeout: "5 seconds" } }))
    )
  )

  it.live("is what codex says of the turn, not the state of the thread that it tells before", () =>
    Effect.gen(function* () {
      const thread = yield* newThread
      assert.strictEqual((yield* reasonOf(thread.run("fails")))._tag, "TurnFailed")
      assert.strictEqual((yield* thread.run("go")).finalResponse, "ok")
    }).pipe(
      Effect.provide(
        fakeServer(`onTurn = (threadId, turnId, prompt) => {
          ${threadStatus("idle")}
          ${threadStatus("active")}
          begin(threadId, turnId)
          if (prompt === "fails") { ${threadStatus("systemError")}; ${failed} }
          else { text(threadId, turnId, "ok"); ${threadStatus("idle")} }
          setTimeout(() => finish(threadId, turnId, prompt === "fails" ? "failed" : "completed"), 50)
        }`)
      )
    )
  )

  it.live("is read though codex never answered that the turn began: it ran", () =>
    Effect.gen(function* () {
      assert.strictEqual((yield* runTurn()).finalResponse, "ok")
    }).pipe(
      Effect.provide(
        fakeServer(`handlers["turn/start"] = (m) => play(m.params.threadId, "turn-1", "ok")`, {
          server: { requestTimeout: "5 seconds" }
        })
      )
    )
  )
})

describe("an interrupted turn", () => {
  it.live("is over though the host was too busy for the whole grace period to read that", () =>
    withWarnings((warnings) =>
      Effect.gen(function* () {
        const thread = yield* newThread
        const turn = yield* Effect.forkChild(thread.run("hang"))
        yield* ask("begun")
        const interruption = yield* Effect.forkChild(Fiber.interrupt(turn))
        yield* ask("interrupted")
        const end = performance.now() + 1500
        while (performance.now() < end);
        yield* Fiber.join(interruption)
        assert.strictEqual((yield* thread.run("next")).finalResponse, "ok")
        assert.strictEqual(yield* (yield* FakeServer).started, 1)
        assert.isEmpty(warnings)
      })
    ).pipe(
      Effect.provide(
        fakeServer(
          `let hanging, isInterrupted = false, begun = () => {}, interrupted = () => {}
          onTurn = (threadId, turnId, prompt) => {
            begin(threadId, turnId)
            if (prompt !== "hang") return text(threadId, turnId, "ok"), finish(threadId, turnId)
            hanging = turnId
            begun()
          }
          handlers.begun = (m) => { begun = () => hanging !== undefined && ok(m); begun() }
          handlers.interrupted = (m) => { interrupted = () => isInterrupted && ok(m); interrupted() }
          handlers["turn/interrupt"] = (m) => {
            isInterrupted = true
            interrupted()
            setTimeout(() => { ok(m); finish(m.params.threadId, m.params.turnId) }, 50)
          }`,
          { server: { gracePeriod: "1 second" } }
        )
      )
    )
  )
})

describe("a turn that does not begin", () => {
  it.live("tells which thread it was to run on, and leaves no new one loaded", () =>
    Effect.gen(function* () {
      const thread = yield* newThread
      const first = yield* Effect.flip(thread.run("no"))
      assert.strictEqual(first.threadId, "01a20325-ae24-7481-b785-000000001001")
      yield* ask("unsubscribed")
      const resumed = yield* (yield* Codex).resumeThread("01a20325-ae24-7481-b785-000000000001", {
        skipGitRepoCheck: true
      })
      assert.strictEqual((yield* Effect.flip(resumed.run("no"))).threadId, "01a20325-ae24-7481-b785-000000000001")
      assert.strictEqual((yield* thread.run("go")).finalResponse, "answer to go")
      assert.deepStrictEqual(yield* ask("unsubscribed"), ["01a20325-ae24-7481-b785-000000001001"])
    }).pipe(
      Effect.provide(
        fakeServer(`const start = handlers["turn/start"]
          handlers["turn/start"] = (m) => promptOf(m) === "no" ? refuse(m, "Server overloaded; retry later.", -32001) : start(m)
          const unsubscribe = handlers["thread/unsubscribe"]
          const gone = []
          let answer = () => {}
          handlers["thread/unsubscribe"] = (m) => { gone.push(m.params.threadId); unsubscribe(m); answer() }
          handlers.unsubscribed = (m) => { answer = () => ok(m, gone); if (gone.length > 0) answer() }`)
      )
    )
  )

  it.live("because its server is not there tells which thread was to go on", () =>
    Effect.gen(function* () {
      const threadId = "01a20325-ae24-7481-b785-000000000001"
      const thread = yield* (yield* Codex).resumeThread(threadId, { skipGitRepoCheck: true })
      assert.strictEqual((yield* Effect.flip(thread.run("go"))).threadId, threadId)
    }).pipe(Effect.provide(fakeServer("", { before: "exit 7" })))
  )
})

const command = (what: string, id: string, status: string) =>
  `notify("item/${what}", { threadId, turnId, item: {
     type: "commandExecution", id: "${id}", command: "ls", cwd: "/", commandActions: [],
     status: "${status}", processId: null, aggregatedOutput: null, exitCode: null } })`

const approval = (id: number, itemId: string) =>
  `send({ id: ${id}, method: "item/commandExecution/requestApproval", params: {
     kind: "command", threadId, turnId, itemId: "${itemId}", startedAtMs: 1, environmentId: "local", command: "ls", cwd: "/" } })`

/** A turn with an approved command. What codex says of its processes comes behind. */
const approved = (code: string) =>
  fakeServer(
    `let threadId, turnId
     onTurn = (thread, turn, prompt) => {
       if (prompt !== "cmd") return play(thread, turn, "ok")
       threadId = thread
       turnId = turn
       begin(thread, turn)
       ${command("started", "c", "inProgress")}
       ${approval(0, "c")}
     }
     handlers.answer = () => notify("serverRequest/resolved", { threadId, requestId: 0 })
     const cleaned = []
     handlers.cleaned = (m) => ok(m, cleaned)
     ${code}`,
    { approvals: Approvals.layerAcceptAll, server: { gracePeriod: "20 seconds" } }
  )

const interruptApproved = Effect.gen(function* () {
  const thread = yield* newThread
  yield* thread.stream("cmd").pipe(
    Stream.takeUntil(({ _tag }) => _tag === "ApprovalResolved"),
    Stream.runDrain
  )
  return thread
})

describe("an approved command of an interrupted turn", () => {
  it.live("is not waited for if it has not begun", () =>
    withWarnings((warnings) =>
      Effect.gen(function* () {
        const thread = yield* interruptApproved
        assert.strictEqual((yield* thread.run("next")).finalResponse, "ok")
        assert.strictEqual(yield* (yield* FakeServer).started, 1)
        assert.isEmpty(warnings)
      })
    ).pipe(
      Effect.provide(
        approved(`handlers["thread/backgroundTerminals/list"] = (m) =>
          m.params.cursor === "more"
            ? ok(m, { data: [], nextCursor: null })
            : ok(m, { data: [{ itemId: "other" }], nextCursor: "more" })`)
      )
    )
  )

  it.live.each([
    ["codex lists it", `(m) => ok(m, { data: [{ itemId: "c" }], nextCursor: null })`],
    ["codex can not list", "undefined"]
  ] as const)("is waited for if %s", ([, list]) =>
    withWarnings((warnings) =>
      Effect.gen(function* () {
        yield* interruptApproved
        // It may be told more than once.
        assert.match(String(yield* ask("cleaned")), /^(clean,)+ended/)
        assert.isEmpty(warnings)
      })
    ).pipe(
      Effect.provide(
        approved(`handlers["thread/backgroundTerminals/list"] = ${list}
          handlers["thread/backgroundTerminals/clean"] = (m) => {
            cleaned.push("clean")
            ok(m)
            setTimeout(() => { cleaned.push("ended"); ${command("completed", "c", "failed")} }, 50)
          }`)
      )
    )
  )

  it.live.each([
    ["does not answer", "", [null, null]],
    [
      "gives the same page for ever",
      `ok(m, { data: [{ itemId: "other" }], nextCursor: "same" })`,
      [null, "same", null, "same"]
    ]
  ] as const)("is waited for if codex, asked what runs, %s", ([, answer, asked]) =>
    withWarnings((warnings) =>
      Effect.gen(function* () {
        yield* interruptApproved
        assert.deepStrictEqual(yield* ask("asked"), asked)
        assert.isEmpty(warnings)
      })
    ).pipe(
      Effect.provide(
        approved(`const asked = []
          handlers.asked = (m) => ok(m, asked)
          handlers["thread/backgroundTerminals/list"] = (m) => {
            ${answer}
            if (asked.push(m.params.cursor ?? null) === ${asked.length}) ${command("completed", "c", "failed")}
          }`)
      )
    )
  )

  it.live("in an agent is ended though the thread of the turn is gone", () =>
    withWarnings((warnings) =>
      Effect.gen(function* () {
        yield* interruptApproved
        assert.deepStrictEqual(yield* ask("cleaned"), ["turn", "agent"])
        assert.isEmpty(warnings)
      })
    ).pipe(
      Effect.provide(
        approved(`
          const agent = uuid(77)
          const inAgent = (send) => send(agent, "of-agent")
          handlers.answer = () => {
            notify("turn/started", { threadId: agent, turn: { id: "of-agent", rootTurnId: turnId, status: "inProgress" } })
            inAgent((threadId, turnId) => ${command("started", "d", "inProgress")})
            notify("serverRequest/resolved", { threadId, requestId: 0 })
          }
          const interrupt = handlers["turn/interrupt"]
          handlers["turn/interrupt"] = (m) =>
            m.params.threadId === agent ? setTimeout(() => interrupt(m), 100) : interrupt(m)
          handlers["thread/backgroundTerminals/clean"] = (m) => {
            cleaned.push(m.params.threadId === agent ? "agent" : "turn")
            if (m.params.threadId !== agent) return refuse(m, "thread not found")
            inAgent((threadId, turnId) => ${command("completed", "d", "failed")})
            ok(m)
          }`)
      )
    )
  )

  it.live("that waits for its approval, in an agent that the turn has started, is not waited for", () =>
    withWarnings((warnings) =>
      Effect.gen(function* () {
        yield* interruptApproved
        assert.strictEqual(yield* (yield* FakeServer).started, 1)
        assert.isEmpty(warnings)
      })
    ).pipe(
      Effect.provide(
        approved(`
          const agent = uuid(77)
          handlers.answer = () => {
            const root = turnId
            notify("turn/started", { threadId: agent, turn: { id: "of-agent", rootTurnId: root, status: "inProgress" } })
            { const threadId = agent, turnId = "of-agent"; ${command("started", "d", "inProgress")} }
            notify("serverRequest/resolved", { threadId, requestId: 0 })
          }
          handlers["thread/backgroundTerminals/list"] = (m) => ok(m, { data: [], nextCursor: null })`)
      )
    )
  )
})

describe("a thread on which another client runs a turn", () => {
  const other = `
    let isRunning = true
    const threadId = uuid(1)
    const thread = (m) => ({ id: m.params.threadId, status: { type: isRunning ? "active" : "idle" } })
    handlers["thread/read"] = (m) => ok(m, { thread: thread(m) })
    handlers["thread/resume"] = (m) => {
      const { approvalPolicy, cwd } = m.params
      ok(m, { thread: thread(m), approvalPolicy, cwd, sandbox: { type: "readOnly" } })
    }
    handlers.state = (m) => {
      isRunning = m.params.isRunning
      notify("thread/status/changed", { threadId, status: { type: m.params.isSaid ? "active" : "idle" } })
      ok(m)
    }`

  it.live("is busy, until that has ended", () =>
    Effect.gen(function* () {
      const threadId = "01a20325-ae24-7481-b785-000000000001"
      const thread = yield* (yield* Codex).resumeThread(threadId, { skipGitRepoCheck: true })
      const isBusy = { _tag: "ThreadBusy", threadId, usedBy: "turn" } as const
      assert.deepInclude(yield* reasonOf(thread.run("go")), isBusy)
      assert.deepInclude(yield* reasonOf(thread.run("go")), isBusy)
      yield* ask("state", { isRunning: false, isSaid: false })
      assert.strictEqual((yield* thread.run("go")).finalResponse, "answer to go")
      yield* ask("state", { isRunning: true, isSaid: true })
      assert.deepInclude(yield* reasonOf(thread.run("go")), isBusy)
      // Its end was not said.
      yield* ask("state", { isRunning: false, isSaid: true })
      assert.strictEqual((yield* thread.run("go")).finalResponse, "answer to go")
    }).pipe(Effect.provide(fakeServer(other)))
  )

  it.live("is not, once it was unloaded", () =>
    Effect.gen(function* () {
      const threadId = "01a20325-ae24-7481-b785-000000000001"
      const thread = yield* (yield* Codex).resumeThread(threadId, { skipGitRepoCheck: true })
      assert.deepInclude(yield* reasonOf(thread.run("go")), { _tag: "ThreadBusy", threadId, usedBy: "turn" })
      yield* ask("unload")
      assert.strictEqual((yield* thread.run("go")).finalResponse, "answer to go")
    }).pipe(
      Effect.provide(
        fakeServer(`${other}
          handlers.unload = (m) => {
            isRunning = false
            delete handlers["thread/read"]
            notify("thread/closed", { threadId })
            ok(m)
          }`)
      )
    )
  )
})
