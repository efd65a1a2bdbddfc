import { assert, describe, it } from "@effect/vitest"
import { Codex, type CodexError, EventTap, type ThreadEvent, type TurnFailed } from "effect-codex"
import {
  functionCall,
  type ModelReply,
  promptOf,
  reply,
  replyCut,
  replyError,
  replyFailed,
  replyHanging,
  replyIncomplete,
  ScriptedModel,
  shellCommand
} from "effect-codex/testing"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as FileSystem from "effect/FileSystem"
import * as Layer from "effect/Layer"
import * as Schedule from "effect/Schedule"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/testing/TestClock"
import { codexOver, realCodex, Workspace } from "../support/realCodex.ts"
import { assertOwnUsage, oneReply, sharedEvents, transports } from "../support/transports.ts"

const startThread = Effect.gen(function* () {
  const codex = yield* Codex
  const { options } = yield* Workspace
  return yield* codex.startThread(options)
})

const failureOf = <A, R>(effect: Effect.Effect<A, CodexError, R>) => Effect.flip(effect)

describe.each(transports)("failed turns of the real binary over %s", (transport) => {
  const kinds: ReadonlyArray<readonly [TurnFailed["kind"], boolean, ModelReply]> = [
    ["usageLimit", false, replyError(429, { type: "usage_limit_reached", message: "The usage limit is reached" })],
    ["usageLimit", false, replyFailed({ code: "insufficient_quota", message: "You exceeded your quota" })],
    ["contextWindow", false, replyFailed({ code: "context_length_exceeded", message: "too long" })],
    ["authentication", false, replyError(401, { message: "Incorrect API key provided" })],
    ["modelNotFound", false, replyError(404, { code: "model_not_found", message: "The model `x` does not exist" })],
    ["overloaded", true, replyError(503, { code: "server_is_overloaded", message: "overloaded" })],
    ["overloaded", true, replyError(429, { message: "slow down" })],
    ["overloaded", true, replyFailed({ code: "rate_limit_exceeded", message: "Rate limit reached. Try again in 1s." })],
    ["network", true, replyCut("half a reply")],
    ["other", false, replyError(400, { message: "bad request" })],
    ["other", false, replyIncomplete("content_filter")],
    ["other", false, replyIncomplete("max_output_tokens")]
  ]

  it.live.each(kinds)("says that %s is the matter (retryable: %s)", ([kind, isRetryable, modelReply]) =>
    Effect.gen(function* () {
      const thread = yield* startThread
      const error = yield* failureOf(thread.run("go"))
      assert.deepInclude(error.reason, { _tag: "TurnFailed", kind }, error.message)
      assert.strictEqual(error.isRetryable, isRetryable)
      assert.isDefined(error.threadId)
    }).pipe(Effect.provide(realCodex(() => modelReply, { transport })))
  )

  it.live("emits every event before it fails, and keeps the items", () =>
    Effect.gen(function* () {
      const thread = yield* startThread
      const seen: Array<ThreadEvent> = []
      const error = yield* failureOf(
        Stream.runForEach(thread.stream("go"), (event) => Effect.sync(() => seen.push(event)))
      )
      assert.strictEqual(error.reason._tag, "TurnFailed")
      const tags = sharedEvents(transport, seen).map((event) => event._tag)
      assert.deepStrictEqual(tags, ["ThreadStarted", "TurnStarted", "ItemCompleted", "ThreadError", "TurnFailed"])
      const run = yield* failureOf(thread.run("again"))
      assert.deepStrictEqual(
        run.items?.map((item) => item._tag === "AgentMessage" && item.text),
        ["partial"]
      )
    }).pipe(
      Effect.provide(
        realCodex(() => replyFailed({ code: "invalid_prompt", message: "no" }, ["partial"]), { transport })
      )
    )
  )

  it.live("goes on after a reconnect notice", () =>
    Effect.gen(function* () {
      const thread = yield* startThread
      const events = yield* Stream.runCollect(thread.stream("go"))
      const notice = events.find((event) => event._tag === "ThreadError")
      assert.match(notice?.message ?? "", /^Reconnecting\.\.\. 1\/1/)
      assert.strictEqual(events.at(-1)?._tag, "TurnCompleted")
    }).pipe(Effect.provide(realCodex([replyCut("lost"), reply("found")], { transport, maxRetries: 1 })))
  )
})

describe.each(transports)("a codex that does not start its turn over %s", (transport) => {
  it.live("refuses a directory outside of Git", () =>
    Effect.gen(function* () {
      const codex = yield* Codex
      const fs = yield* FileSystem.FileSystem
      const directory = yield* fs.makeTempDirectoryScoped()
      // Without a HEAD it is nothing to codex.
      yield* fs.makeDirectory(`${directory}/.git`)
      const { marker } = yield* Workspace
      const thread = yield* codex.startThread({ workingDirectory: directory })
      const error = yield* failureOf(thread.run("go"))
      assert.deepInclude(error.reason, { _tag: "UntrustedDirectory", directory })
      assert.include(error.message, "skipGitRepoCheck")
      yield* marker.assertTurnsEnded
      const trusting = yield* codex.startThread({ workingDirectory: directory, skipGitRepoCheck: true })
      assert.strictEqual((yield* trusting.run("go")).finalResponse, "ok")
    }).pipe(Effect.provide(realCodex([reply("ok")], { transport })))
  )

  it.live("says that another turn is writing the thread", () =>
    Effect.gen(function* () {
      const codex = yield* Codex
      const { options } = yield* Workspace
      const thread = yield* codex.startThread(options)
      const reason = yield* thread.stream("first").pipe(
        Stream.filter((event) => event._tag === "TurnStarted"),
        Stream.mapEffect(() =>
          Effect.gen(function* () {
            const id = yield* Effect.flatMap(thread.id, Effect.fromOption)
            const other = yield* codex.resumeThread(id, options)
            return (yield* failureOf(other.run("second"))).reason
          })
        ),
        Stream.runHead,
        Effect.flatMap(Effect.fromOption)
      )
      assert.deepInclude(reason, { _tag: "ThreadBusy", usedBy: transport === "exec" ? "process" : "turn" })
      assert.isTrue(reason.isRetryable)
    }).pipe(Effect.provide(realCodex(() => replyHanging(), { transport })))
  )

  it.live("says that another codex is writing the thread", () =>
    Effect.gen(function* () {
      const { options } = yield* Workspace
      const thread = yield* startThread
      const inTheOther = Effect.gen(function* () {
        const id = yield* Effect.flatMap(thread.id, Effect.fromOption)
        const other = yield* Codex.use((codex) => codex.resumeThread(id, options))
        return (yield* failureOf(other.run("second"))).reason
      }).pipe(Effect.provide(Layer.fresh(codexOver(transport === "exec" ? "app-server" : "exec"))))
      const reason = yield* thread.stream("first").pipe(
        Stream.filter((event) => event._tag === "TurnStarted"),
        Stream.mapEffect(() => inTheOther),
        Stream.runHead,
        Effect.flatMap(Effect.fromOption)
      )
      assert.deepInclude(reason, { _tag: "ThreadBusy", usedBy: "process" })
    }).pipe(Effect.provide(realCodex(() => replyHanging(), { transport })))
  )

  it.live("reports codex's own words for what has no reason of its own", () =>
    Effect.gen(function* () {
      const codex = yield* Codex
      const { options } = yield* Workspace
      const thread = yield* codex.startThread({ ...options, config: { model_providers: 3 } })
      const { reason } = yield* failureOf(thread.run("go"))
      if (transport === "exec") assert.deepInclude(reason, { _tag: "ExitError", exitCode: 1 })
      else assert.deepInclude(reason, { _tag: "RpcError", method: "thread/start" })
      assert.include(reason.message, "invalid type: integer `3`")
    }).pipe(Effect.provide(realCodex([], { transport })))
  )
})

// The test's clock stands still until codex has begun what is to be ended, however long that takes.
const shortly = TestClock.withLive(Effect.sleep("20 millis"))
const timeGoesOn = Effect.forever(Effect.andThen(TestClock.adjust("1 second"), shortly))

// A codex that is slow to end its commands is killed otherwise, and leaves them.
const patient = { exec: { gracePeriod: "1 minute" }, server: { gracePeriod: "1 minute" } } as const

describe.each(transports)("interruption of the real binary over %s", (transport) => {
  const sleeps = reply(shellCommand("sleep 300 & echo started; sleep 300", { yieldTimeMs: 60_000 }))

  it.live("ends the commands that the agent runs, and leaves a thread that can be resumed", () =>
    Effect.gen(function* () {
      const codex = yield* Codex
      const { marker, options } = yield* Workspace
      const thread = yield* codex.startThread(options)
      yield* thread.stream("run it").pipe(
        Stream.takeUntil((event) => event._tag === "ItemStarted"),
        Stream.runDrain
      )
      yield* marker.assertTurnsEnded
      const id = yield* Effect.flatMap(thread.id, Effect.fromOption)
      const again = yield* thread.run("go on")
      assert.strictEqual(again.threadId, id)
      // The interrupted turn has used tokens too.
      assertOwnUsage(transport, again, oneReply)
      const resumed = yield* codex.resumeThread(id, options)
      assert.strictEqual((yield* resumed.run("and on")).finalResponse, "third")
    }).pipe(Effect.provide(realCodex([sleeps, reply("second"), reply("third")], { transport, ...patient })))
  )

  it.effect("ends a turn at its time limit, with all its processes", () =>
    Effect.gen(function* () {
      const { marker } = yield* Workspace
      const { entries } = yield* EventTap
      const thread = yield* startThread
      yield* entries.pipe(
        Stream.filter((entry) => entry._tag === "TurnEvent" && entry.event._tag === "ItemStarted"),
        Stream.runForEach(() => TestClock.adjust("8 seconds")),
        Effect.forkScoped({ startImmediately: true })
      )
      const error = yield* failureOf(thread.run("run it", { timeout: "8 seconds" }))
      assert.deepInclude(error.reason, { _tag: "TimeoutError", limit: "timeout", milliseconds: 8000 })
      assert.deepStrictEqual(
        error.items?.map((item) => item._tag),
        ["CommandExecution"]
      )
      yield* marker.assertTurnsEnded
    }).pipe(
      Effect.scoped,
      Effect.provide(realCodex([sleeps], { transport, ...patient })),
      Effect.provide(EventTap.layer())
    )
  )

  it.effect("ends a turn at its time limit while its reader waits for just that", () =>
    Effect.gen(function* () {
      const { marker } = yield* Workspace
      const thread = yield* startThread
      const commandsAre = (isThere: boolean) =>
        marker.processes.pipe(
          Effect.repeat({
            until: (all) => all.some((process) => /\d sleep /.test(process)) === isThere,
            schedule: Schedule.spaced("20 millis")
          }),
          TestClock.withLive
        )
      const read = thread
        .stream("run it", { timeout: "4 seconds" })
        .pipe(
          Stream.runForEach((event) =>
            event._tag === "ItemStarted"
              ? Effect.andThen(commandsAre(true), Effect.raceFirst(commandsAre(false), timeGoesOn))
              : Effect.void
          )
        )
      assert.deepInclude((yield* failureOf(read)).reason, { _tag: "TimeoutError", milliseconds: 4000 })
      yield* marker.assertTurnsEnded
      assert.strictEqual((yield* thread.run("again")).finalResponse, "second")
    }).pipe(Effect.provide(realCodex([sleeps, reply("second")], { transport, ...patient })))
  )

  it.effect("ends a turn that reports nothing", () =>
    Effect.gen(function* () {
      const { marker } = yield* Workspace
      const { requests } = yield* ScriptedModel
      const thread = yield* startThread
      const turn = yield* Effect.forkChild(failureOf(thread.run("hang", { idleTimeout: "2 seconds" })))
      yield* Effect.repeat(Effect.andThen(shortly, requests), { until: (all) => all.length > 0 })
      // What codex has reported before may not be read yet.
      const error = yield* Effect.raceFirst(Fiber.join(turn), timeGoesOn)
      assert.deepInclude(error.reason, { _tag: "TimeoutError", limit: "idleTimeout" })
      yield* marker.assertTurnsEnded
      assert.strictEqual((yield* thread.run("again")).finalResponse, "second")
    }).pipe(Effect.provide(realCodex([replyHanging(), reply("second")], { transport })))
  )

  it.live("ends the agents that the agent has started, and their commands", () =>
    Effect.gen(function* () {
      const { marker } = yield* Workspace
      const thread = yield* startThread
      const turn = yield* Effect.forkChild(thread.run("do it"))
      yield* marker.processes.pipe(
        Effect.repeat({
          until: (all) => all.filter((process) => /\d sleep /.test(process)).length === 2,
          schedule: Schedule.spaced("20 millis")
        })
      )
      yield* Fiber.interrupt(turn)
      yield* marker.assertTurnsEnded
      const { requests } = yield* ScriptedModel
      const before = (yield* requests).length
      assert.strictEqual((yield* thread.run("again")).finalResponse, "second")
      assert.lengthOf(yield* requests, before + 1)
    }).pipe(
      Effect.provide(
        realCodex(
          (request) => {
            const sent = JSON.stringify(request.body.input)
            if (promptOf(request) === "again") return reply("second")
            if (!sent.includes("do it")) return sleeps
            const task = { task_name: "child", message: "a task of its own", fork_turns: "none" }
            return request.body.input.some((item) => item["name"] === "spawn_agent")
              ? reply(functionCall("wait_agent", {}, { namespace: "collaboration" }))
              : reply(functionCall("spawn_agent", task, { namespace: "collaboration" }))
          },
          { transport, ...patient }
        )
      )
    )
  )

  it.live("ends a review and its commands", () =>
    Effect.gen(function* () {
      const codex = yield* Codex
      const { marker, options } = yield* Workspace
      const review = codex.streamReview({ _tag: "Uncommitted" }, options)
      yield* review.pipe(
        Stream.takeUntil((event) => event._tag === "ItemStarted"),
        Stream.runDrain
      )
      yield* marker.assertTurnsEnded
      yield* review.pipe(Stream.take(1), Stream.runDrain)
      yield* marker.assertTurnsEnded
    }).pipe(
      Effect.provide(
        // codex exec 0.169 does not end a review on SIGINT, and what the command has begun on SIGKILL.
        transport === "exec"
          ? realCodex(() => reply(shellCommand("sleep 300")), { exec: { gracePeriod: "200 millis" } })
          : realCodex(() => sleeps, { transport, ...patient })
      )
    )
  )
})
