/**
 * Draws the trace of a turn, with codex's own spans in it: what the agent did, and what took the time.
 *
 *   npm run example:trace                       draws trace.svg in a temporary folder
 *   npm run example:trace -- somewhere.svg
 *
 * Effect's own exporter (`effect/observability`) and codex both send to a collector on loopback, which stands in for
 * yours.
 */
import { NodeRuntime } from "@effect/platform-node"
import { Codex, Exec } from "effect-codex"
import { ScriptedModel } from "effect-codex/testing"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as Layer from "effect/Layer"
import * as Otlp from "effect/observability/Otlp"
import * as Path from "effect/Path"
import * as Stdio from "effect/Stdio"
import * as brokenCart from "./support/brokenCart.ts"
import { Collector } from "./support/collector.ts"
import { offlineModel, Workspace } from "./support/offline.ts"
import { treesOf } from "./support/spanTree.ts"
import { waterfall } from "./support/waterfall.ts"

const application = "repair the cart"

const repair = Effect.gen(function* () {
  const codex = yield* Codex
  const { directory } = yield* Workspace
  const thread = yield* codex.startThread({ workingDirectory: directory, sandboxMode: "danger-full-access" })
  return yield* thread.run(brokenCart.prompt)
}).pipe(Effect.withSpan(application))

/** The application's spans, metrics and logs. Closing the layer sends what it still holds. */
const Telemetry = Layer.unwrap(
  Collector.useSync(({ url }) => Otlp.layerJson({ baseUrl: url, resource: { serviceName: "examples" } }))
).pipe(Layer.provide(FetchHttpClient.layer))

/** codex, which sends spans of its own. */
const CodexTraced = Layer.unwrap(
  Effect.gen(function* () {
    const { codexOptions } = yield* ScriptedModel
    const { url } = yield* Collector
    return Codex.layer({ ...codexOptions, telemetry: { codexTracesUrl: `${url}/v1/traces` } })
  })
).pipe(Layer.provide(Exec.layer()))

const program = Effect.gen(function* () {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const stdio = yield* Stdio.Stdio
  const [named] = yield* stdio.args
  const file = named ?? path.join(yield* fs.makeTempDirectory({ prefix: "trace-" }), "trace.svg")
  const collector = yield* Collector

  yield* repair.pipe(Effect.provide(CodexTraced), Effect.provide(Telemetry))

  const root = treesOf(yield* collector.spans).find(({ span }) => span.name === application)
  if (root === undefined) return yield* Effect.die(new Error("The trace did not arrive"))
  const { rows, spans, svg } = waterfall(root)
  yield* fs.makeDirectory(path.dirname(file), { recursive: true })
  yield* fs.writeFileString(file, svg)
  yield* Console.log(`${file}: ${rows} of ${spans} spans`)
})

// Checks that take as long as those of a real project.
const files = {
  ...brokenCart.files,
  "check.mjs": `await new Promise((resolve) => setTimeout(resolve, 1500))\n${brokenCart.files["check.mjs"]}`
}

program.pipe(
  Effect.provide([Collector.layer, offlineModel(brokenCart.script("600 millis"), files)]),
  NodeRuntime.runMain
)
