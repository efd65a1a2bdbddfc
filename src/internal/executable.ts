/**
 * Finds the codex executable, and the folder of tools that belongs in front of its PATH.
 *
 * The only file that knows Node's modules: the installed package is found the way Node resolves it, PATH is the host's
 * own, which is what a child process inherits, and descriptors are probed for in the moment before they are needed.
 */
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Option from "effect/Option"
import * as Path from "effect/Path"
import * as Predicate from "effect/Predicate"
import { closeSync, constants, openSync, realpathSync } from "node:fs"
import { createRequire } from "node:module"
import * as host from "node:process"
import { CodexError, ExecutableNotFound, SpawnError } from "../CodexError.ts"
import { inline } from "./preview.ts"

/** A codex executable. */
export interface Executable {
  readonly path: string
  /** Folders to put in front of PATH: codex's bundled tools, such as `rg`. */
  readonly pathDirectories: ReadonlyArray<string>
}

/** Where to look. */
export interface Search {
  /** The option: taken as it is, nothing else is tried. */
  readonly codexPath: string | undefined
  /** `CODEX_PATH`: likewise. */
  readonly codexPathVariable: string | undefined
  /** Where relative paths begin. None if it has been removed. */
  readonly directory: string | undefined
  /** Modules or folders from which `@openai/codex` is resolved. */
  readonly resolveFrom: ReadonlyArray<string>
  readonly platform: string
  readonly architecture: string
  /** The value of PATH. */
  readonly searchPath: string
}

/** The search in this process. */
export const hostSearch = (
  codexPath: string | undefined,
  codexPathVariable: string | undefined
): Effect.Effect<Search, never, Path.Path> =>
  Effect.map(Path.Path, (path) => {
    const directory = workingDirectory()
    return {
      codexPath,
      codexPathVariable,
      directory,
      // The application's folder comes second: this package may be linked in from elsewhere.
      resolveFrom: [import.meta.url, ...(directory === undefined ? [] : [path.join(directory, "package.json")])],
      platform: host.platform,
      architecture: host.arch,
      searchPath: hostPath()
    }
  })

const workingDirectory = (): string | undefined => {
  try {
    return host.cwd()
  } catch {
    return undefined // the search goes on elsewhere
  }
}

/** Whether the working directory of this process has been removed. Node remembers it, and would not notice. */
export const isHomeless = (): boolean => {
  try {
    realpathSync.native(".")
    return false
  } catch {
    return true // it has no path any more
  }
}

/** PATH as a child process would inherit it. */
export const hostPath = (): string => hostVariable("PATH") ?? hostVariable("Path") ?? ""

/** A variable that codex inherits: the process's own, whatever Config says. */
export const hostVariable = (name: string): string | undefined => host.env[name]

/** The name of the variable that holds the search path. */
export const pathVariable = host.platform === "win32" ? "Path" : "PATH"

/** Whether a name is that of the search path: on Windows in upper or lower case. */
export const isPathVariable = (name: string): boolean =>
  host.platform === "win32" ? name.toLowerCase() === "path" : name === pathVariable

/** What separates the folders of PATH. */
export const pathDelimiter = host.platform === "win32" ? ";" : ":"

type Target = readonly [triple: string, platformPackage: string]

const targets: Readonly<Record<string, Target>> = {
  "linux-x64": ["x86_64-unknown-linux-musl", "@openai/codex-linux-x64"],
  "linux-arm64": ["aarch64-unknown-linux-musl", "@openai/codex-linux-arm64"],
  "android-x64": ["x86_64-unknown-linux-musl", "@openai/codex-linux-x64"],
  "android-arm64": ["aarch64-unknown-linux-musl", "@openai/codex-linux-arm64"],
  "darwin-x64": ["x86_64-apple-darwin", "@openai/codex-darwin-x64"],
  "darwin-arm64": ["aarch64-apple-darwin", "@openai/codex-darwin-arm64"],
  "win32-x64": ["x86_64-pc-windows-msvc", "@openai/codex-win32-x64"],
  "win32-arm64": ["aarch64-pc-windows-msvc", "@openai/codex-win32-arm64"]
}

/**
 * Finds codex: the option, `CODEX_PATH`, an installed `@openai/codex`, PATH. Its path is absolute, as the host may go to
 * another folder before it runs codex.
 */
export const findExecutable = (
  search: Search
): Effect.Effect<Executable, CodexError, FileSystem.FileSystem | Path.Path> =>
  Effect.zipWith(find(search), Path.Path, (found, path) =>
    search.directory === undefined ? found : { ...found, path: path.resolve(search.directory, found.path) }
  )

const find = Effect.fnUntraced(function* (
  search: Search
): Effect.fn.Return<Executable, CodexError, FileSystem.FileSystem | Path.Path> {
  const tried: Array<string> = []

  const target = targets[`${search.platform}-${search.architecture}`]
  const named = search.codexPath ?? search.codexPathVariable
  if (named !== undefined) {
    // A bare name means PATH, as in a shell.
    const isPath = /[\\/]/.test(named)
    const onPath = isPath ? undefined : yield* findOnPath(search, named, target)
    if (onPath !== undefined) return onPath
    const problem = isPath ? yield* problemOf(named, search.platform) : ""
    if (problem === undefined) return { path: unpacked(named), pathDirectories: [] }
    const source = search.codexPath === undefined ? "CODEX_PATH" : "option codexPath"
    const place = `${source}: ${inline(named, 300)}${problem}`
    return yield* new CodexError({ reason: new ExecutableNotFound({ tried: [place] }) })
  }
  tried.push("option codexPath: not set", "CODEX_PATH: not set")

  const binary = binaryName(search.platform)
  if (target === undefined) {
    tried.push(`@openai/codex: has no binary for ${search.platform} ${search.architecture}`)
  } else {
    for (const from of search.resolveFrom) {
      const found = yield* findInPackage(yield* resolvePackage(from, "@openai/codex"), target, binary)
      if (found !== undefined) return found
      tried.push(`@openai/codex with its package ${target[1]}, resolved from ${from}`)
    }
  }

  const onPath = yield* findOnPath(search, binary, target)
  if (onPath !== undefined) return onPath
  tried.push(`${binary} on PATH: ${search.searchPath}`)
  return yield* new CodexError({ reason: new ExecutableNotFound({ tried }) })
})

const binaryName = (platform: string): string => (platform === "win32" ? "codex.exe" : "codex")

/** The first program of that name on PATH. */
const findOnPath = Effect.fnUntraced(function* (search: Search, name: string, target: Target | undefined) {
  const path = yield* Path.Path
  for (const folder of folders(search)) {
    const candidate = path.join(folder, name)
    if (!(yield* isProgram(candidate, search.platform))) continue
    const launched =
      target === undefined ? undefined : yield* findBehindLauncher(candidate, target, binaryName(search.platform))
    return launched ?? { path: candidate, pathDirectories: [] }
  }
  return undefined
})

const folders = (search: Search): ReadonlyArray<string> =>
  search.searchPath.split(search.platform === "win32" ? ";" : ":").filter((folder) => folder !== "")

/** The package.json of a package, as Node finds it. */
const resolvePackage = Effect.fnUntraced(function* (
  from: string,
  name: string
): Effect.fn.Return<string | undefined, CodexError> {
  try {
    return createRequire(from).resolve(`${name}/package.json`)
  } catch {
    // Node opens files to find it. Without a descriptor the search would go on to another codex, or end with none.
    const shortage = descriptorShortage(host.execPath, 1)
    if (shortage === undefined) return undefined // not installed there: the search goes on
    const description = `${shortage}: too many open files to look for it; try again later or raise the limit`
    return yield* new CodexError({ reason: new SpawnError({ executable: name, description }) })
  }
})

/** The native binary of an installed `@openai/codex`, from its package.json. */
const findInPackage = Effect.fnUntraced(function* (
  packageJson: string | undefined,
  [triple, platformPackage]: Target,
  binary: string
) {
  if (packageJson === undefined) return undefined
  const path = yield* Path.Path
  const platformJson = yield* resolvePackage(packageJson, platformPackage)
  for (const json of [platformJson, packageJson]) {
    if (json === undefined) continue
    const root = unpacked(path.join(path.dirname(json), "vendor", triple))
    // The second is the layout before codex 0.90.
    for (const [binaryFolder, toolsFolder] of [
      ["bin", "codex-path"],
      ["codex", "path"]
    ] as const) {
      const executable = path.join(root, binaryFolder, binary)
      if (!(yield* exists(executable))) continue
      const tools = path.join(root, toolsFolder)
      return { path: executable, pathDirectories: (yield* exists(tools)) ? [tools] : [] }
    }
  }
  return undefined
})

/** A global install puts a JavaScript launcher on PATH; the binary behind it takes signals directly. */
const findBehindLauncher = Effect.fnUntraced(function* (candidate: string, target: Target, binary: string) {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const real = yield* Effect.orElseSucceed(fs.realPath(candidate), () => candidate)
  return real.endsWith(".js")
    ? yield* findInPackage(path.join(path.dirname(real), "..", "package.json"), target, binary)
    : undefined
})

/** Electron keeps executables outside of its archive. */
const unpacked = (path: string): string => path.replace(/\bapp\.asar(?=[\\/])/, "app.asar.unpacked")

const exists = (path: string): Effect.Effect<boolean, never, FileSystem.FileSystem> =>
  FileSystem.FileSystem.use((fs) => Effect.orElseSucceed(fs.exists(unpacked(path)), () => false))

/** Why a named path can be no program, as it is appended to the path. */
const problemOf = Effect.fnUntraced(function* (named: string, platform: string) {
  if (!(yield* exists(named))) return ""
  const info = yield* FileSystem.FileSystem.use((fs) => Effect.option(fs.stat(unpacked(named))))
  if (Option.isNone(info)) return undefined
  if (info.value.type === "Directory") return " (a directory)"
  if (info.value.type !== "File") return " (not a file)"
  return platform !== "win32" && (info.value.mode & 0o111) === 0 ? " (not executable)" : undefined
})

/** What a shell would run. */
const isProgram = (path: string, platform: string): Effect.Effect<boolean, never, FileSystem.FileSystem> =>
  FileSystem.FileSystem.use((fs) => fs.stat(path)).pipe(
    Effect.map((info) => info.type === "File" && (platform === "win32" || (info.mode & 0o111) !== 0)),
    Effect.orElseSucceed(() => false)
  )

// Three pairs of sockets, and a pipe on which the child reports that it could not run the program.
const descriptorsOfSpawn = 8

/**
 * The system's error if this process can not open a file so many times: by default as often as it takes to start a program.
 * Node 24 never gives back descriptors that it had opened for a program before it ran out of them.
 */
export const descriptorShortage = (path: string, count = descriptorsOfSpawn): string | undefined => {
  const open: Array<number> = []
  try {
    // Not to wait for a writer, if it has become a pipe.
    while (open.length < count) open.push(openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0)))
    return undefined
  } catch (error) {
    const code = Predicate.hasProperty(error, "code") ? error.code : undefined
    // Whatever else there is to say about the file, its start will.
    return code === "EMFILE" || code === "ENFILE" ? code : undefined
  } finally {
    for (const descriptor of open) closeSync(descriptor)
  }
}
