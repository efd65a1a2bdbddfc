import { assert, describe, it } from "@effect/vitest"
import * as Arbitrary from "effect/Arbitrary"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { makeByteTail } from "../../src/internal/byteTail.ts"

const utf8 = new TextEncoder()

const tailOf = (limit: number, pieces: ReadonlyArray<string>): string => {
  const tail = makeByteTail(limit)
  for (const piece of pieces) tail.push(utf8.encode(piece))
  return tail.text()
}

describe("byteTail", () => {
  it.effect("keeps everything up to its limit", () =>
    Effect.sync(() => {
      assert.strictEqual(tailOf(5, []), "")
      assert.strictEqual(tailOf(5, ["ab", "", "cde"]), "abcde")
    })
  )

  it.effect("keeps the end of what is longer, whether it comes at once or in pieces", () =>
    Effect.sync(() => {
      assert.strictEqual(tailOf(5, ["abcdefgh"]), "defgh")
      assert.strictEqual(tailOf(5, ["abc", "def", "gh"]), "defgh")
      assert.strictEqual(tailOf(5, [..."abcdefgh"]), "defgh")
      assert.strictEqual(tailOf(5, ["abcdefgh", "i"]), "efghi")
    })
  )

  it.effect.prop(
    "is the last characters of the whole",
    {
      pieces: Arbitrary.array(Schema.Literals(["", "a", "bc", "def", "0123456789"]).pipe(Arbitrary.schema)),
      limit: Schema.Literals([1, 2, 3, 7, 16])
    },
    ({ limit, pieces }) => Effect.sync(() => assert.strictEqual(tailOf(limit, pieces), pieces.join("").slice(-limit))),
    { arbitrary: { runs: 200 } }
  )

  it.effect("counts bytes, leaves a cut character out, and can be read again", () =>
    Effect.sync(() => {
      const tail = makeByteTail(8)
      tail.push(utf8.encode("xéééé"))
      tail.push(utf8.encode("aéé"))
      assert.strictEqual(tail.text(), "éaéé")
      assert.strictEqual(tail.text(), "éaéé")
    })
  )

  it.effect("joins characters that come in pieces", () =>
    Effect.sync(() => {
      const tail = makeByteTail(100)
      for (const byte of utf8.encode("é✓🤝")) tail.push(Uint8Array.of(byte))
      assert.strictEqual(tail.text(), "é✓🤝")
    })
  )

  it.effect("survives bytes that are no text, also where it cuts a character", () =>
    Effect.sync(() => {
      const tail = makeByteTail(4)
      tail.push(Uint8Array.of(0xff, ...utf8.encode("🤝ab")))
      assert.isTrue(tail.text().endsWith("ab"))
    })
  )

  it.effect("does not hold on to the buffers that it was given", () =>
    Effect.sync(() => {
      const tail = makeByteTail(10)
      // Node's, whose `slice` does not copy.
      const buffer = Buffer.from("first")
      tail.push(buffer)
      buffer.fill(0x78)
      assert.strictEqual(tail.text(), "first")
    })
  )
})
