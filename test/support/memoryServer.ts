/** A server in memory, played by the test: the other end of a connection. */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import * as Queue from "effect/Queue"
import * as Schema from "effect/Schema"
import { ConnectionLost } from "effect-codex"
import type { Notification } from "effect-codex/app-server"
import { closedByUs, type LineTransport, type Listeners, openRpc } from "../../src/app-server/internal/rpc.ts"
import { makeRedact } from "../../src/internal/redact.ts"

/** What a server gets. */
const Incoming = Schema.fromJsonString(
  Schema.Struct({
    id: Schema.optional(Schema.Union([Schema.String, Schema.Finite])),
    method: Schema.optionalKey(Schema.String),
    params: Schema.optionalKey(Schema.Unknown),
    result: Schema.optionalKey(Schema.Unknown),
    error: Schema.optionalKey(Schema.Struct({ code: Schema.Finite, message: Schema.String })),
    trace: Schema.optionalKey(Schema.Unknown)
  })
)
const decodeIncoming = Schema.decodeUnknownSync(Incoming)

export const secret = "sk-very-secret-key"

/** A server, and the transport that leads to it. */
export const makeMemoryServer = Effect.gen(function* () {
  const lines = yield* Queue.unbounded<ReadonlyArray<string>, ConnectionLost>()
  const received = yield* Queue.unbounded<string>()
  const transport: LineTransport = {
    send: (line) => Effect.asVoid(Queue.offer(received, line)),
    lines: Queue.take(lines),
    redact: makeRedact([secret], "")
  }
  return {
    transport,
    /** Sends lines as they are, which arrive together. */
    print: (...all: ReadonlyArray<string>) => Effect.asVoid(Queue.offer(lines, all)),
    /** Sends messages, which arrive together. */
    say: (...messages: ReadonlyArray<unknown>) =>
      Effect.asVoid(
        Queue.offer(
          lines,
          messages.map((message) => JSON.stringify(message))
        )
      ),
    /** The next line that it gets. */
    hearLine: Queue.take(received),
    /** The next message that it gets. */
    hear: Effect.map(Queue.take(received), (line) => decodeIncoming(line)),
    /** Whether there is one. */
    hears: Effect.map(Queue.poll(received), Option.isSome),
    end: (description: string) => Queue.fail(lines, new ConnectionLost({ description }))
  }
})

/** A connection to such a server, and what it was told. */
export const connected = Effect.fnUntraced(function* (listeners: Partial<Listeners> = {}, maxInFlight = 64) {
  const server = yield* makeMemoryServer
  const notifications: Array<Notification> = []
  const malformed: Array<string> = []
  const rpc = yield* openRpc(
    server.transport,
    {
      onNotification: (notification) => void notifications.push(notification),
      onBatchEnd: () => {},
      onRequest: () => Effect.never,
      onMalformed: (line) => Effect.sync(() => malformed.push(line)),
      onEnd: () => {},
      ...listeners
    },
    { maxInFlight, whyClosed: closedByUs, layerScope: yield* Effect.scope }
  )
  const request = (method: string, params?: unknown) => rpc.request(method, params, { timeout: Duration.seconds(60) })
  /** Waits until everything that the server has said is read. It must not have anything to hear. */
  const settled = Effect.gen(function* () {
    const probe = yield* Effect.forkChild(request("probe"))
    const { id } = yield* server.hear
    yield* server.say({ id, result: null })
    yield* Effect.orDie(Fiber.join(probe))
  })
  return { rpc, request, server, notifications, malformed, settled }
})
