import { NodeServices } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as ChildProcess from "effect/process/ChildProcess"
import { ChildProcessSpawner } from "effect/process/ChildProcessSpawner"
import { decodeEvent } from "../../src/internal/execWire.ts"

const module = new URL("../../src/internal/execWire.ts", import.meta.url).href
const lines = [
  { type: "item.completed", item: { id: "item_0", type: "agent_message", text: "Hi!", extra: 1 } },
  { type: "item.completed", item: { id: "item_0", type: "agent_message", text: 1 } }
]

describe("execWire", () => {
  it.effect("decodes the same where code may not be generated", () =>
    Effect.gen(function* () {
      const spawner = yield* ChildProcessSpawner
      const code = `
        import { decodeEvent } from ${JSON.stringify(module)}
        let isAllowed = true
        try { Function("return 1") } catch { isAllowed = false }
        console.log(JSON.stringify([isAllowed, ...${JSON.stringify(lines)}.map((line) => decodeEvent(line, false))]))`
      const output = yield* spawner.string(
        ChildProcess.make(process.execPath, [
          "--disallow-code-generation-from-strings",
          "--input-type=module",
          "--eval",
          code
        ])
      )
      assert.strictEqual(output.trim(), JSON.stringify([false, ...lines.map((line) => decodeEvent(line, false))]))
    }).pipe(Effect.provide(NodeServices.layer))
  )
})
