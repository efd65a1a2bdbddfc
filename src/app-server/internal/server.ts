/** The services of a server: the typed client, and `Codex` on it. */
import * as Clock from "effect/Clock"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as FileSystem from "effect/FileSystem"
import * as Metric from "effect/Metric"
import * as Option from "effect/Option"
import type * as Path from "effect/Path"
import * as PubSub from "effect/PubSub"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import type { ConnectionLost } from "../../AppServerError.ts"
import type { Codex } from "../../Codex.ts"
import { serverConnections } from "../../CodexMetrics.ts"
import { CodexError, type CodexErrorReason, InvalidOptions, MalformedOutput, SpawnError } from "../../CodexError.ts"
import type { CodexOptions } from "../../CodexOptions.ts"
import { readable } from "../../internal/checkOptions.ts"
import { realClock } from "../../internal/childProcess.ts"
import { deadline } from "../../internal/deadline.ts"
import { makeDriftLog } from "../../internal/driftLog.ts"
import { logWarning } from "../../internal/logWarning.ts"
import { makeCodex } from "../../internal/makeCodex.ts"
import { currentTrace } from "../../internal/processTelemetry.ts"
import { excerpt, preview } from "../../internal/preview.ts"
import type { AppServer, ClientMethod, Notification, NotificationMethod } from "../AppServer.ts"
import { Approvals } from "../Approvals.ts"
import { clientRequests, serverNotifications } from "../protocol/methods.ts"
import { closedByUs, givenUp, type LineTransport } from "./rpc.ts"
import type { RunningPrompts } from "./runningPrompts.ts"
import { makeAnswers } from "./serverRequests.ts"
import { openSession, type Session, threadOf } from "./session.ts"
import { makeSessions } from "./sessions.ts"
import { stopUnread } from "./stopTurn.ts"
import { checkServerOptions } from "./threadParams.ts"
import { type Ask, noteUse, restoreLoaded } from "./threads.ts"
import { makeTurnRunner } from "./turnRunner.ts"

/** What holds for a server, however it is reached. */
export interface ServerSettings {
  readonly codex: CodexOptions
  readonly gracePeriod: Duration.Duration
  readonly maxLineBytes: number
  readonly requestTimeout: Duration.Duration
  readonly startTimeout: Duration.Duration
  readonly maxInFlight: number
  readonly maxBufferedEvents: number
  readonly maxLoadedThreads: number
  readonly strict: boolean
  /** What hides secrets and prompts in what the server says. */
  readonly prompts: RunningPrompts
}

// That wait for the slowest of those who listen for them.
const maxLosses = 16

/** Makes the services in the current scope. `connect` reaches the server, each time that it has to be. */
export const makeServer = Effect.fnUntraced(function* (
  settings: ServerSettings,
  connect: Effect.Effect<LineTransport, CodexErrorReason, Scope.Scope>,
  isLocal: boolean
): Effect.fn.Return<
  { readonly appServer: AppServer["Service"]; readonly codex: Codex["Service"] },
  CodexError,
  FileSystem.FileSystem | Path.Path | Scope.Scope
> {
  const approvals = Option.getOrUndefined(yield* Effect.serviceOption(Approvals))
  const hub = yield* Effect.acquireRelease(PubSub.sliding<Notification>(settings.maxBufferedEvents), PubSub.shutdown)
  const publish = (notification: Notification): void => {
    if (PubSub.publishUnsafe(hub, notification)) return
    hub.pubsub.slide()
    PubSub.publishUnsafe(hub, notification)
  }
  const losses = yield* Effect.acquireRelease(PubSub.sliding<ConnectionLost>(maxLosses), PubSub.shutdown)
  const answer = makeAnswers(approvals, once(warnOfDefault), settings.requestTimeout)
  const { redact } = settings.prompts
  const logDrift = makeDriftLog()
  const layerScope = yield* Effect.scope
  const whyClosed = () => (layerScope.state._tag === "Closed" ? closedByUs() : givenUp())
  const sessions = yield* makeSessions(
    Effect.gen(function* () {
      const transport = yield* connect
      const session = yield* openSession(transport, {
        ...settings,
        whyClosed,
        layerScope,
        publish,
        onRequest: answer
      }).pipe(Effect.mapError((reason) => explainStart(reason, transport.program)))
      yield* Metric.update(serverConnections, 1)
      // A server of ours ends its turns as it ends.
      if (!isLocal) yield* Effect.addFinalizer(() => abandonTurns(session, whyClosed(), settings))
      // The session's own scope would end it first.
      yield* Effect.forkIn(
        Effect.flatMap(Deferred.await(session.rpc.ended), (reason) => PubSub.publish(losses, reason)),
        layerScope
      )
      return session
    })
  )
  const exec = yield* makeTurnRunner({
    ...settings,
    sessions,
    // Nobody could be asked: codex does then what `codex exec` does.
    defaultPolicy: approvals === undefined ? "never" : undefined,
    isLocal,
    redact,
    hidePrompt: settings.prompts.begin,
    logDrift
  })

  const ask = (method: string, params: unknown) =>
    Effect.gen(function* () {
      const trace = yield* currentTrace
      const session = yield* sessions.get
      const answer = session.rpc.request(method, params, { timeout: settings.requestTimeout, trace })
      const threadId = threadOf(params)?.toLowerCase() ?? ""
      if (method !== "thread/archive" && method !== "thread/unsubscribe") {
        noteUse(session, threadId)
        return yield* answer
      }
      // codex says so later, if at all. A turn that begins meanwhile has to load the thread again.
      const loadedWith = session.loaded.get(threadId)
      session.loaded.delete(threadId)
      return yield* Effect.tapError(answer, (reason) =>
        Effect.sync(() => restoreLoaded(session, threadId, loadedWith, reason))
      )
    })

  const request = Effect.fn("AppServer.request")(
    function* (method: ClientMethod, params: unknown): Effect.fn.Return<unknown, CodexErrorReason> {
      if (!Object.hasOwn(clientRequests, method)) {
        const expected = "a method of the protocol; requestUnknown takes others"
        return yield* new InvalidOptions({ option: "method", got: preview(method), expected })
      }
      const schemas = clientRequests[method]
      const option = `params of ${method}`
      const problem = yield* Effect.fromResult(
        readable(option, () =>
          Result.succeed(schemas.params === undefined ? undefined : problemOf(schemas.params(), params))
        )
      )
      if (problem !== undefined) return yield* new InvalidOptions({ option, got: preview(params), expected: problem })
      const response = yield* ask(method, params)
      const misfit = problemOf(schemas.response(), response)
      if (misfit !== undefined) {
        const description = `the answer to ${method} does not fit the protocol: ${redact(misfit)}`
        return yield* new MalformedOutput({ description: excerpt(description, 1000), excerpt: "" })
      }
      return response
    },
    Effect.mapError((reason: CodexErrorReason) => new CodexError({ reason }))
  )

  const notifications = (method: NotificationMethod): Stream.Stream<unknown> => {
    // Callers without types may pass anything.
    if (!Object.hasOwn(serverNotifications, method)) {
      return Stream.die(new Error(`${preview(method)} is no notification of the protocol: see allNotifications`))
    }
    const { params: schema } = serverNotifications[method]
    return Stream.fromPubSub(hub).pipe(
      Stream.filter((notification) => notification.method === method),
      Stream.filterEffect(({ params }) => {
        const misfit = schema === undefined ? undefined : problemOf(schema(), params)
        if (misfit === undefined) return Effect.succeed(true)
        const raw = { method, params }
        return Effect.as(logDrift({ _tag: "UnknownEvent", type: method, raw, issue: misfit }, misfit, redact), false)
      }),
      Stream.map(({ params }) => params)
    )
  }

  const appServer = {
    // The tables tie a method to its types, and the schemas have checked the values.
    request: request as AppServer["Service"]["request"],
    requestUnknown: Effect.fn("AppServer.requestUnknown")((method: string, params: unknown = {}) =>
      Effect.mapError(ask(method, params), (reason: CodexErrorReason) => new CodexError({ reason }))
    ),
    notifications: notifications as AppServer["Service"]["notifications"],
    allNotifications: Stream.fromPubSub(hub),
    disconnections: Stream.fromPubSub(losses)
  }
  return { appServer, codex: yield* makeCodex(settings.codex, exec, checkServerOptions, redact) }
})

/** Stops the turns that run on a server which lives on. */
const abandonTurns = (
  session: Session,
  reason: ConnectionLost,
  { gracePeriod, requestTimeout: timeout }: ServerSettings
): Effect.Effect<void> => {
  // They are told why, then.
  if (Deferred.isDoneUnsafe(session.rpc.ended)) return Effect.void
  const ask: Ask = (method, params) => session.rpc.request(method, params, { timeout })
  return Effect.forEach(
    session.turns,
    ([threadId, turn]) => {
      turn.inbox.fail(reason)
      return stopUnread(session, ask, threadId, turn)
    },
    { concurrency: "unbounded", discard: true }
  ).pipe(Effect.raceFirst(deadline(Duration.toMillis(gracePeriod))), Effect.provideService(Clock.Clock, realClock))
}

/** A program that exits before it is ready would do so again. */
const explainStart = (reason: CodexErrorReason, program: string | undefined): CodexErrorReason =>
  reason._tag === "ConnectionLost" && reason.exitCode !== undefined && program !== undefined
    ? new SpawnError({ executable: program, description: `${reason.description}. Is it a codex that has app-server?` })
    : reason

/** What is wrong with a value. The schemas of the protocol change nothing, so that it can be used as it is. */
const problemOf = (schema: Schema.Codec<unknown>, value: unknown): string | undefined => {
  const result = Schema.decodeUnknownResult(schema)(value)
  return Result.isSuccess(result)
    ? undefined
    : result.failure.message
        .replace(/^Expected /, "")
        .replace(/^Missing key/, "a value")
        .replace(/\s*\n\s*/g, " ")
}

const once = (effect: Effect.Effect<void>): Effect.Effect<void> => {
  let isDone = false
  return Effect.suspend(() => {
    if (isDone) return Effect.void
    isDone = true
    return effect
  })
}

const warnOfDefault = logWarning(
  "codex asked for an approval, and it was declined: provide a layer of Approvals to AppServer.layer to decide"
)
