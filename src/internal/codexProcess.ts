/** A `codex exec`: fed with its prompt, and ended by SIGINT, which makes codex 0.169 end its commands. */
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type { ChildProcessHandle, ChildProcessSpawner } from "effect/process/ChildProcessSpawner"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import type { ExecutableNotFound, SpawnError } from "../CodexError.ts"
import { type ChildCommand, type RunningChild, spawnChild } from "./childProcess.ts"
import { deadline } from "./deadline.ts"

/** What to start. */
export interface CodexCommand extends Omit<ChildCommand, "input" | "watch" | "askToEnd"> {
  /** Written to stdin, which is then closed. */
  readonly input: string
  readonly gracePeriod: Duration.Duration
}

const inputChunkBytes = 64 * 1024
// codex loses a SIGINT that comes between these two events, and then every further one too.
const threadStarted = '"thread.started"'
const turnStarted = '"turn.started"'
// What prints more than this without a turn is not about to begin one.
const maxBytesWatched = 1024 * 1024
// It takes codex 10 to 60 ms to get from the one to the other, and several times that on a busy machine.
const turnStartWait = Duration.seconds(1)
// Between two SIGINTs. codex needs 25 to 80 ms for its end, and further ones do no harm.
const interruptAgainAfter = Duration.millis(250)

/** A codex that was started. */
export interface RunningCodex extends RunningChild {
  /** Its turn is not the one that was asked for. If that has not begun, codex is killed, lest it records a thread. */
  readonly disown: () => void
}

/** Starts codex in the current scope. */
export const spawnCodex = (
  command: CodexCommand
): Effect.Effect<RunningCodex, ExecutableNotFound | SpawnError, ChildProcessSpawner | Scope.Scope> =>
  Effect.suspend(() => {
    const phase = makePhase()
    let isDisowned = false
    const child = spawnChild({
      ...command,
      input: inputChunks(command.input),
      watch: phase.watch,
      askToEnd: ({ exit, handle, stdout }) =>
        isDisowned && !Deferred.isDoneUnsafe(phase.turnHasStarted)
          ? Effect.void
          : interruptUntilExit({ handle, stdout, exit, phase, gracePeriod: command.gracePeriod })
    })
    return Effect.map(child, (running) => ({ ...running, disown: () => void (isDisowned = true) }))
  })

const inputChunks = (input: string): Stream.Stream<Uint8Array> =>
  Stream.suspend(() => {
    const bytes = new TextEncoder().encode(input)
    const count = Math.ceil(bytes.length / inputChunkBytes)
    return Stream.fromIterable(
      Array.from({ length: count }, (_, index) =>
        bytes.subarray(index * inputChunkBytes, (index + 1) * inputChunkBytes)
      )
    ).pipe(Stream.rechunk(1))
  })

/** How far codex has come, told from its output as it is read. */
interface Phase {
  readonly watch: (chunks: ReadonlyArray<Uint8Array>) => Effect.Effect<void>
  readonly threadHasStarted: () => boolean
  readonly turnHasStarted: Deferred.Deferred<void>
}

const makePhase = (): Phase => {
  const turnHasStarted = Deferred.makeUnsafe<void>()
  let seen = ""
  let bytesRead = 0
  return {
    // After the turn's start nothing is looked at.
    watch: (chunks) =>
      Effect.sync(() => {
        if (Deferred.isDoneUnsafe(turnHasStarted) || bytesRead > maxBytesWatched) return
        const decoder = new TextDecoder("latin1")
        for (const chunk of chunks) {
          seen += decoder.decode(chunk)
          bytesRead += chunk.length
        }
        if (seen.includes(turnStarted)) Deferred.doneUnsafe(turnHasStarted, Exit.void)
        if (bytesRead > maxBytesWatched) seen = ""
        // A banner may be long.
        seen = seen.includes(threadStarted) ? threadStarted + seen.slice(-turnStarted.length) : seen.slice(-4096)
      }),
    threadHasStarted: () => seen.includes(threadStarted),
    turnHasStarted
  }
}

/**
 * Interrupts codex until it goes or the grace period is over; force comes after it. Where codex would lose the SIGINT,
 * it is held back until the turn has begun. If a turn begins though codex was interrupted before, codex has lost it, and
 * can be killed: it has no command yet that it would leave behind.
 */
const interruptUntilExit = (process: {
  readonly handle: ChildProcessHandle
  readonly stdout: RunningChild["stdout"]
  readonly exit: RunningChild["exit"]
  readonly phase: Phase
  readonly gracePeriod: Duration.Duration
}): Effect.Effect<void> => {
  const { exit, gracePeriod, handle, phase, stdout } = process
  const interrupt = Effect.raceFirst(
    Effect.andThen(Effect.ignore(handle.kill({ killSignal: "SIGINT" })), Effect.never),
    Effect.sleep(interruptAgainAfter)
  )
  const turnStart = Deferred.await(phase.turnHasStarted)
  const drain = Effect.andThen(Effect.exit(Effect.forever(stdout)), Effect.never)

  const hold = Effect.suspend(() =>
    phase.threadHasStarted()
      ? Effect.raceFirst(turnStart, Effect.sleep(Duration.min(turnStartWait, Duration.times(gracePeriod, 0.5))))
      : Effect.void
  )
  const interruptAgain = Effect.suspend(() =>
    Deferred.isDoneUnsafe(phase.turnHasStarted)
      ? Effect.forever(interrupt)
      : Effect.raceFirst(Effect.forever(interrupt), turnStart)
  )
  return Effect.suspend(() =>
    Deferred.isDoneUnsafe(exit)
      ? Effect.void
      : Effect.raceAllFirst([
          Effect.asVoid(Deferred.await(exit)),
          deadline(Duration.toMillis(gracePeriod)),
          Effect.andThen(hold, interruptAgain),
          drain
        ])
  )
}
