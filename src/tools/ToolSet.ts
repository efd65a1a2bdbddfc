/** Makes a `ToolSet` from a toolkit of `effect/ai`. */
import * as Cause from "effect/Cause"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type * as SchemaAST from "effect/SchemaAST"
import * as Stream from "effect/Stream"
import * as Tracer from "effect/Tracer"
import * as AiError from "effect/ai/AiError"
import * as Tool from "effect/ai/Tool"
import * as Toolkit from "effect/ai/Toolkit"
import { type CodexError, InvalidOptions } from "../CodexError.ts"
import { checkOptions } from "../internal/checkOptions.ts"
import { timeLimit } from "../internal/optionSchemas.ts"
import { orFail } from "../internal/orFail.ts"
import { excerpt, inline } from "../internal/preview.ts"
import { inputSchemaOf, optionOf, withJsonCodecs } from "../internal/toolJson.ts"
import type { ToolResult, ToolSet as Tools, ToolSpec } from "../ToolSet.ts"

/** Options of `ToolSet.make`. */
export const ToolSetOptions = Schema.Struct({
  /**
   * Longest time for a call, after which its handler is interrupted and the model is told so. Default: no limit; a call
   * ends with its turn at the latest.
   */
  timeout: Schema.optional(timeLimit)
})
export interface ToolSetOptions extends Schema.Schema.Type<typeof ToolSetOptions> {}

type AnyTools = Record<string, Tool.Any>

/** `Toolkit.handle`, which checks names and arguments itself. */
type Handle = (
  name: string,
  args: unknown,
  callId: string | undefined,
  options: SchemaAST.ParseOptions
) => Effect.Effect<Stream.Stream<Tool.HandlerResult<Tool.Any>, unknown>, AiError.AiError>

/** What a toolkit's handlers, and the schemas of its tools, need. */
type Needs<T extends AnyTools> = Tool.HandlersFor<T> | Tool.HandlerServices<T[keyof T]>

// A thousand wrong items would make a text of their own size.
const maxProblemLength = 8192

// Preliminary results are for those who show them, and codex does not.
const preliminaryResults = 16

/** Tools and what runs them. */
export type ToolSet = Tools
export const ToolSet = {
  /**
   * The tools of a toolkit, with the handlers that are provided. Arguments are decoded with the JSON codec of the tool's
   * Schema (`Schema.toCodecJson`), and the model is told what is wrong with those that do not fit. A result goes to the model
   * as that of its Schema encodes it; so does a failure of the tool's own type, as a call that did not succeed. A handler that dies, or fails otherwise, is
   * logged as an error, and the model learns only that the tool failed.
   *
   * Fails with `InvalidOptions` for tools that can not be given to codex: those of a provider, those that need an approval,
   * those whose parameters are no object, and those with a Schema without JSON, such as `Schema.instanceOf`.
   */
  make: Effect.fnUntraced(function* <T extends AnyTools>(
    toolkit: Toolkit.Toolkit<T>,
    options: ToolSetOptions = {}
  ): Effect.fn.Return<ToolSet, CodexError, Needs<T>> {
    const { timeout = Duration.infinity } = yield* orFail(checkOptions(ToolSetOptions, options))
    const services = yield* Effect.context<Needs<T>>()
    const offered = yield* orFail(Result.all(Object.values(toolkit.tools).map(offer)))
    const tools = new Map(offered.map(({ tool }) => [tool.name, tool]))
    // Tools of whatever types: what they need is in `services`, and handlers go by a tool's id.
    const handlers = Toolkit.make(...tools.values()) as unknown as Toolkit.Toolkit<T>
    const handle = (yield* handlers).handle as unknown as Handle
    const limit = Duration.fromInputUnsafe(timeout)

    const run = (tool: Tool.Any, args: unknown, callId: string | undefined) => {
      const results = handle(tool.name, args, callId, {
        errors: "all",
        onExcessProperty: Tool.getStrictMode(tool) === true ? "error" : "ignore"
      })
      return Stream.unwrap(results).pipe(
        Stream.runLast,
        Effect.flatMap(Effect.fromOption),
        Effect.map(({ encodedResult, failureOrigin, isFailure, result }) =>
          isFailure && failureOrigin === "parameters" ? misfit(tool, result) : toResult(!isFailure, encodedResult)
        ),
        Effect.provideService(Toolkit.PreliminaryBuffer, preliminaryResults),
        Effect.catchCause((cause) => explain(tool, cause))
      )
    }

    return {
      specs: offered.map(({ spec }) => spec),
      call: (name, args, callId) => {
        const tool = tools.get(name)
        if (tool === undefined) {
          const known = [...tools.keys()].join(", ")
          return Effect.succeed(failed(`There is no tool ${inline(name, 100)}. The tools are: ${known}`))
        }
        return run(tool, args, callId).pipe(
          Effect.timeoutOrElse({
            duration: limit,
            orElse: () => Effect.succeed(failed(`The tool ${name} did not answer within ${Duration.format(limit)}`))
          }),
          Effect.catchCause((cause) =>
            Effect.as(Effect.exit(Effect.logError(`The tool ${name} failed`, cause)), failed(`The tool ${name} failed`))
          ),
          withoutArguments,
          Effect.updateContext((caller: Context.Context<never>) => Context.merge(services, caller))
        )
      }
    }
  })
}

const failed = (text: string): ToolResult => ({ success: false, text })

const toResult = (success: boolean, encoded: unknown): ToolResult => ({
  success,
  // A result without a value has no JSON.
  text: JSON.stringify(encoded) ?? "null"
})

const misfit = (tool: Tool.Any, error: unknown): ToolResult => {
  const problem =
    AiError.isAiError(error) && error.reason._tag === "ToolParameterValidationError" ? error.reason.description : ""
  return failed(`The arguments of ${tool.name} do not fit. ${excerpt(problem, maxProblemLength)}`)
}

/** What the model is told of a failure. Fails with what it must not be told. */
const explain = (tool: Tool.Any, cause: Cause.Cause<unknown>): Effect.Effect<ToolResult, unknown> => {
  const failure = Cause.findFail(cause)
  if (Result.isFailure(failure) || Cause.hasDies(cause)) return Effect.failCause(cause)
  const { error } = failure.success
  const origin = Context.get(Cause.reasonAnnotations(failure.success), Toolkit.FailureOrigin)
  if (origin === "parameters") return Effect.succeed(misfit(tool, error))
  if (origin !== "handler" || !Schema.is(tool.failureSchema)(error)) return Effect.failCause(cause)
  // As with the toolkit's own: what it needs is there.
  const schema = tool.failureSchema as unknown as Schema.ConstraintEncoder<unknown>
  return Effect.map(Schema.encodeUnknownEffect(schema)(error), (encoded) => toResult(false, encoded))
}

/**
 * The toolkit writes the arguments into the span that is current, which is the turn's. A span that can not be written to
 * is still the parent of the handler's.
 */
const withoutArguments = <A, E, R>(call: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.flatMap(Effect.option(Effect.currentParentSpan), (parent) =>
    Option.isNone(parent) ? call : Effect.provideService(call, Tracer.ParentSpan, Tracer.externalSpan(parent.value))
  )

interface Offered {
  readonly spec: ToolSpec
  /** With JSON on the encoded side of its Schemas. */
  readonly tool: Tool.Any
}

const offer = (tool: Tool.Any): Result.Result<Offered, InvalidOptions> => {
  const refuse = (got: string, expected: string) =>
    Result.fail(new InvalidOptions({ option: optionOf(tool), got, expected }))
  if (Tool.isProviderDefined(tool)) {
    return refuse(
      "a tool of a provider",
      "a tool with a handler: codex asks its provider for that provider's tools itself"
    )
  }
  if (tool.needsApproval !== undefined && tool.needsApproval !== false) {
    return refuse("a tool that needs an approval", "one that asks in its handler: codex asks nobody about these tools")
  }
  return Result.gen(function* () {
    const coded = yield* withJsonCodecs(tool)
    const inputSchema = yield* inputSchemaOf(tool)
    const spec = { name: tool.name, description: Tool.getDescription(tool) ?? "", inputSchema }
    return { spec, tool: coded }
  })
}
