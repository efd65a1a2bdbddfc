/** Keeps the last bytes of a stream, however long it is. */
export interface ByteTail {
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

export const makeByteTail = (limit: number): ByteTail => {
  const pieces: Array<Uint8Array> = []
  let total = 0
  let pushed = 0
  return {
    isCut: () => pushed > limit,
    push: (bytes) => {
      pushed += bytes.length
      // Copied, so that a small rest does not hold on to a large buffer.
      const piece = bytes.slice(Math.max(0, bytes.length - limit))
      pieces.push(piece)
      total += piece.length
      let first = pieces[0]
      while (first !== undefined && total - first.length >= limit) {
        pieces.shift()
        total -= first.length
        first = pieces[0]
      }
    },
    text: () => {
      const bytes = new Uint8Array(total)
      let offset = 0
      for (const piece of pieces) {
        bytes.set(piece, offset)
        offset += piece.length
      }
      return decodeEnd(bytes, limit)
    }
  }
}
