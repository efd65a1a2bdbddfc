/** Writes a review as Markdown. */
import type { Usage } from "effect-codex"
import * as Cause from "effect/Cause"
import * as Exit from "effect/Exit"
import * as Result from "effect/Result"
import { visible } from "../support/text.ts"
import { type Finding, type Review, severities } from "./review.ts"

/** How far a review came: a reader must not take a part of it for the whole. */
export const statusOf = (exit: Exit.Exit<unknown, { readonly message: string }>): string => {
  if (Exit.isSuccess(exit)) return complete
  if (Cause.hasInterruptsOnly(exit.cause)) return "**Interrupted**: this is what was found until then."
  const failure = Cause.findError(exit.cause)
  return `**Not complete**: ${Result.isSuccess(failure) ? oneLine(failure.success.message) : "an unexpected error"}`
}

const complete = "Complete."

/** What the terminal says before the report's place. */
export const announcementOf = (exit: Exit.Exit<unknown, unknown>): string => {
  if (Exit.isSuccess(exit)) return "Report"
  return Cause.hasInterruptsOnly(exit.cause)
    ? "Interrupted. The report has what was found until then"
    : "The review is not complete. The report has what was found until then"
}

export const toMarkdown = (review: Review, directory: string, status: string): string =>
  visible(
    [
      `# Review of ${code(directory)}`,
      status,
      ...(review.lastMessage === ""
        ? []
        : [status === complete ? "## Summary" : "## Last message", review.lastMessage]),
      `## Findings`,
      ...(review.findings.length === 0 ? ["None."] : review.findings.toSorted(gravestFirst).map(finding)),
      ...(review.commands.length === 0
        ? []
        : ["## Commands", review.commands.map(({ command, result }) => `- ${code(command)}: ${result}`).join("\n")]),
      ...(review.usage === undefined ? [] : ["## Usage", usage(review.usage)])
    ].join("\n\n") + "\n"
  )

// They come in any order: tools run side by side.
const gravestFirst = (one: Finding, other: Finding): number =>
  severities.indexOf(one.severity) - severities.indexOf(other.severity)

const finding = ({ explanation, file, line, severity, title }: Finding, index: number): string =>
  `### ${index + 1}. ${oneLine(title)}\n\n${severity}, ${code(`${file}:${line}`)}\n\n${quote(explanation)}`

/** Whatever Markdown the text holds, it stays inside. */
const quote = (text: string): string => text.trim().replaceAll(/^/gm, "> ")

export const usage = ({ cachedInputTokens, inputTokens, outputTokens }: Usage): string =>
  `${inputTokens} tokens in (${cachedInputTokens} cached), ${outputTokens} out.`

const oneLine = (text: string): string => text.replaceAll(/\s+/g, " ").trim()

/** A code span, with more backticks around it than the text has in a row. */
const code = (text: string): string => {
  const longest = Math.max(0, ...Array.from(text.matchAll(/`+/g), ([run]) => run.length))
  const fence = "`".repeat(longest + 1)
  const space = longest === 0 ? "" : " "
  return fence + space + oneLine(text) + space + fence
}
