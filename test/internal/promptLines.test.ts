import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { makeHidePromptLines } from "../../src/internal/promptLines.ts"

const long = "Rename the column of customers"
const short = "and be quick"
const quoting = 'say "hi"'
const hide = makeHidePromptLines(`  ${long}\n${short}\n${quoting}\nid\n`)

/** As a program shows a text inside of something that it shows. */
const nested = (text: string, times: number): string =>
  times === 0 ? text : nested(JSON.stringify({ text }), times - 1)

describe("the lines of a prompt", () => {
  it.effect.each<readonly [where: string, text: string, expected: string]>([
    ["wherever they stand", `got ${long}, and ${long}!`, "got <prompt>, and <prompt>!"],
    ["as far as they go", `got ${long.slice(0, 20)}… of 3 lines`, "got <prompt>… of 3 lines"],
    ["if as much as that is there", `got ${long.slice(0, 15)}`, `got ${long.slice(0, 15)}`],
    ["if they are short, alone on a line", short, "<prompt>"],
    ["if they are short, with white space around them", `  ${short} `, "  <prompt> "],
    ["if they are short, in quotes", `Text { text: "${short}" }`, 'Text { text: "<prompt>" }'],
    ["if they are short, in other quotes", `got '${short}' and \`${short}\``, "got '<prompt>' and `<prompt>`"],
    ["if they are short, not as ordinary words", `wait ${short} and done`, `wait ${short} and done`],
    ["if they are short, not as the beginning of a string", `"${short} or not"`, `"${short} or not"`],
    ["but not those that give nothing away", '"id": 1', '"id": 1']
  ])("are taken out %s", ([, text, expected]) => Effect.sync(() => assert.strictEqual(hide(text), expected)))

  it.effect("are taken out as JSON spells them, also inside of one another", () =>
    Effect.sync(() => {
      for (const times of [1, 2, 3]) {
        const all = nested(`${long}\n${short}\n  ${quoting}`, times)
        const shown = hide(all)
        for (const word of ["Rename", "quick", "hi", "say"]) assert.notInclude(shown, word)
        assert.include(shown, "text")
        for (const line of [short, quoting]) {
          assert.strictEqual(hide(nested(line, times)), nested("<prompt>", times))
        }
      }
    })
  )

  it.effect("are taken out as URLs and Rust spell them", () =>
    Effect.sync(() => {
      assert.strictEqual(hide(`GET /?q=${encodeURIComponent(long)}&n=1`), "GET /?q=<prompt>&n=1")
      const cafe = makeHidePromptLines("Rename the cafe\u0301 in the list")
      assert.strictEqual(cafe(String.raw`got "Rename the cafe\u{301} in the list"`), 'got "<prompt>"')
    })
  )

  it.effect("are taken out literally, not as patterns", () =>
    Effect.sync(() =>
      assert.strictEqual(makeHidePromptLines("What does (.*)+ $& mean?")("What does (.*)+ $& mean?!"), "<prompt>!")
    )
  )

  it.effect("are taken out whole though many begin alike", () =>
    Effect.sync(() => {
      for (const count of [10, 128, 129, 1000]) {
        const lines = Array.from({ length: count }, (_, index) => `the beginning of all, then word${index}!`)
        const shown = makeHidePromptLines(lines.join("\n"))
        for (const line of lines) assert.strictEqual(shown(`> ${line}`), "> <prompt>")
      }
    })
  )

  it.effect("are taken out in a time that fits the lengths of prompt and text", () =>
    Effect.sync(() => {
      const lines = Array.from({ length: 12_000 }, (_, index) => `line ${index} asked for`)
      const shown = makeHidePromptLines(lines.join("\n"))
      for (const line of lines) assert.strictEqual(shown(line), "<prompt>")
      const ordinary = "nothing of what was asked"
      for (let count = 0; count < 30_000; count++) assert.strictEqual(shown(ordinary), ordinary)
      assert.strictEqual(shown("a".repeat(500_000)), "a".repeat(500_000))
      const quotes = String.raw`"\"`.repeat(100_000)
      assert.strictEqual(shown(quotes), quotes)
    })
  )

  it.effect("are not looked for if they are too many, and then no text is shown", () =>
    Effect.sync(() => {
      const shown = makeHidePromptLines("x\n".repeat(200_000))
      assert.notInclude(shown("something of the prompt"), "something")
      assert.include(shown("something of the prompt"), "23 characters")
    })
  )
})
