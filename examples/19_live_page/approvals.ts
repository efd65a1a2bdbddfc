/** Approvals that any browser which watches may answer. */
import { type ApprovalRequest, Approvals } from "effect-codex/app-server"
import * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import { Board } from "./board.ts"
import type { Decision } from "./wire.ts"

export class Decisions extends Context.Service<
  Decisions,
  {
    /** Asks, and waits for an answer. */
    readonly ask: (request: ApprovalRequest) => Effect.Effect<Decision>
    /** Answers what waits, if it does. */
    readonly answer: (id: string, decision: Decision) => Effect.Effect<"answered" | "decided" | "unknown">
  }
>()("example/Decisions") {
  static readonly layer = Layer.effect(
    Decisions,
    Effect.gen(function* () {
      const board = yield* Board
      const waiting = new Map<string, Deferred.Deferred<Decision>>()
      let asked = 0
      return Decisions.of({
        ask: (request) =>
          Effect.suspend(() => {
            const id = `approval-${++asked}`
            const decision = Deferred.makeUnsafe<Decision>()
            const entry = { kind: "approval", id, ...describe(request) } as const
            waiting.set(id, decision)
            board.put({ ...entry, state: "waiting" })
            return Deferred.await(decision).pipe(
              // Interrupted when the turn ends first.
              Effect.onExit((exit) =>
                Effect.sync(() => {
                  waiting.delete(id)
                  board.put({ ...entry, state: Exit.isSuccess(exit) ? exit.value : "withdrawn" })
                })
              )
            )
          }),
        answer: (id, decision) =>
          Effect.suspend(() => {
            const deferred = waiting.get(id)
            if (deferred !== undefined && Deferred.doneUnsafe(deferred, Exit.succeed(decision))) {
              return Effect.succeed("answered")
            }
            return Effect.succeed(board.get(id)?.kind === "approval" ? "decided" : "unknown")
          })
      })
    })
  )
}

/** For `AppServer.layer`. */
export const AskOnPage = Layer.unwrap(Decisions.useSync(({ ask }) => Approvals.layerPolicy(ask)))

const describe = (request: ApprovalRequest): { readonly question: string; readonly itemId?: string } => {
  switch (request._tag) {
    case "Command":
      return { question: `Run this command?${because(request.params.reason)}`, itemId: request.params.itemId }
    case "FileChange":
      return { question: `Make these changes?${because(request.params.reason)}`, itemId: request.params.itemId }
    case "Permissions":
      return { question: `Give more permissions?${because(request.params.reason)}` }
    case "UserInput":
      return { question: request.params.questions.map(({ question }) => question).join(" ") }
    case "Elicitation":
      return { question: `Let the MCP server ${request.params.serverName} go on?` }
  }
}

const because = (reason: string | null | undefined): string =>
  reason === undefined || reason === null ? "" : ` ${reason}`
