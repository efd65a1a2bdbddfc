/**
 * Gets a typed value from a turn, and asks again when the answer does not fit.
 *
 *   npm run build && node examples/03_structured_output.ts
 */
import { NodeRuntime } from "@effect/platform-node"
import { Codex } from "effect-codex"
import { promptOf, reply, ScriptedModel } from "effect-codex/testing"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { offline, Workspace } from "./support/offline.ts"

// OpenAI guarantees the shape. The rule about the words is beyond JSON Schema: it is checked here.
const Issue = Schema.Struct({
  title: Schema.String.check(
    Schema.makeFilter((title) => title.split(" ").length <= 5, { expected: "a title of at most five words" })
  ),
  severity: Schema.Literals(["low", "medium", "high"]),
  line: Schema.optionalKey(Schema.Int)
})

const program = Effect.gen(function* () {
  const codex = yield* Codex
  const { directory } = yield* Workspace
  const thread = yield* codex.startThread({ workingDirectory: directory })

  const turn = yield* thread.runStructured("What is the worst problem here?", { schema: Issue, repair: 1 })
  yield* Console.log(`${turn.value.severity}: ${turn.value.title} (line ${turn.value.line ?? "unknown"})`)

  const model = yield* ScriptedModel
  const repair = (yield* model.requests).at(-1)
  yield* Console.log(`\nThe model was asked again:\n${repair === undefined ? "" : promptOf(repair)}`)
}).pipe(
  // Without `repair`, or when it does not help:
  Effect.catchReason("CodexError", "StructuredOutputError", ({ issue, text }) =>
    Console.error(`The agent answered ${text}\n${issue}`)
  )
)

const answer = (title: string) => reply(JSON.stringify({ title, severity: "high", line: 12 }))

const script = [
  answer("The password is compared with == and so in variable time"),
  answer("Password compared in variable time")
]

program.pipe(Effect.provide(offline(script)), NodeRuntime.runMain)
