/**
 * Asks at the terminal before the agent runs a command or changes a file: yes, yes from now on, no, or stop. What asks is
 * `support/askAtTerminal.ts`.
 *
 *   npm run build && node examples/15_approvals.ts
 */
import { NodeRuntime } from "@effect/platform-node"
import { Codex } from "effect-codex"
import { applyPatch, reply, shellCommand } from "effect-codex/testing"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import { askAtTerminal } from "./support/askAtTerminal.ts"
import { appServerOnModel, offlineModel, Workspace } from "./support/offline.ts"

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

const AskAtTerminal = askAtTerminal(Console.log, { timeout: "5 minutes" })

// With your own login it is `AppServer.layer()`.
const CodexLive = appServerOnModel.pipe(Layer.provide(AskAtTerminal), Layer.provideMerge(offlineModel(script)))

program.pipe(Effect.provide(CodexLive), NodeRuntime.runMain)
