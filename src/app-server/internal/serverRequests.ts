/** Answers what the server asks: approvals by `Approvals`, tools by the thread's own, and everything else by refusing it. */
import * as Cause from "effect/Cause"
import * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { type Approvals, CancelTurn } from "../Approvals.ts"
import { logWarning } from "../../internal/logWarning.ts"
import { serverRequests } from "../protocol/methods.ts"
import { methodNotFound, RefusedRequest, type ServerRequest } from "./rpc.ts"
import { type Session, threadOf } from "./session.ts"
import { answerToolCall, turnOf } from "./toolCalls.ts"

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
  (approvals: Approvals["Service"] | undefined, warnOnce: Effect.Effect<void>, requestTimeout: Duration.Duration) =>
  (request: ServerRequest, session: Session): Answer => {
    const { id, method, params } = request
    const deny = approvals === undefined ? warnOnce : Effect.void

    const decide = <A, B>(
      schema: () => Schema.Codec<A>,
      handler: ((params: A) => Effect.Effect<B, unknown>) | undefined,
      no: B,
      isAnswer: (answer: B) => boolean,
      answers: string
    ): Effect.Effect<B, RefusedRequest> => {
      const decoded = Schema.decodeUnknownResult(schema())(params)
      if (Result.isFailure(decoded)) {
        return unknownShape
      }
      // Told before it is decided: the reader of the turn may be who decides.
      announce(session, request)
      if (handler === undefined) return Effect.as(deny, no)
      const turn = turnOf(threadOf(params) ?? "", session)
      if (turn !== undefined && Deferred.isDoneUnsafe(turn.over)) return Effect.succeed(no)
      const decided = Effect.suspend(() => handler(decoded.success)).pipe(
        // codex would tell the model of an answer that it does not know.
        Effect.flatMap((answer) =>
          isAnswer(answer)
            ? Effect.succeed(answer)
            : Effect.as(logWarning(`${method} was declined: its handler has to answer with ${answers}`), no)
        ),
        Effect.timeoutOrElse({
          duration: approvals?.timeout ?? Duration.infinity,
          orElse: () => Effect.as(logWarning(`Nobody answered ${method} in time: it was declined`), no)
        }),
        // Not reached when codex withdraws the request: what is interrupted then is this fiber.
        Effect.catchCause((cause) =>
          Option.exists(Cause.findErrorOption(cause), (error) => error instanceof CancelTurn)
            ? Effect.as(interruptAsker(session, params, requestTimeout), no)
            : Effect.as(logWarning(`The handler of ${method} failed: it was declined`, cause), no)
        )
      )
      if (turn === undefined) return decided
      return Effect.raceFirst(decided, Effect.as(Deferred.await(turn.over), no)).pipe(
        Effect.updateContext((request: Context.Context<never>) => Context.merge(request, turn.context))
      )
    }

    switch (method) {
      case "item/commandExecution/requestApproval":
        return Effect.map(
          decide(
            serverRequests[method].params,
            approvals?.command,
            "decline",
            isCommandDecision,
            `${decisionNames}, or an amendment`
          ),
          (decision) => ({
            decision
          })
        )
      case "item/fileChange/requestApproval":
        return Effect.map(
          decide(serverRequests[method].params, approvals?.fileChange, "decline", isDecision, decisionNames),
          (decision) => ({
            decision
          })
        )
      case "item/permissions/requestApproval":
        return decide(
          serverRequests[method].params,
          approvals?.permissions,
          { permissions: {}, scope: "turn" },
          isGrant,
          'an object with permissions, and "turn" or "session" as its scope'
        )
      case "item/tool/requestUserInput":
        return Effect.map(
          decide(
            serverRequests[method].params,
            approvals?.userInput,
            {},
            isUserAnswers,
            "a list of texts for each question"
          ),
          (answers) => ({
            answers: Object.fromEntries(Object.entries(answers).map(([key, texts]) => [key, { answers: texts }]))
          })
        )
      case "mcpServer/elicitation/request":
        return decide(
          serverRequests[method].params,
          approvals?.elicitation,
          {
            action: "decline",
            content: null,
            _meta: null
          },
          isElicitationAnswer,
          'an object with "accept", "decline" or "cancel" as its action'
        )
      case "item/tool/call": {
        const call = Schema.decodeUnknownResult(serverRequests[method].params())(params)
        return Result.isFailure(call) ? unknownShape : answerToolCall(call.success, session)
      }
      default:
        return Effect.fail(new RefusedRequest(methodNotFound, `effect-codex does not answer ${method} (${id})`))
    }
  }

const decisions: ReadonlyArray<unknown> = ["accept", "acceptForSession", "decline", "cancel"]
const decisionNames = decisions.join(", ")

const isDecision = (answer: unknown): boolean => decisions.includes(answer)

/** Also an object, which amends the execution policy. */
const isCommandDecision = (answer: unknown): boolean =>
  isDecision(answer) ||
  (Predicate.isObject(answer) &&
    Schema.is(serverRequests["item/commandExecution/requestApproval"].response())({ decision: answer }))

// The protocol's own schemas take every text, for the sake of what later versions of codex say.
const isGrant = (answer: unknown): boolean =>
  Schema.is(serverRequests["item/permissions/requestApproval"].response())(answer) &&
  [undefined, "turn", "session"].includes(answer.scope)

const isElicitationAnswer = (answer: unknown): boolean =>
  Schema.is(serverRequests["mcpServer/elicitation/request"].response())(answer) &&
  ["accept", "decline", "cancel"].includes(answer.action)

const isUserAnswers = Schema.is(Schema.Record(Schema.String, Schema.Array(Schema.String)))

const unknownShape = Effect.fail(new RefusedRequest(-32602, "the client does not know this shape of request"))

/** Tells the turn that codex waits for a decision. */
const announce = (session: Session, request: ServerRequest): void => {
  const threadId = threadOf(request.params)
  const inbox = threadId === undefined ? undefined : session.turns.get(threadId)?.inbox
  inbox?.push(request)
  inbox?.wake()
}

/** Interrupts the turn that asks. codex withdraws its request then. */
const interruptAsker = (session: Session, params: unknown, timeout: Duration.Duration): Effect.Effect<void> => {
  const threadId = threadOf(params)
  const asker = Predicate.hasProperty(params, "turnId") ? params.turnId : undefined
  const turnId = asker ?? (threadId === undefined ? undefined : session.turns.get(threadId)?.turnId)
  return session.rpc.request("turn/interrupt", { threadId, turnId }, { timeout }).pipe(
    // It is over, then.
    Effect.ignore
  )
}
