/** What a user writes: turns of the real codex on a scripted model, over both transports. Runs in a project of its own. */
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as NodeServices from "@effect/platform-node/NodeServices"
import { Codex, Exec, type ThreadOptions } from "effect-codex"
import { AppServer } from "effect-codex/app-server"
import { reply, ScriptedModel, shellCommand } from "effect-codex/testing"
import { ToolSet } from "effect-codex/tools"
import * as Toolkit from "effect/ai/Toolkit"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import { createServer } from "node:http"

const Model = ScriptedModel.layer([
  reply(shellCommand("echo hello")),
  reply("It said hello."),
  reply(shellCommand("sleep 300")),
  reply("Over a server.")
]).pipe(Layer.provide(NodeHttpServer.layer(createServer, { port: 0, host: "127.0.0.1" })))

const scripted = ScriptedModel.useSync(({ codexOptions }) => codexOptions)
const overExec = Layer.unwrap(Effect.map(scripted, Codex.layer)).pipe(Layer.provide(Exec.layer({ strict: true })))
const overServer = Layer.unwrap(Effect.map(scripted, (codex) => AppServer.layer(codex, { strict: true })))

const options: ThreadOptions = { sandboxMode: "danger-full-access", skipGitRepoCheck: true }

const exec = Effect.gen(function* () {
  const codex = yield* Codex
  const { run, stream } = yield* codex.startThread(options)
  const turn = yield* run("Run a command")
  yield* Console.log(...turn.items.map((item) => item._tag), turn.finalResponse)
  yield* stream("Wait").pipe(
    Stream.takeUntil((event) => event._tag === "ItemStarted" && event.item._tag === "CommandExecution"),
    Stream.runDrain
  )
  yield* Console.log("Stopped.")
})

const server = Effect.gen(function* () {
  const tools = yield* ToolSet.make(Toolkit.empty)
  const codex = yield* Codex
  const { run } = yield* codex.startThread({ ...options, tools })
  const { finalResponse } = yield* run("And now?")
  yield* Console.log(finalResponse)
})

Effect.andThen(exec.pipe(Effect.provide(overExec)), server.pipe(Effect.provide(overServer))).pipe(
  Effect.provide(Model.pipe(Layer.provideMerge(NodeServices.layer))),
  NodeRuntime.runMain
)
