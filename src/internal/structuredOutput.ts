/** Effect Schemas as OpenAI's structured output, and back. */
import * as OpenAiStructuredOutput from "effect/ai/OpenAiStructuredOutput"
import * as Effect from "effect/Effect"
import * as JsonPointer from "effect/JsonPointer"
import * as Predicate from "effect/Predicate"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as SchemaAST from "effect/SchemaAST"
import * as SchemaIssue from "effect/SchemaIssue"
import { OutputSchemaError, StructuredOutputError } from "../CodexError.ts"
import type { JsonSchemaObject } from "../CodexOptions.ts"
import { excerpt, inline } from "./preview.ts"

/** How to ask for a value, and how to read the answer. */
export interface StructuredOutput<A, RD> {
  readonly jsonSchema: JsonSchemaObject
  readonly decode: (text: string) => Effect.Effect<A, StructuredOutputError, RD>
}

// Effect 4.1 loses what some checks expect when it reshapes a schema for OpenAI: the check's id says as much.
const formatIssue = SchemaIssue.makeFormatterStandardSchemaV1({
  checkHook: (issue) => SchemaIssue.defaultCheckHook(issue) ?? expectedBy(issue.filter.annotations)
})

const expectedBy = (annotations: Schema.Annotations.Filter | undefined): string | undefined => {
  if (annotations?.expected !== undefined) return undefined
  const id = annotations?.representation?.id.split("/").at(-1)
  return id === "isInt" ? "Expected an integer" : id === undefined ? undefined : `Expected a value that passes ${id}`
}

// An answer of a thousand wrong items would make a prompt of its own size.
const maxIssueLength = 8192

const describeIssue = (error: Schema.SchemaError): string => excerpt(allIssues(error), maxIssueLength)

const allIssues = (error: Schema.SchemaError): string =>
  formatIssue(error.issue)
    .issues.map(({ message, path = [] }) => {
      const at = path.map((segment) => `[${JSON.stringify(typeof segment === "object" ? segment.key : segment)}]`)
      return at.length === 0 ? message : `${message}\n  at ${at.join("")}`
    })
    .join("\n")

const cannotExpress = (schema: Schema.Constraint, error: unknown): OutputSchemaError => {
  const message = error instanceof Error ? error.message : String(error)
  return new OutputSchemaError({
    // Effect does not say what is there, or what to do about it.
    description: message.startsWith("OpenAiStructuredOutput: Root JSON Schema")
      ? refusedRoot(SchemaAST.toEncoded(schema.ast))
      : message
  })
}

const refusedRoot = (ast: SchemaAST.AST): string => {
  const isEmpty = ast._tag === "Objects" && ast.indexSignatures.length === 0
  const advice =
    isEmpty || SchemaAST.isNever(ast) || SchemaAST.isUnknown(ast) || SchemaAST.isAny(ast)
      ? "ask for something, as in Schema.Struct({ value: Schema.String })"
      : "put it into one, as in Schema.Struct({ value: Schema.Array(Schema.String) })"
  return `its root is ${kindOfRoot(ast)}, and OpenAI takes only an object with fields there: ${advice}`
}

const kindOfRoot = (ast: SchemaAST.AST): string => {
  switch (ast._tag) {
    case "Objects":
      return ast.indexSignatures.length > 0 ? "a record" : "an object without fields"
    case "Union":
      return "a union"
    case "Arrays":
      return "a list"
    case "Never":
    case "Unknown":
    case "Any":
      return `Schema.${ast._tag}`
    default:
      return "no object"
  }
}

/** Where a JSON Schema does not say of which type a value is, if it does so anywhere. */
const findUntyped = (root: JsonSchemaObject): string | undefined => {
  const definitions = root["$defs"]
  const followed = new Set<string>()

  const findIn = (schema: unknown, path: string): string | undefined => {
    if (!Predicate.isObject(schema)) return path
    const { $ref, anyOf, items, properties, type } = schema
    if (typeof $ref === "string") {
      if (followed.has($ref)) return undefined
      followed.add($ref)
      const name = JsonPointer.parseUriFragment($ref)?.at(-1)
      return Predicate.isObject(definitions) && name !== undefined ? findIn(definitions[name], path) : undefined
    }
    if (Array.isArray(anyOf)) return firstIn(anyOf.map((member) => [path, member]))
    if (type === "array") return findIn(items, `${path}[number]`)
    if (type === "object" && Predicate.isObject(properties)) {
      return firstIn(Object.entries(properties).map(([name, value]) => [`${path}[${JSON.stringify(name)}]`, value]))
    }
    return type === undefined && !("enum" in schema) ? path : undefined
  }

  const firstIn = (schemas: ReadonlyArray<readonly [path: string, schema: unknown]>): string | undefined => {
    for (const [path, schema] of schemas) {
      const found = findIn(schema, path)
      if (found !== undefined) return found
    }
    return undefined
  }

  return findIn(root, "")
}

const untyped = (path: string): OutputSchemaError =>
  new OutputSchemaError({
    description: `${inline(path, 200)} may be anything or nothing (Schema.Unknown, Schema.Never, a Struct without fields), and OpenAI wants a type there: say which, or take JSON in a text, with Schema.fromJsonString(Schema.Unknown)`
  })

/** OpenAI refuses a `$ref` that has other keywords beside it, such as the description of a field. */
const withLoneReferences = (jsonSchema: JsonSchemaObject): JsonSchemaObject => {
  const change = (schema: unknown): unknown => {
    if (Array.isArray(schema)) return schema.map(change)
    if (!Predicate.isObject(schema)) return schema
    const { $ref, ...others } = schema
    return typeof $ref === "string" && Object.keys(others).length > 0
      ? { ...others, anyOf: [{ $ref }] }
      : changeIn(schema)
  }
  const changeIn = (schema: object) =>
    Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, change(value)]))
  return changeIn(jsonSchema)
}

/**
 * Fails if OpenAI's strict JSON Schema can not express the schema: it wants an object at the root, and a type for every
 * value.
 */
export const structuredOutput = <A, E, RD, RE>(
  schema: Schema.ConstraintCodec<A, E, RD, RE>
): Result.Result<StructuredOutput<A, RD>, OutputSchemaError> =>
  Result.try({
    try: () => OpenAiStructuredOutput.toCodecOpenAI(schema),
    catch: (error) => cannotExpress(schema, error)
  }).pipe(
    // codex would start with it, and OpenAI refuse the turn.
    Result.flatMap((output) => {
      const path = findUntyped(output.jsonSchema)
      return path === undefined ? Result.succeed(output) : Result.fail(untyped(path))
    }),
    Result.map(({ codec, jsonSchema }) => {
      const json = Schema.fromJsonString(codec)
      // The agent was told that there are no other fields: of a union it is the member that has them all.
      const exactly = Schema.decodeUnknownEffect(json, { onExcessProperty: "error" })
      const leniently = Schema.decodeUnknownEffect(json, { errors: "all" })
      const decode = (text: string) => Effect.catch(exactly(text), () => leniently(text))
      return {
        jsonSchema: withLoneReferences(jsonSchema),
        decode: (text) =>
          text === ""
            ? Effect.fail(new StructuredOutputError({ text, issue: "there is no final message (it may have refused)" }))
            : decode(text).pipe(
                Effect.mapError((error) => new StructuredOutputError({ text, issue: describeIssue(error) })),
                // Schema recurses into the value.
                Effect.catchDefect((defect) =>
                  defect instanceof RangeError
                    ? Effect.fail(new StructuredOutputError({ text, issue: "it is nested too deeply" }))
                    : Effect.die(defect)
                )
              )
      }
    })
  )

/** What the agent is told when its answer does not fit. */
export const repairPrompt = (error: StructuredOutputError): string =>
  `Your last answer does not fit the required JSON schema:\n\n${error.issue}\n\nAnswer again, with JSON that fits it.`
