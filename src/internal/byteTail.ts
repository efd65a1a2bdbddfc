/** Keeps the last bytes of a stream of any length. */
export interface ByteTail {
  readonly push: (bytes: Uint8Array) => void
  readonly text: () => string
}

export const makeByteTail = (limit: number): ByteTail => {
  let pieces: Array<Uint8Array> = []
  let total = 0
  return {
    push: (bytes) => {
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
      const decoder = new TextDecoder()
      const all = pieces.map((piece) => decoder.decode(piece, { stream: true })).join("") + decoder.decode()
      pieces = []
      return all.slice(-limit)
    }
  }
}
