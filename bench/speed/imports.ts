/** What importing the package costs a process that starts, apart from the Effect modules that it needs. */
import { execFile } from "node:child_process"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Path from "effect/Path"
import { NodeServices } from "@effect/platform-node"
import type { Sampler } from "./measure.ts"

const root = fileURLToPath(new URL("../..", import.meta.url))
const execute = promisify(execFile)
const imported = /^(?:import|export)\s(?:[^'"]*?\sfrom\s)?["']([^"']+)["']/gm

/** The modules of Effect that an entry of the package imports, by whatever way, and NodeServices. */
export const effectModules = (entry: string) =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const path = yield* Path.Path
    const found = new Set<string>()
    const seen = new Set<string>()
    const visit = (file: string): Effect.Effect<void, unknown> =>
      Effect.gen(function* () {
        if (seen.has(file)) return
        seen.add(file)
        const text = yield* fs.readFileString(file)
        for (const [, name = ""] of text.matchAll(imported)) {
          if (name.startsWith(".")) yield* visit(path.resolve(path.dirname(file), name))
          else if (name.startsWith("effect")) found.add(name)
        }
      })
    yield* visit(fileURLToPath(import.meta.resolve(entry)))
    return [...found, "@effect/platform-node/NodeServices"]
  }).pipe(Effect.provide(NodeServices.layer))

/** A fresh node that imports some modules, from its start to the end of the imports. */
export const coldImport = (modules: ReadonlyArray<string>): Sampler => {
  const code = `${modules.map((name) => `import ${JSON.stringify(name)}`).join(";")};process.stdout.write(String(performance.now()))`
  return Effect.map(
    Effect.tryPromise(() => execute(process.execPath, ["--input-type=module", "--eval", code], { cwd: root })),
    ({ stdout }) => ({ milliseconds: Number(stdout) })
  )
}
