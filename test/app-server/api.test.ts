import { assert, describe, it } from "@effect/vitest"
import { Codex, type ThreadId } from "effect-codex"
import { Account, AppServer, Configuration, McpServers, Models, Threads } from "effect-codex/app-server"
import { promptOf, reply, replyHanging, ScriptedModel } from "effect-codex/testing"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as FileSystem from "effect/FileSystem"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import { Workspace } from "../support/realCodex.ts"
import { reasonOf, whileBusy } from "../support/turns.ts"
import { realServer } from "../support/realServer.ts"

const startThread = Effect.gen(function* () {
  const codex = yield* Codex
  return yield* codex.startThread((yield* Workspace).options)
})

/** A thread with a turn for each prompt. */
const recordThread = Effect.fnUntraced(function* (...prompts: ReadonlyArray<string>) {
  const thread = yield* startThread
  let threadId: ThreadId | undefined
  for (const prompt of prompts) threadId = (yield* thread.run(prompt)).threadId
  assert.isDefined(threadId)
  return { thread, threadId }
})

const ids = <E, R>(threads: Stream.Stream<{ readonly id: string }, E, R>) =>
  Effect.map(Stream.runCollect(threads), (all) => all.map(({ id }) => id))

describe("the api of an app-server", () => {
  it.live("lists threads page by page, in both directions of time", () =>
    Effect.gen(function* () {
      const { threadId: one } = yield* recordThread("one")
      const { threadId: two } = yield* recordThread("two")
      const { threadId: three } = yield* recordThread("three")
      assert.deepStrictEqual(yield* ids(Threads.list({ limit: 1, sortDirection: "asc" })), [one, two, three])
      assert.deepStrictEqual(yield* ids(Threads.list({ searchTerm: "two" })), [two])
    }).pipe(Effect.provide(realServer(() => reply("Hi"))))
  )

  it.live("names, reads, archives, unarchives and deletes a thread", () =>
    Effect.gen(function* () {
      const { thread, threadId } = yield* recordThread("go")
      yield* Threads.setName(threadId, "the one")
      assert.strictEqual((yield* Threads.read(threadId)).name, "the one")

      yield* Threads.archive(threadId)
      assert.deepInclude(yield* reasonOf(thread.run("on")), { _tag: "ThreadNotFound", threadId, isArchived: true })
      assert.deepStrictEqual(yield* ids(Threads.list()), [])
      assert.deepStrictEqual(yield* ids(Threads.list({ archived: true })), [threadId])
      assert.strictEqual((yield* Threads.unarchive(threadId)).id, threadId)
      assert.deepStrictEqual(yield* ids(Threads.list()), [threadId])

      yield* Threads.remove(threadId)
      assert.deepStrictEqual(yield* ids(Threads.list()), [])
      const error = yield* Effect.flip(Threads.read(threadId))
      assert.deepInclude(error.reason, { _tag: "ThreadNotFound", threadId })
    }).pipe(Effect.provide(realServer(() => reply("Hi"))))
  )

  it.live("lists turns and items, and reverts a thread to before a turn", () =>
    Effect.gen(function* () {
      const { thread, threadId } = yield* recordThread("first prompt", "second prompt")
      const turns = yield* Stream.runCollect(Threads.turns({ threadId, limit: 1, sortDirection: "asc" }))
      assert.lengthOf(turns, 2)
      const items = yield* Stream.runCollect(Threads.items({ threadId, sortDirection: "asc" }))
      assert.includeDeepMembers(
        items.map(({ item }) => item.type),
        ["userMessage", "agentMessage"]
      )

      yield* Threads.revert(threadId, turns[1]?.id ?? "")
      yield* thread.run("third prompt")
      const { requests } = yield* ScriptedModel
      const last = JSON.stringify((yield* requests).at(-1)?.body.input)
      assert.include(last, "first prompt")
      assert.notInclude(last, "second prompt")
    }).pipe(Effect.provide(realServer(() => reply("Hi"))))
  )

  it.live("compacts a thread, and waits until it is done", () =>
    Effect.gen(function* () {
      const { thread, threadId } = yield* recordThread("one")
      yield* Threads.compact(threadId)
      const { requests } = yield* ScriptedModel
      const before = (yield* requests).length
      assert.isAtLeast(before, 2, "the summary takes a request")
      assert.strictEqual((yield* thread.run("two")).finalResponse, "Hi")
    }).pipe(Effect.provide(realServer(() => reply("Hi"))))
  )

  it.live("compacts a thread whose turn runs, which is stopped", () =>
    Effect.gen(function* () {
      const { thread, threadId } = yield* recordThread("one")
      const server = yield* AppServer
      const started = yield* Stream.toPull(server.notifications("turn/started"))
      const turn = yield* Effect.forkChild(reasonOf(thread.run("hang")))
      yield* started
      yield* Threads.compact(threadId)
      assert.strictEqual((yield* Fiber.join(turn))._tag, "TurnInterrupted")
      assert.strictEqual((yield* thread.run("two")).finalResponse, "Hi")
    }).pipe(
      Effect.scoped,
      Effect.provide(realServer((request) => (promptOf(request) === "hang" ? replyHanging() : reply("Hi"))))
    )
  )

  it.live("compacts a thread for two who ask at once", () =>
    Effect.gen(function* () {
      const { thread, threadId } = yield* recordThread("one")
      yield* Effect.all([Threads.compact(threadId), Threads.compact(threadId)], { concurrency: 2 })
      // If codex was asked the second time after the first compaction, another one runs.
      assert.strictEqual((yield* Effect.retry(thread.run("two"), whileBusy)).finalResponse, "Hi")
    }).pipe(Effect.provide(realServer(() => reply("Hi"))))
  )

  it.live("stops a compaction whose fiber is interrupted, and the thread can be used", () =>
    Effect.gen(function* () {
      const { thread, threadId } = yield* recordThread("one")
      const server = yield* AppServer
      const started = yield* Stream.toPull(server.notifications("turn/started"))
      const compaction = yield* Effect.forkChild(Threads.compact(threadId))
      yield* started
      yield* Fiber.interrupt(compaction)
      assert.strictEqual((yield* thread.run("two")).finalResponse, "Hi")
    }).pipe(
      Effect.scoped,
      Effect.provide(
        // It may be stopped before it has asked the model.
        realServer((request) => (["one", "two"].includes(promptOf(request)) ? reply("Hi") : replyHanging()))
      )
    )
  )

  it.live("refuses methods and notifications that are not of the protocol, and params that do not fit", () =>
    Effect.gen(function* () {
      const server = yield* AppServer
      const unchecked = (method: string, params?: unknown) =>
        // Callers without types may pass anything.
        reasonOf((server.request as typeof server.requestUnknown)(method, params))
      for (const method of ["no/such", "toString"]) {
        const reason = yield* unchecked(method)
        assert.deepInclude(reason, { _tag: "InvalidOptions", option: "method" })
        assert.include(reason.message, "requestUnknown")
      }
      const misfit = yield* unchecked("thread/read", { threadId: 5 })
      assert.include(misfit.message, 'expected string at ["threadId"]')
      const exit = yield* Effect.exit(
        Stream.runDrain((server.notifications as (method: string) => Stream.Stream<unknown>)("no/such"))
      )
      assert.include(String(exit), "allNotifications")
    }).pipe(Effect.provide(realServer([])))
  )

  it.live("injects items that the model sees in the next turn", () =>
    Effect.gen(function* () {
      const { thread, threadId } = yield* recordThread("one")
      const content = [{ type: "input_text", text: "a fact from elsewhere" }]
      yield* Threads.injectItems(threadId, [{ type: "message", role: "user", content }])
      yield* thread.run("two")
      const { requests } = yield* ScriptedModel
      assert.include(JSON.stringify((yield* requests).at(-1)?.body.input), "a fact from elsewhere")
    }).pipe(Effect.provide(realServer(() => reply("Hi"))))
  )

  it.live("gives a thread a goal and takes it away", () =>
    Effect.gen(function* () {
      const { threadId } = yield* recordThread("one")
      assert.isTrue(Option.isNone(yield* Threads.goal(threadId)))
      yield* Threads.setGoal({ threadId, objective: "all tests pass", status: "paused" })
      assert.strictEqual(Option.getOrThrow(yield* Threads.goal(threadId)).objective, "all tests pass")
      yield* Threads.clearGoal(threadId)
      assert.isTrue(Option.isNone(yield* Threads.goal(threadId)))
    }).pipe(Effect.provide(realServer(() => reply("Hi"))))
  )

  it.live("lists models and MCP servers, and reads the configuration", () =>
    Effect.gen(function* () {
      const models = yield* Stream.runCollect(Models.list({ limit: 2 }))
      assert.isAbove(models.length, 2)
      assert.deepStrictEqual(yield* Stream.runCollect(McpServers.status()), [])
      const { config } = yield* Configuration.read()
      assert.strictEqual(config.model_provider, "scripted")
    }).pipe(Effect.provide(realServer([])))
  )

  it.live("writes into the configuration file of codex", () =>
    Effect.gen(function* () {
      yield* Configuration.write({ keyPath: "model", value: "gpt-written", mergeStrategy: "replace" })
      const fs = yield* FileSystem.FileSystem
      const { codexOptions } = yield* ScriptedModel
      assert.include(yield* fs.readFileString(`${codexOptions.codexHome}/config.toml`), 'model = "gpt-written"')
    }).pipe(Effect.provide(realServer([])))
  )

  it.live("logs in with a key and out again", () =>
    Effect.gen(function* () {
      const server = yield* AppServer
      const updated = yield* Stream.toPull(server.notifications("account/updated"))
      yield* Account.loginWithApiKey(Redacted.make("sk-of-a-test"))
      assert.strictEqual((yield* updated)[0].authMode, "apikey")
      yield* Account.logout
      assert.isNull((yield* Account.read()).account)
    }).pipe(Effect.scoped, Effect.provide(realServer([])))
  )

  it.live("cancels the login with ChatGPT when its fiber is interrupted", () =>
    Effect.gen(function* () {
      const shown = yield* Deferred.make<string>()
      const server = yield* AppServer
      // The key of the scripted model is a login too, without an id.
      const pull = yield* server.notifications("account/login/completed").pipe(
        Stream.filter(({ loginId }) => loginId !== null),
        Stream.toPull
      )
      const completed = yield* Effect.forkChild(pull, { startImmediately: true })
      const login = yield* Effect.forkChild(
        Account.loginWithChatGpt((url) => Effect.asVoid(Deferred.succeed(shown, url)))
      )
      assert.match(yield* Deferred.await(shown), /^https:\/\/auth\.openai\.com\//)
      yield* Fiber.interrupt(login)
      assert.isFalse((yield* Fiber.join(completed))[0].success)
    }).pipe(Effect.scoped, Effect.provide(realServer([])))
  )
})
