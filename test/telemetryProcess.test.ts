import { assert, describe, it } from "@effect/vitest"
import { Codex } from "effect-codex"
import * as Effect from "effect/Effect"
import * as References from "effect/References"
import * as Stream from "effect/Stream"
import { lines, nodeFake, ordinaryTurn, print, runTurn, shellFake } from "./support/fakeCodex.ts"
import { endOf, makeRecorder } from "./support/spans.ts"

/** A codex that answers with the trace that it was given. */
const traceparent = nodeFake(
  `${print(lines.threadStarted)}
   const text = [process.env.TRACEPARENT, process.env.TRACESTATE].join("|");
   console.log(JSON.stringify({ type: "item.completed", item: { id: "i", type: "agent_message", text } }));
   ${print(lines.turnCompleted)}`
)

describe("a codex process", () => {
  it.live("is a span below its turn's, with its id and its exit", () =>
    Effect.gen(function* () {
      const { named, record, tree } = makeRecorder()
      yield* record(runTurn())
      assert.include(tree(), "    invoke_agent codex: ok\n      codex exec: ok".replaceAll(/^ {2}/gm, ""))
      const { attributes } = named("codex exec")
      assert.isAbove(Number(attributes.get("process.pid")), 0)
      assert.strictEqual(attributes.get("process.exit.code"), 0)
    }).pipe(Effect.provide(nodeFake(print(...ordinaryTurn))))
  )

  it.live("has a span that ends with its failure", () =>
    Effect.gen(function* () {
      const { named, record, spans } = makeRecorder()
      yield* record(Effect.exit(runTurn()))
      assert.include(endOf(named("codex exec")), "exit code 3")
      assert.strictEqual(named("codex exec").attributes.get("process.exit.code"), 3)
      assert.isTrue(spans.every((span) => endOf(span) !== "open"))
    }).pipe(Effect.provide(shellFake("exit 3")))
  )

  it.live("has a span that ends well if it was told to end", () =>
    Effect.gen(function* () {
      const { named, record } = makeRecorder()
      const thread = yield* (yield* Codex).startThread()
      yield* thread.stream("go").pipe(Stream.take(1), Stream.runDrain, record)
      assert.strictEqual(endOf(named("codex exec")), "ok")
      assert.strictEqual(named("codex exec").attributes.get("codex.process.signal"), "SIGINT")
    }).pipe(Effect.provide(shellFake(`echo '${lines.threadStarted}'; exec sleep 300`)))
  )

  it.live("has a span that says that it did not start", () =>
    Effect.gen(function* () {
      const { named, record } = makeRecorder()
      yield* record(Effect.exit(runTurn()))
      assert.include(endOf(named("codex exec")), "did not start")
    }).pipe(Effect.provide(nodeFake("", {}, { config: { huge: "x".repeat(1_000_000) } })))
  )

  it.live("gets its span as the trace's parent", () =>
    Effect.gen(function* () {
      const { named, record } = makeRecorder()
      const turn = yield* record(runTurn())
      const { spanId, traceId } = named("codex exec")
      assert.strictEqual(turn.finalResponse, `00-${traceId}-${spanId}-01|`)
    }).pipe(Effect.provide(traceparent))
  )

  it.live("is told that a trace is not sampled", () =>
    Effect.gen(function* () {
      const { record } = makeRecorder()
      const turn = yield* runTurn().pipe(Effect.withSpan("application", { sampled: false }), record)
      assert.isTrue(turn.finalResponse.endsWith("-00|"))
    }).pipe(Effect.provide(traceparent))
  )

  it.live("gets no trace where nobody listens, and none where tracing is off", () =>
    Effect.gen(function* () {
      assert.strictEqual((yield* runTurn()).finalResponse, "|")
      const { record, spans } = makeRecorder()
      const turn = yield* runTurn().pipe(Effect.provideService(References.TracerEnabled, false), record)
      assert.strictEqual(turn.finalResponse, "|")
      assert.lengthOf(spans, 0)
    }).pipe(Effect.provide(traceparent))
  )
})
