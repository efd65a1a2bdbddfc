import { assert, describe, it } from "@effect/vitest"
import { Codex } from "effect-codex"
import { AppServer } from "effect-codex/app-server"
import { reply, ScriptedModel, shellCommand } from "effect-codex/testing"
import * as Effect from "effect/Effect"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Otlp from "effect/observability/Otlp"
import * as Redacted from "effect/Redacted"
import * as References from "effect/References"
import { Collector } from "../../examples/support/collector.ts"
import { Workspace } from "../support/realCodex.ts"
import { realServer } from "../support/realServer.ts"

const prompt = "planted prompt of the user"

describe("a trace of turns over an app-server", () => {
  it.live("has the turns of one server in the traces of their callers, codex's own spans below them", () =>
    Effect.gen(function* () {
      const { url } = yield* Collector
      const { env, options } = yield* Workspace
      const { codexOptions } = yield* ScriptedModel
      const telemetry = { codexTracesUrl: `${url}/v1/traces` }
      const Live = AppServer.layer(
        { ...codexOptions, env: { ...codexOptions.env, ...env }, telemetry },
        // codex sends its last spans as it ends.
        { gracePeriod: "20 seconds" }
      )
      const Exporter = Otlp.layerJson({
        baseUrl: url,
        resource: { serviceName: "application" },
        shutdownTimeout: "1 minute"
      })
      yield* Effect.gen(function* () {
        const codex = yield* Codex
        const one = yield* codex.startThread(options)
        yield* one.run(prompt).pipe(Effect.withSpan("first caller", { root: true }))
        yield* one.run(prompt).pipe(Effect.withSpan("second caller", { root: true }))
      }).pipe(
        Effect.provide(Live),
        Effect.provide(Layer.provide(Exporter, FetchHttpClient.layer)),
        Effect.provideService(References.MinimumLogLevel, "Debug"),
        Effect.provideService(Logger.CurrentLoggers, new Set())
      )

      const spans = yield* Collector.use((collector) => collector.spans)
      const named = (name: string) => spans.filter((span) => span.name === name)
      const rightBelow: Array<unknown> = []
      for (const caller of ["first caller", "second caller"]) {
        const [root] = named(caller)
        const ofTrace = spans.filter(({ traceId }) => traceId === root?.traceId)
        const turn = ofTrace.find(({ name }) => name === "invoke_agent codex")
        assert.isDefined(turn, caller)
        const service = (own: string) => ofTrace.filter((span) => span.service === own)
        assert.isNotEmpty(service("codex-app-server"), `codex has spans in the trace of the ${caller}`)
        rightBelow.push(...service("codex-app-server").filter(({ parentSpanId }) => parentSpanId === turn?.spanId))
        assert.lengthOf(
          service("application").filter(({ name }) => name === "execute_tool shell"),
          1
        )
      }
      // A busy codex leaves out spans now and then: each turn need not have one of its own.
      assert.isNotEmpty(rightBelow, "codex has spans right below a turn")
      const exported = JSON.stringify(yield* Collector.use((collector) => collector.exports))
      assert.notInclude(exported, prompt)
      assert.notInclude(exported, Redacted.value(codexOptions.apiKey))
    }).pipe(
      Effect.provide(
        Layer.provideMerge(
          realServer(({ index }) => (index % 2 === 0 ? reply(shellCommand("true", { login: false })) : reply("Done"))),
          Collector.layer
        )
      )
    )
  )
})
