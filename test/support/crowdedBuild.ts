/** A host that builds `Exec.layer` without a descriptor that is free, and again. Prints what became of it. */
import { closeSync, openSync } from "node:fs"
import { NodeRuntime, NodeServices } from "@effect/platform-node"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { Exec } from "../../src/index.ts"

const build = Layer.build(Exec.layer().pipe(Layer.provide(NodeServices.layer))).pipe(
  Effect.scoped,
  Effect.match({
    onSuccess: () => "built",
    onFailure: ({ isRetryable, message, reason }) => `${reason._tag} ${isRetryable} ${message}`
  })
)

const takeAll = Effect.sync(() => {
  const taken: Array<number> = []
  try {
    for (;;) taken.push(openSync("/dev/null", "r"))
  } catch {
    return taken
  }
})

const program = Effect.gen(function* () {
  const taken = yield* takeAll
  const crowded = yield* build
  for (const descriptor of taken) closeSync(descriptor)
  process.stdout.write(`${crowded}\n${yield* build}`)
})

NodeRuntime.runMain(program)
