import { assert, describe, it } from "@effect/vitest"
import { Codex } from "effect-codex"
import { reply, ScriptedModel, shellCommand } from "effect-codex/testing"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { Collector } from "../../examples/support/collector.ts"
import { realCodex, Workspace } from "../support/realCodex.ts"
import { makeRecorder } from "../support/spans.ts"

// On its own codex sends its first spans after about 10 seconds: then the turn is over.
const script = [reply(shellCommand("sleep 7", { login: false, yieldTimeMs: 60_000 })), reply("done")]

describe("the trace of a turn that is interrupted", () => {
  it.live("has codex's own spans of what had ended", () =>
    Effect.gen(function* () {
      const { spansWhen, url } = yield* Collector
      const { env, options } = yield* Workspace
      const { codexOptions } = yield* ScriptedModel
      const telemetry = { codexTracesUrl: `${url}/v1/traces` }
      const { named, record } = makeRecorder()
      const spans = yield* Effect.gen(function* () {
        const thread = yield* (yield* Codex).startThread(options)
        const turn = Effect.andThen(thread.run("go"), Effect.die("codex sent nothing while its turn ran"))
        return yield* Effect.raceFirst(
          spansWhen((all) => all.some(({ name }) => name === "turn/start")),
          turn
        )
      }).pipe(record, Effect.provide(Codex.layer({ ...codexOptions, env: { ...codexOptions.env, ...env }, telemetry })))
      assert.strictEqual(named("invoke_agent codex").attributes.get("codex.turn.outcome"), "interrupted")
      const { spanId, traceId } = named("codex exec")
      const start = spans.find(({ name }) => name === "turn/start")
      assert.strictEqual(start?.traceId, traceId)
      assert.strictEqual(start?.parentSpanId, spanId)
    }).pipe(Effect.provide(Layer.provideMerge(realCodex(script), Collector.layer)))
  )
})
