import { markAsUntransferable } from "node:worker_threads"
import { assert, describe, it } from "@effect/vitest"
import { Codex, type CodexErrorReason, ThreadEvent } from "effect-codex"
import * as Effect from "effect/Effect"
import * as Equal from "effect/Equal"
import * as Exit from "effect/Exit"
import * as Logger from "effect/Logger"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { exactly } from "./support/exactly.ts"
import { failTurn, lines, nodeFake, ordinaryTurn, print, runTurn } from "./support/fakeCodex.ts"
import { assertNothingLeft, makeWorld, mockCodex, type World } from "./support/mockCodex.ts"

/** The events of a turn, and why it failed if it did. */
const streamTurn = Effect.gen(function* () {
  const events: Array<ThreadEvent> = []
  const thread = yield* (yield* Codex).startThread()
  const reason = yield* thread.stream("go").pipe(
    Stream.runForEach((event) => Effect.sync(() => events.push(event))),
    Effect.match({ onSuccess: () => undefined, onFailure: ({ reason }): CodexErrorReason | undefined => reason })
  )
  return { events, reason }
})

const notice = (message: string) => JSON.stringify({ type: "error", message })
const tags = (events: ReadonlyArray<ThreadEvent>) => events.map(({ _tag }) => _tag)
const completedItem = (item: string) => `{"type":"item.completed","item":${item}}`

/** JavaScript that prints text as it is. */
const write = (text: string) => `process.stdout.write(${JSON.stringify(text)});`

// Line ends of other worlds, a character of two UTF-16 units, half of one, and NUL.
const rawText = "a\u2028b\u2029c\u0085d🤝"
const oddText = `${rawText}\u0000\ud800\n`

const escaped = (text: string) =>
  Array.from({ length: text.length }, (_, index) => `\\u${text.charCodeAt(index).toString(16).padStart(4, "0")}`).join(
    ""
  )

const brokenItems = [
  '{"id":"i","type":"agent_message"}',
  '{"id":7,"type":"agent_message","text":"x"}',
  '{"id":"i","type":"reasoning","text":null}',
  '{"id":"i","type":"command_execution","command":"ls","status":"completed"}',
  '{"id":"i","type":"command_execution","command":["ls"],"aggregated_output":"","status":"completed"}',
  '{"id":"i","type":"command_execution","command":"ls","aggregated_output":"","exit_code":1e999,"status":"failed"}',
  '{"id":"i","type":"file_change","changes":{},"status":"completed"}',
  '{"id":"i","type":"file_change","changes":[{"path":"/a"}],"status":"completed"}',
  '{"id":"i","type":"mcp_tool_call","tool":"t","arguments":{},"status":"completed"}',
  '{"id":"i","type":"mcp_tool_call","server":"s","tool":"t","result":{"content":"x"},"status":"completed"}',
  '{"id":"i","type":"collab_tool_call","tool":"wait","sender_thread_id":"t","agents_states":{},"status":"completed"}',
  '{"id":"i","type":"web_search","action":{"type":"search"}}',
  '{"id":"i","type":"web_search","query":"q","action":{"type":"search","queries":"q"}}',
  '{"id":"i","type":"todo_list","items":[{"text":"a","completed":"yes"}]}',
  '{"id":"i","type":"error"}'
]

const encode = (...texts: ReadonlyArray<string>) => new TextEncoder().encode(`${texts.join("\n")}\n`)
/** 64 KiB, as much as Node reads at once. */
const block = () => encode(...Array<string>(16).fill(lines.message("x".repeat(4096 - lines.message("").length - 1))))
const printing = (world: World, ...blocks: ReadonlyArray<Uint8Array>) =>
  mockCodex(world, { chunks: [`${lines.threadStarted}\n`, ...blocks, `${lines.turnCompleted}\n`] })

describe("Exec", () => {
  describe("output", () => {
    it.live("keeps banners and unknown events, and goes on", () =>
      Effect.gen(function* () {
        const codex = yield* Codex
        const events = yield* Stream.runCollect((yield* codex.startThread()).stream("go"))
        const unknown = events.filter((event) => event._tag === "UnknownEvent")
        assert.deepStrictEqual(
          unknown.map((event) => event.raw),
          ["Welcome!", { type: "new.thing", n: 1 }]
        )
        assert.strictEqual(events.at(-1)?._tag, "TurnCompleted")
      }).pipe(Effect.provide(nodeFake(print("Welcome!", '{"type":"new.thing","n":1}', "", ...ordinaryTurn))))
    )

    it.live("takes unknown output for a failure in strict mode", () =>
      Effect.gen(function* () {
        const { reason } = yield* failTurn()
        assert.strictEqual(reason._tag, "MalformedOutput")
        assert.include(reason.message, "new.thing")
      }).pipe(Effect.provide(nodeFake(print('{"type":"new.thing"}', ...ordinaryTurn), { strict: true })))
    )

    it.live("reads CRLF, a byte order mark and a last line without its end", () =>
      Effect.gen(function* () {
        assert.strictEqual((yield* runTurn()).finalResponse, "Hi!")
      }).pipe(
        Effect.provide(
          nodeFake(`process.stdout.write(${JSON.stringify(`\ufeff${ordinaryTurn.join("\r\n")}`)})`, { strict: true })
        )
      )
    )

    it.live("fails when the output ends in the middle of a line", () =>
      Effect.gen(function* () {
        const { reason } = yield* failTurn()
        assert.deepInclude(reason, { _tag: "MalformedOutput", description: "it ends in the middle of a line" })
      }).pipe(Effect.provide(nodeFake(`${print(lines.threadStarted)} process.stdout.write('{"type":"turn.comp')`)))
    )

    it.live("remembers the broken line though who asked for the end did not wait for it", () =>
      Effect.gen(function* () {
        const thread = yield* Codex.use((codex) => codex.startThread())
        const pull = yield* Stream.toPull(thread.stream("go"))
        const briefly = Effect.timeoutOption(Effect.exit(pull), "50 millis")
        const end = yield* Effect.repeat(briefly, {
          until: (exit) => Option.isSome(exit) && Exit.isFailure(exit.value)
        })
        assert.include(JSON.stringify(end), "it ends in the middle of a line")
      }).pipe(
        Effect.scoped,
        Effect.provide(
          nodeFake(
            `${print(lines.threadStarted)} process.stdout.write('{"type":"turn.comp', () => {
               require("node:fs").closeSync(1); setTimeout(() => {}, 400) })`
          )
        )
      )
    )

    it.live("fails on bytes that are not UTF-8, after the events before them", () =>
      Effect.gen(function* () {
        const error = yield* failTurn()
        assert.strictEqual(error.reason._tag, "MalformedOutput")
        assert.include(error.message, "UTF-8")
        assert.lengthOf(error.items ?? [], 1)
      }).pipe(
        Effect.provide(
          nodeFake(
            `${print(lines.threadStarted, lines.message("before"))} process.stdout.write(Buffer.from([0x22, 0xff, 0x22, 0x0a]))`
          )
        )
      )
    )

    it.live("fails on a line over the limit without reading the rest of it", () =>
      Effect.gen(function* () {
        const error = yield* failTurn()
        assert.strictEqual(error.reason._tag, "MalformedOutput")
        assert.include(error.message, "65536 bytes")
      }).pipe(
        Effect.provide(
          nodeFake(`setInterval(() => process.stdout.write("x".repeat(10_000)), 1)`, { maxLineBytes: 65_536 })
        )
      )
    )

    it.live("keeps every line of output that is no JSON at all", () =>
      Effect.gen(function* () {
        const { events, reason } = yield* streamTurn
        assert.deepStrictEqual(
          events.map((event) => event._tag === "UnknownEvent" && event.raw),
          ["usage: codex", "  --help", "{'type': 'turn.completed'}", '{"type":"turn.completed"} trailing']
        )
        const none = {
          _tag: "MalformedOutput",
          description: "it holds no event of codex",
          excerpt: "usage: codex"
        } as const
        assert.deepInclude(reason, none)
      }).pipe(
        Effect.provide(
          nodeFake(
            print("usage: codex", "  --help", "{'type': 'turn.completed'}", '{"type":"turn.completed"} trailing')
          )
        )
      )
    )

    it.live("tells from the last notice why codex went without an end of the turn", () =>
      Effect.gen(function* () {
        const { reason } = yield* streamTurn
        assert.deepInclude(reason, { _tag: "TurnFailed", kind: "usageLimit", isRetryable: false })
      }).pipe(
        Effect.provide(
          nodeFake(
            print(
              ...ordinaryTurn.slice(0, 2),
              JSON.stringify({ type: "error", message: "You have hit your usage limit." })
            )
          )
        )
      )
    )

    it.live.each<readonly [string, number, ReadonlyArray<string>, object]>([
      ["a text, before it exits with an error", 1, ["Error: license expired"], { _tag: "ExitError", exitCode: 1 }],
      ["a notice, before garbage and an error", 1, [notice("license expired"), "garbage"], { _tag: "ExitError" }],
      ["a notice, before it exits as if all were well", 0, [notice("license expired")], { _tag: "TurnIncomplete" }]
    ])("tells what codex said last: %s", ([, code, said, expected]) =>
      Effect.gen(function* () {
        const { reason } = yield* streamTurn
        assert.deepInclude(reason, expected)
        assert.include(reason?.message, "license expired")
      }).pipe(Effect.provide(nodeFake(`${print(...said)} process.exitCode = ${code}`)))
    )

    it.live("takes no thread id that would be something else among codex's arguments", () =>
      Effect.gen(function* () {
        for (const threadId of ["--last", "", "a\0b"]) {
          const lines = [JSON.stringify({ type: "thread.started", thread_id: threadId }), ...ordinaryTurn.slice(1)]
          const { events } = yield* Effect.provide(streamTurn, nodeFake(print(...lines)))
          assert.strictEqual(events[0]?._tag, "UnknownEvent", threadId)
        }
      })
    )

    it.live("skips empty and blank lines between events, of any length", () =>
      Effect.gen(function* () {
        assert.strictEqual((yield* runTurn()).finalResponse, "Hi!")
      }).pipe(
        Effect.provide(
          nodeFake(write(`\n\r\n${ordinaryTurn.join(`\n\n \t \r\n${" ".repeat(1000)}\n`)}\n\n  `), { strict: true })
        )
      )
    )

    it.live("keeps every character of a text", () =>
      Effect.gen(function* () {
        const { finalResponse } = yield* runTurn()
        assert.strictEqual(JSON.stringify(finalResponse), JSON.stringify(oddText + rawText))
      }).pipe(
        Effect.provide(
          nodeFake(
            print(
              completedItem(`{"id":"i","type":"agent_message","text":"${escaped(oddText)}${rawText}"}`),
              lines.turnCompleted
            ),
            { strict: true }
          )
        )
      )
    )

    it.live("joins characters that are written byte by byte", () =>
      Effect.gen(function* () {
        assert.strictEqual((yield* runTurn()).finalResponse, "é✓🤝\u2028")
      }).pipe(
        Effect.provide(
          nodeFake(
            `const bytes = Buffer.from(${JSON.stringify(`${lines.message("é✓🤝\u2028")}\r\n${lines.turnCompleted}\r\n`)});
             for (const byte of bytes) require("node:fs").writeSync(1, Buffer.of(byte))`,
            { strict: true }
          )
        )
      )
    )

    it.live("hands on a message of 60 MB whole", () =>
      Effect.gen(function* () {
        const { finalResponse } = yield* runTurn()
        assert.strictEqual(finalResponse.length, 40_000_000)
        assert.isTrue(finalResponse === "é1".repeat(20_000_000))
      }).pipe(
        Effect.provide(
          nodeFake(
            `const item = { id: "i", type: "agent_message", text: "é1".repeat(20_000_000) };
             process.stdout.write(JSON.stringify({ type: "item.completed", item }) + "\\n"); ${print(lines.turnCompleted)}`,
            { strict: true }
          )
        )
      )
    )

    describe("of a spawner of one's own", () => {
      it.effect("leaves the bytes as they are", () => {
        const world = makeWorld()
        const text = "x".repeat(20_000)
        return Effect.gen(function* () {
          assert.strictEqual((yield* runTurn()).finalResponse, text)
          assert.strictEqual((yield* runTurn()).finalResponse, text)
          yield* assertNothingLeft(world)
        }).pipe(Effect.provide(printing(world, encode(lines.message(text)))))
      })

      it.effect("loses no event if the same bytes come again and again", () => {
        const world = makeWorld()
        return Effect.gen(function* () {
          assert.lengthOf((yield* runTurn()).items, 100 * 16)
          assert.lengthOf((yield* runTurn()).items, 100 * 16)
          yield* assertNothingLeft(world)
        }).pipe(Effect.provide(printing(world, ...Array<Uint8Array>(100).fill(block()))))
      })

      it.effect("takes the same flood of stderr in each turn, and says why codex has ended", () => {
        const world = makeWorld()
        const flood = Array.from({ length: 100 }, () => encode("x".repeat(64 * 1024 - 1)))
        const unmovable = encode("x".repeat(64 * 1024 - 1))
        markAsUntransferable(unmovable.buffer)
        const whole = encode("x".repeat(64 * 1024 - 1))
        const stderr = [...flood, unmovable, whole.subarray(1), ...flood.slice(64), encode("Error: it broke")]
        const check = Effect.gen(function* () {
          const { reason } = yield* streamTurn
          assert.deepInclude(reason, { _tag: "ExitError", exitCode: 3 })
          assert.include(reason?.message, "it broke")
        })
        return Effect.gen(function* () {
          yield* check
          yield* check
          // Memory is given back after 4 MiB, unless somebody shares it.
          assert.deepStrictEqual(
            [flood[0], flood[63], flood[64], flood[99], unmovable, whole].map((bytes) => bytes?.length),
            [65_536, 65_536, 0, 0, 65_536, 65_536]
          )
          yield* assertNothingLeft(world)
        }).pipe(Effect.provide(mockCodex(world, { chunks: [`${lines.threadStarted}\n`], stderr, status: 3 })))
      })
    })

    it.live("ends a turn without usage", () =>
      Effect.gen(function* () {
        const turn = yield* runTurn()
        assert.strictEqual(turn.finalResponse, "Hi!")
        assert.notProperty(turn, "usage")
        assert.notProperty(turn, "threadUsage")
      }).pipe(
        Effect.provide(nodeFake(print(...ordinaryTurn.slice(0, -1), '{"type":"turn.completed"}'), { strict: true }))
      )
    )

    it.live("takes the first end of a turn, and hands on what comes after it", () =>
      Effect.gen(function* () {
        const turn = yield* runTurn()
        assert.strictEqual(turn.threadUsage?.inputTokens, 42)
        assert.lengthOf(turn.items, 2)
        const { events, reason } = yield* streamTurn
        assert.isUndefined(reason)
        assert.deepStrictEqual(tags(events).slice(-5), [
          "TurnCompleted",
          "TurnCompleted",
          "ItemCompleted",
          "TurnFailed",
          "UnknownEvent"
        ])
      }).pipe(
        Effect.provide(
          nodeFake(
            print(
              ...ordinaryTurn,
              lines.turnCompleted.replace("42", "43"),
              lines.message("late"),
              '{"type":"turn.failed","error":{"message":"late"}}',
              "late"
            )
          )
        )
      )
    )

    it.live.each([
      ["a turn that completes later", write(`${lines.turnCompleted}\n`)],
      ["a broken last line", write('{"type"')],
      ["bytes that are not UTF-8", "process.stdout.write(Buffer.of(0xff, 0x0a));"],
      ["a line over the limit", write("x".repeat(2000))],
      ["a bad exit", "process.exitCode = 3;"]
    ] as const)("says why a turn failed, whatever comes after it: %s", ([, after]) =>
      Effect.gen(function* () {
        assert.deepInclude((yield* failTurn()).reason, { _tag: "TurnFailed", description: "the reason" })
      }).pipe(
        Effect.provide(
          nodeFake(`${print('{"type":"turn.failed","error":{"message":"the reason"}}')} ${after}`, {
            maxLineBytes: 1000
          })
        )
      )
    )

    it.live("takes the last of keys that occur twice", () =>
      Effect.gen(function* () {
        const { events } = yield* streamTurn
        exactly(events[0], { _tag: "ItemCompleted", item: { _tag: "Reasoning", id: "b", text: "two" } })
        assert.deepStrictEqual(tags(events), ["ItemCompleted", "TurnCompleted"])
      }).pipe(
        Effect.provide(
          nodeFake(
            print(
              completedItem('{"id":"a","id":"b","type":"agent_message","text":"one","text":"two","type":"reasoning"}'),
              '{"type":"turn.failed","error":{"message":"no"},"type":"turn.completed"}'
            )
          )
        )
      )
    )

    it.live("hands on output that is nested deeply, as values that can be worked with", () =>
      Effect.gen(function* () {
        const { events, reason } = yield* streamTurn
        assert.isUndefined(reason)
        assert.deepStrictEqual(tags(events), [
          "UnknownEvent",
          "UnknownEvent",
          "ItemCompleted",
          "ItemCompleted",
          "ItemStarted",
          "TurnCompleted"
        ])
        const logged: Array<string> = []
        const logger = Logger.map(Logger.formatJson, (text) => void logged.push(text))
        yield* Effect.log(...events).pipe(Effect.annotateLogs({ events }), Effect.provide(Logger.layer([logger])))
        assert.lengthOf(logged, 1)
        assert.deepStrictEqual(yield* Schema.decodeUnknownEffect(Schema.Array(ThreadEvent))(events), events)
        assert.isTrue(Equal.equals(JSON.parse(JSON.stringify(events)), events))
        const turn = yield* runTurn()
        assert.deepStrictEqual(JSON.parse(JSON.stringify(turn)), turn)
      }).pipe(
        Effect.provide(
          nodeFake(
            `const lists = "[".repeat(100_000) + "]".repeat(100_000);
             const objects = '{"a":'.repeat(100_000) + "1" + "}".repeat(100_000);
             const call = '"id":"i","type":"mcp_tool_call","server":"s","tool":"t","status":"completed"';
             const print = (text) => process.stdout.write(text + "\\n");
             print(lists); print('{"type":"new.thing","x":' + objects + "}");
             print('{"type":"item.completed","item":{"id":"h","type":"hologram","x":' + lists + "}}");
             print('{"type":"item.completed","item":{' + call + ',"arguments":{},"result":{"content":[' + objects + "]}}}");
             print('{"type":"item.started","item":{' + call + ',"arguments":' + lists + "}}");
             print('{"type":"turn.completed","usage":' + objects + "}")`
          )
        )
      )
    )

    it.live("ends a turn whose tokens are no safe numbers, without the ones that are not finite", () =>
      Effect.gen(function* () {
        const { events, reason } = yield* streamTurn
        assert.isUndefined(reason)
        const [first, second] = events.filter(ThreadEvent.guards.TurnCompleted)
        assert.strictEqual(first?.usage?.inputTokens, 9_007_199_254_740_992)
        exactly(second, { _tag: "TurnCompleted" })
      }).pipe(
        Effect.provide(
          nodeFake(
            print(lines.turnCompleted.replace("42", "9007199254740993"), lines.turnCompleted.replace("42", "1e999"))
          )
        )
      )
    )

    it.live("keeps keys that are names of JavaScript's own", () =>
      Effect.gen(function* () {
        const { events, reason } = yield* streamTurn
        assert.isUndefined(reason)
        const [call, agents, missing, unknown] = events.map((event) => ("item" in event ? event.item : event))
        assert.strictEqual(
          JSON.stringify(call?._tag === "McpToolCall" && call.arguments),
          '{"__proto__":{"a":1},"constructor":2}'
        )
        assert.strictEqual(
          JSON.stringify(agents?._tag === "CollabToolCall" && agents.agentStates),
          '{"__proto__":{"status":"running"},"toString":{"status":"shutdown"}}'
        )
        assert.strictEqual(missing?._tag, "UnknownItem")
        exactly(unknown, {
          _tag: "UnknownEvent",
          type: "__proto__",
          raw: { type: "__proto__" },
          issue: "Unknown type of event"
        })
        assert.isUndefined(Reflect.get({}, "status"))
      }).pipe(
        Effect.provide(
          nodeFake(
            print(
              completedItem(
                '{"id":"i","type":"mcp_tool_call","server":"s","tool":"t","arguments":{"__proto__":{"a":1},"constructor":2},"status":"completed"}'
              ),
              completedItem(
                '{"id":"i","type":"collab_tool_call","tool":"wait","sender_thread_id":"t","receiver_thread_ids":[],"agents_states":{"__proto__":{"status":"running"},"toString":{"status":"shutdown"}},"status":"completed"}'
              ),
              completedItem('{"id":"i","type":"agent_message","__proto__":{"text":"inherited"}}'),
              '{"type":"__proto__"}',
              lines.turnCompleted
            )
          )
        )
      )
    )

    it.live("keeps items of every kind that lack a field or have it in another type", () =>
      Effect.gen(function* () {
        const { events, reason } = yield* streamTurn
        assert.isUndefined(reason)
        const items = events.filter(ThreadEvent.guards.ItemCompleted).map(({ item }) => item)
        assert.lengthOf(items, brokenItems.length)
        items.forEach((item, index) => {
          const raw: unknown = JSON.parse(brokenItems[index] ?? "")
          assert.deepInclude(item, { _tag: "UnknownItem", raw, type: Reflect.get(Object(raw), "type") })
        })
      }).pipe(Effect.provide(nodeFake(print(...brokenItems.map(completedItem), lines.turnCompleted))))
    )

    it.live.each(brokenItems)("fails on an item of another shape in strict mode: %s", (item) =>
      Effect.gen(function* () {
        const { events, reason } = yield* streamTurn
        assert.deepStrictEqual(tags(events), ["ThreadStarted"])
        assert.deepInclude(reason, { _tag: "MalformedOutput", excerpt: completedItem(item) })
      }).pipe(
        Effect.provide(nodeFake(print(lines.threadStarted, completedItem(item), lines.turnCompleted), { strict: true }))
      )
    )
  })
})
