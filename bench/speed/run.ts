/**
 * Measures effect-codex beside the official SDK and beside the floor (spawn, split, `JSON.parse`) and says whether the
 * goals are met. Each figure is a median over rounds in which all of them run, with the middle half of the rounds.
 *
 *   npm run bench                     all figures: prints the table, and writes bench/results.json, the table of
 *                                     docs/performance.md and the pictures. Wants an idle machine
 *   npm run bench -- stream turn      some of them, and nothing is written
 *   npm run bench -- --quick          all of them with a tenth of the rounds and events, and nothing is written
 */
import { execFileSync } from "node:child_process"
import { createServer } from "node:http"
import { fileURLToPath } from "node:url"
import { NodeHttpServer, NodeRuntime, NodeServices } from "@effect/platform-node"
import { reply, ScriptedModel } from "effect-codex/testing"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Layer from "effect/Layer"
import * as Path from "effect/Path"
import * as Predicate from "effect/Predicate"
import * as Redacted from "effect/Redacted"
import * as Stdio from "effect/Stdio"
import { findExecutable, hostSearch } from "../../src/internal/executable.ts"
import { cases } from "../reliability/cases.ts"
import { runCase } from "../reliability/runCase.ts"
import { type Bench, type FigureName, figures, type Row } from "./figures.ts"
import { describeMachine, machineText, pictures, table } from "./report.ts"
import { makeFakes } from "./workload.ts"

const file = (name: string) => fileURLToPath(new URL(`../../${name}`, import.meta.url))

const prepare = Effect.fn(function* (isQuick: boolean) {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const { codexOptions } = yield* ScriptedModel
  const folder = yield* fs.makeTempDirectoryScoped({ prefix: "speed-" })
  // The configuration is codex's own, so that everybody's command line is the same.
  yield* fs.writeFileString(path.join(codexOptions.codexHome, "config.toml"), toToml(codexOptions.config).join("\n"))
  const eventCount = isQuick ? 20_000 : 200_000
  const context = yield* Effect.context<Effect.Services<ReturnType<typeof runCase>>>()
  const bench: Bench = {
    fakes: yield* makeFakes(eventCount),
    eventCount,
    codex: (yield* findExecutable(yield* hostSearch(undefined, undefined))).path,
    environment: {
      CODEX_HOME: codexOptions.codexHome,
      CODEX_API_KEY: Redacted.value(codexOptions.apiKey),
      // Without a profile: what this machine's login shells do is not measured.
      HOME: folder
    },
    folder,
    peakMemory: (id, library) =>
      Effect.gen(function* () {
        const test = cases.find((entry) => entry.id === id)
        if (test === undefined) return yield* Effect.die(`No case ${id}`)
        return { megabytes: (yield* runCase(test, library)).megabytes }
      }).pipe(Effect.provideContext(context)),
    divisor: isQuick ? 10 : 1
  }
  return bench
})

/** Dotted keys: TOML takes them at the top. */
const toToml = (value: unknown, keys: ReadonlyArray<string> = []): ReadonlyArray<string> =>
  Predicate.isObject(value)
    ? Object.entries(value).flatMap(([key, part]) => toToml(part, [...keys, key]))
    : [`${keys.join(".")} = ${JSON.stringify(value)}`]

const versions = Effect.fn(function* (codex: string) {
  const fs = yield* FileSystem.FileSystem
  const sdk = fileURLToPath(new URL("../package.json", import.meta.resolve("@openai/codex-sdk")))
  const { version }: { version: string } = JSON.parse(yield* fs.readFileString(sdk))
  const [, codexVersion = "unknown"] = /(\d\S+)/.exec(execFileSync(codex, ["--version"], { encoding: "utf8" })) ?? []
  return describeMachine(codexVersion, version)
})

const isFigure = (name: string): name is FigureName => name in figures

const program = Effect.gen(function* () {
  const fs = yield* FileSystem.FileSystem
  const args = yield* Stdio.Stdio.use((stdio) => stdio.args)
  const isQuick = args.includes("--quick")
  const wanted = args.filter((name) => !name.startsWith("--"))
  const unknown = wanted.filter((name) => !isFigure(name))
  if (unknown.length > 0) {
    return yield* Effect.fail(
      new Error(`No figure ${unknown.join(", ")}. There are ${Object.keys(figures).join(", ")}`)
    )
  }
  const bench = yield* prepare(isQuick)
  const machine = yield* versions(bench.codex)
  yield* Console.log(machineText(machine))
  if (machine.load > 0.5) yield* Console.warn("The machine is busy: the figures say little.")

  const rows: Array<Row> = []
  for (const name of Object.keys(figures).filter(isFigure)) {
    if (wanted.length > 0 && !wanted.includes(name)) continue
    const startedAt = performance.now()
    const measured = yield* Effect.scoped(figures[name](bench))
    const seconds = Math.round((performance.now() - startedAt) / 1000)
    rows.push(...measured)
    yield* Console.log(`\n${name} (${seconds} s)\n${table(measured)}`)
  }
  const missed = rows.flatMap(({ findings }) => findings.filter(({ isMet }) => !isMet)).length
  yield* Console.log(missed === 0 ? "\nEvery goal is met." : `\n${missed} goals are missed.`)
  if (isQuick || wanted.length > 0) return

  yield* fs.writeFileString(file("bench/results.json"), `${JSON.stringify({ machine, rows }, undefined, 2)}\n`)
  for (const [name, picture] of Object.entries(pictures(rows))) {
    yield* fs.writeFileString(file(`docs/images/${name}`), picture)
  }
  const page = yield* fs.readFileString(file("docs/performance.md"))
  yield* fs.writeFileString(
    file("docs/performance.md"),
    page.replace(
      /(<!-- table -->\n)[^]*(<!-- end of table -->)/,
      (_, before, after) => `${before}\n${machineText(machine)}\n\n${table(rows)}\n\n${after}`
    )
  )
})

const Model = ScriptedModel.layer(() => reply("There is a README.")).pipe(
  Layer.provide(NodeHttpServer.layer(createServer, { port: 0, host: "127.0.0.1" })),
  Layer.provideMerge(NodeServices.layer)
)

program.pipe(Effect.scoped, Effect.provide(Model), NodeRuntime.runMain)
