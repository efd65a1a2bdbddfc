/**
 * ToolServer: what `codex exec` needs to call the tools of a thread.
 *
 * A process of codex can only be given tools as an MCP server. The layer serves those of all turns from one `HttpServer`
 * on loopback; each turn has a token of its own, which opens its tools while it runs, and nothing else. The server of a turn,
 * and the calls that it runs, end with the turn.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Base64Url from "effect/encoding/Base64Url"
import * as HttpRouter from "effect/http/HttpRouter"
import * as HttpServer from "effect/http/HttpServer"
import type * as HttpServerError from "effect/http/HttpServerError"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as Layer from "effect/Layer"
import * as NetAddress from "effect/net/NetAddress"
import * as Redacted from "effect/Redacted"
import * as References from "effect/References"
import * as Result from "effect/Result"
import type * as Scope from "effect/Scope"
import * as McpProtocol from "effect/ai/McpProtocol"
import * as McpSchema from "effect/ai/McpSchema"
import * as McpServer from "effect/ai/McpServer"
import { CodexError, InvalidOptions } from "../CodexError.ts"
import { callTool } from "../internal/callTool.ts"
import { type ServedTools, ToolEndpoint } from "../internal/toolEndpoint.ts"
import { toLine } from "../internal/toLine.ts"
import { version } from "../internal/version.ts"
import type { ToolSet } from "../ToolSet.ts"

export type { ServedTools }

/** Serves tools to codex. An application has use for its layer only. */
export interface ToolServer extends ToolEndpoint {}
export const ToolServer: {
  /**
   * Serves tools from the `HttpServer` in context, which must listen on a loopback address and have no other use. Fails with
   * `InvalidOptions` if it listens elsewhere.
   *
   * ```ts
   * const Tools = ToolServer.layer.pipe(
   *   Layer.provide(NodeHttpServer.layerServer(createServer, { port: 0, host: "127.0.0.1" }))
   * )
   * const Live = Codex.layer().pipe(Layer.provide(Exec.layer()), Layer.provide(Tools), Layer.provide(NodeServices.layer))
   * ```
   */
  readonly layer: Layer.Layer<ToolServer, CodexError, HttpServer.HttpServer>
} = { layer: Layer.suspend(() => Layer.effect(ToolEndpoint, make)) }

type App = Effect.Effect<
  HttpServerResponse.HttpServerResponse,
  HttpServerError.HttpServerError,
  Scope.Scope | HttpServerRequest.HttpServerRequest
>

const path = "/mcp"

/** What the tools do is part of the turn's trace, how codex reaches them is not. */
const untraced = Effect.withTracerEnabled(false)

const make = Effect.gen(function* () {
  const server = yield* HttpServer.HttpServer
  const url = yield* loopbackUrl(server.address)
  const turns = new Map<string, App>()

  const answer = Effect.gen(function* () {
    const { headers } = yield* HttpServerRequest.HttpServerRequest
    const turn = turns.get(/^Bearer (\S+)$/.exec(headers["authorization"] ?? "")?.[1] ?? "")
    return turn === undefined ? HttpServerResponse.empty({ status: 401 }) : yield* turn
  })
  yield* untraced(server.serve(answer))

  return ToolEndpoint.of({
    serve: Effect.fnUntraced(function* (tools: ToolSet) {
      const app = yield* mcpApp(tools)
      const token = Base64Url.encode(globalThis.crypto.getRandomValues(new Uint8Array(32)))
      yield* Effect.acquireRelease(
        Effect.sync(() => turns.set(token, app)),
        () => Effect.sync(() => turns.delete(token))
      )
      return { url: `${url}${path}`, token: Redacted.make(token, { label: "token" }) }
    })
  })
})

/** The MCP server of one turn. */
const mcpApp = Effect.fnUntraced(function* (tools: ToolSet): Effect.fn.Return<App, never, Scope.Scope> {
  // Of the turn: its span, its loggers.
  const turn = yield* Effect.context<never>()
  const isTraced = yield* References.TracerEnabled
  const registrations = Layer.effectDiscard(
    Effect.gen(function* () {
      const server = yield* McpServer.McpServer
      for (const { description, inputSchema, name } of tools.specs) {
        yield* server.addTool({
          tool: new McpSchema.Tool({
            name,
            description: description.toWellFormed(),
            inputSchema: JSON.parse(toLine(inputSchema))
          }),
          annotations: Context.empty(),
          handle: (args: unknown) =>
            callTool(tools, name, args ?? {}).pipe(
              Effect.map(
                ({ success, text }) =>
                  new McpSchema.CallToolResult({ isError: !success, content: [{ type: "text", text }] })
              ),
              Effect.updateContext((request: Context.Context<never>) => Context.merge(request, turn)),
              Effect.withTracerEnabled(isTraced)
            )
        })
      }
    })
  )
  const server = McpServer.layerHttp({
    name: "effect-codex",
    // The model reads it as the description of the tools' namespace.
    instructions: "Tools of the application that runs you",
    version,
    path,
    protocols: [McpProtocol.v2025_06_18],
    registrations
  })
  // It refuses protocols, and these are known.
  return yield* untraced(Effect.orDie(HttpRouter.toHttpEffect(server)))
})

const loopbackUrl = (address: NetAddress.SocketAddress): Effect.Effect<string, CodexError> => {
  const url =
    NetAddress.isInetAddress(address) && NetAddress.isLoopback(address.address)
      ? Result.getOrUndefined(NetAddress.toUrl(address))
      : undefined
  return url === undefined
    ? Effect.fail(
        new CodexError({
          reason: new InvalidOptions({
            option: "HttpServer",
            got: "a server that listens elsewhere",
            expected:
              'one on loopback, such as NodeHttpServer.layerServer(createServer, { port: 0, host: "127.0.0.1" })'
          })
        })
      )
    : Effect.succeed(url.origin)
}
