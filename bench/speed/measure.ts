/** Samples from processes, taken in turn. */
import { fork } from "node:child_process"
import { once } from "node:events"
import { fileURLToPath } from "node:url"
import * as Effect from "effect/Effect"
import type { Sample, Task } from "./host.ts"

/** Measures once. */
export type Sampler = Effect.Effect<Sample, unknown>

export interface Rounds {
  /** Rounds that do not count: they are for the compiler and the caches. */
  readonly warmUp: number
  readonly count: number
}

const hostFile = fileURLToPath(new URL("host.ts", import.meta.url))

/** A contender in a process of its own, for as long as the scope. */
export const host = (
  task: Task,
  place: { readonly folder: string; readonly environment: Readonly<Record<string, string>> }
) =>
  Effect.acquireRelease(
    Effect.sync(() =>
      fork(hostFile, [JSON.stringify(task)], {
        cwd: place.folder,
        env: { ...process.env, ...place.environment },
        execArgv: ["--expose-gc"],
        stdio: ["ignore", "inherit", "inherit", "ipc"]
      })
    ),
    (child) =>
      Effect.promise(async () => {
        if (child.exitCode !== null || child.signalCode !== null) return
        const exited = once(child, "exit")
        if (child.connected) child.disconnect()
        await exited
      })
  ).pipe(
    Effect.map((child): Sampler =>
      Effect.callback<Sample, Error>((resume) => {
        const onMessage = (sample: Sample) => {
          child.off("exit", onExit)
          resume(Effect.succeed(sample))
        }
        const onExit = () => resume(Effect.fail(new Error(`The host failed: ${JSON.stringify(task)}`)))
        child.once("message", onMessage)
        child.once("exit", onExit)
        child.send("measure")
      })
    )
  )

/** Samples of each contender, round by round: whatever else the machine does meets all of them. */
export const interleave = Effect.fn(function* (rounds: Rounds, samplers: Readonly<Record<string, Sampler>>) {
  const samples = new Map<string, Array<Sample>>()
  const names = Object.keys(samplers)
  for (let round = -rounds.warmUp; round < rounds.count; round++) {
    for (const name of round % 2 === 0 ? names : names.toReversed()) {
      const sample = yield* samplers[name] ?? Effect.never
      if (round >= 0) samples.set(name, [...(samples.get(name) ?? []), sample])
    }
  }
  return (contender: string, field: string): ReadonlyArray<number> =>
    (samples.get(contender) ?? []).map((sample) => sample[field] ?? Number.NaN)
})
