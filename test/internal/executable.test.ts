import { NodeServices } from "@effect/platform-node"
import { assert, describe, layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Path from "effect/Path"
import { findExecutable, hostSearch, type Search } from "../../src/internal/executable.ts"

const triple = "x86_64-unknown-linux-musl"
const platformPackage = "codex-linux-x64"

/** A temporary folder in which files are made by path. */
const makeRoot = Effect.gen(function* () {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const root = yield* fs.realPath(yield* fs.makeTempDirectoryScoped())
  const file = Effect.fnUntraced(function* (relative: string, content = "") {
    const whole = path.join(root, relative)
    yield* fs.makeDirectory(path.dirname(whole), { recursive: true })
    yield* fs.writeFileString(whole, content, { mode: 0o755 })
    return whole
  })
  const folder = Effect.fnUntraced(function* (relative: string) {
    yield* fs.makeDirectory(path.join(root, relative), { recursive: true })
    return path.join(root, relative)
  })
  const search: Search = {
    codexPath: undefined,
    codexPathVariable: undefined,
    directory: root,
    resolveFrom: [path.join(root, "app/package.json")],
    platform: "linux",
    architecture: "x64",
    searchPath: ""
  }
  return { root, file, folder, search, at: (relative: string) => path.join(root, relative) }
})
type Root = Effect.Success<typeof makeRoot>

/** `@openai/codex` in a folder of modules, without its platform package. */
const installPackage = ({ file }: Root, modules: string) =>
  Effect.gen(function* () {
    yield* file(`${modules}/@openai/codex/package.json`, '{"name":"@openai/codex","version":"0.169.0"}')
    return yield* file(`${modules}/@openai/codex/bin/codex.js`)
  })

const installPlatform = ({ file }: Root, modules: string) =>
  file(`${modules}/@openai/${platformPackage}/package.json`, `{"name":"@openai/${platformPackage}"}`)

/** The places that a failed search reports. */
const placesTried = (search: Search) =>
  findExecutable(search).pipe(
    Effect.flip,
    Effect.map(({ reason }) => (reason._tag === "ExecutableNotFound" ? reason.tried : []))
  )

layer(NodeServices.layer, { excludeTestServices: true })("executable", (it) => {
  describe("an executable that is named", () => {
    it.effect("is taken from the option before all else", () =>
      Effect.gen(function* () {
        const root = yield* makeRoot
        const named = yield* root.file("here/my-codex")
        const other = yield* root.file("there/my-codex")
        assert.deepStrictEqual(yield* findExecutable({ ...root.search, codexPath: named, codexPathVariable: other }), {
          path: named,
          pathDirectories: []
        })
      })
    )

    it.effect("is taken from CODEX_PATH before an installed package", () =>
      Effect.gen(function* () {
        const root = yield* makeRoot
        yield* installPackage(root, "app/node_modules")
        yield* root.file(`app/node_modules/@openai/codex/vendor/${triple}/bin/codex`)
        const named = yield* root.file("there/my-codex")
        const found = yield* findExecutable({ ...root.search, codexPathVariable: named })
        assert.strictEqual(found.path, named)
      })
    )

    it.effect.each([
      ["option codexPath", "codexPath"],
      ["CODEX_PATH", "codexPathVariable"]
    ] as const)("fails if it is not there, and nothing else is tried: %s", ([source, field]) =>
      Effect.gen(function* () {
        const root = yield* makeRoot
        yield* root.file("bin/codex")
        const search = { ...root.search, searchPath: root.at("bin"), [field]: "/no/such/codex" }
        assert.deepStrictEqual(yield* placesTried(search), [`${source}: /no/such/codex`])
      })
    )

    it.effect("is looked for on PATH if it is a bare name", () =>
      Effect.gen(function* () {
        const root = yield* makeRoot
        yield* root.folder("empty")
        const first = yield* root.file("one/codex-nightly")
        yield* root.file("two/codex-nightly")
        const searchPath = [root.at("empty"), root.at("one"), root.at("two")].join(":")
        const search = { ...root.search, searchPath, codexPath: "codex-nightly" }
        assert.deepStrictEqual(yield* findExecutable(search), { path: first, pathDirectories: [] })
        assert.deepStrictEqual(yield* placesTried({ ...search, codexPath: "codex-beta" }), [
          "option codexPath: codex-beta"
        ])
      })
    )

    it.effect.each(["codexPath", "codexPathVariable"] as const)(
      "may be relative, and is the same file later: %s",
      (field) =>
        Effect.gen(function* () {
          const root = yield* makeRoot
          const path = yield* Path.Path
          const named = yield* root.file("here/my-codex")
          const search = yield* hostSearch(undefined, undefined)
          const relative = path.relative(search.directory ?? "", named)
          assert.isFalse(path.isAbsolute(relative))
          assert.strictEqual((yield* findExecutable({ ...search, [field]: relative })).path, named)
        })
    )

    it.effect("is taken from app.asar.unpacked where it is packed into app.asar", () =>
      Effect.gen(function* () {
        const root = yield* makeRoot
        const unpacked = yield* root.file("app.asar.unpacked/bin/codex")
        const found = yield* findExecutable({ ...root.search, codexPath: root.at("app.asar/bin/codex") })
        assert.strictEqual(found.path, unpacked)
      })
    )
  })

  describe("an installed @openai/codex", () => {
    it.effect("gives the native binary of its platform package, and its tools", () =>
      Effect.gen(function* () {
        const root = yield* makeRoot
        yield* installPackage(root, "app/node_modules")
        yield* installPlatform(root, "app/node_modules")
        const vendor = `app/node_modules/@openai/${platformPackage}/vendor/${triple}`
        const binary = yield* root.file(`${vendor}/bin/codex`)
        const tools = yield* root.folder(`${vendor}/codex-path`)
        assert.deepStrictEqual(yield* findExecutable(root.search), { path: binary, pathDirectories: [tools] })
      })
    )

    it.effect("is found from a package deep below the folder that has it", () =>
      Effect.gen(function* () {
        const root = yield* makeRoot
        yield* installPackage(root, "node_modules")
        yield* installPlatform(root, "node_modules/@openai/codex/node_modules")
        const binary = yield* root.file(
          `node_modules/@openai/codex/node_modules/@openai/${platformPackage}/vendor/${triple}/bin/codex`
        )
        const search = { ...root.search, resolveFrom: [root.at("packages/deep/down/package.json")] }
        assert.deepStrictEqual(yield* findExecutable(search), { path: binary, pathDirectories: [] })
      })
    )

    it.effect("may have the older layout", () =>
      Effect.gen(function* () {
        const root = yield* makeRoot
        yield* installPackage(root, "app/node_modules")
        const vendor = `app/node_modules/@openai/codex/vendor/${triple}`
        const binary = yield* root.file(`${vendor}/codex/codex`)
        const tools = yield* root.folder(`${vendor}/path`)
        assert.deepStrictEqual(yield* findExecutable(root.search), { path: binary, pathDirectories: [tools] })
      })
    )

    it.effect("is passed over without its platform package", () =>
      Effect.gen(function* () {
        const root = yield* makeRoot
        yield* installPackage(root, "app/node_modules")
        const onPath = yield* root.file("bin/codex")
        assert.strictEqual((yield* findExecutable({ ...root.search, searchPath: root.at("bin") })).path, onPath)
      })
    )

    it.effect("may be found from the second place", () =>
      Effect.gen(function* () {
        const root = yield* makeRoot
        yield* installPackage(root, "two/node_modules")
        const binary = yield* root.file(`two/node_modules/@openai/codex/vendor/${triple}/bin/codex`)
        const resolveFrom = [root.at("one/package.json"), root.at("two/package.json")]
        assert.strictEqual((yield* findExecutable({ ...root.search, resolveFrom })).path, binary)
      })
    )

    it.effect("comes before PATH", () =>
      Effect.gen(function* () {
        const root = yield* makeRoot
        yield* root.file("bin/codex")
        yield* installPackage(root, "app/node_modules")
        const binary = yield* root.file(`app/node_modules/@openai/codex/vendor/${triple}/bin/codex`)
        assert.strictEqual((yield* findExecutable({ ...root.search, searchPath: root.at("bin") })).path, binary)
      })
    )

    it.effect("gives the binary beside app.asar where it is packed into app.asar", () =>
      Effect.gen(function* () {
        const root = yield* makeRoot
        yield* installPackage(root, "app.asar/node_modules")
        const vendor = `node_modules/@openai/codex/vendor/${triple}`
        const binary = yield* root.file(`app.asar.unpacked/${vendor}/bin/codex`)
        const tools = yield* root.folder(`app.asar.unpacked/${vendor}/codex-path`)
        const search = { ...root.search, resolveFrom: [root.at("app.asar/package.json")] }
        assert.deepStrictEqual(yield* findExecutable(search), { path: binary, pathDirectories: [tools] })
      })
    )

    it.effect.each([
      ["linux", "arm64", "aarch64-unknown-linux-musl", "codex"],
      ["darwin", "arm64", "aarch64-apple-darwin", "codex"],
      ["darwin", "x64", "x86_64-apple-darwin", "codex"],
      ["win32", "x64", "x86_64-pc-windows-msvc", "codex.exe"]
    ] as const)("has a binary for %s %s", ([platform, architecture, target, binary]) =>
      Effect.gen(function* () {
        const root = yield* makeRoot
        yield* installPackage(root, "app/node_modules")
        const path = yield* root.file(`app/node_modules/@openai/codex/vendor/${target}/bin/${binary}`)
        assert.strictEqual((yield* findExecutable({ ...root.search, platform, architecture })).path, path)
      })
    )
  })

  describe("codex on PATH", () => {
    it.effect("is the first one", () =>
      Effect.gen(function* () {
        const root = yield* makeRoot
        const first = yield* root.file("one/codex")
        yield* root.file("two/codex")
        const searchPath = `:${root.at("none")}:${root.at("one")}:${root.at("two")}`
        assert.deepStrictEqual(yield* findExecutable({ ...root.search, searchPath }), {
          path: first,
          pathDirectories: []
        })
      })
    )

    it.effect("gives the native binary behind a launcher", () =>
      Effect.gen(function* () {
        const fs = yield* FileSystem.FileSystem
        const root = yield* makeRoot
        const launcher = yield* installPackage(root, "global/node_modules")
        yield* installPlatform(root, "global/node_modules")
        const vendor = `global/node_modules/@openai/${platformPackage}/vendor/${triple}`
        const binary = yield* root.file(`${vendor}/bin/codex`)
        const tools = yield* root.folder(`${vendor}/codex-path`)
        const bin = yield* root.folder("bin")
        yield* fs.symlink(launcher, root.at("bin/codex"))
        assert.deepStrictEqual(yield* findExecutable({ ...root.search, searchPath: bin }), {
          path: binary,
          pathDirectories: [tools]
        })
      })
    )

    it.effect("is the launcher itself if no binary is behind it", () =>
      Effect.gen(function* () {
        const fs = yield* FileSystem.FileSystem
        const root = yield* makeRoot
        const launcher = yield* installPackage(root, "global/node_modules")
        const bin = yield* root.folder("bin")
        yield* fs.symlink(launcher, root.at("bin/codex"))
        assert.deepStrictEqual(yield* findExecutable({ ...root.search, searchPath: bin }), {
          path: root.at("bin/codex"),
          pathDirectories: []
        })
      })
    )

    it.effect("is taken on a platform that the package has no binary for", () =>
      Effect.gen(function* () {
        const root = yield* makeRoot
        const own = yield* root.file("bin/codex")
        const search = { ...root.search, platform: "freebsd", searchPath: root.at("bin") }
        assert.strictEqual((yield* findExecutable(search)).path, own)
      })
    )
  })

  describe("no executable", () => {
    it.effect("lists what was tried, in order", () =>
      Effect.gen(function* () {
        const { at, search } = yield* makeRoot
        const resolveFrom = [at("one/package.json"), at("two/package.json")]
        assert.deepStrictEqual(yield* placesTried({ ...search, resolveFrom, searchPath: at("bin") }), [
          "option codexPath: not set",
          "CODEX_PATH: not set",
          `@openai/codex with its package @openai/${platformPackage}, resolved from ${at("one/package.json")}`,
          `@openai/codex with its package @openai/${platformPackage}, resolved from ${at("two/package.json")}`,
          `codex on PATH: ${at("bin")}`
        ])
      })
    )

    it.effect("says that the platform is not supported", () =>
      Effect.gen(function* () {
        const { search } = yield* makeRoot
        assert.deepStrictEqual(yield* placesTried({ ...search, platform: "sunos", architecture: "sparc" }), [
          "option codexPath: not set",
          "CODEX_PATH: not set",
          "@openai/codex: has no binary for sunos sparc",
          "codex on PATH: "
        ])
      })
    )
  })

  describe("hostSearch", () => {
    it.effect("finds the codex that this project has installed", () =>
      Effect.gen(function* () {
        const fs = yield* FileSystem.FileSystem
        const found = yield* findExecutable(yield* hostSearch(undefined, undefined))
        assert.include(found.path, "node_modules")
        assert.isTrue(yield* fs.exists(found.path))
        assert.notMatch(found.path, /\.js$/)
        assert.strictEqual(found.pathDirectories.length, 1)
      })
    )
  })
})
