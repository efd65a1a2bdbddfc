/** Schemas of the values that end on codex's command line or in its environment. */
import * as ByteSize from "effect/ByteSize"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as SchemaIssue from "effect/SchemaIssue"
import type { ConfigObject, JsonSchemaObject } from "../CodexOptions.ts"
import type { ToolSet } from "../ToolSet.ts"
import { copyPlain, isPlainObject } from "./plainObject.ts"

// A NUL ends a C string, and a lone surrogate has no UTF-8: neither reaches a process unharmed.
/** Whether an argument or a TOML string can hold it. */
export const isPassable = (value: string): boolean => !value.includes("\0") && value.isWellFormed()

export const passable = Schema.makeFilter(isPassable, {
  expected: "a string without NUL characters and lone surrogates"
})
export const notEmpty = Schema.makeFilter((value: string) => value !== "", { expected: "a string that is not empty" })
export const notFlag = Schema.makeFilter((value: string) => !value.startsWith("-"), {
  expected: 'a string that does not begin with "-", which codex would take for a flag (for a path, put "./" before it)'
})

/** A string that survives the trip. */
export const text = Schema.String.check(notEmpty, passable)

/** One bare TOML key, which features are. */
export const featureName = Schema.makeFilter((value: string) => /^[A-Za-z0-9_][A-Za-z0-9_-]*$/.test(value), {
  expected: "a feature name of letters, digits, _ and -"
})

const hasNoCredentials = ({ password, username }: URL): boolean => username === "" && password === ""

/** The address of a server. */
export const httpUrl = text.check(
  Schema.makeFilter((value) => /^https?:\/\/./.test(value) && URL.canParse(value), {
    expected: "an http or https URL"
  }),
  // It shows in the process list.
  Schema.makeFilter((value) => !URL.canParse(value) || hasNoCredentials(new URL(value)), {
    expected: "a URL without a user name and a password"
  })
)

/** The address of a WebSocket. */
export const webSocketUrl = text.check(
  Schema.makeFilter((value) => /^wss?:\/\/./.test(value) && URL.canParse(value) && new URL(value).hash === "", {
    expected: "a ws or wss URL"
  }),
  Schema.makeFilter((value) => !URL.canParse(value) || hasNoCredentials(new URL(value)), {
    expected: "a URL without a user name and a password: the option token is for secrets"
  })
)

// The check is the outer one's: an issue of what is inside names neither the option nor what is allowed.
const secret = (isValid: (value: string) => boolean, expected: string) =>
  Schema.Redacted(Schema.String).check(Schema.makeFilter((value) => isValid(Redacted.value(value)), { expected }))

/** A key. With a line break, which one from a file may end with, codex 0.169 sends none, without a word. */
export const key = secret(
  (value) => value !== "" && value === value.trim() && isPassable(value) && !/\p{Cc}/u.test(value),
  "a Redacted string that is not empty, without white space around it, control characters and lone surrogates"
)

/** What a header of HTTP can hold, as far as tokens go. */
export const token = secret(
  (value) => /^[\x21-\x7e]+$/.test(value),
  "a Redacted token of visible ASCII characters, without white space"
)

// codex 0.169 sends no traces to what it takes for no URI, and reports no error. URL.canParse is no help: it encodes, trims,
// and takes the first name behind any number of slashes for the host. So only what needs no mending is taken.
const strictUrl = /^https?:\/\/[A-Za-z0-9\-._~:[\]]+(?:[/?#](?:[A-Za-z0-9\-._~:/?#[\]@!$&'()*+,;=]|%[0-9A-Fa-f]{2})*)?$/

/** Where telemetry goes. */
export const collectorUrl = httpUrl.check(
  Schema.makeFilter((value) => strictUrl.test(value), {
    expected: 'a URL with a host, and with spaces and other special characters percent-encoded, such as "%20"'
  })
)

/** A value behind a flag of codex, or one of its positional arguments. */
export const argument = Schema.String.check(notEmpty, passable, notFlag)

/** What codex 0.169 takes for `--profile`: a file's name without its ending. */
export const profileName = argument.check(
  Schema.makeFilter((value) => /^[A-Za-z0-9_-]+$/.test(value), {
    expected: "a plain name of letters, digits, _ and -"
  })
)

/** A raw `key=value`. */
export const configOverride = Schema.String.check(
  passable,
  notFlag,
  Schema.makeFilter((value) => /^\s*[^\s=][^=]*=/.test(value), { expected: "key=value" })
)

/** Values that are used later than they are checked: decoded, they are a copy. */
const copied = <T>(copy: (value: unknown) => Option.Option<T>, expected: string) =>
  Schema.declareConstructor<T>()(
    [],
    () => (value, ast, options) =>
      Option.match(copy(value), {
        onNone: () => Effect.fail(new SchemaIssue.InvalidType(ast, value, options)),
        onSome: Effect.succeed
      }),
    { expected }
  )

// codex's TOML reader gives up at 80, and then takes the value for a string.
/** How deeply configuration may be nested. */
export const maxConfigDepth = 64

/** The shape only; values are checked where they become TOML. */
export const configObject = copied(
  // What the copy leaves as it is, is refused there.
  (value) => (isPlainObject(value) ? Option.some(copyPlain(value, maxConfigDepth) as ConfigObject) : Option.none()),
  "a plain object"
)

// Deeper than any that is written by hand, and than codex takes.
const maxSchemaDepth = 500

export const jsonSchemaObject = copied(
  (value) => (isPlainObject(value) ? Option.some(copyPlain(value, maxSchemaDepth) as JsonSchemaObject) : Option.none()),
  "a plain object that holds a JSON Schema"
)

const isToolSet = (value: unknown): value is ToolSet =>
  Predicate.hasProperty(value, "call") &&
  typeof value.call === "function" &&
  Predicate.hasProperty(value, "specs") &&
  Array.isArray(value.specs) &&
  value.specs.every(
    (spec) =>
      isPlainObject(spec) &&
      typeof spec["name"] === "string" &&
      typeof spec["description"] === "string" &&
      isPlainObject(spec["inputSchema"])
  )

// Of codex 0.169, over app-server; some models have only some of them.
export const codexTools: ReadonlySet<string> = new Set([
  "apply_patch",
  "create_goal",
  "exec",
  "exec_command",
  "get_goal",
  "list_mcp_resource_templates",
  "list_mcp_resources",
  "read_mcp_resource",
  "request_permissions",
  "request_user_input",
  "request_user_input_async",
  "shell_command",
  "tool_search",
  "update_goal",
  "update_plan",
  "view_image",
  "wait",
  "write_stdin"
])

const badSpec = (field: "name" | "inputSchema", index: number, expected: string) =>
  index === -1 ? undefined : { path: ["specs", index, field], issue: expected }

/** What MCP takes, which is how `codex exec` is told. */
const isInputSchema = ({ properties = {}, required = [], type }: JsonSchemaObject): boolean =>
  type === "object" &&
  isPlainObject(properties) &&
  Object.values(properties).every((property) => typeof property === "boolean" || isPlainObject(property)) &&
  Array.isArray(required) &&
  required.every((name) => typeof name === "string")

/** Whether a schema is still one as JSON, which is what codex is told. */
const isJson = (inputSchema: JsonSchemaObject): boolean => {
  const json = Result.try((): unknown => JSON.parse(JSON.stringify(inputSchema)))
  return Result.isSuccess(json) && isPlainObject(json.success) && isInputSchema(json.success)
}

/** Tools, with names that codex 0.169 takes. */
export const toolSet = Schema.declare(isToolSet, {
  expected: "a ToolSet, such as ToolSet.make of effect-codex/tools gives"
}).check(
  Schema.makeFilter(({ specs }) =>
    badSpec(
      "name",
      specs.findIndex(({ name }) => !/^(?!mcp__)[a-zA-Z0-9_-]{1,128}$/.test(name)),
      "a name of at most 128 letters, digits, _ and -, which does not begin with mcp__"
    )
  ),
  Schema.makeFilter(({ specs }) =>
    badSpec(
      "name",
      specs.findIndex(({ name }, index) => specs.slice(0, index).some((other) => other.name === name)),
      "a name that no other tool has"
    )
  ),
  Schema.makeFilter(({ specs }) =>
    badSpec(
      "name",
      specs.findIndex(({ name }) => codexTools.has(name)),
      "a name that is none of codex's own tools, which it would call instead"
    )
  ),
  Schema.makeFilter(({ specs }) =>
    badSpec(
      "inputSchema",
      specs.findIndex(({ inputSchema }) => !isInputSchema(inputSchema)),
      'a JSON Schema with `type: "object"` at its root'
    )
  ),
  Schema.makeFilter(({ specs }) =>
    badSpec(
      "inputSchema",
      specs.findIndex(({ inputSchema }) => !isJson(inputSchema)),
      "a JSON Schema that is the same as JSON: without a bigint, a cycle, or a toJSON that gives something else"
    )
  )
)

type Env = Readonly<Record<string, string | Redacted.Redacted<string> | undefined>>

const isEnvValue = (value: unknown): boolean => {
  const plain = Redacted.isRedacted(value) ? Redacted.value(value) : value
  return plain === undefined || (typeof plain === "string" && isPassable(plain))
}

// As a key, `__proto__` gets lost on the way.
const isEnvName = (name: string): boolean => /^[^=]+$/.test(name) && isPassable(name) && name !== "__proto__"

const isEnvEntry = ([name, value]: readonly [string, unknown]): boolean => isEnvName(name) && isEnvValue(value)

const variables = "variable names without =, with strings or Redacted strings; no NUL, and no lone surrogates"

/** Also of the environment that Node gives, which has a prototype of its own. */
const copyEntries = (value: unknown): Option.Option<Readonly<Record<string, unknown>>> =>
  Predicate.isObject(value) &&
  Object.prototype.toString.call(value) === "[object Object]" &&
  !Redacted.isRedacted(value)
    ? Option.some(Object.fromEntries(Object.entries(value)))
    : Option.none()

/** Environment variables. */
export const environment = copied(copyEntries, `an object of ${variables}`)
  .check(
    // Names the variable. What is behind a = would be its value.
    Schema.makeFilter((value) => {
      const wrong = Object.entries(value).find((entry) => !isEnvEntry(entry))
      return wrong === undefined
        ? undefined
        : { path: wrong[0].split("=", 1).filter((name) => name !== ""), issue: variables }
    })
  )
  .pipe(Schema.refine((value): value is Env => Object.entries(value).every(isEnvEntry), { expected: variables }))

/** A time limit. */
export const timeLimit = copied<Duration.Input>(
  (value) =>
    Number.isNaN(value)
      ? Option.none()
      : Option.filter(
          Duration.fromInput(value as Duration.Input), // anything else is None
          (duration) => Duration.toMillis(duration) > 0
        ),
  'a duration greater than zero, such as "30 seconds"'
)

/** How long something is waited for that has to end: with force, if need be. */
export const gracePeriod = timeLimit.check(
  Schema.makeFilter((value) => Duration.isFinite(Duration.fromInputUnsafe(value)), {
    expected: 'a duration that ends, such as "5 seconds": after it codex is ended with force'
  })
)

/** A number of things. */
export const positiveInteger = Schema.Int.check(
  Schema.makeFilter((value) => value > 0, { expected: "a whole number greater than zero" })
)

// V8's longest string has 24 characters less than 512 Mi.
const mostBytes = ByteSize.mebibytes(511)

/** A number of bytes that a buffer may hold, which become a string. */
export const byteLimit = Schema.declare(
  (value): value is ByteSize.Input =>
    Option.exists(
      ByteSize.fromInput(value as ByteSize.Input), // anything else is None
      (size) => ByteSize.isGreaterThan(size, ByteSize.bytes(0)) && ByteSize.isLessThanOrEqualTo(size, mostBytes)
    ),
  { expected: 'a size greater than zero and up to "511 MiB", such as "64 MiB"' }
)
