/**
 * Approvals: who decides when codex asks.
 *
 * codex asks before a command or a file change that its approval policy does not cover, when it wants more permissions,
 * when it has questions for the user, and when an MCP server has. Provide a layer of `Approvals` to `AppServer.layer`;
 * without one everything is declined, with a warning. Handlers run in fibers of their own: a slow one delays nothing but
 * what waits for it, and is interrupted when codex withdraws its request.
 */
import * as Context from "effect/Context"
import * as Data from "effect/Data"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"
import type { CodexError } from "../CodexError.ts"
import { checkOptions } from "../internal/checkOptions.ts"
import { timeLimit } from "../internal/optionSchemas.ts"
import { orFail } from "../internal/orFail.ts"
import type {
  CommandExecutionApprovalDecision,
  CommandExecutionRequestApprovalParams,
  FileChangeApprovalDecision,
  FileChangeRequestApprovalParams,
  McpServerElicitationRequestParams,
  McpServerElicitationRequestResponse,
  PermissionsRequestApprovalParams,
  PermissionsRequestApprovalResponse,
  ToolRequestUserInputParams
} from "./protocol/types.ts"

/** What codex asks, as the protocol has it (codex 0.169), by kind. */
export type ApprovalRequest = Data.TaggedEnum<{
  /** To run a command. */
  Command: { readonly params: CommandExecutionRequestApprovalParams }
  /** To change files. The item with the changes is the event `ItemStarted` of the same id. */
  FileChange: { readonly params: FileChangeRequestApprovalParams }
  /** To have more permissions for the rest of the turn or session. Needs the feature `request_permissions_tool`. */
  Permissions: { readonly params: PermissionsRequestApprovalParams }
  /** To have questions answered. */
  UserInput: { readonly params: ToolRequestUserInputParams }
  /** To have a question of an MCP server answered; also asked before some MCP tools run. */
  Elicitation: { readonly params: McpServerElicitationRequestParams }
}>
/** Makes requests, for the tests of handlers. */
export const ApprovalRequest = Data.taggedEnum<ApprovalRequest>()

/**
 * What a policy answers: yes, yes for all of its kind in this session, no and the agent goes on, or no and the turn is
 * stopped (it fails with `TurnInterrupted`).
 */
export type ApprovalDecision = "accept" | "acceptForSession" | "decline" | "cancel"

/** A handler that fails with this says no, and the turn is stopped: it fails with `TurnInterrupted`. */
export class CancelTurn extends Data.TaggedError("CancelTurn") {}

/** Answers to questions, by their id: one or more texts each. */
export type UserAnswers = Readonly<Record<string, ReadonlyArray<string>>>

/**
 * Decides. A handler that fails or dies declines, which is logged as a warning; one that fails with `CancelTurn` stops
 * the turn.
 */
export interface ApprovalHandlers {
  /** May also amend codex's execution policy: see the params' `availableDecisions`. */
  readonly command: (
    params: CommandExecutionRequestApprovalParams
  ) => Effect.Effect<CommandExecutionApprovalDecision, unknown>
  /** Whether files may be changed. */
  readonly fileChange: (params: FileChangeRequestApprovalParams) => Effect.Effect<FileChangeApprovalDecision, unknown>
  /** What is granted of what was asked for, and for how long. */
  readonly permissions: (
    params: PermissionsRequestApprovalParams
  ) => Effect.Effect<PermissionsRequestApprovalResponse, unknown>
  /** Answers to the questions of the agent. */
  readonly userInput: (params: ToolRequestUserInputParams) => Effect.Effect<UserAnswers, unknown>
  /** The action `cancel` tells the MCP server that nobody has decided; the turn goes on (codex 0.169). */
  readonly elicitation: (
    params: McpServerElicitationRequestParams
  ) => Effect.Effect<McpServerElicitationRequestResponse, unknown>
}

/** Options of the layers of `Approvals`. */
export const ApprovalOptions = Schema.Struct({
  /**
   * Longest time for a decision, after which its handler is interrupted and it is no. Default: no limit; codex (0.169)
   * waits too.
   */
  timeout: Schema.optional(timeLimit)
})
export interface ApprovalOptions extends Schema.Schema.Type<typeof ApprovalOptions> {}

/** Decides when codex asks. */
export class Approvals extends Context.Service<
  Approvals,
  ApprovalHandlers & {
    /** Longest time for a decision. */
    readonly timeout: Duration.Duration
  }
>()("effect-codex/app-server/Approvals") {
  /** Handlers by kind. What is left out is declined. Fails with `InvalidOptions`. */
  static readonly layer = (
    handlers: Partial<ApprovalHandlers>,
    options?: ApprovalOptions
  ): Layer.Layer<Approvals, CodexError> => make({ ...denyEverything, ...handlers }, options)

  /**
   * One function for everything that can be answered with yes or no. Questions to the user are left unanswered, and so
   * are those of MCP servers that want more than a yes, whatever it says; `cancel` stops the turn there too. Fails with
   * `InvalidOptions`.
   */
  static readonly layerPolicy = (
    decide: (request: ApprovalRequest) => Effect.Effect<ApprovalDecision, unknown>,
    options?: ApprovalOptions
  ): Layer.Layer<Approvals, CodexError> => make(handlersOf(decide), options)

  /** No to everything. */
  static readonly layerDenyAll: Layer.Layer<Approvals> = Layer.suspend(() => always("decline"))

  /** Yes to everything: only for an agent that may do anything here. */
  static readonly layerAcceptAll: Layer.Layer<Approvals> = Layer.suspend(() => always("accept"))

  /** Yes to everything, and codex does not ask again for the same in this session. */
  static readonly layerAcceptForSession: Layer.Layer<Approvals> = Layer.suspend(() => always("acceptForSession"))
}

const always = (decision: ApprovalDecision) =>
  Layer.succeed(Approvals, { ...handlersOf(() => Effect.succeed(decision)), timeout: Duration.infinity })

const make = (handlers: ApprovalHandlers, options: ApprovalOptions = {}): Layer.Layer<Approvals, CodexError> =>
  Layer.effect(
    Approvals,
    Effect.map(orFail(checkOptions(ApprovalOptions, options)), ({ timeout = Duration.infinity }) => ({
      ...handlers,
      timeout: Duration.fromInputUnsafe(timeout)
    }))
  )

const isYes = (decision: ApprovalDecision): boolean => decision === "accept" || decision === "acceptForSession"

const handlersOf = (
  decide: (request: ApprovalRequest) => Effect.Effect<ApprovalDecision, unknown>
): ApprovalHandlers => ({
  command: (params) => decide(ApprovalRequest.Command({ params })),
  fileChange: (params) => decide(ApprovalRequest.FileChange({ params })),
  permissions: (params) =>
    Effect.map(orCancelTurn(decide(ApprovalRequest.Permissions({ params }))), (decision) => ({
      permissions: isYes(decision) ? granted(params) : {},
      scope: decision === "acceptForSession" ? "session" : "turn"
    })),
  userInput: (params) => Effect.as(orCancelTurn(decide(ApprovalRequest.UserInput({ params }))), {}),
  elicitation: (params) =>
    Effect.map(orCancelTurn(decide(ApprovalRequest.Elicitation({ params }))), (decision) =>
      isYes(decision) && isAnsweredByYes(params)
        ? {
            action: "accept",
            content: {},
            _meta: decision === "acceptForSession" && offersSession(params) ? { persist: "session" } : null
          }
        : { action: "decline", content: null, _meta: null }
    )
})

// codex 0.169 knows no answer to these kinds that stops the turn.
const orCancelTurn = (decision: Effect.Effect<ApprovalDecision, unknown>): Effect.Effect<ApprovalDecision, unknown> =>
  Effect.filterOrFail(
    decision,
    (decided) => decided !== "cancel",
    () => new CancelTurn()
  )

/** Whether a yes is all that an MCP server wants: no field of a form, and no proof. */
const isAnsweredByYes = (params: McpServerElicitationRequestParams): boolean => {
  if (params.mode === "openai/userVerification") return false
  if (params.mode === "url") return true
  const { requestedSchema: schema } = params
  return !(Predicate.hasProperty(schema, "required") && Array.isArray(schema.required) && schema.required.length > 0)
}

/** codex says so of the tools that it asks about. An MCP server that asks itself would get to see the answer to it. */
const offersSession = ({ _meta: meta }: McpServerElicitationRequestParams): boolean =>
  Predicate.hasProperty(meta, "persist") && Array.isArray(meta.persist) && meta.persist.includes("session")

const granted = ({ permissions: { fileSystem, network } }: PermissionsRequestApprovalParams) => ({
  ...(fileSystem === undefined || fileSystem === null ? {} : { fileSystem }),
  ...(network === undefined || network === null ? {} : { network })
})

const denyEverything = handlersOf(() => Effect.succeed("decline"))
