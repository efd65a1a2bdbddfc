import { NodeServices } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import { makeMarker } from "./support/noLeaks.ts"
import { assertContains, runExample, startExample } from "./support/runExample.ts"

describe("08_workers", { concurrent: true }, () => {
  it.live("does all prompts, and starts the worker again that one of them killed", () =>
    Effect.gen(function* () {
      const marker = makeMarker()
      const { exitCode, stdout } = yield* runExample("08_workers", { env: marker.env })
      yield* marker.assertNothingLeft

      const [killed] = /worker \d(?=: Read every file ever written\.)/.exec(stdout) ?? []
      assertContains(stdout, [
        `${killed}: starts with a fresh copy`,
        `${killed}: Read every file ever written. (died: CodexError: The turn failed: Codex ran out of room`,
        `${killed}: starts with a fresh copy`
      ])
      const lines = stdout.trimEnd().split("\n")
      assert.deepStrictEqual(
        lines
          .filter((line) => !/fresh copy$|\(died: /.test(line))
          .map(withoutWorker)
          .toSorted(),
        [
          "All prompts are done.",
          "Can I delete this? I wouldn't.",
          "Is there a license? No.",
          "Is there a test? No.",
          "What is here? Some notes.",
          "Who wrote the notes? I can't tell."
        ]
      )
      assert.strictEqual(lines.at(-1), "All prompts are done.")
      assert.strictEqual(exitCode, 0)
    }).pipe(Effect.provide(NodeServices.layer))
  )

  it.live.each(["SIGINT", "SIGTERM"] as const)("leaves nothing behind on %s", (signal) =>
    Effect.gen(function* () {
      const marker = makeMarker()
      const example = yield* startExample("08_workers", {
        args: ["Wait here", "Wait there", "Wait again"],
        env: marker.env
      })
      yield* marker.processes.pipe(
        Effect.repeat({
          schedule: Schedule.spaced("20 millis"),
          until: (processes) => processes.filter((process) => /^\d+ sleep 300\b/.test(process)).length === 2
        })
      )
      yield* example.kill({ killSignal: signal })

      const { exitCode, stdout } = yield* example.ended
      yield* marker.assertNothingLeft
      assert.deepStrictEqual(stdout.trimEnd().split("\n").map(withoutWorker).toSorted(), [
        "Wait here (interrupted)",
        "Wait there (interrupted)",
        "starts with a fresh copy",
        "starts with a fresh copy"
      ])
      assert.strictEqual(exitCode, 130)
    }).pipe(Effect.provide(NodeServices.layer))
  )
})

const withoutWorker = (line: string): string => line.replace(/^worker \d: /, "")
