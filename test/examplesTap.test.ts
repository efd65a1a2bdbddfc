import { NodeServices } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import { runExample } from "./support/runExample.ts"

describe("examples of the tap", { concurrent: true }, () => {
  it.live("11_event_log writes every event of every turn", () =>
    Effect.gen(function* () {
      const fs = yield* FileSystem.FileSystem
      const file = `${yield* fs.makeTempDirectoryScoped({ prefix: "examples-" })}/events.jsonl`
      const { exitCode } = yield* runExample("11_event_log", { args: [file] })
      assert.strictEqual(exitCode, 0)
      const entries = (yield* fs.readFileString(file))
        .trimEnd()
        .split("\n")
        .map((line): Record<string, unknown> => JSON.parse(line))
      assert.deepStrictEqual(
        entries.map(({ sequence }) => sequence),
        entries.map((_, index) => index)
      )
      assert.lengthOf(
        entries.filter(({ _tag, outcome }) => _tag === "TurnEnded" && outcome === "completed"),
        2
      )
    }).pipe(Effect.provide(NodeServices.layer))
  )

  it.live("12_live_table shows how each turn ended", () =>
    Effect.gen(function* () {
      const { exitCode, stdout } = yield* runExample("12_live_table")
      assert.strictEqual(exitCode, 0)
      const states = stdout.trimEnd().split("\n").slice(1)
      assert.deepStrictEqual(states.map((line) => line.trim().split(/\s+/).at(-1)).toSorted(), [
        "TurnFailed",
        "completed",
        "completed"
      ])
    }).pipe(Effect.provide(NodeServices.layer))
  )
})
