/**
 * Makes `dist`, after tsc has written the declarations into it: the JavaScript, and of the declarations what is of use.
 *
 * Each public module is a module of its own, which bundlers can drop. What only internal modules have is in few files:
 * a process that starts reads them in half the time. The package has a limit, and most of it is generated, so the tables
 * of the protocol are minified.
 */
import { NodeRuntime, NodeServices } from "@effect/platform-node"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Path from "effect/Path"
import { fileURLToPath } from "node:url"
import { rolldown } from "rolldown"
import { minifySync } from "rolldown/utils"

const root = fileURLToPath(new URL("../..", import.meta.url))
const dist = `${root}/dist`
const protocol = "app-server/protocol/"
const tables = `${protocol}methods.js`
const entries = ["index.d.ts", "app-server/index.d.ts", "testing/index.d.ts", "tools/index.d.ts"]

/** Whether a module is public. The package ships the sources of those that are: `files` in package.json says the same. */
const isPublic = (file: string) => !file.startsWith(protocol) && !file.includes("internal/")

const bundle = (modules: ReadonlyArray<string>) =>
  Effect.promise(async () => {
    const build = await rolldown({
      cwd: root,
      input: Object.fromEntries(modules.map((file) => [file.replace(/\.ts$/, ""), `src/${file}`])),
      external: (id) => /^(@?effect|node:)/.test(id),
      // Only modules behind the entries of the package export more than their own.
      preserveEntrySignatures: "allow-extension"
    })
    await build.write({
      dir: dist,
      format: "esm",
      sourcemap: true,
      comments: false,
      chunkFileNames: ({ name }) => (name === "protocol" ? tables : "internal/[name].js"),
      codeSplitting: {
        includeDependenciesRecursively: false,
        groups: [{ name: "protocol", test: /\/app-server\/protocol\// }]
      }
    })
  })

const program = Effect.gen(function* () {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const at = (file: string) => path.join(dist, file)

  const sources = yield* fs.readDirectory(path.join(root, "src"), { recursive: true })
  yield* bundle(sources.filter((file) => file.endsWith(".ts") && isPublic(file)))
  const { code } = minifySync(tables, yield* fs.readFileString(at(tables)), { module: true })
  yield* fs.writeFileString(at(tables), code)
  yield* fs.remove(at(`${tables}.map`))

  const files = yield* fs.readDirectory(dist, { recursive: true })
  const reached = new Set<string>()
  const visit = Effect.fnUntraced(function* (file: string): Effect.fn.Return<void, unknown> {
    if (reached.has(file)) return
    reached.add(file)
    const text = yield* fs.readFileString(at(file))
    for (const [, specifier = ""] of text.matchAll(/"(\.{1,2}\/[^"]+)\.ts"/g)) {
      yield* visit(path.join(path.dirname(file), `${specifier}.d.ts`))
    }
    if (isPublic(file)) return
    const withoutMap = text.replace(/\/\/# sourceMappingURL=.*\n?$/, "")
    const small = withoutMap
      .replaceAll(/^( {4})+/gm, (spaces) => "\t".repeat(spaces.length / 4))
      .replaceAll(/;$(?=\n\t*(?:readonly|\}|\/\*\*|export))/gm, "")
    yield* fs.writeFileString(at(file), small)
  })
  yield* Effect.forEach(entries, visit)
  const declarations = files.filter((file) => file.endsWith(".d.ts"))
  for (const file of declarations) {
    if (!reached.has(file)) yield* fs.remove(at(file))
    if (!reached.has(file) || !isPublic(file)) yield* fs.remove(at(`${file}.map`))
  }
  yield* Console.log(`${reached.size} of ${declarations.length} declaration files kept`)
})

program.pipe(Effect.provide(NodeServices.layer), NodeRuntime.runMain)
