import { stat } from "node:fs"
import { NodeServices } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { Codex, Exec, ThreadTarget } from "effect-codex"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as ChildProcessSpawner from "effect/process/ChildProcessSpawner"
import * as Sink from "effect/Sink"
import * as Stream from "effect/Stream"
import { lines, nodeFake, ordinaryTurn, print } from "./support/fakeCodex.ts"
import { completed, oneByOne, says, scripted, started, turnStarted } from "./support/turns.ts"

/** Keeps the event loop from turning. */
const block = (milliseconds: number): void => {
  const until = performance.now() + milliseconds
  while (performance.now() < until);
}

/** Runs after so many turns of the event loop. */
const afterTurns = (turns: number, run: () => void): void => {
  setImmediate(() => (turns > 1 ? afterTurns(turns - 1, run) : run()))
}

/** Its exit is known first. Before Node reads the pipe, the host is busy for longer than an ended codex's pipe is given. */
const readLate: Stream.Stream<Uint8Array> = Stream.fromEffect(
  Effect.callback<Uint8Array>((resume) => {
    setTimeout(() => {
      block(400)
      afterTurns(4, () => resume(Effect.succeed(new TextEncoder().encode(`${ordinaryTurn.join("\n")}\n`))))
    }, 10)
  })
)

const output = Stream.make(new TextEncoder().encode(`${ordinaryTurn.join("\n")}\n`))

type Handle = ChildProcessSpawner.ChildProcessHandle

const ended = (stdout: Handle["stdout"], kill: Handle["kill"] = () => Effect.void): Handle =>
  ChildProcessSpawner.makeHandle({
    pid: ChildProcessSpawner.ProcessId(1),
    exitCode: Effect.succeed(ChildProcessSpawner.ExitCode(0)),
    isRunning: Effect.succeed(false),
    kill,
    stdin: Sink.drain,
    stdout,
    stderr: Stream.empty,
    all: Stream.empty,
    getInputFd: () => Sink.drain,
    getOutputFd: () => Stream.empty,
    unref: Effect.succeed(Effect.void)
  })

const runTurn = (handle: Handle) =>
  Effect.gen(function* () {
    const exec = yield* Exec
    return yield* exec
      .run({ prompt: "go", images: [], target: ThreadTarget.Start(), codex: {}, thread: {} })
      .pipe(Stream.runCollect)
  }).pipe(
    Effect.provide(
      Exec.layer({ codexPath: process.execPath }).pipe(
        Layer.provide(
          Layer.succeed(
            ChildProcessSpawner.ChildProcessSpawner,
            ChildProcessSpawner.make(() => Effect.succeed(handle))
          )
        ),
        Layer.provide(NodeServices.layer)
      )
    )
  )

/** The host sees what is left of an ended codex go only when it has been busy for so long. */
const signals = (busy: number) => {
  const sent: Array<unknown> = []
  const kill: Handle["kill"] = (options) =>
    Effect.callback((resume) => {
      sent.push(options?.killSignal)
      setImmediate(() => {
        block(busy)
        resume(Effect.void)
      })
    })
  return Effect.as(runTurn(ended(output, kill)), sent)
}

describe("Exec", () => {
  it.live("reads what an ended codex has written, however busy the host is", () =>
    Effect.gen(function* () {
      const events = yield* runTurn(ended(readLate))
      assert.strictEqual(events.at(-1)?._tag, "TurnCompleted")
    })
  )

  it.live("ends with force what an ended codex has left, if the host was too busy to see whether it goes", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* signals(100), ["SIGINT", "SIGKILL"])
    })
  )
})

/** What is read after so much else that the event loop does. Like a pipe's, its bytes come after the timers. */
const afterIO = Effect.callback<void>((resume) => stat(".", () => resume(Effect.void)))

const completesMeanwhile = scripted(() =>
  oneByOne(started(), turnStarted).pipe(
    Stream.concat(Stream.fromEffectDrain(afterIO)),
    Stream.concat(oneByOne(says("Hi!"), completed()))
  )
)

describe("a turn that codex has completed while the host was busy", () => {
  describe.each(["timeout", "idleTimeout"] as const)("beyond %s", (limit) => {
    it.live.each([
      ["its reader", (run: () => void) => run()],
      ["something else", (run: () => void) => setImmediate(run)]
    ] as const)("with %s is completed", ([, busyWith]) =>
      Effect.gen(function* () {
        const thread = yield* Codex.use((codex) => codex.startThread())
        const events = yield* thread.stream("go", { [limit]: "1 second" }).pipe(
          Stream.tap((event) =>
            Effect.sync(() => (event._tag === "TurnStarted" ? busyWith(() => block(1300)) : undefined))
          ),
          Stream.runCollect
        )
        assert.strictEqual(events.at(-1)?._tag, "TurnCompleted")
      }).pipe(Effect.provide(completesMeanwhile))
    )
  })

  it.live("still ends at its limit if it is not", () =>
    Effect.gen(function* () {
      const thread = yield* Codex.use((codex) => codex.startThread())
      const { reason } = yield* thread.stream("go", { timeout: "300 millis" }).pipe(
        Stream.runForEach(() => Effect.sync(() => block(20))),
        Effect.flip
      )
      assert.deepInclude(reason, { _tag: "TimeoutError", limit: "timeout" })
    }).pipe(
      Effect.provide(
        nodeFake(`${print(lines.threadStarted, lines.turnStarted)}
          setInterval(() => {${print(lines.message("more"))}}, 1)`)
      )
    )
  )
})
