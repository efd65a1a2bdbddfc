/**
 * Turns over an app-server: what `Exec` is to `codex exec`.
 *
 * A turn that is left before its end is interrupted, the commands that it started are ended, and codex's word for it is
 * waited for, all within the grace period: interruption alone leaves commands running (codex 0.169).
 */
import * as Clock from "effect/Clock"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as FileSystem from "effect/FileSystem"
import * as Option from "effect/Option"
import * as Path from "effect/Path"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { NoActiveTurn, RequestTimeout, RpcError, TurnInterrupted } from "../../AppServerError.ts"
import { CodexError, type CodexErrorReason, InvalidOptions, ThreadBusy } from "../../CodexError.ts"
import type { ApprovalPolicy } from "../../CodexOptions.ts"
import type { Exec, ExecRequest } from "../../Exec.ts"
import { realClock } from "../../internal/childProcess.ts"
import { deadline } from "../../internal/deadline.ts"
import { isHomeless } from "../../internal/executable.ts"
import { directoryGone } from "../../internal/failures.ts"
import type { Prompt } from "../../internal/input.ts"
import { logWarning } from "../../internal/logWarning.ts"
import { preview } from "../../internal/preview.ts"
import { currentTrace } from "../../internal/processTelemetry.ts"
import { checkFiles, checkImages, schemaJson } from "../../internal/turnFiles.ts"
import { ThreadId } from "../../ThreadEvent.ts"
import { checkRepository } from "./repository.ts"
import type { ActiveTurn, Opening, Session } from "./session.ts"
import { closedByUs, type RequestFailure } from "./rpc.ts"
import type { Sessions } from "./sessions.ts"
import { stopTurn, stopUnread } from "./stopTurn.ts"
import { reviewTarget, type ThreadPlace } from "./threadParams.ts"
import { type Ask, endOpening, explainRefusal, noteUse, openThread, unload, unreadable } from "./threads.ts"
import { makeToolCalls } from "./toolCalls.ts"
import { makeTurnInbox } from "./turnInbox.ts"
import { makeTurnReader, type TurnReader } from "./turnEvents.ts"
import { eventStream, type EventStreamSettings } from "./eventStream.ts"

/** What holds for all turns of a server. */
export interface RunnerSettings extends EventStreamSettings {
  readonly sessions: Sessions<CodexErrorReason>
  readonly gracePeriod: Duration.Duration
  readonly maxBufferedEvents: number
  readonly maxLoadedThreads: number
  readonly defaultPolicy: ApprovalPolicy | undefined
  /** Whether the server sees this machine's files. */
  readonly isLocal: boolean
  /** Hides a prompt in what the server says, until what it returns is called. */
  readonly hidePrompt: (prompt: string) => () => void
}

// Answers that come later than requestTimeout are still heard for so many times as long.
const lateness = 10

const Started = Schema.Struct({ turn: Schema.Struct({ id: Schema.NonEmptyString }) })
const decodeStarted = Schema.decodeUnknownOption(Started)

/** A turn that was begun. */
interface RunningTurn extends ActiveTurn {
  readonly session: Session
  readonly threadId: string
  /** Whether the thread was made for it. */
  readonly isFirst: boolean
  /** The id that codex has answered with, however late. */
  readonly answered: Deferred.Deferred<string, CodexErrorReason>
  /** Nor within the time in which late answers are heard: such a server is not trusted with other turns. */
  isUnanswered: boolean
  /** Completes when codex has answered, and what nobody wants has been stopped. */
  readonly settled: Deferred.Deferred<void>
  /** Whether its caller has left before that, and it may run. It keeps its thread: another turn would be added to it. */
  isAbandoned: boolean
  readonly reader: Deferred.Deferred<TurnReader, CodexErrorReason>
  /** Its reader, once codex has named the turn. */
  begun: TurnReader | undefined
  readonly showPrompt: () => void
}

/** Makes what runs turns, in the current scope. */
export const makeTurnRunner = Effect.fnUntraced(function* (
  settings: RunnerSettings
): Effect.fn.Return<Exec["Service"], never, FileSystem.FileSystem | Path.Path | Scope.Scope> {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const layerScope = yield* Effect.scope

  const askOf =
    (session: Session, timeout = settings.requestTimeout, onStart?: () => void): Ask =>
    (method, params) =>
      Effect.flatMap(currentTrace, (trace) => session.rpc.request(method, params, { timeout, onStart, trace }))

  /** Asks for what is waited for though its caller has left. After `requestTimeout` the caller is told. */
  const askLong = Effect.fnUntraced(function* (
    session: Session,
    method: string,
    params: unknown,
    onLate: (reason: RequestTimeout) => Effect.Effect<unknown>
  ): Effect.fn.Return<unknown, RequestFailure> {
    const milliseconds = Duration.toMillis(settings.requestTimeout)
    const reason = new RequestTimeout({ method, milliseconds, limit: "requestTimeout" })
    // Its wait for a place among the requests in flight is not codex's.
    const started = Deferred.makeUnsafe<void>()
    const onStart = () => Deferred.doneUnsafe(started, Exit.void)
    const ask = askOf(session, Duration.times(settings.requestTimeout, lateness), onStart)
    const late = Deferred.await(started).pipe(
      Effect.andThen(deadline(milliseconds)),
      Effect.andThen(Effect.suspend(() => onLate(reason))),
      Effect.andThen(Effect.never)
    )
    return yield* Effect.raceFirst(ask(method, params), late)
  })

  const placeOf = ({ codex, thread }: ExecRequest): ThreadPlace => {
    const { additionalDirectories = [], workingDirectory = "." } = thread
    return {
      directory: settings.isLocal ? path.resolve(workingDirectory) : thread.workingDirectory,
      // Relative ones begin at the working directory, as for `codex exec`.
      additionalDirectories: additionalDirectories.map((folder) =>
        settings.isLocal ? path.resolve(workingDirectory, folder) : folder
      ),
      config: codex.config,
      isConfigured: settings.isLocal,
      defaultPolicy: codex.configOverrides?.some(setsPolicy) === true ? undefined : settings.defaultPolicy
    }
  }

  const inputOf = ({ images, prompt }: Prompt): ReadonlyArray<unknown> => [
    ...images.map((image) => ({ type: "localImage", path: settings.isLocal ? path.resolve(image) : image })),
    { type: "text", text: prompt, text_elements: [] }
  ]

  /**
   * Asks codex to begin the turn. Goes on though the caller leaves, or has waited for long enough: only codex's answer
   * tells what there is to interrupt.
   */
  const begin = Effect.fnUntraced(function* (turn: RunningTurn, request: ExecRequest) {
    const { session, threadId } = turn
    const isReview = request.target._tag === "Review"
    const [method, params] =
      request.target._tag === "Review"
        ? ["review/start", { threadId, target: reviewTarget(request.target.review) }]
        : [
            "turn/start",
            {
              threadId,
              input: inputOf(request),
              outputSchema: request.outputSchema,
              cyberAccessProgram: request.cyberAccessProgram
            }
          ]
    const name = (id: string) => {
      turn.turnId = id
      turn.begun = makeTurnReader(id, isReview)
      return Deferred.succeed(turn.reader, turn.begun)
    }
    const fail = (reason: CodexErrorReason) => {
      const explained = explainRefusal(reason, threadId)
      if (explained._tag === "ThreadNotFound") session.loaded.delete(threadId)
      turn.isUnanswered = explained._tag === "RequestTimeout"
      Deferred.doneUnsafe(turn.answered, Exit.fail(explained))
      // Before its caller goes on, who may run the next one.
      Deferred.doneUnsafe(turn.settled, Exit.void)
      return Deferred.fail(turn.reader, explained)
    }
    // codex 0.169 may never answer, then.
    const unloaded = Effect.andThen(Deferred.await(turn.unloaded), new TurnInterrupted({}))
    const answered = Effect.gen(function* () {
      const asked = askLong(session, method, params, (reason) =>
        // Told that it runs, nobody may be told to try again.
        isReview || turn.startedId === undefined ? Deferred.fail(turn.reader, reason) : name(turn.startedId)
      )
      const answer = yield* Effect.raceFirst(asked, unloaded)
      const started = decodeStarted(answer)
      if (Option.isNone(started)) return yield* unreadable(method)
      const { id } = started.value.turn
      Deferred.doneUnsafe(turn.answered, Exit.succeed(id))
      const isGivenUp = turn.begun === undefined && Deferred.isDoneUnsafe(turn.reader)
      if (isGivenUp || turn.isAbandoned) return yield* stopUnread(session, askOf(session), threadId, turn)
      Deferred.doneUnsafe(turn.settled, Exit.void)
      if (turn.begun === undefined) yield* name(id)
    })
    const lost = Effect.flatMap(Deferred.await(session.rpc.ended), fail)
    if (session.scope.state._tag === "Closed") return yield* Effect.ensuring(lost, settle(turn))
    yield* answered.pipe(
      Effect.catch(fail),
      Effect.onInterrupt(() => lost),
      Effect.ensuring(settle(turn)),
      Effect.forkIn(session.scope, { startImmediately: true })
    )
  })

  /** The start of a turn is answered, or never will be. If its caller has left before, so may the thread. */
  const settle = Effect.fnUntraced(function* (turn: RunningTurn) {
    Deferred.doneUnsafe(turn.settled, Exit.void)
    if (!turn.isAbandoned) return
    const { session } = turn
    session.turns.delete(turn.threadId)
    if (turn.isUnanswered && !isNeeded(session)) yield* Effect.forkIn(settings.sessions.drop(session), layerScope)
    else yield* letGo(turn)
  })

  /** Whether turns run on a server. One that ends with us ends those that nobody waits for, too. */
  const isNeeded = ({ turns }: Session): boolean =>
    [...turns.values()].some(({ over }) => !settings.isLocal || !Deferred.isDoneUnsafe(over))

  const acquire = Effect.fnUntraced(function* (session: Session, threadId: string, request: ExecRequest) {
    const { tools } = request.thread
    const answerToolCall = tools === undefined ? undefined : yield* makeToolCalls(tools)
    const context = yield* Effect.context<never>()
    const isReview = request.target._tag === "Review"
    const answered = Deferred.makeUnsafe<string, CodexErrorReason>()
    return yield* Effect.acquireRelease(
      Effect.suspend(() => {
        if (session.turns.has(threadId)) return Effect.fail(new ThreadBusy({ threadId, usedBy: "turn" }))
        const turn: RunningTurn = {
          session,
          threadId,
          isFirst: isNew(request),
          turnId: undefined,
          startedId: undefined,
          hasEnded: false,
          inbox: makeTurnInbox(settings.maxBufferedEvents),
          answerToolCall,
          context,
          over: Deferred.makeUnsafe(),
          unloaded: Deferred.makeUnsafe(),
          answered,
          isUnanswered: false,
          settled: Deferred.makeUnsafe(),
          isAbandoned: false,
          // The answer's id is not a review's own.
          named: Effect.map(Deferred.await(answered), (id) => (isReview ? (turn.startedId ?? id) : id)),
          reader: Deferred.makeUnsafe(),
          begun: undefined,
          showPrompt: settings.hidePrompt(request.prompt)
        }
        session.turns.set(threadId, turn)
        return Effect.as(begin(turn, request), turn)
      }),
      (turn) => Effect.provideService(release(turn), Clock.Clock, realClock)
    )
  })

  const release = Effect.fnUntraced(function* (turn: RunningTurn) {
    const { session, threadId } = turn
    const stop = isFinished(turn) ? Effect.void : stopTurn(session, askOf(session), threadId, turn)
    const stopping = yield* stop.pipe(
      Effect.as(true),
      // A turn that did not begin, and a lost server, have nothing to interrupt. One whose start got no answer may run.
      Effect.catch((reason) => Effect.succeed(reason._tag !== "RequestTimeout")),
      Effect.forkIn(session.scope, { startImmediately: true })
    )
    const isOver = yield* endsWithin(stopping, settings.gracePeriod)
    Deferred.doneUnsafe(turn.over, Exit.void)
    turn.isAbandoned = !isOver && !Deferred.isDoneUnsafe(turn.settled)
    if (turn.isAbandoned) {
      yield* Effect.forkIn(Fiber.interrupt(stopping), layerScope)
      // Who closed the scope need not be who waits for this.
      Deferred.doneUnsafe(turn.reader, Exit.interrupt())
    } else session.turns.delete(threadId)
    // codex may hear of it later. Until then the thread is not free, and what runs on it is to be ended.
    const goesOn = !isOver && !turn.isAbandoned && (!settings.isLocal || isNeeded(session))
    if (goesOn) session.turns.set(threadId, turn)
    turn.showPrompt()
    const dropped = turn.inbox.dropped()
    if (dropped > 0) {
      yield* logWarning(
        `${dropped} deltas of a turn were left out, because its events were read too slowly (option maxBufferedEvents)`
      )
    }
    if (!isOver) {
      yield* logWarning("codex did not confirm in time that it has stopped a turn (option gracePeriod)")
      // Without others on it, a server that does not answer is better ended than trusted.
      if (!isNeeded(session)) yield* settings.sessions.drop(session)
    }
    if (goesOn) yield* Effect.forkIn(awaitEnd(turn, stopping), layerScope)
    else if (!turn.isAbandoned) yield* letGo(turn)
  })

  /** What codex did not confirm within the grace period is waited for as an answer is. */
  const awaitEnd = Effect.fnUntraced(
    function* (turn: RunningTurn, stopping: Fiber.Fiber<boolean>) {
      const { session, threadId } = turn
      const isOver = yield* endsWithin(stopping, settings.requestTimeout)
      yield* Fiber.interrupt(stopping)
      session.turns.delete(threadId)
      if (isOver || isNeeded(session)) yield* letGo(turn)
      else yield* settings.sessions.drop(session)
    },
    Effect.provideService(Clock.Clock, realClock)
  )

  const letGo = Effect.fnUntraced(function* ({ isFirst, session, threadId, turnId }: RunningTurn) {
    session.subAgents.forget(turnId ?? "")
    noteUse(session, threadId)
    const isUnused = isFirst && turnId === undefined
    if (!isUnused && session.loaded.size <= settings.maxLoadedThreads) return
    yield* Effect.forkIn(leave(session, threadId, isUnused), layerScope)
  })

  /** Lets codex forget threads that are not needed. Nobody comes back to a new one whose first turn did not begin: codex does not record it. */
  const leave = (session: Session, threadId: string, isUnused: boolean): Effect.Effect<void> =>
    isUnused ? Effect.ignore(unload(session, askOf(session), threadId)) : unloadOldest(session)

  const unloadOldest = Effect.fnUntraced(function* (session: Session) {
    const uses = [session.turns, session.opening, session.busy, session.pursuing]
    const unused = () =>
      Array.from(session.loaded.keys()).filter((threadId) => !uses.some((used) => used.has(threadId)))
    // One that codex does not unload comes back as the last.
    for (const threadId of unused()) {
      const left = unused()
      // Those at work do not count: a thread that is used again at once would be unloaded between two of its turns.
      if (left.length <= settings.maxLoadedThreads) return
      if (left.includes(threadId)) yield* Effect.ignore(unload(session, askOf(session), threadId))
    }
  })

  /**
   * Opens the thread of a turn and begins the turn, in the current scope. A thread is opened to the end though the caller
   * leaves, or has waited for long enough: only codex's answer tells what it has loaded.
   */
  const enter = (session: Session, request: ExecRequest, onOpen: (threadId: string) => void) =>
    Effect.uninterruptibleMask((restore) =>
      Effect.gen(function* () {
        if (layerScope.state._tag === "Closed") return yield* closedByUs()
        const late = yield* Deferred.make<never, RequestTimeout>()
        const askToLoad: Ask = (method, params) =>
          askLong(session, method, params, (reason) => Deferred.fail(late, reason))
        const { target, thread } = request
        const opening: Opening = { isAbandoned: false, over: Deferred.makeUnsafe() }
        const fiber = yield* Effect.forkIn(
          openThread(session, opening, askOf(session), askToLoad, target, thread, placeOf(request)),
          layerScope,
          { startImmediately: true }
        )
        const abandon = Effect.flatMap(Fiber.await(fiber), (exit) =>
          Exit.isFailure(exit)
            ? Effect.void
            : Effect.andThen(endOpening(session, opening, exit.value), leave(session, exit.value, isNew(request)))
        )
        const opened = Effect.flatMap(Fiber.await(fiber), (exit): Exit.Exit<string, CodexErrorReason> =>
          Exit.hasInterrupts(exit) ? Exit.fail(closedByUs()) : exit
        )
        const threadId = yield* restore(Effect.raceFirst(opened, Deferred.await(late))).pipe(
          Effect.onError(() => {
            opening.isAbandoned = true
            return Effect.forkIn(abandon, layerScope)
          }),
          Effect.mapError((reason) => explainRefusal(reason, threadIdOf(request)))
        )
        onOpen(threadId)
        return yield* Effect.ensuring(acquire(session, threadId, request), endOpening(session, opening, threadId))
      })
    )

  const start = Effect.fnUntraced(function* (request: ExecRequest) {
    let threadId: string | undefined
    const begun = Effect.gen(function* () {
      if (request.outputSchema !== undefined) yield* Effect.fromResult(schemaJson(request.outputSchema))
      if (settings.isLocal) {
        yield* checkFiles(request)
        if (!path.isAbsolute(request.thread.workingDirectory ?? ".") && isHomeless()) return yield* directoryGone()
        yield* checkRepository(request.thread)
      } else {
        const { additionalDirectories = [], workingDirectory } = request.thread
        // They would be left out, and codex would not know where relative ones begin.
        if (additionalDirectories.length > 0 && ![workingDirectory ?? "", ...additionalDirectories].every(isAbsolute)) {
          const expected = "absolute paths of the server's machine, beside a workingDirectory that is one too"
          return yield* new InvalidOptions({
            option: "additionalDirectories",
            got: preview(additionalDirectories),
            expected
          })
        }
      }
      const session = yield* settings.sessions.get
      const turn = yield* enter(session, request, (id) => (threadId = id))
      return { turn, reader: yield* Deferred.await(turn.reader) }
    })
    return yield* Effect.mapError(
      begun,
      (reason: CodexErrorReason) =>
        new CodexError({ reason, ...(threadId === undefined ? {} : { threadId: ThreadId.make(threadId) }) })
    )
  })

  return {
    run: (request) =>
      start(request).pipe(
        // Provided to the events, it would be with every batch.
        Effect.provideService(FileSystem.FileSystem, fs),
        Effect.provideService(Path.Path, path),
        Effect.map(({ reader, turn: { inbox, threadId } }) =>
          eventStream(settings, ThreadId.make(threadId), inbox, reader, request.target._tag === "Review")
        ),
        Stream.unwrap
      ),
    steer: (threadId, prompt) =>
      Effect.gen(function* () {
        if (layerScope.state._tag === "Closed") return yield* closedByUs()
        const session = settings.sessions.current()
        const turn = session?.turns.get(threadId)
        if (session === undefined || turn?.turnId === undefined || Deferred.isDoneUnsafe(turn.over)) {
          return yield* new NoActiveTurn({})
        }
        if (settings.isLocal) yield* Effect.provideService(checkImages(prompt.images), FileSystem.FileSystem, fs)
        // It ends with the turn, or is heard of a little longer.
        settings.hidePrompt(prompt.prompt)()
        const params = { threadId, expectedTurnId: turn.turnId, input: inputOf(prompt) }
        yield* Effect.mapError(askOf(session)("turn/steer", params), (reason) =>
          reason instanceof RpcError && /no active turn|expected active turn/i.test(reason.description)
            ? new NoActiveTurn({})
            : explainRefusal(reason, threadId)
        )
      }).pipe(Effect.mapError((reason) => new CodexError({ reason, threadId: ThreadId.make(threadId) })))
  }
})

/** Whether nothing of a turn is left to be read or stopped. */
const isFinished = ({ begun, inbox }: RunningTurn): boolean => {
  const end = begun?.end()
  return end !== undefined && end !== "interrupted" && inbox.size() === 0
}

/** Whether codex has confirmed that a turn is over, or the server is gone. */
const endsWithin = (stopping: Fiber.Fiber<boolean>, limit: Duration.Duration): Effect.Effect<boolean> =>
  Effect.raceFirst(
    Effect.map(Fiber.await(stopping), (exit) => Exit.isFailure(exit) || exit.value),
    Effect.as(deadline(Duration.toMillis(limit)), false)
  )

const setsPolicy = (override: string): boolean => /^\s*approval_policy\s*=/.test(override)

// The server's machine may be of another kind.
const isAbsolute = (folder: string): boolean => /^(?:[/\\]|[a-z]:[/\\])/i.test(folder)

const isNew = ({ target }: ExecRequest): boolean => target._tag !== "Resume" && target._tag !== "ResumeLast"

const threadIdOf = ({ target }: ExecRequest): string | undefined => ("threadId" in target ? target.threadId : undefined)
