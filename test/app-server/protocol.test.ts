import { NodeServices } from "@effect/platform-node"
import { assert, describe, layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import { fileURLToPath } from "node:url"
import { readDocuments } from "../../scripts/generate/documents.ts"
import { protocolFiles } from "../../scripts/generate/files.ts"

const root = fileURLToPath(new URL("../..", import.meta.url))

describe("protocol", () => {
  layer(NodeServices.layer, { excludeTestServices: true })((it) => {
    it.effect("is what the pinned codex generates", () =>
      Effect.gen(function* () {
        const fs = yield* FileSystem.FileSystem
        const files = protocolFiles(yield* readDocuments(root))
        for (const [name, text] of Object.entries(files)) {
          const committed = yield* fs.readFileString(`${root}src/app-server/protocol/${name}`)
          assert.isTrue(committed === text, `src/app-server/protocol/${name} is out of date: run \`npm run generate\``)
        }
      })
    )
  })
})
