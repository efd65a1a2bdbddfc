import { assert, describe, it } from "@effect/vitest"
import { Codex, type CodexError, type ThreadEvent } from "effect-codex"
import { AppServer, Threads } from "effect-codex/app-server"
import { promptOf, reply, ScriptedModel } from "effect-codex/testing"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { onePixel } from "../support/onePixel.ts"
import { codexOver, realCodex, serverOnModel, Workspace } from "../support/realCodex.ts"
import { assertOwnUsage, oneReply, sharedEvents, type Transport, transports } from "../support/transports.ts"

const startThread = Effect.gen(function* () {
  const codex = yield* Codex
  const { options } = yield* Workspace
  return yield* codex.startThread(options)
})

/** What the model was sent by request `index`. */
const sentTexts = (index: number) =>
  Effect.gen(function* () {
    const model = yield* ScriptedModel
    const request = (yield* model.requests)[index]
    return JSON.stringify(request?.body.input)
  })

const reasonOf = <A, R>(effect: Effect.Effect<A, CodexError, R>) =>
  Effect.map(Effect.flip(effect), (error) => error.reason)

describe.each(transports)("threads of the real binary over %s", (transport) => {
  it.live("streams the events of a turn in order", () =>
    Effect.gen(function* () {
      const thread = yield* startThread
      assert.isTrue(Option.isNone(yield* thread.id))
      const events = yield* Stream.runCollect(thread.stream("hello"))
      assert.deepStrictEqual(
        sharedEvents(transport, events).map((event) => event._tag),
        ["ThreadStarted", "TurnStarted", "ItemCompleted", "TurnCompleted"]
      )
      const started = events[0]
      assert.isTrue(started?._tag === "ThreadStarted" && started.threadId === Option.getOrUndefined(yield* thread.id))
    }).pipe(Effect.provide(realCodex([reply("Hi!")], { transport })))
  )

  it.live("continues the thread with its second turn and tells the turns' usage apart", () =>
    Effect.gen(function* () {
      const thread = yield* startThread
      const first = yield* thread.run("first input")
      const second = yield* thread.run("second input")
      assert.strictEqual(first.finalResponse, "First response")
      assert.strictEqual(second.finalResponse, "Second response")
      assert.strictEqual(second.threadId, first.threadId)
      assert.deepStrictEqual(first.usage, oneReply)
      assert.deepStrictEqual(second.usage, oneReply)
      assert.strictEqual(second.threadUsage?.inputTokens, 84)
      const sent = yield* sentTexts(1)
      assert.include(sent, "first input")
      assert.include(sent, "First response")
      assert.include(sent, "second input")
    }).pipe(Effect.provide(realCodex([reply("First response"), reply("Second response")], { transport })))
  )

  it.live("resumes a thread by its id", () =>
    Effect.gen(function* () {
      const codex = yield* Codex
      const { options } = yield* Workspace
      const { threadId } = yield* (yield* startThread).run("first input")
      const thread = yield* codex.resumeThread(threadId, options)
      const turn = yield* thread.run("second input")
      assert.strictEqual(turn.threadId, threadId)
      assert.include(yield* sentTexts(1), "First response")
      assertOwnUsage(transport, turn, oneReply)
      assert.strictEqual(turn.threadUsage?.inputTokens, 84)
    }).pipe(Effect.provide(realCodex([reply("First response"), reply("Second response")], { transport })))
  )

  it.live("resumes a thread of another codex, by its id, as the last one and by its name", () =>
    Effect.gen(function* () {
      const { options } = yield* Workspace
      const runIn = (over: Transport, make: (codex: Codex["Service"]) => ReturnType<typeof codexResume>) =>
        Codex.use(make).pipe(
          Effect.flatMap((thread) => thread.run("go on")),
          Effect.provide(Layer.fresh(codexOver(over)))
        )
      const codexResume = (codex: Codex["Service"], id: string) => codex.resumeThread(id, options)
      const other: Transport = transport === "exec" ? "app-server" : "exec"
      const { threadId } = yield* runIn(transport, (codex) => codex.startThread(options))
      const name = `a "name" 🙂 --last`
      const giveName = AppServer.use((server) => server.request("thread/name/set", { threadId, name }))
      yield* Effect.provide(giveName, Layer.fresh(serverOnModel()))
      const turns = [
        yield* runIn(transport, (codex) => codexResume(codex, threadId)),
        yield* runIn(transport, (codex) => codex.resumeLastThread(options)),
        yield* runIn(transport, (codex) => codexResume(codex, name)),
        yield* runIn(other, (codex) => codex.resumeLastThread(options)),
        yield* runIn(transport, (codex) => codex.resumeLastThread(options))
      ]
      assert.deepStrictEqual(
        turns.map((turn) => [turn.threadId, turn.threadUsage?.inputTokens]),
        [84, 126, 168, 210, 252].map((tokens) => [threadId, tokens])
      )
    }).pipe(Effect.provide(realCodex(() => reply("ok"), { transport })))
  )

  it.live("resumes the last thread of the directory", () =>
    Effect.gen(function* () {
      const codex = yield* Codex
      const fs = yield* FileSystem.FileSystem
      const { directory, options } = yield* Workspace
      const { threadId } = yield* (yield* startThread).run("first input")
      const workingDirectory = `${directory}/below`
      yield* fs.makeDirectory(workingDirectory)
      yield* (yield* codex.startThread({ ...options, workingDirectory })).run("elsewhere")
      const turn = yield* (yield* codex.resumeLastThread(options)).run("second input")
      assert.strictEqual(turn.threadId, threadId)
    }).pipe(Effect.provide(realCodex(() => reply("ok"), { transport })))
  )

  it.live("resumes a thread with other options", () =>
    Effect.gen(function* () {
      const codex = yield* Codex
      const fs = yield* FileSystem.FileSystem
      const { directory, options } = yield* Workspace
      const { threadId } = yield* (yield* startThread).run("first input")
      const workingDirectory = `${directory}/below`
      yield* fs.makeDirectory(workingDirectory)
      const changed = {
        ...options,
        workingDirectory,
        modelReasoningEffort: "low",
        config: { model_verbosity: "high" }
      }
      yield* (yield* codex.resumeThread(threadId, changed)).run("second input")
      const back = yield* (yield* codex.resumeThread(threadId, options)).run("third input")
      assert.strictEqual(back.threadId, threadId)
      const [first, second, third] = yield* (yield* ScriptedModel).requests
      assert.include(JSON.stringify(second?.body.input), "first input")
      assert.include(JSON.stringify(second?.body.input), `<cwd>${workingDirectory}</cwd>`)
      assert.deepStrictEqual(
        [first, second, third].map((request) => [
          request?.body.reasoning?.["effort"],
          request?.body.text?.["verbosity"]
        ]),
        [
          [first?.body.reasoning?.["effort"], "low"],
          ["low", "high"],
          [first?.body.reasoning?.["effort"], "low"]
        ]
      )
    }).pipe(Effect.provide(realCodex(() => reply("ok"), { transport })))
  )

  it.live("does not take a new thread for the last one", () =>
    Effect.gen(function* () {
      const codex = yield* Codex
      const { marker, options } = yield* Workspace
      const thread = yield* codex.resumeLastThread(options)
      const reason = yield* reasonOf(thread.run("go on"))
      assert.strictEqual(reason._tag, "ThreadNotFound")
      yield* marker.assertTurnsEnded
    }).pipe(Effect.provide(realCodex(() => reply("never wanted"), { transport })))
  )

  it.live("does not take a new thread for one with an unknown name", () =>
    Effect.gen(function* () {
      const codex = yield* Codex
      const { options } = yield* Workspace
      const thread = yield* codex.resumeThread("no such name", options)
      assert.deepInclude(yield* reasonOf(thread.run("go on")), { _tag: "ThreadNotFound", threadId: "no such name" })
    }).pipe(Effect.provide(realCodex(() => reply("never wanted"), { transport })))
  )

  it.live("says that a thread does not exist", () =>
    Effect.gen(function* () {
      const codex = yield* Codex
      const { options } = yield* Workspace
      const threadId = "01a20318-0000-7000-8000-000000000000"
      for (const make of [codex.resumeThread, codex.forkThread]) {
        const thread = yield* make(threadId, options)
        assert.deepInclude(yield* reasonOf(thread.run("go on")), { _tag: "ThreadNotFound", threadId })
      }
      const named = yield* codex.forkThread("no such name", options)
      assert.strictEqual((yield* reasonOf(named.run("go on")))._tag, "ThreadNotFound")
    }).pipe(Effect.provide(realCodex([], { transport })))
  )

  it.live("says that a thread is archived, and goes on with one that is brought back", () =>
    Effect.gen(function* () {
      const codex = yield* Codex
      const { options } = yield* Workspace
      // By somebody else, as a server that has it loaded does not let others archive it.
      const { threadId } = yield* Codex.use((other) => other.startThread(options)).pipe(
        Effect.flatMap((thread) => thread.run("first")),
        Effect.provide(Layer.fresh(codexOver(transport)))
      )
      const onServer = Effect.provide(serverOnModel())
      yield* onServer(Threads.archive(threadId))
      for (const make of [codex.resumeThread, codex.forkThread]) {
        const reason = yield* reasonOf(Effect.flatMap(make(threadId, options), (thread) => thread.run("go on")))
        assert.deepInclude(reason, { _tag: "ThreadNotFound", threadId, isArchived: true })
        assert.include(reason.message, "Threads.unarchive")
      }
      yield* onServer(Threads.unarchive(threadId))
      const turn = yield* (yield* codex.resumeThread(threadId, options)).run("go on")
      assert.strictEqual(turn.threadId, threadId)
    }).pipe(Effect.provide(realCodex(() => reply("ok"), { transport })))
  )

  it.live("does not record an ephemeral thread", () =>
    Effect.gen(function* () {
      const codex = yield* Codex
      const { options } = yield* Workspace
      const thread = yield* codex.startThread({ ...options, ephemeral: true })
      const { threadId } = yield* thread.run("first")
      const later = yield* Effect.exit(thread.run("second"))
      // A server keeps it as long as it is loaded.
      assert.strictEqual(later._tag, transport === "exec" ? "Failure" : "Success")
      const elsewhere = Codex.use((other) => other.resumeThread(threadId, options)).pipe(
        Effect.flatMap((resumed) => resumed.run("third")),
        Effect.provide(Layer.fresh(codexOver(transport)))
      )
      assert.deepInclude(yield* reasonOf(elsewhere), { _tag: "ThreadNotFound", threadId })
    }).pipe(Effect.provide(realCodex(() => reply("ok"), { transport })))
  )

  it.live("forks a thread, which stays as it is", () =>
    Effect.gen(function* () {
      const codex = yield* Codex
      const { options } = yield* Workspace
      const parent = yield* (yield* startThread).run("parent input")
      const fork = yield* codex.forkThread(parent.threadId, options)
      const first = yield* fork.run("fork input")
      assert.notStrictEqual(first.threadId, parent.threadId)
      assert.include(yield* sentTexts(1), "Parent response")
      assertOwnUsage(transport, first, oneReply)
      assert.strictEqual(first.threadUsage?.inputTokens, 84)
      const second = yield* fork.run("again")
      assert.strictEqual(second.threadId, first.threadId)
      assert.strictEqual(second.usage?.inputTokens, 42)
    }).pipe(
      Effect.provide(realCodex([reply("Parent response"), reply("Fork response"), reply("Fork again")], { transport }))
    )
  )

  it.live("reviews uncommitted changes, a branch, a commit and what the instructions say", () =>
    Effect.gen(function* () {
      const codex = yield* Codex
      const { options } = yield* Workspace
      const uncommitted = yield* codex.review({ _tag: "Uncommitted" }, options)
      assert.strictEqual(uncommitted.finalResponse, "Looks good")
      assert.isUndefined(uncommitted.threadUsage)
      yield* codex.review({ _tag: "BaseBranch", branch: "main" }, options)
      yield* codex.review({ _tag: "Commit", sha: "abc123", title: "A title" }, options)
      yield* codex.review({ _tag: "Custom", instructions: "Only look at the tests" }, options)
      const events = yield* Stream.runCollect(codex.streamReview({ _tag: "Uncommitted" }, options))
      assert.strictEqual(events.at(-1)?._tag, "TurnCompleted")
      const prompts = (yield* (yield* ScriptedModel).requests).map(promptOf)
      assert.match(prompts[0] ?? "", /staged, unstaged, and untracked/)
      assert.include(prompts[1], "main")
      assert.include(prompts[2], "abc123")
      assert.include(prompts[2], "A title")
      assert.include(prompts[3], "Only look at the tests")
    }).pipe(Effect.provide(realCodex(() => reply("Looks good"), { transport })))
  )

  it.live("decodes structured output and has it repaired", () =>
    Effect.gen(function* () {
      const thread = yield* startThread
      const Answer = Schema.Struct({ answer: Schema.String, score: Schema.optionalKey(Schema.Int) })
      const turn = yield* thread.runStructured("rate it", { schema: Answer, repair: 1 })
      assert.deepStrictEqual(turn.value, { answer: "good" })
      const requests = yield* (yield* ScriptedModel).requests
      assert.deepInclude(requests[0]?.body.text?.format, { type: "json_schema", strict: true })
      assert.deepInclude(requests[1]?.body.text?.format, { type: "json_schema", strict: true })
      assert.include(promptOf(requests[1] ?? assert.fail("no second request")), '["score"]')
    }).pipe(
      Effect.provide(
        realCodex([reply('{"answer":"good","score":"x"}'), reply('{"answer":"good","score":null}')], { transport })
      )
    )
  )

  it.live("sends the texts as one prompt, and the images before it", () =>
    Effect.gen(function* () {
      const fs = yield* FileSystem.FileSystem
      const { directory } = yield* Workspace
      const images = ["one.png", "two words é.png"].map((name) => `${directory}/${name}`)
      yield* Effect.forEach(images, (path) => fs.writeFile(path, onePixel))
      const thread = yield* startThread
      yield* thread.run([
        { _tag: "Text", text: "Describe it" },
        ...images.map((path) => ({ _tag: "LocalImage" as const, path })),
        { _tag: "Text", text: "in detail" }
      ])
      const request = (yield* (yield* ScriptedModel).requests)[0]
      assert.strictEqual(request && promptOf(request), "Describe it\n\nin detail")
      const content = request?.body.input.at(-1)?.["content"]
      assert.isArray(content)
      const parts = content as ReadonlyArray<{ readonly type: string; readonly text?: string }> // checked below
      assert.strictEqual(parts.at(-1)?.text, "Describe it\n\nin detail")
      assert.deepStrictEqual(
        parts.flatMap((part) => (part.text?.startsWith("<image") === true ? [/path="(.*)"/.exec(part.text)?.[1]] : [])),
        images
      )
      assert.lengthOf(
        parts.filter((part) => part.type === "input_image"),
        2
      )
    }).pipe(Effect.provide(realCodex([reply("A pixel")], { transport })))
  )

  it.live("takes a prompt as long as codex allows, with characters of every kind", () =>
    Effect.gen(function* () {
      const prompt = "🙂\u0000\u2028\r\n\"'\\".padEnd(1_048_576 + 1, "x")
      const thread = yield* startThread
      yield* thread.run(prompt)
      const request = (yield* (yield* ScriptedModel).requests)[0]
      assert.isTrue(request !== undefined && promptOf(request) === prompt)
      const reason = yield* reasonOf(thread.run(`${prompt}x`))
      assert.deepInclude(reason, { _tag: "PromptTooLarge", length: 1_048_577, limit: 1_048_576 })
    }).pipe(Effect.provide(realCodex([reply("long")], { transport })))
  )

  it.live("stops codex when the stream is cut after its first event, and can go on", () =>
    Effect.gen(function* () {
      const { marker } = yield* Workspace
      const thread = yield* startThread
      const events: ReadonlyArray<ThreadEvent> = yield* thread.stream("first").pipe(Stream.take(1), Stream.runCollect)
      assert.deepStrictEqual(
        events.map((event) => event._tag),
        ["ThreadStarted"]
      )
      yield* marker.assertTurnsEnded
      assert.strictEqual((yield* thread.run("second")).finalResponse, "ok")
    }).pipe(Effect.provide(realCodex(() => reply("ok"), { transport })))
  )
})
