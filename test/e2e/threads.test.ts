import { assert, describe, it } from "@effect/vitest"
import { Codex, type CodexError, type ThreadEvent } from "effect-codex"
import { promptOf, reply, ScriptedModel } from "effect-codex/testing"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { onePixel } from "../support/onePixel.ts"
import { realCodex, Workspace } from "../support/realCodex.ts"

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

describe("threads of the real binary", () => {
  it.live("streams the events of a turn in order", () =>
    Effect.gen(function* () {
      const thread = yield* startThread
      assert.isTrue(Option.isNone(yield* thread.id))
      const events = yield* Stream.runCollect(thread.stream("hello"))
      assert.deepStrictEqual(
        events.map((event) => event._tag),
        ["ThreadStarted", "TurnStarted", "ItemCompleted", "TurnCompleted"]
      )
      const started = events[0]
      assert.isTrue(started?._tag === "ThreadStarted" && started.threadId === Option.getOrUndefined(yield* thread.id))
    }).pipe(Effect.provide(realCodex([reply("Hi!")])))
  )

  it.live("continues the thread with its second turn and tells the turns' usage apart", () =>
    Effect.gen(function* () {
      const thread = yield* startThread
      const first = yield* thread.run("first input")
      const second = yield* thread.run("second input")
      assert.strictEqual(first.finalResponse, "First response")
      assert.strictEqual(second.finalResponse, "Second response")
      assert.strictEqual(second.threadId, first.threadId)
      const share = {
        inputTokens: 42,
        cachedInputTokens: 12,
        cacheWriteInputTokens: 0,
        outputTokens: 5,
        reasoningOutputTokens: 2
      }
      assert.deepStrictEqual(first.usage, share)
      assert.deepStrictEqual(second.usage, share)
      assert.strictEqual(second.threadUsage?.inputTokens, 84)
      const sent = yield* sentTexts(1)
      assert.include(sent, "first input")
      assert.include(sent, "First response")
      assert.include(sent, "second input")
    }).pipe(Effect.provide(realCodex([reply("First response"), reply("Second response")])))
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
      assert.isUndefined(turn.usage)
      assert.strictEqual(turn.threadUsage?.inputTokens, 84)
    }).pipe(Effect.provide(realCodex([reply("First response"), reply("Second response")])))
  )

  it.live("resumes the last thread of the directory", () =>
    Effect.gen(function* () {
      const codex = yield* Codex
      const { options } = yield* Workspace
      const { threadId } = yield* (yield* startThread).run("first input")
      const turn = yield* (yield* codex.resumeLastThread(options)).run("second input")
      assert.strictEqual(turn.threadId, threadId)
    }).pipe(Effect.provide(realCodex([reply("First"), reply("Second")])))
  )

  it.live("does not take a new thread for the last one", () =>
    Effect.gen(function* () {
      const codex = yield* Codex
      const { marker, options } = yield* Workspace
      const thread = yield* codex.resumeLastThread(options)
      const reason = yield* reasonOf(thread.run("go on"))
      assert.strictEqual(reason._tag, "ThreadNotFound")
      yield* marker.assertNothingLeft
    }).pipe(Effect.provide(realCodex(() => reply("never wanted"))))
  )

  it.live("does not take a new thread for one with an unknown name", () =>
    Effect.gen(function* () {
      const codex = yield* Codex
      const { options } = yield* Workspace
      const thread = yield* codex.resumeThread("no such name", options)
      assert.deepInclude(yield* reasonOf(thread.run("go on")), { _tag: "ThreadNotFound", threadId: "no such name" })
    }).pipe(Effect.provide(realCodex(() => reply("never wanted"))))
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
    }).pipe(Effect.provide(realCodex([])))
  )

  it.live("does not resume an ephemeral thread", () =>
    Effect.gen(function* () {
      const codex = yield* Codex
      const { options } = yield* Workspace
      const thread = yield* codex.startThread({ ...options, ephemeral: true })
      yield* thread.run("first")
      assert.strictEqual((yield* reasonOf(thread.run("second")))._tag, "ThreadNotFound")
    }).pipe(Effect.provide(realCodex(() => reply("ok"))))
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
      assert.isUndefined(first.usage)
      const second = yield* fork.run("again")
      assert.strictEqual(second.threadId, first.threadId)
      assert.strictEqual(second.usage?.inputTokens, 42)
    }).pipe(Effect.provide(realCodex([reply("Parent response"), reply("Fork response"), reply("Fork again")])))
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
    }).pipe(Effect.provide(realCodex(() => reply("Looks good"))))
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
      Effect.provide(realCodex([reply('{"answer":"good","score":"x"}'), reply('{"answer":"good","score":null}')]))
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
    }).pipe(Effect.provide(realCodex([reply("A pixel")])))
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
    }).pipe(Effect.provide(realCodex([reply("long")])))
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
      yield* marker.assertNothingLeft
      assert.strictEqual((yield* thread.run("second")).finalResponse, "ok")
    }).pipe(Effect.provide(realCodex(() => reply("ok"))))
  )
})
