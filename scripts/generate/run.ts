/**
 * Writes the protocol of `codex app-server` from the codex binary in node_modules.
 *
 *   npm run generate
 */
import { NodeRuntime, NodeServices } from "@effect/platform-node"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import { fileURLToPath } from "node:url"
import { readDocuments } from "./documents.ts"
import { protocolFiles } from "./files.ts"

const root = fileURLToPath(new URL("../..", import.meta.url))
const directory = `${root}src/app-server/protocol`

const program = Effect.gen(function* () {
  const fs = yield* FileSystem.FileSystem
  const files = protocolFiles(yield* readDocuments(root))
  for (const [name, text] of Object.entries(files)) {
    yield* fs.writeFileString(`${directory}/${name}`, text)
    yield* Console.log(`${name}: ${text.length} characters`)
  }
})

program.pipe(Effect.provide(NodeServices.layer), NodeRuntime.runMain)
