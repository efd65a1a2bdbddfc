/**
 * Shows everything while it is written: what the model thinks and says, and what a command prints.
 *
 *   npm run build && node examples/17_deltas.ts
 */
import { NodeRuntime } from "@effect/platform-node"
import { Codex, type ThreadEvent } from "effect-codex"
import { reasoning, reply, shellCommand, streamedMessage } from "effect-codex/testing"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import * as Terminal from "effect/Terminal"
import { offlineServer, Workspace } from "./support/offline.ts"

/** What of an event is shown, and the item that it belongs to. */
const textOf = (event: ThreadEvent): { readonly itemId: string; readonly text: string } | undefined => {
  switch (event._tag) {
    case "AgentMessageDelta":
    case "ReasoningDelta":
    case "PlanDelta":
    case "CommandOutputDelta":
      return { itemId: event.itemId, text: event.delta }
    case "ItemStarted":
      return event.item._tag === "CommandExecution"
        ? { itemId: event.item.id, text: `$ ${event.item.command}\n` }
        : undefined
    case "ItemCompleted": {
      // Deltas of a command are not all there is: its item is. A message needs no more than its deltas.
      if (event.item._tag !== "CommandExecution") return undefined
      const { exitCode, id, status } = event.item
      return { itemId: id, text: `${status} (${exitCode ?? "no exit code"})` }
    }
    case "UsageUpdated":
      return { itemId: "usage", text: `${event.total.inputTokens} tokens so far` }
    default:
      return undefined
  }
}

const program = Effect.gen(function* () {
  const codex = yield* Codex
  const terminal = yield* Terminal.Terminal
  const { directory } = yield* Workspace
  const thread = yield* codex.startThread({ workingDirectory: directory, sandboxMode: "danger-full-access" })
  let shown = ""
  yield* thread.stream("Count to three").pipe(
    Stream.runForEach((event) => {
      const part = textOf(event)
      if (part === undefined) return Effect.void
      const separator = shown === "" || shown === part.itemId ? "" : "\n\n"
      shown = part.itemId
      return terminal.display(separator + part.text)
    })
  )
  yield* terminal.display("\n")
})

const script = [
  reply([
    reasoning("**Counting** with a loop"),
    shellCommand("sleep 0.5; for n in 1 2 3; do echo $n; sleep 0.3; done", { login: false })
  ]),
  reply(streamedMessage(["One, ", "two, ", "three", " - that ", "is all."], { pause: "150 millis" }))
]

program.pipe(Effect.provide(offlineServer(script)), NodeRuntime.runMain)
