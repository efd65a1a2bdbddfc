/**
 * The life of one codex process: prepare, spawn, feed, read, judge, end.
 *
 * Everything is acquired in the stream's scope. Reading stops when codex is gone, even if a descendant still holds its
 * stdout open, and at the latest when the grace period after the turn's end is over, whatever is still printed.
 */
import * as Arr from "effect/Array"
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import type * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as FileSystem from "effect/FileSystem"
import * as Option from "effect/Option"
import type * as Path from "effect/Path"
import type { ChildProcessSpawner } from "effect/process/ChildProcessSpawner"
import * as Pull from "effect/Pull"
import * as Result from "effect/Result"
import * as Stream from "effect/Stream"
import { CodexError, type CodexErrorReason, MalformedOutput, ThreadNotFound, TurnIncomplete } from "../CodexError.ts"
import type { ExecRequest } from "../Exec.ts"
import type { ThreadEvent, ThreadId } from "../ThreadEvent.ts"
import { endOf } from "./byteTail.ts"
import { childEnvironment, commandArguments, environmentSecrets, inheritsEnvironment } from "./commandLine.ts"
import { deadline } from "./deadline.ts"
import type { DriftLog } from "./driftLog.ts"
import { elapsedMillis } from "./elapsed.ts"
import { decodeLines, isBlank, parseLine } from "./eventLines.ts"
import type { DecodedEvent } from "./execWire.ts"
import { type Executable, hostVariable, isHomeless } from "./executable.ts"
import { exitFailure, turnFailed } from "./failures.ts"
import { codePoints } from "./input.ts"
import { makeLineSplitter } from "./lines.ts"
import { logWarning } from "./logWarning.ts"
import { excerpt, rawExcerptLength } from "./preview.ts"
import { drainStep, type ExitStatus, pipeDelivery, realClock } from "./childProcess.ts"
import { type RunningCodex, spawnCodex } from "./codexProcess.ts"
import type { ToolEndpoint } from "./toolEndpoint.ts"
import { hideSecretsAndLines, makeStderrLog, traceProcess } from "./processTelemetry.ts"
import { makeRedact, type Redact, redactLine } from "./redact.ts"
import { asDynamicToolCall, type ExecTools, serveTools } from "./execTools.ts"
import { hostSecrets, secretsOf } from "./secrets.ts"
import { isAnotherThread } from "./threadIdentity.ts"
import { checkFiles, writeSchema } from "./turnFiles.ts"

/** What holds for every process of an Exec layer. */
export interface ProcessSettings {
  readonly executable: Executable
  readonly gracePeriod: Duration.Duration
  readonly maxLineBytes: number
  readonly stderrTailBytes: number
  readonly strict: boolean
  readonly toolEndpoint: ToolEndpoint["Service"] | undefined
  readonly logDrift: DriftLog
}

/** What a process is started with. */
export type ProcessServices = ChildProcessSpawner | FileSystem.FileSystem | Path.Path

/** One turn of codex, as `Exec.run` promises it. */
export const runProcess = (
  request: ExecRequest,
  settings: ProcessSettings,
  services: Context.Context<ProcessServices>
): Stream.Stream<ThreadEvent, CodexError> =>
  Stream.unwrap(
    Effect.gen(function* () {
      const tools = yield* serveTools(request, settings)
      const redact = makeRedact(
        [...secretsOf(request.codex, hostSecrets()), ...environmentSecrets(tools?.env ?? {})],
        request.prompt
      )
      const codex = yield* Effect.provideContext(start(request, settings, tools, redact), services)
      return readEvents(request, settings, codex, redact)
    })
  )

const start = Effect.fnUntraced(
  function* (request: ExecRequest, settings: ProcessSettings, tools: ExecTools | undefined, redact: Redact) {
    yield* checkFiles(request)
    const schemaPath = request.outputSchema === undefined ? undefined : yield* writeSchema(request.outputSchema)
    const commandLine = commandArguments(request, schemaPath, tools?.overrides)
    if (Result.isFailure(commandLine)) return yield* commandLine.failure
    const trace = yield* traceProcess
    const environment = { extendEnv: inheritsEnvironment(request.codex), env: { ...request.codex.env, ...tools?.env } }
    const codex = yield* spawnCodex({
      ...settings,
      args: commandLine.success,
      ...childEnvironment(
        { ...request.codex, ...environment },
        settings.executable.pathDirectories,
        hostVariable,
        trace.environment
      ),
      input: request.prompt,
      stderrLog: yield* makeStderrLog(() => hideSecretsAndLines(request.prompt, redact)),
      // A secret that the cut goes through could not be told.
      stderrTailBytes: settings.stderrTailBytes + redact.longestSecret
    })
    yield* trace.began(codex)
    return codex
  },
  Effect.mapError((reason: CodexErrorReason) => new CodexError({ reason }))
)

// How long the pipes are given to deliver what an ended codex has written to them, in all, and it to be read. What a slow
// consumer takes is not counted.
const drainMillis = 1000
// More than the buffers of a pipe or a socket hold: what comes after it is a descendant's.
const maxBytesAfterExit = 8 * 1024 * 1024

// Decoded together. Few enough that they are garbage before they are old: with 64 KiB so much survives each collection that
// V8 doubles its young generation in a host that reads millions of events.
const bytesAtOnce = 16 * 1024

// Not for every batch: it would be provided again each time.
const inRealTime = Effect.provideService(Clock.Clock, realClock)

const readEvents = (
  request: ExecRequest,
  settings: ProcessSettings,
  codex: RunningCodex,
  redact: Redact
): Stream.Stream<ThreadEvent, CodexError> => {
  const splitter = makeLineSplitter(settings.maxLineBytes)
  let threadId: ThreadId | undefined
  let lastNotice: string | undefined
  // What codex, or whatever runs in its place, printed instead of events.
  let firstText: string | undefined
  let isUnderstood = false
  // Whether what could not be read may go on inside of a secret.
  let breaksOff = false
  let ending: ThreadEvent | undefined
  let failure: CodexErrorReason | undefined
  // Of the time since the turn's end, in milliseconds: what was spent here, and since when it is being spent.
  let readAfterEnd = 0
  let readingSince = 0
  let bytesAfterExit = 0
  let waitedAfterExit = 0
  let stepsOfRead = 0
  let outputEnded = false
  // What is left of it then.
  let brokenLine: string | undefined
  const unread: Array<Uint8Array> = []

  /** Redacted before it is cut, lest the cut go through a secret. */
  const presentable = (reason: CodexErrorReason): CodexErrorReason =>
    reason._tag === "MalformedOutput"
      ? new MalformedOutput({
          // It may name keys of codex's output.
          description: excerpt(redact(reason.description), 1000),
          excerpt: excerpt(breaksOff ? redact.cut(reason.excerpt) : redactLine(redact, reason.excerpt), 200)
        })
      : reason

  const fail = (reason: CodexErrorReason) =>
    Effect.fail(new CodexError({ reason: presentable(reason), ...(threadId === undefined ? {} : { threadId }) }))

  const note = (event: ThreadEvent, now: number): void => {
    // What came before other events did not end codex.
    if (event._tag !== "UnknownEvent") lastNotice = undefined
    switch (event._tag) {
      case "ThreadStarted":
        threadId = event.threadId
        break
      case "ThreadError":
        lastNotice = event.message
        break
      case "TurnCompleted":
      case "TurnFailed":
        if (ending === undefined) readingSince = now
        ending ??= event
    }
  }

  /** What is left of the grace period, which begins when the turn ends. What a slow consumer takes is not counted. */
  const graceLeft = (): number => {
    const used = ending === undefined ? 0 : readAfterEnd + elapsedMillis(realClock) - readingSince
    return Math.max(0, Duration.toMillis(settings.gracePeriod) - used)
  }

  /** Ends the reading once nothing more can come. */
  const noMoreOutput = Effect.suspend(() => {
    const afterExit = Effect.andThen(
      Deferred.await(codex.exit),
      pipeDelivery(() => stepsOfRead++)
    )
    return ending === undefined ? afterExit : Effect.raceFirst(afterExit, Effect.sleep(graceLeft()))
  }).pipe(Effect.flatMap(() => Cause.done()))

  const nextBytes = inRealTime(
    Effect.suspend(() => {
      const bytes = Effect.raceFirst(codex.stdout, noMoreOutput)
      if (!Deferred.isDoneUnsafe(codex.exit)) return bytes
      // A descendant may go on printing for ever.
      if (bytesAfterExit > maxBytesAfterExit || waitedAfterExit > drainMillis) return Cause.done()
      const startedAt = elapsedMillis(realClock)
      stepsOfRead = 0
      return Effect.tap(bytes, () =>
        Effect.sync(() => {
          // Without the time in which this host could not have read.
          const longest = (stepsOfRead + 1) * Duration.toMillis(drainStep)
          waitedAfterExit += Math.min(elapsedMillis(realClock) - startedAt, longest)
        })
      )
    })
  )

  /** Decodes lines, and says what about them was not as expected. Plain code: there are many. */
  const take = (lines: ReadonlyArray<string>, events: Array<ThreadEvent>): Array<DecodedEvent> => {
    const startedAt = elapsedMillis(realClock)
    const decoded = decodeLines(lines, settings.strict)
    failure ??= decoded.failure
    const now = elapsedMillis(realClock)
    // One line of codex's may be long, which is no flood.
    if (Deferred.isDoneUnsafe(codex.exit)) waitedAfterExit += Math.min(now - startedAt, Duration.toMillis(drainStep))
    if (!isUnderstood) {
      for (const { event } of decoded.events) {
        if (event._tag !== "UnknownEvent") isUnderstood = true
        else if (typeof event.raw === "string") firstText ??= event.raw.slice(0, rawExcerptLength)
      }
    }
    const drifted: Array<DecodedEvent> = []
    for (const one of decoded.events) {
      const event = request.thread.tools === undefined ? one.event : asDynamicToolCall(one.event)
      if (event._tag === "ThreadStarted" && isAnotherThread(request.target, event.threadId, codex.startedAt)) {
        failure = new ThreadNotFound("threadId" in request.target ? { threadId: request.target.threadId } : {})
        codex.disown()
        break
      }
      note(event, now)
      events.push(event)
      if (one.issue !== undefined) drifted.push(one)
    }
    return drifted
  }

  /** Output that can not be read ends the turn, but does not change how it has ended before. */
  const failReading = (reason: CodexErrorReason): Pull.Pull<never, CodexError> =>
    ending === undefined || settings.strict
      ? fail(reason)
      : Effect.andThen(logWarning(`After the turn: ${presentable(reason).message}`), settle(ending))

  /** The end of a turn that codex has ended. */
  const settle = (end: ThreadEvent): Pull.Pull<never, CodexError> =>
    end._tag === "TurnFailed" ? fail(turnFailed(redact(end.error.message))) : Cause.done()

  const nextLines = (): ReadonlyArray<string> => {
    const lines: Array<string> = []
    const bytes = unread[0] ?? new Uint8Array()
    const piece = bytes.subarray(0, bytesAtOnce)
    if (piece.length < bytes.length) unread[0] = bytes.subarray(bytesAtOnce)
    else unread.shift()
    const problem = splitter.push(piece, lines)
    if (Option.isSome(problem)) {
      failure = new MalformedOutput(problem.value)
      breaksOff = true
    }
    return lines
  }

  const readMore: Pull.Pull<Arr.NonEmptyReadonlyArray<ThreadEvent>, CodexError> = Effect.suspend(() => {
    if (failure !== undefined) return failReading(failure)
    // A codex that goes on printing would hold its reader for ever.
    if (ending !== undefined && graceLeft() === 0) return conclude()
    if (unread.length > 0) return emitOrElse(nextLines(), readMore)
    if (outputEnded) return conclude()
    return Pull.matchEffect(nextBytes, {
      onSuccess: (chunks) => {
        for (const bytes of chunks) {
          if (Deferred.isDoneUnsafe(codex.exit)) bytesAfterExit += bytes.length
          unread.push(bytes)
        }
        return readMore
      },
      onFailure: (cause) =>
        Effect.catchTag(Effect.failCause(cause), "PlatformError", ({ reason }) =>
          failReading(new MalformedOutput({ description: `reading it failed (${reason._tag})`, excerpt: "" }))
        ),
      onDone: () => {
        outputEnded = true
        const rest = splitter.rest()
        // A last line without its newline is a line if it is whole.
        if (rest.isUtf8 && Result.isSuccess(parseLine(rest.text))) return emitOrElse([rest.text], conclude())
        if (!isBlank(rest.text)) brokenLine = rest.text
        return conclude()
      }
    })
  })

  const emitOrElse = (
    lines: ReadonlyArray<string>,
    orElse: Pull.Pull<Arr.NonEmptyReadonlyArray<ThreadEvent>, CodexError>
  ): Pull.Pull<Arr.NonEmptyReadonlyArray<ThreadEvent>, CodexError> =>
    Effect.suspend(() => {
      const events: Array<ThreadEvent> = []
      const drifted = take(lines, events)
      const next = Arr.isArrayNonEmpty(events)
        ? Effect.succeed(events)
        : failure === undefined
          ? orElse
          : failReading(failure)
      if (drifted.length === 0) return next
      return Effect.andThen(
        Effect.forEach(drifted, ({ event, issue = "" }) => settings.logDrift(event, issue, redact), { discard: true }),
        next
      )
    })

  /** Says how the turn ended, once codex is gone or has had its time. */
  const conclude = Effect.fnUntraced(function* () {
    const status = yield* Effect.raceFirst(Deferred.await(codex.exit), Effect.as(deadline(graceLeft()), undefined))
    if (ending !== undefined) {
      if (brokenLine !== undefined) yield* logWarning("codex's output ends in the middle of a line")
      return yield* settle(ending)
    }
    // Whoever closed the turn's scope ended it, and not codex.
    if (codex.isClosing()) return yield* Effect.interrupt
    yield* Effect.raceFirst(codex.stderrEnd, pipeDelivery())
    return yield* fail(explainEnd(status))
  }, inRealTime)

  const explainEnd = (status: ExitStatus | undefined): CodexErrorReason => {
    const redacted = redact.cut(codex.stderr.text())
    const stderr = endOf(
      codex.stderr.isCut() ? redacted.slice(redact.longestSecret) : redacted,
      settings.stderrTailBytes
    )
    const notice = lastNotice === undefined ? undefined : redact(lastNotice)
    if (status !== undefined && !("code" in status && status.code === 0)) {
      const words = isUnderstood || stderr.trim() !== "" || firstText === undefined ? undefined : redact.cut(firstText)
      return exitFailure({
        status,
        stderr,
        hasStarted: threadId !== undefined,
        isResumed: "threadId" in request.target || request.target._tag === "ResumeLast",
        notice: notice ?? words,
        threadId: "threadId" in request.target ? request.target.threadId : threadId,
        directory: request.thread.workingDirectory,
        isHomeless: isHomeless(),
        promptLength: codePoints(request.prompt)
      })
    }
    if (brokenLine !== undefined) {
      breaksOff = true
      return new MalformedOutput({
        description: "it ends in the middle of a line",
        excerpt: brokenLine.slice(0, rawExcerptLength)
      })
    }
    // Its last word tells why, if it is one that is known.
    const lastWord = notice === undefined ? undefined : turnFailed(notice)
    if (lastWord !== undefined && lastWord.kind !== "other") return lastWord
    if (!isUnderstood && firstText !== undefined) {
      return new MalformedOutput({ description: "it holds no event of codex", excerpt: firstText })
    }
    const said = excerpt([notice ?? "", stderr].join("\n").trim(), 600)
    return new TurnIncomplete({
      description: [
        status === undefined
          ? "codex closed its output, did not exit, and was ended"
          : "codex exited without saying how it ended",
        ...(said === "" ? [] : [`it said: ${said}`])
      ].join("; ")
    })
  }

  const next: typeof readMore = Effect.suspend(() => {
    if (ending === undefined) return readMore
    readingSince = elapsedMillis(realClock)
    return Effect.tap(readMore, () =>
      Effect.sync(() => {
        readAfterEnd += elapsedMillis(realClock) - readingSince
      })
    )
  })
  return Stream.fromPull(Effect.succeed(next))
}
