/**
 * A turn in OpenTelemetry, with the NodeSdk of @effect/opentelemetry: the application's own span, the turn, what the
 * agent did in it, how long each step took and what it cost. A collector on loopback stands in for yours.
 *
 *   npm run build && node examples/09_opentelemetry.ts
 */
import * as NodeSdk from "@effect/opentelemetry/NodeSdk"
import { NodeRuntime } from "@effect/platform-node"
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-http"
import { BatchSpanProcessor } from "@opentelemetry/sdk-trace-base"
import { Codex } from "effect-codex"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as brokenCart from "./support/brokenCart.ts"
import { Collector } from "./support/collector.ts"
import { offline, Workspace } from "./support/offline.ts"
import type { Span } from "./support/otlp.ts"
import { durationText, milliseconds, printTrees, treesOf } from "./support/spanTree.ts"

/** The application. It knows nothing of exporters. */
const repair = Effect.gen(function* () {
  const codex = yield* Codex
  const { directory } = yield* Workspace
  const thread = yield* codex.startThread({ workingDirectory: directory, sandboxMode: "danger-full-access" })
  return yield* thread.run(brokenCart.prompt)
}).pipe(Effect.withSpan("repair the cart"))

/** Closing the layer sends what it still holds. */
const Telemetry = (url: string) =>
  NodeSdk.layer(() => ({
    resource: { serviceName: "examples" },
    spanProcessor: new BatchSpanProcessor(new OTLPTraceExporter({ url: `${url}/v1/traces` }))
  }))

const line = (span: Span): string => {
  const { attributes, error } = span
  const input = attributes["gen_ai.usage.input_tokens"]
  const tokens = input === undefined ? "" : `, ${input} tokens in, ${attributes["gen_ai.usage.output_tokens"]} out`
  return `${span.name} · ${durationText(milliseconds(span))}${tokens}${error === undefined ? "" : ` ✖ ${error}`}`
}

const program = Effect.gen(function* () {
  const { spans, url } = yield* Collector
  yield* Effect.provide(repair, Telemetry(url))
  yield* Console.log(printTrees(treesOf(yield* spans), line))
})

program.pipe(
  Effect.provide([Collector.layer, offline(brokenCart.script("100 millis"), brokenCart.files)]),
  NodeRuntime.runMain
)
