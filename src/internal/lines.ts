/**
 * Splits bytes into lines of text, at `\n` only.
 *
 * `effect/encoding` Ndjson is not used here for two reasons: it ends at the first line that is no JSON, and a wrapper's
 * banner must not end a turn; and it takes `\r` for a line's end. Lines are decoded together where they arrive together.
 */
import * as Option from "effect/Option"
import { rawExcerptLength } from "./preview.ts"

/** Why the bytes can not be lines of text. */
interface LineProblem {
  readonly description: string
  /** The beginning of the line, as far as it is text. */
  readonly excerpt: string
}

/** Collects bytes until they make lines. Holds at most one unfinished line. */
export interface LineSplitter {
  /** Appends the lines that these bytes complete to `lines`. After a problem it is not to be used again. */
  readonly push: (bytes: Uint8Array, lines: Array<string>) => Option.Option<LineProblem>
  /** What came after the last `\n`, which is empty if the output ended with a whole line; and whether it is UTF-8. */
  readonly rest: () => { readonly text: string; readonly isUtf8: boolean }
}

const newline = 0x0a
// What may stay allocated between two lines.
const maxIdleBytes = 64 * 1024
const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true })
const lenient = new TextDecoder("utf-8", { ignoreBOM: true })

const problem = (description: string, line: Uint8Array): Option.Option<LineProblem> =>
  Option.some({ description, excerpt: lenient.decode(line.subarray(0, rawExcerptLength)) })

export const makeLineSplitter = (maxLineBytes: number): LineSplitter => {
  // The unfinished line. Grows by doubling, however small the pieces are in which it comes.
  let pending = new Uint8Array(0)
  let pendingBytes = 0
  let atStart = true

  const keep = (bytes: Uint8Array): void => {
    const needed = pendingBytes + bytes.length
    if (needed > pending.length) {
      const larger = new Uint8Array(Math.max(needed, Math.min(2 * pending.length, maxLineBytes)))
      larger.set(pending.subarray(0, pendingBytes))
      pending = larger
    }
    pending.set(bytes, pendingBytes)
    pendingBytes = needed
  }

  const takePending = (): Uint8Array => {
    // Read before the next piece is kept.
    const line = pending.subarray(0, pendingBytes)
    if (pending.length > maxIdleBytes) pending = new Uint8Array(0)
    pendingBytes = 0
    return line
  }

  const add = (text: string, lines: Array<string>): void => {
    const line = atStart && text.startsWith("\ufeff") ? text.slice(1) : text
    atStart = false
    lines.push(line)
  }

  /** Whole lines, the last `\n` not included. */
  const addLines = (bytes: Uint8Array, lines: Array<string>): Option.Option<LineProblem> => {
    // Lines can only be over the limit, and only need looking at one by one, if all of them together are.
    if (bytes.length <= maxLineBytes) {
      try {
        for (const line of strict.decode(bytes).split("\n")) add(line, lines)
        return Option.none()
      } catch {
        // One of them is no UTF-8: those before it count.
      }
    }
    for (let start = 0; start <= bytes.length;) {
      const found = bytes.indexOf(newline, start)
      const end = found === -1 ? bytes.length : found
      const line = bytes.subarray(start, end)
      if (line.length > maxLineBytes) return problem(`a line is longer than ${maxLineBytes} bytes`, line)
      try {
        add(strict.decode(line), lines)
      } catch {
        return problem("a line is not valid UTF-8", line)
      }
      start = end + 1
    }
    return Option.none()
  }

  return {
    push: (bytes, lines) => {
      let start = 0
      if (pendingBytes > 0) {
        const first = bytes.indexOf(newline)
        const piece = first === -1 ? bytes : bytes.subarray(0, first)
        keep(piece)
        if (pendingBytes > maxLineBytes) {
          return problem(`a line is longer than ${maxLineBytes} bytes`, takePending())
        }
        if (first === -1) return Option.none()
        const failed = addLines(takePending(), lines)
        if (Option.isSome(failed)) return failed
        start = first + 1
      }
      const last = bytes.lastIndexOf(newline)
      if (last >= start) {
        const failed = addLines(bytes.subarray(start, last), lines)
        if (Option.isSome(failed)) return failed
        start = last + 1
      }
      if (start < bytes.length) {
        keep(bytes.subarray(start))
        if (pendingBytes > maxLineBytes) {
          return problem(`a line is longer than ${maxLineBytes} bytes`, takePending())
        }
      }
      return Option.none()
    },
    rest: () => {
      const bytes = takePending()
      const lines: Array<string> = []
      const isUtf8 = Option.isNone(addLines(bytes, lines))
      return { text: isUtf8 ? lines.join("") : lenient.decode(bytes), isUtf8 }
    }
  }
}
