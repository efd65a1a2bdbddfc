/** The reasons that `codex app-server` adds to those of `CodexError`. */
import * as Schema from "effect/Schema"
import { inline } from "./internal/preview.ts"

/** `codex app-server` refused a request. */
export class RpcError extends Schema.TaggedError<RpcError>()("RpcError", {
  /** The request. */
  method: Schema.String,
  /** JSON-RPC's code. codex 0.169 uses -32600 for most refusals, unknown methods included, and -32001 for overload. */
  code: Schema.Finite,
  /** codex's own words. */
  description: Schema.String,
  /** What codex added, as it came. */
  data: Schema.optionalKey(Schema.Unknown)
}) {
  get isRetryable(): boolean {
    return this.code === -32001
  }
  override get message(): string {
    return `codex refused ${inline(this.method, 100)}: ${this.description} (${this.code})`
  }
}

/** `codex app-server` did not answer a request in time. It may still do what it was asked for. */
export class RequestTimeout extends Schema.TaggedError<RequestTimeout>()("RequestTimeout", {
  /** The request. */
  method: Schema.String,
  /** The limit. */
  milliseconds: Schema.Finite,
  /** Which limit: `startTimeout` until the server is ready, `requestTimeout` afterwards. */
  limit: Schema.Literals(["requestTimeout", "startTimeout"])
}) {
  get isRetryable(): boolean {
    return true
  }
  override get message(): string {
    return `codex did not answer ${inline(this.method, 100)} within ${this.milliseconds} ms (option ${this.limit})`
  }
}

/** The connection to `codex app-server` ended. The next use makes a new one, unless the layer was closed. */
export class ConnectionLost extends Schema.TaggedError<ConnectionLost>()("ConnectionLost", {
  /** How it was lost. */
  description: Schema.String,
  /** The server's exit code, where it is a process of ours that exited. */
  exitCode: Schema.optionalKey(Schema.Int),
  /** The signal that ended it. */
  signal: Schema.optionalKey(Schema.String),
  /** The end of its stderr, at most the option `stderrTailBytes`. */
  stderr: Schema.optionalKey(Schema.String),
  /** True if the layer was closed: there will be no other connection. */
  isClosed: Schema.optionalKey(Schema.Boolean),
  /** The HTTP status by which a WebSocket was refused, where the WebSocket tells it: that of the package `ws` does. */
  status: Schema.optionalKey(Schema.Int)
}) {
  /** Not what is refused for its token. */
  get isRetryable(): boolean {
    return this.isClosed !== true && this.status !== 401 && this.status !== 403
  }
  override get message(): string {
    return `The connection to codex app-server ended: ${this.description}`
  }
}

/**
 * Somebody else stopped the turn: an approval was answered with "cancel", another client interrupted it, or its thread was
 * compacted, reverted, archived, closed or deleted meanwhile.
 */
export class TurnInterrupted extends Schema.TaggedError<TurnInterrupted>()("TurnInterrupted", {}) {
  get isRetryable(): boolean {
    return false
  }
  override get message(): string {
    return (
      'The turn was stopped: an approval was answered with "cancel", another client of the thread interrupted it, ' +
      "or the thread was compacted, reverted, archived, closed or deleted"
    )
  }
}

/** The turn's events came faster than they were read, and more waited than the option `maxBufferedEvents` allows. */
export class ConsumerTooSlow extends Schema.TaggedError<ConsumerTooSlow>()("ConsumerTooSlow", {
  /** How many notifications waited. */
  buffered: Schema.Int
}) {
  get isRetryable(): boolean {
    return false
  }
  override get message(): string {
    return (
      `${this.buffered} events of the turn waited for their reader, and the turn was stopped: ` +
      "read faster, or raise the option maxBufferedEvents"
    )
  }
}

/** There is no running turn that could be steered. */
export class NoActiveTurn extends Schema.TaggedError<NoActiveTurn>()("NoActiveTurn", {}) {
  get isRetryable(): boolean {
    return false
  }
  override get message(): string {
    return "The thread runs no turn that could be steered: it has not begun, or is over. Run a turn with the input instead"
  }
}

/** What was asked for is not possible in this way of running codex. */
export class NotSupported extends Schema.TaggedError<NotSupported>()("NotSupported", {
  /** What can not be done. */
  what: Schema.String,
  /** What to do instead. */
  instead: Schema.String
}) {
  get isRetryable(): boolean {
    return false
  }
  override get message(): string {
    return `${this.what} is not possible: ${this.instead}`
  }
}
