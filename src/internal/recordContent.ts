/** How texts of the conversation become attributes of spans, where the application wants them to. */
import * as Formatter from "effect/Formatter"
import * as Result from "effect/Result"
import { excerpt } from "./preview.ts"
import { type Redact, withoutControls } from "./redact.ts"

/** What of the conversation is recorded: attributes by their name, or none. */
export interface RecordContent {
  /** The beginning of a text, and of other values as JSON. */
  readonly text: (name: string, value: unknown) => Record<string, string>
  /** A message, as the JSON of OpenTelemetry's conventions for generative AI. It stays JSON where it is cut. */
  readonly message: (name: string, message: Message) => Record<string, string>
}

/** What somebody said. Of the agent's words the conventions want to know why they end. */
type Message =
  | { readonly role: "user"; readonly text: string }
  | { readonly role: "assistant"; readonly text: string; readonly finishReason: "stop" }

/** Nothing of the conversation. */
export const recordNothing: RecordContent = { text: () => ({}), message: () => ({}) }

/** Attributes of so many characters, without the secrets. */
export const recordUpTo = (length: number, redact: Redact): RecordContent => ({
  text: (name, value) => {
    if (value === undefined || value === "") return {}
    const text = typeof value === "string" ? value : (toJson(value) ?? Formatter.format(value))
    return { [name]: copy(excerpt(hideSecrets(text, redact), length)) }
  },
  message: (name, message) => {
    const json = fittingMessage({ ...message, text: hideSecrets(message.text, redact) }, length)
    return json === undefined ? {} : { [name]: json }
  }
})

/** What has no secrets stays as it is, with its control characters. */
const hideSecrets = (text: string, { secrets }: Redact): string => {
  const hidden = secrets(text)
  return hidden === withoutControls(text) ? text : hidden
}

/** Undefined for what JSON can not hold: cyclic values, functions. */
const toJson = (value: unknown): string | undefined =>
  Result.getOrElse(
    Result.try((): string | undefined => JSON.stringify(value)),
    () => undefined
  )

// A part of a string holds on to the whole of it; and half a character is no text that can be sent.
const copy = (text: string): string => new TextDecoder().decode(new TextEncoder().encode(text))

const messageJson = (message: Message, content: string): string =>
  JSON.stringify([
    {
      role: message.role,
      parts: [{ type: "text", content: content.toWellFormed() }],
      ...(message.role === "assistant" ? { finish_reason: message.finishReason } : {})
    }
  ])

/** With as much of the text as there is room for: how long it is as JSON depends on what is in it. */
const fittingMessage = (message: Message, length: number): string | undefined => {
  const { text } = message
  if (text.length <= length) {
    const whole = messageJson(message, text)
    if (whole.length <= length) return whole
  }
  const cutTo = (characters: number) => messageJson(message, excerpt(text, characters))
  let fits = 0
  let tooMuch = Math.min(text.length, length)
  while (tooMuch - fits > 1) {
    const middle = Math.floor((fits + tooMuch) / 2)
    if (cutTo(middle).length <= length) fits = middle
    else tooMuch = middle
  }
  return fits === 0 ? undefined : cutTo(fits)
}
