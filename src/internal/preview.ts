import * as Duration from "effect/Duration"

/** A value as an error message shows it: short, on one line. */
export const preview = (value: unknown): string => {
  if (typeof value === "string") {
    const scheme = value.indexOf("://")
    return quoted(scheme === -1 ? value : hideUntilAt(value, scheme + 3))
  }
  if (typeof value === "function") return "a function"
  if (Array.isArray(value)) return "an array"
  if (Duration.isDuration(value)) return Duration.format(value)
  if (typeof value === "object" && value !== null) return "an object"
  return String(value)
}

/** A value that was to be a URL, likewise. Without its query and its fragment, which may hold a secret. */
export const previewUrl = (value: unknown): string => {
  if (typeof value !== "string") return preview(value)
  const scheme = /^[a-z][a-z0-9+.-]*:\/\//i.exec(value)?.[0] ?? ""
  return quoted(hideUntilAt(value, scheme.length).replace(/([?#])[^]+/, "$1…"))
}

// Of what is no URL nobody can tell where its password ends: with a / or a space in it, it is one that is refused.
const hideUntilAt = (text: string, start: number): string => {
  const at = text.lastIndexOf("@")
  return at < start ? text : `${text.slice(0, start)}…${text.slice(at)}`
}

const quoted = (text: string): string => withoutControls(JSON.stringify(excerpt(text, 60)))

/** A text inside of an error message: short, on one line, without control characters. */
export const inline = (text: string, limit: number): string => withoutControls(excerpt(text, limit))

const withoutControls = (text: string): string =>
  text.replace(/[\p{Cc}\p{Cs}]/gu, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`)

/** How much of a text is kept to be redacted and then shortened, in characters. */
export const rawExcerptLength = 8192

/** The beginning of a text, with its length where it was cut. */
export const excerpt = (text: string, limit: number): string =>
  text.length <= limit ? text : `${text.slice(0, limit)}… (${text.length} characters)`
