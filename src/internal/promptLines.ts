/** Takes the lines of a prompt out of what codex prints, in a time that fits the lengths of both. */
import { spellings, withoutControls } from "./redact.ts"

// Shorter ones may stand in a text by chance.
const longLength = 16
// Very short ones give nothing away.
const minLength = 4
// More with the same beginning are not told apart.
const maxAlike = 128
// It takes a tenth of a second to compile, or half a one if every line is short and quoted.
const maxLength = 256 * 1024
const label = "<prompt>"

/**
 * Compiled once for a prompt, which is given without its secrets too. The beginning of a long line is taken out wherever
 * it stands, as far as it goes. A short one is taken out where it is all of a line or of a quoted string's line: elsewhere
 * it may be an ordinary word. Of a prompt that is too long to be looked for, no text can be known to be free.
 */
export const makeHidePromptLines = (...prompts: ReadonlyArray<string>): ((text: string) => string) => {
  if (prompts.some((prompt) => prompt.length > maxLength)) {
    return (text) => `(${text.length} characters, not shown as the prompt is too long to be looked for in them)`
  }
  const long = new Map<string, Array<string>>()
  const short = new Set<string>()
  const lines = new Set(prompts.flatMap((prompt) => prompt.split("\n").map((line) => line.trim())))
  for (const line of lines) {
    for (const text of line.length < minLength ? [] : spellings(line).map(withoutControls)) {
      if (text.length < longLength) {
        short.add(text)
        continue
      }
      const beginning = text.slice(0, longLength)
      const alike = long.get(beginning)
      if (alike === undefined) long.set(beginning, [text])
      else if (alike.length <= maxAlike) alike.push(text)
    }
  }

  const endOfLong = (text: string, at: number): number | undefined => {
    const alike = long.get(text.slice(at, at + longLength))
    if (alike === undefined) return undefined
    return alike.length > maxAlike ? text.length : Math.max(...alike.map((line) => endOfCommon(text, at, line)))
  }

  const endOfShort = (text: string, at: number): number | undefined => {
    for (let end = Math.min(text.length, at + longLength - 1); end - at >= minLength; end--) {
      if (short.has(text.slice(at, end)) && isEndOfString(text, end)) return end
    }
    return undefined
  }

  return (text) => {
    const withoutLong = long.size === 0 ? text : hide(text, everyPlace(text), endOfLong)
    return short.size === 0 ? withoutLong : hide(withoutLong, beginningsOfStrings(withoutLong), endOfShort)
  }
}

/** Replaces what begins at one of the places, which come in order. */
const hide = (
  text: string,
  places: Iterable<number>,
  endOf: (text: string, at: number) => number | undefined
): string => {
  let hidden = ""
  let kept = 0
  for (const at of places) {
    const end = at < kept ? undefined : endOf(text, at)
    if (end === undefined) continue
    hidden += text.slice(kept, at) + label
    kept = end
  }
  return hidden + text.slice(kept)
}

const everyPlace = function* (text: string): Iterable<number> {
  for (let at = 0; at + longLength <= text.length; at++) yield at
}

/** Where a text begins, or a string in it, or a line of such a string. */
const beginningsOfStrings = function* (text: string): Iterable<number> {
  yield text.length - text.trimStart().length
  for (const match of text.matchAll(/(?:["'`]|\\[nrt])[ ]*/g)) yield match.index + match[0].length
}

/** Whether a text ends there, or a string in it, or a line of such a string: a backslash begins both. */
const isEndOfString = (text: string, at: number): boolean => /^ *(?:$|["'`\\])/.test(text.slice(at))

const endOfCommon = (text: string, at: number, line: string): number => {
  const most = Math.min(line.length, text.length - at)
  let length = longLength
  while (length < most && text.charCodeAt(at + length) === line.charCodeAt(length)) length++
  return at + length
}
