import { NodeServices } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import { assertContains, runExample } from "./support/runExample.ts"

/** A codex that prints these lines, and ends with this code. */
const fakeCodex = Effect.fn(function* (lines: ReadonlyArray<unknown>, stderr = "", exitCode = 0) {
  const fs = yield* FileSystem.FileSystem
  const file = `${yield* fs.makeTempDirectoryScoped({ prefix: "examples-" })}/codex`
  const stdout = lines.map((line) => `${JSON.stringify(line)}\n`).join("")
  const program = [
    `#!${process.execPath}`,
    `process.stdin.resume()`,
    `process.stdin.on("end", () => {`,
    `  process.stdout.write(${JSON.stringify(stdout)})`,
    `  process.stderr.write(${JSON.stringify(stderr)})`,
    `  process.exitCode = ${exitCode}`,
    `})`
  ].join("\n")
  yield* fs.writeFileString(file, program)
  yield* fs.chmod(file, 0o755)
  return file
})

describe("examples", { concurrent: true }, () => {
  describe("01_quickstart", () => {
    it.live("shows a whole turn without escape codes when stdout is no terminal", () =>
      Effect.gen(function* () {
        const { exitCode, stdout } = yield* runExample("01_quickstart")
        assertContains(stdout, [
          "› The check fails. Find out why and fix it.",
          "  thread ",
          "✻ Reading the code before running its check",
          "● I'll read the code first",
          "$ cat cart.mjs ✔",
          "$ node check.mjs ✖ 1",
          "FAIL three mugs: 800, expected 2400",
          "✎ update cart.mjs",
          "$ node check.mjs ✔",
          "ok   three mugs: 2400",
          "Answer ─",
          "Fixed. `total` in `cart.mjs`",
          "Usage ─",
          "210 tokens in (60 cached), 25 out (10 reasoning)",
          "Changes ─",
          "  cart.mjs\n",
          "-  const sum = items.reduce((sum, item) => sum + item.price, 0)",
          "+  const sum = items.reduce((sum, item) => sum + item.price * item.quantity, 0)"
        ])
        assert.notInclude(stdout, "\x1b")
        assert.notInclude(stdout, "\r")
        assert.strictEqual(exitCode, 0)
      }).pipe(Effect.provide(NodeServices.layer))
    )

    it.live("gives a prompt of one's own to codex with --live", () =>
      Effect.gen(function* () {
        const codex = yield* fakeCodex([
          { type: "thread.started", thread_id: "0199a213-81c0-7800-8aa1-bbab2a035a53" },
          { type: "turn.started" },
          { type: "error", message: "Reconnecting... 1/5" },
          { type: "item.completed", item: { id: "item_0", type: "agent_message", text: "It is a library." } },
          {
            type: "turn.completed",
            usage: { input_tokens: 7, cached_input_tokens: 3, output_tokens: 2, reasoning_output_tokens: 1 }
          }
        ])
        const { exitCode, stdout } = yield* runExample("01_quickstart", {
          args: ["--live", "Explain this repository"],
          env: { CODEX_PATH: codex }
        })
        assertContains(stdout, [
          "› Explain this repository",
          "  thread 0199a213-81c0-7800-8aa1-bbab2a035a53",
          "! Reconnecting... 1/5",
          "Answer ─",
          "  It is a library.",
          "7 tokens in (3 cached), 2 out (1 reasoning)",
          "Changes ─"
        ])
        assert.strictEqual(exitCode, 0)
      }).pipe(Effect.provide(NodeServices.layer))
    )

    it.live("says why a turn failed, and exits with 1", () =>
      Effect.gen(function* () {
        const codex = yield* fakeCodex([], "Not inside a trusted directory and --skip-git-repo-check was not given", 1)
        const { exitCode, stdout } = yield* runExample("01_quickstart", {
          args: ["--live", "Explain this"],
          env: { CODEX_PATH: codex }
        })
        assertContains(stdout, ["✖ UntrustedDirectory", "skipGitRepoCheck"])
        assert.notInclude(stdout, "    at ")
        assert.strictEqual(exitCode, 1)
      }).pipe(Effect.provide(NodeServices.layer))
    )
  })

  it.live.each([
    [
      "02_streaming",
      [
        "reasoning: Listing them",
        "command (completed): ",
        "message: Only one, notes.md.",
        "stopped at: command (in_progress): ",
        "sleep 300",
        "All right, I stopped waiting."
      ]
    ],
    [
      "03_structured_output",
      [
        "high: Password compared in variable time (line 12)",
        "The model was asked again:",
        "Expected a title of at most five words",
        `at ["title"]`
      ]
    ],
    [
      "04_resume",
      [
        "first:  I'll remember it.",
        "later:  The code word is teapot. (same thread)",
        "fork:   The code word is teapot. (another thread)",
        "other:  There is no recorded thread"
      ]
    ],
    ["05_images", ["I got 1 image (PNG: true) and this text:", "What colour is this?\n\nOne word, please."]],
    [
      "06_testing",
      ["application: BREAKING parse() takes an options object", "test:        BREAKING A scripted headline"]
    ],
    [
      "07_retry",
      [
        "Is the build green?\n",
        "  attempt 1: The turn failed: Selected model is at capacity.",
        "  attempt 2: The turn failed: Selected model is at capacity.",
        "  answer: It is green.\n",
        "And the tests?\n",
        "  attempt 1: The turn failed: You’ve hit your usage limit.",
        "wait for its reset or raise it)\n  gave up: it would fail again\n"
      ]
    ],
    [
      "13_tools",
      ["codex exec", "codex app-server"].map(
        (transport) =>
          `${transport}\n` +
          '  open_tickets {}: [{"id":"T-1","title":"Crash on start"},{"id":"T-2","title":"Typo on the login page"}]\n' +
          '  close_ticket {"id":"T-9"}: failed with {"_tag":"NoSuchTicket","id":"T-9"}\n' +
          '  close_ticket {"id":"T-2"}: "closed"\n' +
          "  answer: T-2 was about the login page, and is closed.\n" +
          "  still open: T-1\n"
      )
    ]
  ] as const)("%s", ([name, expected]) =>
    Effect.gen(function* () {
      const { exitCode, stdout } = yield* runExample(name)
      assertContains(stdout, expected)
      assert.strictEqual(exitCode, 0)
    }).pipe(Effect.provide(NodeServices.layer))
  )
})
