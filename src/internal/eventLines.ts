/** Lines of output as events. */
import * as Result from "effect/Result"
import { MalformedOutput } from "../CodexError.ts"
import { decodeEvent, type DecodedEvent } from "./execWire.ts"
import { rawExcerptLength } from "./preview.ts"

/** What became of some lines: the events up to the first line that ends the turn, if one does. */
export interface DecodedLines {
  readonly events: ReadonlyArray<DecodedEvent>
  readonly failure: MalformedOutput | undefined
}

/** Decodes lines in order. Blank ones are skipped. Only in `strict` mode can one end the turn. */
export const decodeLines = (lines: ReadonlyArray<string>, strict: boolean): DecodedLines => {
  const events: Array<DecodedEvent> = []
  for (const line of lines) {
    if (isBlank(line)) continue
    const decoded = decodeLine(line, strict)
    if (strict && decoded.issue !== undefined) {
      const failure = new MalformedOutput({ description: decoded.issue, excerpt: line.slice(0, rawExcerptLength) })
      return { events, failure }
    }
    events.push(decoded)
  }
  return { events, failure: undefined }
}

/** Whether a line says nothing. */
export const isBlank = (line: string): boolean => line.length < 64 && line.trim() === ""

/** A line as JSON, if it is. */
export const parseLine = (line: string): Result.Result<unknown, unknown> => Result.try((): unknown => JSON.parse(line))

const decodeLine = (line: string, strict: boolean): DecodedEvent => {
  const json = parseLine(line)
  if (Result.isSuccess(json)) return decodeEvent(json.success, strict)
  const issue = "Expected a line of JSON"
  return { event: { _tag: "UnknownEvent", raw: line, issue }, issue }
}
