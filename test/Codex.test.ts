import { NodeServices } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/testing/TestClock"
import { Codex, type CodexOptions, Exec, type ExecOptions, type ReviewTarget, ThreadTarget } from "effect-codex"
import { TestExec } from "effect-codex/testing"
import {
  completed,
  failed,
  hanging,
  makeGate,
  message,
  notice,
  oneByOne,
  prompts,
  reasonOf,
  says,
  scripted,
  started,
  targets,
  turnStarted,
  usage
} from "./support/turns.ts"

const environment = (env: Record<string, string>) => ConfigProvider.layer(ConfigProvider.fromEnv({ env }))

const reviewTargets: ReadonlyArray<readonly [ReviewTarget, prompt: string]> = [
  [{ _tag: "Uncommitted" }, ""],
  [{ _tag: "BaseBranch", branch: "main" }, ""],
  [{ _tag: "Commit", sha: "abc", title: "Fix" }, ""],
  [{ _tag: "Commit", sha: "abc", title: undefined }, ""],
  [{ _tag: "Custom", instructions: "Look at the tests" }, "Look at the tests"]
]

const fork = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.forkChild(Effect.asVoid(effect), { startImmediately: true })

const optionsOf = (env: Record<string, string>, options?: CodexOptions) =>
  Effect.gen(function* () {
    const thread = yield* Codex.use((codex) => codex.startThread())
    yield* thread.run("go")
    const [request] = yield* TestExec.use(({ requests }) => requests)
    return request?.codex
  }).pipe(
    Effect.provide(
      Codex.layerConfig(options).pipe(Layer.provideMerge(TestExec.layer(["ok"])), Layer.provide(environment(env)))
    )
  )

const built = (env: Record<string, string>, options?: ExecOptions) =>
  Layer.build(Exec.layerConfig(options)).pipe(
    Effect.provide(Layer.mergeAll(NodeServices.layer, environment(env))),
    Effect.scoped,
    Effect.result
  )

const tried = (result: Effect.Success<ReturnType<typeof built>>) =>
  Result.isFailure(result) &&
  result.failure._tag === "CodexError" &&
  result.failure.reason._tag === "ExecutableNotFound"
    ? result.failure.reason.tried
    : undefined

describe("Codex", () => {
  describe("threads", () => {
    it.effect("start nothing when they are made", () =>
      Effect.gen(function* () {
        const codex = yield* Codex
        yield* codex.startThread()
        yield* codex.resumeThread("t")
        yield* codex.resumeLastThread()
        yield* codex.forkThread("t")
        assert.deepStrictEqual(yield* targets, [])
      }).pipe(Effect.provide(scripted([])))
    )

    it.effect("ask for a new thread, a recorded one, the last one or a fork", () =>
      Effect.gen(function* () {
        const codex = yield* Codex
        for (const thread of [
          yield* codex.startThread(),
          yield* codex.resumeThread("t-1"),
          yield* codex.resumeLastThread(),
          yield* codex.forkThread("t-2")
        ]) {
          yield* thread.run("go")
        }
        assert.deepStrictEqual(yield* targets, [
          ThreadTarget.Start(),
          ThreadTarget.Resume({ threadId: "t-1" }),
          ThreadTarget.ResumeLast(),
          ThreadTarget.Fork({ threadId: "t-2" })
        ])
      }).pipe(Effect.provide(scripted(() => "ok")))
    )
  })

  describe("review", () => {
    it.effect("refuses instructions that are longer than codex takes", () =>
      Effect.gen(function* () {
        const codex = yield* Codex
        const reason = yield* reasonOf(codex.review({ _tag: "Custom", instructions: "x".repeat(1_048_577) }))
        assert.strictEqual(reason._tag, "PromptTooLarge")
      }).pipe(Effect.provide(scripted([])))
    )

    it.effect.each(reviewTargets)("asks for %j", ([review, prompt]) =>
      Effect.gen(function* () {
        const codex = yield* Codex
        yield* codex.review(review, { model: "m", timeout: "1 minute", idleTimeout: "1 second" })
        yield* Stream.runDrain(codex.streamReview(review, { model: "m" }))
        const requests = yield* TestExec.use(({ requests }) => requests)
        assert.strictEqual(requests.length, 2)
        for (const request of requests) {
          assert.deepInclude(request, {
            prompt,
            images: [],
            target: ThreadTarget.Review({ review }),
            codex: { baseUrl: "http://x" },
            thread: { model: "m" }
          })
        }
      }).pipe(Effect.provide(scripted(["ok", "ok"], { baseUrl: "http://x" })))
    )

    it.effect("gives the rendered findings, and no usage, since codex reports zeros", () =>
      Effect.gen(function* () {
        const turn = yield* Codex.use((codex) => codex.review({ _tag: "Uncommitted" }))
        assert.strictEqual(turn.finalResponse, "all good")
        assert.strictEqual(turn.threadId, "t-r")
        assert.notProperty(turn, "usage")
        assert.notProperty(turn, "threadUsage")
      }).pipe(Effect.provide(scripted([[started("t-r"), turnStarted, says("all good"), completed(usage(0))]])))
    )

    it.effect("fails as a turn does, with what was seen of it", () =>
      Effect.gen(function* () {
        const error = yield* Codex.use((codex) => Effect.flip(codex.review({ _tag: "Uncommitted" })))
        assert.strictEqual(error.reason._tag, "TurnFailed")
        assert.deepStrictEqual(error.items, [message("half")])
        assert.strictEqual(error.threadId, "t-r")
      }).pipe(Effect.provide(scripted([[started("t-r"), turnStarted, says("half"), failed("no")]])))
    )

    it.effect("is streamed event by event", () =>
      Effect.gen(function* () {
        const codex = yield* Codex
        const seen = yield* Stream.runCollect(codex.streamReview({ _tag: "Uncommitted" }))
        assert.deepStrictEqual(
          seen.map(({ _tag }) => _tag),
          ["ThreadStarted", "ThreadError", "TurnCompleted"]
        )
        const reason = yield* reasonOf(Stream.runDrain(codex.streamReview({ _tag: "Uncommitted" })))
        assert.strictEqual(reason._tag, "TurnIncomplete")
      }).pipe(Effect.provide(scripted([oneByOne(started(), notice("n"), completed()), [started()]])))
    )

    it.effect.each([
      ["timeout", { timeout: "5 seconds" }],
      ["idleTimeout", { idleTimeout: "5 seconds" }]
    ] as const)("keeps to its %s", ([limit, options]) =>
      Effect.gen(function* () {
        const codex = yield* Codex
        const fiber = yield* Effect.forkChild(reasonOf(codex.review({ _tag: "Uncommitted" }, options)), {
          startImmediately: true
        })
        yield* TestClock.adjust("5 seconds")
        const reason = yield* Fiber.join(fiber)
        assert.isTrue(reason._tag === "TimeoutError" && reason.limit === limit)
      }).pipe(Effect.provide(scripted([hanging(started(), turnStarted)])))
    )

    it.effect("does not touch a thread", () =>
      Effect.gen(function* () {
        const codex = yield* Codex
        const thread = yield* codex.startThread()
        yield* codex.review({ _tag: "Uncommitted" })
        yield* thread.run("go")
        assert.strictEqual((yield* targets)[1]?._tag, "Start")
      }).pipe(Effect.provide(scripted(["ok", "ok"])))
    )
  })

  describe("maxConcurrentTurns", () => {
    it.effect("lets that many turns run at once over all threads, in the order of the calls", () =>
      Effect.gen(function* () {
        const gate = yield* makeGate
        const slow = gate.turn([started(), turnStarted], [completed()])
        yield* Effect.gen(function* () {
          const codex = yield* Codex
          const [first, second] = [yield* codex.startThread(), yield* codex.startThread()]
          const fibers = [
            yield* fork(first.run("1")),
            yield* fork(second.run("2")),
            yield* fork(codex.review({ _tag: "Custom", instructions: "3" })),
            yield* fork(Stream.runDrain((yield* codex.startThread()).stream("4")))
          ]
          yield* gate.begun
          assert.deepStrictEqual(yield* prompts, ["1", "2"])
          yield* gate.open
          yield* Fiber.joinAll(fibers)
          assert.deepStrictEqual(yield* prompts, ["1", "2", "3", "4"])
        }).pipe(Effect.provide(scripted([slow, slow, "ok", "ok"], { maxConcurrentTurns: 2 })))
      })
    )
  })

  describe("layerConfig", () => {
    const env = { CODEX_API_KEY: "sk-1", CODEX_BASE_URL: "http://env", CODEX_HOME: "/env" }

    it.effect("reads the key, the base URL and codex's home", () =>
      Effect.gen(function* () {
        const options = yield* optionsOf(env)
        assert.strictEqual(options?.apiKey && Redacted.value(options.apiKey), "sk-1")
        assert.deepInclude(options, { baseUrl: "http://env", codexHome: "/env" })
      })
    )

    it.effect("prefers the options, and keeps the others", () =>
      Effect.gen(function* () {
        const options = yield* optionsOf(env, { baseUrl: "http://option", extendEnv: false })
        assert.deepInclude(options, { baseUrl: "http://option", codexHome: "/env", extendEnv: false })
      })
    )

    it.effect("needs none of them", () =>
      Effect.gen(function* () {
        const options = yield* optionsOf({})
        assert.deepStrictEqual(
          [options?.apiKey, options?.baseUrl, options?.codexHome],
          [undefined, undefined, undefined]
        )
      })
    )

    it.effect("checks what it read", () =>
      Effect.gen(function* () {
        const layer = Codex.layerConfig().pipe(
          Layer.provide(TestExec.layer([])),
          Layer.provide(environment({ CODEX_BASE_URL: "http://x\0" }))
        )
        const error = yield* Effect.flip(Layer.build(layer))
        assert.isTrue(error._tag === "CodexError" && error.reason._tag === "InvalidOptions")
      })
    )
  })
})

describe("Exec", () => {
  describe("layerConfig", () => {
    it.live("takes the executable from CODEX_PATH, unless an option names one", () =>
      Effect.gen(function* () {
        assert.deepStrictEqual(tried(yield* built({ CODEX_PATH: "/no/codex" })), ["CODEX_PATH: /no/codex"])
        assert.deepStrictEqual(tried(yield* built({ CODEX_PATH: "/no/codex" }, { codexPath: "/nor/this" })), [
          "option codexPath: /nor/this"
        ])
      })
    )

    it.live("takes the grace period and strictness from Config, unless options give them", () =>
      Effect.gen(function* () {
        const codexPath = process.execPath
        assert.isTrue(
          Result.isSuccess(yield* built({ CODEX_GRACE_PERIOD: "5 seconds", CODEX_STRICT: "true" }, { codexPath }))
        )
        for (const env of [{ CODEX_GRACE_PERIOD: "soon" }, { CODEX_STRICT: "maybe" }]) {
          const result = yield* built(env, { codexPath })
          assert.strictEqual(Result.isFailure(result) && result.failure._tag, "ConfigError")
        }
        const zero = yield* built({ CODEX_GRACE_PERIOD: "0 seconds" }, { codexPath })
        assert.isTrue(
          Result.isFailure(zero) && zero.failure._tag === "CodexError" && zero.failure.reason._tag === "InvalidOptions"
        )
        assert.isTrue(
          Result.isSuccess(yield* built({ CODEX_GRACE_PERIOD: "0 seconds" }, { codexPath, gracePeriod: 5 }))
        )
      }).pipe(Effect.provide(NodeServices.layer))
    )
  })

  describe("layer", () => {
    it.live.each<readonly [Record<string, unknown>, string]>([
      [{ codexPath: "" }, "codexPath"],
      [{ codexPath: null }, "codexPath"],
      [{ codexPath: "a\0" }, "codexPath"],
      [{ gracePeriod: 0 }, "gracePeriod"],
      [{ gracePeriod: "x" }, "gracePeriod"],
      [{ gracePeriod: "Infinity" }, "gracePeriod"],
      [{ gracePeriod: Number.POSITIVE_INFINITY }, "gracePeriod"],
      [{ maxLineBytes: 0 }, "maxLineBytes"],
      [{ maxLineBytes: -1 }, "maxLineBytes"],
      [{ maxLineBytes: "big" }, "maxLineBytes"],
      [{ maxLineBytes: "512 MiB" }, "maxLineBytes"],
      [{ stderrTailBytes: Number.NaN }, "stderrTailBytes"],
      [{ strict: "yes" }, "strict"],
      [{ path: "codex" }, "path"]
    ])("refuses %j", ([options, option]) =>
      Effect.gen(function* () {
        const reason = yield* reasonOf(Layer.build(Exec.layer(options as ExecOptions)))
        assert.strictEqual(reason._tag === "InvalidOptions" && reason.option, option)
      }).pipe(Effect.provide(NodeServices.layer))
    )
  })
})
