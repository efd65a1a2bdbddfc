/** Finds what a turn left behind, processes of whatever session or process group included. Needs Linux's /proc. */
import { tmpdir } from "node:os"
import { assert } from "@effect/vitest"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Layer from "effect/Layer"
import * as Metric from "effect/Metric"
import * as Option from "effect/Option"
import * as Schedule from "effect/Schedule"

const markerName = "EFFECT_CODEX_TEST_MARKER"

/** A mark on processes. */
export interface Marker {
  /** To be part of codex's environment, which every descendant inherits. */
  readonly env: Readonly<Record<string, string>>
  /** The processes that carry the mark now, zombies not counted, as `pid command`. */
  readonly processes: Effect.Effect<ReadonlyArray<string>, never, FileSystem.FileSystem>
  /** Fails if there are any. */
  readonly assertNothingLeft: Effect.Effect<void, never, FileSystem.FileSystem>
  /** Fails if there are any but an app-server, which outlives its turns. */
  readonly assertTurnsEnded: Effect.Effect<void, never, FileSystem.FileSystem>
}

export const makeMarker = (): Marker => {
  const value = globalThis.crypto.randomUUID()

  const describe = Effect.fnUntraced(function* (pid: string) {
    const fs = yield* FileSystem.FileSystem
    const environment = yield* fs.readFileString(`/proc/${pid}/environ`)
    if (!environment.includes(`${markerName}=${value}`)) return Option.none()
    const status = yield* fs.readFileString(`/proc/${pid}/stat`)
    // The state comes behind the name, which is in parentheses.
    if (status.slice(status.lastIndexOf(")") + 2).startsWith("Z")) return Option.none()
    const command = yield* fs.readFileString(`/proc/${pid}/cmdline`)
    return Option.some(`${pid} ${command.replaceAll("\0", " ")}`)
  })

  const processes = Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const pids = (yield* Effect.orDie(fs.readDirectory("/proc"))).filter((name) => /^\d+$/.test(name))
    // A process may be gone before it is read.
    const found = yield* Effect.forEach(pids, (pid) => Effect.orElseSucceed(describe(pid), Option.none<string>))
    return found.flatMap(Option.toArray)
  })

  const ofTurns = Effect.map(processes, (found) => found.filter((process) => !/\/codex app-server /.test(process)))
  return {
    env: { [markerName]: value },
    processes,
    assertNothingLeft: assertNone(processes),
    assertTurnsEnded: assertNone(ofTurns)
  }
}

/**
 * Watches over everything that turns may leave behind. When its layer's scope closes, which is after that of every layer
 * on it, the test fails if there is more than before: processes with the mark, open descriptors of this process, folders
 * of ours among the temporary files, fibers.
 */
export class NoLeaks extends Context.Service<NoLeaks, { readonly marker: Marker }>()("test/NoLeaks") {
  static readonly layer: Layer.Layer<NoLeaks, never, FileSystem.FileSystem> = Layer.unwrap(
    Effect.sync(() => {
      let fibers = 0
      const countFibers = Layer.succeed(Metric.FiberRuntimeMetrics, {
        recordFiberStart: () => void fibers++,
        recordFiberEnd: () => void fibers--
      })
      return Layer.merge(
        Layer.effect(
          NoLeaks,
          watch(() => fibers)
        ),
        countFibers
      )
    })
  )
}

const watch = Effect.fnUntraced(function* (fibers: () => number) {
  const fs = yield* FileSystem.FileSystem
  const marker = makeMarker()
  const descriptors = Effect.gen(function* () {
    const names = yield* Effect.orDie(fs.readDirectory("/proc/self/fd"))
    // One of them was there only to read the directory.
    const found = yield* Effect.forEach(names, (name) =>
      Effect.option(Effect.map(fs.readLink(`/proc/self/fd/${name}`), (target) => `descriptor ${name} ${target}`))
    )
    return found.flatMap(Option.toArray)
  })
  const folders = Effect.map(Effect.orDie(fs.readDirectory(tmpdir())), (names) =>
    names.filter((name) => name.startsWith("effect-codex-")).map((name) => `temporary ${name}`)
  )
  const before = [...(yield* descriptors), ...(yield* folders)]
  const fibersBefore = fibers()
  const left = Effect.gen(function* () {
    const now = [...(yield* descriptors), ...(yield* folders)].filter((name) => !before.includes(name))
    const running = fibers() - fibersBefore
    return [...(yield* marker.processes), ...now, ...(running > 0 ? [`fibers: ${running}`] : [])]
  })
  yield* Effect.addFinalizer(() => assertNone(left))
  return NoLeaks.of({ marker })
})

const assertNone = <R>(left: Effect.Effect<ReadonlyArray<string>, never, R>): Effect.Effect<void, never, R> =>
  left.pipe(
    // A killed process takes a moment to leave the process table, and the spawner up to a second to let go of it.
    Effect.repeat({
      schedule: Schedule.spaced("20 millis"),
      until: (names: ReadonlyArray<string>) => names.length === 0,
      times: 500
    }),
    Effect.map((names) => assert.strictEqual(names.join("\n"), "", "something is left")),
    Effect.provideService(Clock.Clock, Clock.Clock.defaultValue())
  )
