/** The real codex binary on a scripted model, in a Git repository of its own. */
import { NodeHttpServer, NodeServices } from "@effect/platform-node"
import { Codex, Exec, type ExecOptions, type ThreadOptions } from "effect-codex"
import { type ModelScript, ScriptedModel, type ScriptedModelOptions } from "effect-codex/testing"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Layer from "effect/Layer"
import * as ChildProcess from "effect/process/ChildProcess"
import { ChildProcessSpawner } from "effect/process/ChildProcessSpawner"
import { createServer } from "node:http"
import { type Marker, NoLeaks } from "./noLeaks.ts"

/** What a test needs besides `Codex`. */
export class Workspace extends Context.Service<
  Workspace,
  {
    /** A Git repository. */
    readonly directory: string
    /** Thread options that work in it without a sandbox. */
    readonly options: ThreadOptions
    readonly marker: Marker
    /** The mark, and a home without a profile: what this machine's login shells do is no part of a test. */
    readonly env: Readonly<Record<string, string>>
  }
>()("test/Workspace") {
  static readonly layer = Layer.effect(
    Workspace,
    Effect.gen(function* () {
      const fs = yield* FileSystem.FileSystem
      const spawner = yield* ChildProcessSpawner
      const directory = yield* fs.makeTempDirectoryScoped({ prefix: "codex-workspace-" })
      yield* spawner.exitCode(ChildProcess.make("git", ["init", "--quiet"], { cwd: directory }))
      const { marker } = yield* NoLeaks
      const home = yield* fs.makeTempDirectoryScoped({ prefix: "codex-user-" })
      return {
        directory,
        options: { workingDirectory: directory, sandboxMode: "danger-full-access" as const },
        marker,
        env: { ...marker.env, HOME: home }
      }
    })
  )
}

/** What the tests' layer has. */
export interface RealCodexOptions extends ScriptedModelOptions {
  readonly exec?: ExecOptions | undefined
}

/** Everything for a test against the real binary. Unknown output is a failure. */
export const realCodex = (script: ModelScript, { exec, ...options }: RealCodexOptions = {}) => {
  const Server = NodeHttpServer.layerServer(createServer, { port: 0, host: "127.0.0.1" })
  const Model = ScriptedModel.layer(script, options).pipe(Layer.provide(Server))
  return Layer.unwrap(
    Effect.gen(function* () {
      const model = yield* ScriptedModel
      const { env } = yield* Workspace
      return Codex.layer({ ...model.codexOptions, env, extendEnv: true })
    })
  ).pipe(
    Layer.provideMerge(Exec.layer({ strict: true, ...exec })),
    Layer.provideMerge(Layer.mergeAll(Model, Workspace.layer)),
    Layer.provideMerge(NoLeaks.layer),
    Layer.provideMerge(NodeServices.layer)
  )
}
