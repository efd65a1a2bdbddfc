import { createServer } from "node:http"
import { fileURLToPath } from "node:url"
import { NodeHttpServer, NodeServices } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { functionCall, type ModelScript, reply, ScriptedModel, shellCommand } from "effect-codex/testing"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Layer from "effect/Layer"
import * as ChildProcess from "effect/process/ChildProcess"
import * as Redacted from "effect/Redacted"
import * as Schedule from "effect/Schedule"
import { temporaryRepository } from "../examples/support/git.ts"
import { makeMarker } from "./support/noLeaks.ts"
import { assertContains, runExample, startExample, typed } from "./support/runExample.ts"

const example = "18_review/main"

/** A directory for the report, a mark on processes, and a home without a profile: this machine's is no part of a test. */
const makePlace = Effect.gen(function* () {
  const fs = yield* FileSystem.FileSystem
  const directory = yield* fs.makeTempDirectoryScoped({ prefix: "review-" })
  const marker = makeMarker()
  const file = `${directory}/report.md`
  return { directory, file, marker, report: fs.readFileString(file), env: { ...marker.env, HOME: directory } }
})

const runReview = Effect.fn(function* (stdin: string) {
  const { env, file, marker, report } = yield* makePlace
  const { exitCode, stdout } = yield* runExample(example, { args: ["--report", file], env, stdin: typed(stdin) })
  yield* marker.assertNothingLeft
  return { exitCode, stdout, report: yield* report }
})

/** A codex login that leads to a scripted model: what a user's own configuration is to the example. */
const login = Effect.fn(function* (script: ModelScript) {
  const fs = yield* FileSystem.FileSystem
  const Http = NodeHttpServer.layer(createServer, { port: 0, host: "127.0.0.1" })
  const services = yield* Layer.build(ScriptedModel.layer(script).pipe(Layer.provide(Http)))
  const { codexOptions, url } = Context.get(services, ScriptedModel)
  const config = `model_provider = "mine"
[features]
plugins = false
[model_providers.mine]
name = "mine"
base_url = "${url}"
wire_api = "responses"
env_key = "CODEX_API_KEY"
supports_websockets = false
`
  yield* fs.writeFileString(`${codexOptions.codexHome}/config.toml`, config)
  return { CODEX_HOME: codexOptions.codexHome, CODEX_API_KEY: Redacted.value(codexOptions.apiKey) }
})

describe("18_review", { concurrent: true }, () => {
  it.live("reviews with the approvals that it gets, and writes what it found and ran", () =>
    Effect.gen(function* () {
      const { exitCode, report, stdout } = yield* runReview("y\nwhat?\ny\n")
      assertContains(stdout, [
        "$ git diff\n",
        "  accept\n",
        "  exit code 0\n",
        "? codex wants to run /bin/bash -c 'node check.mjs'\n",
        "? codex wants to run /bin/bash -c 'node check.mjs'\n",
        "  FAIL three mugs: NaN, expected 2400\n",
        "  exit code 1\n",
        "Not yet: the check fails",
        "\nReport: /",
        "Findings: 2\n",
        "Usage: 168 tokens in (48 cached), 20 out.\n"
      ])
      // Who asks and who shows the events are not one: a question may come in the middle of a message.
      const messages = stdout.replaceAll(/\n*\? codex wants to run [^\n]*\n {2}\(y\)es[^\n]*\n/g, "")
      assertContains(messages, ["I'll look at what changed.", "The check knows what it should come to."])
      assertContains(stdout, ["? codex wants to run /bin/bash -c 'git diff'\n", "  accept\n"])
      // Tools run side by side.
      assertContains(stdout, ["● high: The discount is taken off in cents cart.mjs:4\n"])
      assertContains(stdout, ["● medium: Without a discount the total is NaN cart.mjs:2\n"])
      assertContains(report, [
        "# Review of `/",
        "\n\nComplete.\n\n",
        "## Summary\n\nNot yet: the check fails",
        "## Findings\n\n### 1. The discount is taken off in cents\n\nhigh, `cart.mjs:4`\n\n",
        "### 2. Without a discount",
        "## Commands\n\n- `git diff`: exit code 0\n- `node check.mjs`: exit code 1\n\n",
        "## Usage\n\n168 tokens in (48 cached), 20 out.\n"
      ])
      assert.strictEqual(exitCode, 0)
    }).pipe(Effect.provide(NodeServices.layer))
  )

  it.live("goes on without a command that is declined, and says in the report that the user stopped it", () =>
    Effect.gen(function* () {
      const { exitCode, report, stdout } = yield* runReview("n\ns\n")
      assertContains(report, [
        "**Not complete**: You stopped the review",
        "## Last message\n\nA discount is new",
        "None.",
        "- `git diff`: declined\n"
      ])
      assertContains(stdout, ["The review is not complete. The report has what was found until then: /"])
      assert.notInclude(stdout, "Findings:")
      assert.strictEqual(exitCode, 1)
    }).pipe(Effect.provide(NodeServices.layer))
  )

  it.live("with --live uses one's own login in a directory, and leaves nothing but a report on Ctrl-C", () =>
    Effect.gen(function* () {
      const fs = yield* FileSystem.FileSystem
      const { env, marker } = yield* makePlace
      const repository = yield* temporaryRepository({})
      const finding = { severity: "low", file: "a.txt", line: 1, title: "A \x1b[2J`tick`", explanation: "Really." }
      const account = yield* login([
        reply(functionCall("report_finding", finding)),
        reply(
          shellCommand("sleep 300", {
            login: false,
            sandboxPermissions: "require_escalated",
            justification: "Waits"
          })
        )
      ])
      const review = yield* startExample(example, {
        args: ["--live", "--directory", repository, "--model", "gpt-5.5"],
        env: { ...env, ...account },
        stdin: typed("y\n")
      })
      yield* marker.processes.pipe(
        Effect.repeat({
          schedule: Schedule.spaced("20 millis"),
          until: (processes) => processes.some((process) => /^\d+ sleep 300\b/.test(process))
        })
      )
      yield* review.kill({ killSignal: "SIGINT" })

      const { exitCode, stdout } = yield* review.ended
      yield* marker.assertNothingLeft
      assertContains(stdout, [
        `changes of ${repository}\n`,
        "● low: A \\u001b[2J`tick` a.txt:1",
        "because: Waits\n",
        `\nInterrupted. The report has what was found until then: ${repository}/review.md\n`
      ])
      assertContains(yield* fs.readFileString(`${repository}/review.md`), [
        "**Interrupted**",
        "### 1. A \\u001b[2J`tick`\n\nlow, `a.txt:1`\n\n> Really.\n"
      ])
      assert.strictEqual(exitCode, 130)
    }).pipe(Effect.provide(NodeServices.layer))
  )

  it.live("says what to do outside of a Git repository", () =>
    Effect.gen(function* () {
      const { directory, env, file, report } = yield* makePlace
      const args = ["--live", "--directory", directory, "--report", file]
      const { exitCode } = yield* runExample(example, { args, env })
      const advice = `${directory} is in no Git repository. Name a folder of one with --directory`
      assertContains(yield* report, [`**Not complete**: ${advice}\n`])
      assert.strictEqual(exitCode, 1)
    }).pipe(Effect.provide(NodeServices.layer))
  )

  it.live("is interrupted if nobody reads what it says any more", () =>
    Effect.gen(function* () {
      const { env, file, marker, report } = yield* makePlace
      const command = `"${process.execPath}" examples/${example}.ts --report "${file}" | head -n 1; exit "\${PIPESTATUS[0]}"`
      const review = yield* ChildProcess.make("bash", ["-c", command], {
        cwd: fileURLToPath(new URL("..", import.meta.url)),
        env,
        extendEnv: true,
        stdin: "ignore",
        stdout: "ignore"
      })
      assert.strictEqual(Number(yield* review.exitCode), 130)
      assertContains(yield* report, ["**Interrupted**"])
      yield* marker.assertNothingLeft
    }).pipe(Effect.provide(NodeServices.layer))
  )

  it.live("says how it is used", () =>
    Effect.gen(function* () {
      const help = yield* runExample(example, { args: ["--help"] })
      assertContains(help.stdout, ["--live", "--directory", "--report", "review.md in the repository", "--model"])
      assert.strictEqual(help.exitCode, 0)
    }).pipe(Effect.provide(NodeServices.layer))
  )
})
