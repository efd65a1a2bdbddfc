/**
 * What codex says of its own protocol: the JSON Schema documents that the pinned binary writes.
 * The one with the experimental methods has all definitions; the other one only tells which methods are stable.
 */
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import type { JsonSchema } from "effect/JsonSchema"
import * as Path from "effect/Path"
import * as ChildProcess from "effect/process/ChildProcess"
import { ChildProcessSpawner } from "effect/process/ChildProcessSpawner"
import * as Schema from "effect/Schema"

/** The documents of one version of codex. */
export interface ProtocolDocuments {
  readonly version: string
  /** Definitions by name; those of `v2` lie one level deeper. */
  readonly all: JsonSchema
  readonly stable: JsonSchema
}

const bundle = "codex_app_server_protocol.schemas.json"
const decodeDocument = Schema.decodeUnknownEffect(Schema.fromJsonString(Schema.Record(Schema.String, Schema.Unknown)))

/** Runs the binary of `node_modules` with a home of its own. No network. */
export const readDocuments = Effect.fn("readDocuments")(function* (root: string) {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const spawner = yield* ChildProcessSpawner
  const home = yield* fs.makeTempDirectoryScoped({ prefix: "protocol-" })
  const codex = (...args: ReadonlyArray<string>) =>
    spawner.string(
      ChildProcess.make(path.join(root, "node_modules/.bin/codex"), args, {
        env: { HOME: home, CODEX_HOME: home },
        extendEnv: true,
        stdin: "ignore"
      })
    )
  const generate = Effect.fnUntraced(function* (name: string, ...flags: ReadonlyArray<string>) {
    const directory = path.join(home, name)
    yield* codex("app-server", "generate-json-schema", "--out", directory, ...flags)
    return yield* decodeDocument(yield* fs.readFileString(path.join(directory, bundle)))
  })
  const [version, all, stable] = yield* Effect.all(
    [codex("--version"), generate("all", "--experimental"), generate("stable")],
    { concurrency: "unbounded" }
  )
  return { version: version.trim().split(" ").at(-1) ?? "", all, stable } satisfies ProtocolDocuments
}, Effect.scoped)
