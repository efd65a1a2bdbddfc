/**
 * Reacts to single events of a turn, and stops one early.
 *
 *   npm run build && node examples/02_streaming.ts
 */
import { NodeRuntime } from "@effect/platform-node"
import { Codex, ThreadEvent, ThreadItem } from "effect-codex"
import { reasoning, reply, shellCommand } from "effect-codex/testing"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { offline, Workspace } from "./support/offline.ts"

const program = Effect.gen(function* () {
  const codex = yield* Codex
  const { directory } = yield* Workspace
  const thread = yield* codex.startThread({ workingDirectory: directory, sandboxMode: "danger-full-access" })

  // `guards` picks events, `match` covers every kind of item.
  yield* thread.stream("Which files are here?").pipe(
    Stream.filter(ThreadEvent.guards.ItemCompleted),
    Stream.map(({ item }) => describe(item)),
    Stream.runForEach((line) => Console.log(line))
  )

  // A stream that ends early ends codex and everything that it started.
  yield* thread.stream("Wait for the deployment").pipe(
    Stream.takeUntil((event) => event._tag === "ItemStarted" && event.item._tag === "CommandExecution"),
    Stream.runForEach((event) =>
      ThreadEvent.matchOrElse(
        event,
        { ItemStarted: ({ item }) => Console.log(`stopped at: ${describe(item)}`) },
        () => Effect.void
      )
    )
  )

  // The thread goes on after it.
  const turn = yield* thread.run("Never mind")
  yield* Console.log(turn.finalResponse)
})

const describe = (item: ThreadItem): string =>
  ThreadItem.match(item, {
    AgentMessage: ({ text }) => `message: ${text}`,
    Reasoning: ({ text }) => `reasoning: ${text}`,
    CommandExecution: ({ command, status }) => `command (${status}): ${command}`,
    FileChange: ({ changes }) => `changed: ${changes.map(({ path }) => path).join(", ")}`,
    McpToolCall: ({ server, tool }) => `tool: ${server}/${tool}`,
    CollabToolCall: ({ tool }) => `agents: ${tool}`,
    WebSearch: ({ query }) => `search: ${query}`,
    TodoList: ({ items }) => `plan: ${items.filter(({ completed }) => completed).length} of ${items.length} done`,
    Plan: ({ text }) => `proposed plan: ${text}`,
    DynamicToolCall: ({ tool }) => `tool: ${tool}`,
    ContextCompaction: () => "history shortened",
    Error: ({ message }) => `problem: ${message}`,
    UnknownItem: ({ type }) => `unknown: ${type}`
  })

const script = [
  reply([reasoning("Listing them"), shellCommand("ls", { login: false })]),
  reply("Only one, notes.md."),
  reply(shellCommand("sleep 300", { login: false })),
  reply("All right, I stopped waiting.")
]

program.pipe(Effect.provide(offline(script, { "notes.md": "# Notes\n" })), NodeRuntime.runMain)
