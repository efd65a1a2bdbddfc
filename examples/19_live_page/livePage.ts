/** LivePage: the page of one thread, served on loopback. Everything ends with its scope. */
import { createServer } from "node:http"
import { NodeHttpServer } from "@effect/platform-node"
import type { ThreadOptions } from "effect-codex"
import * as Context from "effect/Context"
import * as HttpRouter from "effect/http/HttpRouter"
import * as HttpServer from "effect/http/HttpServer"
import * as Layer from "effect/Layer"
import { LiveThread } from "./liveThread.ts"
import { Routes } from "./routes.ts"

export interface LivePageOptions {
  /** Default: one that is free. */
  readonly port?: number | undefined
  readonly thread: ThreadOptions & { readonly workingDirectory: string }
}

export class LivePage extends Context.Service<LivePage, { readonly url: string }>()("example/LivePage") {
  static readonly layer = ({ port = 0, thread }: LivePageOptions) => {
    const token = globalThis.crypto.randomUUID()
    const Server = NodeHttpServer.layer(createServer, {
      port,
      host: "127.0.0.1",
      // The events of a page that is open would keep the server from closing.
      disablePreemptiveShutdown: true
    })
    const Address = Layer.effect(
      LivePage,
      HttpServer.HttpServer.useSync(({ address }) => ({
        url: `http://127.0.0.1:${address._tag === "InetAddressV4" ? address.port : 0}/${token}/`
      }))
    )
    return HttpRouter.serve(Routes(token), { disableLogger: true, disableListenLog: true }).pipe(
      Layer.provide(LiveThread.layer(thread)),
      Layer.merge(Address),
      Layer.provide(Server)
    )
  }
}
