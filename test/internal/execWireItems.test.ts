import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { decodeEvent } from "../../src/internal/execWire.ts"
import type { ThreadItem } from "../../src/ThreadItem.ts"
import { exactly } from "../support/exactly.ts"

const command = {
  id: "item_1",
  type: "command_execution",
  command: "/bin/bash -lc ls",
  aggregated_output: "",
  exit_code: null,
  status: "in_progress"
}

const items: ReadonlyArray<readonly [string, Record<string, unknown>, ThreadItem]> = [
  [
    "an agent message",
    { id: "item_0", type: "agent_message", text: "" },
    { _tag: "AgentMessage", id: "item_0", text: "" }
  ],
  ["reasoning", { id: "item_0", type: "reasoning", text: "a\nb" }, { _tag: "Reasoning", id: "item_0", text: "a\nb" }],
  [
    "a command that runs",
    command,
    {
      _tag: "CommandExecution",
      id: "item_1",
      command: "/bin/bash -lc ls",
      aggregatedOutput: "",
      status: "in_progress"
    }
  ],
  [
    "a command that failed",
    { ...command, aggregated_output: "no\n", exit_code: 3, status: "failed" },
    {
      _tag: "CommandExecution",
      id: "item_1",
      command: "/bin/bash -lc ls",
      aggregatedOutput: "no\n",
      exitCode: 3,
      status: "failed"
    }
  ],
  [
    "a command without an exit code",
    { id: "c", type: "command_execution", command: "x", aggregated_output: "", status: "declined" },
    { _tag: "CommandExecution", id: "c", command: "x", aggregatedOutput: "", status: "declined" }
  ],
  [
    "a file change",
    {
      id: "item_2",
      type: "file_change",
      changes: [
        { path: "/a", kind: "add" },
        { path: "/b", kind: "delete" }
      ],
      status: "completed"
    },
    {
      _tag: "FileChange",
      id: "item_2",
      changes: [
        { path: "/a", kind: "add" },
        { path: "/b", kind: "delete" }
      ],
      status: "completed"
    }
  ],
  [
    "an MCP call that runs",
    {
      id: "item_3",
      type: "mcp_tool_call",
      server: "s",
      tool: "t",
      arguments: { a: null },
      result: null,
      error: null,
      status: "in_progress"
    },
    { _tag: "McpToolCall", id: "item_3", server: "s", tool: "t", arguments: { a: null }, status: "in_progress" }
  ],
  [
    "an MCP call without arguments",
    { id: "item_3", type: "mcp_tool_call", server: "s", tool: "t", status: "completed" },
    { _tag: "McpToolCall", id: "item_3", server: "s", tool: "t", arguments: null, status: "completed" }
  ],
  [
    "an MCP call with a result",
    {
      id: "item_3",
      type: "mcp_tool_call",
      server: "s",
      tool: "t",
      arguments: {},
      result: { content: [{ type: "text", text: "x" }], structured_content: { snake_case: 1 }, _meta: { k: null } },
      error: null,
      status: "completed"
    },
    {
      _tag: "McpToolCall",
      id: "item_3",
      server: "s",
      tool: "t",
      arguments: {},
      result: {
        content: [{ type: "text", text: "x" }],
        structuredContent: { snake_case: 1 },
        meta: { k: null }
      },
      status: "completed"
    }
  ],
  [
    "an MCP call that failed",
    {
      id: "item_3",
      type: "mcp_tool_call",
      server: "s",
      tool: "t",
      arguments: {},
      result: null,
      error: { message: "boom" },
      status: "failed"
    },
    {
      _tag: "McpToolCall",
      id: "item_3",
      server: "s",
      tool: "t",
      arguments: {},
      error: { message: "boom" },
      status: "failed"
    }
  ],
  [
    "an MCP call whose tool reports an error",
    {
      id: "item_3",
      type: "mcp_tool_call",
      server: "s",
      tool: "t",
      arguments: {},
      result: { content: [], structured_content: null },
      error: null,
      status: "failed"
    },
    {
      _tag: "McpToolCall",
      id: "item_3",
      server: "s",
      tool: "t",
      arguments: {},
      result: { content: [] },
      status: "failed"
    }
  ],
  [
    "a call between agents",
    {
      id: "item_4",
      type: "collab_tool_call",
      tool: "spawn_agent",
      sender_thread_id: "p",
      receiver_thread_ids: ["c"],
      prompt: "go",
      agents_states: { c: { status: "running", message: null }, d: { status: "completed", message: "done" } },
      status: "completed"
    },
    {
      _tag: "CollabToolCall",
      id: "item_4",
      tool: "spawn_agent",
      senderThreadId: "p",
      receiverThreadIds: ["c"],
      prompt: "go",
      agentStates: { c: { status: "running" }, d: { status: "completed", message: "done" } },
      status: "completed"
    }
  ],
  [
    "a call between agents without a prompt",
    {
      id: "item_4",
      type: "collab_tool_call",
      tool: "wait",
      sender_thread_id: "p",
      receiver_thread_ids: [],
      prompt: null,
      agents_states: {},
      status: "in_progress"
    },
    {
      _tag: "CollabToolCall",
      id: "item_4",
      tool: "wait",
      senderThreadId: "p",
      receiverThreadIds: [],
      agentStates: {},
      status: "in_progress"
    }
  ],
  [
    "a web search",
    {
      type: "web_search",
      id: "ws1",
      query: "q",
      action: { type: "search", query: "q", queries: ["q", "r"], url: null, pattern: null }
    },
    { _tag: "WebSearch", id: "ws1", query: "q", action: { type: "search", query: "q", queries: ["q", "r"] } }
  ],
  [
    "a web search in a page",
    { type: "web_search", id: "ws1", query: "q", action: { type: "find_in_page", url: "http://x/", pattern: "p" } },
    { _tag: "WebSearch", id: "ws1", query: "q", action: { type: "find_in_page", url: "http://x/", pattern: "p" } }
  ],
  [
    "a web search without an action",
    { type: "web_search", id: "ws1", query: "q", action: null },
    { _tag: "WebSearch", id: "ws1", query: "q" }
  ],
  [
    "a todo list",
    { id: "item_5", type: "todo_list", items: [{ text: "one", completed: true }] },
    { _tag: "TodoList", id: "item_5", items: [{ text: "one", completed: true }] }
  ],
  ["an error", { id: "item_6", type: "error", message: "odd" }, { _tag: "Error", id: "item_6", message: "odd" }]
]

describe("execWire", () => {
  describe("items", () => {
    it.effect.each(items)("maps %s", ([, wire, item]) =>
      Effect.sync(() => {
        for (const [type, _tag] of [
          ["item.started", "ItemStarted"],
          ["item.updated", "ItemUpdated"],
          ["item.completed", "ItemCompleted"]
        ] as const) {
          const decoded = decodeEvent({ type, item: wire }, true)
          assert.isUndefined(decoded.issue)
          exactly(decoded.event, { _tag, item })
          assert.isTrue("item" in decoded.event)
          if ("item" in decoded.event) exactly(decoded.event.item, item)
        }
      })
    )

    it.effect.each([
      ["a status", { ...command, status: "queued" }, "status", "queued"],
      [
        "a file's kind",
        { id: "f", type: "file_change", changes: [{ path: "/a", kind: "rename" }], status: "completed" },
        "changes",
        [{ path: "/a", kind: "rename" }]
      ],
      [
        "a search action",
        { id: "w", type: "web_search", query: "q", action: { type: "screenshot" } },
        "action",
        { type: "screenshot" }
      ]
    ] as const)("keeps %s that is new, without an issue", ([, item, field, value]) =>
      Effect.sync(() => {
        const decoded = decodeEvent({ type: "item.completed", item }, true)
        assert.isUndefined(decoded.issue)
        assert.isTrue("item" in decoded.event && decoded.event.item._tag !== "UnknownItem")
        assert.deepStrictEqual("item" in decoded.event ? Reflect.get(decoded.event.item, field) : undefined, value)
      })
    )
  })
})
