import { assert, describe, it } from "@effect/vitest"
import { isGivenBack, makeGiveBack } from "../../src/internal/spentReads.ts"

const kilobytes = (count: number) => new Uint8Array(count * 1024)

/** After the first megabyte. */
const later = () => {
  const giveBack = makeGiveBack()
  for (let count = 0; count < 16; count++) giveBack(kilobytes(64))
  return giveBack
}

describe("spent reads", () => {
  it("are given back after the first megabyte, full or not", () => {
    const giveBack = makeGiveBack()
    const reads = Array.from({ length: 20 }, (_, index) => kilobytes(index % 2 === 0 ? 64 : 64 - index))
    for (const read of reads) giveBack(read)
    const given = reads.map(isGivenBack)
    assert.deepStrictEqual(given, [...Array<boolean>(17).fill(false), true, true, true])
    assert.strictEqual(reads[19]?.length, 0)
  })

  it("are kept if they are small", () => {
    const small = new Uint8Array(8 * 1024 - 1)
    later()(small)
    assert.isFalse(isGivenBack(small))
  })

  it("are kept if they are a part of something", () => {
    const whole = kilobytes(64)
    const giveBack = later()
    giveBack(whole.subarray(0, 32 * 1024))
    giveBack(whole.subarray(32 * 1024))
    assert.isFalse(isGivenBack(whole))
  })

  it("are kept if bytes came twice in the first megabyte", () => {
    const giveBack = makeGiveBack()
    const repeated = kilobytes(64)
    giveBack(repeated)
    giveBack(kilobytes(64))
    giveBack(repeated)
    const others = Array.from({ length: 40 }, () => kilobytes(64))
    for (const read of [...others, repeated]) giveBack(read)
    assert.isFalse([...others, repeated].some(isGivenBack))
  })
})
