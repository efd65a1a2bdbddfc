/** Runs the real codex binary against a scripted model, and reads its JSONL. */
import { createRequire } from "node:module"
import { createServer } from "node:http"
import { NodeHttpServer, NodeServices } from "@effect/platform-node"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as Layer from "effect/Layer"
import * as ChildProcess from "effect/process/ChildProcess"
import * as Stream from "effect/Stream"
import { type ModelScript, ScriptedModel, type ScriptedModelOptions } from "../../src/testing/ScriptedModel.ts"

const codexPath = createRequire(import.meta.resolve("@openai/codex/package.json")).resolve(
  "@openai/codex-linux-x64/vendor/x86_64-unknown-linux-musl/bin/codex"
)

export const Server = NodeHttpServer.layerServer(createServer, { port: 0, host: "127.0.0.1" })

export const modelLayer = (script: ModelScript, options?: ScriptedModelOptions) =>
  ScriptedModel.layer(script, options).pipe(
    Layer.provide(Server),
    Layer.provideMerge(NodeServices.layer),
    Layer.provideMerge(FetchHttpClient.layer)
  )

/** JSON without quotes around keys is TOML enough for the options here. */
const toToml = (value: unknown): string =>
  typeof value === "object" && value !== null
    ? `{${Object.entries(value)
        .map(([key, field]) => `${key}=${toToml(field)}`)
        .join(",")}}`
    : JSON.stringify(value)

interface Line {
  readonly type: string
  readonly message?: string
  readonly error?: { readonly message: string }
  readonly usage?: Readonly<Record<string, number>>
  readonly item?: { readonly type: string; readonly [key: string]: unknown }
}

interface RunOptions {
  readonly prompt?: string
  readonly cwd?: string
  readonly config?: Readonly<Record<string, unknown>>
  readonly onLine?: (line: Line) => Effect.Effect<void>
}

export const runCodex = Effect.fn(function* (options: RunOptions) {
  const model = yield* ScriptedModel
  const fs = yield* FileSystem.FileSystem
  const config = options.config ?? { ...model.codexOptions.config }
  const handle = yield* ChildProcess.make(
    codexPath,
    [
      "exec",
      "--experimental-json",
      "--skip-git-repo-check",
      "--sandbox",
      "danger-full-access",
      ...Object.entries(config).flatMap(([key, value]) => ["-c", `${key}=${toToml(value)}`])
    ],
    {
      cwd: options.cwd ?? (yield* fs.makeTempDirectoryScoped()),
      env: {
        ...model.codexOptions.env,
        CODEX_API_KEY: model.codexOptions.apiKey,
        CODEX_HOME: model.codexOptions.codexHome,
        // What the login shells of this machine do is no part of a test.
        HOME: model.codexOptions.codexHome
      },
      extendEnv: true,
      stdin: Stream.make(options.prompt ?? "Say hi").pipe(Stream.encodeText),
      stderr: "ignore",
      killSignal: "SIGINT",
      forceKillAfter: "3 seconds"
    }
  )
  const lines = yield* handle.stdout.pipe(
    Stream.decodeText,
    Stream.splitLines,
    Stream.map((line): Line => JSON.parse(line)),
    Stream.tap((line) => options.onLine?.(line) ?? Effect.void),
    Stream.runCollect
  )
  return { lines, exitCode: yield* handle.exitCode, requests: yield* model.requests }
}, Effect.scoped)

/** Runs one turn against the script, in a model of its own. */
export const turn = (script: ModelScript, options: RunOptions & ScriptedModelOptions = {}) =>
  runCodex(options).pipe(Effect.provide(modelLayer(script, options)))

export const completedItems = (lines: ReadonlyArray<Line>) =>
  lines.flatMap((line) => (line.type === "item.completed" && line.item !== undefined ? [line.item] : []))

export const messages = (lines: ReadonlyArray<Line>) =>
  completedItems(lines).flatMap((item) => (item.type === "agent_message" ? [item["text"]] : []))

export const failure = (lines: ReadonlyArray<Line>) => lines.find((line) => line.type === "turn.failed")?.error?.message
