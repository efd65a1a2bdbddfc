/**
 * Writes the API reference into `docs/api`, from the docstrings of what the package exports. Fails when an export, or a
 * member of one, has none.
 *
 *   npm run docs:api
 *   npm run docs:api -- --check    writes nothing; fails when the reference is not up to date
 */
import { NodeRuntime, NodeServices } from "@effect/platform-node"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Path from "effect/Path"
import { fileURLToPath } from "node:url"
import { format, type FormatOptions } from "oxfmt"
import packageJson from "../../package.json" with { type: "json" }
import { readPackage } from "./modules.ts"
import { makePages } from "./pages.ts"

const root = fileURLToPath(new URL("../..", import.meta.url))
const directory = `${root}docs/api`
const isCheck = process.argv.includes("--check")

/** The entries of the package, and their sources. */
const entries = new Map(
  Object.values(packageJson.exports)
    .filter((target) => typeof target !== "string")
    .map(({ default: file }) => [
      `${packageJson.name}${file.replace(/^\.\/dist\/?/, "/").replace(/\/?index\.js$/, "")}`,
      `${root}${file.replace("./dist", "src").replace(/js$/, "ts")}`
    ])
)

const program = Effect.gen(function* () {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const options: FormatOptions = JSON.parse(yield* fs.readFileString(`${root}.oxfmtrc.json`))
  const formatAs = (name: string) => async (source: string) => {
    const { code, errors } = await format(name, source, options)
    if (errors.length > 0) throw new Error(`Can not be formatted: ${errors[0]?.message} in\n${source}`)
    return code
  }

  const { modules, protocol } = readPackage(root, entries)
  const undocumented = modules.flatMap((module) => [
    ...(module.header === "" ? [`${module.entry} ${module.name}: the module`] : []),
    ...module.exports.flatMap((each) => each.undocumented.map((name) => `${module.entry} ${module.name}: ${name}`))
  ])
  if (undocumented.length > 0) {
    return yield* Effect.fail(new Error(`No docstring:\n${undocumented.join("\n")}`))
  }

  const pages = yield* Effect.promise(() => makePages(modules, protocol, formatAs("declaration.ts")))
  const written = new Map(
    yield* Effect.forEach(pages, ({ path: name, text }) =>
      Effect.map(
        Effect.promise(() => formatAs(name)(text)),
        (formatted) => [name, formatted] as const
      )
    )
  )
  if (isCheck) {
    for (const [name, text] of written) {
      const present = yield* Effect.orElseSucceed(fs.readFileString(path.join(directory, name)), () => "")
      if (present !== text) return yield* Effect.fail(new Error(`docs/api/${name} is out of date: npm run docs:api`))
    }
    return
  }
  yield* fs.remove(directory, { recursive: true, force: true })
  for (const [name, text] of written) {
    yield* fs.makeDirectory(path.dirname(path.join(directory, name)), { recursive: true })
    yield* fs.writeFileString(path.join(directory, name), text)
  }
  yield* Console.log(`docs/api: ${written.size} pages`)
})

program.pipe(Effect.provide(NodeServices.layer), NodeRuntime.runMain)
