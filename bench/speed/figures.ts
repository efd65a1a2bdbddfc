/** What is measured, how, and what it should come to. */
import * as Effect from "effect/Effect"
import type { Scope } from "effect/Scope"
import type { ContenderName } from "./contenders.ts"
import type { Task } from "./host.ts"
import { coldImport, effectModules } from "./imports.ts"
import { host, interleave, type Rounds, type Sampler } from "./measure.ts"
import { difference, ratio, type Spread, spread } from "./statistics.ts"

/** A comparison, and its goal. */
export interface Finding {
  readonly what: string
  readonly unit: string
  readonly value: Spread
  readonly goal: { readonly atLeast: number } | { readonly atMost: number }
  readonly isMet: boolean
}

/** A line of the table. */
export interface Row {
  readonly figure: FigureName
  readonly what: string
  readonly unit: string
  readonly rounds: number
  readonly ours: Spread
  readonly official?: Spread
  readonly floor?: Spread
  readonly findings: ReadonlyArray<Finding>
}

/** What the figures are made with. */
export interface Bench {
  readonly fakes: { readonly events: string; readonly turn: string; readonly silent: string }
  readonly eventCount: number
  /** The real codex, its home with a scripted model, and a folder to work in. */
  readonly codex: string
  readonly environment: Readonly<Record<string, string>>
  readonly folder: string
  /** Peak memory of a case of the reliability table, in megabytes. */
  readonly peakMemory: (id: string, library: "ours" | "official") => Sampler
  /** So many times fewer rounds and turns than in a full run. */
  readonly divisor: number
}

type Measure = (bench: Bench) => Effect.Effect<ReadonlyArray<Row>, unknown, Scope>

const finding = (what: string, unit: string, value: Spread, goal: Finding["goal"]): Finding => ({
  what,
  unit,
  value,
  goal,
  isMet: "atLeast" in goal ? value.median >= goal.atLeast : value.median <= goal.atMost
})

type TurnTask = Omit<Task & { readonly kind: "turn" }, "kind" | "contender">

const turns = Effect.fn(function* <const Names extends ReadonlyArray<(Task & { kind: "turn" })["contender"]>>(
  bench: Bench,
  rounds: Rounds,
  contenders: Names,
  task: TurnTask
) {
  const hosts = yield* Effect.forEach(contenders, (contender) =>
    Effect.map(host({ kind: "turn", contender, ...task }, bench), (sampler) => [contender, sampler] as const)
  )
  return yield* interleave(rounds, Object.fromEntries(hosts))
})

const few = (bench: Bench, count: number) => Math.max(5, Math.round(count / bench.divisor))

/** A warm process reads the events of one turn. */
const events =
  (figure: "stream" | "run", ours: "ours" | "ours, event by event", what: string): Measure =>
  (bench) =>
    Effect.gen(function* () {
      const rounds = { warmUp: 2, count: few(bench, 21) }
      const task = { executable: bench.fakes.events, how: figure, isContinued: false, turns: 1 } as const
      const samples = yield* turns(bench, rounds, [ours, "official", "floor"], {
        ...task,
        ...(figure === "stream" ? { expected: bench.eventCount } : {})
      })
      const rate = (contender: string) =>
        samples(contender, "milliseconds").map((milliseconds) => (bench.eventCount / milliseconds) * 1000)
      return [
        {
          figure,
          what: what.replace("{events}", bench.eventCount.toLocaleString("en-US")),
          unit: "events/s",
          rounds: rounds.count,
          ours: spread(rate(ours)),
          official: spread(rate("official")),
          floor: spread(rate("floor")),
          findings: [
            finding("of the official SDK", "×", ratio(rate(ours), rate("official")), { atLeast: 1 }),
            ...(figure === "stream"
              ? [finding("of the floor", "×", ratio(rate(ours), rate("floor")), { atLeast: 0.55 })]
              : [])
          ]
        }
      ]
    })

/** Short turns, each on a thread of its own. */
const ownTime: Measure = Effect.fn(function* (bench) {
  const rounds = { warmUp: 10, count: few(bench, 200) }
  const samples = yield* turns(bench, rounds, ["ours", "official", "floor"], {
    executable: bench.fakes.turn,
    how: "stream",
    isContinued: false,
    turns: 1,
    expected: 6
  })
  const row = (what: string, field: string): Row => {
    const [ours, official, floor] = ["ours", "official", "floor"].map((name) => samples(name, field))
    return {
      figure: "turn",
      what,
      unit: "ms",
      rounds: rounds.count,
      ours: spread(ours ?? []),
      official: spread(official ?? []),
      floor: spread(floor ?? []),
      findings: [finding("over the floor", "ms", difference(ours ?? [], floor ?? []), { atMost: 3 })]
    }
  }
  return [row("Call to first event, fake executable", "first"), row("A turn, fake executable", "milliseconds")]
})

/** Turns of the real codex on a scripted model. */
const real =
  (
    figure: "exec" | "app-server",
    what: string,
    {
      floor,
      limit,
      ours,
      ...how
    }: Pick<TurnTask, "isContinued" | "turns"> & {
      readonly ours: ContenderName
      readonly floor: ContenderName
      readonly limit: number
    }
  ): Measure =>
  (bench) =>
    Effect.gen(function* () {
      const rounds = { warmUp: 2, count: few(bench, 30) }
      const task = { executable: bench.codex, how: "run", expected: 1, ...how } as const
      const samples = yield* turns(bench, rounds, [ours, "official", floor], task)
      const times = (contender: string) => samples(contender, "milliseconds")
      return [
        {
          figure,
          what,
          unit: "ms",
          rounds: rounds.count,
          ours: spread(times(ours)),
          official: spread(times("official")),
          floor: spread(times(floor)),
          findings: [finding("of the official SDK", "×", ratio(times(ours), times("official")), { atMost: limit })]
        }
      ]
    })

const memory: Measure = Effect.fn(function* (bench) {
  const rounds = { warmUp: 0, count: bench.divisor > 1 ? 1 : 3 }
  const samples = yield* interleave(rounds, {
    few: bench.peakMemory("memory-small", "ours"),
    many: bench.peakMemory("memory-events", "ours"),
    officialFew: bench.peakMemory("memory-small", "official"),
    officialMany: bench.peakMemory("memory-events", "official")
  })
  const peak = (contender: string) => samples(contender, "megabytes")
  const row = (what: string, ours: string, official: string) => ({
    figure: "memory" as const,
    what,
    unit: "MB",
    rounds: rounds.count,
    ours: spread(peak(ours)),
    official: spread(peak(official))
  })
  return [
    { ...row("Peak memory, 10 events", "few", "officialFew"), findings: [] },
    {
      ...row("Peak memory, 5 million events read slowly", "many", "officialMany"),
      findings: [finding("of that with 10 events", "×", ratio(peak("many"), peak("few")), { atMost: 1.3 })]
    }
  ]
})

const imports: Measure = Effect.fn(function* (bench) {
  const rounds = { warmUp: 2, count: few(bench, 41) }
  const row = Effect.fn(function* (entry: string, limit: number) {
    const modules = yield* effectModules(entry)
    const samples = yield* interleave(rounds, {
      floor: coldImport(modules),
      ours: coldImport([...modules, entry]),
      official: coldImport(["@openai/codex-sdk"])
    })
    const times = (contender: string) => samples(contender, "milliseconds")
    return {
      figure: "import" as const,
      what: `Start of node with \`${entry}\``,
      unit: "ms",
      rounds: rounds.count,
      ours: spread(times("ours")),
      official: spread(times("official")),
      floor: spread(times("floor")),
      findings: [finding("over its Effect modules", "ms", difference(times("ours"), times("floor")), { atMost: limit })]
    }
  })
  return [yield* row("effect-codex", 40), yield* row("effect-codex/app-server", 60)]
})

const places = 16
const numbersOfTurns = [1, 10, 100, 1000] as const

const many: Measure = Effect.fn(function* (bench) {
  const rounds = { warmUp: 1, count: few(bench, 7) }
  const hosts = yield* Effect.forEach(numbersOfTurns, (count) =>
    Effect.map(
      host({ kind: "many", executable: bench.fakes.turn, turns: count, places }, bench),
      (sampler) => [`${count}`, sampler] as const
    )
  )
  const samples = yield* interleave(rounds, Object.fromEntries(hosts))
  const times = (count: number) => samples(`${count}`, "milliseconds")
  const rows = numbersOfTurns.map((count): Row => ({
    figure: "many",
    what: `${count} turn${count === 1 ? "" : "s"} at once in ${places} processes`,
    unit: "ms",
    rounds: rounds.count,
    ours: spread(times(count)),
    findings:
      count === 1000
        ? [
            finding("is the exponent from 100 turns on", "", exponent(times(100), times(1000), 10), { atMost: 1.1 }),
            finding("is the exponent from 1 turn on", "", exponent(times(1), times(1000), 1000), { atMost: 1.1 })
          ]
        : []
  }))
  return [...rows, yield* waiting(bench)]
})

const exponent = (few: ReadonlyArray<number>, more: ReadonlyArray<number>, factor: number): Spread => {
  const growth = ratio(more, few)
  const power = (value: number) => Math.log(value) / Math.log(factor)
  return { median: power(growth.median), low: power(growth.low), high: power(growth.high) }
}

const waiting = Effect.fn(function* (bench: Bench) {
  const rounds = { warmUp: 1, count: 5 }
  const task = { kind: "waiting", executable: bench.fakes.silent, turns: 1000, places } as const
  const samples = yield* interleave(rounds, {
    ours: yield* host({ ...task, contender: "ours" }, bench),
    floor: yield* host({ ...task, contender: "floor" }, bench)
  })
  const bytes = (contender: string) => samples(contender, "bytes")
  return {
    figure: "many" as const,
    what: "Memory of a turn that waits (floor: a fiber at a semaphore)",
    unit: "bytes",
    rounds: rounds.count,
    ours: spread(bytes("ours")),
    floor: spread(bytes("floor")),
    findings: [finding("over the floor", "bytes", difference(bytes("ours"), bytes("floor")), { atMost: 1024 })]
  }
})

export type FigureName = keyof typeof figures

/** By the name that the command takes. */
export const figures = {
  stream: (bench) =>
    Effect.map(
      Effect.all([
        events("stream", "ours", "Thread.stream, {events} events, in batches")(bench),
        events("stream", "ours, event by event", "Thread.stream, an effect for each event")(bench)
      ]),
      (rows) => rows.flat()
    ),
  run: events("run", "ours", "Thread.run, {events} events"),
  turn: ownTime,
  exec: real("exec", "A turn of the real codex, `codex exec`", {
    ours: "ours",
    floor: "floor",
    isContinued: false,
    turns: 1,
    limit: 1.05
  }),
  // A server is as warm as turns that follow each other make it: codex itself takes longer after a pause.
  "app-server": real("app-server", "A turn of the real codex, thread on a warm app-server", {
    ours: "ours, app-server",
    floor: "floor, app-server",
    isContinued: true,
    turns: 5,
    limit: 0.25
  }),
  memory,
  import: imports,
  many
} as const satisfies Record<string, Measure>
