import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { decodeLines } from "../../src/internal/eventLines.ts"
import { decodeEvent } from "../../src/internal/execWire.ts"
import { type ThreadEvent, ThreadId } from "../../src/ThreadEvent.ts"
import { exactly } from "../support/exactly.ts"

const event = (line: unknown): ThreadEvent => decodeEvent(line, false).event
const issue = (line: unknown, strict = false): string | undefined => decodeEvent(line, strict).issue

const usage = {
  input_tokens: 42,
  cached_input_tokens: 12,
  cache_write_input_tokens: 7,
  output_tokens: 5,
  reasoning_output_tokens: 2
}

const command = {
  id: "item_1",
  type: "command_execution",
  command: "/bin/bash -lc ls",
  aggregated_output: "",
  exit_code: null,
  status: "in_progress"
}

describe("execWire", () => {
  describe("events", () => {
    it.effect.each<readonly [unknown, ThreadEvent]>([
      [
        { type: "thread.started", thread_id: "t-1" },
        { _tag: "ThreadStarted", threadId: ThreadId.make("t-1") }
      ],
      [{ type: "turn.started" }, { _tag: "TurnStarted" }],
      [
        { type: "turn.completed", usage },
        {
          _tag: "TurnCompleted",
          usage: {
            inputTokens: 42,
            cachedInputTokens: 12,
            cacheWriteInputTokens: 7,
            outputTokens: 5,
            reasoningOutputTokens: 2
          }
        }
      ],
      [
        { type: "turn.failed", error: { message: "no" } },
        { _tag: "TurnFailed", error: { message: "no" } }
      ],
      [
        { type: "error", message: "Reconnecting... 1/5" },
        { _tag: "ThreadError", message: "Reconnecting... 1/5" }
      ]
    ])("maps %j", ([line, expected]) =>
      Effect.sync(() => {
        exactly(event(line), expected)
        assert.isUndefined(issue(line, true))
      })
    )

    it.effect("takes usage of older versions, with zeros for what they do not count", () =>
      Effect.sync(() => {
        const line = {
          type: "turn.completed",
          usage: { input_tokens: 1, cached_input_tokens: 0, output_tokens: 2, reasoning_output_tokens: null }
        }
        exactly(event(line), {
          _tag: "TurnCompleted",
          usage: {
            inputTokens: 1,
            cachedInputTokens: 0,
            cacheWriteInputTokens: 0,
            outputTokens: 2,
            reasoningOutputTokens: 0
          }
        })
        assert.isUndefined(issue(line, true))
      })
    )

    it.effect.each([{ type: "turn.completed" }, { type: "turn.completed", usage: null }])(
      "takes a turn's end without usage: %j",
      (line) =>
        Effect.sync(() => {
          exactly(event(line), { _tag: "TurnCompleted" })
          assert.isUndefined(issue(line))
        })
    )

    it.effect("takes the last of a key that occurs twice, as a web search has it", () =>
      Effect.sync(() => {
        const line = '{"type":"item.completed","item":{"id":"item_0","type":"web_search","id":"ws1","query":"q"}}'
        const { events, failure } = decodeLines([line], true)
        assert.isUndefined(failure)
        exactly(events[0]?.event, { _tag: "ItemCompleted", item: { _tag: "WebSearch", id: "ws1", query: "q" } })
      })
    )
  })

  describe("what is not known", () => {
    it.effect("keeps an item of another kind, with its id, type and raw value", () =>
      Effect.sync(() => {
        const item = { id: "item_9", type: "hologram", depth: 3 }
        const line = { type: "item.started", item }
        const decoded = event(line)
        assert.strictEqual(decoded._tag, "ItemStarted")
        assert.isTrue("item" in decoded && decoded.item._tag === "UnknownItem")
        if (!("item" in decoded) || decoded.item._tag !== "UnknownItem") return
        const { issue: why, ...rest } = decoded.item
        exactly(rest, { _tag: "UnknownItem", id: "item_9", type: "hologram", raw: item })
        assert.notStrictEqual(why, "")
        assert.strictEqual(issue(line), why)
      })
    )

    it.effect("keeps a known item of another shape, and says where it does not fit", () =>
      Effect.sync(() => {
        const item = { id: "item_1", type: "agent_message", text: 5 }
        const decoded = event({ type: "item.completed", item })
        assert.isTrue("item" in decoded && decoded.item._tag === "UnknownItem")
        assert.deepStrictEqual("item" in decoded && decoded.item._tag === "UnknownItem" && decoded.item.raw, item)
        assert.include(issue({ type: "item.completed", item }), '["text"]')
      })
    )

    it.effect.each([{}, { id: 1, type: 2 }])("keeps an item without an id and a type: %j", (item) =>
      Effect.sync(() => {
        const decoded = event({ type: "item.updated", item })
        assert.isTrue("item" in decoded)
        if (!("item" in decoded)) return
        const { issue: _, ...rest } = decoded.item as typeof decoded.item & { readonly issue?: string }
        exactly(rest, { _tag: "UnknownItem", raw: item })
      })
    )

    it.effect.each([
      { type: "turn.paused", why: "x" },
      { type: "item.completed" },
      { type: "item.completed", item: "text" },
      { type: "item.completed", item: [] },
      { type: "thread.started" },
      { type: "thread.started", thread_id: "" },
      { type: "error" }
    ])("keeps an event as it came: %j", (line) =>
      Effect.sync(() => {
        const decoded = decodeEvent(line, false)
        const { issue: why, ...rest } = decoded.event as typeof decoded.event & { readonly issue?: string }
        exactly(rest, { _tag: "UnknownEvent", type: line.type, raw: line })
        assert.strictEqual(decoded.issue, why)
        assert.isString(why)
      })
    )

    it.effect.each([null, 1, "text", true, [], {}, { type: 5 }, { type: null }, { Type: "error" }])(
      "keeps a line without a type: %j",
      (line) =>
        Effect.sync(() => {
          const decoded = event(line)
          const { issue: why, ...rest } = decoded as typeof decoded & { readonly issue?: string }
          exactly(rest, { _tag: "UnknownEvent", raw: line })
          assert.isString(why)
        })
    )

    it.effect.each([{ input_tokens: "many" }, 5, { input_tokens: 1 }])(
      "still ends the turn well if its usage is %j",
      (broken) =>
        Effect.sync(() => {
          const line = { type: "turn.completed", usage: broken }
          exactly(event(line), { _tag: "TurnCompleted" })
          assert.isString(issue(line))
        })
    )

    it.effect.each<readonly [unknown, string]>([
      [{ type: "turn.failed", error: "plain" }, "plain"],
      [{ type: "turn.failed", error: { message: 5 } }, "codex gave no reason"],
      [{ type: "turn.failed", error: null }, "codex gave no reason"],
      [{ type: "turn.failed" }, "codex gave no reason"]
    ])("still ends the turn badly if the failure is %j", ([line, message]) =>
      Effect.sync(() => {
        exactly(event(line), { _tag: "TurnFailed", error: { message } })
        assert.isString(issue(line))
      })
    )
  })

  describe("fields that are not known", () => {
    const extra = [
      { type: "turn.started", turn_id: "x" },
      { type: "turn.completed", usage: { ...usage, dreams: 1 } },
      { type: "turn.failed", error: { message: "no", code: 1 } },
      { type: "item.started", item: { ...command, cwd: "/" } },
      { type: "item.started", at: 1, item: command }
    ]

    it.effect.each(extra)("are tolerated: %j", (line) => Effect.sync(() => assert.isUndefined(issue(line))))

    it.effect.each(extra)("are an issue in strict mode: %j", (line) =>
      Effect.sync(() => {
        assert.isString(issue(line, true))
      })
    )
  })
})
