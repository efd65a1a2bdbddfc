/** A host that streams one turn of the real codex. Argument: its options, as JSON. Prints the names of the events. */
import { NodeRuntime, NodeServices } from "@effect/platform-node"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import { Codex, type CodexOptions, Exec, type ThreadOptions } from "../../src/index.ts"

const { codex, thread } = JSON.parse(process.argv[2] ?? "") as { codex: CodexOptions; thread: ThreadOptions } // of the test

const program = Codex.use((codex) => codex.startThread(thread)).pipe(
  Effect.flatMap((thread) =>
    Stream.runForEach(thread.stream("go", { outputSchema: { type: "object" } }), (event) =>
      Effect.sync(() => process.stdout.write(`${event._tag}\n`))
    )
  )
)

program.pipe(
  Effect.provide(Codex.layer(codex).pipe(Layer.provide(Exec.layer()), Layer.provide(NodeServices.layer))),
  NodeRuntime.runMain
)
