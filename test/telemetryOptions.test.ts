import { assert, describe, it } from "@effect/vitest"
import type { CodexOptions, ThreadOptions } from "effect-codex"
import { Codex } from "effect-codex"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { childEnvironment } from "../src/internal/commandLine.ts"
import { Fake, lines, nodeFake, print } from "./support/fakeCodex.ts"
import { makeRecorder } from "./support/spans.ts"
import { reasonOf, scripted } from "./support/turns.ts"
import { hostVariables } from "./support/hostVariables.ts"

const base = "http://localhost:4318"

describe("telemetry.codexTracesUrl", () => {
  it.effect.each([
    `${base}/v1 traces`,
    `${base}/v1/traces `,
    ` ${base}/v1/traces`,
    `${base}/v1/\ttraces`,
    `${base}/<traces>`,
    `${base}/\`traces\``,
    `${base}/%zz`,
    `${base}/ä`,
    "http:///localhost:4318",
    "http://tränen.example/",
    "http://local host/",
    "localhost:4318",
    "ftp://localhost/"
  ])("is refused if it is no URL as it stands: %j", (codexTracesUrl) =>
    Effect.gen(function* () {
      const reason = yield* reasonOf(Layer.build(scripted([], { telemetry: { codexTracesUrl } })))
      if (reason._tag !== "InvalidOptions") return assert.fail(`not InvalidOptions but ${reason._tag}`)
      assert.strictEqual(reason.option, "telemetry.codexTracesUrl")
      assert.match(reason.expected, /percent-encoded|an http or https URL/)
    }).pipe(Effect.scoped)
  )

  it.effect.each([
    "https://collector.example",
    "https://collector.example?key=%20a&b=[c]#d",
    "http://[::1]:4318/v1/traces",
    "http://127.0.0.1/~me/'(a)'!*$;,@=/"
  ])("is accepted: %s", (codexTracesUrl) => Effect.scoped(Layer.build(scripted([], { telemetry: { codexTracesUrl } }))))
})

describe("how often codex sends its spans", () => {
  const delay = "OTEL_BSP_SCHEDULE_DELAY"
  const telemetry = { codexTracesUrl: `${base}/v1/traces` }
  const delayFor = (codex: CodexOptions, host?: string) =>
    childEnvironment(codex, [], (name) => (name === delay ? host : undefined)).env

  it.effect("is set where it sends them", () =>
    Effect.sync(() => {
      assert.notProperty(delayFor({}), delay)
      assert.notProperty(delayFor({ telemetry: { recordContent: true } }), delay)
      assert.propertyVal(delayFor({ telemetry }), delay, "500")
      assert.propertyVal(delayFor({ telemetry, env: {} }), delay, "500")
    })
  )

  it.effect("is left to whoever says it already", () =>
    Effect.sync(() => {
      assert.propertyVal(delayFor({ telemetry, env: { [delay]: "7" } }, "9"), delay, "7")
      assert.notProperty(delayFor({ telemetry }, "9"), delay)
      assert.notProperty(delayFor({ telemetry, env: {}, extendEnv: true }, "9"), delay)
      assert.propertyVal(delayFor({ telemetry, env: {} }, "9"), delay, "500")
      assert.isUndefined(delayFor({ telemetry, env: { [delay]: undefined } })[delay])
    })
  )

  it.live.each([
    ["is told codex", {}, "500"],
    ["is not told codex where the host's environment has it", { [delay]: "9" }, "9"]
  ] as const)("%s", ([, variables, expected]) =>
    Effect.gen(function* () {
      const { marker } = yield* Fake
      const layer = Codex.layer({ env: marker.env, extendEnv: true, telemetry })
      const codex = yield* Codex.pipe(Effect.provide(layer, { local: true }))
      const thread = yield* codex.startThread()
      assert.strictEqual((yield* thread.run("go")).finalResponse, expected)
    }).pipe(
      Effect.provide(
        nodeFake(
          `${print(lines.threadStarted)}
           const item = { id: "i", type: "agent_message", text: String(process.env.${delay}) };
           console.log(JSON.stringify({ type: "item.completed", item }));
           ${print(lines.turnCompleted)}`
        ).pipe(Layer.provideMerge(hostVariables(variables)))
      )
    )
  )
})

describe("gen_ai.provider.name", () => {
  it.effect.each<readonly [string, CodexOptions, ThreadOptions]>([
    ["openai", {}, {}],
    ["openai", {}, { localProvider: "ollama" }],
    ["azure", { config: { model_provider: "azure" } }, {}],
    ["mine", { config: { model_provider: "azure" } }, { config: { model_provider: "mine" } }],
    ["mine", { config: { model_provider: "azure" }, configOverrides: ['model_provider="mine"'] }, {}],
    [
      "mine",
      { configOverrides: ["model_provider=azure", " model_provider = 'mine' # now", "model_providers.x=1"] },
      {}
    ],
    ["azure", { configOverrides: ["model_provider=mine"] }, { config: { model_provider: "azure" } }],
    ["ollama", { config: { model_provider: "azure" } }, { oss: true, localProvider: "ollama" }],
    ["lmstudio", { configOverrides: ['oss_provider="lmstudio"'] }, { oss: true }],
    ["lmstudio", {}, { oss: true, config: { oss_provider: "lmstudio", model_provider: "mine" } }],
    ["oss", {}, { oss: true }]
  ])("is %s for %j and %j", ([expected, codex, options]) =>
    Effect.gen(function* () {
      const { named, record } = makeRecorder()
      yield* record(
        Effect.flatMap(
          Codex.use((service) => service.startThread(options)),
          (thread) => thread.run("go")
        )
      )
      assert.strictEqual(named("invoke_agent codex").attributes.get("gen_ai.provider.name"), expected)
    }).pipe(Effect.provide(scripted(["hi"], codex)))
  )
})
