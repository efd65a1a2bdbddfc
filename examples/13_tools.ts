/**
 * Gives the agent tools of the application, and runs the same program over `codex exec` and over `codex app-server`.
 *
 *   npm run build && node examples/13_tools.ts
 */
import { createServer } from "node:http"
import { NodeHttpServer, NodeRuntime } from "@effect/platform-node"
import { Codex, type DynamicToolCall, Exec, ThreadItem } from "effect-codex"
import { AppServer } from "effect-codex/app-server"
import { functionCall, type ModelRequest, reply, ScriptedModel } from "effect-codex/testing"
import { ToolServer, ToolSet } from "effect-codex/tools"
import * as Tool from "effect/ai/Tool"
import * as Toolkit from "effect/ai/Toolkit"
import * as Console from "effect/Console"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import { codexOnModel, offlineModel, Workspace } from "./support/offline.ts"

const Ticket = Schema.Struct({ id: Schema.String, title: Schema.String })

class NoSuchTicket extends Schema.TaggedError<NoSuchTicket>()("NoSuchTicket", { id: Schema.String }) {}

/** What the agent is told of the tools. */
const TicketTools = Toolkit.make(
  Tool.make("open_tickets", { description: "Lists the open tickets", success: Schema.Array(Ticket) }),
  Tool.make("close_ticket", {
    description: "Closes an open ticket",
    parameters: Schema.Struct({ id: Schema.String }),
    success: Schema.Literal("closed"),
    failure: NoSuchTicket
  })
)

/** A service of the application. */
class Tickets extends Context.Service<Tickets, { readonly open: Map<string, string> }>()("example/Tickets") {
  static readonly layer = Layer.sync(Tickets, () => ({
    open: new Map([
      ["T-1", "Crash on start"],
      ["T-2", "Typo on the login page"]
    ])
  }))
}

/** The tools' handlers, on that service. A typed failure goes back to the agent, which can go on from it. */
const TicketHandlers = TicketTools.toLayer(
  Effect.map(Tickets, ({ open }) =>
    TicketTools.of({
      open_tickets: () => Effect.succeed(Array.from(open, ([id, title]) => ({ id, title }))),
      close_ticket: ({ id }) => (open.delete(id) ? Effect.succeed("closed" as const) : new NoSuchTicket({ id }))
    })
  )
)

const program = Effect.gen(function* () {
  const codex = yield* Codex
  const { directory } = yield* Workspace
  const tools = yield* ToolSet.make(TicketTools, { timeout: "10 seconds" })
  const thread = yield* codex.startThread({ workingDirectory: directory, sandboxMode: "read-only", tools })

  const turn = yield* thread.run("Close the ticket about the login page")
  yield* Effect.forEach(
    turn.items.filter(ThreadItem.guards.DynamicToolCall),
    ({ arguments: args, content, success, tool }) =>
      Console.log(`  ${tool} ${JSON.stringify(args)}: ${success === true ? "" : "failed with "}${textOf(content)}`)
  )
  yield* Console.log(`  answer: ${turn.finalResponse}`)
  yield* Console.log(`  still open: ${[...(yield* Tickets).open.keys()].join(", ")}`)
})

const textOf = (content: DynamicToolCall["content"] = []): string =>
  content.map((block) => (Schema.is(Schema.Struct({ text: Schema.String }))(block) ? block.text : "")).join("")

// A process of codex reaches the tools over HTTP: it needs a server on loopback. `codex app-server` asks for them itself.
const Tools = ToolServer.layer.pipe(
  Layer.provide(NodeHttpServer.layerServer(createServer, { port: 0, host: "127.0.0.1" }))
)
const overExec = codexOnModel.pipe(Layer.provide(Exec.layer()), Layer.provide(Tools))
const overServer = Layer.unwrap(ScriptedModel.useSync((model) => AppServer.layer(model.codexOptions)))

// What a model would do: look, try a wrong one, try again. Over HTTP the tools are in a namespace.
const script = (request: ModelRequest) => {
  const namespace = JSON.stringify(request.body).includes("mcp__effect_codex") ? "mcp__effect_codex" : undefined
  const calls = request.body.input.filter((item) => item.type === "function_call").length
  return (
    [
      reply(functionCall("open_tickets", {}, { namespace })),
      reply(functionCall("close_ticket", { id: "T-9" }, { namespace })),
      reply(functionCall("close_ticket", { id: "T-2" }, { namespace }))
    ].at(calls) ?? reply("T-2 was about the login page, and is closed.")
  )
}

const application = TicketHandlers.pipe(Layer.provideMerge(Tickets.layer))

const main = Effect.gen(function* () {
  yield* Console.log("codex exec")
  yield* program.pipe(Effect.provide(overExec), Effect.provide(application))
  yield* Console.log("codex app-server")
  yield* program.pipe(Effect.provide(overServer), Effect.provide(Layer.fresh(application)))
})

main.pipe(Effect.provide(offlineModel(script)), NodeRuntime.runMain)
