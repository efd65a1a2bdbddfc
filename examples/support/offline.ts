/**
 * What the examples need to run without an account and without a network: a scripted model in place of OpenAI, and a
 * temporary Git repository to work in. codex itself is the real one.
 */
import { createServer } from "node:http"
import { NodeHttpServer, NodeServices } from "@effect/platform-node"
import { Codex, Exec } from "effect-codex"
import { AppServer } from "effect-codex/app-server"
import { type ModelScript, ScriptedModel } from "effect-codex/testing"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { temporaryRepository } from "./git.ts"

/** The directory that the agent works in. */
export class Workspace extends Context.Service<Workspace, { readonly directory: string }>()(
  "effect-codex/examples/Workspace"
) {
  static readonly layer = (files: Readonly<Record<string, string>>) =>
    Layer.effect(
      Workspace,
      Effect.map(temporaryRepository(files), (directory) => ({ directory }))
    )
}

/** The model and the workspace. */
export const offlineModel = (script: ModelScript, files: Readonly<Record<string, string>> = {}) =>
  Layer.merge(
    ScriptedModel.layer(script).pipe(Layer.provide(NodeHttpServer.layer(createServer, { port: 0, host: "127.0.0.1" }))),
    Workspace.layer(files)
  ).pipe(Layer.provideMerge(NodeServices.layer))

/** codex with the scripted model. With your own login it is `Codex.layer()`, and the rest stays. */
export const codexOnModel = Layer.unwrap(ScriptedModel.useSync((model) => Codex.layer(model.codexOptions)))

/** codex as one long-lived server with the scripted model. With your own login it is `AppServer.layer()`. */
export const appServerOnModel = Layer.unwrap(ScriptedModel.useSync((model) => AppServer.layer(model.codexOptions)))

/** All of it: a server with a scripted model, and a workspace. */
export const offlineServer = (script: ModelScript, files?: Readonly<Record<string, string>>) =>
  appServerOnModel.pipe(Layer.provideMerge(offlineModel(script, files)))

/** All of it: codex with a scripted model, and a workspace. */
export const offline = (script: ModelScript, files?: Readonly<Record<string, string>>) =>
  codexOnModel.pipe(Layer.provide(Exec.layer()), Layer.provideMerge(offlineModel(script, files)))
