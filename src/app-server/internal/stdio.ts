/**
 * A `codex app-server` as a child process, its messages on stdin and stdout.
 *
 * Its scope ends it as codex 0.169 wants it: the end of stdin first, then SIGTERM, both of which make it end its commands
 * (SIGINT would leave them behind), and after the grace period SIGKILL.
 */
import * as Cause from "effect/Cause"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import type { ChildProcessHandle, ChildProcessSpawner } from "effect/process/ChildProcessSpawner"
import * as Pull from "effect/Pull"
import * as Queue from "effect/Queue"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { ConnectionLost } from "../../AppServerError.ts"
import type { ExecutableNotFound, SpawnError } from "../../CodexError.ts"
import { endOf } from "../../internal/byteTail.ts"
import { type ExitStatus, pipeDelivery, type RunningChild, spawnChild } from "../../internal/childProcess.ts"
import type { ChildEnvironment } from "../../internal/commandLine.ts"
import { deadline } from "../../internal/deadline.ts"
import type { Executable } from "../../internal/executable.ts"
import { summary } from "../../internal/failures.ts"
import { makeLineSplitter } from "../../internal/lines.ts"
import { excerpt } from "../../internal/preview.ts"
import type { StderrLog } from "../../internal/processTelemetry.ts"
import type { Redact } from "../../internal/redact.ts"
import type { LineTransport } from "./rpc.ts"

/** What to start. */
export interface ServerCommand extends ChildEnvironment {
  readonly executable: Executable
  readonly args: ReadonlyArray<string>
  readonly gracePeriod: Duration.Duration
  readonly maxLineBytes: number
  readonly stderrTailBytes: number
  readonly stderrLog: StderrLog
  readonly redact: Redact
}

// Lines that wait for the server to read them.
const maxUnsent = 64

/** Starts a server in the current scope. */
export const startServer = Effect.fnUntraced(function* (
  command: ServerCommand
): Effect.fn.Return<LineTransport, ExecutableNotFound | SpawnError, ChildProcessSpawner | Scope.Scope> {
  const unsent = yield* Queue.bounded<Uint8Array, Cause.Done>(maxUnsent)
  const encoder = new TextEncoder()
  const unread = yield* Deferred.make<void>()
  const child = yield* spawnChild({
    ...command,
    // Also when the server has closed it.
    input: Stream.ensuring(Stream.fromQueue(unsent), Deferred.succeed(unread, undefined)),
    watch: () => Effect.void,
    askToEnd: (server) => Effect.andThen(Queue.end(unsent), endServer(server, command.gracePeriod))
  })
  const server = { ...child, unread, over: yield* Effect.forkScoped(untilOver(child, unread, command.gracePeriod)) }
  return {
    redact: command.redact,
    program: command.executable.path,
    send: (line) => Effect.asVoid(Queue.offer(unsent, encoder.encode(`${line}\n`))),
    // Whoever waits to send something is let go.
    lines: Effect.onError(readLines(server, command), () => Queue.end(unsent))
  }
})

interface Server extends RunningChild {
  /** Completes when its stdin takes no more. */
  readonly unread: Deferred.Deferred<void>
  /** Ends when no more is to be read. */
  readonly over: Fiber.Fiber<void>
}

/** Waits until nothing can come: it has ended, though a descendant may hold stdout open, or it does not listen any more. */
const untilOver = (
  { exit }: RunningChild,
  unread: Deferred.Deferred<void>,
  gracePeriod: Duration.Duration
): Effect.Effect<void> =>
  Effect.raceFirst(
    Effect.andThen(Deferred.await(exit), pipeDelivery()),
    Effect.andThen(Deferred.await(unread), deadline(Duration.toMillis(gracePeriod)))
  )

const endServer = (
  { exit, handle }: RunningChild & { readonly handle: ChildProcessHandle },
  gracePeriod: Duration.Duration
): Effect.Effect<void> => {
  const gone = Effect.asVoid(Deferred.await(exit))
  const half = deadline(Duration.toMillis(gracePeriod) / 2)
  const terminate = Effect.andThen(Effect.ignore(handle.kill({ killSignal: "SIGTERM" })), Effect.never)
  return Effect.andThen(
    Effect.raceFirst(gone, half),
    Effect.suspend(() => (Deferred.isDoneUnsafe(exit) ? Effect.void : Effect.raceAllFirst([gone, terminate, half])))
  )
}

const readLines = (server: Server, command: ServerCommand): Pull.Pull<ReadonlyArray<string>, ConnectionLost> => {
  const splitter = makeLineSplitter(command.maxLineBytes)
  const over = Effect.flatMap(Fiber.await(server.over), () => Cause.done())
  let failure: ConnectionLost | undefined
  const read: Pull.Pull<ReadonlyArray<string>, ConnectionLost> = Effect.suspend(() =>
    failure === undefined ? readMore : Effect.fail(failure)
  )
  const readMore: Pull.Pull<ReadonlyArray<string>, ConnectionLost> = Effect.suspend(() =>
    Pull.matchEffect(Effect.raceFirst(server.stdout, over), {
      onSuccess: (chunks) => {
        const lines: Array<string> = []
        for (const bytes of chunks) {
          const problem = splitter.push(bytes, lines)
          if (Option.isSome(problem)) {
            failure = new ConnectionLost({ description: `its output can not be read: ${problem.value.description}` })
            break
          }
        }
        // What came before counts.
        return lines.length === 0 ? read : Effect.succeed(lines)
      },
      onFailure: (cause) =>
        Effect.catchTag(Effect.failCause(cause), "PlatformError", ({ reason }) =>
          Effect.fail(new ConnectionLost({ description: `reading its output failed (${reason._tag})` }))
        ),
      onDone: () => Effect.flatMap(explainEnd(server, command), Effect.fail)
    })
  )
  return read
}

const explainEnd = Effect.fnUntraced(function* (
  server: Server,
  { gracePeriod, redact, stderrTailBytes }: ServerCommand
) {
  const inTime = deadline(Duration.toMillis(gracePeriod))
  const status = yield* Effect.raceFirst(Deferred.await(server.exit), Effect.as(inTime, undefined))
  yield* Effect.raceFirst(server.stderrEnd, pipeDelivery())
  const redacted = redact.cut(server.stderr.text())
  const stderr = endOf(server.stderr.isCut() ? redacted.slice(redact.longestSecret) : redacted, stderrTailBytes)
  // Nobody who is killed says why.
  const said = status !== undefined && "code" in status ? summary(stderr) : ""
  const words = said === "" ? "" : `; it said: ${excerpt(said, 600)}`
  return new ConnectionLost({
    description: `${howItEnded(status, server)}${words}`,
    ...(status !== undefined && "code" in status ? { exitCode: status.code } : {}),
    ...(status !== undefined && "signal" in status ? { signal: status.signal } : {}),
    stderr
  })
})

const howItEnded = (status: ExitStatus | undefined, { unread }: Server): string => {
  if (status === undefined) return `codex closed its ${Deferred.isDoneUnsafe(unread) ? "input" : "output"}`
  return "code" in status ? `codex exited with code ${status.code}` : `codex was ended by the signal ${status.signal}`
}
