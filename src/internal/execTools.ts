/**
 * The tools of a thread over `codex exec` 0.169: an MCP server that only this process of codex can use.
 *
 * The token goes by the environment, so that it is no argument of a process.
 */
import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"
import type * as Redacted from "effect/Redacted"
import type * as Scope from "effect/Scope"
import { CodexError, InvalidOptions } from "../CodexError.ts"
import type { ExecRequest } from "../Exec.ts"
import type { ThreadEvent } from "../ThreadEvent.ts"
import type { DynamicToolCall, McpToolCall } from "../ThreadItem.ts"
import { tomlString } from "./configOverrides.ts"
import { noProxyFor } from "./noProxy.ts"
import type { ToolEndpoint } from "./toolEndpoint.ts"

/** What codex is told of the tools. */
export interface ExecTools {
  readonly overrides: ReadonlyArray<string>
  readonly env: Readonly<Record<string, string | Redacted.Redacted<string>>>
}

// Part of what the model calls the tools: mcp__effect_codex__NAME.
const serverName = "effect_codex"
const tokenVariable = "EFFECT_CODEX_TOOLS_TOKEN"
// How long a call may take is for the tools to say. codex's own limit would be a minute.
const toolTimeoutSeconds = 1_000_000_000
// The host that is to answer may be busy.
const startTimeoutSeconds = 60

/** Serves the tools of the request's thread, if it has some, in the current scope. */
export const serveTools = Effect.fnUntraced(function* (
  { codex, thread: { tools } }: ExecRequest,
  settings: { readonly toolEndpoint: ToolEndpoint["Service"] | undefined }
): Effect.fn.Return<ExecTools | undefined, CodexError, Scope.Scope> {
  if (tools === undefined || tools.specs.length === 0) return undefined
  if (settings.toolEndpoint === undefined) {
    const expected = "a layer of ToolServer (effect-codex/tools) beside Exec.layer: codex exec reaches tools through it"
    return yield* new CodexError({
      reason: new InvalidOptions({ option: "tools", got: "tools without one", expected })
    })
  }
  const { token, url } = yield* settings.toolEndpoint.serve(tools)
  const server = `mcp_servers.${serverName}`
  return {
    overrides: [
      `${server}.url=${tomlString(url)}`,
      `${server}.bearer_token_env_var=${tomlString(tokenVariable)}`,
      // Without its tools the turn would be another one.
      `${server}.required=true`,
      // The application has given the tools, and with codex exec there is nobody to ask.
      `${server}.default_tools_approval_mode="approve"`,
      `${server}.tool_timeout_sec=${toolTimeoutSeconds}`,
      `${server}.startup_timeout_sec=${startTimeoutSeconds}`,
      // As over app-server.
      `${server}.supports_parallel_tool_calls=true`,
      // Otherwise codex tells the model only that there is a server, and not of its tools.
      `features.code_mode.direct_only_tool_namespaces=["mcp__${serverName}"]`,
      // The agent's commands have no use for it.
      `shell_environment_policy.set.${tokenVariable}=""`
    ],
    env: {
      [tokenVariable]: token,
      NO_PROXY: noProxyFor(new URL(url).hostname, codex)
    }
  }
})

/** A call to a tool of the thread, as `codex app-server` reports it, if the event is about one. */
export const asDynamicToolCall = (event: ThreadEvent): ThreadEvent => {
  if (event._tag !== "ItemStarted" && event._tag !== "ItemCompleted") return event
  const { item } = event
  return item._tag === "McpToolCall" && item.server === serverName ? { ...event, item: fromMcp(item) } : event
}

const fromMcp = ({ arguments: args, error, id, result, status, tool }: McpToolCall): DynamicToolCall => ({
  _tag: "DynamicToolCall",
  id,
  tool,
  arguments: args,
  ...(result === undefined && error === undefined
    ? {}
    : { content: result === undefined ? [inputText(error?.message ?? "")] : result.content.map(fromMcpContent) }),
  ...(status === "in_progress" ? {} : { success: status === "completed" }),
  status
})

const inputText = (text: string) => ({ type: "inputText", text })

const fromMcpContent = (block: unknown): unknown =>
  Predicate.hasProperty(block, "text") && typeof block.text === "string" ? inputText(block.text) : block
