import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { decodeLines, isBlank } from "../../src/internal/eventLines.ts"
import { exactly } from "../support/exactly.ts"

const nested = (depth: number) => `{"type":"new","x":${"[".repeat(depth)}${"]".repeat(depth)}}`

const rawType = (line: string) => {
  const event = decodeLines([line], false).events[0]?.event
  return event?._tag === "UnknownEvent" ? typeof event.raw : undefined
}

const started = '{"type":"turn.started"}'

describe("eventLines", () => {
  describe("decodeLines", () => {
    it.effect("skips blank lines and takes carriage returns for white space", () =>
      Effect.sync(() => {
        const { events, failure } = decodeLines(["", "  \r", `${started}\r`, "\t"], true)
        assert.isUndefined(failure)
        assert.deepStrictEqual(
          events.map(({ event }) => event),
          [{ _tag: "TurnStarted" }]
        )
      })
    )

    it.effect("keeps a banner as an unknown event and goes on", () =>
      Effect.sync(() => {
        const { events, failure } = decodeLines(["Welcome!", started], false)
        assert.isUndefined(failure)
        assert.deepStrictEqual(
          events.map(({ event }) => event),
          [{ _tag: "UnknownEvent", raw: "Welcome!", issue: "Expected a line of JSON" }, { _tag: "TurnStarted" }]
        )
        assert.deepStrictEqual(
          events.map(({ issue }) => issue),
          ["Expected a line of JSON", undefined]
        )
      })
    )

    it.effect("ends at the first unknown line in strict mode, after the events before it", () =>
      Effect.sync(() => {
        const unknown = `{"type":"new.thing","text":"${"x".repeat(1000)}"}`
        const { events, failure } = decodeLines([started, unknown, started], true)
        assert.strictEqual(events.length, 1)
        assert.strictEqual(failure?.excerpt, unknown)
      })
    )
  })

  describe("a value that is nested deeply", () => {
    const levels = 100_000
    const lists = "[".repeat(levels) + "]".repeat(levels)
    const objects = '{"a":'.repeat(levels) + "1" + "}".repeat(levels)
    const issue = "Expected no more than 512 levels"

    it.effect.each([
      [lists, {}],
      [objects, {}],
      [`{"type":"new.thing","x":${lists}}`, { type: "new.thing" }],
      [`{"type":"item.completed","item":${lists}}`, { type: "item.completed" }],
      [`{"type":"thread.started","thread_id":${objects}}`, { type: "thread.started" }]
    ] as const)("makes an unknown event with the text of the line: %.40s", ([line, type]) =>
      Effect.sync(() => {
        const { events } = decodeLines([line], false)
        exactly(events[0], { event: { _tag: "UnknownEvent", ...type, raw: line, issue }, issue })
      })
    )

    it.effect.each([
      [`{"id":"i","type":"new","x":${lists}}`, { id: "i", type: "new" }],
      [`{"type":${lists}}`, {}],
      [`{"id":"i","type":"agent_message","text":${objects}}`, { id: "i", type: "agent_message" }],
      [
        `{"id":"i","type":"mcp_tool_call","server":"s","tool":"t","arguments":${objects},"status":"completed"}`,
        { id: "i", type: "mcp_tool_call" }
      ],
      [
        `{"id":"i","type":"mcp_tool_call","server":"s","tool":"t","result":{"content":[${lists}]},"status":"completed"}`,
        { id: "i", type: "mcp_tool_call" }
      ]
    ] as const)("makes an unknown item with the text of the line: %.50s", ([item, known]) =>
      Effect.sync(() => {
        const line = `{"type":"item.updated","item":${item}}`
        const { events } = decodeLines([line], false)
        exactly(events[0], {
          event: { _tag: "ItemUpdated", item: { _tag: "UnknownItem", ...known, raw: line, issue } },
          issue
        })
      })
    )

    it.effect.each([
      [`{"type":"turn.started","x":${lists}}`, { _tag: "TurnStarted" }],
      [`{"type":"turn.completed","usage":${objects}}`, { _tag: "TurnCompleted" }],
      [`{"type":"turn.failed","error":${lists}}`, { _tag: "TurnFailed", error: { message: "codex gave no reason" } }]
    ] as const)("does not change an event that does not hand it on: %.40s", ([line, event]) =>
      Effect.sync(() => exactly(decodeLines([line], false).events[0]?.event, event))
    )

    it.effect("ends the turn in strict mode", () =>
      Effect.sync(() => assert.strictEqual(decodeLines([lists], true).failure?.description, issue))
    )

    it.effect("is one of more than 512 levels", () =>
      Effect.sync(() => {
        assert.strictEqual(rawType(nested(510)), "object")
        assert.strictEqual(rawType(nested(511)), "string")
      })
    )

    it.effect("is none whose brackets are text", () =>
      Effect.sync(() => {
        const brackets = "[".repeat(600)
        for (const text of [brackets, `"${brackets}`, `\\${brackets}`, `\\"${brackets}`, `${brackets}\\`]) {
          const line = JSON.stringify({ type: "new", [text]: text, list: ["{".repeat(600)] })
          assert.strictEqual(rawType(line), "object")
        }
      })
    )

    it.effect.each(['"\\\\"', '"\\""', '"a\\\\\\"["', '"]]]"'])("is one between the texts %s too", (text) =>
      Effect.sync(() => {
        assert.strictEqual(rawType(`{"type":"new","text":${text},"x":${nested(509)},"end":"\\""}`), "object")
        assert.strictEqual(rawType(`{"type":"new","text":${text},"x":${nested(510)},"end":"\\""}`), "string")
      })
    )

    it.effect("is none of many lists one after another", () =>
      Effect.sync(() => assert.strictEqual(rawType(`{"type":"new","x":[${"[{}],".repeat(2000)}[]]}`), "object"))
    )
  })

  describe("isBlank", () => {
    it.effect.each([
      ["", true],
      [" \t\r", true],
      [" ".repeat(100), true],
      ["x", false],
      ["{}", false],
      [`${" ".repeat(100)}{}`, false]
    ] as const)("takes %j for blank: %s", ([line, expected]) =>
      Effect.sync(() => assert.strictEqual(isBlank(line), expected))
    )
  })
})
