import { NodeSocket, NodeSocketServer, NodeWS } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { Codex } from "effect-codex"
import { AppServer } from "effect-codex/app-server"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as NetAddress from "effect/net/NetAddress"
import * as Schema from "effect/Schema"
import * as Socket from "effect/socket/Socket"
import { logged } from "../support/logged.ts"
import { reasonOf } from "../support/turns.ts"

const sockets = [
  ["Node's WebSocket", NodeSocket.layerWebSocketConstructor],
  ["ws", NodeWS.layerWebSocketConstructor]
] as const

type Frame = string | Uint8Array | Socket.CloseEvent

const decodeRequest = Schema.decodeUnknownSync(
  Schema.fromJsonString(Schema.Struct({ id: Schema.optional(Schema.Finite), method: Schema.String }))
)
const bytes = (text: string) => new TextEncoder().encode(text)
const answer = (id: number, result: unknown = {}) => JSON.stringify({ id, result })

/** A server that sends what is given for each request, as a layer of the client. */
const server = (
  constructor: Layer.Layer<Socket.WebSocketConstructor>,
  framesOf: (method: string, id: number) => ReadonlyArray<Frame>
) =>
  Layer.unwrap(
    Effect.gen(function* () {
      const { address, run } = yield* NodeSocketServer.makeWebSocket({ port: 0, host: "127.0.0.1" })
      const serve = Effect.fnUntraced(function* (socket: Socket.Socket) {
        const writer = yield* socket.writer
        const { pull } = yield* socket.reader
        const reply = (message: string | Uint8Array) => {
          const { id, method } = decodeRequest(String(message))
          return id === undefined ? Effect.void : Effect.forEach(framesOf(method, id), (frame) => writer.write(frame))
        }
        yield* Effect.forever(Effect.flatMap(pull, (messages) => Effect.forEach(messages, reply)))
      }, Effect.scoped)
      yield* Effect.forkScoped(run((socket) => Effect.ignore(serve(socket))))
      const port = NetAddress.isInetAddress(address) ? address.port : assert.fail("it listens elsewhere")
      return AppServer.layerWebSocket({ url: `ws://127.0.0.1:${port}` }).pipe(Layer.provide(constructor))
    }).pipe(Effect.orDie)
  )

const ask = (method: string) => AppServer.use((client) => client.requestUnknown(method))

describe("a WebSocket", () => {
  it.effect.each([
    { additionalDirectories: ["/more"] },
    { additionalDirectories: ["more"], workingDirectory: "/work" },
    { additionalDirectories: ["/more"], workingDirectory: "work" }
  ])("leads to a machine where nobody knows where directories begin that are not absolute: %j", (options) =>
    Effect.gen(function* () {
      const thread = yield* Codex.use((codex) => codex.startThread(options))
      const reason = yield* reasonOf(thread.run("go"))
      assert.deepInclude(reason, { _tag: "InvalidOptions", option: "additionalDirectories" })
      assert.include(reason.message, "absolute paths of the server's machine")
    }).pipe(
      Effect.provide(
        AppServer.layerWebSocket({ url: "ws://127.0.0.1:1" }).pipe(Layer.provide(NodeSocket.layerWebSocketConstructor))
      )
    )
  )

  it.live.each(sockets)(
    "may send frames that are no messages, and messages in binary ones, over %s",
    ([, constructor]) =>
      Effect.gen(function* () {
        let said: unknown
        const use = Effect.map(ask("any"), (result) => (said = result))
        const noise = server(constructor, (method, id) =>
          method === "initialize"
            ? ["garbage", "", "[1,2]", Uint8Array.of(0xff, 0xfe), bytes("\0\n"), "{", answer(id)]
            : [bytes(answer(id, "said"))]
        )
        const warnings = yield* logged("Warn", Effect.provide(use, noise))
        assert.strictEqual(said, "said")
        assert.lengthOf(warnings, 5)
        for (const { message } of warnings) assert.include(message, "a line that is no message")
      })
  )

  it.live.each(sockets)("that closes while a request waits ends it with its reason, over %s", ([, constructor]) =>
    Effect.gen(function* () {
      const closing = server(constructor, (method, id) =>
        method === "initialize" ? [answer(id)] : [new Socket.CloseEvent(1011, "overloaded")]
      )
      const reason = yield* reasonOf(Effect.provide(ask("any"), closing))
      assert.strictEqual(reason._tag, "ConnectionLost")
      assert.match(reason.message, /ws:\/\/127\.0\.0\.1:\d+\/ closed it \(1011: overloaded\)$/)
    })
  )
})
