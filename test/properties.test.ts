import { assert, describe, it } from "@effect/vitest"
import { Codex, type CodexErrorReason, type ThreadEvent, type TurnOptions } from "effect-codex"
import * as Arbitrary from "effect/Arbitrary"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { withoutControls } from "../src/internal/redact.ts"
import { assertNothingLeft, makeWorld, mockCodex, type World } from "./support/mockCodex.ts"
import { cut, oneOf, text, threadStarted, turnCompleted, wireLine, type WireLine } from "./support/wireEvents.ts"

const utf8 = new TextEncoder()
const natural = Arbitrary.schema(Schema.Natural)
const exitCode = Arbitrary.schema(Schema.Literals([0, 1, 2, 101, 255]))
const badExitCode = Arbitrary.schema(Schema.Literals([1, 2, 101, 255]))

/** How the output ends, and what comes of it. */
interface Ending {
  readonly name: string
  /** The last of the output. */
  readonly bytes: Uint8Array
  readonly status: number | string
  /** The events among the last of the output. */
  readonly events: ReadonlyArray<ThreadEvent>
  /** What the reason has, if the turn fails. */
  readonly reason?: Partial<CodexErrorReason>
}

const lineBytes = ({ line }: WireLine): Uint8Array => utf8.encode(`${line}\n`)
const maxLineBytes = 20_000

const ending: Arbitrary.Arbitrary<Ending> = oneOf<Ending>(
  Arbitrary.map(
    Arbitrary.all({ end: turnCompleted, status: oneOf<number | string>(exitCode, Arbitrary.Constant("SIGKILL")) }),
    ({ end, status }) => ({ name: "completed", bytes: lineBytes(end), status, events: [end.event] })
  ),
  Arbitrary.map(turnCompleted, (end) => ({
    name: "completed without a newline",
    bytes: utf8.encode(end.line),
    status: 0,
    events: [end.event]
  })),
  Arbitrary.map(
    Arbitrary.all({ message: text, status: exitCode, later: Arbitrary.schema(Schema.Boolean) }),
    ({ later, message, status }) => {
      const line = `${JSON.stringify({ type: "turn.failed", error: { message } })}\n`
      return {
        name: "failed",
        bytes: later ? Uint8Array.of(...utf8.encode(line), 0xff, 0x0a) : utf8.encode(line),
        status,
        events: [{ _tag: "TurnFailed", error: { message } }],
        reason: { _tag: "TurnFailed", description: withoutControls(message) }
      }
    }
  ),
  Arbitrary.map(badExitCode, (status) => ({
    name: "exit with an error",
    bytes: new Uint8Array(),
    status,
    events: [],
    reason: { _tag: "ExitError", exitCode: status }
  })),
  Arbitrary.map(Arbitrary.schema(Schema.Literals(["SIGKILL", "SIGSEGV", "SIGTERM"])), (signal) => ({
    name: "end by a signal",
    bytes: new Uint8Array(),
    status: signal,
    events: [],
    reason: { _tag: "ExitError", signal }
  })),
  Arbitrary.Constant<Ending>({
    name: "silent exit",
    bytes: new Uint8Array(),
    status: 0,
    events: [],
    reason: { _tag: "TurnIncomplete" }
  }),
  Arbitrary.map(
    Arbitrary.all({ line: wireLine, place: natural, status: exitCode }),
    ({ line: { line }, place, status }) => {
      // The beginning of an object is no JSON.
      const bytes = utf8.encode(line.startsWith("{") ? line : `{${line}`)
      const beginning = bytes.subarray(0, 1 + (place % (bytes.length - 1)))
      const isWhole = status === 0
      return {
        name: "broken off",
        bytes: beginning,
        status,
        events: [],
        reason: isWhole
          ? { _tag: "MalformedOutput", description: "it ends in the middle of a line" }
          : { _tag: "ExitError", exitCode: status }
      }
    }
  ),
  Arbitrary.map(
    Arbitrary.all({ before: text, later: turnCompleted, status: exitCode }),
    ({ before, later, status }) => ({
      name: "not UTF-8",
      bytes: Uint8Array.of(...utf8.encode(JSON.stringify(before)), 0xff, 0x0a, ...lineBytes(later)),
      status,
      events: [],
      reason: { _tag: "MalformedOutput", description: "a line is not valid UTF-8" }
    })
  ),
  Arbitrary.map(Arbitrary.all({ later: turnCompleted, status: exitCode }), ({ later, status }) => ({
    name: "over the limit",
    bytes: Uint8Array.of(...utf8.encode("x".repeat(maxLineBytes + 1)), 0x0a, ...lineBytes(later)),
    status,
    events: [],
    reason: { _tag: "MalformedOutput", description: `a line is longer than ${maxLineBytes} bytes` }
  }))
)

/** Blank lines, and a line's end of Windows. */
const gap = Arbitrary.schema(Schema.Literals(["", "", "\n", "\r\n", " \t\n", `${" ".repeat(100)}\n`]))
const spaced = (line: Arbitrary.Arbitrary<WireLine>) =>
  Arbitrary.map(
    Arbitrary.all({ gap, wire: line, isWindows: Arbitrary.schema(Schema.Boolean) }),
    ({ gap, isWindows, wire }) => ({
      event: wire.event,
      // What is no JSON is kept with its carriage return.
      bytes: utf8.encode(`${gap}${wire.line}${isWindows && wire.line.startsWith("{") ? "\r\n" : "\n"}`)
    })
  )

const output = Arbitrary.map(
  Arbitrary.all({
    first: spaced(threadStarted),
    others: Arbitrary.array(spaced(wireLine), { maxLength: 12 }),
    ending,
    // Natural numbers are small.
    places: Arbitrary.array(
      Arbitrary.map(natural, (n) => n * 7919),
      { maxLength: 30 }
    ),
    isBytewise: Arbitrary.map(natural, (n) => n % 8 === 0)
  }),
  ({ ending, first, isBytewise, others, places }) => {
    const lines = [first, ...others]
    const bytes = new Uint8Array(Buffer.concat([...lines.map(({ bytes }) => bytes), ending.bytes]))
    return {
      ending,
      events: [...lines.map(({ event }) => event), ...ending.events],
      chunks: isBytewise && bytes.length < 5000 ? Array.from(bytes, (byte) => Uint8Array.of(byte)) : cut(bytes, places)
    }
  }
)
type Output = typeof output extends Arbitrary.Arbitrary<infer A> ? A : never

const options: TurnOptions = { outputSchema: { type: "object" } }

/** A new thread on a codex that prints the output. */
const withThread = <A, E>(
  world: World,
  { chunks, ending }: Output,
  use: (thread: Effect.Success<ReturnType<Codex["Service"]["startThread"]>>) => Effect.Effect<A, E>
) =>
  Effect.gen(function* () {
    return yield* use(yield* (yield* Codex).startThread())
  }).pipe(
    Effect.provide(
      mockCodex(world, { chunks, status: ending.status, exec: { maxLineBytes } }).pipe(
        // Unknown output is logged.
        Layer.provideMerge(Logger.layer([]))
      )
    )
  )

describe("whatever codex prints", () => {
  it.live.prop(
    "comes out as events, whole and in order, until the turn ends or a fault does",
    { output },
    ({ output }) =>
      Effect.gen(function* () {
        const world = makeWorld()
        const events: Array<ThreadEvent> = []
        const reason = yield* withThread(world, output, (thread) =>
          thread.stream("go", options).pipe(
            Stream.runForEach((event) => Effect.sync(() => events.push(event))),
            Effect.match({ onSuccess: () => undefined, onFailure: (error) => error.reason })
          )
        )
        assert.deepStrictEqual(events, output.events)
        if (output.ending.reason === undefined) assert.isUndefined(reason)
        else assert.deepInclude(reason, output.ending.reason)
        yield* assertNothingLeft(world)
        assert.strictEqual(world.started, 1)
      }),
    { arbitrary: { runs: 400 } }
  )

  it.live.prop(
    "is the same for run: its items, or the items of its failure, are those of the stream",
    { output },
    ({ output }) =>
      Effect.gen(function* () {
        const world = makeWorld()
        const completed = output.events.flatMap((event) => (event._tag === "ItemCompleted" ? [event.item] : []))
        const result = yield* withThread(world, output, (thread) => Effect.result(thread.run("go", options)))
        assert.strictEqual(result._tag, output.ending.reason === undefined ? "Success" : "Failure")
        const items = result._tag === "Success" ? result.success.items : result.failure.items
        // Open ones come behind them.
        assert.deepStrictEqual(items?.slice(0, completed.length), completed)
        yield* assertNothingLeft(world)
        assert.strictEqual(world.started, 1)
      }),
    { arbitrary: { runs: 200 } }
  )
})

describe("a turn that is cut off anywhere", () => {
  it.live.prop(
    "by an early end of its stream has the events up to there, and leaves nothing",
    { output, count: natural },
    ({ count, output }) =>
      Effect.gen(function* () {
        const world = makeWorld()
        const wanted = count % output.events.length
        const events = yield* withThread(world, output, (thread) =>
          Stream.runCollect(Stream.take(thread.stream("go", options), wanted))
        )
        assert.deepStrictEqual(events, output.events.slice(0, wanted))
        yield* assertNothingLeft(world)
      }),
    { arbitrary: { runs: 200 } }
  )

  it.live.prop(
    "by an interruption after an event has the events up to there, and leaves nothing",
    { output, count: natural },
    ({ count, output }) =>
      Effect.gen(function* () {
        const world = makeWorld()
        const wanted = 1 + (count % output.events.length)
        const events: Array<ThreadEvent> = []
        const hasThem = yield* Deferred.make<void>()
        yield* withThread(world, output, (thread) =>
          Effect.gen(function* () {
            const fiber = yield* thread.stream("go", options).pipe(
              Stream.runForEach((event) => {
                events.push(event)
                return events.length < wanted
                  ? Effect.void
                  : Effect.andThen(Deferred.succeed(hasThem, undefined), Effect.never)
              }),
              Effect.forkChild
            )
            yield* Effect.raceFirst(Deferred.await(hasThem), Fiber.await(fiber))
            yield* Fiber.interrupt(fiber)
            yield* assertNothingLeft(world)
          })
        )
        assert.deepStrictEqual(events, output.events.slice(0, wanted))
      }),
    { arbitrary: { runs: 200 } }
  )

  it.live.prop(
    "by an interruption at any time has a beginning of the events, and leaves a thread that works",
    { output, turns: natural },
    ({ output, turns }) =>
      Effect.gen(function* () {
        const world = makeWorld()
        const events: Array<ThreadEvent> = []
        yield* withThread(world, output, (thread) =>
          Effect.gen(function* () {
            const fiber = yield* thread.stream("go", options).pipe(
              Stream.runForEach((event) => Effect.sync(() => events.push(event))),
              Effect.forkChild
            )
            for (let turn = turns % 100; turn > 0; turn--) yield* Effect.yieldNow
            yield* Fiber.interrupt(fiber)
            yield* assertNothingLeft(world)
            const before = world.started
            yield* Effect.exit(thread.run("next"))
            yield* assertNothingLeft(world)
            assert.strictEqual(world.started, before + 1)
          })
        )
        assert.deepStrictEqual(events, output.events.slice(0, events.length))
      }),
    { arbitrary: { runs: 200 } }
  )
})
