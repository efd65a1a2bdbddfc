/** The methods of the protocol, and which definitions are their params and their response. */
import type { JsonSchema } from "effect/JsonSchema"
import { type Definitions, nameOf } from "./normalise.ts"

export interface Method {
  readonly method: string
  /** Absent: the method has none. */
  readonly params: string | undefined
  /** The params may be left out. */
  readonly optionalParams: boolean
  /** Absent: a notification. */
  readonly response: string | undefined
  readonly experimental: boolean
  readonly description: string | undefined
}

export interface Methods {
  readonly clientRequests: ReadonlyArray<Method>
  readonly serverRequests: ReadonlyArray<Method>
  readonly serverNotifications: ReadonlyArray<Method>
}

/**
 * The schema does not say which response belongs to a request. By rule it is `XResponse` to `XParams`, and without params it is named as the method is.
 * These are all that are named otherwise (`client_request_definitions!` in codex-rs, app-server-protocol/src/protocol/common.rs).
 */
const responseNames: Readonly<Record<string, string>> = {
  "account/gatewayOAuth/cancel": "GatewayOAuthCancelResponse",
  "account/logout": "LogoutAccountResponse",
  "account/securitySetup/read": "GetAccountSecuritySetupResponse",
  "account/workspaceMessages/read": "GetWorkspaceMessagesResponse",
  "accountSession/list": "AccountSessionsResponse",
  "config/batchWrite": "ConfigWriteResponse",
  "config/mcpServer/reload": "McpServerRefreshResponse",
  "config/value/write": "ConfigWriteResponse",
  "externalAgentConfig/import/readHistories": "ExternalAgentConfigImportHistoriesReadResponse"
}

/** Responses of no method: the envelope of all of them. */
const otherResponses: ReadonlySet<string> = new Set(["JSONRPCResponse"])

const pascalCase = (method: string): string =>
  method
    .split("/")
    .map((part) => part.charAt(0).toUpperCase() + part.slice(1))
    .join("")

interface Declared {
  readonly method: string
  readonly params: string | undefined
  readonly optionalParams: boolean
  readonly description: string | undefined
}

/** The members of a union such as `ClientRequest`: `method` is their tag. */
const declared = (definitions: Definitions, union: string): ReadonlyArray<Declared> => {
  const members = definitions[union]?.["oneOf"] as ReadonlyArray<JsonSchema> | undefined
  if (members === undefined) throw new Error(`codex's schema has no ${union}`)
  return members.map((member) => {
    const { method, params } = member["properties"] as Readonly<Record<string, JsonSchema>>
    const names = method?.["enum"] as ReadonlyArray<string> | undefined
    const choices = (params?.["anyOf"] ?? [params ?? {}]) as ReadonlyArray<JsonSchema>
    const reference = choices.find((choice) => "$ref" in choice)
    const isUnit = params?.["type"] === "null" || params === undefined
    if (names?.length !== 1 || names[0] === undefined || (reference === undefined) !== isUnit) {
      throw new Error(`A member of ${union} that is not understood: ${JSON.stringify(member)}`)
    }
    return {
      method: names[0],
      params: nameOf(reference?.["$ref"]),
      optionalParams: reference !== undefined && !(member["required"] as ReadonlyArray<string>).includes("params"),
      description: member["description"] as string | undefined
    }
  })
}

const responseOf = (definitions: Definitions, { method, params }: Declared): string => {
  const name = responseNames[method] ?? `${params?.replace(/Params$/, "") ?? pascalCase(method)}Response`
  if (!(name in definitions)) {
    throw new Error(`No response for ${method}: ${name} is not defined. Add the right name to responseNames.`)
  }
  return name
}

/** Methods in the order in which codex has them; fails when one has no response, or a response no method. */
export const readMethods = (all: Definitions, stable: Definitions): Methods => {
  const of = (union: string, hasResponse: boolean): ReadonlyArray<Method> => {
    const stableMethods = new Set(declared(stable, union).map(({ method }) => method))
    return declared(all, union).map((entry) => ({
      ...entry,
      response: hasResponse ? responseOf(all, entry) : undefined,
      experimental: !stableMethods.has(entry.method)
    }))
  }
  const methods: Methods = {
    clientRequests: of("ClientRequest", true),
    serverRequests: of("ServerRequest", true),
    serverNotifications: of("ServerNotification", false)
  }
  const bare = [...methods.serverRequests, ...methods.serverNotifications].filter((entry) => entry.params === undefined)
  if (bare.length > 0)
    throw new Error(`The server sends without params: ${bare.map((entry) => entry.method).join(", ")}`)
  const requests = [...methods.clientRequests, ...methods.serverRequests]
  const explained = new Set([...otherResponses, ...requests.map(({ response }) => response)])
  const left = Object.keys(all).filter((name) => name.endsWith("Response") && !explained.has(name))
  if (left.length > 0) throw new Error(`Responses that belong to no method: ${left.join(", ")}`)
  const names = new Set(requests.map(({ method }) => method))
  const stale = Object.keys(responseNames).filter((method) => !names.has(method))
  if (stale.length > 0) throw new Error(`responseNames has methods that codex has not: ${stale.join(", ")}`)
  return methods
}
