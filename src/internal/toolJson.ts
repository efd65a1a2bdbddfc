/**
 * The JSON of a tool's arguments and results.
 *
 * A toolkit decodes and encodes with the Schemas as they are, which need not be JSON on their encoded side. What codex is
 * told of the arguments is the JSON Schema of their JSON codec.
 */
import * as JsonPointer from "effect/JsonPointer"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as SchemaAST from "effect/SchemaAST"
import * as Tool from "effect/ai/Tool"
import { InvalidOptions } from "../CodexError.ts"
import type { JsonSchemaObject } from "../CodexOptions.ts"
import { inline } from "./preview.ts"

/** The option that a message about a tool names. */
export const optionOf = (tool: Tool.Any, ...path: ReadonlyArray<string>): string =>
  ["tools", tool.name, ...path].map((part) => inline(part, 100)).join(".")

/** The tool with the JSON codecs of its Schemas. Its handler is found by its id, and gets and gives the same values. */
export const withJsonCodecs = (tool: Tool.Any): Result.Result<Tool.Any, InvalidOptions> =>
  Result.gen(function* () {
    const parameters = yield* codecOf(tool, "parameters", tool.parametersSchema)
    const success = yield* codecOf(tool, "success", tool.successSchema)
    const failure = yield* codecOf(tool, "failure", tool.failureSchema)
    return tool.setParameters(parameters).setSuccess(success).setFailure(failure)
  })

/** The JSON Schema of the arguments, with an object at its root. */
export const inputSchemaOf = (tool: Tool.Any): Result.Result<JsonSchemaObject, InvalidOptions> => {
  if (isEmpty(SchemaAST.toEncoded(tool.parametersSchema.ast))) return Result.succeed(noArguments)
  const schema = atRoot(Tool.getJsonSchema(tool))
  if (schema["type"] === "object") return Result.succeed(schema)
  return Result.fail(
    new InvalidOptions({
      option: optionOf(tool),
      got: `parameters that are ${"anyOf" in schema || "oneOf" in schema ? "a union" : "no object"}`,
      expected:
        "parameters with an object at their root: one Schema.Struct, and a field of it for what is none, as in Schema.Struct({ input: Schema.Union([...]) })"
    })
  )
}

const noArguments: JsonSchemaObject = { type: "object", properties: {}, additionalProperties: false }

// For Effect, anything but null and undefined.
const isEmpty = (ast: SchemaAST.AST): boolean =>
  SchemaAST.isObjects(ast) && ast.propertySignatures.length === 0 && ast.indexSignatures.length === 0

/** A Schema with an identifier, such as a class, is a reference to its definition. */
const atRoot = (schema: JsonSchemaObject): JsonSchemaObject => {
  const { $defs, $ref } = schema
  if (typeof $ref !== "string" || !isRecord($defs)) return schema
  const [keyword, name = ""] = JsonPointer.parseUriFragment($ref) ?? []
  const root = keyword === "$defs" ? $defs[name] : undefined
  if (!isRecord(root)) return schema
  return JSON.stringify(root).includes('"$ref"') ? { ...root, $defs } : root
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value)

type Part = "parameters" | "success" | "failure"

const codecOf = (tool: Tool.Any, part: Part, schema: Schema.Top): Result.Result<Schema.Top, InvalidOptions> => {
  // It says nothing, and is what a dynamic tool has by default: to its codec `undefined` would be no result.
  if (SchemaAST.isUnknown(schema.ast)) return Result.succeed(schema)
  const path = pathWithoutJson(SchemaAST.toEncoded(schema.ast))
  return path === undefined
    ? Result.succeed(Schema.toCodecJson(schema))
    : Result.fail(
        new InvalidOptions({
          option: optionOf(tool, part, ...path),
          got: "a Schema without JSON",
          expected:
            "one with a JSON codec: keys that are strings, and toCodecJson among the annotations of a Schema.declare or Schema.instanceOf"
        })
      )
}

/** Where values have no JSON that is known. */
const pathWithoutJson = (ast: SchemaAST.AST, seen = new Set<SchemaAST.AST>()): ReadonlyArray<string> | undefined => {
  if (seen.has(ast)) return undefined
  seen.add(ast)
  const within = (children: ReadonlyArray<readonly [PropertyKey | undefined, SchemaAST.AST]>) => {
    for (const [key, child] of children) {
      const path = typeof key === "symbol" ? [] : pathWithoutJson(child, seen)
      if (path !== undefined) return key === undefined ? path : [String(key), ...path]
    }
    return undefined
  }
  switch (ast._tag) {
    case "Declaration": {
      const { toCodec, toCodecJson } = ast.annotations ?? {}
      return toCodecJson === undefined && toCodec === undefined
        ? []
        : within(ast.typeParameters.map((child) => [undefined, child]))
    }
    case "Objects":
      return within([
        ...ast.propertySignatures.map(({ name, type }) => [name, type] as const),
        ...ast.indexSignatures.map(({ type }) => ["*", type] as const)
      ])
    case "Arrays":
      return within([...ast.elements, ...ast.rest].map((child, index) => [index, child]))
    case "Union":
      return within(ast.types.map((child) => [undefined, child]))
    case "Suspend":
      return pathWithoutJson(ast.thunk(), seen)
    default:
      return undefined
  }
}
