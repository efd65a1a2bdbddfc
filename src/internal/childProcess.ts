/**
 * A running codex: its output, its exit, and its end.
 *
 * The scope that it is spawned in owns it. Closing that scope asks codex to end in the way that its mode of running wants,
 * and uses force after the grace period. stdout and stderr are drained meanwhile: a codex that is blocked on a full pipe
 * could not react.
 */
import type * as Arr from "effect/Array"
import * as Clock from "effect/Clock"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Metric from "effect/Metric"
import * as Option from "effect/Option"
import type { PlatformError } from "effect/PlatformError"
import * as ChildProcess from "effect/process/ChildProcess"
import type { ChildProcessHandle, ChildProcessSpawner } from "effect/process/ChildProcessSpawner"
import type * as Pull from "effect/Pull"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { ExecutableNotFound, SpawnError } from "../CodexError.ts"
import { killedProcesses } from "../CodexMetrics.ts"
import { type ByteTail, makeByteTail } from "./byteTail.ts"
import type { ChildEnvironment } from "./commandLine.ts"
import { errorCode } from "./errorCode.ts"
import { descriptorShortage, type Executable } from "./executable.ts"
import { elapsedMillis } from "./elapsed.ts"
import type { StderrLog } from "./processTelemetry.ts"

/** A process lives in real time, also under a test's clock. */
export const realClock = Clock.Clock.defaultValue()

/** Steps in which pipes are waited for. */
export const drainStep = Duration.millis(25)

/**
 * The time that a pipe is given to deliver what an ended process has written to it: 250 ms, in steps, between each of
 * which Node reads what is there. A host that was stopped meanwhile, or had other things to do, would find a single
 * timer over before it has read anything.
 */
export const pipeDelivery = (onStep: () => void = () => {}): Effect.Effect<void> =>
  Effect.sleep(drainStep).pipe(
    Effect.andThen(Effect.sync(onStep)),
    Effect.repeat({ times: 9 }),
    Effect.provideService(Clock.Clock, realClock),
    Effect.asVoid
  )

/** How a process ended. */
export type ExitStatus = { readonly code: number } | { readonly signal: string }

/** What to start. */
export interface ChildCommand extends ChildEnvironment {
  readonly executable: Executable
  readonly args: ReadonlyArray<string>
  /** Written to stdin, which is closed at its end. */
  readonly input: Stream.Stream<Uint8Array>
  readonly stderrTailBytes: number
  readonly stderrLog: StderrLog
  /** Sees stdout before its reader does. */
  readonly watch: (chunks: ReadonlyArray<Uint8Array>) => Effect.Effect<void>
  /** Asks the process to end, and completes when it has or was given its time. */
  readonly askToEnd: (child: RunningChild & { readonly handle: ChildProcessHandle }) => Effect.Effect<void>
}

/** A process that was started. */
export interface RunningChild {
  readonly stdout: Pull.Pull<Arr.NonEmptyReadonlyArray<Uint8Array>, PlatformError>
  readonly exit: Deferred.Deferred<ExitStatus>
  readonly pid: number
  /** When it was started, in milliseconds since 1970. */
  readonly startedAt: number
  /** Whether its scope closes, which ends it. */
  readonly isClosing: () => boolean
  /** Completes when stderr has been read to its end. */
  readonly stderrEnd: Effect.Effect<void>
  readonly stderr: ByteTail
}

// What is left of the process group once codex is gone gets this long after its SIGINT.
const leftoverGrace = Duration.millis(50)
// SIGKILL can not be refused: longer than this only zombies stay, which codex leaves and only process 1 can reap.
const killWindow = Duration.millis(25)
// What descendants print after codex's end is read for this long.
const drainLimit = Duration.seconds(10)

/** Starts a process in the current scope. Can not be interrupted between its start and the care for its end. */
export const spawnChild = (
  command: ChildCommand
): Effect.Effect<RunningChild, ExecutableNotFound | SpawnError, ChildProcessSpawner | Scope.Scope> =>
  Effect.uninterruptible(
    Effect.gen(function* () {
      const startedAt = realClock.currentTimeMillisUnsafe()
      // Of its own: the caller's scope may be closed by now, and codex has to be watched until it is gone.
      const processScope = yield* Scope.make()
      const outputScope = yield* Scope.make()
      const handle = yield* Scope.provide(spawn(command), processScope).pipe(
        Effect.onError(() => Scope.close(processScope, Exit.void))
      )
      const stdout = Effect.tap(yield* Scope.provide(Stream.toPull(handle.stdout), outputScope), command.watch)
      const exit = yield* Deferred.make<ExitStatus>()
      yield* Effect.forkIn(
        Effect.flatMap(exitStatus(handle), (status) => Deferred.succeed(exit, status)),
        processScope
      )

      const tail = makeByteTail(command.stderrTailBytes)
      const giveBack = makeGiveBack()
      const stderrFiber = yield* handle.stderr.pipe(
        Stream.runForEachArray((chunks) =>
          Effect.forEach(
            chunks,
            (bytes) => {
              // What was given back, and comes again.
              if (bytes.length === 0) return Effect.void
              tail.push(bytes)
              // A logger that fails must not stop the reading: codex would block.
              return Effect.map(Effect.exit(command.stderrLog.push(bytes)), () => giveBack(bytes))
            },
            { discard: true }
          )
        ),
        Effect.andThen(Effect.exit(command.stderrLog.end)),
        // Its tail is a help in failures: without it they say less.
        Effect.ignore,
        Effect.forkIn(outputScope)
      )
      // codex may end without reading its input: its exit tells why, the broken pipe does not.
      yield* command.input.pipe(Stream.run(handle.stdin), Effect.ignore, Effect.forkIn(processScope))

      let isClosing = false
      const child: RunningChild = {
        stdout,
        exit,
        pid: Number(handle.pid),
        startedAt,
        isClosing: () => isClosing,
        stderrEnd: Effect.asVoid(Fiber.await(stderrFiber)),
        stderr: tail
      }
      yield* Effect.addFinalizer(() =>
        Effect.suspend(() => {
          isClosing = true
          return command.askToEnd({ ...child, handle })
        }).pipe(
          // Whatever goes wrong with the one, codex is ended by the next.
          Effect.exit,
          Effect.andThen(Effect.exit(killGroup(handle, exit))),
          // A reader that goes on though the scope is closed waits for it, and its fiber is about to end.
          Effect.andThen(Effect.timeoutOption(Deferred.await(exit), killWindow)),
          Effect.andThen(Deferred.succeed(exit, { signal: "unknown" })),
          Effect.andThen(release(handle, processScope, drainRest(stdout, stderrFiber, outputScope))),
          Effect.provideService(Clock.Clock, realClock)
        )
      )
      return child
    })
  )

// Node reads up to 64 KiB at a time, and allocates them for each read.
const largeRead = 16 * 1024
const bytesLeftAlone = 4 * 1024 * 1024

/**
 * Gives the memory of a flood of stderr back at once. Of a gigabyte that passes through, some 80 MB would wait for the
 * garbage collector. Its beginning is left alone: a spawner of one's own may keep or repeat what it hands out.
 */
const makeGiveBack = (): ((read: Uint8Array) => void) => {
  let bytesRead = 0
  return ({ buffer, byteLength }) => {
    if (byteLength < largeRead || !(buffer instanceof ArrayBuffer) || buffer.byteLength !== byteLength) return
    bytesRead += byteLength
    if (bytesRead <= bytesLeftAlone) return
    try {
      buffer.transfer(0)
    } catch {
      // Some memory can not be given away, such as WebAssembly's.
    }
  }
}

const spawn = (command: ChildCommand) =>
  Effect.suspend(() => {
    const shortage = descriptorShortage(command.executable.path)
    return shortage === undefined ? startProcess(command) : Effect.fail(spawnFailure(command.executable.path, shortage))
  })

const startProcess = ({ args, env, executable, extendEnv }: ChildCommand) =>
  ChildProcess.make(executable.path, args, {
    env,
    extendEnv,
    stdin: "pipe",
    killSignal: "SIGINT",
    forceKillAfter: leftoverGrace
  }).pipe(
    Effect.mapError((error) => spawnFailure(executable.path, errorCode(error) ?? error.reason._tag)),
    // Node throws some of the system's refusals (E2BIG) instead of reporting them.
    Effect.catchDefect((defect) => {
      const code = errorCode(defect)
      return code === undefined ? Effect.die(defect) : Effect.fail(spawnFailure(executable.path, code))
    })
  )

const spawnAdvice: Readonly<Record<string, string>> = {
  EACCES: "it is not an executable file",
  E2BIG: "the command line and environment are too long; shorten options, and put large configuration into config.toml",
  EMFILE: "too many open files; run fewer turns at once or raise the limit",
  ENFILE: "the machine has too many open files",
  ENOEXEC: "it is no program for this machine"
}

const spawnFailure = (executable: string, code: string): ExecutableNotFound | SpawnError => {
  if (code === "ENOENT") {
    return new ExecutableNotFound({ tried: [`${executable}: gone since it was found, or its interpreter is missing`] })
  }
  const advice = spawnAdvice[code]
  return new SpawnError({ executable, description: advice === undefined ? code : `${code}: ${advice}` })
}

const exitStatus = (handle: ChildProcessHandle): Effect.Effect<ExitStatus> =>
  Effect.match(handle.exitCode, {
    onSuccess: (code): ExitStatus => ({ code }),
    // The spawner names the signal only in the text of its error.
    onFailure: (error): ExitStatus => ({
      signal: /SIG[A-Z0-9]+/.exec(String(error.reason.cause ?? error.message))?.[0] ?? "unknown"
    })
  })

/** Ends what is left of codex's process group, and codex itself if it had its time. */
const killGroup = (handle: ChildProcessHandle, exit: RunningChild["exit"]): Effect.Effect<void> => {
  const send = (killSignal: ChildProcess.Signal) => Effect.ignore(handle.kill({ killSignal }))
  const kill = Effect.raceFirst(send("SIGKILL"), Effect.andThen(Deferred.await(exit), Effect.sleep(killWindow)))
  return Effect.suspend(() => {
    if (!Deferred.isDoneUnsafe(exit)) return Effect.andThen(Metric.update(killedProcesses, 1), kill)
    const startedAt = elapsedMillis(realClock)
    return Effect.flatMap(Effect.timeoutOption(send("SIGINT"), leftoverGrace), (gone) => {
      // The spawner stops waiting after a second. In a host that was busy for as long that comes before the timeout.
      const isInTime = elapsedMillis(realClock) - startedAt < Duration.toMillis(leftoverGrace)
      return Option.isSome(gone) && isInTime ? Effect.void : kill
    })
  })
}

/**
 * Gives the process back to the spawner, and lets go of its output. Neither is waited for: nothing is left to end, but the
 * spawner takes up to a second where there are zombies, and a descendant may hold the output open.
 */
const release = (
  handle: ChildProcessHandle,
  processScope: Scope.Closeable,
  drained: Effect.Effect<void>
): Effect.Effect<void> =>
  Effect.ignore(handle.unref).pipe(
    Effect.andThen(Scope.close(processScope, Exit.void)),
    Effect.andThen(drained),
    Effect.forkDetach({ startImmediately: true }),
    Effect.flatMap((closing) => Effect.raceFirst(Effect.asVoid(Fiber.await(closing)), Effect.sleep(killWindow)))
  )

/** Reads what descendants still print: Node closes a pipe only once it has been read to its end. */
const drainRest = (
  stdout: RunningChild["stdout"],
  stderrFiber: Fiber.Fiber<void>,
  outputScope: Scope.Closeable
): Effect.Effect<void> =>
  Effect.all([Effect.exit(Effect.forever(stdout)), Fiber.await(stderrFiber)], { concurrency: 2 }).pipe(
    Effect.timeoutOption(drainLimit),
    Effect.andThen(Scope.close(outputScope, Exit.void))
  )
