/**
 * A collector for OpenTelemetry, on loopback, in place of Jaeger, Grafana or a vendor's: it takes OTLP over HTTP as JSON,
 * compressed or not, and keeps the newest of what it got.
 *
 * It is meant for what runs outside of it: build it below the layers that export to it, so that closing them, which
 * sends what they still hold, finds it open.
 */
import { createServer } from "node:http"
import { unzipSync } from "node:zlib"
import { NodeHttpServer } from "@effect/platform-node"
import * as ByteSize from "effect/ByteSize"
import * as Context from "effect/Context"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as HttpIncomingMessage from "effect/http/HttpIncomingMessage"
import * as HttpMiddleware from "effect/http/HttpMiddleware"
import * as HttpRouter from "effect/http/HttpRouter"
import * as HttpServer from "effect/http/HttpServer"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as Layer from "effect/Layer"
import type * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import * as SubscriptionRef from "effect/SubscriptionRef"
import { decodeReports, decodeSpans, type MetricReport, type Span } from "./otlp.ts"

/** A request as it came, decompressed. */
interface Export {
  readonly path: string
  readonly body: string
}

interface Received {
  readonly spans: ReadonlyArray<Span>
  readonly metrics: ReadonlyArray<MetricReport>
  readonly exports: ReadonlyArray<Export>
}

const maxSpans = 20_000
const maxReports = 2000
const maxExports = 200
const maxBytes = 16 * 1024 * 1024

export class Collector extends Context.Service<
  Collector,
  {
    /** Base URL, such as `http://127.0.0.1:41234`. */
    readonly url: string
    /** In the order of their arrival, which is that of their ends. */
    readonly spans: Effect.Effect<ReadonlyArray<Span>>
    readonly metrics: Effect.Effect<ReadonlyArray<MetricReport>>
    /** All signals, logs included. */
    readonly exports: Effect.Effect<ReadonlyArray<Export>>
    /** Waits until the spans are what one waits for. */
    readonly spansWhen: (isEnough: (spans: ReadonlyArray<Span>) => boolean) => Effect.Effect<ReadonlyArray<Span>>
  }
>()("effect-codex/examples/Collector") {
  static readonly layer: Layer.Layer<Collector> = Layer.effect(
    Collector,
    Effect.suspend(() => make)
  ).pipe(Layer.provide(NodeHttpServer.layer(createServer, { port: 0, host: "127.0.0.1" })), Layer.orDie)
}

class Refused extends Data.TaggedError("Refused")<{ readonly status: number; readonly message: string }> {}

// A kept-alive connection would hold up the server's end.
const closeConnection = { connection: "close" }

const accepted = HttpServerResponse.jsonUnsafe({ partialSuccess: {} }, { headers: closeConnection })

const readBody = Effect.gen(function* () {
  const request = yield* HttpServerRequest.HttpServerRequest
  const type = request.headers["content-type"] ?? "nothing"
  if (!type.startsWith("application/json")) {
    return yield* new Refused({ status: 415, message: `This collector takes application/json, and got ${type}` })
  }
  const bytes = new Uint8Array(yield* request.arrayBuffer)
  const encoding = request.headers["content-encoding"] ?? "identity"
  if (encoding === "identity") return new TextDecoder().decode(bytes)
  if (encoding !== "gzip" && encoding !== "deflate") {
    return yield* new Refused({ status: 415, message: `This collector knows no content-encoding ${encoding}` })
  }
  return yield* Effect.try({
    try: () => new TextDecoder().decode(unzipSync(bytes, { maxOutputLength: maxBytes })),
    catch: (cause) => new Refused({ status: 400, message: `The body can not be decompressed: ${String(cause)}` })
  })
})

const make = Effect.gen(function* () {
  const server = yield* HttpServer.HttpServer
  const received = yield* SubscriptionRef.make<Received>({ spans: [], metrics: [], exports: [] })

  const take = <Path extends `/${string}`>(
    path: Path,
    decode: (body: string) => Effect.Effect<Partial<Received>, Schema.SchemaError>
  ) =>
    HttpRouter.add(
      "POST",
      path,
      Effect.gen(function* () {
        const body = yield* readBody
        const { metrics = [], spans = [] } = yield* decode(body)
        yield* SubscriptionRef.update(received, (all) => ({
          spans: [...all.spans, ...spans].slice(-maxSpans),
          metrics: [...all.metrics, ...metrics].slice(-maxReports),
          exports: [...all.exports, { path, body }].slice(-maxExports)
        }))
        return accepted
      }).pipe(
        Effect.catchTag("SchemaError", (error) => new Refused({ status: 400, message: error.message })),
        Effect.catchTag("HttpServerError", (error) => new Refused({ status: 400, message: error.message })),
        Effect.catchTag("Refused", ({ message, status }) =>
          Effect.succeed(HttpServerResponse.text(message, { status, headers: closeConnection }))
        ),
        Effect.provideService(HttpIncomingMessage.MaxBodySize, ByteSize.bytes(maxBytes))
      )
    )

  const Routes = Layer.mergeAll(
    take("/v1/traces", (body) => Effect.map(decodeSpans(body), (spans) => ({ spans }))),
    take("/v1/metrics", (body) => Effect.map(decodeReports(body), (metrics) => ({ metrics }))),
    take("/v1/logs", () => Effect.succeed({}))
  )
  yield* Layer.build(HttpRouter.serve(Routes, { disableLogger: true, disableListenLog: true })).pipe(
    // A collector that traced its own requests would never come to an end.
    Effect.provideService(HttpMiddleware.TracerDisabledWhen, () => true)
  )

  const current = SubscriptionRef.get(received)
  return Collector.of({
    url: HttpServer.formatAddress(server.address),
    spans: Effect.map(current, ({ spans }) => spans),
    metrics: Effect.map(current, ({ metrics }) => metrics),
    exports: Effect.map(current, ({ exports }) => exports),
    spansWhen: (isEnough) =>
      SubscriptionRef.changes(received).pipe(
        Stream.filter(({ spans }) => isEnough(spans)),
        Stream.runHead,
        Effect.flatMap(Effect.fromOption),
        Effect.map(({ spans }) => spans),
        Effect.orDie
      )
  })
})
