const credentials = /:\/\/[^/\s]*@/

/** A value as an error message shows it: short, on one line. */
export const preview = (value: unknown): string => {
  if (typeof value === "string")
    return withoutControls(JSON.stringify(excerpt(value.replace(credentials, "://…@"), 60)))
  if (typeof value === "function") return "a function"
  if (Array.isArray(value)) return "an array"
  if (typeof value === "object" && value !== null) return "an object"
  return String(value)
}

/** A text inside of an error message: short, on one line, without control characters. */
export const inline = (text: string, limit: number): string => withoutControls(excerpt(text, limit))

const withoutControls = (text: string): string =>
  text.replace(/[\p{Cc}\p{Cs}]/gu, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`)

/** How much of a text is kept to be redacted and then shortened, in characters. */
export const rawExcerptLength = 8192

/** The beginning of a text, with its length where it was cut. */
export const excerpt = (text: string, limit: number): string =>
  text.length <= limit ? text : `${text.slice(0, limit)}… (${text.length} characters)`
