/**
 * Makes `dist` small after tsc has written it: the package has a limit, and most of it is generated.
 *
 * The tables of the protocol become one minified module, declarations that no public one refers to go, and so do the
 * declaration maps of sources that the package does not ship.
 */
import { NodeRuntime, NodeServices } from "@effect/platform-node"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Path from "effect/Path"
import { fileURLToPath } from "node:url"
import { rolldown } from "rolldown"

const dist = fileURLToPath(new URL("../../dist", import.meta.url))
const protocol = "app-server/protocol/"
const protocolEntry = `${protocol}methods.js`
const entries = ["index.d.ts", "app-server/index.d.ts", "testing/index.d.ts", "tools/index.d.ts"]

/** Whether the package ships the source of a file in `dist`: `files` in package.json says the same. */
const shipsSource = (file: string) => !file.startsWith(protocol) && !file.includes("internal/")

/** The protocol's modules as one, with short names. What it imports of the library stays outside. */
const bundleProtocol = (directory: string) =>
  Effect.promise(async () => {
    const build = await rolldown({
      input: `${directory}/${protocolEntry}`,
      external: (id) => !id.includes("methods") && !id.includes("schemas") && !id.includes("lazy"),
      makeAbsoluteExternalsRelative: false
    })
    const { output } = await build.generate({ format: "esm", minify: true })
    return output[0].code
  })

const program = Effect.gen(function* () {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const at = (file: string) => path.join(dist, file)

  const bundled = yield* bundleProtocol(dist)
  const files = yield* fs.readDirectory(dist, { recursive: true })
  yield* Effect.forEach(
    files.filter((file) => file.startsWith(protocol) && /\.js(\.map)?$/.test(file)),
    (file) => fs.remove(at(file))
  )
  yield* fs.writeFileString(at(protocolEntry), bundled)

  const reached = new Set<string>()
  const visit = Effect.fnUntraced(function* (file: string): Effect.fn.Return<void, unknown> {
    if (reached.has(file)) return
    reached.add(file)
    const text = yield* fs.readFileString(at(file))
    for (const [, specifier = ""] of text.matchAll(/"(\.{1,2}\/[^"]+)\.ts"/g)) {
      yield* visit(path.join(path.dirname(file), `${specifier}.d.ts`))
    }
    if (shipsSource(file)) return
    const withoutMap = text.replace(/\/\/# sourceMappingURL=.*\n?$/, "")
    const tabbed = withoutMap.replaceAll(/^( {4})+/gm, (spaces) => "\t".repeat(spaces.length / 4))
    yield* fs.writeFileString(at(file), tabbed)
  })
  yield* Effect.forEach(entries, visit)
  const declarations = files.filter((file) => file.endsWith(".d.ts"))
  for (const file of declarations) {
    if (!reached.has(file)) yield* fs.remove(at(file))
    if (!reached.has(file) || !shipsSource(file)) yield* fs.remove(at(`${file}.map`))
  }
  yield* Console.log(`${reached.size} of ${declarations.length} declaration files kept`)
})

program.pipe(Effect.provide(NodeServices.layer), NodeRuntime.runMain)
