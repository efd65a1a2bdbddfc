import { assert, describe, it } from "@effect/vitest"
import { Codex } from "effect-codex"
import { AppServer, Threads } from "effect-codex/app-server"
import * as Effect from "effect/Effect"
import { FakeServer, fakeServer, newThread } from "../support/fakeServer.ts"
import { reasonOf } from "../support/turns.ts"

const anywhere = { skipGitRepoCheck: true }

const ask = (method: string, params?: unknown) => AppServer.use((server) => server.requestUnknown(method, params))

describe("AppServer.request", () => {
  it.live("sends nothing that does not fit, and starts no server for it", () =>
    Effect.gen(function* () {
      const server = yield* AppServer
      const { started } = yield* FakeServer
      // As a caller in JavaScript might.
      const request: (method: "account/login/start", params: unknown) => ReturnType<typeof server.requestUnknown> =
        server.request as never
      const key = "sk-secret-of-the-caller"
      const error = yield* Effect.flip(request("account/login/start", { type: "apiKey", apikey: key }))
      assert.deepInclude(error.reason, { _tag: "InvalidOptions", option: "params of account/login/start" })
      assert.notInclude(`${error.message} ${JSON.stringify(error)}`, key)
      assert.strictEqual(yield* started, 0)
    }).pipe(Effect.provide(fakeServer("")))
  )

  it.live("sends nothing that JSON has not", () =>
    Effect.gen(function* () {
      const server = yield* AppServer
      const cyclic: Record<string, unknown> = {}
      cyclic["self"] = cyclic
      for (const config of [{ a: 1n }, cyclic]) {
        const reason = yield* reasonOf(server.request("thread/start", { config }))
        assert.deepInclude(reason, { _tag: "InvalidOptions", option: "params of thread/start" })
      }
      assert.deepInclude(yield* reasonOf(server.requestUnknown("any", 1n)), { _tag: "InvalidOptions", got: "1" })
      assert.deepStrictEqual(yield* ask("heard"), ["initialize", "initialized", "heard"])
    }).pipe(
      Effect.provide(
        fakeServer(`const heard = []
          process.stdin.prependListener("data", (bytes) => {
            for (const line of String(bytes).trim().split("\\n")) heard.push(JSON.parse(line).method)
          })
          handlers.heard = (m) => ok(m, heard)`)
      )
    )
  )

  it.live.each([
    ["another shape", `{ data: "no list", secret: "prompt" }`],
    ["nothing", "null"],
    ["a list", "[]"]
  ] as const)("fails with MalformedOutput for an answer that is %s", ([, answer]) =>
    Effect.gen(function* () {
      const server = yield* AppServer
      const reason = yield* reasonOf(server.request("thread/loaded/list", {}))
      assert.strictEqual(reason._tag, "MalformedOutput")
      assert.include(reason.message, "the answer to thread/loaded/list does not fit the protocol")
      assert.notInclude(reason.message, "prompt")
    }).pipe(Effect.provide(fakeServer(`handlers["thread/loaded/list"] = (m) => ok(m, ${answer})`)))
  )
})

describe("a turn whose output schema JSON has not", () => {
  it.live("fails with OutputSchemaError, and leaves the thread usable", () =>
    Effect.gen(function* () {
      const thread = yield* newThread
      for (const bad of [1n, "\ud800"]) {
        const reason = yield* reasonOf(thread.run("go", { outputSchema: { type: "object", default: bad } }))
        assert.strictEqual(reason._tag, "OutputSchemaError", reason.message)
      }
      assert.strictEqual((yield* thread.run("next")).finalResponse, "answer to next")
    }).pipe(Effect.provide(fakeServer("")))
  )
})

describe("a recorded thread", () => {
  it.live("that codex is about to close is asked for again until it has", () =>
    Effect.gen(function* () {
      const thread = yield* (yield* Codex).resumeThread("01a20325-ae24-7481-b785-000000000001", anywhere)
      assert.strictEqual((yield* thread.run("go")).finalResponse, "answer to go")
    }).pipe(
      Effect.provide(
        fakeServer(`let refusals = 3
          const resume = handlers["thread/resume"]
          handlers["thread/resume"] = (m) =>
            refusals-- > 0 ? refuse(m, "thread x is closing; retry thread/resume after the thread is closed") : resume(m)`)
      )
    )
  )

  it.live("is known to be archived before codex has told all of its clients", () =>
    Effect.gen(function* () {
      const thread = yield* newThread
      const { threadId } = yield* thread.run("go")
      yield* Threads.archive(threadId)
      const reason = yield* reasonOf(thread.run("on"))
      assert.deepInclude(reason, { _tag: "ThreadNotFound", threadId, isArchived: true })
    }).pipe(
      Effect.provide(
        fakeServer(`let archived = false
          const start = handlers["turn/start"]
          handlers["thread/archive"] = (m) => { archived = true; ok(m) }
          handlers["turn/start"] = (m) => archived ? refuse(m, "thread not found: " + m.params.threadId) : start(m)
          handlers["thread/resume"] = (m) => refuse(m, "session " + m.params.threadId + " is archived")`)
      )
    )
  )

  it.live("that the application has unsubscribed from, or could not delete, is loaded again by the next turn", () =>
    Effect.gen(function* () {
      const thread = yield* newThread
      const { threadId } = yield* thread.run("go")
      yield* ask("thread/unsubscribe", { threadId })
      assert.strictEqual((yield* thread.run("on")).finalResponse, "answer to on")
      assert.strictEqual((yield* reasonOf(Threads.remove(threadId)))._tag, "RpcError")
      assert.strictEqual((yield* thread.run("again")).finalResponse, "answer to again")
    }).pipe(
      Effect.provide(
        fakeServer(`let isLoaded = true
          const start = handlers["turn/start"]
          const resume = handlers["thread/resume"]
          handlers["turn/start"] = (m) => isLoaded ? start(m) : refuse(m, "thread not found: " + m.params.threadId)
          handlers["thread/resume"] = (m) => { isLoaded = true; resume(m) }
          handlers["thread/unsubscribe"] = (m) => { isLoaded = false; ok(m, { status: "unsubscribed" }) }
          handlers["thread/delete"] = (m) => {
            isLoaded = false
            notify("thread/status/changed", { threadId: m.params.threadId, status: { type: "notLoaded" } })
            refuse(m, "a fork still needs it")
          }`)
      )
    )
  )

  it.live("that is closed under a running turn ends it with TurnInterrupted", () =>
    Effect.gen(function* () {
      const reason = yield* reasonOf(Effect.flatMap(newThread, (thread) => thread.run("go")))
      assert.strictEqual(reason._tag, "TurnInterrupted")
      assert.strictEqual(yield* (yield* FakeServer).started, 1)
    }).pipe(
      Effect.provide(
        fakeServer(`onTurn = (threadId, turnId) => { begin(threadId, turnId); notify("thread/closed", { threadId }) }
          handlers["turn/interrupt"] = (m) => refuse(m, "thread not found")
          handlers["thread/backgroundTerminals/clean"] = (m) => refuse(m, "thread not found")`)
      )
    )
  )

  it.live("that is resumed by a name is not looked for without an end", () =>
    Effect.gen(function* () {
      const thread = yield* Effect.flatMap(Codex, (codex) => codex.resumeThread("the one", anywhere))
      assert.deepInclude(yield* reasonOf(thread.run("go")), { _tag: "ThreadNotFound", threadId: "the one" })
    }).pipe(Effect.provide(fakeServer(`handlers["thread/list"] = (m) => ok(m, { data: [], nextCursor: "again" })`)))
  )
})
