/** Lines of output as events. */
import * as Result from "effect/Result"
import { MalformedOutput } from "../CodexError.ts"
import type { ThreadEvent } from "../ThreadEvent.ts"
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
    const decoded = decodeLine(line, strict)
    if (decoded === undefined) continue
    if (strict && decoded.issue !== undefined) {
      const failure = new MalformedOutput({ description: decoded.issue, excerpt: line.slice(0, rawExcerptLength) })
      return { events, failure }
    }
    events.push(decoded)
  }
  return { events, failure: undefined }
}

/** Whether a line says nothing. Not by a regular expression, which keeps the last text that it was applied to alive. */
export const isBlank = (line: string): boolean => line.trim() === ""

/** A line as JSON, if it is. */
export const parseLine = (line: string): Result.Result<unknown, unknown> => {
  try {
    return Result.succeed(JSON.parse(line))
  } catch (error) {
    return Result.fail(error)
  }
}

/** Nothing for a blank line. */
const decodeLine = (line: string, strict: boolean): DecodedEvent | undefined => {
  // First: to fail to parse it takes long.
  if (isBlank(line)) return undefined
  const json = parseLine(line)
  if (Result.isSuccess(json)) return boundDepth(decodeEvent(json.success, strict), line)
  const issue = "Expected a line of JSON"
  return { event: { _tag: "UnknownEvent", raw: line, issue }, issue }
}

// JSON.parse takes any depth. JSON.stringify, Equal and whatever else recurses into a value do not.
const maxDepth = 512

/** An event that hands a value on as it came, which is nested too deeply, has the text of its line instead. */
const boundDepth = (decoded: DecodedEvent, line: string): DecodedEvent => {
  // Each level takes two brackets.
  if (line.length < 2 * maxDepth || !handsOn(decoded.event)) return decoded
  // The text first: to list a million keys costs more than to have parsed them.
  if (!isTextDeeperThan(maxDepth - 1, line) || !isDeeperThan(maxDepth, decoded.event)) return decoded
  const issue = `Expected no more than ${maxDepth} levels`
  return { event: withText(decoded.event, line, issue), issue }
}

const handsOn = (event: ThreadEvent): boolean =>
  event._tag === "UnknownEvent" ||
  ("item" in event && (event.item._tag === "UnknownItem" || event.item._tag === "McpToolCall"))

const withText = (event: ThreadEvent, raw: string, issue: string): ThreadEvent => {
  if (!("item" in event)) {
    return { _tag: "UnknownEvent", ...("type" in event ? { type: event.type } : {}), raw, issue }
  }
  const { item } = event
  const type = item._tag === "UnknownItem" ? item.type : "mcp_tool_call"
  return {
    _tag: event._tag,
    item: {
      _tag: "UnknownItem",
      ...(item.id === undefined ? {} : { id: item.id }),
      ...(type === undefined ? {} : { type }),
      raw,
      issue
    }
  }
}

const isDeeperThan = (levels: number, value: unknown): boolean =>
  typeof value === "object" &&
  value !== null &&
  (levels === 0 || Object.values(value).some((part) => isDeeperThan(levels - 1, part)))

/** Whether so many brackets of a line of JSON are open at once. An event may hold the line's value one level deeper. */
const isTextDeeperThan = (levels: number, json: string): boolean => {
  let open = 0
  for (let at = 0; at < json.length; at++) {
    switch (json[at]) {
      case '"':
        at = endOfString(json, at)
        break
      case "{":
      case "[":
        if (++open > levels) return true
        break
      case "}":
      case "]":
        open--
    }
  }
  return false
}

/** Where the string ends that begins there. */
const endOfString = (json: string, start: number): number => {
  let end = json.indexOf('"', start + 1)
  while (isEscaped(json, end)) end = json.indexOf('"', end + 1)
  return end
}

const isEscaped = (json: string, at: number): boolean => {
  let before = at
  while (json[before - 1] === "\\") before--
  return (at - before) % 2 === 1
}
