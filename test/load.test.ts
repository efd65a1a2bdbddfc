import { assert, describe, it } from "@effect/vitest"
import { Codex } from "effect-codex"
import { promptOf, reply, replyHanging, ScriptedModel, shellCommand } from "effect-codex/testing"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as FileSystem from "effect/FileSystem"
import * as Random from "effect/Random"
import * as Schedule from "effect/Schedule"
import { Fake, lines, ordinaryTurn, shellFake } from "./support/fakeCodex.ts"
import { realCodex, Workspace } from "./support/realCodex.ts"
import { transports } from "./support/transports.ts"

/** What a process may do, and what must become of its turn. Its prompt is the name. */
const faults = {
  completes: "Hi!",
  exitsSilently: "TurnIncomplete",
  exitsWithError: "ExitError",
  isKilled: "ExitError",
  breaksOff: "MalformedOutput",
  hangs: "TimeoutError",
  ignoresInput: "ExitError"
} as const
const names = Object.keys(faults) as ReadonlyArray<keyof typeof faults> // its own keys

const printf = (...all: ReadonlyArray<string>) => `printf '%s\\n' ${all.map((line) => `'${line}'`).join(" ")}`

const script = `
echo begun >> "\${0%/*}/begun"
read -r what
case "$what" in
  completes) ${printf(...ordinaryTurn)} ;;
  exitsSilently) ;;
  exitsWithError) ${printf(lines.threadStarted)}; echo "Error: on purpose" >&2; exit 3 ;;
  isKilled) ${printf(lines.threadStarted)}; kill -9 $$ ;;
  breaksOff) ${printf(lines.threadStarted)}; printf '{"type":' ;;
  hangs) ${printf(lines.threadStarted)}; sleep 300 & sleep 300 ;;
  ignoresInput) exec <&-; exit 4 ;;
esac
`

describe("many turns at once", () => {
  it.live("each gets its own outcome, whatever the others do (seeded faults)", () =>
    Effect.gen(function* () {
      const codex = yield* Codex
      const { marker } = yield* Fake
      const plan = yield* Effect.forEach(Array.from({ length: 200 }), () =>
        Effect.map(Random.nextIntBetween(0, names.length - 1), (index) => names[index] ?? "completes")
      ).pipe(Random.withSeed("effect-codex"))
      assert.sameMembers([...new Set(plan)], [...names])

      const outcomes = yield* Effect.forEach(
        plan,
        (name) =>
          Effect.gen(function* () {
            const thread = yield* codex.startThread()
            return yield* thread.run(name, name === "hangs" ? { idleTimeout: "2 seconds" } : {}).pipe(
              Effect.map((turn) => turn.finalResponse),
              Effect.catchTag("CodexError", (error) => Effect.succeed(error.reason._tag))
            )
          }),
        { concurrency: "unbounded" }
      )
      assert.deepStrictEqual(
        outcomes,
        plan.map((name) => faults[name])
      )
      yield* marker.assertNothingLeft
    }).pipe(Effect.provide(shellFake(script, {}, { maxConcurrentTurns: 32 })))
  )

  it.live("no more run than are allowed, in the order of the calls, and a waiting one can be interrupted", () =>
    Effect.gen(function* () {
      const codex = yield* Codex
      const { directory, marker } = yield* Fake
      const fs = yield* FileSystem.FileSystem
      const start = Effect.fnUntraced(function* (name: string) {
        const thread = yield* codex.startThread()
        return yield* Effect.forkChild(Effect.exit(thread.run(name)), { startImmediately: true })
      })
      const running = yield* start("hangs")
      const waiting = yield* start("completes")
      const last = yield* start("completes")
      yield* Fiber.interrupt(waiting)
      // Not by the processes: a shell that is about to start a command is one more.
      const begun = Effect.orElseSucceed(fs.readFileString(`${directory}/begun`), () => "")
      const once = { until: (text: string) => text !== "", schedule: Schedule.spaced("10 millis") }
      assert.strictEqual(yield* Effect.repeat(begun, once), "begun\n")
      yield* Fiber.interrupt(running)
      assert.isTrue((yield* Fiber.join(last))._tag === "Success")
      yield* marker.assertNothingLeft
    }).pipe(Effect.provide(shellFake(script, {}, { maxConcurrentTurns: 1 })))
  )
})

describe.each(transports)("many turns at once over %s", (transport) => {
  it.live("get each its own answer", () =>
    Effect.gen(function* () {
      const codex = yield* Codex
      const { marker, options } = yield* Workspace
      const prompts = Array.from({ length: 8 }, (_, index) => `number ${index}`)
      const answers = yield* Effect.forEach(
        prompts,
        (prompt) =>
          Effect.gen(function* () {
            const turn = yield* (yield* codex.startThread(options)).run(prompt)
            const command = turn.items.find((item) => item._tag === "CommandExecution")
            return [turn.finalResponse, command?.aggregatedOutput]
          }),
        { concurrency: "unbounded" }
      )
      assert.deepStrictEqual(
        answers,
        prompts.map((prompt) => [`answer to ${prompt}`, `${prompt}\n`])
      )
      yield* marker.assertTurnsEnded
    }).pipe(
      Effect.provide(
        realCodex(
          (request) =>
            request.body.input.at(-1)?.type === "function_call_output"
              ? reply(`answer to ${promptOf(request)}`)
              : reply(shellCommand(`echo '${promptOf(request)}'`, { login: false, yieldTimeMs: 30_000 })),
          { transport }
        )
      )
    )
  )

  it.live("wait for a place where not all may run, and begin in the order of the calls", () =>
    Effect.gen(function* () {
      const codex = yield* Codex
      const { options } = yield* Workspace
      const model = yield* ScriptedModel
      const turns = yield* Effect.forEach(["first", "second", "third"], (prompt) =>
        Effect.flatMap(codex.startThread(options), (thread) =>
          Effect.forkChild(thread.run(prompt), { startImmediately: true })
        )
      )
      const [first, ...others] = turns
      yield* model.requests.pipe(
        Effect.repeat({ until: (requests) => requests.length > 0, schedule: Schedule.spaced("20 millis") })
      )
      yield* Fiber.interrupt(first ?? assert.fail("no turn"))
      yield* Effect.forEach(others, Fiber.join)
      assert.deepStrictEqual((yield* model.requests).map(promptOf), ["first", "second", "third"])
    }).pipe(
      Effect.provide(
        realCodex((request) => (promptOf(request) === "first" ? replyHanging() : reply("ok")), {
          transport,
          codex: (options) => ({ ...options, maxConcurrentTurns: 1 })
        })
      )
    )
  )
})
