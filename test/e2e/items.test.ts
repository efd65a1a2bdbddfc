import { assert, describe, it } from "@effect/vitest"
import { Codex, type ConfigObject, type Turn } from "effect-codex"
import {
  applyPatch,
  functionCall,
  type ModelOutputs,
  type ModelScript,
  reasoning,
  reply,
  shellCommand,
  streamedMessage,
  webSearch
} from "effect-codex/testing"
import * as Effect from "effect/Effect"
import { fileURLToPath } from "node:url"
import { realCodex, Workspace } from "../support/realCodex.ts"
import { assertItems, transports } from "../support/transports.ts"

const mcp = (name: string, args = {}) => functionCall(name, args, { namespace: "mcp__tiny" })

const plan = (status: string) => functionCall("update_plan", { plan: [{ step: "one", status }] })

const tagsOf = ({ items }: Turn) => items.map((item) => item._tag)

describe.each(transports)("items of the real binary over %s", (transport) => {
  const turnOfReplies = (
    replies: ModelScript,
    options: { readonly config?: ConfigObject; readonly model?: string } = {}
  ) =>
    Effect.gen(function* () {
      const codex = yield* Codex
      const workspace = yield* Workspace
      const thread = yield* codex.startThread({ ...workspace.options, ...options })
      const turn = yield* thread.run("do it")
      return { turn, directory: workspace.directory }
    }).pipe(Effect.provide(realCodex(replies, { transport })))

  /** A turn in which the model does something and then says "done". */
  const turnOf = (outputs: ModelOutputs) => turnOfReplies([reply(outputs), reply("done")])

  it.live("reads messages and reasoning", () =>
    Effect.gen(function* () {
      const { turn } = yield* turnOfReplies([
        reply([reasoning(["First thought", "second"]), streamedMessage(["Hel", "lo"])])
      ])
      assertItems(transport, turn.items, [
        { _tag: "Reasoning", id: "item_0", text: "First thought\nsecond" },
        { _tag: "AgentMessage", id: "item_1", text: "Hello" }
      ])
      assert.strictEqual(turn.finalResponse, "Hello")
    })
  )

  it.live("keeps line separators that are no line ends", () =>
    Effect.gen(function* () {
      const text = "a\u2028b\u2029c\u0085d\r\ne 🙂"
      const { turn } = yield* turnOfReplies([reply(text)])
      assert.strictEqual(turn.finalResponse, text)
    })
  )

  it.live("reads a command that succeeds and one that fails", () =>
    Effect.gen(function* () {
      const { turn } = yield* turnOfReplies([
        reply(shellCommand("echo out; echo err >&2")),
        reply(shellCommand("exit 3")),
        reply("done")
      ])
      const commands = turn.items.filter((item) => item._tag === "CommandExecution")
      assert.deepStrictEqual(
        commands.map(({ exitCode, status }) => ({ exitCode, status })),
        [
          { exitCode: 0, status: "completed" },
          { exitCode: 3, status: "failed" }
        ]
      )
      assert.include(commands[0]?.aggregatedOutput, "out\n")
      assert.include(commands[0]?.aggregatedOutput, "err\n")
      assert.include(commands[0]?.command, "echo out")
    })
  )

  it.live("reads a file change", () =>
    Effect.gen(function* () {
      const { directory, turn } = yield* turnOf(
        applyPatch("*** Begin Patch\n*** Add File: new.txt\n+hello\n*** End Patch\n")
      )
      assertItems(transport, turn.items, [
        {
          _tag: "FileChange",
          id: "item_0",
          changes: [{ path: `${directory}/new.txt`, kind: "add" }],
          status: "completed"
        },
        { _tag: "AgentMessage", id: "item_1", text: "done" }
      ])
    })
  )

  it.live("reads MCP calls that succeed, fail and lose their server", () =>
    Effect.gen(function* () {
      const server = fileURLToPath(new URL("../support/mcpServer.ts", import.meta.url))
      const { turn } = yield* turnOfReplies(
        [reply(mcp("echo", { text: "yo" })), reply(mcp("fail")), reply(mcp("die")), reply("done")],
        {
          config: {
            // Required, so that codex waits until it has begun.
            mcp_servers: {
              tiny: { command: process.execPath, args: [server], required: true, startup_timeout_sec: 120 }
            }
          }
        }
      )
      const calls = turn.items.filter((item) => item._tag === "McpToolCall")
      assert.deepStrictEqual(
        calls.map(({ server, status, tool }) => ({ server, status, tool })),
        [
          { server: "tiny", status: "completed", tool: "echo" },
          { server: "tiny", status: "failed", tool: "fail" },
          { server: "tiny", status: "failed", tool: "die" }
        ]
      )
      assert.deepStrictEqual(calls[0]?.arguments, { text: "yo" })
      assert.deepStrictEqual(calls[0]?.result, {
        content: [{ type: "text", text: "echo: yo" }],
        structuredContent: { n: 1 }
      })
      assert.deepStrictEqual(calls[1]?.result?.content, [{ type: "text", text: "tool says no" }])
      assert.include(calls[2]?.error?.message, "tiny/die")
    })
  )

  it.live("reads web searches of every kind", () =>
    Effect.gen(function* () {
      const { turn } = yield* turnOfReplies([
        reply([
          webSearch({ type: "search", query: "effect" }),
          webSearch({ type: "open_page", url: "http://x/" }),
          webSearch({ type: "find_in_page", url: "http://x/", pattern: "p" }),
          "done"
        ])
      ])
      const searches = turn.items.filter((item) => item._tag === "WebSearch")
      assert.deepStrictEqual(
        searches.map(({ action }) => action),
        [
          { type: "search", query: "effect" },
          { type: "open_page", url: "http://x/" },
          { type: "find_in_page", url: "http://x/", pattern: "p" }
        ]
      )
    })
  )

  it.live("reads a plan and its updates", () =>
    Effect.gen(function* () {
      const { turn } = yield* turnOfReplies([reply(plan("in_progress")), reply(plan("completed")), reply("done")], {
        config: { tools: { update_plan: { enabled: true } } }
      })
      assertItems(transport, turn.items, [
        { _tag: "AgentMessage", id: "item_1", text: "done" },
        { _tag: "TodoList", id: "item_0", items: [{ text: "one", completed: true }] }
      ])
    })
  )

  it.live("reads calls between agents", () =>
    Effect.gen(function* () {
      const collaboration = { namespace: "collaboration" }
      const { turn } = yield* turnOfReplies((request) => {
        const called = (name: string) => request.body.input.some((item) => item["name"] === name)
        if (!JSON.stringify(request.body.input).includes("do it")) return reply("child done")
        if (!called("spawn_agent")) {
          const task = { task_name: "child", message: "a task of its own", fork_turns: "none" }
          return reply(functionCall("spawn_agent", task, collaboration))
        }
        return called("wait_agent") ? reply("done") : reply(functionCall("wait_agent", {}, collaboration))
      })
      const call = turn.items.find((item) => item._tag === "CollabToolCall")
      assert.strictEqual(call?.tool, "wait")
      assert.strictEqual(call?.status, "completed")
      assert.strictEqual(call?.senderThreadId, turn.threadId)
    })
  )

  it.live("reads errors that do not end the turn", () =>
    Effect.gen(function* () {
      const { turn } = yield* turnOfReplies([reply("done")], { model: "no-such-model" })
      assert.deepStrictEqual(tagsOf(turn), ["Error", "AgentMessage"])
    })
  )

  it.live("keeps a command that still runs when the turn ends", () =>
    Effect.gen(function* () {
      const { turn } = yield* turnOf(shellCommand("sleep 300", { yieldTimeMs: 250 }))
      assert.deepStrictEqual(tagsOf(turn), ["AgentMessage", "CommandExecution"])
      assert.include(turn.items[1], { _tag: "CommandExecution", status: "in_progress" })
    })
  )
})
