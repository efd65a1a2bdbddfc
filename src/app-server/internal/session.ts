/**
 * One connection to a server, initialized, and what is known of its threads.
 *
 * Notifications of a thread go to the turn that runs on it, and everything goes to whoever listens to the whole server.
 */
import type * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Predicate from "effect/Predicate"
import * as Redacted from "effect/Redacted"
import * as Scope from "effect/Scope"
import type { ConnectionLost } from "../../AppServerError.ts"
import type { CodexErrorReason } from "../../CodexError.ts"
import type { CodexOptions, ThreadOptions } from "../../CodexOptions.ts"
import { logWarning } from "../../internal/logWarning.ts"
import { excerpt } from "../../internal/preview.ts"
import { redactLine } from "../../internal/redact.ts"
import { version } from "../../internal/version.ts"
import type { Notification } from "../AppServer.ts"
import {
  type LineTransport,
  openRpc,
  type RefusedRequest,
  type RequestFailure,
  type RpcConnection,
  type ServerRequest
} from "./rpc.ts"
import { makeSubAgents, type SubAgents } from "./subAgents.ts"
import { goalOf, isUnloaded, statusOf } from "./threadStatus.ts"
import type { AnswerToolCall } from "./toolCalls.ts"
import type { TurnInbox } from "./turnInbox.ts"

/** A turn that runs on a thread of this session. */
export interface ActiveTurn {
  readonly inbox: TurnInbox
  /** Absent if the turn has no tools. */
  readonly answerToolCall: AnswerToolCall | undefined
  /** What its handlers run in: its span, its loggers, the turns around it. */
  readonly context: Context.Context<never>
  /** The id that codex interrupts it by, once it has one. */
  readonly named: Effect.Effect<string, CodexErrorReason>
  /** Completes when nobody waits for it any more. */
  readonly over: Deferred.Deferred<void>
  /** Completes when its thread is unloaded. */
  readonly unloaded: Deferred.Deferred<void>
  /** Set once codex has named it. */
  turnId: string | undefined
  /** The first turn that was said to begin on its thread. */
  startedId: string | undefined
  /** Whether a turn of its thread was said to be over since. */
  hasEnded: boolean
}

/** A thread that is being opened for a turn. */
export interface Opening {
  /** Whether its caller has left: it is opened to the end all the same. */
  isAbandoned: boolean
  /** Completes when it is opened, or can not be. */
  readonly over: Deferred.Deferred<void>
}

/** A connection that is ready for requests. */
export interface Session {
  /** Ends with the connection: after what is said at its end, and before whatever carries it. */
  readonly scope: Scope.Scope
  readonly rpc: RpcConnection
  /** By thread id. */
  readonly turns: Map<string, ActiveTurn>
  /** The threads that the server has loaded for us, with the options that they were loaded with: the last used one last. */
  readonly loaded: Map<string, ThreadOptions>
  /** The threads that are being loaded for a turn, by their ids. */
  readonly opening: Map<string, Opening>
  /** The threads on which a turn runs, whoever has begun it, as far as codex has said. */
  readonly busy: Set<string>
  /** The threads that have a goal for codex to work on: no turn runs between those that it begins for that. */
  readonly pursuing: Set<string>
  /** What turns have started besides themselves. */
  readonly subAgents: SubAgents
  /** Who waits for a thread to be unloaded, by its id. */
  readonly closing: Map<string, Deferred.Deferred<void>>
}

/** What every session of a server has in common. */
export interface SessionSettings {
  readonly codex: CodexOptions
  readonly maxInFlight: number
  readonly requestTimeout: Duration.Duration
  readonly startTimeout: Duration.Duration
  /** What is said of a connection that was closed here. */
  readonly whyClosed: () => ConnectionLost
  /** Where handlers end that take longer than the connection. */
  readonly layerScope: Scope.Scope
  readonly publish: (notification: Notification) => void
  readonly onRequest: (request: ServerRequest, session: Session) => Effect.Effect<unknown, RefusedRequest>
}

/** Which thread a message is about, if it says so. */
export const threadOf = (params: unknown): string | undefined =>
  Predicate.hasProperty(params, "threadId") && typeof params.threadId === "string" ? params.threadId : undefined

/** Which turn a notification belongs to, if it says so. */
export const turnOf = (params: unknown): string | undefined => {
  if (!Predicate.isObject(params)) return undefined
  const { turn, turnId } = params
  if (typeof turnId === "string") return turnId
  return Predicate.hasProperty(turn, "id") && typeof turn.id === "string" ? turn.id : undefined
}

// So many of a connection are reported, so that a broken server does not flood the log.
const maxMalformed = 100

/** Opens a session over a transport, in the current scope. */
export const openSession = Effect.fnUntraced(function* (
  transport: LineTransport,
  settings: SessionSettings
): Effect.fn.Return<Session, RequestFailure, Scope.Scope> {
  const scope = yield* Scope.fork(yield* Effect.scope)
  const turns: Session["turns"] = new Map()
  const loaded: Session["loaded"] = new Map()
  const opening: Session["opening"] = new Map()
  const busy: Session["busy"] = new Set()
  const pursuing: Session["pursuing"] = new Set()
  const closing: Session["closing"] = new Map()
  const subAgents = makeSubAgents()
  const touched = new Set<TurnInbox>()
  let malformed = 0
  // Set before anything can arrive: the server says nothing before it is initialized.
  const session: { current: Session | undefined } = { current: undefined }
  const rpc = yield* openRpc(
    transport,
    {
      onNotification: (notification) => {
        const threadId = threadOf(notification.params)
        if (threadId !== undefined) {
          const turn = turns.get(threadId)
          if (turn !== undefined) {
            turn.inbox.push(notification)
            touched.add(turn.inbox)
            if (notification.method === "turn/started") turn.startedId ??= turnOf(notification.params)
            if (notification.method === "turn/completed") turn.hasEnded = true
            if (isUnloaded(notification)) Deferred.doneUnsafe(turn.unloaded, Exit.void)
          }
          subAgents.read(threadId, notification, turns.has(threadId))
          const status = statusOf(notification)
          if (status === "active") busy.add(threadId)
          else if (status !== undefined) busy.delete(threadId)
          const goal = goalOf(notification)
          if (goal === "active") pursuing.add(threadId)
          else if (goal !== undefined) pursuing.delete(threadId)
          if (isUnloaded(notification)) {
            loaded.delete(threadId)
            busy.delete(threadId)
            pursuing.delete(threadId)
          }
          if (notification.method === "thread/closed") {
            const closed = closing.get(threadId)
            if (closed !== undefined) Deferred.doneUnsafe(closed, Exit.void)
          }
        }
        settings.publish(notification)
      },
      onBatchEnd: () => {
        for (const inbox of touched) inbox.wake()
        touched.clear()
      },
      onRequest: (request) =>
        session.current === undefined ? Effect.never : settings.onRequest(request, session.current),
      onMalformed: (line) => {
        if (++malformed > maxMalformed) return Effect.void
        const more = malformed === maxMalformed ? " (further ones are not reported)" : ""
        return logWarning(
          `codex app-server printed a line that is no message: ${excerpt(redactLine(transport.redact, line), 200)}${more}`
        )
      },
      onEnd: (reason) => {
        for (const { inbox } of turns.values()) inbox.fail(reason)
      }
    },
    settings
  )
  session.current = { scope, rpc, turns, loaded, opening, busy, pursuing, subAgents, closing }
  yield* initialize(rpc, settings)
  return session.current
})

const initialize = Effect.fnUntraced(function* (rpc: RpcConnection, { codex, startTimeout: timeout }: SessionSettings) {
  const settings = { timeout, limit: "startTimeout" } as const
  yield* rpc.request(
    "initialize",
    {
      clientInfo: { name: "effect_codex", title: "effect-codex", version },
      // Dynamic tools, and ending the commands of an interrupted turn, need it in codex 0.169.
      capabilities: { experimentalApi: true }
    },
    settings
  )
  yield* rpc.notify("initialized")
  if (codex.apiKey !== undefined) {
    // codex 0.169 takes CODEX_API_KEY from the environment for `exec` only. A server of ours keeps the key in memory: see
    // `keyInMemory`.
    const apiKey = Redacted.value(codex.apiKey)
    yield* rpc.request("account/login/start", { type: "apiKey", apiKey }, settings)
  }
})
