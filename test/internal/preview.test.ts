import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { excerpt, preview } from "../../src/internal/preview.ts"

describe("preview", () => {
  it.effect.each([
    ["text", '"text"'],
    ["", '""'],
    ['a "quoted"\nline\0', String.raw`"a \"quoted\"\nline\u0000"`],
    [null, "null"],
    [undefined, "undefined"],
    [Number.NaN, "NaN"],
    [1n, "1"],
    [true, "true"],
    [Symbol("s"), "Symbol(s)"],
    [() => 1, "a function"],
    [[1, 2], "an array"],
    [{ secret: "s" }, "an object"],
    [new Date(0), "an object"]
  ] as const)("shows %s in a line", ([value, shown]) => Effect.sync(() => assert.strictEqual(preview(value), shown)))

  it.effect("shortens a long string and says how long it is", () =>
    Effect.sync(() => assert.strictEqual(preview("x".repeat(1_000_000)), `"${"x".repeat(60)}… (1000000 characters)"`))
  )
})

describe("excerpt", () => {
  it.effect("leaves what fits as it is", () => Effect.sync(() => assert.strictEqual(excerpt("12345", 5), "12345")))

  it.effect("cuts what does not, and says how long it is", () =>
    Effect.sync(() => assert.strictEqual(excerpt("123456", 5), "12345… (6 characters)"))
  )
})
