/**
 * One contender in a process of its own, which measures once for each message that it gets and answers with the sample:
 * `fork(host.ts, [JSON.stringify(task)])`.
 */
import { NodeServices } from "@effect/platform-node"
import { Codex, Exec } from "effect-codex"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"
import * as Semaphore from "effect/Semaphore"
import { type Contender, type ContenderName, makeContender } from "./contenders.ts"

/** What to measure. */
export type Task =
  /** A turn, on a thread of its own or on one that goes on. */
  | {
      readonly kind: "turn"
      readonly contender: ContenderName
      readonly executable: string
      readonly how: "stream" | "run"
      readonly isContinued: boolean
      /** So many turns one after the other, of which the sample is the mean. */
      readonly turns: number
      /** How many events or items each must have given. */
      readonly expected?: number
    }
  /** So many turns at once. */
  | { readonly kind: "many"; readonly executable: string; readonly turns: number; readonly places: number }
  /** What a turn takes that waits for a place, or a fiber of Effect alone. Needs `--expose-gc`. */
  | {
      readonly kind: "waiting"
      readonly contender: "ours" | "floor"
      readonly executable: string
      readonly turns: number
      readonly places: number
    }

/** Numbers by name. */
export type Sample = Readonly<Record<string, number>>

const turnTask = (task: Task & { readonly kind: "turn" }): (() => Promise<Sample>) => {
  const contender: Contender = makeContender(task.contender, task.executable)
  let continued: ReturnType<Contender["begin"]> | undefined
  ended = contender.end
  return async () => {
    const conversation = await (task.isContinued ? (continued ??= contender.begin()) : contender.begin())
    const startedAt = performance.now()
    let first = Number.NaN
    for (let turn = 0; turn < task.turns; turn++) {
      const count =
        task.how === "run"
          ? await conversation.run()
          : await conversation.stream(() => (first = performance.now() - startedAt))
      if (task.expected !== undefined && count !== task.expected) {
        throw new Error(`${count} instead of ${task.expected}`)
      }
    }
    return { milliseconds: (performance.now() - startedAt) / task.turns, first }
  }
}

const bounded = (executable: string, places: number) =>
  ManagedRuntime.make(
    Codex.layer({ maxConcurrentTurns: places }).pipe(
      Layer.provide(Exec.layer({ codexPath: executable })),
      Layer.provide(NodeServices.layer)
    )
  )

const oneThread = Codex.use((codex) => codex.startThread({ skipGitRepoCheck: true }))

const manyTask = ({ executable, places, turns }: Task & { readonly kind: "many" }): (() => Promise<Sample>) => {
  const runtime = bounded(executable, places)
  ended = () => runtime.dispose()
  const all = Effect.forEach(
    Array.from({ length: turns }),
    () => Effect.flatMap(oneThread, (thread) => thread.run("go")),
    { concurrency: "unbounded", discard: true }
  )
  return async () => {
    const startedAt = performance.now()
    await runtime.runPromise(all)
    return { milliseconds: performance.now() - startedAt }
  }
}

const usedBytes = async (): Promise<number> => {
  for (let round = 0; round < 3; round++) {
    await new Promise((resolve) => setTimeout(resolve, 200))
    globalThis.gc?.()
  }
  const { external, heapUsed } = process.memoryUsage()
  return heapUsed + external
}

const waitingTask = (task: Task & { readonly kind: "waiting" }): (() => Promise<Sample>) => {
  const runtime = bounded(task.executable, task.places)
  const semaphore = Semaphore.makeUnsafe(task.places)
  ended = () => runtime.dispose()
  const makeWaiter: Effect.Effect<Effect.Effect<unknown, unknown>, unknown, Codex> = task.contender === "floor"
    ? Effect.succeed(semaphore.withPermit(Effect.never))
    : Effect.map(oneThread, (thread) => thread.run("go"))
  return async () => {
    // A thread takes memory too, but does not wait.
    const waiters = await runtime.runPromise(Effect.replicateEffect(makeWaiter, task.places + task.turns))
    const fibers = waiters.slice(0, task.places).map((waiter) => runtime.runFork(waiter))
    const before = await usedBytes()
    for (const waiter of waiters.slice(task.places)) fibers.push(runtime.runFork(waiter))
    const after = await usedBytes()
    await runtime.runPromise(Fiber.interruptAll(fibers))
    return { bytes: (after - before) / task.turns }
  }
}

let ended: () => Promise<void> = () => Promise.resolve()
const task: Task = JSON.parse(process.argv[2] ?? "")
const measure = task.kind === "turn" ? turnTask(task) : task.kind === "many" ? manyTask(task) : waitingTask(task)

process.on("message", () => {
  measure().then(
    (sample) => process.send?.(sample),
    (error: unknown) => {
      process.stderr.write(`${String(error)}\n`)
      process.exit(1)
    }
  )
})
process.on("disconnect", () => void ended().finally(() => process.exit(0)))
