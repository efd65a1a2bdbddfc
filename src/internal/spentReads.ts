/**
 * Gives the memory of what was read from a pipe back at once. Of a gigabyte that passes through, some 60 MB would wait for
 * the garbage collector.
 *
 * Node allocates each read anew. A spawner of one's own may hand out the same bytes again: nothing is given back of the
 * first megabyte, and nothing at all if bytes came twice in it. Who does it later learns of it: no event may get lost.
 */

// What is smaller is not worth it. Node reads up to 64 KiB at a time.
const largeBytes = 8 * 1024
const bytesWatched = 1024 * 1024

/** Whether bytes come again that were given back. */
export const isGivenBack = ({ buffer }: Uint8Array): boolean => buffer instanceof ArrayBuffer && buffer.detached

/** To be called with each read of a pipe, after its use. */
export const makeGiveBack = (): ((read: Uint8Array) => void) => {
  const watched = new WeakSet<ArrayBufferLike>()
  let bytesRead = 0
  let isRepeated = false
  return ({ buffer, byteLength }) => {
    if (isRepeated || byteLength < largeBytes) return
    if (bytesRead < bytesWatched) {
      bytesRead += byteLength
      isRepeated = watched.has(buffer)
      watched.add(buffer)
    } else if (buffer instanceof ArrayBuffer && buffer.byteLength === byteLength) {
      // Nobody else's bytes are in there.
      buffer.transfer(0)
    }
  }
}
