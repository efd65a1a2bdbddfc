import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Logger from "effect/Logger"
import * as Option from "effect/Option"
import * as Ref from "effect/Ref"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/testing/TestClock"
import { Codex, CodexError, ExitError, type Thread, type ThreadEvent, ThreadTarget, type Turn } from "effect-codex"
import { logged } from "./support/logged.ts"
import {
  completed,
  failed,
  hanging,
  makeGate,
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
const exitError = new CodexError({ reason: new ExitError({ exitCode: 1, description: "gone", stderr: "" }) })

type ThreadService = Thread["Service"]

/** Runs a turn and interrupts it once it hangs. */
const cutShort = (thread: ThreadService) =>
  Effect.gen(function* () {
    const fiber = yield* Effect.forkChild(thread.run("cut"), { startImmediately: true })
    yield* Effect.yieldNow
    yield* Fiber.interrupt(fiber)
  })

const turnOf = (tokens: number, id?: string): ReadonlyArray<ThreadEvent> => [
  started(id),
  turnStarted,
  completed(usage(tokens))
]
const tokens = (turn: Turn) => [turn.usage?.inputTokens, turn.threadUsage?.inputTokens]

const runTurns = (thread: ThreadService, count: number) =>
  Effect.forEach(Array.from({ length: count }), () =>
    Effect.matchEffect(thread.run("go"), {
      onFailure: () => Effect.succeed("failed" as const),
      onSuccess: (turn) => Effect.succeed(tokens(turn))
    })
  )

const fork = <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.forkChild(effect, { startImmediately: true })

describe("Thread", () => {
  it.effect("is free for its next turn when codex is gone, though the stream's consumer goes on", () =>
    Effect.gen(function* () {
      const thread = yield* Codex.use((codex) => codex.startThread())
      const answers = yield* thread.stream("first").pipe(
        Stream.buffer({ capacity: 16 }),
        Stream.filter((event) => event._tag === "TurnCompleted"),
        Stream.mapEffect(() => thread.run("second")),
        Stream.runCollect
      )
      assert.deepStrictEqual(
        answers.map((turn) => turn.finalResponse),
        ["two"]
      )
    }).pipe(Effect.provide(scripted(["one", "two"])))
  )

  it.effect("logs a warning when a turn waits long, as it does inside a stream of its own thread", () =>
    Effect.gen(function* () {
      const messages: Array<string> = []
      const logger = Logger.make<unknown, void>(({ message }) => void messages.push(String(message)))
      const thread = yield* Codex.use((codex) => codex.startThread())
      const fiber = yield* thread.stream("first").pipe(
        Stream.runForEach(() => Effect.timeoutOption(thread.run("second"), "1 hour")),
        Effect.provide(Logger.layer([logger])),
        Effect.forkChild({ startImmediately: true })
      )
      yield* TestClock.adjust("31 seconds")
      yield* Fiber.interrupt(fiber)
      assert.lengthOf(messages, 1)
      assert.include(messages[0], "waits for itself")
    }).pipe(Effect.provide(scripted(["one", "two"])))
  )

  it.effect("logs that warning of a stream also when the scope of an earlier one closes while it runs", () =>
    Effect.gen(function* () {
      const thread = yield* startThread
      const scope = yield* Scope.make()
      const pull = yield* Scope.provide(Stream.toPull(thread.stream("first")), scope)
      yield* Effect.exit(Effect.forever(pull))
      yield* fork(Stream.runDrain(thread.stream("second")))
      yield* Scope.close(scope, Exit.void)
      const waiting = yield* fork(logged("Warn", Effect.timeoutOption(thread.run("third"), "31 seconds")))
      yield* TestClock.adjust("31 seconds")
      const [entry, ...others] = yield* Fiber.join(waiting)
      assert.include(entry?.message, "waits for itself")
      assert.lengthOf(others, 0)
    }).pipe(Effect.provide(scripted(["one", Stream.never])))
  )

  describe("continuation", () => {
    it.effect("resumes the thread that its first turn made", () =>
      Effect.gen(function* () {
        const thread = yield* startThread
        yield* thread.run("one")
        yield* Stream.runDrain(thread.stream("two"))
        yield* thread.run("three")
        const resume = ThreadTarget.Resume({ threadId: "thread-1" })
        assert.deepStrictEqual(yield* targets, [ThreadTarget.Start(), resume, resume])
      }).pipe(Effect.provide(scripted([turnOf(1), turnOf(2), turnOf(3)])))
    )

    it.effect.each<
      readonly [string, (codex: Codex["Service"]) => ReturnType<Codex["Service"]["startThread"]>, ThreadTarget]
    >([
      ["the last thread", (codex) => codex.resumeLastThread(), ThreadTarget.ResumeLast()],
      ["a thread by name", (codex) => codex.resumeThread("my-thread"), ThreadTarget.Resume({ threadId: "my-thread" })],
      ["a fork", (codex) => codex.forkThread("t-0"), ThreadTarget.Fork({ threadId: "t-0" })]
    ])("resumes %s by the id that codex gives it", ([, make, first]) =>
      Effect.gen(function* () {
        const thread = yield* Codex.use(make)
        yield* thread.run("one")
        yield* thread.run("two")
        assert.deepStrictEqual(yield* targets, [first, ThreadTarget.Resume({ threadId: "t-new" })])
        assert.deepStrictEqual(Option.map(yield* thread.id, String), Option.some("t-new"))
      }).pipe(Effect.provide(scripted([turnOf(1, "t-new"), turnOf(2, "t-new")])))
    )

    it.effect("begins anew after a first turn that was cut before codex took its input", () =>
      Effect.gen(function* () {
        const thread = yield* startThread
        yield* cutShort(thread)
        assert.deepStrictEqual(yield* thread.id, Option.none())
        const turn = yield* thread.run("two")
        assert.strictEqual(turn.threadId, "t-2")
        assert.deepStrictEqual(yield* targets, [ThreadTarget.Start(), ThreadTarget.Start()])
      }).pipe(
        Effect.provide(
          scripted([
            hanging(started("t-1"), { _tag: "ItemCompleted", item: { _tag: "Error", id: "e", message: "odd" } }),
            turnOf(1, "t-2")
          ])
        )
      )
    )

    it.effect("resumes after a first turn that was cut once codex had taken its input", () =>
      Effect.gen(function* () {
        const thread = yield* startThread
        yield* cutShort(thread)
        assert.deepStrictEqual(Option.map(yield* thread.id, String), Option.some("t-1"))
        yield* thread.run("two")
        assert.deepStrictEqual(yield* targets, [ThreadTarget.Start(), ThreadTarget.Resume({ threadId: "t-1" })])
      }).pipe(Effect.provide(scripted([hanging(started("t-1"), turnStarted), turnOf(1, "t-1")])))
    )

    it.effect("resumes after a first turn whose stream was left early", () =>
      Effect.gen(function* () {
        const thread = yield* startThread
        yield* thread.stream("one").pipe(Stream.take(2), Stream.runDrain)
        yield* thread.run("two")
        assert.deepStrictEqual(yield* targets, [ThreadTarget.Start(), ThreadTarget.Resume({ threadId: "t-1" })])
      }).pipe(Effect.provide(scripted([hanging(started("t-1"), turnStarted), turnOf(1, "t-1")])))
    )

    it.effect("begins anew after a first turn that never got to codex, and resumes after one that failed there", () =>
      Effect.gen(function* () {
        const thread = yield* startThread
        yield* reasonOf(thread.run("one"))
        yield* reasonOf(thread.run("two"))
        yield* thread.run("three")
        assert.deepStrictEqual(yield* targets, [
          ThreadTarget.Start(),
          ThreadTarget.Start(),
          ThreadTarget.Resume({ threadId: "t-2" })
        ])
      }).pipe(
        Effect.provide(
          scripted([Stream.fail(exitError), [started("t-2"), turnStarted, failed("no")], turnOf(1, "t-2")])
        )
      )
    )

    it.effect("keeps asking for the thread that it was to resume", () =>
      Effect.gen(function* () {
        const thread = yield* Codex.use((codex) => codex.resumeThread("t-1"))
        yield* reasonOf(thread.run("one"))
        yield* thread.run("two")
        const resume = ThreadTarget.Resume({ threadId: "t-1" })
        assert.deepStrictEqual(yield* targets, [resume, resume])
      }).pipe(Effect.provide(scripted([Stream.fail(exitError), turnOf(1, "t-1")])))
    )

    it.effect("can not continue a thread that codex never named", () =>
      Effect.gen(function* () {
        const thread = yield* startThread
        assert.strictEqual((yield* thread.run("one")).threadId, "")
        assert.strictEqual((yield* reasonOf(thread.run("two")))._tag, "MalformedOutput")
        assert.deepStrictEqual(yield* prompts, ["one"])
      }).pipe(Effect.provide(scripted([[turnStarted, completed()]])))
    )
  })

  describe("usage", () => {
    it.effect("is the turn's own share of the thread's total", () =>
      Effect.gen(function* () {
        const thread = yield* startThread
        assert.deepStrictEqual(yield* runTurns(thread, 3), [
          [10, 10],
          [5, 15],
          [0, 15]
        ])
      }).pipe(Effect.provide(scripted([turnOf(10), turnOf(15), turnOf(15)])))
    )

    it.effect("is not known for a turn after one that failed, and is again after it", () =>
      Effect.gen(function* () {
        const thread = yield* startThread
        assert.deepStrictEqual(yield* runTurns(thread, 4), [[10, 10], "failed", [undefined, 30], [5, 35]])
      }).pipe(Effect.provide(scripted([turnOf(10), [started(), turnStarted, failed("no")], turnOf(30), turnOf(35)])))
    )

    it.effect.each([
      ["in its course", [started(), turnStarted]],
      ["as codex had only named its thread", [started()]]
    ] as const)("is not known for a turn after one that was interrupted %s", ([, events]) =>
      Effect.gen(function* () {
        const thread = yield* startThread
        yield* thread.run("one")
        yield* cutShort(thread)
        assert.deepStrictEqual(tokens(yield* thread.run("three")), [undefined, 30])
      }).pipe(Effect.provide(scripted([turnOf(10), hanging(...events), turnOf(30)])))
    )

    it.effect("is not known for the first turn of a thread with a past", () =>
      Effect.gen(function* () {
        const codex = yield* Codex
        const threads = [
          yield* codex.resumeThread("thread-1"),
          yield* codex.resumeLastThread(),
          yield* codex.forkThread("t")
        ]
        for (const thread of threads) {
          assert.deepStrictEqual(tokens(yield* thread.run("one")), [undefined, 10])
          assert.deepStrictEqual(tokens(yield* thread.run("two")), [5, 15])
        }
      }).pipe(Effect.provide(scripted((_, index) => turnOf(index % 2 === 0 ? 10 : 15))))
    )

    it.effect("is absent where codex reports none, for that turn and the next", () =>
      Effect.gen(function* () {
        const thread = yield* startThread
        const turn = yield* thread.run("one")
        assert.notProperty(turn, "usage")
        assert.notProperty(turn, "threadUsage")
        assert.deepStrictEqual(tokens(yield* thread.run("two")), [undefined, 10])
      }).pipe(Effect.provide(scripted([[started(), turnStarted, completed()], turnOf(10)])))
    )

    it.effect("is absent where the totals do not add up", () =>
      Effect.gen(function* () {
        const thread = yield* startThread
        assert.deepStrictEqual(yield* runTurns(thread, 2), [
          [10, 10],
          [undefined, 4]
        ])
      }).pipe(Effect.provide(scripted([turnOf(10), turnOf(4)])))
    )

    it.effect("counts a turn that was streamed", () =>
      Effect.gen(function* () {
        const thread = yield* startThread
        yield* Stream.runDrain(thread.stream("one"))
        assert.deepStrictEqual(tokens(yield* thread.run("two")), [5, 15])
      }).pipe(Effect.provide(scripted([turnOf(10), turnOf(15)])))
    )
  })

  describe("order", () => {
    /** A thread whose first turn is let go by hand; the others end at once. */
    const gated = Effect.gen(function* () {
      const gate = yield* makeGate
      const first = gate.turn([started(), turnStarted], [says("one"), completed()])
      const layer = scripted((_, index) => (index === 0 ? first : [started(), turnStarted, completed()]))
      return { gate, layer }
    })

    it.effect("runs turns one at a time, in the order of the calls", () =>
      Effect.gen(function* () {
        const { gate, layer } = yield* gated
        yield* Effect.gen(function* () {
          const thread = yield* startThread
          const done = yield* Ref.make<ReadonlyArray<string>>([])
          const note = (prompt: string) => Ref.update(done, (all) => [...all, prompt])
          const fibers = [
            yield* fork(Effect.andThen(thread.run("1"), note("1"))),
            yield* fork(Effect.andThen(Stream.runDrain(thread.stream("2")), note("2"))),
            yield* fork(Effect.andThen(thread.run("3"), note("3"))),
            yield* fork(Effect.andThen(Stream.runDrain(thread.stream("4")), note("4")))
          ]
          yield* gate.begun
          assert.deepStrictEqual(yield* prompts, ["1"])
          yield* gate.open
          yield* Fiber.joinAll(fibers)
          assert.deepStrictEqual(yield* prompts, ["1", "2", "3", "4"])
          assert.deepStrictEqual(yield* Ref.get(done), ["1", "2", "3", "4"])
        }).pipe(Effect.provide(layer))
      })
    )

    it.effect.each(["run", "stream"] as const)("forgets a waiting %s that is interrupted", (kind) =>
      Effect.gen(function* () {
        const { gate, layer } = yield* gated
        yield* Effect.gen(function* () {
          const thread = yield* startThread
          const first = yield* fork(thread.run("1"))
          const waiting = yield* fork(
            kind === "run" ? Effect.asVoid(thread.run("2")) : Stream.runDrain(thread.stream("2"))
          )
          const last = yield* fork(thread.run("3"))
          yield* gate.begun
          yield* Fiber.interrupt(waiting)
          yield* gate.open
          yield* Fiber.join(first)
          yield* Fiber.join(last)
          assert.deepStrictEqual(yield* prompts, ["1", "3"])
        }).pipe(Effect.provide(layer))
      })
    )

    it.effect.each(["run", "stream"] as const)("goes on with the next turn when a running %s is interrupted", (kind) =>
      Effect.gen(function* () {
        const { gate, layer } = yield* gated
        yield* Effect.gen(function* () {
          const thread = yield* startThread
          const first = yield* fork(
            kind === "run" ? Effect.asVoid(thread.run("1")) : Stream.runDrain(thread.stream("1"))
          )
          const second = yield* fork(thread.run("2"))
          const third = yield* fork(Stream.runDrain(thread.stream("3")))
          yield* gate.begun
          yield* Fiber.interrupt(first)
          yield* Fiber.join(second)
          yield* Fiber.join(third)
          assert.deepStrictEqual(yield* prompts, ["1", "2", "3"])
          assert.deepStrictEqual((yield* targets)[1], ThreadTarget.Resume({ threadId: "thread-1" }))
        }).pipe(Effect.provide(layer))
      })
    )

    it.effect("begins the next turn only after the interrupted one has let go of everything", () =>
      Effect.gen(function* () {
        const log = yield* Ref.make<ReadonlyArray<string>>([])
        const note = (text: string) => Ref.update(log, (all) => [...all, text])
        const slowToEnd = hanging(started(), turnStarted).pipe(
          Stream.ensuring(Effect.andThen(Effect.yieldNow, note("released")))
        )
        const next = Stream.concat(Stream.fromEffectDrain(note("next")), oneByOne(started(), completed()))
        yield* Effect.gen(function* () {
          const thread = yield* startThread
          const first = yield* fork(thread.run("1"))
          const second = yield* fork(thread.run("2"))
          yield* Fiber.interrupt(first)
          yield* Fiber.join(second)
          assert.deepStrictEqual(yield* Ref.get(log), ["released", "next"])
        }).pipe(Effect.provide(scripted([slowToEnd, next])))
      })
    )

    it.effect("goes on after a turn that failed and after a stream that was left early", () =>
      Effect.gen(function* () {
        const thread = yield* startThread
        yield* reasonOf(thread.run("1"))
        yield* thread.stream("2").pipe(Stream.take(1), Stream.runDrain)
        yield* thread.run("3")
        assert.deepStrictEqual(yield* prompts, ["1", "2", "3"])
      }).pipe(
        Effect.provide(scripted([Stream.fail(exitError), hanging(started(), turnStarted), [started(), completed()]]))
      )
    )

    it.effect("does not hold up another thread", () =>
      Effect.gen(function* () {
        const { gate, layer } = yield* gated
        yield* Effect.gen(function* () {
          const busy = yield* startThread
          const free = yield* startThread
          const first = yield* fork(busy.run("busy"))
          yield* gate.begun
          yield* free.run("free")
          assert.deepStrictEqual(yield* prompts, ["busy", "free"])
          yield* gate.open
          yield* Fiber.join(first)
        }).pipe(Effect.provide(layer))
      })
    )
  })
})
