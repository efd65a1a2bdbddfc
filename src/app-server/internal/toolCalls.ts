/**
 * The calls of the tools of a turn.
 *
 * codex asks for them with `item/tool/call` (0.169), for the agent of the thread and for those that it has started with
 * its history. They run as fibers of the turn, and are interrupted with it.
 */
import * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as FiberSet from "effect/FiberSet"
import type * as Scope from "effect/Scope"
import { callTool } from "../../internal/callTool.ts"
import type { ToolResult, ToolSet } from "../../ToolSet.ts"
import type { DynamicToolCallParams, DynamicToolCallResponse } from "../protocol/types.ts"
import type { ActiveTurn, Session } from "./session.ts"

/** Runs a tool, and gives what codex is answered. */
export type AnswerToolCall = (call: DynamicToolCallParams) => Effect.Effect<DynamicToolCallResponse>

/** Tools as `thread/start` takes them. */
export const dynamicTools = (tools: ToolSet | undefined): ReadonlyArray<unknown> | undefined =>
  tools?.specs.map((spec) => ({ type: "function", ...spec }))

/** Runs the tools of a turn in the current scope. */
export const makeToolCalls = Effect.fnUntraced(function* (
  tools: ToolSet
): Effect.fn.Return<AnswerToolCall, never, Scope.Scope> {
  // Of the turn: its span, its loggers.
  const turn = yield* Effect.context<never>()
  const calls = yield* FiberSet.make<ToolResult>()
  return ({ arguments: args, callId, tool }) =>
    callTool(tools, tool, args, callId).pipe(
      Effect.updateContext((request: Context.Context<never>) => Context.merge(request, turn)),
      (call) => FiberSet.run(calls, call),
      Effect.flatMap((fiber) => Effect.onInterrupt(Fiber.join(fiber), () => Fiber.interrupt(fiber))),
      Effect.map(toResponse)
    )
})

/** The turn that the agent of a thread works for. */
export const turnOf = (threadId: string, { subAgents, turns }: Session): ActiveTurn | undefined => {
  const root = subAgents.rootOf(threadId)
  return turns.get(threadId) ?? [...turns.values()].find(({ turnId }) => root !== undefined && turnId === root)
}

/** Answers a call of an agent by the turn that it works for. */
export const answerToolCall = (
  call: DynamicToolCallParams,
  session: Session
): Effect.Effect<DynamicToolCallResponse> => {
  const turn = turnOf(call.threadId, session)
  if (turn === undefined || Deferred.isDoneUnsafe(turn.over)) return refuse("The turn that it is for is over")
  return turn.answerToolCall === undefined
    ? refuse("The application does not offer it any more")
    : turn.answerToolCall(call)
}

const refuse = (why: string) =>
  Effect.succeed(toResponse({ success: false, text: `The tool can not be called: ${why}` }))

const toResponse = ({ success, text }: ToolResult): DynamicToolCallResponse => ({
  success,
  contentItems: [{ type: "inputText", text }]
})
