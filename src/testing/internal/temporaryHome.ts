/** A temporary CODEX_HOME, which is removed even if codex or its children left it in an awkward state. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import type { PlatformError } from "effect/PlatformError"
import * as Schedule from "effect/Schedule"

/** A directory may be listed and emptied only by who may write to it. */
const makeWritable = (fs: FileSystem.FileSystem, directory: string): Effect.Effect<void, PlatformError> =>
  fs
    .chmod(directory, 0o700)
    .pipe(
      Effect.andThen(fs.readDirectoryEntries(directory)),
      Effect.flatMap(
        Effect.forEach(
          (entry) => (entry.type === "Directory" ? makeWritable(fs, `${directory}/${entry.name}`) : Effect.void),
          { discard: true }
        )
      )
    )

const remove = (fs: FileSystem.FileSystem, directory: string): Effect.Effect<void> => {
  const attempt = fs.remove(directory, { recursive: true, force: true })
  return attempt.pipe(
    Effect.catch(() => Effect.andThen(makeWritable(fs, directory), attempt)),
    // A child that outlives codex may still write.
    Effect.retry({ times: 20, schedule: Schedule.spaced("50 millis") }),
    Effect.catch((error) => Effect.logWarning(`ScriptedModel could not remove ${directory}`, error)),
    Effect.provideService(Clock.Clock, Clock.Clock.defaultValue())
  )
}

/** The path of a new directory, removed with the scope. */
export const temporaryHome = Effect.gen(function* () {
  const fs = yield* FileSystem.FileSystem
  return yield* Effect.acquireRelease(fs.makeTempDirectory({ prefix: "effect-codex-home-" }), (directory) =>
    remove(fs, directory)
  )
})
