import { assert, describe, it } from "@effect/vitest"
import type { ThreadEvent, ThreadItem } from "effect-codex"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { command, textsOf, traced, whole } from "./support/tracedTurn.ts"
import { begins, completed, ends, failed, notice, says, started } from "./support/turns.ts"

const recording = (maxContentLength?: number) => ({ telemetry: { recordContent: true, maxContentLength } })

const Messages = Schema.fromJsonString(
  Schema.Array(
    Schema.Struct({
      role: Schema.String,
      parts: Schema.Array(Schema.Struct({ type: Schema.Literal("text"), content: Schema.String })),
      finish_reason: Schema.optionalKey(Schema.String)
    })
  )
)

const input = "gen_ai.input.messages"
const output = "gen_ai.output.messages"

/** What the span of a turn with this prompt and this answer has as its messages. */
const messagesOf = (prompt: string, answer: string, maxContentLength?: number) =>
  Effect.map(
    traced(
      [[started(), says("not the last one"), says(answer), completed()]],
      (thread) => thread.run(prompt),
      recording(maxContentLength)
    ),
    ({ named }) => {
      const { attributes } = named("invoke_agent codex")
      return { input: attributes.get(input), output: attributes.get(output) }
    }
  )

const todo: ThreadItem = { _tag: "TodoList", id: "item_2", items: [{ text: "the secret plan", completed: true }] }
const everything: ReadonlyArray<ThreadEvent> = [
  ...whole.slice(0, -1),
  ends(todo),
  ends({ ...command("failed", 1), id: "item_3" }),
  notice("the secret notice"),
  completed()
]

describe("texts of the conversation", () => {
  it.effect("are recorded only if an option says so", () =>
    Effect.gen(function* () {
      const silent = yield* traced([everything], (thread) => thread.run("the secret prompt"))
      assert.notInclude(textsOf(silent), "secret")
      const open = textsOf(yield* traced([everything], (thread) => thread.run("the secret prompt"), recording()))
      for (const text of [
        "secret prompt",
        "cat secret.txt",
        "secret output",
        "secret answer",
        "secret plan",
        "secret notice"
      ]) {
        assert.include(open, text)
      }
    })
  )

  it.effect("are cut", () =>
    Effect.gen(function* () {
      const open = textsOf(yield* traced([everything], (thread) => thread.run("the secret prompt"), recording(12)))
      for (const text of ["cat secret.t… (", "the secret o… (", "the secret a… (", "the secret n… ("]) {
        assert.include(open, text)
      }
    })
  )

  it.effect("are the prompt and the answer, as messages in JSON", () =>
    Effect.gen(function* () {
      const messages = yield* messagesOf('say "hi"\n', "hi")
      assert.deepStrictEqual(JSON.parse(String(messages.input)), [
        { role: "user", parts: [{ type: "text", content: 'say "hi"\n' }] }
      ])
      assert.deepStrictEqual(JSON.parse(String(messages.output)), [
        { role: "assistant", parts: [{ type: "text", content: "hi" }], finish_reason: "stop" }
      ])
    })
  )

  it.effect.each<readonly [string, string]>([
    ["plain text", "x"],
    ["text that is twice as long as JSON", "\n"],
    ["text that is six times as long as JSON", "\u0001"],
    ["text of characters in two halves", "😀"]
  ])("stay messages where %s is cut, and keep to the length", ([, character]) =>
    Effect.gen(function* () {
      for (const limit of [128, 129, 256, 1024]) {
        for (const length of [10, 50, limit, 10_000]) {
          const text = `the beginning ${character.repeat(length)}`
          const messages = yield* messagesOf(text, text, limit)
          for (const json of [String(messages.input), String(messages.output)]) {
            assert.isAtMost(json.length, limit)
            const [message] = yield* Schema.decodeEffect(Messages)(json)
            const content = message?.parts[0]?.content ?? ""
            assert.isTrue(content.startsWith("the beg"), content)
            if (content !== text) {
              assert.isTrue(content.endsWith(`… (${text.length} characters)`))
              // As much of it as there is room for: a character takes up to 12.
              assert.isAbove(json.length, limit - 13)
            }
          }
        }
      }
    })
  )

  it.effect("are no messages where there is no room for one", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* messagesOf("a long prompt", "a long answer", 40), {
        input: undefined,
        output: undefined
      })
    })
  )

  it.effect("are no answer where the turn did not complete", () =>
    Effect.gen(function* () {
      const { named } = yield* traced(
        [[started(), says("half of it"), failed("no")]],
        (thread) => thread.run("go"),
        recording()
      )
      assert.isTrue(named("invoke_agent codex").attributes.has(input))
      assert.isFalse(named("invoke_agent codex").attributes.has(output))
    })
  )

  it.effect("are the plan and the arguments of what codex reports only the end of", () =>
    Effect.gen(function* () {
      const { named } = yield* traced([everything.slice(4)], (thread) => thread.run("go"), recording())
      const texts = named("invoke_agent codex").events.map(([, , attributes]) => attributes["codex.item.text"])
      assert.include(texts, '[{"text":"the secret plan","completed":true}]')
      const { attributes } = named("execute_tool shell")
      assert.strictEqual(attributes.get("gen_ai.tool.call.arguments"), "cat secret.txt")
      assert.strictEqual(attributes.get("gen_ai.tool.call.result"), "the secret output")
    })
  )

  it.effect("may be values that are no JSON", () =>
    Effect.gen(function* () {
      const cyclic: Record<string, unknown> = { city: "Oslo" }
      cyclic["self"] = cyclic
      const values = [
        cyclic,
        1n,
        () => "x",
        Symbol("s"),
        {
          toJSON: () => {
            throw new Error("no")
          }
        },
        Object.create(null)
      ]
      for (const value of values) {
        const call = (status: string): ThreadItem => ({
          _tag: "McpToolCall",
          id: "item_1",
          server: "weather",
          tool: "forecast",
          arguments: value,
          result: { content: [value] },
          status
        })
        const recorder = yield* traced(
          [[started(), begins(call("in_progress")), ends(call("completed")), completed()]],
          (thread) => thread.run("go"),
          recording()
        )
        const { attributes } = recorder.named("execute_tool forecast")
        assert.isString(attributes.get("gen_ai.tool.call.arguments"))
        assert.isString(attributes.get("gen_ai.tool.call.result"))
        assert.strictEqual(recorder.named("invoke_agent codex").attributes.get("codex.turn.outcome"), "completed")
        if (value === cyclic) assert.include(attributes.get("gen_ai.tool.call.arguments"), "Oslo")
      }
    })
  )
})
