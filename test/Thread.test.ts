import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Ref from "effect/Ref"
import * as Stream from "effect/Stream"
import { Codex, CodexError, ExitError, Input, Thread, type ThreadEvent, type ThreadItem } from "effect-codex"
import { TestExec } from "effect-codex/testing"
import {
  begins,
  completed,
  ends,
  failed,
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

const startThread = Codex.use((codex) => codex.startThread())
const runOn = (script: ReadonlyArray<ThreadEvent>) =>
  Effect.flatMap(startThread, (thread) => thread.run("go")).pipe(Effect.provide(scripted([script])))

const command = (id: string, status: string): ThreadItem => ({
  _tag: "CommandExecution",
  id,
  command: "ls",
  aggregatedOutput: "",
  status
})

const exitError = new CodexError({ reason: new ExitError({ exitCode: 1, description: "gone", stderr: "" }) })

const nameless = (raw: number): ThreadItem => ({ _tag: "UnknownItem", raw, issue: "i" })

const collect = (events: ReadonlyArray<ThreadEvent> | Stream.Stream<ThreadEvent, CodexError>) =>
  Effect.gen(function* () {
    const seen = yield* Ref.make<ReadonlyArray<ThreadEvent>>([])
    const thread = yield* startThread
    const exit = yield* thread.stream("go").pipe(
      Stream.runForEach((event) => Ref.update(seen, (all) => [...all, event])),
      Effect.result
    )
    return { seen: yield* Ref.get(seen), exit }
  }).pipe(Effect.provide(scripted([events])))

describe("Thread", () => {
  describe("run", () => {
    it.effect("gives the completed items in the order of their completion, then the open ones", () =>
      Effect.gen(function* () {
        const turn = yield* runOn([
          started(),
          turnStarted,
          begins(command("c1", "in_progress")),
          begins(command("c2", "in_progress")),
          begins({ _tag: "TodoList", id: "t1", items: [] }),
          { _tag: "ItemUpdated", item: { _tag: "TodoList", id: "t1", items: [{ text: "a", completed: true }] } },
          ends(command("c2", "completed")),
          says("done", "m1"),
          completed()
        ])
        assert.deepStrictEqual(turn, {
          threadId: turn.threadId,
          items: [
            command("c2", "completed"),
            message("done", "m1"),
            command("c1", "in_progress"),
            { _tag: "TodoList", id: "t1", items: [{ text: "a", completed: true }] }
          ],
          finalResponse: "done"
        })
        assert.strictEqual(turn.threadId, "thread-1")
      })
    )

    it.effect("keeps items without an id, and two completed ones with the same id, apart", () =>
      Effect.gen(function* () {
        const turn = yield* runOn([
          started(),
          begins(nameless(1)),
          begins(nameless(2)),
          says("a", "same"),
          says("b", "same"),
          completed()
        ])
        assert.deepStrictEqual(turn.items, [message("a", "same"), message("b", "same"), nameless(1), nameless(2)])
      })
    )

    it.effect("gives the text of the last message as the final response", () =>
      Effect.gen(function* () {
        const turn = yield* runOn([
          started(),
          turnStarted,
          says("first", "m1"),
          says("last", "m2"),
          ends({ _tag: "Reasoning", id: "r", text: "hm" }),
          completed()
        ])
        assert.strictEqual(turn.finalResponse, "last")
      })
    )

    it.effect("gives an empty final response where there was no message", () =>
      Effect.gen(function* () {
        const { finalResponse, items } = yield* runOn([started(), turnStarted, completed()])
        assert.deepStrictEqual({ finalResponse, items }, { finalResponse: "", items: [] })
      })
    )

    it.effect("does not take a message that only began for the final response", () =>
      Effect.gen(function* () {
        const turn = yield* runOn([started(), says("whole"), begins(message("hal", "m2")), completed()])
        assert.strictEqual(turn.finalResponse, "whole")
      })
    )

    it.effect("does not fail of notices and of error items", () =>
      Effect.gen(function* () {
        const turn = yield* runOn([
          started(),
          ends({ _tag: "Error", id: "e", message: "odd key" }),
          turnStarted,
          notice("Reconnecting... 1/5"),
          says("done"),
          completed()
        ])
        assert.strictEqual(turn.finalResponse, "done")
      })
    )

    it.effect("fails with TurnFailed, in codex's words, with what was seen of the turn", () =>
      Effect.gen(function* () {
        const error = yield* Effect.flip(
          runOn([
            started("t-9"),
            turnStarted,
            says("so far"),
            begins(command("c", "in_progress")),
            failed("no quota left")
          ])
        )
        assert.strictEqual(error.reason._tag, "TurnFailed")
        assert.isTrue(error.reason._tag === "TurnFailed" && error.reason.kind === "usageLimit")
        assert.strictEqual(error.threadId, "t-9")
        assert.deepStrictEqual(error.items, [message("so far"), command("c", "in_progress")])
      })
    )

    it.effect("fails with TurnIncomplete where the events end before the turn", () =>
      Effect.gen(function* () {
        const error = yield* Effect.flip(runOn([started(), turnStarted, says("half")]))
        assert.strictEqual(error.reason._tag, "TurnIncomplete")
        assert.strictEqual(error.threadId, "thread-1")
        assert.deepStrictEqual(error.items, [message("half")])
      })
    )

    it.effect("fails as Exec does, with what was seen of the turn", () =>
      Effect.gen(function* () {
        const events = Stream.concat(oneByOne(started(), turnStarted, says("half")), Stream.fail(exitError))
        const error = yield* Effect.flatMap(startThread, (thread) => thread.run("go")).pipe(
          Effect.provide(scripted([events])),
          Effect.flip
        )
        assert.deepStrictEqual(error.reason, exitError.reason)
        assert.deepStrictEqual([error.threadId, error.items], ["thread-1" as typeof error.threadId, [message("half")]])
      })
    )

    it.effect.each<readonly [string, ReadonlyArray<ThreadEvent>, string]>([
      ["completed, then failed", [completed(), failed("late")], "ok"],
      ["failed, then completed", [failed("early"), completed()], "TurnFailed"]
    ])("takes the first end of a turn for its end: %s", ([, endings, expected]) =>
      Effect.gen(function* () {
        const outcome = yield* runOn([started(), turnStarted, ...endings]).pipe(
          Effect.match({ onFailure: ({ reason }) => reason._tag as string, onSuccess: () => "ok" })
        )
        assert.strictEqual(outcome, expected)
      })
    )

    it.effect("joins texts by a blank line and keeps images in order", () =>
      Effect.gen(function* () {
        const thread = yield* startThread
        yield* thread.run([
          Input.localImage("b.png"),
          Input.text("one"),
          Input.localImage("a.png"),
          Input.text("two\n"),
          Input.text("")
        ])
        yield* thread.run("  as it is \n")
        const requests = yield* TestExec.use(({ requests }) => requests)
        assert.deepStrictEqual(
          requests.map(({ images, prompt }) => ({ images, prompt })),
          [
            { images: ["b.png", "a.png"], prompt: "one\n\ntwo\n\n\n" },
            { images: [], prompt: "  as it is \n" }
          ]
        )
      }).pipe(Effect.provide(scripted(["a", "b"])))
    )

    it.effect("hands options of all three levels to Exec", () =>
      Effect.gen(function* () {
        const codex = yield* Codex
        const thread = yield* codex.startThread({ model: "m" })
        yield* thread.run("go", { outputSchema: { type: "object" }, cyberAccessProgram: "standard" })
        const [request] = yield* TestExec.use(({ requests }) => requests)
        assert.deepInclude(request, {
          codex: { baseUrl: "http://x" },
          thread: { model: "m" },
          outputSchema: { type: "object" },
          cyberAccessProgram: "standard"
        })
      }).pipe(Effect.provide(scripted(["a"], { baseUrl: "http://x" })))
    )
  })

  describe("stream", () => {
    it.effect("gives every event in order", () =>
      Effect.gen(function* () {
        const events = [started(), turnStarted, notice("n"), begins(message("a")), says("a"), completed(usage(1))]
        for (const script of [events, oneByOne(...events)]) {
          const { exit, seen } = yield* collect(script)
          assert.deepStrictEqual(seen, events)
          assert.strictEqual(exit._tag, "Success")
        }
      })
    )

    it.effect("gives the failure as an event and then fails with it", () =>
      Effect.gen(function* () {
        const events = [started(), turnStarted, failed("stream disconnected")]
        for (const script of [events, oneByOne(...events)]) {
          const { exit, seen } = yield* collect(script)
          assert.deepStrictEqual(seen, events)
          assert.isTrue(exit._tag === "Failure" && exit.failure.reason._tag === "TurnFailed")
        }
      })
    )

    it.effect("gives the events of a turn that does not end and then fails with TurnIncomplete", () =>
      Effect.gen(function* () {
        const { exit, seen } = yield* collect([started(), turnStarted])
        assert.strictEqual(seen.length, 2)
        assert.isTrue(exit._tag === "Failure" && exit.failure.reason._tag === "TurnIncomplete")
        const empty = yield* collect([])
        assert.isTrue(empty.exit._tag === "Failure" && empty.exit.failure.reason._tag === "TurnIncomplete")
      })
    )

    it.effect("passes on what comes after the end", () =>
      Effect.gen(function* () {
        const events = [started(), completed(), says("late"), notice("later")]
        const { exit, seen } = yield* collect(oneByOne(...events))
        assert.deepStrictEqual(seen, events)
        assert.strictEqual(exit._tag, "Success")
      })
    )

    it.effect("starts nothing until it is run, and a turn each time it is", () =>
      Effect.gen(function* () {
        const thread = yield* startThread
        const stream = thread.stream("go")
        assert.deepStrictEqual(yield* prompts, [])
        yield* Stream.runDrain(stream)
        yield* Stream.runDrain(stream)
        assert.deepStrictEqual(yield* prompts, ["go", "go"])
      }).pipe(Effect.provide(scripted(["a", "b"])))
    )

    it.effect.each(["run", "stream"] as const)("refuses a %s inside it, by which it would wait for itself", (inner) =>
      Effect.gen(function* () {
        const thread = yield* startThread
        const nested = inner === "run" ? Effect.asVoid(thread.run("in")) : Stream.runDrain(thread.stream("in"))
        const reason = yield* reasonOf(Stream.runForEach(thread.stream("out"), () => nested))
        assert.strictEqual(reason._tag, "ThreadBusy")
        assert.isTrue(reason._tag === "ThreadBusy" && reason.usedBy === "stream")
        // The stream has ended, so the thread is free.
        yield* thread.run("after")
        assert.deepStrictEqual(yield* prompts, ["out", "after"])
      }).pipe(Effect.provide(scripted([oneByOne(started(), turnStarted, completed()), "ok"])))
    )
  })

  describe("id", () => {
    it.effect("is known once codex has named the thread", () =>
      Effect.gen(function* () {
        const thread = yield* startThread
        assert.deepStrictEqual(yield* thread.id, Option.none())
        const seen = yield* thread.stream("go").pipe(
          Stream.mapEffect(() => Effect.map(thread.id, Option.getOrUndefined)),
          Stream.runCollect
        )
        assert.deepStrictEqual(seen.map(String), ["t-5", "t-5", "t-5"])
        assert.deepStrictEqual(Option.map(yield* thread.id, String), Option.some("t-5"))
      }).pipe(Effect.provide(scripted([oneByOne(started("t-5"), turnStarted, completed())])))
    )

    it.effect("is known from the start for a thread that is resumed by it", () =>
      Effect.gen(function* () {
        const thread = yield* Codex.use((codex) => codex.resumeThread("t-7"))
        assert.deepStrictEqual(Option.map(yield* thread.id, String), Option.some("t-7"))
      }).pipe(Effect.provide(scripted([])))
    )
  })

  describe("layers", () => {
    const target = Effect.gen(function* () {
      const thread = yield* Thread
      yield* thread.run("go")
      const [request] = yield* TestExec.use(({ requests }) => requests)
      return { target: request?.target._tag, thread: request?.thread }
    })

    it.effect("layer makes a new thread", () =>
      Effect.gen(function* () {
        assert.deepStrictEqual(yield* target, { target: "Start", thread: { model: "m" } })
      }).pipe(Effect.provide(Layer.provideMerge(Thread.layer({ model: "m" }), scripted(["a"]))))
    )

    it.effect("layerResume takes a recorded one", () =>
      Effect.gen(function* () {
        assert.deepStrictEqual(yield* target, { target: "Resume", thread: {} })
        assert.strictEqual((yield* targets)[0]?._tag, "Resume")
      }).pipe(Effect.provide(Layer.provideMerge(Thread.layerResume("t-1"), scripted(["a"]))))
    )

    it.effect("fail with InvalidOptions", () =>
      Effect.gen(function* () {
        for (const layer of [
          Thread.layer({ model: "-m" }),
          Thread.layerResume("-t"),
          Thread.layerResume("t", { model: "" })
        ]) {
          const reason = yield* Layer.build(layer).pipe(Effect.provide(scripted([])), reasonOf)
          assert.strictEqual(reason._tag, "InvalidOptions")
        }
      })
    )
  })
})
