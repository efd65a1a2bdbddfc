/** Whether codex may work in a directory, as `codex exec` decides: over an app-server, codex asks nobody. */
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Path from "effect/Path"
import { UntrustedDirectory } from "../../CodexError.ts"
import type { ThreadOptions } from "../../CodexOptions.ts"

/** Fails if the working directory is not within a Git repository, with the words of `codex exec` 0.169. */
export const checkRepository = Effect.fnUntraced(function* ({
  skipGitRepoCheck,
  workingDirectory = "."
}: ThreadOptions): Effect.fn.Return<void, UntrustedDirectory, FileSystem.FileSystem | Path.Path> {
  if (skipGitRepoCheck === true) return
  const path = yield* Path.Path
  const directory = path.resolve(workingDirectory)
  let folder = directory
  while (!(yield* isRepository(path.join(folder, ".git")))) {
    const parent = path.dirname(folder)
    if (parent === folder) return yield* new UntrustedDirectory({ directory })
    folder = parent
  }
})

/** As `codex exec` 0.169 sees it: a file, or a folder with a HEAD. */
const isRepository = Effect.fnUntraced(
  function* (entry: string) {
    const fs = yield* FileSystem.FileSystem
    const path = yield* Path.Path
    const { type } = yield* fs.stat(entry)
    return type !== "Directory" || (yield* fs.exists(path.join(entry, "HEAD")))
  },
  Effect.orElseSucceed(() => false)
)
