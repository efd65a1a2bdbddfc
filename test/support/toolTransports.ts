/** The real codex with tools, over each way of running it. */
import { createServer } from "node:http"
import { NodeHttpServer, NodeServices } from "@effect/platform-node"
import { Codex, type CodexOptions, Exec } from "effect-codex"
import { AppServer } from "effect-codex/app-server"
import { functionCall, type ModelOutput, type ModelScript, ScriptedModel } from "effect-codex/testing"
import { ToolServer } from "effect-codex/tools"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { NoLeaks } from "./noLeaks.ts"
import { Workspace } from "./realCodex.ts"

const loopback = () => NodeHttpServer.layerServer(createServer, { port: 0, host: "127.0.0.1" })

/** A server for the tools of `codex exec`. */
export const toolServer = () => ToolServer.layer.pipe(Layer.provide(loopback()))

/** Codex on the options of the scripted model. A new one each time, as after a restart of the application. */
export const codexWith = <A, E, R>(make: (options: CodexOptions) => Layer.Layer<A, E, R>) =>
  Layer.fresh(
    Layer.unwrap(
      Effect.map(Effect.all([ScriptedModel, Workspace]), ([model, { env }]) =>
        make({ ...model.codexOptions, env: { ...model.codexOptions.env, ...env } })
      )
    )
  )

export const overExec = codexWith((options) =>
  Codex.layer(options).pipe(Layer.provide(Exec.layer({ strict: true })), Layer.provide(toolServer()))
)

export const overServer = codexWith((options) => AppServer.layer(options, { strict: true }))

/** What codex runs on: a model that follows a script. */
export const scriptedModel = (script: ModelScript) =>
  Layer.mergeAll(ScriptedModel.layer(script).pipe(Layer.provide(loopback())), Workspace.layer).pipe(
    Layer.provideMerge(NoLeaks.layer),
    Layer.provideMerge(NodeServices.layer)
  )

/** The model calls a tool of the application. */
export type CallTool = (name: string, args: Readonly<Record<string, unknown>>, callId?: string) => ModelOutput

export const callOverServer: CallTool = (name, args, callId) => functionCall(name, args, { callId })
export const callOverExec: CallTool = (name, args, callId) =>
  functionCall(name, args, { callId, namespace: "mcp__effect_codex" })
