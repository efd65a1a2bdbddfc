import { assert, describe, it } from "@effect/vitest"
import type { CodexOptions } from "effect-codex"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { hostSecrets, secretsOf } from "../../src/internal/secrets.ts"
import { hostVariables } from "../support/hostVariables.ts"

describe("secrets", () => {
  it.effect.each<readonly [string, CodexOptions, ReadonlyArray<string>]>([
    ["of the host, without options", {}, ["host"]],
    ["of the host and the options", { apiKey: Redacted.make("key") }, ["key", "host"]],
    ["of the host and its extension", { env: { CODEX_API_KEY: "sk-plain" }, extendEnv: true }, ["sk-plain", "host"]],
    ["of an environment in its place", { env: { A: "plain", B: Redacted.make("secret") } }, ["secret"]],
    ["of the options alone", { apiKey: Redacted.make("key"), extendEnv: false }, ["key"]]
  ])("are those %s", ([, codex, expected]) =>
    Effect.sync(() => assert.deepStrictEqual(secretsOf(codex, ["host"]), expected))
  )

  it.effect("of the host are those that codex inherits, but for words that are too short to be any", () =>
    Effect.sync(() => {
      const found = hostSecrets()
      assert.include(found, "sk-a-long-one")
      assert.notInclude(found, "test")
      assert.notInclude(found, "/run/secrets/key")
    }).pipe(
      Effect.provide(
        hostVariables({
          CODEX_API_KEY: "sk-a-long-one",
          OPENAI_API_KEY: "test",
          OPENAI_API_KEY_FILE: "/run/secrets/key"
        })
      )
    )
  )
})
