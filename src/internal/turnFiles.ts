/** What a turn needs on disk: checked before codex starts, because codex itself says little or nothing about it. */
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Path from "effect/Path"
import type { PlatformError } from "effect/PlatformError"
import * as Result from "effect/Result"
import type * as Scope from "effect/Scope"
import { InvalidOptions, OutputSchemaError } from "../CodexError.ts"
import type { JsonSchemaObject } from "../CodexOptions.ts"
import type { ExecRequest } from "../Exec.ts"
import { errorCode } from "./errorCode.ts"
import { logWarning } from "./logWarning.ts"
import { inline, preview } from "./preview.ts"

/** Fails if a directory or an image of the request is not there. */
export const checkFiles = Effect.fnUntraced(function* (
  request: ExecRequest
): Effect.fn.Return<void, InvalidOptions, FileSystem.FileSystem> {
  const { codex, images, thread } = request
  if (thread.workingDirectory !== undefined) yield* check("workingDirectory", thread.workingDirectory, "Directory")
  if (codex.codexHome !== undefined) yield* check("codexHome", codex.codexHome, "Directory")
  yield* checkImages(images)
})

/** Fails if an image is not there. codex 0.169 would tell the model that it could not read it, and go on. */
export const checkImages = (
  images: ReadonlyArray<string>
): Effect.Effect<void, InvalidOptions, FileSystem.FileSystem> =>
  Effect.forEach(images, (image) => check("input", image, "File"), { discard: true })

/** Fails if a directory is not there. */
export const checkDirectory = (
  option: string,
  path: string
): Effect.Effect<void, InvalidOptions, FileSystem.FileSystem> => check(option, path, "Directory")

const check = Effect.fnUntraced(function* (option: string, path: string, type: "Directory" | "File") {
  const fs = yield* FileSystem.FileSystem
  const info = yield* Effect.option(fs.stat(path))
  // Not a pipe: codex would wait for somebody to write into it.
  if (info._tag === "Some" && info.value.type === type) return
  const expected = type === "Directory" ? "an existing directory" : "an existing image file"
  return yield* new InvalidOptions({ option, got: preview(path), expected })
})

const writeFailed = (error: PlatformError) =>
  new OutputSchemaError({ description: `its temporary file could not be written: ${explain(error)}` })

/** What the operating system said. Effect's own message names the method, which is ours. */
const explain = (error: PlatformError): string => {
  const code = errorCode(error)
  const words = error.cause instanceof Error ? error.cause.message : error.message
  return code === undefined ? words : `${code} (${inline(words.replace(`${code}: `, ""), 300)})`
}

// A surrogate that JSON.stringify has escaped because it stands alone. codex could not read it.
const loneSurrogate = /(?<!\\)(?:\\\\)*\\ud[89a-f]/

/** An output schema as JSON. */
export const schemaJson = (schema: JsonSchemaObject): Result.Result<string, OutputSchemaError> =>
  Result.try({
    // A toJSON of the caller's may give anything.
    try: (): unknown => JSON.stringify(schema),
    catch: (error) => notJson(error instanceof Error ? error.message : "it can not be serialised")
  }).pipe(
    Result.flatMap((json) =>
      typeof json !== "string"
        ? Result.fail(notJson("it gives nothing"))
        : loneSurrogate.test(json)
          ? Result.fail(notJson("it has a lone surrogate"))
          : Result.succeed(json)
    )
  )

const notJson = (why: string) => new OutputSchemaError({ description: `it is not JSON: ${inline(why, 200)}` })

/** Writes the output schema for codex to read: only this user can, and only while the scope is open. */
export const writeSchema = Effect.fnUntraced(function* (
  schema: JsonSchemaObject
): Effect.fn.Return<string, OutputSchemaError, FileSystem.FileSystem | Path.Path | Scope.Scope> {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const json = schemaJson(schema)
  if (Result.isFailure(json)) return yield* json.failure
  // mkdtemp makes the folder 0700.
  const folder = yield* Effect.acquireRelease(
    Effect.mapError(fs.makeTempDirectory({ prefix: "effect-codex-" }), writeFailed),
    (made) => removeFolder(made, path.join(made, fileName))
  )
  // A relative folder for temporary files could begin with a -.
  const file = path.resolve(folder, fileName)
  yield* Effect.mapError(fs.writeFileString(file, json.success, { mode: 0o600, flag: "wx" }), writeFailed)
  return file
})

const fileName = "schema.json"

/** A folder that can not be removed is no reason to lose a turn. */
const removeFolder = (folder: string, file: string): Effect.Effect<void, never, FileSystem.FileSystem> =>
  FileSystem.FileSystem.use((fs) =>
    // An empty folder can be removed without a file descriptor, of which there may be none.
    Effect.andThen(Effect.ignore(fs.remove(file, { force: true })), fs.remove(folder, { recursive: true, force: true }))
  ).pipe(Effect.catch((error) => logWarning(`A temporary folder could not be removed: ${explain(error)}`)))
