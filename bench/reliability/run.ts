/**
 * Runs each case of `cases.ts` with effect-codex and with the official SDK, each in a host process of its own, looks at
 * what is left afterwards, and writes the table of `docs/reliability.md`.
 *
 *   npm run reliability                 all cases, and the table
 *   npm run reliability -- give-up-deaf some of them, without the table
 *
 * Needs Linux's /proc.
 */
import { createServer } from "node:http"
import { fileURLToPath } from "node:url"
import { NodeHttpServer, NodeRuntime, NodeServices } from "@effect/platform-node"
import { reply, ScriptedModel, shellCommand } from "effect-codex/testing"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Layer from "effect/Layer"
import * as Stdio from "effect/Stdio"
import { type Case, cases } from "./cases.ts"
import { type Finding, libraries, patience, runCase } from "./runCase.ts"

const page = fileURLToPath(new URL("../../docs/reliability.md", import.meta.url))

const describe = (test: Case, finding: Finding): string =>
  [
    finding.crash === undefined ? undefined : `**crashes the host**: ${finding.crash}`,
    finding.outcome,
    test.group === "Memory" && finding.megabytes > 0 ? `${Math.round(finding.megabytes)} MB` : undefined,
    finding.hangs
      ? finding.outcome === undefined
        ? `**never settles** (${test.patience ?? patience} s)`
        : "**the host does not exit**"
      : undefined,
    finding.processes > 0 ? `**${finding.processes} process${finding.processes > 1 ? "es" : ""} left**` : undefined,
    finding.files > 0 ? `**${finding.files} temporary file${finding.files > 1 ? "s" : ""} left**` : undefined
  ]
    .filter((part) => part !== undefined)
    .join("; ")
    .trim()
    .replaceAll("|", "\\|")

const program = Effect.gen(function* () {
  const fs = yield* FileSystem.FileSystem
  const wanted = yield* Stdio.Stdio.use((stdio) => stdio.args)
  const chosen = wanted.length === 0 ? cases : cases.filter((test) => wanted.includes(test.id))
  const rows: Array<string> = ["| case | | effect-codex | official SDK |", "| --- | --- | --- | --- |"]
  let group = ""
  for (const test of chosen) {
    const [ours, official] = yield* Effect.forEach(libraries, (library) =>
      Effect.map(runCase(test, library), (finding) => describe(test, finding))
    )
    yield* Console.log(`${test.id}\n  effect-codex:  ${ours}\n  official SDK:  ${official}`)
    if (test.group !== group) rows.push(`| **${test.group}** | | | |`)
    group = test.group
    rows.push(`| ${test.what} | \`${test.id}\` | ${ours} | ${official} |`)
  }
  if (wanted.length > 0) return
  const text = yield* fs.readFileString(page)
  yield* fs.writeFileString(
    page,
    text.replace(
      /(<!-- table -->\n)[^]*(<!-- end of table -->)/,
      (_, before, after) => `${before}\n${rows.join("\n")}\n\n${after}`
    )
  )
})

const Model = ScriptedModel.layer(() => reply(shellCommand("sleep 300 & sleep 300", { login: false }))).pipe(
  Layer.provide(NodeHttpServer.layer(createServer, { port: 0, host: "127.0.0.1" })),
  Layer.provideMerge(NodeServices.layer)
)

program.pipe(Effect.provide(Model), NodeRuntime.runMain)
