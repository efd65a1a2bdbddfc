/**
 * A host that runs more turns at once than it has descriptors for. Arguments: the executable and a file, which the
 * executable waits for. Prints what became of the turns, of one more after them, and of the descriptors.
 */
import { readdirSync, rmSync, writeFileSync } from "node:fs"
import { NodeRuntime, NodeServices } from "@effect/platform-node"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { Codex, Exec, type TurnOptions } from "../../src/index.ts"

const [, , codexPath = "", gate = ""] = process.argv
const turns = 60

const outcome = (options: TurnOptions) =>
  Codex.use((codex) => codex.startThread()).pipe(
    Effect.flatMap((thread) => thread.run("go", options)),
    Effect.match({
      onSuccess: (turn) => turn.finalResponse,
      onFailure: ({ isRetryable, message, reason }) => `${reason._tag} ${isRetryable} ${message}`
    })
  )

const openDescriptors = Effect.sync(() => readdirSync("/proc/self/fd").length)

const program = Effect.gen(function* () {
  writeFileSync(gate, "")
  yield* outcome({ outputSchema: { type: "object" } })
  rmSync(gate)
  const before = yield* openDescriptors
  let refused = 0
  const outcomes = yield* Effect.forEach(
    Array.from({ length: turns }, (_, index) => (index % 2 === 0 ? {} : { outputSchema: { type: "object" } })),
    (options) =>
      Effect.tap(outcome(options), (text) =>
        Effect.sync(() => {
          // The turns that got their descriptors hold them until the others were refused.
          if (text !== "Hi!" && refused++ === 0) writeFileSync(gate, "")
        })
      ),
    { concurrency: "unbounded" }
  )
  const next = yield* outcome({ outputSchema: { type: "object" } })
  // The spawner lets go of a process a moment after its turn.
  const after = yield* openDescriptors.pipe(
    Effect.delay("20 millis"),
    Effect.repeat({ until: (n) => n <= before, times: 1000 })
  )
  process.stdout.write(JSON.stringify({ outcomes, next, before, after }))
})

program.pipe(
  Effect.provide(Codex.layer().pipe(Layer.provide(Exec.layer({ codexPath })), Layer.provide(NodeServices.layer))),
  NodeRuntime.runMain
)
