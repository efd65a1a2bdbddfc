import { assert, describe, it } from "@effect/vitest"
import type { ThreadItem } from "effect-codex"
import * as Effect from "effect/Effect"
import * as Tracer from "effect/Tracer"
import { endOf } from "./support/spans.ts"
import { command, traced } from "./support/tracedTurn.ts"
import { begins, completed, ends, says, started } from "./support/turns.ts"

const failures: ReadonlyArray<readonly [string, ThreadItem, string]> = [
  ["a command that failed", command("failed", 3), "exit code 3"],
  ["a command that was declined", command("declined"), "declined"],
  ["a change that failed", { _tag: "FileChange", id: "item_1", changes: [], status: "failed" }, "failed"]
]

const many = (count: number, name = "c") =>
  Array.from({ length: count }, (_, index): ThreadItem => ({ ...command("completed", 0), id: `${name}_${index}` }))

describe("the span of an item", () => {
  it.effect.each(failures)("ends with an error for %s", ([, item, expected]) =>
    Effect.gen(function* () {
      const { spans } = yield* traced([[started(), begins(item), ends(item), completed()]], (thread) =>
        thread.run("go")
      )
      const span = spans.find(({ name }) => name.startsWith("execute_tool"))
      assert.strictEqual(span?.attributes.get("error.type"), expected)
      assert.include(span === undefined ? "" : endOf(span), expected)
      assert.isFalse(span?.attributes.has("codex.item.unstarted"))
    })
  )

  it.effect.each(failures)(
    "is there, without a length, for %s and of which codex reports only the end",
    ([, item, expected]) =>
      Effect.gen(function* () {
        const { named, spans } = yield* traced([[started(), ends(item), completed()]], (thread) => thread.run("go"))
        const [span, ...more] = spans.filter(({ name }) => name.startsWith("execute_tool"))
        assert.lengthOf(more, 0)
        assert.include(span === undefined ? "" : endOf(span), expected)
        assert.strictEqual(span?.attributes.get("error.type"), expected)
        assert.strictEqual(span?.attributes.get("gen_ai.tool.call.id"), "item_1")
        assert.isTrue(span?.attributes.get("codex.item.unstarted"))
        assert.strictEqual(span?.status._tag === "Ended" ? span.status.endTime : undefined, span?.startTime)
        assert.notInclude(
          named("invoke_agent codex").events.map(([name]) => name),
          "codex.item"
        )
      })
  )

  it.effect("has what the caller puts on every span, as the turn's has", () =>
    Effect.gen(function* () {
      const linked = Tracer.externalSpan({ traceId: "0af7651916cd43dd8448eb211c80319c", spanId: "b7ad6b7169203331" })
      const { named } = yield* traced([[started(), begins(command("in_progress")), completed()]], (thread) =>
        thread
          .run("go")
          .pipe(
            Effect.annotateSpans({ tenant: "acme", "gen_ai.tool.name": "not this" }),
            Effect.linkSpans(linked, { why: "queued" })
          )
      )
      for (const name of ["invoke_agent codex", "execute_tool shell"]) {
        const { attributes, links } = named(name)
        assert.strictEqual(attributes.get("tenant"), "acme")
        assert.deepStrictEqual(links, [{ span: linked, attributes: { why: "queued" } }])
      }
      // The library's own attributes win.
      assert.strictEqual(named("execute_tool shell").attributes.get("gen_ai.tool.name"), "shell")
      assert.notStrictEqual(named("execute_tool shell").links, named("invoke_agent codex").links)
    })
  )
})

describe("what a trace leaves out", () => {
  it.effect("is what is above its bounds, and is counted", () =>
    Effect.gen(function* () {
      const messages = Array.from({ length: 1000 }, (_, index) => says("x", `item_${index}`))
      const { named, spans } = yield* traced(
        [[started(), ...messages, ...many(1000).map(begins), completed()]],
        (thread) => thread.run("go")
      )
      const turn = named("invoke_agent codex")
      assert.lengthOf(turn.events, 128)
      assert.lengthOf(
        spans.filter(({ name }) => name === "execute_tool shell"),
        256
      )
      assert.strictEqual(turn.attributes.get("codex.trace.dropped"), 1001 - 128 + 1000 - 256)
      assert.isTrue(spans.every((span) => endOf(span) !== "open"))
    })
  )

  it.effect("counts once, though codex reports a start and an end, and takes nothing from the events", () =>
    Effect.gen(function* () {
      const commands = many(400)
      const messages = Array.from({ length: 127 }, (_, index) => says("x", `item_${index}`))
      const { named, spans } = yield* traced(
        // One is reported as started twice.
        [
          [
            started(),
            ...commands.map(begins),
            ...commands.slice(-1).map(begins),
            ...commands.map(ends),
            ...messages,
            completed()
          ]
        ],
        (thread) => thread.run("go")
      )
      const turn = named("invoke_agent codex")
      assert.strictEqual(turn.attributes.get("codex.trace.dropped"), 400 - 256)
      assert.lengthOf(turn.events, 128)
      assert.lengthOf(
        spans.filter(({ name }) => name === "execute_tool shell"),
        256
      )
    })
  )

  it.effect("is nothing once there is room again", () =>
    Effect.gen(function* () {
      const commands = many(256)
      const { named, spans } = yield* traced(
        [[started(), ...commands.map(begins), ...commands.map(ends), ...many(5, "d").map(begins), completed()]],
        (thread) => thread.run("go")
      )
      assert.isFalse(named("invoke_agent codex").attributes.has("codex.trace.dropped"))
      assert.lengthOf(
        spans.filter(({ name }) => name === "execute_tool shell"),
        261
      )
    })
  )
})
