/** Where `Exec` finds the server of `effect-codex/tools`, without importing it. */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type * as Redacted from "effect/Redacted"
import type * as Scope from "effect/Scope"
import type { ToolSet } from "../ToolSet.ts"

/** Tools of one turn, as an MCP server that is reached over HTTP. */
export interface ServedTools {
  /** Of the MCP server, on loopback. */
  readonly url: string
  /** To be sent as a bearer token. It opens these tools only. */
  readonly token: Redacted.Redacted<string>
}

/** Serves tools to codex. */
export class ToolEndpoint extends Context.Service<
  ToolEndpoint,
  {
    /** Serves tools until the scope closes, which interrupts the calls that still run. */
    readonly serve: (tools: ToolSet) => Effect.Effect<ServedTools, never, Scope.Scope>
  }
>()("effect-codex/ToolServer") {}
