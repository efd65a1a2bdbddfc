import { assert, describe, it } from "@effect/vitest"
import { Codex, type CodexOptions } from "effect-codex"
import { AppServer } from "effect-codex/app-server"
import type { TestScript } from "effect-codex/testing"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Metric from "effect/Metric"
import * as Stream from "effect/Stream"
import { fakeServer, runTurn as runServerTurn } from "./support/fakeServer.ts"
import { lines, nodeFake, print, runTurn, shellFake } from "./support/fakeCodex.ts"
import { completed, failed, says, scripted, started, turnStarted, usage } from "./support/turns.ts"

/** A registry of the test's own. */
const ownRegistry = Layer.effect(
  Metric.MetricRegistry,
  Effect.sync(() => new Map())
)

/** What a metric holds: its attributes without the common ones, and its count or value. */
const read = (id: string) =>
  Effect.map(Metric.snapshot, (snapshot) =>
    snapshot
      .filter((metric) => metric.id === id)
      .map(({ attributes, state }) => {
        const { unit: _, ...all } = attributes ?? {}
        const own = Object.entries(all).filter(([name]) => !/^gen_ai\.(operation|provider|request)/.test(name))
        const value =
          "sum" in state
            ? [state.count, state.sum]
            : "count" in state
              ? state.count
              : "value" in state
                ? state.value
                : state
        return [Object.fromEntries(own), value]
      })
  )

const run = (
  script: TestScript,
  use: (codex: Codex["Service"]) => Effect.Effect<unknown, unknown>,
  codex?: CodexOptions
) => Effect.flatMap(Codex, (service) => Effect.exit(use(service))).pipe(Effect.provide(scripted(script, codex)))

const runOnce = (codex: Codex["Service"]) =>
  Effect.flatMap(codex.startThread({ model: "gpt-5.5" }), (one) => one.run("go"))

describe("metrics", () => {
  it.effect("count turns by outcome, their events, tokens and durations", () =>
    Effect.gen(function* () {
      yield* run([[started(), turnStarted, says("a"), says("b"), completed(usage(5))]], runOnce)
      yield* run([[started(), failed("at capacity")]], runOnce)
      yield* run([Stream.concat(Stream.make(started()), Stream.never)], (codex) =>
        Effect.flatMap(codex.startThread(), (one) => Stream.runDrain(Stream.take(one.stream("go"), 1)))
      )
      const turns = yield* read("codex.turns")
      assert.sameDeepMembers(turns, [
        [{ "codex.turn.outcome": "completed" }, 1],
        [{ "codex.turn.outcome": "failed" }, 1],
        [{ "codex.turn.outcome": "abandoned" }, 1]
      ])
      assert.deepStrictEqual(yield* read("codex.turns.active"), [[{}, 0]])
      assert.sameDeepMembers(yield* read("gen_ai.client.token.usage"), [
        [{ "gen_ai.token.type": "input" }, [1, 5]],
        [{ "gen_ai.token.type": "output" }, [1, 5]]
      ])
      assert.sameDeepMembers(yield* read("gen_ai.client.operation.duration"), [
        [{}, [1, 0]],
        [{ "error.type": "TurnFailed" }, [1, 0]],
        [{}, [1, 0]]
      ])
      const events = yield* read("codex.events")
      assert.deepInclude(events, [{ "codex.event.type": "AgentMessage" }, 2])
      assert.lengthOf(yield* read("codex.turn.time_to_first_event"), 2)
    }).pipe(Effect.provide(ownRegistry))
  )

  it.effect("count what is not known", () =>
    Effect.gen(function* () {
      yield* run([[started(), { _tag: "UnknownEvent", raw: 1, issue: "odd" }, completed()]], runOnce)
      assert.deepStrictEqual(yield* read("codex.events.unknown"), [[{}, 1]])
    }).pipe(Effect.provide(ownRegistry))
  )

  it.effect("show how long turns waited, and how many run", () =>
    Effect.gen(function* () {
      yield* run(
        [Stream.never, "two"],
        (codex) =>
          Effect.gen(function* () {
            const running = yield* Effect.forkChild(runOnce(codex), { startImmediately: true })
            assert.deepStrictEqual(yield* read("codex.turns.active"), [[{}, 1]])
            const waiting = yield* Effect.forkChild(runOnce(codex), { startImmediately: true })
            yield* Fiber.interrupt(running)
            yield* Fiber.join(waiting)
          }),
        { maxConcurrentTurns: 1 }
      )
      assert.deepStrictEqual(yield* read("codex.turn.wait.duration"), [[{ "codex.wait.for": "codex" }, [1, 0]]])
      assert.deepInclude(yield* read("codex.turns"), [{ "codex.turn.outcome": "interrupted" }, 1])
    }).pipe(Effect.provide(ownRegistry))
  )

  it.live("count the processes that had to be killed, and no others", () =>
    Effect.gen(function* () {
      yield* runTurn().pipe(
        Effect.provide(nodeFake(print(lines.threadStarted, lines.turnCompleted), { gracePeriod: "1 minute" }))
      )
      assert.deepStrictEqual(yield* read("codex.processes.killed"), [])
      const deaf = `trap '' INT; echo '${lines.threadStarted}'; while true; do sleep 300; done`
      yield* Codex.use((codex) => codex.startThread()).pipe(
        Effect.flatMap((thread) => Stream.runDrain(Stream.take(thread.stream("go"), 1))),
        Effect.provide(shellFake(deaf, { gracePeriod: "100 millis" }))
      )
      assert.deepStrictEqual(yield* read("codex.processes.killed"), [[{}, 1]])
    }).pipe(Effect.provide(ownRegistry))
  )

  it.live("count the connections to an app-server, of which all but the first follow a loss", () =>
    Effect.gen(function* () {
      yield* runServerTurn("one")
      yield* Effect.exit(AppServer.use((server) => server.requestUnknown("kill")))
      yield* runServerTurn("two")
      assert.deepStrictEqual(yield* read("codex.app_server.connections"), [[{}, 2]])
    }).pipe(
      Effect.provide(fakeServer('handlers.kill = () => process.kill(process.pid, "SIGKILL")')),
      Effect.provide(ownRegistry)
    )
  )
})
