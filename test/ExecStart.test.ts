import { assert, describe, it } from "@effect/vitest"
import { Codex, Exec, Input } from "effect-codex"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as ChildProcess from "effect/process/ChildProcess"
import { ChildProcessSpawner } from "effect/process/ChildProcessSpawner"
import * as Redacted from "effect/Redacted"
import { preview } from "../src/internal/preview.ts"
import { failTurn, Fake, lines, nodeFake, print, runTurn, shellFake } from "./support/fakeCodex.ts"

const originator = "CODEX_INTERNAL_ORIGINATOR_OVERRIDE"

describe("Exec", () => {
  describe("start", () => {
    it.live("says what was tried when there is no executable", () =>
      Effect.gen(function* () {
        const error = yield* Effect.flip(
          Effect.scoped(Effect.provide(Exec, Exec.layer({ codexPath: "/nonexistent/codex" }), { local: true }))
        )
        assert.strictEqual(error._tag === "CodexError" && error.reason._tag, "ExecutableNotFound")
        assert.include(error.message, "option codexPath: /nonexistent/codex")
        assert.include(error.message, "npm install @openai/codex")
      }).pipe(Effect.provide(shellFake("exit 0")))
    )

    it.live("says so when the executable is gone since it was found", () =>
      Effect.gen(function* () {
        const { path } = yield* Fake
        const fs = yield* FileSystem.FileSystem
        yield* fs.remove(path)
        const { reason } = yield* failTurn()
        assert.strictEqual(reason._tag, "ExecutableNotFound")
        assert.include(reason.message, path)
      }).pipe(Effect.provide(shellFake("exit 0")))
    )

    it.live("says so when the executable can not be executed", () =>
      Effect.gen(function* () {
        const { directory, path } = yield* Fake
        const fs = yield* FileSystem.FileSystem
        yield* fs.chmod(path, 0o644)
        assert.deepInclude((yield* failTurn()).reason, {
          _tag: "SpawnError",
          executable: path,
          description: "EACCES: it is not an executable file"
        })
        yield* fs.remove(path)
        yield* fs.makeDirectory(path)
        assert.strictEqual((yield* failTurn()).reason._tag, "SpawnError")
        assert.isTrue(yield* fs.exists(directory))
      }).pipe(Effect.provide(shellFake("exit 0")))
    )

    it.live("says so when the command line is too long", () =>
      Effect.gen(function* () {
        const codex = yield* Codex
        const thread = yield* codex.startThread({ config: { huge: "x".repeat(1_000_000) } })
        const { reason } = yield* Effect.flip(thread.run("go"))
        assert.strictEqual(reason._tag, "SpawnError")
        assert.include(reason.message, "config.toml")
        assert.isBelow(reason.message.length, 500)
      }).pipe(Effect.provide(shellFake("exit 0")))
    )

    it.live("names a working directory or an image that does not exist", () =>
      Effect.gen(function* () {
        const codex = yield* Codex
        const { directory } = yield* Fake
        // Not a path of the machine: somebody may have made it.
        const missing = `${directory}/nonexistent`
        const nowhere = yield* codex.startThread({ workingDirectory: missing })
        const { reason } = yield* Effect.flip(nowhere.run("go"))
        assert.deepInclude(reason, { _tag: "InvalidOptions", option: "workingDirectory" })
        assert.include(reason.message, preview(missing))
        const thread = yield* codex.startThread()
        const blind = yield* Effect.flip(
          thread.run([
            { _tag: "Text", text: "look" },
            { _tag: "LocalImage", path: `${missing}.png` }
          ])
        )
        assert.deepInclude(blind.reason, { _tag: "InvalidOptions", option: "input", got: preview(`${missing}.png`) })
      }).pipe(Effect.provide(shellFake("exit 0")))
    )
  })

  it.live("does not take a pipe for an image, which codex would wait for", () =>
    Effect.gen(function* () {
      const { directory } = yield* Fake
      const path = `${directory}/image.png`
      yield* ChildProcessSpawner.use((spawner) => spawner.exitCode(ChildProcess.make("mkfifo", [path])))
      const thread = yield* Codex.use((codex) => codex.startThread())
      const { reason } = yield* Effect.flip(thread.run([Input.text("look"), Input.localImage(path)]))
      assert.deepInclude(reason, { _tag: "InvalidOptions", option: "input", got: preview(path) })
    }).pipe(Effect.provide(shellFake("exit 0")))
  )

  it.live("tells who drives codex unless codex inherits it, whatever Config says", () =>
    Effect.gen(function* () {
      const { marker } = yield* Fake
      const layer = Codex.layer({ env: marker.env, extendEnv: true })
      const thread = yield* Codex.use((codex) => codex.startThread()).pipe(Effect.provide(layer, { local: true }))
      assert.strictEqual((yield* thread.run("go")).finalResponse, "effect_codex")
    }).pipe(
      Effect.provide(
        nodeFake(
          `${print(lines.threadStarted)}
           const item = { id: "i", type: "agent_message", text: String(process.env.${originator}) };
           console.log(JSON.stringify({ type: "item.completed", item }));
           ${print(lines.turnCompleted)}`
        ).pipe(Layer.provide(ConfigProvider.layer(ConfigProvider.fromEnv({ env: { [originator]: "of Config" } }))))
      )
    )
  )

  describe("secrets", () => {
    it.live("keeps the key, secret variables and the prompt out of what codex says", () =>
      Effect.gen(function* () {
        const { marker } = yield* Fake
        const layer = Codex.layer({
          apiKey: Redacted.make("sk-planted-key"),
          env: { ...marker.env, TOKEN: Redacted.make("planted-token") },
          extendEnv: true
        })
        const codex = yield* Codex.pipe(Effect.provide(layer, { local: true }))
        const error = yield* Effect.flip((yield* codex.startThread()).run("a whole planted prompt"))
        const shown = `${error.message} ${JSON.stringify(error)}`
        assert.include(shown, "<redacted> <redacted> <prompt>")
        for (const secret of ["sk-planted-key", "planted-token", "a whole planted prompt"]) {
          assert.notInclude(shown, secret)
        }
      }).pipe(Effect.provide(shellFake(`echo "Error: $CODEX_API_KEY $TOKEN $(cat)" >&2; exit 1`)))
    )

    it.live("does not show the end of a secret that the tail of stderr begins with", () =>
      Effect.gen(function* () {
        const layer = Codex.layer({ apiKey: Redacted.make("sk-SECRET") })
        const codex = yield* Codex.pipe(Effect.provide(layer, { local: true }))
        const { reason } = yield* Effect.flip((yield* codex.startThread()).run("go"))
        assert.strictEqual(reason._tag, "ExitError")
        assert.notInclude(reason.message, "SECRET")
        assert.isTrue(reason._tag === "ExitError" && reason.stderr.endsWith(" end\n") && reason.stderr.length <= 12)
      }).pipe(Effect.provide(shellFake(`echo "garbage sk-SECRET end" >&2; exit 1`, { stderrTailBytes: 12 })))
    )

    it.live("does not show a part of a secret where an excerpt is cut", () =>
      Effect.gen(function* () {
        const layer = Codex.layer({ apiKey: Redacted.make("sk-SECRET-abcdef") })
        const codex = yield* Codex.pipe(Effect.provide(layer, { local: true }))
        const { reason } = yield* Effect.flip((yield* codex.startThread()).run("go"))
        assert.strictEqual(reason._tag, "MalformedOutput")
        assert.notInclude(reason.message, "SECRET")
        assert.include(reason.message, "x<re")
      }).pipe(
        Effect.provide(nodeFake(`process.stdout.write("x".repeat(195) + process.env.CODEX_API_KEY + "y".repeat(99))`))
      )
    )

    it.live("does not log a secret that comes after a completed turn", () =>
      Effect.gen(function* () {
        const messages: Array<string> = []
        const logger = Logger.make<unknown, void>(({ message }) => void messages.push(String(message)))
        const layer = Codex.layer({ apiKey: Redacted.make("sk-SECRET-abcdef") })
        const codex = yield* Codex.pipe(Effect.provide(layer, { local: true }))
        const thread = yield* codex.startThread()
        yield* thread.run("go").pipe(Effect.provide(Logger.layer([logger])))
        assert.lengthOf(messages, 1)
        assert.include(messages[0], "After the turn: ")
        assert.notInclude(messages[0], "SECRET")
      }).pipe(
        Effect.provide(
          nodeFake(
            `${print(lines.turnCompleted)}
             process.stdout.write(Buffer.concat([Buffer.from(process.env.CODEX_API_KEY), Buffer.from([0xff, 0x0a])]))`
          )
        )
      )
    )

    it.live("takes control characters out of messages", () =>
      Effect.gen(function* () {
        const { message } = yield* failTurn()
        assert.strictEqual(message, "codex exited with code 1: Error: red")
      }).pipe(Effect.provide(shellFake(`printf 'Error: \\033[31mred\\033[0m\\000\\r\\n' >&2; exit 1`)))
    )

    it.live("shows the output schema to nobody else, and removes it", () =>
      Effect.gen(function* () {
        const fs = yield* FileSystem.FileSystem
        const turn = yield* runTurn("go", { outputSchema: { type: "object" } })
        const [folderMode, fileMode, path, text] = turn.finalResponse.split("|")
        assert.deepStrictEqual([folderMode, fileMode, text], ["700", "600", '{"type":"object"}'])
        assert.isFalse(yield* fs.exists(path ?? ""))
      }).pipe(
        Effect.provide(
          nodeFake(
            `const fs = require("node:fs"), path = require("node:path");
             const file = process.argv[process.argv.indexOf("--output-schema") + 1];
             const mode = (name) => (fs.statSync(name).mode & 0o777).toString(8);
             const text = [mode(path.dirname(file)), mode(file), file, fs.readFileSync(file, "utf8")].join("|");
             console.log(JSON.stringify({ type: "item.completed", item: { id: "i", type: "agent_message", text } }));
             ${print(lines.turnCompleted)}`
          )
        )
      )
    )
  })
})
