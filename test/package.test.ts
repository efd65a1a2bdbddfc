import { fileURLToPath } from "node:url"
import { NodeServices } from "@effect/platform-node"
import { assert, layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Layer from "effect/Layer"
import * as Path from "effect/Path"
import * as Schema from "effect/Schema"
import { rolldown } from "rolldown"
import { version } from "../src/internal/version.ts"
import { InstalledPackage } from "./support/installedPackage.ts"
import { makeMarker } from "./support/noLeaks.ts"

/** In bytes, source maps not counted. */
const sizeLimit = 1_000_000

const SourceMap = Schema.fromJsonString(
  Schema.Struct({
    sources: Schema.Array(Schema.String),
    sourcesContent: Schema.optionalKey(Schema.Array(Schema.String))
  })
)

/** The files of the installed package, with their sizes. */
const packageFiles = Effect.gen(function* () {
  const { installed } = yield* InstalledPackage
  const fs = yield* FileSystem.FileSystem
  const names = yield* fs.readDirectory(installed, { recursive: true })
  const infos = yield* Effect.forEach(names, (name) =>
    Effect.map(fs.stat(`${installed}/${name}`), ({ size, type }) => ({ name, type, size: Number(size) }))
  )
  return infos.filter(({ type }) => type === "File")
})

/** What is left of the package in a bundle of this program. */
const bundle = Effect.fnUntraced(function* (program: string) {
  const { project } = yield* InstalledPackage
  const fs = yield* FileSystem.FileSystem
  const input = `${yield* fs.makeTempDirectoryScoped({ directory: project })}/entry.ts`
  yield* fs.writeFileString(input, program)
  return yield* Effect.promise(async () => {
    const build = await rolldown({
      input,
      external: (id) => /^(effect|@effect|node:)/.test(id) && !id.startsWith("effect-codex")
    })
    const { output } = await build.generate({ format: "esm" })
    const modules = Object.entries(output[0].modules)
      .filter(([id, { code }]) => id !== input && code !== null && code !== "")
      .map(([id]) => id.replace(/^.*\/dist\//, ""))
    return { code: output[0].code, modules }
  })
})

layer(InstalledPackage.layer.pipe(Layer.provideMerge(NodeServices.layer)), {
  excludeTestServices: true,
  timeout: "5 minutes"
})("the package, installed with npm in an empty project", (it) => {
  it.effect.each(["node", "bun"])("runs turns over both transports with %s, and leaves nothing running", (runtime) =>
    Effect.gen(function* () {
      const { project, run } = yield* InstalledPackage
      const marker = makeMarker()
      // A home without a profile: what this machine's login shells do is no part of the test.
      const { exitCode, output } = yield* run(runtime, ["program.ts"], { ...marker.env, HOME: project })
      assert.strictEqual(output, "CommandExecution AgentMessage It said hello.\nStopped.\nOver a server.\n")
      assert.strictEqual(exitCode, 0)
      yield* marker.assertNothingLeft
    })
  )

  it.effect.each([
    { compiler: "typescript/bin/tsc", module: "nodenext", moduleResolution: "nodenext" },
    { compiler: "@typescript/typescript6/bin/tsc6", module: "esnext", moduleResolution: "bundler" }
  ])("has types that check with $moduleResolution in $compiler", ({ compiler, ...resolution }) =>
    Effect.gen(function* () {
      const { run } = yield* InstalledPackage
      const options = {
        noEmit: true,
        strict: true,
        target: "es2023",
        types: "node",
        skipLibCheck: false,
        ...resolution
      }
      const flags = Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)])
      const compile = fileURLToPath(new URL(`../node_modules/${compiler}`, import.meta.url))
      const { exitCode, output } = yield* run("node", [compile, ...flags, "program.ts"])
      assert.strictEqual(output, "")
      assert.strictEqual(exitCode, 0)
    })
  )

  it.effect("has less than 1 MB without source maps", () =>
    Effect.gen(function* () {
      const files = yield* packageFiles
      const size = files.filter(({ name }) => !name.endsWith(".map")).reduce((sum, file) => sum + file.size, 0)
      assert.isBelow(size, sizeLimit)
    })
  )

  it.effect("tells codex its own version", () =>
    Effect.gen(function* () {
      const { installed } = yield* InstalledPackage
      const fs = yield* FileSystem.FileSystem
      const packageJson = yield* fs.readFileString(`${installed}/package.json`)
      assert.include(packageJson, `"version": "${version}"`)
    })
  )

  it.effect("leads from every public declaration to its source, and has the sources of its code", () =>
    Effect.gen(function* () {
      const { installed } = yield* InstalledPackage
      const fs = yield* FileSystem.FileSystem
      const path = yield* Path.Path
      const names = (yield* packageFiles).map(({ name }) => name)
      const withoutSource = /internal\/|\/protocol\//
      for (const name of names.filter((file) => /\.(js|d\.ts)$/.test(file) && !file.includes("/protocol/"))) {
        const isDeclaration = name.endsWith(".d.ts")
        if (isDeclaration && withoutSource.test(name)) continue
        if (!isDeclaration && !names.includes(`${name}.map`)) {
          assert.match(yield* fs.readFileString(`${installed}/${name}`), /^((import|export) .*\n?)*$/, name)
          continue
        }
        const map = yield* Schema.decodeEffect(SourceMap)(yield* fs.readFileString(`${installed}/${name}.map`))
        if (isDeclaration) {
          const sources = map.sources.map((source) => path.join(path.dirname(name), source))
          assert.includeMembers(names, sources, name)
        } else {
          assert.lengthOf(map.sourcesContent ?? [], map.sources.length, name)
        }
      }
    })
  )

  it.effect("lets a bundler drop what is not used", () =>
    Effect.gen(function* () {
      const { modules } = yield* bundle(`import { ThreadItem } from "effect-codex"\nconsole.log(ThreadItem.guards)`)
      assert.deepStrictEqual(modules.toSorted(), ["ThreadItem.js", "internal/openLiterals.js"])
    })
  )

  it.effect("keeps the compiled decoders in a bundle that runs codex", () =>
    Effect.gen(function* () {
      const { code } = yield* bundle(`import { Exec } from "effect-codex"\nconsole.log(Exec.layer())`)
      assert.lengthOf(code.match(/SchemaJITCompiler\.enable\(/g) ?? [], 2)
    })
  )
})
