import { execFileSync } from "node:child_process"
import { assert, describe, it } from "@effect/vitest"
import { Codex, Exec, type ThreadEvent, ThreadTarget } from "effect-codex"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as FileSystem from "effect/FileSystem"
import * as Layer from "effect/Layer"
import type { PlatformError } from "effect/PlatformError"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/testing/TestClock"
import { failTurn, Fake, lines, nodeFake, ordinaryTurn, print, runTurn, shellFake } from "./support/fakeCodex.ts"

const printf = (...all: ReadonlyArray<string>) => `printf '%s\\n' ${all.map((line) => `'${line}'`).join(" ")}`

/** The events of a turn without the checks of a thread. */
const execEvents = (prompt: string) =>
  Stream.unwrap(
    Effect.map(Effect.all([Exec, Fake]), ([exec, { marker }]) =>
      exec.run({
        prompt,
        images: [],
        target: ThreadTarget.Start(),
        codex: { env: marker.env, extendEnv: true },
        thread: {}
      })
    )
  )

/** Puts something else in the place of the executable. */
const replaceBy = (content: Uint8Array) =>
  Effect.gen(function* () {
    const { path } = yield* Fake
    const fs = yield* FileSystem.FileSystem
    yield* fs.writeFile(path, content)
  })

const text = (content: string) => new TextEncoder().encode(content)

describe("Exec", () => {
  describe("an executable that is none", () => {
    /** Makes one, and says how an error shows it. */
    const odd: ReadonlyArray<
      readonly [string, (fs: FileSystem.FileSystem, path: string) => Effect.Effect<string, PlatformError>]
    > = [
      ["is a directory", (fs, path) => Effect.as(fs.makeDirectory(path), " (a directory)")],
      [
        "may not be executed",
        (fs, path) => Effect.as(fs.writeFileString(path, "#!/bin/sh", { mode: 0o644 }), " (not executable)")
      ],
      [
        "is a named pipe",
        (_, path) =>
          Effect.as(
            Effect.sync(() => execFileSync("mkfifo", ["-m", "755", path])),
            " (not a file)"
          )
      ],
      ["is a link to nowhere", (fs, path) => Effect.as(fs.symlink("/no/such/codex", path), "")],
      ["is a link to itself", (fs, path) => Effect.as(fs.symlink(path, path), "")]
    ]

    it.live.each(odd)("is not found when the layer is built, if it %s", ([, make]) =>
      Effect.gen(function* () {
        const { directory } = yield* Fake
        const codexPath = `${directory}/odd`
        const shown = yield* make(yield* FileSystem.FileSystem, codexPath)
        const { reason } = yield* Effect.flip(Effect.scoped(Layer.build(Exec.layer({ codexPath }))))
        assert.deepInclude(reason, { _tag: "ExecutableNotFound", tried: [`option codexPath: ${codexPath}${shown}`] })
      }).pipe(Effect.provide(shellFake("exit 0")))
    )

    it.live.each<readonly [string, Uint8Array, Readonly<Record<string, unknown>>]>([
      ["an interpreter that is missing", text("#!/no/such/interpreter\n"), { _tag: "ExecutableNotFound" }],
      ["an interpreter that is no program", text("#!/etc\n"), { _tag: "SpawnError", isRetryable: false }],
      // The system's execvp hands what it does not know to a shell.
      ["nothing in it", new Uint8Array(), { _tag: "TurnIncomplete" }],
      ["text without an interpreter", text("no-such-command-at-all\n"), { _tag: "ExitError", exitCode: 127 }],
      ["bytes that mean nothing", Uint8Array.from({ length: 4096 }, (_, index) => index % 256), { _tag: "ExitError" }]
    ])("is a failure of the turn, if it has %s", ([, content, expected]) =>
      Effect.gen(function* () {
        yield* replaceBy(content)
        const { reason } = yield* failTurn()
        assert.deepInclude({ ...reason, isRetryable: reason.isRetryable }, expected)
        assert.isBelow(reason.message.length, 500)
      }).pipe(Effect.provide(shellFake("exit 0")))
    )
  })

  describe("a prompt of 20 MB", () => {
    const prompt = "x".repeat(20_000_000)

    it.live("is of no harm where codex exits before it reads", () =>
      Effect.gen(function* () {
        const { reason } = yield* Effect.flip(Stream.runCollect(execEvents(prompt)))
        assert.deepInclude(reason, { _tag: "ExitError", exitCode: 3, description: "Error: no" })
      }).pipe(Effect.provide(shellFake(`echo "Error: no" >&2; exit 3`)))
    )

    it.live("is of no harm where codex closes its stdin and completes the turn", () =>
      Effect.gen(function* () {
        const events = yield* Stream.runCollect(execEvents(prompt))
        assert.strictEqual(events.at(-1)?._tag, "TurnCompleted")
      }).pipe(Effect.provide(shellFake(`head -c 100000 >/dev/null; exec <&-; ${printf(...ordinaryTurn)}`)))
    )

    it.live("is of no harm where codex never reads it and the stream is left early", () =>
      Effect.gen(function* () {
        const events: ReadonlyArray<ThreadEvent> = yield* execEvents(prompt).pipe(Stream.take(1), Stream.runCollect)
        assert.strictEqual(events[0]?._tag, "ThreadStarted")
        yield* (yield* Fake).marker.assertNothingLeft
      }).pipe(Effect.provide(shellFake(`${printf(lines.threadStarted)}; sleep 300`)))
    )

    it.live("arrives whole", () =>
      Effect.gen(function* () {
        const events = yield* Stream.runCollect(execEvents(prompt))
        assert.isTrue(
          events.some(
            (event) => event._tag === "ItemCompleted" && "text" in event.item && event.item.text === "20000000"
          )
        )
      }).pipe(
        Effect.provide(
          shellFake(`count="$(wc -c)"; ${printf(lines.message("@"), lines.turnCompleted)} | sed "s/@/$count/"`)
        )
      )
    )
  })

  describe("a process of its own mind", () => {
    it.live("is killed at the grace period's end, if it is stopped and takes no signal", () =>
      Effect.gen(function* () {
        const { marker } = yield* Fake
        const codex = yield* Codex
        const thread = yield* codex.startThread()
        yield* thread.stream("go").pipe(Stream.take(1), Stream.runDrain)
        yield* marker.assertNothingLeft
      }).pipe(
        Effect.provide(
          shellFake(`${printf(lines.threadStarted)}; kill -STOP $$; exit 0`, { gracePeriod: "300 millis" })
        )
      )
    )

    it.live("is killed at once if it begins another thread than was asked for, and so records none", () =>
      Effect.gen(function* () {
        const { directory, marker } = yield* Fake
        const thread = yield* Codex.use((codex) => codex.resumeThread("a name that nobody has"))
        assert.strictEqual((yield* Effect.flip(thread.run("go"))).reason._tag, "ThreadNotFound")
        yield* marker.assertNothingLeft
        assert.deepStrictEqual(yield* FileSystem.FileSystem.use((fs) => fs.readDirectory(directory)), ["codex"])
      }).pipe(
        Effect.provide(
          shellFake(
            `trap 'touch "$(dirname "$0")/recorded"; exit 0' INT
             printf '{"type":"thread.started","thread_id":"%s"}\n' "ffffffff-ffff-7000-8000-000000000000"
             while :; do sleep 0.05; done`
          )
        )
      )
    )

    it.live("is one that a signal ended before it wrote anything", () =>
      Effect.gen(function* () {
        const { reason } = yield* failTurn()
        assert.deepInclude(reason, { _tag: "ExitError", signal: "SIGSEGV", description: "" })
        assert.isTrue(reason.isRetryable)
      }).pipe(Effect.provide(shellFake("kill -SEGV $$")))
    )

    it.live("may close stderr, and even stdin, and still complete its turn", () =>
      Effect.gen(function* () {
        assert.strictEqual((yield* runTurn()).finalResponse, "Hi!")
      }).pipe(Effect.provide(shellFake(`exec 2>&- <&-; ${printf(...ordinaryTurn)}`)))
    )

    it.live("may leave its output to a child that completes the turn", () =>
      Effect.gen(function* () {
        assert.strictEqual((yield* runTurn()).finalResponse, "Hi!")
      }).pipe(Effect.provide(shellFake(`(${printf(...ordinaryTurn)})& wait; exit 0`)))
    )

    it.live("may end in the middle of its turn, by its own will and without a word", () =>
      Effect.gen(function* () {
        const error = yield* failTurn()
        assert.strictEqual(error.reason._tag, "TurnIncomplete")
        assert.lengthOf(error.items ?? [], 1)
      }).pipe(Effect.provide(nodeFake(print(lines.threadStarted, lines.turnStarted, lines.message("half")))))
    )
  })

  describe("a stream", () => {
    const counted = `echo >> "$(dirname "$0")/turns"; ${printf(lines.threadStarted, lines.turnStarted)}`
    const turns = Effect.gen(function* () {
      const fs = yield* FileSystem.FileSystem
      const file = `${(yield* Fake).directory}/turns`
      return (yield* fs.exists(file)) ? (yield* fs.readFileString(file)).length : 0
    })

    it.live("that nobody reads starts nothing", () =>
      Effect.gen(function* () {
        const thread = yield* Codex.use((codex) => codex.startThread())
        yield* Effect.scoped(Stream.toPull(thread.stream("go")))
        assert.strictEqual(yield* turns, 0)
      }).pipe(Effect.provide(shellFake(counted)))
    )

    it.live("that is read once and dropped ends its process with its scope, and leaves a thread that works", () =>
      Effect.gen(function* () {
        const { marker } = yield* Fake
        const thread = yield* Codex.use((codex) => codex.startThread())
        yield* Effect.scoped(
          Effect.gen(function* () {
            const pull = yield* Stream.toPull(thread.stream("go"))
            assert.strictEqual((yield* pull)[0]._tag, "ThreadStarted")
            assert.isNotEmpty(yield* marker.processes)
          })
        )
        yield* marker.assertNothingLeft
        yield* thread.stream("again").pipe(Stream.take(1), Stream.runDrain)
        assert.strictEqual(yield* turns, 2)
      }).pipe(Effect.provide(shellFake(`${counted}; sleep 300`)))
    )

    it.live("whose scope is closed by somebody else is interrupted, and does not blame codex", () =>
      Effect.gen(function* () {
        const { marker } = yield* Fake
        const thread = yield* Codex.use((codex) => codex.startThread())
        const scope = yield* Scope.make()
        const pull = yield* Scope.provide(Stream.toPull(thread.stream("go")), scope)
        yield* pull
        const reader = yield* Effect.forkChild(Effect.exit(pull), { startImmediately: true })
        yield* Scope.close(scope, Exit.void)
        const exit = yield* Fiber.join(reader)
        assert.isTrue(Exit.isFailure(exit) && Cause.hasInterruptsOnly(exit.cause))
        yield* marker.assertNothingLeft
      }).pipe(Effect.provide(shellFake(`${printf(lines.turnStarted)}; exec sleep 300`)))
    )

    it.effect("whose time is over ends codex, though its reader waits", () =>
      Effect.gen(function* () {
        const { marker } = yield* Fake
        const thread = yield* Codex.use((codex) => codex.startThread())
        const timeIsOver = Effect.andThen(TestClock.adjust("1 minute"), marker.assertNothingLeft)
        const error = yield* thread.stream("go", { timeout: "30 seconds" }).pipe(
          Stream.runForEach(({ _tag }) => (_tag === "TurnStarted" ? timeIsOver : Effect.void)),
          Effect.flip
        )
        assert.strictEqual(error.reason._tag, "TimeoutError")
      }).pipe(Effect.provide(shellFake(`${printf(lines.threadStarted, lines.turnStarted)}; exec sleep 300`)))
    )

    it.live("that is run twice is two turns, one after the other, each whole", () =>
      Effect.gen(function* () {
        const thread = yield* Codex.use((codex) => codex.startThread())
        const stream = thread.stream("go")
        const both = yield* Effect.all([Stream.runCollect(stream), Stream.runCollect(stream)], {
          concurrency: "unbounded"
        })
        const whole = ["ThreadStarted", "TurnStarted", "ItemCompleted", "TurnCompleted"]
        assert.deepStrictEqual(
          both.map((events) => events.map((event) => event._tag)),
          [whole, whole]
        )
        assert.strictEqual(yield* turns, 2)
      }).pipe(
        Effect.provide(
          // A second turn at the same time would find the first one's mark.
          shellFake(
            `mkdir "$0.busy" || exit 9; trap 'rmdir "$0.busy"' EXIT
             ${counted}; ${printf(lines.message("Hi!"), lines.turnCompleted)}`
          )
        )
      )
    )
  })
})
