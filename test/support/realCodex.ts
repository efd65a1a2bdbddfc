/** The real codex binary on a scripted model, in a Git repository of its own, over either transport. */
import { NodeHttpServer, NodeServices } from "@effect/platform-node"
import { Codex, type CodexError, type CodexOptions, Exec, type ExecOptions, type ThreadOptions } from "effect-codex"
import { AppServer, type AppServerOptions } from "effect-codex/app-server"
import { type ModelScript, ScriptedModel, type ScriptedModelOptions } from "effect-codex/testing"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Layer from "effect/Layer"
import type * as Path from "effect/Path"
import * as ChildProcess from "effect/process/ChildProcess"
import { ChildProcessSpawner } from "effect/process/ChildProcessSpawner"
import { createServer } from "node:http"
import { type Marker, NoLeaks } from "./noLeaks.ts"
import type { Transport } from "./transports.ts"

/** What a test needs besides `Codex`. */
export class Workspace extends Context.Service<
  Workspace,
  {
    /** A Git repository. */
    readonly directory: string
    /** Thread options that work in it without a sandbox. */
    readonly options: ThreadOptions
    /** On every process, a server of the turns included. */
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

/** Changes the options of codex. */
export type ChangeOptions = (options: CodexOptions) => CodexOptions

const optionsOf = (change: ChangeOptions = (options) => options) =>
  Effect.map(Effect.all([ScriptedModel, Workspace]), ([{ codexOptions }, { env }]) =>
    change({ ...codexOptions, env: { ...codexOptions.env, ...env } })
  )

/** An app-server on the scripted model. Unknown output is a failure. Another server each time. */
export const serverOnModel = (server?: AppServerOptions, change?: ChangeOptions) =>
  Layer.unwrap(Effect.map(optionsOf(change), (options) => AppServer.layer(options, { strict: true, ...server })))

/** Codex on the scripted model, over either transport: over app-server, with another server each time. */
export const codexOver = (
  transport: Transport,
  change?: ChangeOptions,
  server?: AppServerOptions
): Layer.Layer<
  Codex,
  CodexError,
  ScriptedModel | Workspace | Exec | ChildProcessSpawner | FileSystem.FileSystem | Path.Path
> => (transport === "exec" ? Layer.unwrap(Effect.map(optionsOf(change), Codex.layer)) : serverOnModel(server, change))

/** What the tests' layer has. */
export interface RealCodexOptions extends ScriptedModelOptions {
  /** Default: exec. */
  readonly transport?: Transport | undefined
  readonly exec?: ExecOptions | undefined
  readonly server?: AppServerOptions | undefined
  readonly codex?: ChangeOptions | undefined
}

/** The model and what surrounds it, for whoever runs codex on it. */
const scriptedWorkspace = (script: ModelScript, options: ScriptedModelOptions) =>
  ScriptedModel.layer(script, options).pipe(
    Layer.provide(NodeHttpServer.layerServer(createServer, { port: 0, host: "127.0.0.1" })),
    Layer.merge(Workspace.layer),
    Layer.provideMerge(NoLeaks.layer),
    Layer.provideMerge(NodeServices.layer)
  )

/** Everything for a test against the real binary. Unknown output is a failure. */
export const realCodex = (
  script: ModelScript,
  { codex, exec, server, transport = "exec", ...options }: RealCodexOptions = {}
) =>
  codexOver(transport, codex, server).pipe(
    Layer.provideMerge(Exec.layer({ strict: true, ...exec })),
    Layer.provideMerge(scriptedWorkspace(script, options))
  )
