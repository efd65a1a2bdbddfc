/** Texts of the model, made safe and short for a terminal. */

/** Control characters are spelled out: nothing that a model writes moves the cursor or hides what it asks for. */
export const visible = (text: string): string =>
  text.replace(
    /(?![\t\n])[\p{Cc}\p{Bidi_Control}]/gu,
    (character) => `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, "0")}`
  )

/** On one line. */
export const inline = (text: string): string => visible(text).replaceAll(/\s*\n\s*/g, " ↵ ")
