/**
 * A model that answers from a script, so that the real codex runs offline and for free.
 *
 * The layer serves the OpenAI Responses API from the `HttpServer` it is given, which should listen on loopback, and
 * owns a temporary CODEX_HOME. Closing it ends every open reply at once, drops the connections and removes the
 * directory; a client that goes away interrupts its own reply only.
 *
 * ```ts
 * const Model = ScriptedModel.layer([reply(shellCommand("ls")), reply("Two files.")]).pipe(
 *   Layer.provide(NodeHttpServer.layer(createServer, { port: 0, host: "127.0.0.1" }))
 * )
 * const Live = Layer.unwrap(ScriptedModel.useSync((model) => Codex.layer(model.codexOptions))).pipe(
 *   Layer.provide(Exec.layer()),
 *   Layer.provideMerge(Model),
 *   Layer.provide(NodeServices.layer)
 * )
 * ```
 */
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Data from "effect/Data"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import type * as FileSystem from "effect/FileSystem"
import * as HttpMiddleware from "effect/http/HttpMiddleware"
import * as HttpServer from "effect/http/HttpServer"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as Layer from "effect/Layer"
import * as NetAddress from "effect/net/NetAddress"
import type { PlatformError } from "effect/PlatformError"
import * as Redacted from "effect/Redacted"
import * as Ref from "effect/Ref"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import type { ConfigObject } from "../CodexOptions.ts"
import { noProxyFor } from "../internal/noProxy.ts"
import { type StreamStep, streamSteps } from "./internal/responsesStream.ts"
import { temporaryHome } from "./internal/temporaryHome.ts"
import { type ModelReply, replyError } from "./ModelReply.ts"

/** One item of a request's `input`: a message, a tool call or its output, and whatever else codex sends. */
export const ModelInputItem = Schema.StructWithRest(
  Schema.Struct({
    /** Such as `message`, `function_call` or `function_call_output`. */
    type: Schema.optionalKey(Schema.String),
    /** Of a message: `user`, `developer` or `assistant`. */
    role: Schema.optionalKey(Schema.String),
    /** Of a tool call and its output. */
    call_id: Schema.optionalKey(Schema.String)
  }),
  [Schema.Record(Schema.String, Schema.Unknown)]
)
export type ModelInputItem = typeof ModelInputItem.Type

/**
 * Body of a request, as codex sent it: wire names, unknown fields kept.
 *
 * codex's newer models get their tools and instructions as `input` items, the others in `tools` and `instructions`.
 */
export const ModelRequestBody = Schema.StructWithRest(
  Schema.Struct({
    /** The model that codex asks for. */
    model: Schema.String,
    /** The conversation so far. */
    input: Schema.Array(ModelInputItem),
    /** The system prompt, where it is no item of `input`. */
    instructions: Schema.optionalKey(Schema.NullOr(Schema.String)),
    /** What the model may call, where it is no item of `input`. */
    tools: Schema.optionalKey(Schema.NullOr(Schema.Array(Schema.Record(Schema.String, Schema.Unknown)))),
    /** `format` is what `--output-schema` became. */
    text: Schema.optionalKey(
      Schema.NullOr(
        Schema.StructWithRest(
          Schema.Struct({ format: Schema.optionalKey(Schema.NullOr(Schema.Record(Schema.String, Schema.Unknown))) }),
          [Schema.Record(Schema.String, Schema.Unknown)]
        )
      )
    ),
    /** Effort and summary, as codex asks for them. */
    reasoning: Schema.optionalKey(Schema.NullOr(Schema.Record(Schema.String, Schema.Unknown)))
  }),
  [Schema.Record(Schema.String, Schema.Unknown)]
)
export type ModelRequestBody = typeof ModelRequestBody.Type

/** A request that codex made to the model. */
export interface ModelRequest {
  /** Place among all requests to this model, from 0. */
  readonly index: number
  /** The HTTP method. */
  readonly method: string
  /** Of the URL. */
  readonly path: string
  /** Names are in lower case. */
  readonly headers: Readonly<Record<string, string>>
  /** Parsed. */
  readonly body: ModelRequestBody
}

/**
 * What the model answers: one reply per request in order, or a function from the request to its reply.
 *
 * A request beyond the end of the array, and a function that throws or dies, are answered with HTTP 400, which codex
 * reports at once. A function is called once per request, also for several at the same time. codex's retries are
 * requests too.
 */
export type ModelScript =
  | ReadonlyArray<ModelReply>
  | ((request: ModelRequest) => ModelReply | Effect.Effect<ModelReply>)

/** Options of the layer. */
export interface ScriptedModelOptions {
  /**
   * How often codex tries again, for requests (`request_max_retries`) and for streams (`stream_max_retries`) alike.
   * Default: 0, so that failures show at once; codex's own defaults are 4 and 5.
   */
  readonly maxRetries?: number | undefined
}

/** Options for `Codex.layer` which point codex at the scripted model. */
export interface ScriptedModelCodexOptions {
  /** A made-up key. */
  readonly apiKey: Redacted.Redacted<string>
  /** Selects a custom provider, `scripted`, that is the scripted model. */
  readonly config: ConfigObject
  /**
   * A temporary directory, removed with the layer. codex warns about it on stderr, as it puts no helper programs
   * into temporary directories: a shell command finds no `apply_patch` there.
   */
  readonly codexHome: string
  /** Keeps a proxy of the environment away from the scripted model. Whoever has variables of their own spreads it. */
  readonly env: { readonly NO_PROXY: string }
  /** Besides `env`, codex has this process's environment. */
  readonly extendEnv: true
}

/** A server that answers codex in place of OpenAI. See the module's header. */
export class ScriptedModel extends Context.Service<
  ScriptedModel,
  {
    /** Base URL of the API, such as `http://127.0.0.1:41234/v1`. Fits codex's `openai_base_url` too. */
    readonly url: string
    /** Every request to `/responses` so far, in the order of arrival. */
    readonly requests: Effect.Effect<ReadonlyArray<ModelRequest>>
    /** Options for `Codex.layer` which point codex at this server, with a CODEX_HOME of its own. */
    readonly codexOptions: ScriptedModelCodexOptions
  }
>()("effect-codex/testing/ScriptedModel") {
  /**
   * Serves the script on the `HttpServer` in context.
   *
   * **Gotchas**
   *
   * The server must listen on TCP; a Unix socket is a defect. It answers nothing else: other paths are 404.
   */
  static readonly layer = (
    script: ModelScript,
    options: ScriptedModelOptions = {}
  ): Layer.Layer<ScriptedModel, PlatformError, HttpServer.HttpServer | FileSystem.FileSystem> =>
    Layer.effect(ScriptedModel, make(script, options))
}

/**
 * Text of the last user message, which is the prompt of the turn: without the tags that codex 0.169 puts around images.
 * Empty if there is none.
 */
export const promptOf = (request: ModelRequest): string => {
  const message = request.body.input.findLast((item) => item.type === "message" && item.role === "user")
  return contentText(message?.["content"], (text) => !/^<image name=\[Image #\d+\]|^<\/image>$/.test(text))
}

/** What codex reported for a tool call, or undefined if the request has no output with this call id. */
export const toolOutputOf = (request: ModelRequest, callId: string): string | undefined => {
  const output = request.body.input.find((item) => item.call_id === callId && "output" in item)
  return output === undefined ? undefined : contentText(output["output"])
}

// ---------------------------------------------------------------------------------------------------------------
// Internals
// ---------------------------------------------------------------------------------------------------------------

const providerId = "scripted"

class Disconnect extends Data.TaggedError("Disconnect") {}

const TextPart = Schema.Struct({ text: Schema.String })
const isTextPart = Schema.is(TextPart)

const contentText = (content: unknown, isWanted: (text: string) => boolean = () => true): string => {
  if (typeof content === "string") return content
  if (!Array.isArray(content)) return ""
  return content.flatMap((part) => (isTextPart(part) && isWanted(part.text) ? [part.text] : [])).join("")
}

const decodeBody = Schema.decodeUnknownEffect(Schema.fromJsonString(ModelRequestBody))

const rejected = (message: string) =>
  replyError(400, { message: `ScriptedModel: ${message}`, type: "invalid_request_error", code: "scripted_model" })

// A kept-alive connection would hold up the server's shutdown.
const closeConnection = { connection: "close" }

const notFound = HttpServerResponse.jsonUnsafe(
  { error: { message: "ScriptedModel: only POST /responses is served", type: "invalid_request_error", code: null } },
  { status: 404, headers: closeConnection }
)

// codex's own provider tries a WebSocket first: this status makes it use HTTP at once, every other only after retries.
const upgradeRequired = HttpServerResponse.jsonUnsafe(
  { error: { message: "ScriptedModel: WebSockets are not served", type: "invalid_request_error", code: null } },
  { status: 426, headers: closeConnection }
)

const realTime = Effect.provideService(Clock.Clock, Clock.Clock.defaultValue())

const choose = (script: ModelScript, request: ModelRequest): Effect.Effect<ModelReply> =>
  Effect.suspend(() => {
    if (typeof script === "function") {
      const chosen = script(request)
      return Effect.isEffect(chosen) ? chosen : Effect.succeed(chosen)
    }
    return Effect.succeed(script[request.index] ?? rejected(`no reply is scripted for request ${request.index}`))
  })

const runStep = (step: StreamStep): Stream.Stream<string, Disconnect> => {
  switch (step._tag) {
    case "Write":
      return Stream.succeed(step.text)
    case "Wait":
      return Stream.fromEffectDrain(realTime(Effect.sleep(step.duration)))
    case "Cut":
      // Node writes a chunk a tick later: dropping the connection at once would lose what came before.
      return Stream.fromEffectDrain(Effect.andThen(realTime(Effect.sleep("10 millis")), new Disconnect()))
    case "Hang":
      return Stream.never
  }
}

/** A stream that fails after the headers makes the server drop the connection, which is what a cut reply needs. */
const toResponse = (
  reply: ModelReply,
  index: number,
  closing: Effect.Effect<never, Disconnect>
): Effect.Effect<HttpServerResponse.HttpServerResponse> => {
  if (reply._tag === "SilentReply") return Effect.never
  const headers = { "cache-control": "no-cache", ...reply.options.headers, ...closeConnection }
  const response =
    reply._tag === "HttpReply"
      ? HttpServerResponse.text(reply.body, { status: reply.status, contentType: reply.contentType, headers })
      : HttpServerResponse.stream(
          Stream.fromIterable(streamSteps(reply, index)).pipe(
            Stream.flatMap(runStep),
            Stream.interruptWhen(closing),
            Stream.encodeText
          ),
          { contentType: "text/event-stream", headers }
        )
  return Effect.as(realTime(Effect.sleep(reply.options.delay ?? 0)), response)
}

const baseUrl = Effect.fnUntraced(function* (address: NetAddress.SocketAddress) {
  if (NetAddress.isUnixPathAddress(address)) {
    return yield* Effect.die(new Error("ScriptedModel needs an HttpServer that listens on TCP, not on a Unix socket"))
  }
  const url = yield* Effect.orDie(Effect.fromResult(NetAddress.toUrl(address)))
  if (NetAddress.isUnspecified(address.address)) url.hostname = NetAddress.formatIp(NetAddress.ipv4Loopback)
  return `${url.origin}/v1`
})

const make = Effect.fnUntraced(function* (script: ModelScript, options: ScriptedModelOptions) {
  const server = yield* HttpServer.HttpServer
  const url = yield* baseUrl(server.address)
  const codexHome = yield* temporaryHome
  const recorded = yield* Ref.make<ReadonlyArray<ModelRequest>>([])
  const closing = yield* Deferred.make<never, Disconnect>()

  const answer = Effect.gen(function* () {
    const http = yield* HttpServerRequest.HttpServerRequest
    const path = http.url.split("?", 1).join("")
    if (http.headers["upgrade"] !== undefined) return upgradeRequired
    if (http.method !== "POST" || !path.endsWith("/responses")) return notFound
    const body = yield* Effect.result(Effect.flatMap(http.text, decodeBody))
    if (body._tag === "Failure") {
      return yield* toResponse(rejected(`the request can not be read: ${body.failure.message}`), -1, Effect.never)
    }
    const request = yield* Ref.modify(recorded, (requests) => {
      const next: ModelRequest = {
        index: requests.length,
        method: http.method,
        path,
        headers: { ...http.headers },
        body: body.success
      }
      return [next, [...requests, next]]
    })
    const awaitClosing = Deferred.await(closing)
    return yield* choose(script, request).pipe(
      Effect.flatMap((reply) => toResponse(reply, request.index, awaitClosing)),
      Effect.catchDefect((defect) =>
        toResponse(
          rejected(`the script failed on request ${request.index}: ${Cause.pretty(Cause.die(defect))}`),
          request.index,
          awaitClosing
        )
      )
    )
  }).pipe(
    Effect.raceFirst(Deferred.await(closing)),
    Effect.catch(() => Effect.succeed(HttpServerResponse.empty({ status: 503, headers: closeConnection }))),
    Effect.interruptible
  )

  yield* server.serve(answer).pipe(
    // The model's side of the wire is no part of the traces of what is tested.
    Effect.provideService(HttpMiddleware.TracerDisabledWhen, () => true)
  )
  // Added after `serve`, so it runs before the server waits for its connections to end.
  yield* Effect.addFinalizer(() => Deferred.fail(closing, new Disconnect()))

  const maxRetries = options.maxRetries ?? 0
  return ScriptedModel.of({
    url,
    requests: Ref.get(recorded),
    codexOptions: {
      apiKey: Redacted.make("scripted-model-key", { label: "apiKey" }),
      config: {
        // They are looked for on GitHub at times.
        features: { plugins: false },
        model_provider: providerId,
        model_providers: {
          [providerId]: {
            name: "ScriptedModel",
            base_url: url,
            wire_api: "responses",
            env_key: "CODEX_API_KEY",
            supports_websockets: false,
            request_max_retries: maxRetries,
            stream_max_retries: maxRetries
          }
        }
      },
      codexHome,
      env: { NO_PROXY: noProxyFor(new URL(url).hostname, {}) },
      extendEnv: true
    }
  })
})
