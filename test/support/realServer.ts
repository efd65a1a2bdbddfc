/** A real `codex app-server` on a scripted model, in a Git repository of its own. */
import { NodeHttpServer, NodeServices } from "@effect/platform-node"
import { Codex, type CodexError, type CodexOptions, type ThreadOptions } from "effect-codex"
import { AppServer, type AppServerOptions, type Approvals } from "effect-codex/app-server"
import { type ModelScript, ScriptedModel, type ScriptedModelOptions } from "effect-codex/testing"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import { createServer } from "node:http"
import { NoLeaks } from "./noLeaks.ts"
import { Workspace } from "./realCodex.ts"

/** What the tests' layer has. */
export interface RealServerOptions extends ScriptedModelOptions {
  readonly approvals?: Layer.Layer<Approvals, CodexError> | undefined
  readonly server?: AppServerOptions | undefined
  readonly codex?: CodexOptions | undefined
}

/** A new thread in the workspace. */
export const startThread = (options: ThreadOptions = {}) =>
  Effect.gen(function* () {
    const codex = yield* Codex
    const workspace = yield* Workspace
    return yield* codex.startThread({ ...workspace.options, ...options })
  })

/** Everything for a test against the real binary. Unknown output is a failure. */
export const realServer = (script: ModelScript, { approvals, codex, server, ...options }: RealServerOptions = {}) => {
  const Http = NodeHttpServer.layerServer(createServer, { port: 0, host: "127.0.0.1" })
  const Model = ScriptedModel.layer(script, options).pipe(Layer.provide(Http))
  const Server = Layer.unwrap(
    Effect.gen(function* () {
      const model = yield* ScriptedModel
      const { env } = yield* Workspace
      const options = { ...model.codexOptions, ...codex, env: { ...model.codexOptions.env, ...env } }
      return AppServer.layer(options, { strict: true, ...server })
    })
  )
  return (approvals === undefined ? Server : Layer.provide(Server, approvals)).pipe(
    Layer.provideMerge(Layer.mergeAll(Model, Workspace.layer)),
    Layer.provideMerge(NoLeaks.layer),
    Layer.provideMerge(NodeServices.layer)
  )
}

/** Waits for as many threads to be unloaded from now on: their ids, in that order. */
export const closedThreads = (count: number) =>
  AppServer.use((server) =>
    server.notifications("thread/closed").pipe(
      Stream.map(({ threadId }) => threadId),
      Stream.take(count),
      Stream.runCollect,
      Effect.forkChild({ startImmediately: true })
    )
  )
