/** One case with one of the libraries, in a host process of its own, and what is left afterwards. Needs Linux's /proc. */
import { fileURLToPath } from "node:url"
import { ScriptedModel } from "effect-codex/testing"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as FileSystem from "effect/FileSystem"
import * as Option from "effect/Option"
import * as Path from "effect/Path"
import * as ChildProcess from "effect/process/ChildProcess"
import type { PlatformError } from "effect/PlatformError"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import type { Case } from "./cases.ts"

export const libraries = ["ours", "official"] as const
type Library = (typeof libraries)[number]

const host = fileURLToPath(new URL("host.ts", import.meta.url))
const markName = "EFFECT_CODEX_RELIABILITY"
/** How many seconds a case has, if it does not say otherwise. */
export const patience = 12

const Report = Schema.fromJsonString(
  Schema.Struct({ outcome: Schema.String, seconds: Schema.Finite, peakKilobytes: Schema.Finite })
)

/** What became of a case. `megabytes` is the peak of the host's resident memory, as `/usr/bin/time -v` reports it. */
export interface Finding {
  /** Absent if the host crashed or had to be ended before it settled. */
  readonly outcome?: string
  readonly seconds: number
  readonly megabytes: number
  readonly crash?: string
  /** The host had to be ended. */
  readonly hangs: boolean
  readonly processes: number
  readonly files: number
}

export const runCase = Effect.fn(function* (test: Case, library: Library) {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const model = yield* ScriptedModel
  const folder = yield* fs.makeTempDirectoryScoped({ prefix: "reliability-" })
  const temporary = path.join(folder, "temporary")
  const work = path.join(folder, "work")
  yield* Effect.forEach([temporary, work], (name) => fs.makeDirectory(name))
  const executable = path.join(folder, "codex")
  if (test.fake !== undefined) yield* fs.writeFileString(executable, test.fake, { mode: 0o755 })
  const baseUrl = test.model === undefined ? "" : test.model === "sleeps" ? model.url : "http://127.0.0.1:9"

  const mark = globalThis.crypto.randomUUID()
  const args = [host, library, test.id, test.fake === undefined ? "" : executable, baseUrl]
  const limit = test.openFiles === undefined ? "" : `ulimit -n ${test.openFiles}; `
  const child = yield* ChildProcess.make("bash", ["-c", `${limit}exec "$0" "$@"`, process.execPath, ...args], {
    cwd: work,
    env: {
      TMPDIR: temporary,
      HOME: folder,
      CODEX_HOME: folder,
      CODEX_API_KEY: "local",
      [markName]: mark,
      ...test.env
    },
    extendEnv: true,
    stdin: "ignore",
    killSignal: "SIGKILL",
    forceKillAfter: "1 second"
  })
  const said = yield* Effect.forkScoped(Stream.mkString(Stream.decodeText(child.stderr)))
  const line = yield* child.stdout.pipe(
    Stream.decodeText,
    Stream.splitLines,
    // Warnings go there too.
    Stream.filter((text) => text.startsWith('{"outcome":')),
    Stream.runHead,
    Effect.timeoutOption(`${test.patience ?? patience} seconds`),
    Effect.map(Option.flatten)
  )
  const report = Option.flatMap(line, Schema.decodeOption(Report))
  // It may be waiting for what the turn has left behind.
  const exit = yield* Effect.timeoutOption(Effect.result(child.exitCode), "3 seconds")
  const hangs = Option.isNone(exit)
  const left = (yield* marked(mark)).filter((pid) => pid !== child.pid)
  yield* Effect.ignore(child.kill())
  yield* Effect.forEach(left, (pid) => Effect.ignore(Effect.try(() => process.kill(pid, "SIGKILL"))))
  const stderr = yield* Effect.timeoutOption(Fiber.join(said), "1 second")
  const finding: Finding = {
    ...Option.match(report, { onNone: () => ({}), onSome: ({ outcome }) => ({ outcome }) }),
    seconds: Option.match(report, { onNone: () => 0, onSome: ({ seconds }) => seconds }),
    megabytes: Option.match(report, { onNone: () => 0, onSome: ({ peakKilobytes }) => peakKilobytes / 1024 }),
    ...Option.match(exit, {
      onNone: () => ({}),
      onSome: (ended) =>
        crashOf(
          ended,
          Option.getOrElse(stderr, () => "")
        )
    }),
    hangs,
    processes: left.length,
    files: (yield* fs.readDirectory(temporary)).filter((name) => /codex/.test(name)).length
  }
  return finding
}, Effect.scoped)

const crashOf = (ended: Result.Result<number, PlatformError>, stderr: string): { readonly crash?: string } => {
  if (Result.isFailure(ended)) return { crash: /SIG[A-Z]+/.exec(String(ended.failure.reason.cause))?.[0] ?? "a signal" }
  return ended.success === 0 ? {} : { crash: /^.*Error: .*$/m.exec(stderr)?.[0] ?? `code ${ended.success}` }
}

/** The processes that carry a mark, zombies not counted. */
const marked = Effect.fn(function* (mark: string) {
  const fs = yield* FileSystem.FileSystem
  const pids = (yield* fs.readDirectory("/proc")).filter((name) => /^\d+$/.test(name))
  const found = yield* Effect.forEach(pids, (pid) =>
    fs.readFileString(`/proc/${pid}/environ`).pipe(
      Effect.map((environment) => (environment.includes(`${markName}=${mark}`) ? [Number(pid)] : [])),
      // It may be gone before it is read.
      Effect.orElseSucceed((): Array<number> => [])
    )
  )
  return found.flat()
})
