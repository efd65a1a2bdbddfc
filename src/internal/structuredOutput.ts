/** Effect Schemas as OpenAI's structured output, and back. */
import * as OpenAiStructuredOutput from "effect/ai/OpenAiStructuredOutput"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as SchemaIssue from "effect/SchemaIssue"
import { OutputSchemaError, StructuredOutputError } from "../CodexError.ts"
import type { JsonSchemaObject } from "../CodexOptions.ts"
import { excerpt } from "./preview.ts"

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

/** Fails if OpenAI's strict JSON Schema can not express the schema, such as one that is no object at its root. */
export const structuredOutput = <A, E, RD, RE>(
  schema: Schema.ConstraintCodec<A, E, RD, RE>
): Result.Result<StructuredOutput<A, RD>, OutputSchemaError> =>
  Result.map(
    Result.try({
      try: () => OpenAiStructuredOutput.toCodecOpenAI(schema),
      catch: (error) => new OutputSchemaError({ description: error instanceof Error ? error.message : String(error) })
    }),
    ({ codec, jsonSchema }) => {
      const decode = Schema.decodeUnknownEffect(Schema.fromJsonString(codec), { errors: "all" })
      return {
        jsonSchema,
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
    }
  )

/** What the agent is told when its answer does not fit. */
export const repairPrompt = (error: StructuredOutputError): string =>
  `Your last answer does not fit the required JSON schema:\n\n${error.issue}\n\nAnswer again, with JSON that fits it.`
