/** The real codex app-server on a scripted model, in a Git repository of its own. */
import { createServer } from "node:http"
import { NodeHttpServer, NodeServices } from "@effect/platform-node"
import { AppServer, type AppServerOptions } from "effect-codex/app-server"
import { type ModelScript, ScriptedModel, type ScriptedModelOptions } from "effect-codex/testing"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { NoLeaks } from "./noLeaks.ts"
import { Workspace } from "./realCodex.ts"

/** What the tests' layer has. */
interface RealServerOptions extends ScriptedModelOptions {
  readonly server?: AppServerOptions | undefined
}

/** Everything for a test of the typed client. Unknown output is a failure. */
export const realServer = (script: ModelScript, { server, ...options }: RealServerOptions = {}) => {
  const Http = NodeHttpServer.layerServer(createServer, { port: 0, host: "127.0.0.1" })
  const Model = ScriptedModel.layer(script, options).pipe(Layer.provide(Http))
  return Layer.unwrap(
    Effect.gen(function* () {
      const { codexOptions } = yield* ScriptedModel
      const { env } = yield* Workspace
      return AppServer.layer({ ...codexOptions, env, extendEnv: true }, { strict: true, ...server })
    })
  ).pipe(
    Layer.provideMerge(Layer.mergeAll(Model, Workspace.layer)),
    Layer.provideMerge(NoLeaks.layer),
    Layer.provideMerge(NodeServices.layer)
  )
}
