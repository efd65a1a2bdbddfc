import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { makeRedact } from "../../src/internal/redact.ts"

const prompt = "Tell me about the secret project"

describe("redact", () => {
  it.effect("takes every secret out, wherever it occurs", () =>
    Effect.sync(() => {
      const redact = makeRedact(["sk-12345", "hunter2"], prompt)
      assert.strictEqual(
        redact("key sk-12345, again sk-12345; password hunter2"),
        "key <redacted>, again <redacted>; password <redacted>"
      )
    })
  )

  it.effect("takes a long prompt out, without the white space around it", () =>
    Effect.sync(() => {
      const redact = makeRedact([], `\n${prompt}\n`)
      assert.strictEqual(redact(`could not send: ${prompt}!`), "could not send: <prompt>!")
    })
  )

  it.effect("takes the lines of a long secret out, each by itself", () =>
    Effect.sync(() => {
      const redact = makeRedact(["-----BEGIN KEY-----\nMIIEvQIBADANBgkqhki\n-----END KEY-----"], "")
      assert.strictEqual(redact("  MIIEvQIBADANBgkqhki"), "  <redacted>")
    })
  )

  it.effect("looks for a prompt that a long text ends with in a time that fits its length", () =>
    Effect.sync(() => {
      const redact = makeRedact([], "z".repeat(1_000_000))
      assert.strictEqual(redact.cut(`${"z".repeat(500_000)}q`), `${"z".repeat(500_000)}q`)
      assert.strictEqual(redact.cut(`q${"z".repeat(500_000)}`), "q<prompt>")
    })
  )

  it.effect(
    "finds a prompt that has a million control characters before its first word, also where it is cut off",
    () =>
      Effect.sync(() => {
        const redact = makeRedact([], `${"\0\u001b".repeat(500_000)}${prompt}${" and more of it".repeat(100)}`)
        const padded = makeRedact([], `${"\0\u001b".repeat(500_000)}${prompt}`)
        assert.strictEqual(padded(`boom: ${prompt}!`), "boom: <prompt>!")
        assert.strictEqual(padded.cut(`boom: ${prompt.slice(0, -3)}`), "boom: <prompt>")
        assert.strictEqual(redact.cut(`boom: ${prompt} and m`), "boom: <prompt>")
      })
  )

  it.effect("takes control characters out before it looks, also out of the secrets", () =>
    Effect.sync(() => {
      const pem = "-----BEGIN KEY-----\r\nMIIEvQIBADANBg\r\n-----END KEY-----"
      const redact = makeRedact(["sk-SECRET", pem], "")
      assert.strictEqual(redact("sk-SEC\u001b[0mRET, sk-SEC\0RET \u001b[31m\u202ered"), "<redacted>, <redacted> red")
      assert.strictEqual(redact(`${pem}, ${pem.replaceAll("\r", "")}`), "<redacted>, <redacted>")
    })
  )

  it.effect("takes a secret out that is written in the prompt", () =>
    Effect.sync(() => {
      const redact = makeRedact(["sk-12345"], "Why is my key sk-12345 refused?")
      assert.notInclude(redact("Why is my key sk-12345 refused? key: sk-12345"), "sk-12345")
    })
  )

  it.effect("takes a prompt out that holds a secret, and a secret that holds another", () =>
    Effect.sync(() => {
      const asked = "Why is my key sk-12345 refused now?"
      assert.strictEqual(makeRedact(["sk-12345"], asked)(asked), "<prompt>")
      assert.strictEqual(makeRedact(["sk-1", "sk-12345"], asked)("key sk-12345"), "key <redacted>")
    })
  )

  it.effect("leaves short words alone", () =>
    Effect.sync(() =>
      assert.strictEqual(makeRedact(["a", "", "the"], "fix it")("the cat may fix it"), "the cat may fix it")
    )
  )

  it.effect("takes secrets and prompts literally, not as patterns", () =>
    Effect.sync(() => {
      const redact = makeRedact(["a.c$&d"], "What does (.*)+ mean here?")
      assert.strictEqual(redact("abc$&d a.c$&d"), "abc$&d <redacted>")
      assert.strictEqual(redact("What does (.*)+ mean here?"), "<prompt>")
    })
  )

  it.effect("takes a secret out that has white space around it in the environment", () =>
    Effect.sync(() =>
      assert.strictEqual(makeRedact(["sk-12345\n"], "")("key sk-12345 refused"), "key <redacted> refused")
    )
  )

  it.effect("takes them out as JSON and debug output spell them", () =>
    Effect.sync(() => {
      const redact = makeRedact(['pa"ss\\word'], 'Say "hi"\nto everybody')
      const said = JSON.stringify({ error: 'pa"ss\\word and Say "hi"\nto everybody' })
      assert.strictEqual(redact(said), '{"error":"<redacted> and <prompt>"}')
    })
  )

  it.effect.each<readonly [as: string, secret: string, said: string]>([
    ["in a URL", "pass/word 12", "?token=pass%2Fword%2012&x=1"],
    ["in a form", "pass/word 12", "?token=pass%2Fword+12&x=1"],
    ["in a form, with what a URL may hold", "pass (word)!", "?token=pass+%28word%29%21&x=1"],
    ["in a form, with nothing else", "pass(word)", "?token=pass%28word%29&x=1"],
    ["in a form, with what only some encode", "pass (word)!", "?token=pass+(word)!&x=1"],
    ["in JSON with slashes that are escaped", "ab/cd/ef", String.raw`{"key":"ab\/cd\/ef"}`],
    ["in such JSON, inside of JSON", "ab/cd/ef", JSON.stringify(String.raw`{"key":"ab\/cd\/ef"}`)],
    ["by Rust, with an unusual space", "pass\u00a0word", String.raw`Some("pass\u{a0}word")`],
    [
      "by Rust, with characters of no width",
      "pa\u200bss\u200d\ufe0fword",
      String.raw`Some("pa\u{200b}ss\u{200d}\u{fe0f}word")`
    ],
    // Not all of them: the second has a width of its own.
    ["by Rust, with combining marks", "pa\u0301ss\u093eword", `Some("pa\\u{301}ss\u093eword")`],
    ["by Rust, with control characters", "pa\u0008ss\u007fword\0\t!", String.raw`Some("pa\u{8}ss\u{7f}word\0\t!")`],
    ["by Rust, inside of JSON", 'pa\u200bss"word', JSON.stringify({ message: String.raw`Some("pa\u{200b}ss\"word")` })],
    ["by Rust, JSON inside", 'pa\u200bss"word', String.raw`Some("{\"key\":\"pa\u{200b}ss\\\"word\"}")`]
  ])("takes them out as they are spelled %s", ([, secret, said]) =>
    Effect.sync(() => {
      const shown = makeRedact([secret], "")(said)
      assert.include(shown, "<redacted>")
      assert.notInclude(shown, "word")
      assert.notInclude(shown, "ef")
    })
  )

  it.effect("takes a prompt out that has half a character", () =>
    Effect.sync(() => assert.strictEqual(makeRedact([], `${prompt} \ud800`)(`got ${prompt} \ud800!`), "got <prompt>!"))
  )

  it.effect("leaves what a secret shares with ordinary text", () =>
    Effect.sync(() => {
      const redact = makeRedact(["pass word", "a\u200bb", "a\u0001\u0002\u0003"], "")
      const text = "a pass for a word, a+b, ab, a%20b and a"
      assert.strictEqual(redact(text), text)
    })
  )

  it.effect("knows the spellings of a long prompt in a time that fits its length", () =>
    Effect.sync(() => {
      const long = 'say "\u200b/" '.repeat(20_000)
      const redact = makeRedact(["sk-12345"], long)
      assert.strictEqual(redact(JSON.stringify(JSON.stringify(`got ${long.trim()}`))), String.raw`"\"got <prompt>\""`)
    })
  )

  it.effect("takes out what the end of a text that was cut has of them", () =>
    Effect.sync(() => {
      const redact = makeRedact(["sk-1", "sk-12345-67890"], prompt)
      assert.strictEqual(redact.cut("the key sk-12345-6"), "the key <redacted>")
      assert.strictEqual(
        redact.cut("sk-12345-67890 could not do: Tell me about the s"),
        "<redacted> could not do: <prompt>"
      )
      assert.strictEqual(redact.cut("an ordinary end: sk"), "an ordinary end: sk")
    })
  )
})
