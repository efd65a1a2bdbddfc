import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { excerpt, preview, previewUrl } from "../../src/internal/preview.ts"

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

  it.effect("hides a password in a text, whatever is in it", () =>
    Effect.sync(() => assert.strictEqual(preview("to https://user:pa/ss w0rd@host/v1"), '"to https://…@host/v1"'))
  )

  it.effect("looks for passwords in a time that fits the text's length", () =>
    Effect.sync(() => assert.include(preview("://".repeat(300_000)), "(900000 characters)"))
  )

  it.effect("shortens a long string and says how long it is", () =>
    Effect.sync(() => assert.strictEqual(preview("x".repeat(1_000_000)), `"${"x".repeat(60)}… (1000000 characters)"`))
  )
})

describe("previewUrl", () => {
  it.effect.each([
    ["https://user:pa/ssw0rd@host/v1", "https://…@host/v1"],
    ["https://user:pa sw0rd@host/v1", "https://…@host/v1"],
    ["https://user:pa@ssw0rd@host/v1", "https://…@host/v1"],
    ["https://user:pa://ssw0rd@host/v1", "https://…@host/v1"],
    ["https:/user:passw0rd@host/v1", "…@host/v1"],
    ["user:passw0rd@host/v1", "…@host/v1"],
    ["user:passw0rd@host://v1", "…@host://v1"],
    ["https://host/v1?token=passw0rd", "https://host/v1?…"],
    ["https://host/v1#access_token=x", "https://host/v1#…"],
    ["http://x", "http://x"],
    ["no URL", "no URL"]
  ] as const)("shows %s without what may be secret", ([url, shown]) =>
    Effect.sync(() => assert.strictEqual(previewUrl(url), `"${shown}"`))
  )

  it.effect("shows other values as they are", () =>
    Effect.sync(() => {
      assert.strictEqual(previewUrl(null), "null")
      assert.strictEqual(previewUrl({ url: "x" }), "an object")
    })
  )
})

describe("excerpt", () => {
  it.effect("leaves what fits as it is", () => Effect.sync(() => assert.strictEqual(excerpt("12345", 5), "12345")))

  it.effect("cuts what does not, and says how long it is", () =>
    Effect.sync(() => assert.strictEqual(excerpt("123456", 5), "12345… (6 characters)"))
  )
})
