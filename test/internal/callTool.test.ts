import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { callTool } from "../../src/internal/callTool.ts"
import { logged } from "../support/logged.ts"

const megabytes = 1024 * 1024

const returns = (text: string) => ({ specs: [], call: () => Effect.succeed({ success: true, text }) })

describe("the result of a tool", () => {
  it.effect("has no lone surrogates, which codex could not read", () =>
    Effect.gen(function* () {
      const { text } = yield* callTool(returns("a\ud800b \u{1f600}"), "cut", {})
      assert.strictEqual(text, "a\ufffdb \u{1f600}")
    })
  )

  it.effect.each([
    ["of letters", "a".repeat(8 * megabytes - 2)],
    ["of quotes", '"'.repeat(4 * megabytes - 1)],
    ["of three bytes each", "\u20ac".repeat(2 * megabytes)]
  ] as const)("may have 8 MiB of JSON, %s", ([, text]) =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* callTool(returns(text), "big", {}), { success: true, text })
    })
  )

  it.effect.each([
    ["of letters", "a".repeat(8 * megabytes)],
    ["of quotes", '"'.repeat(4 * megabytes)],
    ["of control characters", "\u0001".repeat(2 * megabytes)]
  ] as const)("fails the call, which is logged, if it has more, %s", ([, text]) =>
    Effect.gen(function* () {
      let result: unknown
      const call = Effect.map(callTool(returns(text), "big", {}), (told) => (result = told))
      const [warning] = yield* logged("Warn", call)
      assert.deepStrictEqual(result, { success: false, text: warning?.message })
      assert.match(String(warning?.message), /^The result of the tool big is larger than the 8388608 bytes/)
    })
  )
})
