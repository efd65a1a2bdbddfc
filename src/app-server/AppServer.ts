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
import type * as FileSystem from "effect/FileSystem"
import * as Layer from "effect/Layer"
import type * as Path from "effect/Path"
import type { ChildProcessSpawner } from "effect/process/ChildProcessSpawner"
import * as Schema from "effect/Schema"
import type * as Stream from "effect/Stream"
import type { ConnectionLost } from "../AppServerError.ts"
import { Codex } from "../Codex.ts"
import type { CodexError } from "../CodexError.ts"
import type { CodexOptions } from "../CodexOptions.ts"
import { environmentSecrets } from "../internal/commandLine.ts"
import { makeRedact, type Redact } from "../internal/redact.ts"
import { makeRunningPrompts } from "./internal/runningPrompts.ts"
import * as Redacted from "effect/Redacted"
import { checkOptions } from "../internal/checkOptions.ts"
import { byteLimit, positiveInteger, text, timeLimit } from "../internal/optionSchemas.ts"
import { orFail } from "../internal/orFail.ts"
import { localServer } from "./internal/localServer.ts"
import { makeServer, type ServerSettings } from "./internal/server.ts"
import type { ClientRequests, ServerNotifications } from "./protocol/methods.ts"
import type { Notification } from "./internal/rpc.ts"

/** Options of every layer of `AppServer`. */
const connectionOptions = {
  /** How long codex may take to stop a turn, and to end on its own, before it is ended with force. Default: 3 s. */
  gracePeriod: Schema.optional(timeLimit),
  /** Longest line of output. A longer one ends the server. Default: 64 MiB. */
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
  /** How many threads without a running turn the server keeps loaded, at about 2.4 MB each. Default: 32. */
  maxLoadedThreads: Schema.optional(positiveInteger),
  /** Fail turns with `MalformedOutput` on what is not known, instead of keeping it as `Unknown…`. Default: false. */
  strict: Schema.optional(Schema.Boolean)
}

/** Options of `AppServer.layer`. */
export const AppServerOptions = Schema.Struct({
  ...connectionOptions,
  /** The codex executable: a path, or a name on PATH. Default: `CODEX_PATH`, an installed `@openai/codex`, PATH. */
  codexPath: Schema.optional(text),
  /** How much of the end of stderr is kept for errors. Default: 16 KiB. */
  stderrTailBytes: Schema.optional(byteLimit)
})
export interface AppServerOptions extends Schema.Schema.Type<typeof AppServerOptions> {}

/** Methods of the protocol that the client may call. */
export type ClientMethod = keyof ClientRequests

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
    /** Asks the server what this version does not know: the answer is given as it came. */
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
        yield* orFail(checkOptions(AppServerOptions, options))
        const settings = settingsOf(codex, options)
        const open = yield* localServer(settings, {
          codexPath: options.codexPath,
          stderrTailBytes: bytes(options.stderrTailBytes, 16 * 1024)
        })
        return yield* provideServer(settings, open, true)
      })
    )
}

const provideServer = Effect.fnUntraced(function* (
  settings: ServerSettings,
  open: Parameters<typeof makeServer>[1],
  isLocal: boolean
) {
  const { appServer, codex } = yield* makeServer(settings, open, isLocal)
  return Context.make(AppServer, appServer).pipe(Context.add(Codex, codex))
})

const settingsOf = (codex: CodexOptions, options: Omit<AppServerOptions, "codexPath">): ServerSettings => ({
  codex,
  gracePeriod: Duration.fromInputUnsafe(options.gracePeriod ?? "3 seconds"),
  maxLineBytes: bytes(options.maxLineBytes, 64 * 1024 * 1024),
  requestTimeout: Duration.fromInputUnsafe(options.requestTimeout ?? "60 seconds"),
  startTimeout: Duration.fromInputUnsafe(options.startTimeout ?? "30 seconds"),
  maxInFlight: options.maxRequestsInFlight ?? 64,
  maxBufferedEvents: options.maxBufferedEvents ?? 8192,
  maxLoadedThreads: options.maxLoadedThreads ?? 32,
  strict: options.strict ?? false,
  prompts: makeRunningPrompts(secretsOf(codex))
})

const secretsOf = ({ apiKey, env }: CodexOptions): Redact =>
  makeRedact([...(apiKey === undefined ? [] : [Redacted.value(apiKey)]), ...environmentSecrets(env ?? {})], "")

// Checked before: it is a size, and a safe integer.
const bytes = (size: ByteSize.Input | undefined, fallback: number): number =>
  size === undefined ? fallback : ByteSize.toNumberUnsafe(ByteSize.fromInputUnsafe(size))
