import * as NodeSdk from "@effect/opentelemetry/NodeSdk"
import { assert, describe, it } from "@effect/vitest"
import { OTLPMetricExporter } from "@opentelemetry/exporter-metrics-otlp-http"
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-http"
import { PeriodicExportingMetricReader } from "@opentelemetry/sdk-metrics"
import { AlwaysOffSampler, AlwaysOnSampler, BatchSpanProcessor } from "@opentelemetry/sdk-trace-base"
import { Codex } from "effect-codex"
import { reply, ScriptedModel, shellCommand } from "effect-codex/testing"
import * as Effect from "effect/Effect"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Otlp from "effect/observability/Otlp"
import * as Redacted from "effect/Redacted"
import * as References from "effect/References"
import { Collector } from "../../examples/support/collector.ts"
import type { Span } from "../../examples/support/otlp.ts"
import { flatten, printTrees, treesOf } from "../../examples/support/spanTree.ts"
import { realCodex, Workspace } from "../support/realCodex.ts"

const secret = "planted-value-of-the-environment"
const prompt = "planted prompt of the user"
const answer = "planted answer of the model"

// On a busy machine the last exports take longer than the 3 seconds that they have by default.
const shutdownTimeout = "1 minute"

type Telemetry = (url: string, sampled: boolean) => Layer.Layer<never>

const exporters: ReadonlyArray<readonly [string, { readonly telemetry: Telemetry; readonly exportsLogs: boolean }]> = [
  [
    "Effect's Otlp layer",
    {
      exportsLogs: true,
      telemetry: (baseUrl) =>
        Otlp.layerJson({
          baseUrl,
          resource: { serviceName: "application" },
          compression: "gzip",
          shutdownTimeout
        }).pipe(Layer.provide(FetchHttpClient.layer))
    }
  ],
  [
    "the NodeSdk of @effect/opentelemetry",
    {
      exportsLogs: false,
      telemetry: (url, sampled) =>
        NodeSdk.layer(() => ({
          resource: { serviceName: "application" },
          spanProcessor: new BatchSpanProcessor(new OTLPTraceExporter({ url: `${url}/v1/traces` })),
          // It does not look at the option `sampled` of Effect's spans.
          tracerConfig: { sampler: sampled ? new AlwaysOnSampler() : new AlwaysOffSampler() },
          metricReader: new PeriodicExportingMetricReader({
            exporter: new OTLPMetricExporter({ url: `${url}/v1/metrics` })
          }),
          shutdownTimeout
        }))
    }
  ]
]

/** A turn with one command, below a span of the application's. All exports have arrived when it has ended. */
const tracedTurn = Effect.fn(function* (telemetry: Telemetry, sampled: boolean) {
  const { url } = yield* Collector
  const { env, options } = yield* Workspace
  const { codexOptions } = yield* ScriptedModel
  const Live = Codex.layer({
    ...codexOptions,
    env: { ...codexOptions.env, ...env, PLANTED: Redacted.make(secret) },
    telemetry: { codexTracesUrl: `${url}/v1/traces` }
  })
  yield* Effect.gen(function* () {
    const thread = yield* (yield* Codex).startThread(options)
    const turn = yield* thread.run(prompt)
    assert.strictEqual(turn.finalResponse, answer)
    assert.include(JSON.stringify(turn.items), secret)
  }).pipe(
    Effect.withSpan("application", { sampled }),
    Effect.provide(Live),
    Effect.provide(telemetry(url, sampled)),
    // The logs go to the exporter only.
    Effect.provideService(References.MinimumLogLevel, "Debug"),
    Effect.provideService(Logger.CurrentLoggers, new Set())
  )
})

// What runs longer than about a second is reported by codex as it starts.
const script = [reply(shellCommand('sleep 1.2; echo "$PLANTED"', { login: false })), reply(answer)]
// codex sends its last spans as it ends.
const traced = realCodex(script, { exec: { gracePeriod: "1 minute" } })
const withCollector = Layer.provideMerge(traced, Collector.layer)

const shown = (spans: ReadonlyArray<Span>): string => {
  const nodes = treesOf(spans).flatMap(flatten)
  return printTrees(nodes.filter(({ depth }) => depth < 7).map((node) => ({ ...node, children: [] })))
}

const named = (spans: ReadonlyArray<Span>, name: string): Span => {
  const [found, ...more] = spans.filter((span) => span.name === name)
  if (found === undefined || more.length > 0) throw new Error(`Not one span ${name} in\n${shown(spans)}`)
  return found
}

describe("a trace", () => {
  describe.each(exporters)("with %s", (_, { exportsLogs, telemetry }) => {
    it.live("goes from the application's span down to codex's own", () =>
      Effect.gen(function* () {
        yield* tracedTurn(telemetry, true)
        const collector = yield* Collector
        const spans = yield* collector
          .spansWhen((all) => all.some(({ name }) => name === "codex.exec"))
          .pipe(Effect.timeoutOrElse({ duration: "1 minute", orElse: () => collector.spans }))
        const { traceId } = named(spans, "application")
        for (const [child, parent] of [
          ["Codex.startThread", "application"],
          ["Thread.run", "application"],
          ["invoke_agent codex", "Thread.run"],
          ["execute_tool shell", "invoke_agent codex"],
          ["codex exec", "invoke_agent codex"],
          ["codex.exec", "codex exec"],
          ["thread/start", "codex exec"],
          // codex 0.169 does not always send the spans of its last moments, such as that of the turn's task.
          ["turn/start", "codex exec"]
        ] as const) {
          const span = named(spans, child)
          assert.strictEqual(span.traceId, traceId, `${child} is in another trace\n${shown(spans)}`)
          assert.isUndefined(span.error)
          assert.strictEqual(
            span.parentSpanId,
            named(spans, parent).spanId,
            `${child} is not below ${parent}\n${shown(spans)}`
          )
        }
        const turn = named(spans, "invoke_agent codex")
        assert.strictEqual(turn.service, "application")
        assert.isAbove(Number(turn.attributes["gen_ai.usage.input_tokens"]), 0)
        assert.strictEqual(named(spans, "execute_tool shell").attributes["process.exit.code"], 0)
        assert.strictEqual(named(spans, "codex.exec").service, "effect_codex")

        const requests = yield* ScriptedModel.use((model) => model.requests)
        for (const { headers } of requests) assert.include(headers["traceparent"], `00-${traceId}-`)

        const metrics = yield* collector.metrics
        const duration = metrics.find(({ name }) => name === "gen_ai.client.operation.duration")
        assert.strictEqual(duration?.unit, "s")
        assert.isAbove(duration?.points[0]?.count ?? 0, 0)
      }).pipe(Effect.provide(withCollector))
    )

    it.live("holds no secret and nothing of the conversation", () =>
      Effect.gen(function* () {
        yield* tracedTurn(telemetry, true)
        const { exports } = yield* Collector
        const { codexOptions } = yield* ScriptedModel
        const bodies = (yield* exports).map(({ body }) => body)
        assert.isTrue(bodies.some((body) => body.includes("invoke_agent codex")))
        assert.isTrue(bodies.some((body) => body.includes("codex.exec")))
        assert.strictEqual(
          bodies.some((body) => body.includes("codex turn completed after")),
          exportsLogs
        )
        for (const text of [secret, prompt, answer, "$PLANTED", Redacted.value(codexOptions.apiKey)]) {
          assert.isUndefined(
            bodies.find((body) => body.includes(text)),
            `"${text}" was exported`
          )
        }
      }).pipe(Effect.provide(withCollector))
    )

    it.live("has nothing of the turn where the caller's span is not sampled", () =>
      Effect.gen(function* () {
        yield* tracedTurn(telemetry, false)
        const spans = yield* Collector.use((collector) => collector.spans)
        assert.deepStrictEqual(
          spans
            .filter(({ name, service }) => service === "application" || name === "codex.exec")
            .map(({ name }) => name),
          [],
          shown(spans)
        )
      }).pipe(Effect.provide(withCollector))
    )
  })

  it.live("is refused by the collector where it is no JSON", () =>
    Effect.gen(function* () {
      const { url } = yield* Collector
      const post = (contentType: string, body: string) =>
        HttpClientRequest.post(`${url}/v1/traces`).pipe(
          HttpClientRequest.bodyText(body, contentType),
          HttpClient.execute,
          Effect.flatMap(({ status, text }) => Effect.map(text, (message) => [status, message] as const))
        )
      const [protobuf, why] = yield* post("application/x-protobuf", "x")
      assert.strictEqual(protobuf, 415)
      assert.include(why, "application/x-protobuf")
      const [broken] = yield* post("application/json", '{"resourceSpans":1}')
      assert.strictEqual(broken, 400)
    }).pipe(Effect.provide([Collector.layer, FetchHttpClient.layer]))
  )
})
