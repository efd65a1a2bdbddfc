/**
 * AppServer: one long-lived `codex app-server`, and threads on it.
 *
 * Its layer provides `Codex` as well, so that an application switches from a process per turn by changing a layer. The
 * server starts when it is first needed, and again at the next need after it was lost: whatever ran on it fails with
 * `ConnectionLost`, and its threads go on by their ids.
 */
import * as ByteSize from "effect/ByteSize"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Layer from "effect/Layer"
import * as Path from "effect/Path"
import type { ChildProcessSpawner } from "effect/process/ChildProcessSpawner"
import * as Schema from "effect/Schema"
import * as Socket from "effect/socket/Socket"
import type * as Stream from "effect/Stream"
import type { ConnectionLost } from "../AppServerError.ts"
import { Codex } from "../Codex.ts"
import type { CodexError } from "../CodexError.ts"
import { type CodexOptions, TelemetryOptions } from "../CodexOptions.ts"
import { makeRedact } from "../internal/redact.ts"
import { hostSecrets, secretsOf } from "../internal/secrets.ts"
import { makeRunningPrompts } from "./internal/runningPrompts.ts"
import * as Redacted from "effect/Redacted"
import { checkCodexOptions } from "../internal/checkThread.ts"
import { checkOptions } from "../internal/checkOptions.ts"
import {
  byteLimit,
  configObject,
  gracePeriod,
  key,
  positiveInteger,
  text,
  timeLimit,
  token,
  webSocketUrl
} from "../internal/optionSchemas.ts"
import { orFail } from "../internal/orFail.ts"
import { localServer } from "./internal/localServer.ts"
import { makeServer, type ServerSettings } from "./internal/server.ts"
import { connectWebSocket } from "./internal/webSocket.ts"
import type { ClientRequests, ServerNotifications } from "./protocol/methods.ts"

const connectionOptions = {
  /** How long codex may take to stop a turn, and to end on its own, before it is ended with force. Default: 3 s. */
  gracePeriod: Schema.optional(gracePeriod),
  /** Longest line of output. A longer one ends the server. Default: 64 MiB; at most 511 MiB. */
  maxLineBytes: Schema.optional(byteLimit),
  /** Longest time for an answer. Turns are not requests: they are bounded by `timeout` and `idleTimeout`. Default: 60 s. */
  requestTimeout: Schema.optional(timeLimit),
  /** Longest time for the server to be ready. Default: 30 s. */
  startTimeout: Schema.optional(timeLimit),
  /**
   * How many requests wait for the server at once; further ones wait for these. codex 0.169 loses some without an answer
   * beyond about 150. Default: 64.
   */
  maxRequestsInFlight: Schema.optional(positiveInteger),
  /**
   * How many notifications wait for the slowest reader: of a turn, beyond which its deltas are left out (and beyond
   * twice as many the turn fails with `ConsumerTooSlow`), and of `notifications`, beyond which the oldest are. Default: 8192.
   */
  maxBufferedEvents: Schema.optional(positiveInteger),
  /** How many threads the server keeps loaded beside those at work, at about 2.4 MB each. Default: 32. */
  maxLoadedThreads: Schema.optional(positiveInteger),
  /** Fail turns with `MalformedOutput` on what is not known, instead of keeping it as `Unknown…`. Default: false. */
  strict: Schema.optional(Schema.Boolean)
}

/** Options of every connection to a server, however it is reached. */
export const ConnectionOptions = Schema.Struct(connectionOptions)
export interface ConnectionOptions extends Schema.Schema.Type<typeof ConnectionOptions> {}

/** Options of `AppServer.layer`. */
export const AppServerOptions = Schema.Struct({
  ...connectionOptions,
  /** The codex executable: a path, or a name on PATH. Default: `CODEX_PATH`, an installed `@openai/codex`, PATH. */
  codexPath: Schema.optional(text),
  /** How much of the end of stderr is kept for errors. Default: 16 KiB. */
  stderrTailBytes: Schema.optional(byteLimit)
})
export interface AppServerOptions extends Schema.Schema.Type<typeof AppServerOptions> {}

/** A server that runs already, and listens on a WebSocket. */
export const WebSocketServer = Schema.Struct({
  /** Such as `ws://127.0.0.1:4500`. codex 0.169 speaks no TLS itself: `wss:` is for a proxy before it. */
  url: webSocketUrl,
  /**
   * Sent as `Authorization: Bearer …` in the handshake: what `--ws-token-file` holds, or a signed token. Without TLS whoever
   * sees the network sees it. Default: none.
   */
  token: Schema.optional(token),
  /**
   * Log the server in with this key, on every connection. It holds for all clients of the server, which keeps it in its
   * CODEX_HOME unless it was started with `cli_auth_credentials_store="ephemeral"`. Default: the server's own login.
   */
  apiKey: Schema.optional(key),
  /** codex configuration for every thread, over the server's own. */
  config: Schema.optional(configObject),
  /** How many turns may run at once over all threads. Further ones wait. Default: no limit. */
  maxConcurrentTurns: Schema.optional(positiveInteger),
  /** What traces hold. */
  telemetry: Schema.optional(
    Schema.Struct({
      recordContent: TelemetryOptions.fields.recordContent,
      maxContentLength: TelemetryOptions.fields.maxContentLength
    })
  )
})
export interface WebSocketServer extends Schema.Schema.Type<typeof WebSocketServer> {}

/** Methods of the protocol that the client may call. */
export type ClientMethod = keyof ClientRequests

/** A notification, as it came. */
export interface Notification {
  /** Its name in the protocol, such as `turn/started`. */
  readonly method: string
  /** As the protocol has them for that method (`Protocol`), unchecked. */
  readonly params: unknown
}

/** Methods of the protocol with which the server notifies. */
export type NotificationMethod = keyof ServerNotifications

/** One codex app-server. */
export class AppServer extends Context.Service<
  AppServer,
  {
    /**
     * Asks the server, in the protocol's own types (codex 0.169). Fails with `RpcError` if it refuses, `RequestTimeout`,
     * `ConnectionLost`, `InvalidOptions` for params that do not fit, and `MalformedOutput` for an answer that does not.
     * A method that is marked as experimental may change with every codex.
     */
    readonly request: <M extends ClientMethod>(
      method: M,
      params: ClientRequests[M]["params"]
    ) => Effect.Effect<ClientRequests[M]["response"], CodexError>
    /** Asks the server what this version does not know: the answer is given as it came. Default of the params: `{}`. */
    readonly requestUnknown: (method: string, params?: unknown) => Effect.Effect<unknown, CodexError>
    /**
     * The params of one kind of notification from now on, of all threads, across restarts of the server. What does not fit
     * the protocol is left out, with a warning. A subscriber that is too slow misses the oldest.
     */
    readonly notifications: <M extends NotificationMethod>(method: M) => Stream.Stream<ServerNotifications[M]["params"]>
    /** Every notification as it came, unknown ones included. */
    readonly allNotifications: Stream.Stream<Notification>
    /** Why the connection was lost, each time that it is from now on. The next use makes a new one. */
    readonly disconnections: Stream.Stream<ConnectionLost>
  }
>()("effect-codex/app-server/AppServer") {
  /**
   * A server as a child process, and `Codex` on it. Uses the `Approvals` and the `EventTap` that it is provided with.
   * Fails with `ExecutableNotFound` and `InvalidOptions`. Reads `CODEX_PATH` from Config.
   */
  static readonly layer = (
    codex: CodexOptions = {},
    options: AppServerOptions = {}
  ): Layer.Layer<AppServer | Codex, CodexError, ChildProcessSpawner | FileSystem.FileSystem | Path.Path> =>
    Layer.effectContext(
      Effect.gen(function* () {
        const { codexPath, stderrTailBytes, ...connection } = yield* orFail(checkOptions(AppServerOptions, options))
        const checked = yield* orFail(checkCodexOptions(codex))
        const settings = settingsOf(checked, connection, secretsOf(checked, hostSecrets()))
        const open = yield* localServer(settings, {
          codexPath,
          stderrTailBytes: bytes(stderrTailBytes, 16 * 1024)
        })
        return yield* provideServer(settings, open, true)
      })
    )

  /**
   * A server that somebody else has started, and `Codex` on it: `codex app-server --listen ws://127.0.0.1:4500
   * --ws-auth capability-token --ws-token-file /absolute/path` (codex 0.169; with the port 0 it chooses one). Once it is
   * ready it prints `listening on: ws://…` to stderr, and answers `/readyz` on the same port.
   *
   * The connection is made at the first use, and again at the next use after it was lost. A refused token, like a server
   * that is not there, is `ConnectionLost`; the HTTP status is part of it only with `ws`. Paths are the server's, and are
   * not checked: without `workingDirectory` threads work where it was started. When the layer closes, running turns are
   * interrupted and the connection is closed, and the server goes on; after `ConnectionLost` so do its turns.
   *
   * **Gotchas**
   *
   * The token is a header, which browsers' WebSockets can not send: use `NodeSocket.layerWebSocketConstructor` (Node's own;
   * `highWaterMark` is `maxLineBytes`), `NodeWS.layerWebSocketConstructor` (the package `ws`; it reads no faster than we
   * do) or Bun's. codex 0.169 refuses every handshake with an `Origin` (403), which browsers always send. It would drop
   * the connection at a message over 16 MiB: `InvalidOptions` instead.
   */
  static readonly layerWebSocket = (
    server: WebSocketServer,
    options: ConnectionOptions = {}
  ): Layer.Layer<AppServer | Codex, CodexError, Socket.WebSocketConstructor> =>
    Layer.effectContext(
      Effect.gen(function* () {
        const { token, url, ...codex } = yield* orFail(checkOptions(WebSocketServer, server))
        const connection = yield* orFail(checkOptions(ConnectionOptions, options))
        // The server has its own environment.
        const secrets = [...(token === undefined ? [] : [Redacted.value(token)]), ...secretsOf(codex, [])]
        const settings = settingsOf(codex, connection, secrets)
        const { redact } = settings.prompts
        const constructor = yield* Socket.WebSocketConstructor
        const open = connectWebSocket({ ...settings, url, token, redact }).pipe(
          Effect.provideService(Socket.WebSocketConstructor, constructor)
        )
        return yield* provideServer(settings, open, false)
      })
      // The server's files are not ours to look at.
    ).pipe(Layer.provide([FileSystem.layerNoop({}), Path.layer]))
}

const provideServer = Effect.fnUntraced(function* (
  settings: ServerSettings,
  open: Parameters<typeof makeServer>[1],
  isLocal: boolean
) {
  const { appServer, codex } = yield* makeServer(settings, open, isLocal)
  return Context.make(AppServer, appServer).pipe(Context.add(Codex, codex))
})

const settingsOf = (
  codex: CodexOptions,
  options: ConnectionOptions,
  secrets: ReadonlyArray<string>
): ServerSettings => ({
  codex,
  gracePeriod: Duration.fromInputUnsafe(options.gracePeriod ?? "3 seconds"),
  maxLineBytes: bytes(options.maxLineBytes, 64 * 1024 * 1024),
  requestTimeout: Duration.fromInputUnsafe(options.requestTimeout ?? "60 seconds"),
  startTimeout: Duration.fromInputUnsafe(options.startTimeout ?? "30 seconds"),
  maxInFlight: options.maxRequestsInFlight ?? 64,
  maxBufferedEvents: options.maxBufferedEvents ?? 8192,
  maxLoadedThreads: options.maxLoadedThreads ?? 32,
  strict: options.strict ?? false,
  prompts: makeRunningPrompts(makeRedact(secrets, ""))
})

// Checked before: it is a size, and a safe integer.
const bytes = (size: ByteSize.Input | undefined, fallback: number): number =>
  size === undefined ? fallback : ByteSize.toNumberUnsafe(ByteSize.fromInputUnsafe(size))
