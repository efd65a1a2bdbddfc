/**
 * A server that listens on a WebSocket: one message per text frame.
 *
 * Its scope closes the connection. The server goes on, as do the turns that it runs.
 */
import * as Cause from "effect/Cause"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"
import * as Redacted from "effect/Redacted"
import type * as Pull from "effect/Pull"
import type * as Scope from "effect/Scope"
import * as Socket from "effect/socket/Socket"
import { ConnectionLost } from "../../AppServerError.ts"
import { excerpt } from "../../internal/preview.ts"
import type { Redact } from "../../internal/redact.ts"
import type { LineTransport } from "./rpc.ts"

/** Where the server is. */
export interface WebSocketAddress {
  readonly url: string
  readonly token: Redacted.Redacted<string> | undefined
  readonly startTimeout: Duration.Duration
  readonly maxLineBytes: number
  readonly redact: Redact
}

// codex 0.169 closes the connection at a longer message, and with it every turn.
const maxSentBytes = 16 * 1024 * 1024

/** Connects to a server in the current scope. */
export const connectWebSocket = Effect.fnUntraced(function* (
  address: WebSocketAddress
): Effect.fn.Return<LineTransport, ConnectionLost, Scope.Scope | Socket.WebSocketConstructor> {
  const { maxLineBytes, redact, startTimeout, token, url } = address
  const lost = (error: Socket.SocketError) => {
    const status = statusOf(error)
    const description = redact(explain(error, shownUrl(url)))
    return new ConnectionLost({ description, ...(status === undefined ? {} : { status }) })
  }
  const socket = yield* Socket.makeWebSocket(url, {
    openTimeout: startTimeout,
    // What may wait for us to read it, where the WebSocket can not be paused.
    highWaterMark: maxLineBytes,
    ...(token === undefined ? {} : { headers: { authorization: `Bearer ${Redacted.value(token)}` } })
  })
  const { pull } = yield* Effect.mapError(socket.reader, lost).pipe(
    // A constructor may throw: at headers, if it is a browser's.
    Effect.catchDefect((defect) =>
      Effect.fail(
        new ConnectionLost({ description: `${shownUrl(url)} could not be opened: ${redact(messageOf(defect))}` })
      )
    )
  )
  const writer = yield* socket.writer
  let isOpen = true
  yield* Effect.addFinalizer(() => Effect.sync(() => (isOpen = false)))
  const decoder = new TextDecoder()
  let failure: ConnectionLost | undefined
  const read: Pull.Pull<ReadonlyArray<string>, ConnectionLost> = Effect.matchCauseEffect(pull, {
    onSuccess: (frames) => {
      const texts = frames.map((frame) => (typeof frame === "string" ? frame : decoder.decode(frame)))
      const tooLong = texts.findIndex((text) => text.length > maxLineBytes)
      if (tooLong === -1) return Effect.succeed(texts)
      failure = new ConnectionLost({ description: `a message is longer than ${maxLineBytes} bytes` })
      // What came before counts.
      return Effect.succeed(texts.slice(0, tooLong))
    },
    onFailure: (cause) => {
      isOpen = false
      return Effect.failCause(Cause.map(cause, lost))
    }
  })
  const lines = Effect.suspend(() => (failure === undefined ? read : Effect.fail(failure)))
  return {
    redact,
    maxSentBytes,
    // What can not be sent is not answered: the lines end, and tell why.
    send: (line) => Effect.suspend(() => (isOpen ? Effect.ignore(writer.write(line)) : Effect.void)),
    lines
  }
})

/** Without a query, which may hold a secret. */
const shownUrl = (url: string): string => {
  const { host, pathname, protocol } = new URL(url)
  return excerpt(`${protocol}//${host}${pathname}`, 200)
}

/** The status of a refusal, as `ws` words it. */
const statusOf = ({ reason }: Socket.SocketError): number | undefined => {
  const status =
    reason._tag === "SocketOpenError" ? /\bresponse: (\d{3})\b/.exec(messageOf(reason.cause))?.[1] : undefined
  return status === undefined ? undefined : Number(status)
}

const explain = ({ reason }: Socket.SocketError, url: string): string => {
  switch (reason._tag) {
    case "SocketCloseError": {
      const words = reason.closeReason === undefined || reason.closeReason === "" ? "" : `: ${reason.closeReason}`
      return `${url} closed it (${reason.code}${excerpt(words, 200)})`
    }
    case "SocketOpenError":
      return reason.kind === "Timeout"
        ? `${url} did not open in time (option startTimeout)`
        : `${url} could not be opened${withMessage(reason.cause)}; check the URL, the token, and whether the server runs`
    default:
      return `${url} failed${"cause" in reason ? withMessage(reason.cause) : ""}`
  }
}

/** What the WebSocket's event says: `ws` knows the HTTP status, Node's own WebSocket does not. */
const withMessage = (event: unknown): string => {
  const message = messageOf(event)
  return message === "" ? "" : ` (${excerpt(message, 200)})`
}

const messageOf = (value: unknown): string => {
  if (Predicate.hasProperty(value, "message") && typeof value.message === "string" && value.message !== "") {
    return value.message
  }
  return Predicate.hasProperty(value, "error") && Predicate.hasProperty(value.error, "message")
    ? String(value.error.message)
    : ""
}
