import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { decodeLines } from "../src/internal/eventLines.ts"
import type { ThreadEvent } from "../src/ThreadEvent.ts"
import { execFixture, execFixtures, fixtureFiles } from "./support/fixtures.ts"

const isUnknown = (event: ThreadEvent): boolean =>
  event._tag === "UnknownEvent" || ("item" in event && event.item._tag === "UnknownItem")

const eventsOf = (name: string): ReadonlyArray<ThreadEvent> =>
  decodeLines(execFixture(name).lines, true).events.map(({ event }) => event)

// codex ran without --experimental-json: its stdout is the final message as plain text.
const notJson = "no-json"

describe("captured output of codex", () => {
  it.effect("is listed in the index, file by file", () =>
    Effect.sync(() => assert.deepStrictEqual(execFixtures.map(({ name }) => name).toSorted(), fixtureFiles.toSorted()))
  )

  it.effect.each(execFixtures.filter(({ lines, name }) => name !== notJson && lines.length > 0))(
    "$name decodes in strict mode, with nothing unknown",
    ({ lines }) =>
      Effect.sync(() => {
        const { events, failure } = decodeLines(lines, true)
        assert.isUndefined(failure)
        assert.strictEqual(events.length, lines.length)
        assert.deepStrictEqual(
          events.filter(({ event, issue }) => isUnknown(event) || issue !== undefined),
          []
        )
      })
  )

  it.effect("has one run that is no JSON: strict mode refuses it, and else it is kept", () =>
    Effect.sync(() => {
      const { lines } = execFixture(notJson)
      const strict = decodeLines(lines, true)
      assert.deepStrictEqual(strict.events, [])
      assert.strictEqual(strict.failure?.excerpt, lines[0])
      assert.deepStrictEqual(
        decodeLines(lines, false).events.map(({ event }) => event),
        [{ _tag: "UnknownEvent", raw: lines[0], issue: "Expected a line of JSON" }]
      )
    })
  )

  it.effect("begins every turn with the thread's id", () =>
    Effect.sync(() => {
      for (const { lines, name } of execFixtures) {
        if (lines.length > 0 && name !== notJson) assert.strictEqual(eventsOf(name)[0]?._tag, "ThreadStarted", name)
      }
    })
  )

  it.effect("ends a turn well exactly where codex exits with 0 after taking the input", () =>
    Effect.sync(() => {
      for (const { exitCode, lines, name } of execFixtures) {
        if (name === notJson || lines.length === 0) continue
        const events = eventsOf(name)
        const last = events.at(-1)?._tag
        if (exitCode === 0 && events.some(({ _tag }) => _tag === "TurnStarted")) {
          assert.strictEqual(last, "TurnCompleted", name)
        } else {
          assert.notStrictEqual(last, "TurnCompleted", name)
        }
      }
    })
  )

  it.effect("gives the last notice as the reason of a failed turn", () =>
    Effect.sync(() => {
      for (const { name } of execFixtures.filter((fixture) => fixture.name !== notJson)) {
        const events = eventsOf(name)
        const last = events.at(-1)
        if (last?._tag !== "TurnFailed") continue
        assert.deepStrictEqual(events.at(-2), { _tag: "ThreadError", message: last.error.message }, name)
      }
    })
  )

  it.effect("has every kind of item that codex exec is known to print", () =>
    Effect.sync(() => {
      const tags = new Set(
        execFixtures
          .filter(({ name }) => name !== notJson)
          .flatMap(({ name }) => eventsOf(name))
          .flatMap((event) => ("item" in event ? [event.item._tag] : []))
      )
      assert.sameMembers(
        [...tags],
        [
          "AgentMessage",
          "CollabToolCall",
          "CommandExecution",
          "Error",
          "FileChange",
          "McpToolCall",
          "Reasoning",
          "TodoList",
          "WebSearch"
        ]
      )
    })
  )
})
