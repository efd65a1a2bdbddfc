/** Checks options and says which one is wrong, what it got and what is allowed. */
import * as Cause from "effect/Cause"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as SchemaIssue from "effect/SchemaIssue"
import { InvalidOptions } from "../CodexError.ts"
import { excerpt, inline, preview, previewUrl } from "./preview.ts"

// Their values may be secret.
const hidden = new Set(["apiKey", "env", "token"])

const isUrl = (option: string): boolean => /url$/i.test(option)

/** How much of an option's path a message shows, in characters. */
export const maxOptionLength = 120

const formatIssue = SchemaIssue.makeFormatterStandardSchemaV1()

/** A copy of the options, which their owner can not change any more, or the first thing that is wrong with them. */
export const checkOptions = <Fields extends Schema.Struct.Fields>(
  schema: Schema.Struct<Fields>,
  options: unknown
): Result.Result<Schema.Struct<Fields>["Type"], InvalidOptions> => readable("options", () => check(schema, options))

/** A check of what a caller without types has passed, which may throw when it is read. */
export const readable = <A, E>(
  option: string,
  check: () => Result.Result<A, E>
): Result.Result<A, E | InvalidOptions> => {
  try {
    return check()
  } catch (thrown) {
    // A getter's or a proxy's error, as a defect inside of Schema's own.
    const error = thrown instanceof Error && Cause.isCause(thrown.cause) ? Cause.squash(thrown.cause) : thrown
    const got = `one that throws: ${error instanceof Error ? inline(error.message, 200) : preview(error)}`
    return Result.fail(new InvalidOptions({ option, got, expected: "values that can be read" }))
  }
}

/** A copy of options as they are, without a check. */
export const copyOptions = <Options extends object>(options: Options): Result.Result<Options, InvalidOptions> =>
  readable("options", () => Result.succeed({ ...options }))

const check = <Fields extends Schema.Struct.Fields>(
  schema: Schema.Struct<Fields>,
  options: unknown
): Result.Result<Schema.Struct<Fields>["Type"], InvalidOptions> => {
  const result = Schema.decodeUnknownResult(Schema.toType(schema), { onExcessProperty: "error" })(options)
  if (Result.isSuccess(result)) return Result.succeed(result.success)
  const issue = formatIssue(result.failure.issue).issues[0]
  const path = (issue?.path ?? []).map((segment) => (typeof segment === "object" ? segment.key : segment))
  const option = path.map(String).join(".")
  const name = String(path[0])
  const isKnown = path.length === 0 || Object.hasOwn(schema.fields, name)
  const show = isUrl(option) ? previewUrl : preview
  return Result.fail(
    new InvalidOptions({
      option: option === "" ? "options" : excerpt(option, maxOptionLength),
      // An unknown option may be a misspelt one that is secret.
      got: hidden.has(name) || !isKnown ? "a value that is not shown" : show(valueAt(options, path)),
      expected: isKnown
        ? (issue?.message ?? "").replace(/^Expected /, "").replace(/ \| undefined$/, "")
        : `one of the options ${Object.keys(schema.fields).join(", ")}`
    })
  )
}

const valueAt = (root: unknown, path: ReadonlyArray<PropertyKey>): unknown =>
  path.reduce<unknown>(
    (value, key) => (typeof value === "object" && value !== null ? Reflect.get(value, key) : undefined),
    root
  )
