import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { decodeLines, isBlank } from "../../src/internal/eventLines.ts"

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

  describe("isBlank", () => {
    it.effect.each([
      ["", true],
      [" \t\r", true],
      ["x", false],
      ["{}", false]
    ] as const)("takes %j for blank: %s", ([line, expected]) =>
      Effect.sync(() => assert.strictEqual(isBlank(line), expected))
    )
  })
})
