import { assert, describe, it } from "@effect/vitest"
import type { CodexOptions } from "effect-codex"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { hostSecrets, secretsOf } from "../../src/internal/secrets.ts"

describe("secrets", () => {
  it.effect.each<readonly [string, CodexOptions, ReadonlyArray<string>]>([
    ["of the host, without options", {}, ["host"]],
    ["of the host and the options", { apiKey: Redacted.make("key") }, ["key", "host"]],
    ["of the host and its extension", { env: { CODEX_API_KEY: "plain" }, extendEnv: true }, ["plain", "host"]],
    ["of an environment in its place", { env: { A: "plain", B: Redacted.make("secret") } }, ["secret"]],
    ["of the options alone", { apiKey: Redacted.make("key"), extendEnv: false }, ["key"]]
  ])("are those %s", ([, codex, expected]) =>
    Effect.sync(() => assert.deepStrictEqual(secretsOf(codex, ["host"]), expected))
  )

  it.effect("of the host are read from Config, if they are there", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* hostSecrets, ["k1", "k2"])
    }).pipe(
      Effect.provideService(
        ConfigProvider.ConfigProvider,
        ConfigProvider.fromEnv({ env: { CODEX_API_KEY: "k1", OPENAI_API_KEY: "k2", OPENAI_API_KEY_FILE: "x" } })
      )
    )
  )
})
