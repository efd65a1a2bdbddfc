/**
 * Runs the blocks of the pages, one after the other: on the real codex, with a scripted model in place of OpenAI, in a
 * Git repository of its own. codex's own configuration names the model, so that no program has to. Prints what became of
 * the blocks as JSON.
 */
import { createServer } from "node:http"
import { registerHooks } from "node:module"
import { format } from "node:util"
import { NodeHttpServer, NodeRuntime, NodeServices } from "@effect/platform-node"
import { AppServer } from "effect-codex/app-server"
import { ScriptedModel } from "effect-codex/testing"
import * as Base64 from "effect/encoding/Base64"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as FileSystem from "effect/FileSystem"
import * as Layer from "effect/Layer"
import * as Path from "effect/Path"
import * as ChildProcess from "effect/process/ChildProcess"
import { ChildProcessSpawner } from "effect/process/ChildProcessSpawner"
import type * as Scope from "effect/Scope"
import { script } from "./model.ts"
import { blockFile, directory } from "./modules.ts"
import { type Block, kindOf, readPages } from "./pages.ts"
import { takeStarted } from "./platformNode.ts"

/** What became of a block. */
export interface BlockResult {
  readonly page: string
  readonly line: number
  readonly stdout: string
  /** Why it failed. */
  readonly error?: string | undefined
}

registerHooks({
  resolve: (specifier, context, next) =>
    specifier === "@effect/platform-node" && context.parentURL?.startsWith(`file://${directory}/`) === true
      ? next("./platformNode.ts", { ...context, parentURL: import.meta.url })
      : next(specifier, context)
})

const onePixel = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg=="

let printed: Array<string> = []
const { log } = console
console.log = (...values: ReadonlyArray<unknown>) => void printed.push(format(...values))
const takePrinted = (): string => {
  const stdout = printed.join("\n")
  printed = []
  return stdout
}

const load = (file: string) => Effect.promise((): Promise<{ readonly program?: unknown }> => import(file))

/** A block as a reader would run it, but for fragments: one server for all of them is faster than one for each. */
const runBlock = Effect.fn(function* (block: Block) {
  const exit = yield* load(blockFile(block)).pipe(
    Effect.map(({ program }): ReadonlyArray<Effect.Effect<unknown, unknown, Scope.Scope>> => {
      const started = takeStarted()
      // What the module exports is what `docs/README.md` shows, but for the server that is provided to all of it.
      return kindOf(block) === "fragment" ? [program as Effect.Effect<unknown, unknown, Scope.Scope>] : started
    }),
    Effect.flatMap(Effect.forEach(Effect.scoped)),
    Effect.filterOrFail(
      (started) => started.length > 0 || printed.length > 0,
      () => new Error("It runs nothing and prints nothing")
    ),
    Effect.timeout("2 minutes"),
    Effect.exit
  )
  return { page: block.page, line: block.line, stdout: takePrinted(), error: errorOf(exit) } satisfies BlockResult
})

/** What failed, and where on the page. */
const errorOf = (exit: Exit.Exit<unknown, unknown>): string | undefined =>
  Exit.isSuccess(exit)
    ? undefined
    : Cause.pretty(exit.cause)
        .split("\n")
        .filter((line) => !/^ +at /.test(line) || line.includes(directory))
        .join("\n")

/** Like a project of one's own, and a login to a provider that is the model. */
const surroundings = Effect.gen(function* () {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const { url } = yield* ScriptedModel
  const spawner = yield* ChildProcessSpawner
  const temporary = yield* fs.makeTempDirectoryScoped({ prefix: "docs-" })
  const [home, project] = [path.join(temporary, "home"), path.join(temporary, "project")]
  yield* Effect.forEach([path.join(home, ".codex"), project], (folder) => fs.makeDirectory(folder, { recursive: true }))
  yield* fs.writeFileString(
    path.join(home, ".codex", "config.toml"),
    `model_provider = "scripted"
features = { plugins = false, shell_snapshot = false }
model_providers.scripted = { name = "Scripted", base_url = "${url}", wire_api = "responses", env_key = "CODEX_API_KEY", supports_websockets = false, request_max_retries = 0, stream_max_retries = 0 }
`
  )
  yield* fs.writeFileString(path.join(project, "notes.md"), "# Notes\n")
  yield* fs.writeFile(path.join(project, "screenshot.png"), yield* Effect.fromResult(Base64.decode(onePixel)))
  yield* spawner.exitCode(ChildProcess.make("git", ["init", "--quiet"], { cwd: project }))
  Object.assign(process.env, { HOME: home, CODEX_HOME: path.join(home, ".codex"), CODEX_API_KEY: "scripted" })
  process.chdir(project)
  // A collector, for the pages that send it something. Another one that listens there does as well.
  yield* Effect.acquireRelease(
    Effect.sync(() =>
      createServer((request, response) => void request.resume().on("end", () => response.end("{}")))
        .on("error", () => {})
        .listen(4318, "127.0.0.1")
    ),
    (server) => Effect.sync(() => server.close())
  )
})

const program = Effect.gen(function* () {
  yield* surroundings
  const only = process.argv.slice(2)
  const blocks = readPages()
    .filter(({ name }) => only.length === 0 || only.includes(name))
    .flatMap((page) => page.blocks)
    .filter((block) => block.language === "ts" && block.notRun === undefined && kindOf(block) !== "test")
  const results = yield* Effect.forEach(blocks, runBlock).pipe(Effect.provide(AppServer.layer()))
  log(JSON.stringify(results, undefined, 2))
  process.chdir(directory)
}).pipe(Effect.scoped)

const Model = ScriptedModel.layer(script).pipe(
  Layer.provide(NodeHttpServer.layer(createServer, { port: 0, host: "127.0.0.1" }))
)

program.pipe(Effect.provide(Layer.provideMerge(Model, NodeServices.layer)), NodeRuntime.runMain)
