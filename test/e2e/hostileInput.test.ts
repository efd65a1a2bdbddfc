import { assert, describe, it } from "@effect/vitest"
import { Codex, Input } from "effect-codex"
import { promptOf, reply, ScriptedModel, shellCommand } from "effect-codex/testing"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import { realCodex, Workspace } from "../support/realCodex.ts"
import { transports } from "../support/transports.ts"

const onePixel = Uint8Array.from(
  globalThis.atob("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGP4z8AAAAMBAQDJ/pLvAAAAAElFTkSuQmCC"),
  (character) => character.charCodeAt(0)
)

const lastRequest = Effect.gen(function* () {
  const requests = yield* (yield* ScriptedModel).requests
  return requests.at(-1) ?? assert.fail("no request")
})

describe.each(transports)("texts that the real binary could misread over %s", (transport) => {
  it.live("reach the model from every place as they are", () =>
    Effect.gen(function* () {
      const codex = yield* Codex
      const fs = yield* FileSystem.FileSystem
      const { directory, options } = yield* Workspace
      for (const text of [
        `a"b'c\\`,
        "a\nb\r\nc",
        "🙂e\u0301\u202e",
        "$(touch pwned); `touch pwned`",
        " a = b # c ",
        "\u0007\u001b[31m"
      ]) {
        const workingDirectory = `${directory}/${text}`
        const image = `${workingDirectory}/${text}.png`
        yield* fs.makeDirectory(workingDirectory)
        yield* fs.writeFile(image, onePixel)
        const thread = yield* codex.startThread({
          ...options,
          workingDirectory,
          additionalDirectories: [workingDirectory],
          model: text,
          modelReasoningEffort: text,
          threadSource: text,
          config: {
            developer_instructions: text,
            shell_environment_policy: { set: Object.fromEntries([[text, text]]) }
          }
        })
        yield* thread.run([Input.text(text), Input.localImage(image)])
        const request = yield* lastRequest
        const sent = JSON.stringify(request.body.input)
        assert.deepStrictEqual(
          [request.body.model, request.body.reasoning?.["effort"], promptOf(request)],
          [text, text, text]
        )
        // The second developer message's first part; the environment is XML.
        assert.include(sent, `"text":${JSON.stringify(text)}},{`)
        assert.include(sent, JSON.stringify(`<cwd>${xml(workingDirectory)}</cwd>`).slice(1, -1))
        assert.include(sent, JSON.stringify(`path="${image}"`).slice(1, -1))
        assert.include(sent, '"input_image"')
        assert.deepStrictEqual(yield* fs.readDirectory(workingDirectory), [`${text}.png`])
      }
      const named = yield* codex.resumeThread(`a"b'\n🙂`, options)
      const error = yield* Effect.flip(named.run("go"))
      assert.strictEqual(error.reason._tag, "ThreadNotFound")
      assert.notMatch(error.message, /\p{Cc}/u)
    }).pipe(Effect.provide(realCodex(() => reply("ok"), { transport })))
  )

  it.live("are prompts like any other, but for lone surrogates, and a byte order mark at the beginning of stdin", () =>
    Effect.gen(function* () {
      const { options } = yield* Workspace
      const thread = yield* Codex.use((codex) => codex.startThread(options))
      const same = ["--version", "-", " x \n", "nul\0", "\u0085x\r\n", "/exit"]
      const changed = [
        // codex drops it from stdin only.
        ["\ufeffmark", transport === "exec" ? "mark" : "\ufeffmark"],
        ["a\ud800b", "a\ufffdb"]
      ] as const
      for (const [prompt, seen] of [...same.map((text) => [text, text] as const), ...changed]) {
        yield* thread.run(prompt)
        assert.strictEqual(promptOf(yield* lastRequest), seen)
      }
    }).pipe(Effect.provide(realCodex(() => reply("ok"), { transport })))
  )
})

describe.each(transports)("a working directory that vanishes over %s", (transport) => {
  it.live("during a turn of the real binary leaves a turn that completes, and a thread that is refused", () =>
    Effect.gen(function* () {
      const { directory, options } = yield* Workspace
      const thread = yield* Codex.use((codex) => codex.startThread(options))
      const turn = yield* thread.run("go")
      assert.strictEqual(turn.finalResponse, "done")
      assert.deepStrictEqual(
        turn.items.map((item) => item._tag === "CommandExecution" && item.status),
        ["completed", "failed", false]
      )
      assert.deepInclude((yield* Effect.flip(thread.run("again"))).reason, {
        _tag: "InvalidOptions",
        option: "workingDirectory",
        got: JSON.stringify(directory)
      })
    }).pipe(
      Effect.provide(
        realCodex(
          [
            reply(shellCommand('rm -r "$PWD"', { login: false })),
            reply(shellCommand("echo still here", { login: false })),
            reply("done")
          ],
          { transport }
        )
      )
    )
  )
})

const xml = (text: string) =>
  text.replace(
    /[&<>"']/g,
    (character) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[character] ?? "&apos;"
  )
