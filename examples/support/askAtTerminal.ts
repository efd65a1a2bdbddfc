/** Asks at the terminal before the agent does what its sandbox or codex's rules do not cover. */
import { type ApprovalDecision, type ApprovalOptions, type ApprovalRequest, Approvals } from "effect-codex/app-server"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Semaphore from "effect/Semaphore"
import * as Terminal from "effect/Terminal"
import { inline } from "./text.ts"

const decisions: Readonly<Record<string, ApprovalDecision>> = {
  y: "accept",
  a: "acceptForSession",
  n: "decline",
  s: "cancel"
}

const describe = (request: ApprovalRequest): string => {
  switch (request._tag) {
    case "Command":
      return `run ${request.params.command ?? "a command"}${because(request.params.reason)}`
    case "FileChange":
      return `change files${because(request.params.reason)}`
    case "Permissions":
      return `have more permissions${because(request.params.reason)}`
    case "UserInput":
      return `know: ${request.params.questions.map(({ question }) => question).join(" ")}`
    case "Elicitation":
      return `let the MCP server ${request.params.serverName} go on`
  }
}

const because = (reason: string | null | undefined): string =>
  reason === undefined || reason === null ? "" : ` because: ${reason}`

/** Decides by the lines that are typed. Whoever has gone away says no. `print` shows lines. */
export const askAtTerminal = (print: (text: string) => Effect.Effect<void>, options?: ApprovalOptions) =>
  Layer.unwrap(
    Effect.gen(function* () {
      const terminal = yield* Terminal.Terminal
      // Commands that run at the same time, and several threads, may ask at the same time.
      const oneAtATime = yield* Semaphore.make(1)
      const ask = (question: string): Effect.Effect<ApprovalDecision> =>
        print(`\n? codex wants to ${question}\n  (y)es, (a)lways in this session, (n)o, (s)top the turn`).pipe(
          Effect.andThen(terminal.readLine),
          Effect.matchEffect({
            onFailure: () => Effect.succeed<ApprovalDecision>("decline"),
            onSuccess: (line) => {
              const decision = decisions[line.trim().toLowerCase()]
              return decision === undefined ? ask(question) : Effect.succeed(decision)
            }
          })
        )
      return Approvals.layerPolicy(
        (request) =>
          ask(inline(describe(request))).pipe(
            Effect.tap((decision) => print(`  ${decision}`)),
            oneAtATime.withPermit
          ),
        options
      )
    })
  )
