/** Finds the processes that a turn left behind, of whatever session or process group. Needs Linux's /proc. */
import { assert } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
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

  const assertNothingLeft = processes.pipe(
    // A killed process takes a moment to leave the process table.
    Effect.repeat({
      schedule: Schedule.spaced("10 millis"),
      until: (left: ReadonlyArray<string>) => left.length === 0,
      times: 20
    }),
    Effect.map((left) => assert.strictEqual(left.join("\n"), "", "processes are left"))
  )
  return { env: { [markerName]: value }, processes, assertNothingLeft }
}
