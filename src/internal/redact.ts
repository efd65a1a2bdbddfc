import { once } from "./once.ts"
import { rawExcerptLength } from "./preview.ts"

/** What takes secrets and the prompt out of texts, and control characters, without which a secret would be whole again. */
export interface Redact {
  (text: string): string
  /**
   * The same for a text that may be cut off: what its end has of a secret or the prompt is taken out too. In a whole
   * text that may be an ordinary word's. A text that ends with a newline keeps its last word.
   */
  readonly cut: (text: string) => string
  /** Takes only the secrets out. */
  readonly secrets: (text: string) => string
  /** The length of the longest secret, in bytes. */
  readonly longestSecret: number
}

// Very short ones would tear ordinary words apart, and give nothing away.
const minSecretLength = 4
const minPromptLength = 16

interface Hidden {
  readonly text: string
  readonly label: string
  /** How much of its beginning is hidden where a text was cut off. */
  readonly least: number
}

const hiddenPrompt = (texts: ReadonlyArray<string>): ReadonlyArray<Hidden> =>
  texts
    .filter((text) => text.length >= minPromptLength)
    .map((text): Hidden => ({ text, label: "<prompt>", least: minPromptLength }))

const spelledPrompt = (text: string): ReadonlyArray<Hidden> =>
  hiddenPrompt(spellings(text).flatMap((spelling) => [spelling, withoutControls(spelling)]))

const without = (text: string, all: ReadonlyArray<Hidden>) =>
  all.reduce((current, { label, text: word }) => current.replaceAll(word, label), text)

/** Takes secrets and the prompt out of what codex prints, before it becomes part of an error or a log. */
export const makeRedact = (secrets: ReadonlyArray<string>, prompt: string): Redact => {
  const words = secrets
    // A key that was read from a file ends with a newline, and is printed without.
    .map((secret) => secret.trim())
    .filter((secret) => secret.length >= minSecretLength)
    // A key of several lines may come line by line, or indented.
    .flatMap((secret) => [secret, ...linesOf(secret)])
    .flatMap((secret) => spellings(secret).flatMap((text) => [text, withoutControls(text)]))
    .filter((text) => text.length >= minSecretLength)
  const hiddenSecrets = [...new Set(words)]
    .toSorted((one, other) => other.length - one.length)
    .map((text): Hidden => ({ text, label: "<redacted>", least: minSecretLength }))
  const asked = prompt.trim()
  const bare = once(() => withoutControls(asked))
  const wholePrompt = once(() => spelledPrompt(asked))
  /** What a text may hold of the prompt. A long one has many times its length in spellings, and what is shorter holds none. */
  const promptIn = ({ length }: string): ReadonlyArray<Hidden> => {
    if (length < bare().length) return []
    // Of one that is mostly control characters only this fits.
    return asked.length > 2 * length + 1024 ? hiddenPrompt([bare()]) : wholePrompt()
  }
  const redact = (text: string) => {
    const printed = withoutControls(text)
    // The prompt first, as it may hold a secret; and a secret before one that is a part of it.
    return without(without(printed, promptIn(printed)), hiddenSecrets)
  }
  const cut = (text: string) => {
    const printed = withoutControls(text)
    const mayEndIn = printed.length < bare().length ? beginningsOf(asked, printed.length) : promptIn(printed)
    // Word by word, lest a short secret takes the beginning of a long one away.
    return [...mayEndIn, ...hiddenSecrets].reduce((current, { label, least, text: word }) => {
      const rest = current.replaceAll(word, label)
      const length = beginningAtEnd(rest, word, least)
      return length === 0 ? rest : rest.slice(0, -length) + label
    }, printed)
  }
  const encoder = new TextEncoder()
  return Object.assign(redact, {
    cut,
    secrets: (text: string) => without(withoutControls(text), hiddenSecrets),
    longestSecret: Math.max(0, ...words.map((secret) => encoder.encode(secret).length))
  })
}

/** Redacts the beginning of a line. Behind its end a secret of several lines may go on, or the prompt, but no other word. */
export const redactLine = (redact: Redact, line: string): string =>
  redact.cut(line.length < rawExcerptLength ? `${line}\n` : line.slice(0, rawExcerptLength)).trimEnd()

// Colours and the like, and what turns the direction of writing: an error would carry them into logs and terminals.
const controls =
  // oxlint-disable-next-line no-control-regex
  /\u001b\[[0-9;?]*[ -/]*[@-~]|[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g

/** A text with no control characters but tabs and ends of lines. */
export const withoutControls = (text: string): string => text.replaceAll(controls, "")

// A provider's answer in codex's message, in a line of output, in the path of an issue.
const maxQuotings = 3

/** A text as it is, as JSON and Rust's debug output spell it, also inside of one another, and as URLs and forms do. */
export const spellings = (text: string): ReadonlyArray<string> => {
  const json = asJson(text)
  const rust = asRust(text)
  const all = new Set<string>()
  // Some writers of JSON escape slashes too.
  for (const innermost of [text, json.replaceAll("/", String.raw`\/`), rust]) {
    let last = innermost
    for (let quotings = 0; quotings <= maxQuotings && !all.has(last); quotings++) {
      all.add(last)
      last = asJson(last)
    }
  }
  const quotedByRust = rust === json ? [] : Array.from(all, asRust)
  // It throws at half a character.
  const url = encodeURIComponent(text.toWellFormed())
  return [...new Set([...all, ...quotedByRust, url, url.replaceAll("%20", "+"), asForm(url)])]
}

const asJson = (text: string): string => JSON.stringify(text).slice(1, -1)

const namedByRust: ReadonlyMap<string, string> = new Map([
  ["\0", String.raw`\0`],
  ["\t", String.raw`\t`],
  ["\n", String.raw`\n`],
  ["\r", String.raw`\r`],
  ['"', String.raw`\"`],
  ["\\", "\\\\"]
])

/** As `{:?}` of Rust does (1.95: compared for all characters). */
const asRust = (text: string): string =>
  text.replaceAll(
    /(?! )["\\\p{C}\p{Z}\p{Grapheme_Extend}]/gu,
    (character) => namedByRust.get(character) ?? `\\u{${character.codePointAt(0)?.toString(16)}}`
  )

// Forms leave fewer characters as they are than encodeURIComponent does.
const asForm = (url: string): string =>
  url.replaceAll(/%20|[!'()~]/g, (part) => (part === "%20" ? "+" : `%${part.charCodeAt(0).toString(16).toUpperCase()}`))

/** As much of the beginning of a prompt as fits into a text of that length, and a character more. */
const beginningsOf = (prompt: string, length: number): ReadonlyArray<Hidden> => {
  const least = length + 1
  let end = least
  while (end < prompt.length && withoutControls(prompt.slice(0, end)).length <= length) end *= 2
  // Control characters take more room as they are spelled, and none as they are.
  return [...spelledPrompt(prompt.slice(0, least)), ...hiddenPrompt([withoutControls(prompt.slice(0, end))])]
}

const linesOf = (secret: string): ReadonlyArray<string> =>
  secret
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line.length >= minPromptLength && line !== secret)

/** How much of a word's beginning a text ends with: the search of Knuth, Morris and Pratt, as both may be long. */
const beginningAtEnd = (text: string, word: string, least: number): number => {
  const length = Math.min(word.length - 1, text.length)
  if (length < least) return 0
  // For each beginning of the word: how much of it stands at its end again.
  const fallback = new Int32Array(length)
  const advance = (matched: number, code: number): number => {
    let state = matched
    while (state > 0 && (state === length || word.charCodeAt(state) !== code)) state = fallback[state - 1] ?? 0
    return word.charCodeAt(state) === code ? state + 1 : 0
  }
  for (let index = 1; index < length; index++) {
    fallback[index] = advance(fallback[index - 1] ?? 0, word.charCodeAt(index))
  }
  let matched = 0
  for (let index = text.length - length; index < text.length; index++)
    matched = advance(matched, text.charCodeAt(index))
  return matched >= least ? matched : 0
}
