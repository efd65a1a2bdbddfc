/** Arbitrary output of codex: what it prints, and the events that come of it. */
import type { McpToolCallResult, ThreadEvent, ThreadItem, Usage } from "effect-codex"
import { ThreadId } from "effect-codex"
import * as Arbitrary from "effect/Arbitrary"
import * as Schema from "effect/Schema"

/** A line, and what it means. */
export interface WireLine {
  readonly line: string
  readonly event: ThreadEvent
}

const { Constant, all, array, flatMap, map } = Arbitrary

const natural = Arbitrary.schema(Schema.Natural)
// JSON has no negative zero.
const finite = Arbitrary.map(Arbitrary.schema(Schema.Finite), (n) => n + 0)
const flag = Arbitrary.schema(Schema.Boolean)

export const oneOf = <A>(
  first: Arbitrary.Arbitrary<A>,
  ...others: ReadonlyArray<Arbitrary.Arbitrary<A>>
): Arbitrary.Arbitrary<A> =>
  flatMap(Arbitrary.schema(Schema.Literals([-1, ...others.keys()])), (index) => others[index] ?? first)

const maybe = <A>(arbitrary: Arbitrary.Arbitrary<A>): Arbitrary.Arbitrary<A | undefined> =>
  oneOf<A | undefined>(Constant(undefined), arbitrary)

// Whatever could be taken for the end of a line, of a string or of a turn; and characters of one to four bytes.
const pieces = [
  "a",
  " b ",
  "\n",
  "\r\n",
  "\r",
  "\u2028",
  "\u2029",
  "\u0085",
  "\0",
  "é",
  "✓",
  "🤝",
  "\ud800",
  "\udc00",
  "\ufeff",
  '"',
  "\\",
  "\\n",
  '{"type":"turn.completed"}\n'
] as const

/** Text of every sort. */
export const text = map(array(Arbitrary.schema(Schema.Literals(pieces)), { maxLength: 8 }), (all) => all.join(""))

const json: Arbitrary.Arbitrary<unknown> = oneOf<unknown>(
  text,
  finite,
  flag,
  Constant(null),
  Constant({}),
  array(oneOf<unknown>(text, finite), { maxLength: 3 }),
  map(all({ key: text, value: text }), ({ key, value }) => Object.fromEntries([[`k${key}`, { snake_case: value }]]))
)

interface WireItem {
  readonly wire: Readonly<Record<string, unknown>>
  readonly item: ThreadItem
}

const present = <K extends string, A>(key: K, value: A | undefined): { readonly [_ in K]?: A } =>
  // A computed key widens to string.
  (value === undefined ? {} : { [key]: value }) as { readonly [_ in K]?: A }

const item: Arbitrary.Arbitrary<WireItem> = oneOf<WireItem>(
  map(all({ id: text, text }), ({ id, text }) => ({
    wire: { id, type: "agent_message", text },
    item: { _tag: "AgentMessage", id, text }
  })),
  map(all({ id: text, text }), ({ id, text }) => ({
    wire: { id, type: "reasoning", text },
    item: { _tag: "Reasoning", id, text }
  })),
  map(
    all({ id: text, command: text, output: text, code: maybe(finite), status: text }),
    ({ code, command, id, output, status }) => ({
      wire: { id, type: "command_execution", command, aggregated_output: output, exit_code: code ?? null, status },
      item: { _tag: "CommandExecution", id, command, aggregatedOutput: output, ...present("exitCode", code), status }
    })
  ),
  map(all({ id: text, changes: array(all({ path: text, kind: text })), status: text }), ({ changes, id, status }) => ({
    wire: { id, type: "file_change", changes, status },
    item: { _tag: "FileChange", id, changes, status }
  })),
  map(
    all({
      call: all({ id: text, server: text, tool: text, arguments: json, status: text }),
      content: maybe(array(json, { maxLength: 3 })),
      structured: json,
      error: maybe(text)
    }),
    ({ call, content, error, structured }) => {
      const structuredContent = structured === null ? {} : { structuredContent: structured }
      const result: McpToolCallResult | undefined =
        content === undefined ? undefined : { content, ...structuredContent }
      return {
        wire: {
          ...call,
          type: "mcp_tool_call",
          result: content === undefined ? null : { content, structured_content: structured },
          error: error === undefined ? null : { message: error }
        },
        item: {
          _tag: "McpToolCall",
          ...call,
          ...present("result", result),
          ...present("error", error === undefined ? undefined : { message: error })
        }
      }
    }
  ),
  map(
    all({ id: text, tool: text, sender: text, receivers: array(text), prompt: maybe(text), status: text }),
    ({ id, prompt, receivers, sender, status, tool }) => ({
      wire: {
        id,
        type: "collab_tool_call",
        tool,
        sender_thread_id: sender,
        receiver_thread_ids: receivers,
        prompt: prompt ?? null,
        agents_states: Object.fromEntries(receivers.map((name) => [name, { status, message: prompt ?? null }])),
        status
      },
      item: {
        _tag: "CollabToolCall",
        id,
        tool,
        senderThreadId: sender,
        receiverThreadIds: receivers,
        ...present("prompt", prompt),
        agentStates: Object.fromEntries(receivers.map((name) => [name, { status, ...present("message", prompt) }])),
        status
      }
    })
  ),
  map(all({ id: text, query: text, action: maybe(all({ type: text, queries: array(text) })) }), (search) => ({
    wire: { ...search, type: "web_search" },
    item: { _tag: "WebSearch", id: search.id, query: search.query, ...present("action", search.action) }
  })),
  map(all({ id: text, items: array(all({ text, completed: flag })) }), (list) => ({
    wire: { ...list, type: "todo_list" },
    item: { _tag: "TodoList", ...list }
  })),
  map(all({ id: text, message: text }), ({ id, message }) => ({
    wire: { id, type: "error", message },
    item: { _tag: "Error", id, message }
  })),
  map(all({ id: text, kind: text, value: json }), ({ id, kind, value }) => {
    const wire = { id, type: `new_${kind}`, value }
    return { wire, item: { _tag: "UnknownItem", id, type: wire.type, raw: wire, issue: "Unknown type of item" } }
  })
)

const itemEvents = [
  ["item.started", "ItemStarted"],
  ["item.updated", "ItemUpdated"],
  ["item.completed", "ItemCompleted"]
] as const

const itemLine: Arbitrary.Arbitrary<WireLine> = map(
  all({ item, kind: Arbitrary.schema(Schema.Literals([0, 1, 2])) }),
  ({ item, kind }) => {
    const [type, _tag] = itemEvents[kind]
    return { line: JSON.stringify({ type, item: item.wire }), event: { _tag, item: item.item } }
  }
)

/** Text that an argument of codex can hold, which its thread ids become. */
const usable = (id: string): string => `t${id}`.replaceAll("\0", "").toWellFormed()

/** The first event of a turn. */
export const threadStarted: Arbitrary.Arbitrary<WireLine> = map(text, (id) => ({
  line: JSON.stringify({ type: "thread.started", thread_id: usable(id) }),
  event: { _tag: "ThreadStarted", threadId: ThreadId.make(usable(id)) }
}))

/** Every event but the ends of a turn, and lines that are none. */
export const wireLine: Arbitrary.Arbitrary<WireLine> = oneOf<WireLine>(
  itemLine,
  itemLine,
  itemLine,
  threadStarted,
  Constant<WireLine>({ line: '{"type":"turn.started"}', event: { _tag: "TurnStarted" } }),
  map(text, (message) => ({
    line: JSON.stringify({ type: "error", message }),
    event: { _tag: "ThreadError", message }
  })),
  map(all({ kind: text, value: json }), ({ kind, value }) => {
    const raw = { type: `new.${kind}`, value }
    return {
      line: JSON.stringify(raw),
      event: { _tag: "UnknownEvent", type: raw.type, raw, issue: "Unknown type of event" }
    }
  }),
  map(text, (banner) => {
    // Printed as it is, but a line cannot hold its end, nor UTF-8 half a character.
    const line = `> ${banner.replaceAll(/[\r\n]/g, "").toWellFormed()}`
    return { line, event: { _tag: "UnknownEvent", raw: line, issue: "Expected a line of JSON" } }
  })
)

/** The good end of a turn. */
export const turnCompleted: Arbitrary.Arbitrary<WireLine> = map(maybe(natural), (tokens) => {
  const usage: Usage | undefined =
    tokens === undefined
      ? undefined
      : {
          inputTokens: tokens,
          cachedInputTokens: 1,
          cacheWriteInputTokens: 2,
          outputTokens: 3,
          reasoningOutputTokens: 4
        }
  const wire = {
    input_tokens: tokens,
    cached_input_tokens: 1,
    cache_write_input_tokens: 2,
    output_tokens: 3,
    reasoning_output_tokens: 4
  }
  return {
    line: JSON.stringify({ type: "turn.completed", ...present("usage", tokens === undefined ? undefined : wire) }),
    event: { _tag: "TurnCompleted", ...present("usage", usage) }
  }
})

/** Cuts bytes at the given places, taken modulo the length. */
export const cut = (bytes: Uint8Array, places: ReadonlyArray<number>): ReadonlyArray<Uint8Array> => {
  const ends = [...places.map((place) => place % (bytes.length + 1)), bytes.length].toSorted((a, b) => a - b)
  return ends.map((end, index) => bytes.subarray(ends[index - 1] ?? 0, end))
}
