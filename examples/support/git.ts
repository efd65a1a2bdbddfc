/** Git for the examples: a temporary repository, and what changed in one. */
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Path from "effect/Path"
import * as ChildProcess from "effect/process/ChildProcess"
import { ChildProcessSpawner } from "effect/process/ChildProcessSpawner"

// Git sets this one in its hooks; it would win over the folder.
const ownVariables = { GIT_DIR: undefined }

const git = Effect.fnUntraced(function* (
  directory: string,
  args: ReadonlyArray<string>,
  env: Record<string, string> = {}
) {
  const spawner = yield* ChildProcessSpawner
  const command = ChildProcess.make("git", args, {
    cwd: directory,
    env: { ...ownVariables, ...env },
    extendEnv: true,
    stdin: "ignore",
    stderr: "ignore",
    forceKillAfter: "5 seconds"
  })
  return yield* spawner.string(command)
})

/** Makes a repository with these files, which is removed with the scope. */
export const temporaryRepository = Effect.fnUntraced(function* (files: Readonly<Record<string, string>>) {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const directory = yield* fs.realPath(yield* fs.makeTempDirectoryScoped({ prefix: "effect-codex-" }))
  yield* Effect.forEach(Object.entries(files), ([name, text]) => fs.writeFileString(path.join(directory, name), text))
  yield* git(directory, ["init", "--quiet"])
  return directory
})

/**
 * Remembers the files of a repository, and returns an effect that gives the diff since then, untracked files included.
 * Outside of a repository the diff is empty.
 */
export const watchChanges = Effect.fnUntraced(function* (directory: string) {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const scratch = yield* fs.makeTempDirectoryScoped({ prefix: "effect-codex-" })
  const inside = (name: string) =>
    Effect.map(git(directory, ["rev-parse", "--git-path", name]), (found) => path.resolve(directory, found.trim()))

  // An index and objects of our own: the repository itself is only read.
  const env = {
    GIT_INDEX_FILE: path.join(scratch, "index"),
    GIT_OBJECT_DIRECTORY: path.join(scratch, "objects"),
    GIT_ALTERNATE_OBJECT_DIRECTORIES: yield* inside("objects")
  }
  yield* fs.makeDirectory(env.GIT_OBJECT_DIRECTORY)
  yield* Effect.ignore(Effect.flatMap(inside("index"), (index) => fs.copyFile(index, env.GIT_INDEX_FILE)))

  const snapshot = Effect.andThen(git(directory, ["add", "--all"], env), git(directory, ["write-tree"], env)).pipe(
    Effect.map((tree) => tree.trim())
  )
  const before = yield* snapshot
  return Effect.gen(function* () {
    if (before === "") return ""
    return (yield* git(directory, ["diff", "--no-color", "--no-ext-diff", before, yield* snapshot], env)).trimEnd()
  })
})
