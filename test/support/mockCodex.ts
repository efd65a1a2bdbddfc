/** Codex on processes that exist in memory only, and on a file system that only keeps count. */
import { assert } from "@effect/vitest"
import { Codex, Exec, type ExecOptions } from "effect-codex"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as FileSystem from "effect/FileSystem"
import * as Layer from "effect/Layer"
import * as Path from "effect/Path"
import * as PlatformError from "effect/PlatformError"
import * as ChildProcessSpawner from "effect/process/ChildProcessSpawner"
import * as Sink from "effect/Sink"
import * as Stream from "effect/Stream"

/** What exists at the moment. */
export interface World {
  running: number
  scopes: number
  files: number
  started: number
}

const encoder = new TextEncoder()

export const makeWorld = (): World => ({ running: 0, scopes: 0, files: 0, started: 0 })

/** Fails if something is left. A process that has ended is given back to the spawner meanwhile, which nobody waits for. */
export const assertNothingLeft = (world: World, where = "something is left"): Effect.Effect<void> =>
  Effect.suspend(() => {
    assert.deepInclude(world, { running: 0, files: 0 }, where)
    return Effect.repeat(Effect.yieldNow, { while: () => world.scopes > 0, times: 10_000 })
  }).pipe(Effect.map(() => assert.strictEqual(world.scopes, 0, where)))

const bySignal = (signal: string) =>
  Exit.fail(
    PlatformError.systemError({
      _tag: "Unknown",
      module: "ChildProcess",
      method: "exitCode",
      cause: new Error(`Process interrupted due to receipt of signal: '${signal}'`)
    })
  )

/**
 * Each process prints what is for stderr and then the chunks, one after the other, and exits with the code or by the
 * signal, if not killed before.
 */
const mockSpawner = (world: World, { chunks, status = 0, stderr = [] }: MockOptions) =>
  ChildProcessSpawner.make(
    Effect.fnUntraced(function* () {
      const exit = yield* Deferred.make<ChildProcessSpawner.ExitCode, PlatformError.PlatformError>()
      yield* Effect.acquireRelease(
        Effect.sync(() => {
          world.running++
          world.scopes++
          world.started++
        }),
        () => Effect.sync(() => world.scopes--)
      )
      // In one step, as with a real process: it has ended or it has not.
      const end = (status: Exit.Exit<ChildProcessSpawner.ExitCode, PlatformError.PlatformError>) =>
        Effect.sync(() => {
          if (Deferred.doneUnsafe(exit, status)) world.running--
        })
      const stderrTaken = yield* Deferred.make<void>()
      return ChildProcessSpawner.makeHandle({
        pid: ChildProcessSpawner.ProcessId(1),
        exitCode: Deferred.await(exit),
        isRunning: Effect.map(Deferred.isDone(exit), (done) => !done),
        kill: (options) => end(bySignal(options?.killSignal ?? "SIGTERM")),
        stdin: Sink.drain,
        stdout: Stream.fromIterable(chunks).pipe(
          Stream.rechunk(1),
          Stream.tap(() => Effect.yieldNow),
          Stream.map((chunk) => (typeof chunk === "string" ? encoder.encode(chunk) : chunk)),
          Stream.onStart(Deferred.await(stderrTaken)),
          Stream.onEnd(
            end(typeof status === "string" ? bySignal(status) : Exit.succeed(ChildProcessSpawner.ExitCode(status)))
          )
        ),
        stderr: Stream.fromIterable(stderr).pipe(Stream.onEnd(Deferred.succeed(stderrTaken, undefined))),
        all: Stream.empty,
        getInputFd: () => Sink.drain,
        getOutputFd: () => Stream.empty,
        unref: Effect.succeed(Effect.void)
      })
    })
  )

const temporaryFolder = "/tmp/mock"

/** A file system whose temporary folders are counted, and which has every directory. */
const countingFileSystem = (world: World) =>
  FileSystem.makeNoop({
    exists: () => Effect.succeed(true),
    makeTempDirectory: () =>
      Effect.sync(() => {
        world.files++
        return temporaryFolder
      }),
    remove: (path) =>
      Effect.sync(() => {
        if (path === temporaryFolder) world.files--
      }),
    writeFileString: () => Effect.yieldNow
  })

/** What the processes of a mock do. */
export interface MockOptions {
  readonly chunks: ReadonlyArray<string | Uint8Array>
  readonly stderr?: ReadonlyArray<Uint8Array>
  readonly status?: number | string
  readonly exec?: ExecOptions
}

/** `Codex` on processes that exist in memory only, one turn at a time. */
export const mockCodex = (world: World, options: MockOptions) =>
  Codex.layer({ maxConcurrentTurns: 1 }).pipe(
    Layer.provide(Exec.layer({ codexPath: "/codex", ...options.exec })),
    Layer.provide(
      Layer.mergeAll(
        Layer.succeed(ChildProcessSpawner.ChildProcessSpawner, mockSpawner(world, options)),
        Layer.succeed(FileSystem.FileSystem, countingFileSystem(world)),
        Path.layer
      )
    )
  )
