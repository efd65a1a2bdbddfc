import { NodeServices } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { assertContains, runExample, typed } from "./support/runExample.ts"

describe("examples of the server", { concurrent: true }, () => {
  it.live("14_transports says the same over both transports", () =>
    Effect.gen(function* () {
      const { exitCode, stdout } = yield* runExample("14_transports")
      assert.strictEqual(exitCode, 0)
      const lines = stdout
        .trimEnd()
        .replaceAll(/\d+ ms/g, "ms")
        .split("\n")
      assert.deepStrictEqual([lines[0], lines[4]], ["codex exec", "codex app-server"])
      assert.deepStrictEqual(lines.slice(1, 4), [
        "  Which files are here? Only notes.md. (84 tokens in, ms)",
        "  And what is in it? Notes. (42 tokens in, ms)",
        "  Thanks You are welcome. (42 tokens in, ms)"
      ])
      assert.deepStrictEqual(lines.slice(5), lines.slice(1, 4))
    }).pipe(Effect.provide(NodeServices.layer))
  )

  it.live("15_approvals does what the terminal says", () =>
    Effect.gen(function* () {
      const { exitCode, stdout } = yield* runExample("15_approvals", { stdin: typed("y\nwhat?\na\nn\n") })
      assert.strictEqual(exitCode, 0)
      assertContains(stdout, [
        "? codex wants to change files",
        "accept\n",
        "change completed",
        "? codex wants to run",
        "? codex wants to run",
        "acceptForSession\n",
        "command completed",
        "git push --force",
        "decline\n",
        "command declined",
        "I did what I was allowed to."
      ])
    }).pipe(Effect.provide(NodeServices.layer))
  )

  it.live.each([
    ["stops the turn", { stdin: typed("s\n") }, "You stopped the turn."],
    ["says no when nobody is there", {}, "change declined"]
  ] as const)("15_approvals %s", ([, options, expected]) =>
    Effect.gen(function* () {
      const { exitCode, stdout } = yield* runExample("15_approvals", options)
      assert.strictEqual(exitCode, 0)
      assert.include(stdout, expected)
    }).pipe(Effect.provide(NodeServices.layer))
  )

  it.live("16_steering corrects the running turn", () =>
    Effect.gen(function* () {
      const { exitCode, stdout } = yield* runExample("16_steering")
      assert.strictEqual(exitCode, 0)
      assert.strictEqual(
        stdout,
        [
          "codex begins: Hello, wo",
          "you say:      No, in French, please",
          "codex says:   Bonjour, tout le monde !\n"
        ].join("\n")
      )
    }).pipe(Effect.provide(NodeServices.layer))
  )

  it.live("17_deltas shows texts as they come", () =>
    Effect.gen(function* () {
      const { exitCode, stdout } = yield* runExample("17_deltas")
      assert.strictEqual(exitCode, 0)
      assertContains(stdout, [
        "**Counting** with a loop\n\n",
        "$ /bin/bash",
        "\ncompleted (0)\n\n",
        "42 tokens so far\n\n",
        "One, two, three - that is all.\n\n",
        "84 tokens so far\n"
      ])
    }).pipe(Effect.provide(NodeServices.layer))
  )
})
