/** Keeps the last bytes of a stream, however long it is. */
export interface ByteTail {
  /** Copies what it keeps. */
  readonly push: (bytes: Uint8Array) => void
  readonly text: () => string
  /** Whether something was left out. */
  readonly isCut: () => boolean
}

/** The last bytes of a text. */
export const endOf = (text: string, limit: number): string => decodeEnd(new TextEncoder().encode(text), limit)

const decodeEnd = (bytes: Uint8Array, limit: number): string => {
  // A character that the cut went through is left out.
  let start = Math.max(0, bytes.length - limit)
  while (start > 0 && ((bytes[start] ?? 0) & 0xc0) === 0x80) start++
  return new TextDecoder().decode(bytes.subarray(start))
}

const firstCapacity = 1024

export const makeByteTail = (limit: number): ByteTail => {
  // One byte more than the limit, to tell whether the cut goes through a character.
  const kept = limit + 1
  let tail = new Uint8Array(Math.min(kept, firstCapacity))
  let length = 0
  let pushed = 0

  const makeRoom = (count: number): void => {
    const stays = Math.min(length, kept - count)
    if (stays + count > tail.length) {
      const larger = new Uint8Array(Math.min(kept, Math.max(stays + count, 2 * tail.length)))
      larger.set(tail.subarray(length - stays, length))
      tail = larger
    } else if (stays < length) {
      tail.copyWithin(0, length - stays, length)
    }
    length = stays
  }

  return {
    isCut: () => pushed > limit,
    push: (bytes) => {
      pushed += bytes.length
      const end = bytes.subarray(Math.max(0, bytes.length - kept))
      makeRoom(end.length)
      tail.set(end, length)
      length += end.length
    },
    text: () => decodeEnd(tail.subarray(0, length), limit)
  }
}
