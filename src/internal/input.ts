/** An input as what codex takes: a prompt for stdin and images for the command line. */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { InvalidOptions, PromptTooLarge } from "../CodexError.ts"
import { type Input, InputPart } from "../Turn.ts"
import { readable } from "./checkOptions.ts"
import { argument } from "./optionSchemas.ts"
import { preview } from "./preview.ts"

export interface Prompt {
  readonly prompt: string
  readonly images: ReadonlyArray<string>
}

/** codex 0.169 refuses more, after it has started a thread. */
const maxPromptLength = 1_048_576

const decodeParts = Schema.decodeUnknownResult(Schema.Array(InputPart))
const isArgument = Schema.is(argument)

/** Texts are joined by a blank line, as in the official SDK; images keep their order. */
export const toPrompt = (input: Input): Result.Result<Prompt, InvalidOptions | PromptTooLarge> =>
  typeof input === "string"
    ? checkPrompt({ prompt: input, images: [] })
    : readable("input", () => {
        // Callers without types may pass anything.
        const parts = decodeParts(input)
        return Result.isSuccess(parts)
          ? joinParts(parts.success)
          : invalid(input, "a string, or a list of Input.text(…) and Input.localImage(…)")
      })

const joinParts = (parts: ReadonlyArray<InputPart>): Result.Result<Prompt, InvalidOptions | PromptTooLarge> => {
  const images = parts.flatMap((part) => (part._tag === "LocalImage" ? [part.path] : []))
  const refused = images.find((path) => !isArgument(path) || path.includes(","))
  if (refused !== undefined) {
    return invalid(
      refused,
      'image paths that do not begin with "-" and hold neither a comma (codex splits there) nor NUL'
    )
  }
  const texts = parts.flatMap((part) => (part._tag === "Text" ? [part.text] : []))
  return checkPrompt({ prompt: texts.join("\n\n"), images })
}

const checkPrompt = (prompt: Prompt): Result.Result<Prompt, InvalidOptions | PromptTooLarge> =>
  isBlank(prompt.prompt)
    ? invalid(prompt.prompt, "a text that is not blank: codex takes images only with a text")
    : Result.map(checkLength(prompt.prompt), () => prompt)

// U+0085 is white space for codex, though not for JavaScript.
/** Whether codex would say that there is no prompt. */
export const isBlank = (text: string): boolean => /^[\s\u0085]*$/.test(text)

/** Whether codex takes a prompt of this length. */
export const checkLength = (text: string): Result.Result<void, PromptTooLarge> => {
  // Counting is only worth it where the number of UTF-16 units leaves it open.
  const length = text.length <= maxPromptLength ? text.length : codePoints(text)
  return length > maxPromptLength
    ? Result.fail(new PromptTooLarge({ length, limit: maxPromptLength }))
    : Result.succeed(undefined)
}

/** The length of a text as codex counts it. */
export const codePoints = (text: string): number => {
  let count = 0
  for (const _ of text) count++
  return count
}

const invalid = (got: unknown, expected: string): Result.Result<never, InvalidOptions> =>
  Result.fail(new InvalidOptions({ option: "input", got: preview(got), expected }))
