/** Calls a tool for codex, over whichever transport. */
import * as Effect from "effect/Effect"
import type { ToolResult, ToolSet } from "../ToolSet.ts"
import { logWarning } from "./logWarning.ts"

// In JSON. codex repeats a result in its output, whose lines are bounded, and over a WebSocket takes no more than 16 MiB.
const maxResultBytes = 8 * 1024 * 1024

/** What the model is told of a call: a result that is too large would end more than the call. */
export const callTool = (tools: ToolSet, name: string, args: unknown, callId?: string): Effect.Effect<ToolResult> =>
  Effect.flatMap(tools.call(name, args, callId), (result) => {
    // Over MCP codex could not read a lone surrogate, and the call would fail.
    if (!isTooLarge(result.text)) return Effect.succeed({ ...result, text: result.text.toWellFormed() })
    const text = `The result of the tool ${name} is larger than the ${maxResultBytes} bytes of JSON that it may have`
    return Effect.as(logWarning(text), { success: false, text })
  })

// A character takes at most six bytes.
const isTooLarge = (text: string): boolean =>
  text.length * 6 > maxResultBytes && new TextEncoder().encode(JSON.stringify(text)).length > maxResultBytes
