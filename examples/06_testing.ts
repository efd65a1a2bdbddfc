/**
 * An application service that uses codex, and its test: `TestExec.layer(…)` in place of `Exec.layer()` is all that
 * changes. In a project of your own the test is a test of @effect/vitest; this program runs both and prints them.
 *
 *   npm run build && node examples/06_testing.ts
 */
import assert from "node:assert/strict"
import { NodeRuntime } from "@effect/platform-node"
import { Codex, type CodexError, Exec } from "effect-codex"
import { reply, TestExec } from "effect-codex/testing"
import * as Console from "effect/Console"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import { codexOnModel, offlineModel, Workspace } from "./support/offline.ts"

const Note = Schema.Struct({ headline: Schema.String, breaking: Schema.Boolean })

/** Writes release notes. It knows Codex, and nothing of how codex is run. */
class ReleaseNotes extends Context.Service<
  ReleaseNotes,
  { readonly write: (change: string) => Effect.Effect<string, CodexError> }
>()("example/ReleaseNotes") {
  static readonly layer = Layer.effect(
    ReleaseNotes,
    Effect.gen(function* () {
      const codex = yield* Codex
      const { directory } = yield* Workspace
      return ReleaseNotes.of({
        write: Effect.fn("ReleaseNotes.write")(function* (change) {
          const thread = yield* codex.startThread({ workingDirectory: directory, sandboxMode: "read-only" })
          const { value } = yield* thread.runStructured(`A release note for: ${change}`, { schema: Note })
          return `${value.breaking ? "BREAKING " : ""}${value.headline}`
        })
      })
    })
  )
}

/** All layers but Exec. */
const Application = ReleaseNotes.layer.pipe(Layer.provide(codexOnModel))

const writeNote = ReleaseNotes.use((notes) => notes.write("parse() takes an options object"))

const application = writeNote.pipe(Effect.provide(Application.pipe(Layer.provideMerge(Exec.layer()))))

const scriptedTurn = JSON.stringify({ headline: "A scripted headline", breaking: true })

const test = Effect.gen(function* () {
  const note = yield* writeNote
  assert.equal(note, "BREAKING A scripted headline")

  const [request] = yield* TestExec.use((exec) => exec.requests)
  assert.equal(request?.prompt, "A release note for: parse() takes an options object")
  assert.equal(request?.thread.sandboxMode, "read-only")
  return note
}).pipe(Effect.provide(Application.pipe(Layer.provideMerge(TestExec.layer([scriptedTurn])))))

const program = Effect.gen(function* () {
  yield* Console.log(`application: ${yield* application}`)
  yield* Console.log(`test:        ${yield* test} (no codex was started)`)
})

const script = [reply(JSON.stringify({ headline: "parse() takes an options object", breaking: true }))]

program.pipe(Effect.provide(offlineModel(script)), NodeRuntime.runMain)
