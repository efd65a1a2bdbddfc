/**
 * What telemetry costs a turn: the same events without it, with it while nobody listens, and with a tracer that records.
 * From a process, where the cost is to be seen in proportion, and from memory, where nothing else costs anything. Each figure is a ratio of medians over interleaved rounds.
 *
 *   npm run bench:telemetry
 */
import { NodeRuntime, NodeServices } from "@effect/platform-node"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import * as Tracer from "effect/Tracer"
import type { CodexError } from "../../src/CodexError.ts"
import { Exec, ThreadTarget } from "../../src/Exec.ts"
import { observeTurn } from "../../src/internal/observeTurn.ts"
import { recordNothing } from "../../src/internal/recordContent.ts"
import { superviseTurn } from "../../src/internal/turnStream.ts"
import { type ThreadEvent, ThreadId } from "../../src/ThreadEvent.ts"
import type { ThreadItem } from "../../src/ThreadItem.ts"

const rounds = 31
const command = (id: number, status: string): ThreadItem => ({
  _tag: "CommandExecution",
  id: `item_${id}`,
  command: "ls",
  aggregatedOutput: "",
  status
})

/** A turn of so many commands, two events each. */
const turnOf = (commands: number): ReadonlyArray<ThreadEvent> => [
  { _tag: "ThreadStarted", threadId: ThreadId.make("01a20318-f35c-7821-b4c9-6971645259e3") },
  { _tag: "TurnStarted" },
  ...Array.from({ length: commands }, (_, index): ReadonlyArray<ThreadEvent> => [
    { _tag: "ItemStarted", item: command(index, "in_progress") },
    { _tag: "ItemCompleted", item: command(index, "completed") }
  ]).flat(),
  { _tag: "TurnCompleted" }
]

const info = {
  codex: {},
  thread: {},
  target: ThreadTarget.Start(),
  prompt: "go",
  outputSchema: undefined,
  turn: 1,
  usageBefore: undefined,
  tap: undefined,
  content: recordNothing
}

const recording = Tracer.make({ span: (options) => new Tracer.NativeSpan(options) })

type Events = Stream.Stream<ThreadEvent, CodexError>

const without = (events: Events): Events => superviseTurn(events, {}, () => {})
const unheard = (events: Events): Events => observeTurn(info, (tell) => superviseTurn(events, {}, tell))
const recorded = (events: Events): Events => Stream.provideService(unheard(events), Tracer.Tracer, recording)
const contenders = { without, unheard, recorded }
const names = ["without", "unheard", "recorded"] as const

/** Milliseconds per turn. */
const time = (stream: Events, turns: number) =>
  Effect.gen(function* () {
    const startedAt = performance.now()
    for (let turn = 0; turn < turns; turn++) yield* Stream.runDrain(stream)
    return (performance.now() - startedAt) / turns
  })

const median = (values: ReadonlyArray<number>): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0

const measure = Effect.fnUntraced(function* (what: string, events: Events, turns: number) {
  const times: Record<(typeof names)[number], Array<number>> = { without: [], unheard: [], recorded: [] }
  for (let round = -3; round < rounds; round++) {
    for (const name of names) {
      const elapsed = yield* time(contenders[name](events), turns)
      // The first rounds are for the compiler.
      if (round >= 0) times[name].push(elapsed)
    }
  }
  const base = median(times.without)
  const figures = names.map((name) => {
    const value = median(times[name])
    return `${name} ${(value * 1000).toFixed(0).padStart(6)} µs ${(value / base).toFixed(2).padStart(5)}`
  })
  yield* Console.log(`${what.padEnd(36)} ${figures.join("   ")}`)
})

const item = (type: string, id: number) =>
  `{"type":"item.${type}","item":{"id":"item_${id}","type":"command_execution","command":"ls","aggregated_output":"","exit_code":null,"status":"in_progress"}}`

/** An executable that prints the events. */
const fake = Effect.gen(function* () {
  const fs = yield* FileSystem.FileSystem
  const folder = yield* fs.makeTempDirectoryScoped({ prefix: "bench-" })
  const lines = Array.from({ length: 500 }, (_, id) => [item("started", id), item("completed", id)]).flat()
  yield* fs.writeFileString(`${folder}/events`, [...lines, '{"type":"turn.completed"}', ""].join("\n"))
  yield* fs.writeFileString(`${folder}/codex`, `#!/bin/sh\ncat >/dev/null; exec cat "${folder}/events"\n`, {
    mode: 0o755
  })
  return `${folder}/codex`
})

const program = Effect.gen(function* () {
  yield* Console.log("Median time per turn, and its ratio to that without telemetry.\n")
  const exec = yield* Exec
  const process = exec.run({ prompt: "go", images: [], target: ThreadTarget.Start(), codex: {}, thread: {} })
  yield* measure("a process with 1001 events", process, 5)
  yield* measure("7 events in memory", Stream.fromIterable(turnOf(2)), 200)
  yield* measure("100003 events in memory", Stream.fromIterable(turnOf(50_000)), 1)
})

const FakeExec = Layer.unwrap(Effect.map(fake, (codexPath) => Exec.layer({ codexPath }))).pipe(
  Layer.provideMerge(NodeServices.layer)
)

program.pipe(Effect.provide(FakeExec), NodeRuntime.runMain)
