/**
 * A host whose working directory is removed. Arguments: the executable, the directory, the transport and the
 * thread's options as JSON. Prints the final response or what went wrong.
 */
import { rmdirSync } from "node:fs"
import { NodeRuntime, NodeServices } from "@effect/platform-node"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { AppServer } from "../../src/app-server/index.ts"
import { Codex, Exec } from "../../src/index.ts"

const [, , codexPath = "", directory = "", transport = "exec", options = "{}"] = process.argv

const layer =
  transport === "exec"
    ? Codex.layer().pipe(Layer.provide(Exec.layer({ codexPath })))
    : AppServer.layer({}, { codexPath })

const program = Effect.gen(function* () {
  const thread = yield* Codex.use((codex) => codex.startThread(JSON.parse(options)))
  return (yield* thread.run("go")).finalResponse
}).pipe(Effect.catch(({ message }) => Effect.succeed(message)))

process.chdir(directory)
// Node remembers it from here on.
process.cwd()
rmdirSync(directory)
program.pipe(
  Effect.tap((text) => Effect.sync(() => process.stdout.write(text))),
  Effect.provide(layer.pipe(Layer.provide(NodeServices.layer))),
  NodeRuntime.runMain
)
