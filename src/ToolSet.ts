/**
 * ToolSet: tools of the application that the agent of a thread can call (option `tools`).
 *
 * A plain value, the same for every way of running codex. `ToolSet.make` of `effect-codex/tools` makes one from a toolkit
 * of `effect/ai`. Its calls run in fibers of the turn: they are interrupted when the turn ends, however it ends. A call that
 * waits for another turn of its own thread waits for itself.
 */
import type * as Effect from "effect/Effect"
import type { JsonSchemaObject } from "./CodexOptions.ts"

/** A tool, as the model is told of it. */
export interface ToolSpec {
  /**
   * Letters, digits, `_` and `-`. None of codex's own tools, such as `exec_command` or `wait`: over `codex app-server` (0.169)
   * it would call its own.
   */
  readonly name: string
  /** What it does and when to use it. */
  readonly description: string
  /** JSON Schema of the arguments, with `type: "object"` at its root. codex hands it to the model and does not check it. */
  readonly inputSchema: JsonSchemaObject
}

/** What the model is told of a call. */
export interface ToolResult {
  /** Whether the tool did what it was asked for. */
  readonly success: boolean
  /** What it returned, or what went wrong. With more than 8 MiB of JSON the call fails. */
  readonly text: string
}

/** Tools and what runs them. */
export interface ToolSet {
  /** No two of the same name. */
  readonly specs: ReadonlyArray<ToolSpec>
  /**
   * Runs a tool with the arguments that the model gave, which nobody has checked. What goes wrong is a result: a call that
   * dies is answered with an error without details. `callId` is codex's, where it tells it.
   */
  readonly call: (name: string, args: unknown, callId?: string) => Effect.Effect<ToolResult>
}
