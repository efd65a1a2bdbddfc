import { assert, describe, it } from "@effect/vitest"
import { Codex, type CodexError, type CodexOptions, Input, type ThreadOptions } from "effect-codex"
import { AppServer } from "effect-codex/app-server"
import { TestExec } from "effect-codex/testing"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/testing/TestClock"
import { FakeServer, fakeServer } from "./support/fakeServer.ts"
import { hanging, makeGate, reasonOf, scripted, started, turnStarted } from "./support/turns.ts"

// Object.assign takes what a caller without types might write, too.
const change = (object: object, values: object) => void Object.assign(object, values)

const requests = TestExec.use(({ requests }) => requests)
const lastRequest = Effect.map(requests, (all) => all.at(-1) ?? assert.fail("no request"))
type StartThread = Codex["Service"]["startThread"]
const startThread = Codex.use((codex) => codex.startThread())

/** The request of a turn that has to wait for another's place. */
const whileWaiting = <E>(
  begin: (codex: Codex["Service"]) => Effect.Effect<Effect.Effect<unknown, E>, CodexError>,
  meanwhile: () => void
) =>
  Effect.gen(function* () {
    const gate = yield* makeGate
    const script = [gate.turn([started(), turnStarted], TestExec.turn("first").slice(2)), '{"n":1}']
    return yield* Effect.gen(function* () {
      const first = yield* startThread
      const running = yield* Effect.forkChild(first.run("first"), { startImmediately: true })
      yield* gate.begun
      const waiting = yield* Effect.forkChild(yield* Codex.use(begin), { startImmediately: true })
      assert.lengthOf(yield* requests, 1)
      meanwhile()
      yield* gate.open
      yield* Fiber.join(running)
      yield* Fiber.join(waiting)
      return yield* lastRequest
    }).pipe(Effect.provide(scripted(script, { maxConcurrentTurns: 1 })))
  })

describe("options that are changed after they were given", () => {
  it.effect("are those of codex's layer as they were", () => {
    const table = { b: [1, { c: 2 }] }
    const options = {
      configOverrides: ["a=1"],
      env: { A: "b" },
      telemetry: { recordContent: false },
      config: { table }
    }
    return Effect.gen(function* () {
      const thread = yield* startThread
      change(options.configOverrides, ["--evil"])
      change(options.env, { A: "\0", B: "c" })
      change(options.telemetry, { codexTracesUrl: "--evil" })
      change(table.b, [{ "\0": 1 }])
      change(options.config, { "--evil": 1 })
      change(options, { codexHome: "--evil" })
      yield* thread.run("go")
      assert.deepStrictEqual((yield* lastRequest).codex, {
        configOverrides: ["a=1"],
        env: { A: "b" },
        telemetry: { recordContent: false },
        config: { table: { b: [1, { c: 2 }] } }
      })
    }).pipe(Effect.provide(scripted(["ok"], options)))
  })

  it.effect.each<readonly [string, (codex: Codex["Service"], options: ThreadOptions) => ReturnType<StartThread>]>([
    ["started", (codex, options) => codex.startThread(options)],
    ["resumed", (codex, options) => codex.resumeThread("t", options)],
    ["resumed as the last", (codex, options) => codex.resumeLastThread(options)],
    ["forked", (codex, options) => codex.forkThread("t", options)]
  ])("are those of a thread as they were when it was %s", ([, make]) =>
    Effect.gen(function* () {
      const innermost = { c: 2 }
      const options = { workingDirectory: "/work", additionalDirectories: ["/a"], config: { a: { b: [1, innermost] } } }
      const thread = yield* Codex.use((codex) => make(codex, options))
      change(innermost, { c: Number.NaN })
      change(options.additionalDirectories, ["--evil"])
      change(options, { workingDirectory: "--evil", model: "-m" })
      yield* thread.run("go")
      assert.deepStrictEqual((yield* lastRequest).thread, {
        workingDirectory: "/work",
        additionalDirectories: ["/a"],
        config: { a: { b: [1, { c: 2 }] } }
      })
    }).pipe(Effect.provide(scripted(["ok"])))
  )

  it.effect("are those of a review that waits as they were, and so is its target", () =>
    Effect.gen(function* () {
      const target = { _tag: "BaseBranch", branch: "main" } as const
      const options = { additionalDirectories: ["/a"], config: { a: { b: 1 } } }
      const request = yield* whileWaiting(
        (codex) => Effect.succeed(codex.review(target, options)),
        () => {
          change(target, { branch: "--evil" })
          change(options.additionalDirectories, ["--evil"])
          change(options.config.a, { b: Number.NaN })
        }
      )
      assert.deepInclude(request.target, { _tag: "Review", review: { _tag: "BaseBranch", branch: "main" } })
      assert.deepStrictEqual(request.thread, { additionalDirectories: ["/a"], config: { a: { b: 1 } } })
    })
  )

  it.effect.each(["run", "stream", "runStructured"] as const)(
    "are those of a turn that waits as they were: %s",
    (how) =>
      Effect.gen(function* () {
        const input = [Input.text("second"), Input.localImage("a.png")]
        const outputSchema = { type: "object", properties: { n: { type: "integer" } } }
        const plain = { cyberAccessProgram: "standard", outputSchema } as const
        const options = { cyberAccessProgram: "standard", schema: Schema.Struct({ n: Schema.Int }) } as const
        const request = yield* whileWaiting(
          (codex) =>
            Effect.map(codex.startThread(), (thread) => {
              if (how === "runStructured") return thread.runStructured(input, options)
              return how === "run" ? thread.run(input, plain) : Stream.runDrain(thread.stream(input, plain))
            }),
          () => {
            for (const each of [plain, options]) change(each, { cyberAccessProgram: "--evil", timeout: Number.NaN })
            change(input[1] ?? {}, { path: "--evil" })
            change(outputSchema.properties, { n: "--evil" })
          }
        )
        assert.deepInclude(request, { prompt: "second", images: ["a.png"], cyberAccessProgram: "standard" })
        if (how !== "runStructured") {
          assert.deepStrictEqual(request.outputSchema, {
            type: "object",
            properties: { n: { type: "integer" } }
          })
        }
      })
  )

  it.effect("are a turn's time limit as it was", () =>
    Effect.gen(function* () {
      const timeout: [seconds: number, nanos: number] = [5, 0]
      const thread = yield* startThread
      yield* Effect.forkChild(thread.run("first", { timeout: "10 seconds" }), { startImmediately: true })
      const waiting = yield* Effect.forkChild(reasonOf(thread.run("second", { timeout })), { startImmediately: true })
      timeout[0] = 1_000_000
      yield* TestClock.adjust("15 seconds")
      assert.deepInclude(yield* Fiber.join(waiting), { _tag: "TimeoutError", limit: "timeout", milliseconds: 5000 })
    }).pipe(Effect.provide(scripted(() => hanging(started(), turnStarted))))
  )

  it.live("are those of a server that is started later as they were", () => {
    const options: CodexOptions = { env: { SAID: "before" }, extendEnv: true }
    return Effect.gen(function* () {
      const { directory } = yield* FakeServer
      yield* Effect.gen(function* () {
        const server = yield* AppServer
        change(options.env ?? {}, { SAID: "after" })
        assert.strictEqual(yield* server.requestUnknown("said"), "before")
      }).pipe(Effect.provide(AppServer.layer(options, { codexPath: `${directory}/codex` })))
    }).pipe(Effect.provide(fakeServer("handlers.said = (m) => ok(m, process.env.SAID)")))
  })
})
