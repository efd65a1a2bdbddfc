import { assert, describe, it } from "@effect/vitest"
import * as Arbitrary from "effect/Arbitrary"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { makeLineSplitter } from "../../src/internal/lines.ts"

const utf8 = new TextEncoder()
const noLimit = 1024 * 1024

interface Splitting {
  readonly lines: ReadonlyArray<string>
  readonly problem: { readonly description: string; readonly excerpt: string } | undefined
  readonly rest: string
}

/** Pushes until a problem, as the reader of a process does. */
const split = (chunks: ReadonlyArray<string | Uint8Array>, limit = noLimit): Splitting => {
  const splitter = makeLineSplitter(limit)
  const lines: Array<string> = []
  for (const chunk of chunks) {
    const problem = splitter.push(typeof chunk === "string" ? utf8.encode(chunk) : chunk, lines)
    if (Option.isSome(problem)) return { lines, problem: problem.value, rest: "" }
  }
  return { lines, problem: undefined, rest: splitter.rest().text }
}

const bytewise = (text: string): ReadonlyArray<Uint8Array> => [...utf8.encode(text)].map((byte) => Uint8Array.of(byte))

/** Cuts at the given places, taken modulo the length. */
const cut = (bytes: Uint8Array, places: ReadonlyArray<number>): ReadonlyArray<Uint8Array> => {
  const ends = [...places.map((place) => place % (bytes.length + 1)), bytes.length].toSorted((a, b) => a - b)
  return ends.map((end, index) => bytes.subarray(ends[index - 1] ?? 0, end))
}

const lineText = Arbitrary.map(
  Arbitrary.array(
    Arbitrary.schema(
      Schema.Literals(["a", "b c", "\r", "\u2028", "\u2029", "\u0085", "é", "✓", "🤝", "\ufeff", "\0", '{"a":1}'])
    ),
    { maxLength: 6 }
  ),
  (pieces) => pieces.join("")
)

describe("lines", () => {
  describe("push", () => {
    it.effect("gives each line as it ends", () =>
      Effect.sync(() => {
        const splitter = makeLineSplitter(noLimit)
        const lines: Array<string> = []
        splitter.push(utf8.encode("one\ntw"), lines)
        assert.deepStrictEqual(lines, ["one"])
        splitter.push(utf8.encode("o\nthree\n"), lines)
        assert.deepStrictEqual(lines, ["one", "two", "three"])
        assert.deepStrictEqual(splitter.rest(), { text: "", isUtf8: true })
      })
    )

    it.effect("says whether the rest is UTF-8", () =>
      Effect.sync(() => {
        const splitter = makeLineSplitter(noLimit)
        splitter.push(Uint8Array.of(0x22, 0xff, 0x22), [])
        assert.isFalse(splitter.rest().isUtf8)
      })
    )

    it.effect.each([
      ["U+2028", "a\u2028b"],
      ["U+2029", "a\u2029b"],
      ["U+0085", "a\u0085b"],
      ["a bare carriage return", "a\rb"],
      ["a vertical tab and a form feed", "a\u000b\u000cb"]
    ] as const)("does not split at %s", ([, text]) =>
      Effect.sync(() => assert.deepStrictEqual(split([`${text}\nnext\n`]).lines, [text, "next"]))
    )

    it.effect("leaves the carriage return of CRLF to the JSON reader", () =>
      Effect.sync(() => {
        const { lines } = split(['{"a":1}\r\n', '{"b":2}\r\n'])
        assert.deepStrictEqual(
          lines.map((line): unknown => JSON.parse(line)),
          [{ a: 1 }, { b: 2 }]
        )
      })
    )

    it.effect("keeps empty lines", () =>
      Effect.sync(() => assert.deepStrictEqual(split(["\n\na\n\n"]).lines, ["", "", "a", ""]))
    )

    it.effect("takes an empty chunk for nothing", () =>
      Effect.sync(() => assert.deepStrictEqual(split(["", "a", "", "\n", ""]).lines, ["a"]))
    )

    it.effect("drops a byte order mark at the start only", () =>
      Effect.sync(() => {
        assert.deepStrictEqual(split(["\ufeffa\n\ufeffb\nc\ufeff\n"]).lines, ["a", "\ufeffb", "c\ufeff"])
        assert.deepStrictEqual(split(["\n\ufeffa\n"]).lines, ["", "\ufeffa"])
        assert.deepStrictEqual(split(["\ufeff\ufeffa\n"]).lines, ["\ufeffa"])
      })
    )

    it.effect("joins characters and a byte order mark that come in pieces", () =>
      Effect.sync(() => {
        const { lines, rest } = split(bytewise("\ufeffé✓🤝\n\u2028\nend"))
        assert.deepStrictEqual(lines, ["é✓🤝", "\u2028"])
        assert.strictEqual(rest, "end")
      })
    )

    it.effect.prop(
      "gives the same lines wherever the chunks are cut",
      {
        lines: Arbitrary.array(lineText, { maxLength: 8 }),
        last: lineText,
        places: Arbitrary.array(Arbitrary.schema(Schema.Natural), { maxLength: 12 }),
        isTight: Schema.Boolean
      },
      ({ isTight, last, lines, places }) =>
        Effect.sync(() => {
          // The first line is one that a byte order mark can not begin.
          const all = ["first", ...lines]
          const longest = Math.max(...all.map((line) => utf8.encode(line).length), utf8.encode(last).length)
          const bytes = utf8.encode(all.map((line) => `${line}\n`).join("") + last)
          const result = split(cut(bytes, places), isTight ? longest : noLimit)
          assert.deepStrictEqual(result, { lines: all, problem: undefined, rest: last })
        }),
      { arbitrary: { runs: 300 } }
    )
  })

  describe("the limit", () => {
    const tooLong = "a line is longer than 8 bytes"

    it.effect.each([
      ["in one chunk", ["12345678\n"]],
      ["in two chunks", ["1234", "5678\n"]],
      ["with its newline in a chunk of its own", ["12345678", "\n"]],
      ["byte by byte", bytewise("12345678\n")]
    ] as const)("takes a line exactly at it, %s", ([, chunks]) =>
      Effect.sync(() => assert.deepStrictEqual(split(chunks, 8), { lines: ["12345678"], problem: undefined, rest: "" }))
    )

    it.effect.each([
      ["in one chunk", ["123456789\n"]],
      ["in two chunks", ["1234", "56789\n"]],
      ["without its newline", ["123456789"]],
      ["without its newline, in two chunks", ["12345678", "9"]],
      ["byte by byte", bytewise("123456789")]
    ] as const)("refuses a line one byte over it, %s", ([, chunks]) =>
      Effect.sync(() => {
        const { lines, problem } = split(chunks, 8)
        assert.deepStrictEqual(lines, [])
        assert.deepStrictEqual(problem, { description: tooLong, excerpt: "123456789" })
      })
    )

    it.effect("is in bytes, not in characters", () =>
      Effect.sync(() => {
        assert.deepStrictEqual(split(["éééé\n"], 8).lines, ["éééé"])
        assert.strictEqual(split(["ééééé\n"], 8).problem?.description, tooLong)
      })
    )

    it.effect("is for each line: many short ones in a large chunk pass", () =>
      Effect.sync(() => assert.strictEqual(split(["1234567\n".repeat(1000)], 8).lines.length, 1000))
    )

    it.effect.each([
      ["in one chunk", ["good\nfine\n123456789\nlater\n"]],
      ["in several", ["good\nfi", "ne\n1234", "56789", "\nlater\n"]]
    ] as const)("keeps the lines before the one that is over it, %s", ([, chunks]) =>
      Effect.sync(() => {
        const { lines, problem } = split(chunks, 8)
        assert.deepStrictEqual(lines, ["good", "fine"])
        assert.strictEqual(problem?.description, tooLong)
      })
    )

    it.effect("shows only the beginning of a line that is over it", () =>
      Effect.sync(() => assert.strictEqual(split(["x".repeat(100_000)], 1000).problem?.excerpt, "x".repeat(8192)))
    )
  })

  describe("text that is not UTF-8", () => {
    const broken = Uint8Array.of(0x61, 0xff, 0x0a)

    it.effect("is a problem that shows what can be read", () =>
      Effect.sync(() =>
        assert.deepStrictEqual(split([broken]).problem, {
          description: "a line is not valid UTF-8",
          excerpt: "a\ufffd"
        })
      )
    )

    it.effect.each([
      ["in the same chunk", [Uint8Array.of(0x6f, 0x6e, 0x65, 0x0a, ...broken, 0x62, 0x0a)]],
      ["in another chunk", ["one\n", broken]],
      ["begun in another chunk", ["one\n", broken.subarray(0, 1), broken.subarray(1)]]
    ] as const)("leaves the lines before it, %s", ([, chunks]) =>
      Effect.sync(() => {
        const { lines, problem } = split(chunks)
        assert.deepStrictEqual(lines, ["one"])
        assert.strictEqual(problem?.description, "a line is not valid UTF-8")
      })
    )

    it.effect("includes a character that the line's end cuts off", () =>
      Effect.sync(() =>
        assert.strictEqual(
          split([Uint8Array.of(0xc3, 0x0a, 0xa9, 0x0a)]).problem?.description,
          "a line is not valid UTF-8"
        )
      )
    )
  })

  describe("rest", () => {
    it.effect("is what came after the last newline", () =>
      Effect.sync(() => {
        assert.strictEqual(split(["a\nb", "c"]).rest, "bc")
        assert.strictEqual(split(["a\n"]).rest, "")
        assert.strictEqual(split([]).rest, "")
      })
    )

    it.effect("drops a byte order mark if nothing came before", () =>
      Effect.sync(() => {
        assert.strictEqual(split(["\ufeffa"]).rest, "a")
        assert.strictEqual(split(["a\n\ufeffb"]).rest, "\ufeffb")
      })
    )
  })
})
