/**
 * JSON-RPC as `codex app-server` speaks it (codex 0.169: one JSON object per line, without a `jsonrpc` field), over
 * whatever carries the lines.
 *
 * The connection's scope owns it: closing it, or the end of the lines, ends every waiting request with `ConnectionLost`.
 * Requests of the server are answered by fibers of their own, so that a slow one delays nothing else.
 */
import * as Cause from "effect/Cause"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as FiberMap from "effect/FiberMap"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import type * as Pull from "effect/Pull"
import * as Result from "effect/Result"
import * as Scope from "effect/Scope"
import * as Semaphore from "effect/Semaphore"
import { ConnectionLost, RequestTimeout, RpcError } from "../../AppServerError.ts"
import { InvalidOptions } from "../../CodexError.ts"
import { deadline } from "../../internal/deadline.ts"
import { isBlank, parseLine } from "../../internal/eventLines.ts"
import { logWarning } from "../../internal/logWarning.ts"
import { inline, preview } from "../../internal/preview.ts"
import type { Notification } from "../AppServer.ts"
import type { Redact } from "../../internal/redact.ts"
import { toLine } from "../../internal/toLine.ts"

/** What carries the lines. */
export interface LineTransport {
  /** Sends a line, which has no newline. Waits while the server reads slowly. Does nothing once the lines have ended. */
  readonly send: (line: string) => Effect.Effect<void>
  /** Lines as they come. They end when the server is gone, with how it went. */
  readonly lines: Pull.Pull<ReadonlyArray<string>, ConnectionLost>
  readonly redact: Redact
  /** The longest line that the server takes, in bytes of UTF-8. Default: it takes all. */
  readonly maxSentBytes?: number | undefined
  /** The server's executable, where it is a process of ours. */
  readonly program?: string | undefined
}

/** A request of the server, as it came. */
export interface ServerRequest extends Notification {
  readonly id: string | number
}

/** How long to wait, and what codex's own spans become part of. */
interface RequestSettings {
  readonly timeout: Duration.Duration
  /** The option that bounds it. Default: `requestTimeout`. */
  readonly limit?: RequestTimeout["limit"]
  /** Called when the request has got its place among those in flight. */
  readonly onStart?: (() => void) | undefined
  readonly trace?: { readonly traceparent: string; readonly tracestate?: string } | undefined
}

/** What a connection does with what the server says on its own. It is called in the order of arrival. */
export interface Listeners {
  readonly onNotification: (notification: Notification) => void
  /** All that arrived together has been handed over. */
  readonly onBatchEnd: () => void
  /** What to answer, in a fiber of its own. A failure is answered with an error. */
  readonly onRequest: (request: ServerRequest) => Effect.Effect<unknown, RefusedRequest>
  /** For a line that is no message. */
  readonly onMalformed: (line: string) => Effect.Effect<void>
  /** Nothing comes any more. */
  readonly onEnd: (reason: ConnectionLost) => void
}

/** A server's request that is answered with an error. */
export class RefusedRequest {
  readonly code: number
  readonly message: string
  constructor(code: number, message: string) {
    this.code = code
    this.message = message
  }
}

/** Why a request has no answer. `InvalidOptions`: its params can not be sent. */
export type RequestFailure = RpcError | RequestTimeout | ConnectionLost | InvalidOptions

/** A connection that is open. */
export interface RpcConnection {
  readonly request: (
    method: string,
    params: unknown,
    settings: RequestSettings
  ) => Effect.Effect<unknown, RequestFailure>
  readonly notify: (method: string, params?: unknown) => Effect.Effect<void>
  /** Completes, with the reason, when the connection has ended. */
  readonly ended: Deferred.Deferred<ConnectionLost>
}

interface Waiting {
  readonly method: string
  readonly reply: Deferred.Deferred<unknown, RpcError | ConnectionLost>
}

/** A connection is given up whose server does not answer. */
export const givenUp = (): ConnectionLost =>
  new ConnectionLost({ description: "it was closed, because the server did not answer" })

/** The end of the layer: there will be no other connection. */
export const closedByUs = (): ConnectionLost => new ConnectionLost({ description: "it was closed", isClosed: true })

/** JSON-RPC's codes. */
export const methodNotFound = -32601
const internalError = -32603

/** What holds for a connection. */
export interface RpcSettings {
  /** So many requests wait for the server at once. */
  readonly maxInFlight: number
  /** What is said of a connection that was closed here. */
  readonly whyClosed: () => ConnectionLost
  /** Where answers end that take longer than the connection. */
  readonly layerScope: Scope.Scope
}

/** Opens a connection in the current scope. */
export const openRpc = Effect.fnUntraced(function* (
  transport: LineTransport,
  listeners: Listeners,
  { layerScope, maxInFlight, whyClosed }: RpcSettings
): Effect.fn.Return<RpcConnection, never, Scope.Scope> {
  const waiting = new Map<number, Waiting>()
  const inFlight = yield* Semaphore.make(maxInFlight)
  const ended = yield* Deferred.make<ConnectionLost>()
  // Not waited for when the connection ends: they are the application's code, which may want the next one.
  const answers = yield* Scope.fork(layerScope)
  yield* Effect.addFinalizer(() =>
    Effect.forkIn(Scope.close(answers, Exit.void), layerScope, { startImmediately: true })
  )
  const answering = yield* Scope.provide(FiberMap.make<string | number>(), answers)
  const fork = yield* FiberMap.runtime(answering)()
  let nextId = 1

  const end = (reason: ConnectionLost) =>
    Effect.sync(() => {
      if (!Deferred.doneUnsafe(ended, Exit.succeed(reason))) return
      listeners.onEnd(reason)
      for (const { reply } of waiting.values()) Deferred.doneUnsafe(reply, Exit.fail(reason))
      waiting.clear()
    })

  const answer = (id: ServerRequest["id"], decision: Effect.Effect<unknown, RefusedRequest>) =>
    decision.pipe(
      // What is decided may be nothing that JSON could hold.
      Effect.map((result) => toLine({ id, result: result ?? null })),
      Effect.catchCause((cause) => {
        const refused = Option.getOrUndefined(Cause.findErrorOption(cause))
        const line = toLine({ id, error: refused ?? { code: internalError, message: "the client could not answer" } })
        // A handler that is interrupted with its turn is nothing to warn of.
        return refused === undefined && !Cause.hasInterruptsOnly(cause)
          ? Effect.as(logWarning("A request of codex app-server could not be answered", cause), line)
          : Effect.succeed(line)
      }),
      Effect.flatMap(transport.send)
    )

  /** Plain code for most lines: what comes in large numbers are notifications. */
  const receive = (line: string): Effect.Effect<unknown> | undefined => {
    const message = parseObject(line)
    if (message === undefined) return isBlank(line) ? undefined : listeners.onMalformed(line)
    const { id, method, params } = message
    if (typeof method === "string") {
      if (isRequestId(id)) {
        fork(
          id,
          answer(
            id,
            attempt(() => listeners.onRequest({ id, method, params }))
          )
        )
        return undefined
      }
      listeners.onNotification({ method, params })
      // Also sent for what has been answered, in which case nothing runs any more.
      if (method === "serverRequest/resolved") withdraw(params)
      return undefined
    }
    if (!isRequestId(id)) return listeners.onMalformed(line)
    const request = waiting.get(Number(id))
    // Without one, its asker has left.
    if (request === undefined) return undefined
    waiting.delete(Number(id))
    Deferred.doneUnsafe(request.reply, replyOf(request.method, message, transport.redact))
    return undefined
  }

  // Not waited for: it is the application's code that is interrupted.
  const withdraw = (params: unknown): void => {
    const id = Predicate.hasProperty(params, "requestId") ? params.requestId : undefined
    if (isRequestId(id)) Option.getOrUndefined(FiberMap.getUnsafe(answering, id))?.interruptUnsafe()
  }

  const receiveAll = (lines: ReadonlyArray<string>): Effect.Effect<void> => {
    const rest = lines.flatMap((line) => receive(line) ?? [])
    listeners.onBatchEnd()
    return rest.length === 0 ? Effect.void : Effect.all(rest, { discard: true })
  }

  const settled = Effect.matchCauseEffect(Effect.forever(Effect.flatMap(transport.lines, receiveAll)), {
    onFailure: (cause) => {
      const failure = Option.getOrUndefined(Cause.findErrorOption(cause))
      return end(failure instanceof ConnectionLost ? failure : whyClosed())
    },
    onSuccess: () => Effect.void
  })
  yield* Effect.addFinalizer(() => end(whyClosed()))
  yield* Effect.forkScoped(settled)

  const request: RpcConnection["request"] = (method, params, { limit = "requestTimeout", onStart, timeout, trace }) =>
    Effect.suspend(() => {
      onStart?.()
      const id = nextId++
      const milliseconds = Duration.toMillis(timeout)
      const reply = Deferred.makeUnsafe<unknown, RpcError | ConnectionLost>()
      return Effect.gen(function* () {
        if (Deferred.isDoneUnsafe(ended)) return yield* yield* Deferred.await(ended)
        const line = yield* requestLine({ id, method, params, trace })
        if (isLonger(line, transport.maxSentBytes ?? Number.POSITIVE_INFINITY)) {
          const expected = `at most ${transport.maxSentBytes} bytes of JSON, which is what the server takes`
          return yield* new InvalidOptions({ option: `params of ${method}`, got: "more", expected })
        }
        waiting.set(id, { method, reply })
        yield* transport.send(line)
        return yield* Deferred.await(reply)
      }).pipe(
        Effect.ensuring(Effect.sync(() => waiting.delete(id))),
        Effect.raceFirst(
          Effect.andThen(
            deadline(milliseconds),
            Effect.suspend(() => Effect.fail(new RequestTimeout({ method, milliseconds, limit })))
          )
        )
      )
    }).pipe(inFlight.withPermit)

  return {
    request,
    notify: (method, params) => transport.send(toLine({ method, params })),
    ended
  }
})

const isRequestId = (id: unknown): id is string | number => typeof id === "string" || typeof id === "number"

type Message = Readonly<Record<string, unknown>>

const isMessage = (value: unknown): value is Message => Predicate.isObject(value)

const parseObject = (line: string): Message | undefined => {
  const json = parseLine(line)
  return Result.isSuccess(json) && isMessage(json.success) ? json.success : undefined
}

const requestLine = (message: Notification & { readonly id: number; readonly trace: unknown }) =>
  Effect.try({
    try: () => toLine(message),
    // A BigInt, a value that holds itself, a toJSON that throws.
    catch: () =>
      new InvalidOptions({
        option: `params of ${message.method}`,
        got: preview(message.params),
        expected: "values that JSON has"
      })
  })

// Counting is only worth it where the number of UTF-16 units leaves it open.
const isLonger = (line: string, maxBytes: number): boolean =>
  line.length > maxBytes || (line.length * 3 > maxBytes && new TextEncoder().encode(line).length > maxBytes)

const replyOf = (method: string, message: Message, redact: Redact): Exit.Exit<unknown, RpcError> => {
  const { error } = message
  if (Predicate.isNullish(error)) return Exit.succeed(message["result"])
  const { code, data, message: words } = isMessage(error) ? error : { code: undefined, data: undefined, message: error }
  return Exit.fail(
    new RpcError({
      method,
      code: typeof code === "number" ? code : internalError,
      description: inline(redact(typeof words === "string" ? onOneLine(words) : "codex gave no reason"), 1000),
      ...(data === undefined || data === null ? {} : { data: redactValue(data, redact) })
    })
  )
}

const onOneLine = (text: string): string => text.trim().replaceAll(/\s*\n\s*/g, " ")

/** A value of JSON without secrets. None if it is nested deeper than JSON can be written. */
const redactValue = (value: unknown, redact: Redact): unknown => {
  const text = Option.getOrUndefined(Option.liftThrowable(JSON.stringify)(value))
  if (text === undefined) return undefined
  const safe = redact(text)
  return safe === text ? value : Result.getOrElse(parseLine(safe), () => safe)
}

/** Runs code whose failure is its caller's, and not the connection's. */
const attempt = <A, E>(evaluate: () => Effect.Effect<A, E>): Effect.Effect<A, E> => {
  try {
    return evaluate()
  } catch (defect) {
    return Effect.die(defect)
  }
}
