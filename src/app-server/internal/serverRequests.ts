/** Answers what the server asks: approvals by `Approvals`, tools by the thread's own, and everything else by refusing it. */
import * as Cause from "effect/Cause"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type { Approvals } from "../Approvals.ts"
import { serverRequests } from "../protocol/methods.ts"
import { methodNotFound, RefusedRequest, type ServerRequest } from "./rpc.ts"
import type { Session } from "./session.ts"
import { answerToolCall } from "./toolCalls.ts"

type Answer = Effect.Effect<unknown, RefusedRequest>

/** The kinds of `ApprovalRequested`, by method. */
export const approvalKinds = {
  "item/commandExecution/requestApproval": "command",
  "item/fileChange/requestApproval": "fileChange",
  "item/permissions/requestApproval": "permissions",
  "item/tool/requestUserInput": "userInput",
  "mcpServer/elicitation/request": "elicitation"
} as const

/** What the server's requests are answered with. */
export const makeAnswers =
  (approvals: Approvals["Service"] | undefined, warnOnce: Effect.Effect<void>) =>
  (request: ServerRequest, session: Session): Answer => {
    const { id, method, params } = request
    const deny = approvals === undefined ? warnOnce : Effect.void

    const decide = <A, B>(
      schema: () => Schema.Codec<A>,
      handler: ((params: A) => Effect.Effect<B, unknown>) | undefined,
      no: B
    ): Effect.Effect<B, RefusedRequest> => {
      const decoded = Schema.decodeUnknownResult(schema())(params)
      if (Result.isFailure(decoded)) {
        return unknownShape
      }
      // Told before it is decided: the reader of the turn may be who decides.
      announce(session, request)
      if (handler === undefined) return Effect.as(deny, no)
      return Effect.suspend(() => handler(decoded.success)).pipe(
        Effect.timeoutOrElse({
          duration: approvals?.timeout ?? Duration.infinity,
          orElse: () => Effect.as(Effect.logWarning(`Nobody answered ${method} in time: it was declined`), no)
        }),
        Effect.catchCause((cause) =>
          Cause.hasInterruptsOnly(cause)
            ? Effect.interrupt
            : Effect.as(Effect.logWarning(`The handler of ${method} failed: it was declined`, cause), no)
        )
      )
    }

    switch (method) {
      case "item/commandExecution/requestApproval":
        return Effect.map(decide(serverRequests[method].params, approvals?.command, "decline"), (decision) => ({
          decision
        }))
      case "item/fileChange/requestApproval":
        return Effect.map(decide(serverRequests[method].params, approvals?.fileChange, "decline"), (decision) => ({
          decision
        }))
      case "item/permissions/requestApproval":
        return decide(serverRequests[method].params, approvals?.permissions, { permissions: {}, scope: "turn" })
      case "item/tool/requestUserInput":
        return Effect.map(decide(serverRequests[method].params, approvals?.userInput, {}), (answers) => ({
          answers: Object.fromEntries(Object.entries(answers).map(([key, texts]) => [key, { answers: texts }]))
        }))
      case "mcpServer/elicitation/request":
        return decide(serverRequests[method].params, approvals?.elicitation, {
          action: "decline",
          content: null,
          _meta: null
        })
      case "item/tool/call": {
        const call = Schema.decodeUnknownResult(serverRequests[method].params())(params)
        return Result.isFailure(call) ? unknownShape : answerToolCall(call.success, session)
      }
      default:
        return Effect.fail(new RefusedRequest(methodNotFound, `effect-codex does not answer ${method} (${id})`))
    }
  }

const unknownShape = Effect.fail(new RefusedRequest(-32602, "the client does not know this shape of request"))

/** Tells the turn that codex waits for a decision. */
const announce = (session: Session, request: ServerRequest): void => {
  const { params } = request
  if (!Predicate.hasProperty(params, "threadId") || typeof params.threadId !== "string") return
  session.turns.get(params.threadId)?.inbox.push(request)
}
