/** Thread options as `codex app-server` 0.169 takes them. */
import * as Result from "effect/Result"
import { InvalidOptions } from "../../CodexError.ts"
import type { ApprovalPolicy, ConfigObject, SandboxMode, ThreadOptions } from "../../CodexOptions.ts"
import { configLeaves } from "../../internal/configOverrides.ts"
import { preview } from "../../internal/preview.ts"
import type { ReviewTarget } from "../../Turn.ts"

/** Whether the options can be had from an app-server. What only `codex exec` has is refused, not left out. */
export const checkServerOptions = (options: ThreadOptions): Result.Result<void, InvalidOptions> => {
  for (const option of ["profile", "ignoreUserConfig", "ignoreRules", "strictConfig"] as const) {
    if (options[option] !== undefined && options[option] !== false) {
      const expected = "nothing: it is a flag of codex exec. Put what it stands for into the options of AppServer.layer"
      return Result.fail(new InvalidOptions({ option, got: preview(options[option]), expected }))
    }
  }
  if (options.oss === true && options.localProvider === undefined) {
    const expected = "a value when oss is set: codex app-server does not choose one"
    return Result.fail(new InvalidOptions({ option: "localProvider", got: "undefined", expected }))
  }
  const policy = options.approvalPolicy ?? options.config?.["approval_policy"]
  return policy === "on-failure"
    ? Result.fail(
        new InvalidOptions({
          option: options.approvalPolicy === undefined ? "config.approval_policy" : "approvalPolicy",
          got: '"on-failure"',
          expected: '"never", "on-request" or "untrusted": codex app-server no longer knows "on-failure"'
        })
      )
    : Result.succeed(undefined)
}

/** Where a thread works, and what the whole application has chosen. */
export interface ThreadPlace {
  /** None: where the server was started. */
  readonly directory: string | undefined
  readonly additionalDirectories: ReadonlyArray<string>
  /** Of the whole application. */
  readonly config: ConfigObject | undefined
  /** Whether the server was started with it. */
  readonly isConfigured: boolean
  readonly defaultPolicy: ApprovalPolicy | undefined
}

/** What thread/start, thread/resume and thread/fork have in common. */
export interface ThreadParams {
  readonly cwd: string | undefined
  readonly model: string | undefined
  readonly modelProvider: string | undefined
  readonly sandbox: SandboxMode | undefined
  readonly approvalPolicy: ApprovalPolicy | undefined
  readonly runtimeWorkspaceRoots: ReadonlyArray<string> | undefined
  readonly config: Readonly<Record<string, unknown>>
}

/** Thread options as those take them. */
export const threadParams = (options: ThreadOptions, place: ThreadPlace): ThreadParams => ({
  cwd: place.directory,
  model: options.model,
  modelProvider: options.oss === true ? options.localProvider : undefined,
  sandbox: options.sandboxMode,
  approvalPolicy:
    options.approvalPolicy ??
    (hasOwnPolicy(options.config) || hasOwnPolicy(place.config) ? undefined : place.defaultPolicy),
  runtimeWorkspaceRoots:
    place.directory === undefined || place.additionalDirectories.length === 0
      ? undefined
      : [place.directory, ...place.additionalDirectories],
  config: threadConfig(options, place)
})

const hasOwnPolicy = (config: ConfigObject | undefined): boolean => config?.["approval_policy"] !== undefined

/** Dotted keys, which codex merges with its own configuration; a table of the same name would be replaced. */
const threadConfig = (
  options: ThreadOptions,
  { config, isConfigured }: ThreadPlace
): Readonly<Record<string, unknown>> => ({
  // Whoever unsubscribes from a thread wants it unloaded: without this codex keeps it for half an hour.
  thread_unload_delay_secs: 0,
  ...(isConfigured ? {} : configLeaves(config ?? {})),
  ...configLeaves(options.config ?? {}, config),
  ...(options.modelReasoningEffort === undefined ? {} : { model_reasoning_effort: options.modelReasoningEffort }),
  ...(options.networkAccessEnabled === undefined
    ? {}
    : { "sandbox_workspace_write.network_access": options.networkAccessEnabled }),
  ...(options.webSearchMode === undefined ? {} : { web_search: options.webSearchMode }),
  ...Object.fromEntries((options.enable ?? []).map((feature) => [`features.${feature}`, true])),
  ...Object.fromEntries((options.disable ?? []).map((feature) => [`features.${feature}`, false]))
})

/** A review as review/start takes it. */
export const reviewTarget = (target: ReviewTarget): Readonly<Record<string, unknown>> => {
  switch (target._tag) {
    case "Uncommitted":
      return { type: "uncommittedChanges" }
    case "BaseBranch":
      return { type: "baseBranch", branch: target.branch }
    case "Commit":
      return { type: "commit", sha: target.sha, title: target.title ?? null }
    case "Custom":
      return { type: "custom", instructions: target.instructions }
  }
}
