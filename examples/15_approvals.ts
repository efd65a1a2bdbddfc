/**
 * Asks at the terminal before the agent runs a command or changes a file: yes, yes from now on, no, or stop.
 *
 *   npm run build && node examples/15_approvals.ts
 */
import { NodeRuntime } from "@effect/platform-node"
import { Codex } from "effect-codex"
import { type ApprovalDecision, type ApprovalRequest, Approvals } from "effect-codex/app-server"
import { applyPatch, reply, shellCommand } from "effect-codex/testing"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Semaphore from "effect/Semaphore"
import * as Stream from "effect/Stream"
import * as Terminal from "effect/Terminal"
import { appServerOnModel, offlineModel, Workspace } from "./support/offline.ts"

const decisions: Readonly<Record<string, ApprovalDecision>> = {
  y: "accept",
  a: "acceptForSession",
  n: "decline",
  s: "cancel"
}

const describe = (request: ApprovalRequest): string => {
  switch (request._tag) {
    case "Command":
      return `run ${request.params.command ?? "a command"}`
    case "FileChange":
      return "change files"
    case "Permissions":
      return `have more permissions: ${request.params.reason ?? "it does not say why"}`
    case "UserInput":
      return request.params.questions.map(({ question }) => question).join(" ")
    case "Elicitation":
      return `let ${request.params.serverName} go on`
  }
}

/** Decides by the lines that are typed. Whoever has gone away says no. */
const AskAtTerminal = Layer.unwrap(
  Effect.gen(function* () {
    const terminal = yield* Terminal.Terminal
    // Several threads may ask at once.
    const oneAtATime = yield* Semaphore.make(1)
    const ask = (question: string): Effect.Effect<ApprovalDecision> =>
      Console.log(`? codex wants to ${question}\n  (y)es, (a)lways in this session, (n)o, (s)top the turn`).pipe(
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
        oneAtATime.withPermit(ask(describe(request))).pipe(Effect.tap((decision) => Console.log(`  ${decision}`))),
      { timeout: "5 minutes" }
    )
  })
)

const program = Effect.gen(function* () {
  const codex = yield* Codex
  const { directory } = yield* Workspace
  const thread = yield* codex.startThread({
    workingDirectory: directory,
    sandboxMode: "danger-full-access",
    // Ask before every command: codex 0.169 does so for `cat` and `git status` too.
    approvalPolicy: "untrusted"
  })
  yield* thread.stream("Release version 2").pipe(
    Stream.runForEach((event) => {
      if (event._tag !== "ItemCompleted") return Effect.void
      switch (event.item._tag) {
        case "CommandExecution":
          return Console.log(`command ${event.item.status}: ${event.item.command}`)
        case "FileChange":
          return Console.log(`change ${event.item.status}`)
        case "AgentMessage":
          return Console.log(event.item.text)
        default:
          return Effect.void
      }
    }),
    Effect.catchReason("CodexError", "TurnInterrupted", () => Console.log("You stopped the turn."))
  )
})

const script = [
  reply(applyPatch("*** Begin Patch\n*** Add File: VERSION\n+2\n*** End Patch\n")),
  reply(shellCommand("git add VERSION", { login: false })),
  reply(shellCommand("git push --force", { login: false })),
  reply("I did what I was allowed to.")
]

// With your own login it is `AppServer.layer()`.
const CodexLive = appServerOnModel.pipe(Layer.provide(AskAtTerminal), Layer.provideMerge(offlineModel(script)))

program.pipe(Effect.provide(CodexLive), NodeRuntime.runMain)
