/**
 * Options of all three levels: codex (the whole application), thread and turn.
 *
 * They are Schemas, checked when a layer or a thread is made, so that a bad value is an `InvalidOptions` failure
 * before a process is started, and copied, so that what their owner changes later changes nothing; only `tools` and an
 * `outputSchema` are not. Closed sets are literals; what OpenAI extends on its own (models, efforts, features)
 * takes every string. A turn's option wins over the thread's, a thread's over codex's, and all of them over codex's own
 * configuration files.
 */
import * as Schema from "effect/Schema"
import * as Struct from "effect/Struct"
import { openLiterals } from "./internal/openLiterals.ts"
import {
  argument,
  collectorUrl,
  configObject,
  configOverride,
  environment,
  featureName,
  httpUrl,
  jsonSchemaObject,
  notEmpty,
  notFlag,
  passable,
  positiveInteger,
  profileName,
  key,
  text,
  timeLimit,
  toolSet
} from "./internal/optionSchemas.ts"

/** What the agent's commands may touch. codex's own default is `read-only`. */
export const SandboxMode = Schema.Literals(["read-only", "workspace-write", "danger-full-access"])
export type SandboxMode = typeof SandboxMode.Type

/**
 * When codex asks before it acts. `codex exec` can not ask anybody: there `on-request` and `on-failure` act as `never`,
 * and `untrusted` is refused, by codex 0.169 and so by `startThread` and its siblings.
 */
export const ApprovalPolicy = Schema.Literals(["never", "on-request", "on-failure", "untrusted"])
export type ApprovalPolicy = typeof ApprovalPolicy.Type

/** Where web search results come from (codex 0.169 `web_search`). */
export const WebSearchMode = Schema.Literals(["disabled", "cached", "indexed", "live"])
export type WebSearchMode = typeof WebSearchMode.Type

/** Experimental Cyber access program of a turn (OpenAI provider only). */
export const CyberAccessProgram = Schema.Literals(["standard", "daybreak_blue", "daybreak_red"])
export type CyberAccessProgram = typeof CyberAccessProgram.Type

/** Local model server used with `oss`. */
export const LocalProvider = Schema.Literals(["lmstudio", "ollama"])
export type LocalProvider = typeof LocalProvider.Type

/** How hard the model thinks. Open: codex passes every value to the provider as it is. */
export const ReasoningEffort = openLiterals([
  "minimal",
  "low",
  "medium",
  "high",
  "xhigh",
  "max",
  "ultra",
  "persistent"
]).check(notEmpty, passable)
export type ReasoningEffort = typeof ReasoningEffort.Type

/** A model of the provider. Open: what the provider offers changes faster than this list. */
export const Model = openLiterals([
  "gpt-6.1-sol",
  "gpt-6-astra",
  "gpt-6-sol",
  "gpt-6-luna",
  "gpt-5.6-sol",
  "gpt-5.5"
]).check(notEmpty, passable, notFlag)
export type Model = typeof Model.Type

/** A feature of codex, as `codex features list` names it. Open. */
export const Feature = openLiterals([
  "apps",
  "browser_use",
  "computer_use",
  "enable_request_compression",
  "fast_mode",
  "goals",
  "hooks",
  "image_generation",
  "memories",
  "multi_agent_v2",
  "plugins",
  "shell_snapshot",
  "unbounded_connection_retries",
  "view_image"
]).check(featureName)
export type Feature = typeof Feature.Type

/** A value of codex's configuration. Becomes TOML, which has no null. */
export type ConfigValue = string | number | boolean | ReadonlyArray<ConfigValue> | ConfigObject

/** A table of codex's configuration, nested as in `config.toml`. Keys with an undefined value are left out. */
export interface ConfigObject {
  readonly [key: string]: ConfigValue | undefined
}

/** A plain JSON Schema, as codex's `--output-schema` takes it. */
export interface JsonSchemaObject {
  readonly [key: string]: unknown
}

/**
 * What is recorded of turns. Spans, metrics and logs go wherever the application's tracer, metrics exporter and logger
 * send them; without any of these nothing is recorded.
 */
export const TelemetryOptions = Schema.Struct({
  /** Whether spans hold prompts, messages, commands, their output and other texts of the conversation. Default: false. */
  recordContent: Schema.optional(Schema.Boolean),
  /** How much of each text `recordContent` records, in characters. Default: 1024. */
  maxContentLength: Schema.optional(positiveInteger),
  /**
   * Where codex sends spans of its own: the traces URL of a collector that takes OTLP over HTTP as JSON, such as
   * `http://localhost:4318/v1/traces`. They become part of the turn's trace. One turn sends about 1 MB (codex 0.169).
   * Shows in the process list, so it must hold no secret. Left out if `config` or `configOverrides` name an
   * `otel.trace_exporter`; one in codex's own files is merged with it, its headers too. Also sets
   * `OTEL_BSP_SCHEDULE_DELAY` for codex, if nobody has.
   */
  codexTracesUrl: Schema.optional(collectorUrl)
})
export interface TelemetryOptions extends Schema.Schema.Type<typeof TelemetryOptions> {}

/** Options of the whole application, for `Codex.layer`. */
export const CodexOptions = Schema.Struct({
  /** Key for the provider, given to codex as `CODEX_API_KEY` in its environment. Default: codex's own login. */
  apiKey: Schema.optional(key),
  /**
   * Base URL of the OpenAI provider (`-c openai_base_url`). codex tries a WebSocket there first: a server that answers
   * it with 426 saves some seconds for each turn.
   */
  baseUrl: Schema.optional(httpUrl),
  /**
   * codex configuration, nested as in `config.toml` (`-c key=value`, one for each leaf). It shows in the process list:
   * secrets belong in `env`, with the configuration naming the variable.
   */
  config: Schema.optional(configObject),
  /** Raw `key=value` overrides (`-c`), after `config`. */
  configOverrides: Schema.optional(Schema.Array(configOverride)),
  /** Environment of codex and of the commands that it runs; undefined removes a variable. */
  env: Schema.optional(environment),
  /** Whether `env` is added to the host's environment. Default: true without `env`, false with it. */
  extendEnv: Schema.optional(Schema.Boolean),
  /** Where codex keeps its configuration, login and threads (`CODEX_HOME`). It must exist. Default: `~/.codex`. */
  codexHome: Schema.optional(text),
  /**
   * How many turns, and so codex processes, may run at once over all threads. Further ones wait in the order of their
   * calls; their time limits begin when they run. A turn inside of another, in its stream or in a handler
   * of an approval or a tool, needs a place of its own. Default: no limit.
   */
  maxConcurrentTurns: Schema.optional(positiveInteger),
  /** What traces hold, and where codex's own go. */
  telemetry: Schema.optional(TelemetryOptions)
})
export interface CodexOptions extends Schema.Schema.Type<typeof CodexOptions> {}

/** Options of one thread, for `startThread` and its siblings. They hold for each of its turns. */
export const ThreadOptions = Schema.Struct({
  /** `--model`. Default: codex's. */
  model: Schema.optional(Model),
  /** `--sandbox`. Default: codex's, which is `read-only`. */
  sandboxMode: Schema.optional(SandboxMode),
  /** `--cd`: where the agent works. Default: the host's working directory. */
  workingDirectory: Schema.optional(argument),
  /** `--add-dir`: more directories that it may write to. */
  additionalDirectories: Schema.optional(Schema.Array(argument)),
  /** `--skip-git-repo-check`: work outside Git repositories too. */
  skipGitRepoCheck: Schema.optional(Schema.Boolean),
  /** `-c model_reasoning_effort`. */
  modelReasoningEffort: Schema.optional(ReasoningEffort),
  /** `-c sandbox_workspace_write.network_access`: let commands reach the network in `workspace-write`. */
  networkAccessEnabled: Schema.optional(Schema.Boolean),
  /** `-c web_search`. */
  webSearchMode: Schema.optional(WebSearchMode),
  /** `-c approval_policy`. */
  approvalPolicy: Schema.optional(ApprovalPolicy),
  /** `--thread-source`: how a new or forked thread is classified. Not sent for a thread that is continued. */
  threadSource: Schema.optional(argument),
  /** `--profile`: layer `$CODEX_HOME/<name>.config.toml` on the user's configuration. A name of letters, digits, _ and -. */
  profile: Schema.optional(profileName),
  /** `--oss`: use a local, open-source model. */
  oss: Schema.optional(Schema.Boolean),
  /** `--local-provider`. */
  localProvider: Schema.optional(LocalProvider),
  /** `--ephemeral`: keep nothing on disk. `codex exec` can not resume such a thread, so it takes one turn there. */
  ephemeral: Schema.optional(Schema.Boolean),
  /** `--ignore-user-config`: do not load `$CODEX_HOME/config.toml`. */
  ignoreUserConfig: Schema.optional(Schema.Boolean),
  /** `--ignore-rules`: do not load execpolicy rules. */
  ignoreRules: Schema.optional(Schema.Boolean),
  /** `--strict-config`: fail on configuration keys that codex does not know. */
  strictConfig: Schema.optional(Schema.Boolean),
  /** `--enable`: features to turn on. */
  enable: Schema.optional(Schema.Array(Feature)),
  /** `--disable`: features to turn off. */
  disable: Schema.optional(Schema.Array(Feature)),
  /** codex configuration for this thread, over the application's. */
  config: Schema.optional(configObject),
  /**
   * Tools of the application that the agent can call: `ToolSet.make` of `effect-codex/tools`. `codex exec` needs a
   * `ToolServer` for them. `codex app-server` (0.169) tells the agent of the tools with which the thread was started: a
   * thread that is resumed or forked answers their calls with these, and learns of no others.
   */
  tools: Schema.optional(toolSet)
})
export interface ThreadOptions extends Schema.Schema.Type<typeof ThreadOptions> {}

/** Options of one turn. */
export const TurnOptions = Schema.Struct({
  /** What the final message must look like (`--output-schema`): a plain JSON Schema, in OpenAI's strict form. */
  outputSchema: Schema.optional(jsonSchemaObject),
  /** `--cyber-access-program`. */
  cyberAccessProgram: Schema.optional(CyberAccessProgram),
  /**
   * Longest time from the start of the turn to its end. Waiting for the thread's earlier turns is not counted. It ends codex
   * also while the reader of a stream is busy, who then gets what had come before, and after that the failure.
   */
  timeout: Schema.optional(timeLimit),
  /**
   * Longest time without an event. codex (0.169) waits for the network without an end, and reports that it does after
   * 3 seconds, then less and less often, up to every 64 seconds. A shorter limit ends that too, a longer one does not:
   * bound a turn with `timeout` as well.
   */
  idleTimeout: Schema.optional(timeLimit)
})
export interface TurnOptions extends Omit<typeof TurnOptions.Type, "outputSchema"> {
  /** JSON Schema of the final message (`--output-schema`): a plain object, of whatever type. */
  readonly outputSchema?: object | undefined
}

/** Options of a review: a thread's but for its tools, which reviews do not get, and the time limits of its one turn. */
export const ReviewOptions = Schema.Struct({
  ...Struct.omit(ThreadOptions.fields, ["tools"]),
  /** Longest time from the start of the review to its end. */
  timeout: TurnOptions.fields.timeout,
  /** Longest time without an event, as for `TurnOptions`. */
  idleTimeout: TurnOptions.fields.idleTimeout
})
export interface ReviewOptions extends Schema.Schema.Type<typeof ReviewOptions> {}
