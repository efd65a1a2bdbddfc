/** The command line and the environment of one `codex exec` (codex 0.169). */
import * as Predicate from "effect/Predicate"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import type { CodexOptions, ThreadOptions } from "../CodexOptions.ts"
import type { InvalidOptions } from "../CodexError.ts"
import type { ExecRequest, ThreadTarget } from "../Exec.ts"
import { configOverrides, tomlString } from "./configOverrides.ts"
import { hostPath, isPathVariable, pathDelimiter, pathVariable } from "./executable.ts"

/** The arguments. Flags come before the subcommand, images last: `--image` takes all values that follow it. */
export const commandArguments = (
  request: ExecRequest,
  schemaPath: string | undefined,
  toolOverrides: ReadonlyArray<string> = []
): Result.Result<ReadonlyArray<string>, InvalidOptions> =>
  Result.gen(function* () {
    const { codex, target, thread } = request
    const settings = yield* codexArguments(codex)
    const threadConfig = yield* configOverrides(thread.config ?? {}, "config", codex.config)
    return [
      "exec",
      "--experimental-json",
      ...settings,
      ...overrides([...threadConfig, ...threadOverrides(thread), ...toolOverrides]),
      ...threadFlags(thread, target),
      ...(schemaPath === undefined ? [] : ["--output-schema", schemaPath]),
      ...(request.cyberAccessProgram === undefined ? [] : ["--cyber-access-program", request.cyberAccessProgram]),
      ...subcommand(target),
      ...request.images.flatMap((path) => ["--image", path])
    ]
  })

/** What the options of the whole application put on the command line of every codex. */
export const codexArguments = (codex: CodexOptions): Result.Result<ReadonlyArray<string>, InvalidOptions> =>
  Result.map(configOverrides(codex.config ?? {}, "config"), (config) => [
    ...overrides(codexTraces(codex)),
    ...overrides([...config, ...(codex.configOverrides ?? [])]),
    ...overrides(codex.baseUrl === undefined ? [] : [`openai_base_url=${tomlString(codex.baseUrl)}`])
  ])

const overrides = (all: ReadonlyArray<string>): ReadonlyArray<string> =>
  all.flatMap((override) => ["--config", override])

const codexTraces = ({ config, configOverrides: raw = [], telemetry }: CodexOptions): ReadonlyArray<string> => {
  const url = telemetry?.codexTracesUrl
  // codex 0.169 merges tables, and refuses two exporters.
  const hasOwn =
    raw.some((override) => /^\s*otel(\s*\.\s*trace_exporter\b|\s*=.*\btrace_exporter\b)/s.test(override)) ||
    hasPath(config, ["otel", "trace_exporter"])
  return url === undefined || hasOwn
    ? []
    : [`otel.trace_exporter={otlp-http={endpoint=${tomlString(url)}, protocol="json"}}`]
}

/** Whether a table has something there, nested or by a dotted key. */
const hasPath = (table: unknown, [key = "", ...rest]: ReadonlyArray<string>): boolean =>
  Predicate.hasProperty(table, key) && table[key] !== undefined && (rest.length === 0 || hasPath(table[key], rest))

const threadOverrides = (thread: ThreadOptions): ReadonlyArray<string> => [
  ...setting("model_reasoning_effort", thread.modelReasoningEffort),
  ...(thread.networkAccessEnabled === undefined
    ? []
    : [`sandbox_workspace_write.network_access=${thread.networkAccessEnabled}`]),
  ...setting("web_search", thread.webSearchMode),
  ...setting("approval_policy", thread.approvalPolicy)
]

const setting = (key: string, value: string | undefined): ReadonlyArray<string> =>
  value === undefined ? [] : [`${key}=${tomlString(value)}`]

const threadFlags = (thread: ThreadOptions, target: ThreadTarget): ReadonlyArray<string> => [
  ...valued("--model", thread.model),
  ...(isNewThread(target) ? valued("--thread-source", thread.threadSource) : []),
  ...valued("--profile", thread.profile),
  ...valued("--sandbox", thread.sandboxMode),
  ...valued("--cd", thread.workingDirectory),
  ...(thread.additionalDirectories ?? []).flatMap((directory) => ["--add-dir", directory]),
  ...flag("--skip-git-repo-check", thread.skipGitRepoCheck),
  ...flag("--oss", thread.oss),
  ...valued("--local-provider", thread.localProvider),
  ...flag("--ephemeral", thread.ephemeral),
  ...flag("--ignore-user-config", thread.ignoreUserConfig),
  ...flag("--ignore-rules", thread.ignoreRules),
  ...flag("--strict-config", thread.strictConfig),
  ...(thread.enable ?? []).flatMap((feature) => ["--enable", feature]),
  ...(thread.disable ?? []).flatMap((feature) => ["--disable", feature])
]

const isNewThread = (target: ThreadTarget): boolean => target._tag !== "Resume" && target._tag !== "ResumeLast"

const valued = (name: string, value: string | undefined): ReadonlyArray<string> =>
  value === undefined ? [] : [name, value]

const flag = (name: string, value: boolean | undefined): ReadonlyArray<string> => (value === true ? [name] : [])

const subcommand = (target: ThreadTarget): ReadonlyArray<string> => {
  switch (target._tag) {
    case "Start":
      return []
    case "Resume":
      return ["resume", target.threadId]
    case "ResumeLast":
      return ["resume", "--last"]
    case "Fork":
      // Without `-`, fork does not read the prompt and ends without a turn.
      return ["fork", target.threadId, "-"]
    case "Review": {
      const { review } = target
      switch (review._tag) {
        case "Uncommitted":
          return ["review", "--uncommitted"]
        case "BaseBranch":
          return ["review", "--base", review.branch]
        case "Commit":
          return ["review", "--commit", review.sha, ...valued("--title", review.title)]
        case "Custom":
          return ["review", "-"]
      }
    }
  }
}

/** Who drives codex. */
const originator = "CODEX_INTERNAL_ORIGINATOR_OVERRIDE"

/** How often codex sends its spans, in milliseconds: a variable of OpenTelemetry's. */
const spanDelay = "OTEL_BSP_SCHEDULE_DELAY"

// codex 0.169 sends them every 5 seconds and at the end of a turn that completes: of one that is interrupted or fails
// sooner there would be none.
const shortSpanDelay = "500"

/** What the child's environment is made of. */
export interface ChildEnvironment {
  readonly env: Record<string, string | Redacted.Redacted<string> | undefined>
  readonly extendEnv: boolean
}

/** Whether codex gets the host's environment. */
export const inheritsEnvironment = ({ env, extendEnv }: Pick<CodexOptions, "env" | "extendEnv">): boolean =>
  extendEnv ?? env === undefined

/** The environment of codex: the key by variable, the bundled tools in front of PATH, and the trace that it belongs to. */
export const childEnvironment = (
  codex: CodexOptions,
  pathDirectories: ReadonlyArray<string>,
  inherited: (name: string) => string | undefined,
  trace: Readonly<Record<string, string | undefined>> = {}
): ChildEnvironment => {
  const extendEnv = inheritsEnvironment(codex)
  const inherits = (name: string) => extendEnv && inherited(name) !== undefined
  const env: ChildEnvironment["env"] = { ...trace, ...codex.env }
  if (env[originator] === undefined && !inherits(originator)) env[originator] = "effect_codex"
  // Undefined there is the caller's choice too: it leaves codex to its default.
  if (codex.telemetry?.codexTracesUrl !== undefined && !(spanDelay in env) && !inherits(spanDelay)) {
    env[spanDelay] = shortSpanDelay
  }
  if (codex.apiKey !== undefined) env["CODEX_API_KEY"] = codex.apiKey
  if (codex.codexHome !== undefined) env["CODEX_HOME"] = codex.codexHome
  if (pathDirectories.length > 0) {
    const name = Object.keys(env).find(isPathVariable) ?? pathVariable
    const current = name in env ? env[name] : extendEnv ? hostPath() : undefined
    const folders = (Redacted.isRedacted(current) ? Redacted.value(current) : (current ?? ""))
      .split(pathDelimiter)
      .filter((folder) => folder !== "" && !pathDirectories.includes(folder))
    env[name] = [...pathDirectories, ...folders].join(pathDelimiter)
  }
  return { env, extendEnv }
}

/** A shorter value that nobody has called secret is made up, like "test", and would take words out of every text. */
export const minPlainLength = 8

/** Variables from which codex 0.169 takes a key or a token: they are secret, however they are given. */
export const secretVariables: ReadonlyArray<string> = ["CODEX_API_KEY", "CODEX_ACCESS_TOKEN", "OPENAI_API_KEY"]

/** The values of the environment that must not show. */
export const environmentSecrets = (env: ChildEnvironment["env"]): ReadonlyArray<string> =>
  Object.entries(env).flatMap(([name, value]) => {
    if (Redacted.isRedacted(value)) return [Redacted.value(value)]
    return value !== undefined && value.length >= minPlainLength && secretVariables.includes(name) ? [value] : []
  })
