import { createServer } from "node:http"
import { NodeHttpServer, NodeServices } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { Codex, type CodexOptions, Exec, type ToolSet } from "effect-codex"
import { ToolServer } from "effect-codex/tools"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import { identity } from "effect/Function"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { ToolEndpoint } from "../../src/internal/toolEndpoint.ts"
import { Fake, nodeFake, ordinaryTurn, print } from "../support/fakeCodex.ts"
import { NoLeaks } from "../support/noLeaks.ts"
import { toolServer } from "../support/toolTransports.ts"
import { reasonOf } from "../support/turns.ts"

const toolsNamed = (name: string): ToolSet => ({
  specs: [{ name, description: "", inputSchema: { type: "object" } }],
  call: () => Effect.succeed({ success: true, text: "ok" })
})

const Server = ToolServer.layer.pipe(
  Layer.provide(NodeHttpServer.layerServer(createServer, { port: 0, host: "127.0.0.1" })),
  Layer.provideMerge(NoLeaks.layer),
  Layer.provideMerge(Layer.merge(NodeServices.layer, FetchHttpClient.layer))
)

const initialize = {
  jsonrpc: "2.0",
  id: 1,
  method: "initialize",
  params: { protocolVersion: "2025-06-18", capabilities: {}, clientInfo: { name: "test", version: "1" } }
}

/** What the server answers to whoever has a token. */
const ask = (url: string, token: string) =>
  Effect.map(post(url, token, initialize), ({ status, text }) => ({ status, text }))

const post = (url: string, token: string, message: unknown, session = "") =>
  HttpClientRequest.post(url).pipe(
    HttpClientRequest.bodyJsonUnsafe(message),
    HttpClientRequest.setHeaders({ authorization: `Bearer ${token}`, accept: "application/json, text/event-stream" }),
    session === "" ? identity : HttpClientRequest.setHeader("mcp-session-id", session),
    HttpClient.execute,
    Effect.flatMap(({ headers, status, text }) =>
      Effect.map(text, (body) => ({ status, text: body, session: headers["mcp-session-id"] ?? "" }))
    )
  )

/** What codex has in its environment in a turn with tools. */
const environmentOf = Effect.fnUntraced(function* (options: CodexOptions) {
  const { path } = yield* Fake
  const turn = yield* Codex.use((codex) => codex.startThread({ tools: toolsNamed("a") })).pipe(
    Effect.flatMap((thread) => thread.run("go")),
    Effect.provide(
      Codex.layer(options).pipe(Layer.provide(Exec.layer({ codexPath: path })), Layer.provide(toolServer())),
      { local: true }
    )
  )
  const environment: Readonly<Record<string, string | undefined>> = JSON.parse(turn.finalResponse)
  return environment
})

describe("ToolServer", () => {
  it.live("opens the tools to whoever has their token, while they are served", () =>
    Effect.gen(function* () {
      const { serve } = yield* ToolEndpoint
      const { token, url } = yield* Effect.gen(function* () {
        const served = yield* serve(toolsNamed("a"))
        const other = yield* serve(toolsNamed("b"))
        assert.strictEqual(new URL(served.url).hostname, "127.0.0.1")
        assert.strictEqual(other.url, served.url)
        assert.notStrictEqual(Redacted.value(other.token), Redacted.value(served.token))
        assert.isAtLeast(Redacted.value(served.token).length, 43)
        assert.notInclude(JSON.stringify(served), Redacted.value(served.token))
        assert.strictEqual((yield* ask(served.url, Redacted.value(served.token))).status, 200)
        return served
      }).pipe(Effect.scoped)
      for (const wrong of [Redacted.value(token), "", "x", "undefined"]) {
        assert.deepStrictEqual(yield* ask(url, wrong), { status: 401, text: "" })
      }
    }).pipe(Effect.provide(Server))
  )

  it.live("tells of tools in a JSON that codex can read", () =>
    Effect.gen(function* () {
      const { serve } = yield* ToolEndpoint
      const { token, url } = yield* serve({
        ...toolsNamed("a"),
        specs: [
          {
            name: "a",
            description: "planted \ud800",
            inputSchema: { type: "object", properties: { id: { description: "lone \udc00" } } }
          }
        ]
      })
      const { session } = yield* post(url, Redacted.value(token), initialize)
      yield* post(url, Redacted.value(token), { jsonrpc: "2.0", method: "notifications/initialized" }, session)
      const list = { jsonrpc: "2.0", id: 2, method: "tools/list", params: {} }
      const { text } = yield* post(url, Redacted.value(token), list, session)
      assert.include(text, "planted \ufffd")
      assert.include(text, "lone \ufffd")
      assert.notInclude(text, "\\ud")
    }).pipe(Effect.scoped, Effect.provide(Server))
  )

  it.live("refuses a server that others can reach, or that is not reached over TCP", () =>
    Effect.gen(function* () {
      const fs = yield* FileSystem.FileSystem
      const folder = yield* fs.makeTempDirectoryScoped({ prefix: "socket-" })
      for (const address of [{ host: "0.0.0.0", port: 0 }, { path: `${folder}/socket` }]) {
        const layer = ToolServer.layer.pipe(Layer.provide(NodeHttpServer.layerServer(createServer, address)))
        const error = yield* Effect.flip(Effect.scoped(Layer.build(layer)))
        assert.strictEqual(error._tag, "CodexError")
        assert.include(error.message, "127.0.0.1")
      }
    }).pipe(Effect.scoped, Effect.provide(NodeServices.layer))
  )

  it.live("adds its variables to the environment that codex has without it", () =>
    Effect.gen(function* () {
      const ofTools = ({
        CODEX_INTERNAL_ORIGINATOR_OVERRIDE,
        EFFECT_CODEX_TOOLS_TOKEN,
        NO_PROXY
      }: typeof inherited) => {
        assert.isDefined(EFFECT_CODEX_TOOLS_TOKEN)
        assert.include(NO_PROXY, "127.0.0.1")
        return { CODEX_INTERNAL_ORIGINATOR_OVERRIDE, EFFECT_CODEX_TOOLS_TOKEN, NO_PROXY }
      }
      const inherited = yield* environmentOf({})
      assert.deepStrictEqual(inherited, { ...process.env, ...ofTools(inherited) })
      const given = yield* environmentOf({ env: { GIVEN: "x" } })
      assert.deepStrictEqual(given, { GIVEN: "x", ...ofTools(given) })
      const both = yield* environmentOf({ env: { GIVEN: "x" }, extendEnv: true })
      assert.deepStrictEqual(both, { ...process.env, GIVEN: "x", ...ofTools(both) })
    }).pipe(
      Effect.provide(
        nodeFake(
          `const item = { id: "i", type: "agent_message", text: JSON.stringify(process.env) };
           ${print(...ordinaryTurn.slice(0, 2))}
           console.log(JSON.stringify({ type: "item.completed", item }));
           ${print(...ordinaryTurn.slice(-1))}`
        )
      )
    )
  )

  it.live("is asked for by a turn with tools over codex exec, before anything is started", () =>
    Effect.gen(function* () {
      const thread = yield* Codex.use((codex) => codex.startThread({ tools: toolsNamed("a") }))
      const reason = yield* reasonOf(thread.run("go"))
      assert.include(reason, { _tag: "InvalidOptions", option: "tools" })
      assert.include(reason.message, "ToolServer")
    }).pipe(
      Effect.provide(Codex.layer().pipe(Layer.provide(Exec.layer({ codexPath: "/bin/false" })))),
      Effect.provide(NodeServices.layer)
    )
  )
})
