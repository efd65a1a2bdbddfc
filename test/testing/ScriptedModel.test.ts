import { NodeServices } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as FileSystem from "effect/FileSystem"
import * as HttpClient from "effect/http/HttpClient"
import {
  applyPatch,
  assistantMessage,
  customToolCall,
  functionCall,
  type ModelReply,
  type ModelWebSearchAction,
  outputItem,
  pause,
  reasoning,
  reply,
  replyCut,
  replyError,
  replyFailed,
  replyHanging,
  replyIncomplete,
  replyRaw,
  shellCommand,
  sseEvent,
  sseText,
  streamedMessage,
  webSearch
} from "../../src/testing/ModelReply.ts"
import { type ModelScript, promptOf, ScriptedModel, toolOutputOf } from "../../src/testing/ScriptedModel.ts"
import { modelLayer, runCodex, turn, completedItems, messages, failure } from "./scriptedCodex.ts"

describe("ScriptedModel", { concurrent: true }, () => {
  describe("outputs", () => {
    it.live("answers a real codex with a message and the default usage", () =>
      Effect.gen(function* () {
        const { lines, exitCode, requests } = yield* turn([reply("Hi!")], { prompt: "Say hi\nplease" })
        assert.strictEqual(exitCode, 0)
        assert.deepStrictEqual(messages(lines), ["Hi!"])
        assert.deepStrictEqual(lines.at(-1), {
          type: "turn.completed",
          usage: {
            input_tokens: 42,
            cached_input_tokens: 12,
            cache_write_input_tokens: 0,
            output_tokens: 5,
            reasoning_output_tokens: 2
          }
        })
        const [request] = requests
        assert.lengthOf(requests, 1)
        assert.isDefined(request)
        assert.strictEqual(request.method, "POST")
        assert.strictEqual(request.path, "/v1/responses")
        assert.strictEqual(request.headers["authorization"], "Bearer scripted-model-key")
        assert.strictEqual(promptOf(request), "Say hi\nplease")
      })
    )

    it.live("streams deltas, reasoning and usage numbers", () =>
      Effect.gen(function* () {
        const { lines } = yield* turn([
          reply(
            [
              reasoning(["First.", "Second."]),
              streamedMessage(["Hel", "lo ", "there"], { pause: "5 millis" }),
              pause("5 millis"),
              assistantMessage("Done", { phase: "final_answer" })
            ],
            {
              usage: {
                inputTokens: 1000,
                cachedInputTokens: 900,
                cacheWriteInputTokens: 7,
                outputTokens: 80,
                reasoningOutputTokens: 60
              }
            }
          )
        ])
        assert.deepStrictEqual(
          completedItems(lines).map((item) => [item.type, item["text"]]),
          [
            ["reasoning", "First.\nSecond."],
            ["agent_message", "Hello there"],
            ["agent_message", "Done"]
          ]
        )
        assert.deepStrictEqual(lines.at(-1)?.usage, {
          input_tokens: 1000,
          cached_input_tokens: 900,
          cache_write_input_tokens: 7,
          output_tokens: 80,
          reasoning_output_tokens: 60
        })
      })
    )

    it.live("runs a command and patches a file, and hands the model their outputs", () =>
      Effect.gen(function* () {
        const fs = yield* FileSystem.FileSystem
        const cwd = yield* fs.makeTempDirectoryScoped()
        const { lines, requests } = yield* turn(
          [
            reply(shellCommand("echo from-the-shell; exit 3", { callId: "shell", login: false })),
            reply(applyPatch("*** Begin Patch\n*** Add File: new.txt\n+patched\n*** End Patch\n", { callId: "patch" })),
            reply("Done", { usage: "missing" })
          ],
          { cwd }
        )
        const [command, change, message] = completedItems(lines)
        assert.strictEqual(command?.["exit_code"], 3)
        assert.strictEqual(command?.["aggregated_output"], "from-the-shell\n")
        assert.deepStrictEqual(change?.["changes"], [{ path: `${yield* fs.realPath(cwd)}/new.txt`, kind: "add" }])
        assert.strictEqual(message?.["text"], "Done")
        assert.strictEqual(yield* fs.readFileString(`${cwd}/new.txt`), "patched\n")
        // Two replies with the default counts and one without any.
        assert.strictEqual(lines.at(-1)?.usage?.["input_tokens"], 84)
        assert.deepStrictEqual(
          requests.map((request) => request.index),
          [0, 1, 2]
        )
        const last = requests[2]
        assert.isDefined(last)
        assert.include(toolOutputOf(last, "shell"), "from-the-shell")
        assert.include(toolOutputOf(last, "patch"), "new.txt")
        assert.isUndefined(toolOutputOf(last, "other"))
      }).pipe(Effect.provide(NodeServices.layer))
    )

    it.live("gives calls ids of their own, and sends names, namespaces and arguments as they are", () =>
      Effect.gen(function* () {
        const { requests } = yield* turn([
          reply([
            functionCall("echo", { text: "a" }, { namespace: "mcp__none" }),
            functionCall("exec_command", "{ not json"),
            customToolCall("no_such_tool", "raw input")
          ]),
          reply("Done")
        ])
        const last = requests[1]
        assert.isDefined(last)
        const calls = last.body.input.filter((item) => item.type?.endsWith("_call"))
        assert.deepStrictEqual(
          calls.map((call) => [
            call.type,
            call.call_id,
            call["namespace"],
            call["name"],
            call["arguments"] ?? call["input"]
          ]),
          [
            ["function_call", "call_0_0", "mcp__none", "echo", '{"text":"a"}'],
            ["function_call", "call_0_1", undefined, "exec_command", "{ not json"],
            ["custom_tool_call", "call_0_2", undefined, "no_such_tool", "raw input"]
          ]
        )
        assert.include(toolOutputOf(last, "call_0_1"), "failed to parse function arguments")
      })
    )

    it.live("reports web searches of every kind", () =>
      Effect.gen(function* () {
        const actions: Array<ModelWebSearchAction> = [
          { type: "search", query: "effect ts" },
          { type: "open_page", url: "https://effect.website" },
          { type: "find_in_page", url: "https://effect.website", pattern: "Layer" },
          { type: "other" }
        ]
        const { lines } = yield* turn([
          reply([webSearch("effect ts", { id: "ws" }), ...actions.slice(1).map((action) => webSearch(action)), "Done"])
        ])
        const searches = completedItems(lines).filter((item) => item.type === "web_search")
        assert.strictEqual(searches[0]?.["id"], "ws")
        assert.deepStrictEqual(
          searches.map((search) => search["action"]),
          actions
        )
      })
    )

    it.live("sends raw items, events and text as they are", () =>
      Effect.gen(function* () {
        const content = [{ type: "output_text", text: "raw item" }]
        const item = { type: "message", role: "assistant", id: "m", content }
        const { lines } = yield* turn([
          reply([
            sseText("data: {broken\n\n"),
            outputItem({ type: "from_the_future" }),
            outputItem(item),
            sseEvent({
              type: "response.output_item.done",
              item: { ...item, content: [{ type: "output_text", text: "raw event" }] }
            })
          ])
        ])
        assert.deepStrictEqual(messages(lines), ["raw item", "raw event"])
      })
    )

    it.live("leaves a message unfinished", () =>
      Effect.gen(function* () {
        const { lines, exitCode } = yield* turn([reply(streamedMessage(["half"], { unfinished: true }))])
        assert.strictEqual(exitCode, 0)
        assert.deepStrictEqual(messages(lines), [])
      })
    )
  })

  describe("failures", () => {
    const cases: ReadonlyArray<readonly [string, ModelReply, string]> = [
      [
        "429 usage_limit_reached",
        replyError(429, { type: "usage_limit_reached", message: "limit", plan_type: "pro", resets_at: 4_102_444_800 }),
        "hit your usage limit"
      ],
      [
        "404 model_not_found",
        replyError(404, { code: "model_not_found", message: "The model `x` does not exist" }),
        "The model `x` does not exist"
      ],
      ["500", replyError(500, {}, { headers: { "retry-after": "1" } }), "high demand"],
      [
        "response.failed",
        replyFailed({ code: "context_length_exceeded", message: "too long" }, "partial"),
        "context window"
      ],
      ["response.incomplete", replyIncomplete("max_output_tokens", "partial"), "max_output_tokens"],
      ["a cut stream", replyCut("partial"), "stream disconnected before completion"],
      ["a body that is no event stream", replyRaw("<html>garbage"), "stream closed before response.completed"]
    ]
    it.live.each(cases)("fails the turn at once: %s", ([, scripted, expected]) =>
      Effect.gen(function* () {
        const { lines, exitCode, requests } = yield* turn([scripted])
        assert.strictEqual(exitCode, 1)
        assert.include(failure(lines), expected)
        assert.lengthOf(requests, 1)
        assert.deepStrictEqual(
          messages(lines),
          scripted._tag === "StreamReply" && scripted.outputs.length > 0 ? ["partial"] : []
        )
      })
    )

    it.live("says so when the script is exhausted", () =>
      Effect.gen(function* () {
        const { lines } = yield* turn([reply(shellCommand("true", { login: false }))])
        assert.include(failure(lines), "ScriptedModel: no reply is scripted for request 1")
      })
    )

    it.live("says so when a script function throws or dies", () =>
      Effect.gen(function* () {
        const thrown = yield* turn(() => {
          throw new Error("bug in the script")
        })
        assert.include(failure(thrown.lines), "ScriptedModel: the script failed on request 0: Error: bug in the script")
        const died = yield* turn(() => Effect.die(new Error("another bug")))
        assert.include(failure(died.lines), "another bug")
      })
    )

    it.live("lets codex retry when retries are asked for", () =>
      Effect.gen(function* () {
        const { lines, exitCode, requests } = yield* turn([replyCut(), reply("recovered")], { maxRetries: 1 })
        assert.strictEqual(exitCode, 0)
        assert.lengthOf(requests, 2)
        assert.include(lines.find((line) => line.type === "error")?.message, "Reconnecting... 1/1")
        assert.deepStrictEqual(messages(lines), ["recovered"])
      })
    )
  })

  it.live("asks a function for each reply, which sees the request", () =>
    Effect.gen(function* () {
      const { lines, requests } = yield* turn(
        (request) => {
          const output = toolOutputOf(request, "calc")
          return output === undefined
            ? reply(shellCommand("echo $((6 * 7))", { callId: "calc", login: false }))
            : Effect.succeed(reply(`${promptOf(request)} ${/\b42\b/.exec(output)?.[0]}`))
        },
        { prompt: "The answer is" }
      )
      assert.deepStrictEqual(messages(lines), ["The answer is 42"])
      assert.lengthOf(requests, 2)
    })
  )

  it.live("interrupts the reply when codex goes away", () =>
    Effect.gen(function* () {
      const asked = yield* Deferred.make<void>()
      const interrupted = yield* Deferred.make<void>()
      const script: ModelScript = () =>
        Effect.andThen(Deferred.succeed(asked, undefined), Effect.never).pipe(
          Effect.onInterrupt(() => Deferred.succeed(interrupted, undefined))
        )
      yield* Effect.gen(function* () {
        const running = yield* Effect.forkChild(runCodex({}))
        yield* Deferred.await(asked)
        yield* Fiber.interrupt(running)
        yield* Deferred.await(interrupted)
        assert.lengthOf(yield* ScriptedModel.use((model) => model.requests), 1)
      }).pipe(Effect.provide(modelLayer(script)))
    })
  )

  it.live("shows what arrived before a reply that hangs", () =>
    Effect.gen(function* () {
      const shown = yield* Deferred.make<void>()
      yield* Effect.gen(function* () {
        const running = yield* Effect.forkChild(
          runCodex({
            onLine: (line) => (line.type === "item.completed" ? Deferred.succeed(shown, undefined) : Effect.void)
          })
        )
        yield* Deferred.await(shown)
        yield* Fiber.interrupt(running)
      }).pipe(Effect.provide(modelLayer([replyHanging("partial")])))
    })
  )

  it.live("works with codex's own provider and openai_base_url", () =>
    Effect.gen(function* () {
      const { url } = yield* ScriptedModel
      const { lines, requests } = yield* runCodex({ config: { openai_base_url: url } })
      assert.deepStrictEqual(
        lines.map((line) => line.type),
        ["thread.started", "turn.started", "item.completed", "turn.completed"]
      )
      assert.deepStrictEqual(messages(lines), ["Hi!"])
      assert.lengthOf(requests, 1)
      const other = yield* HttpClient.get(`${url}/models`)
      assert.strictEqual(other.status, 404)
      assert.property(yield* other.json, "error")
    }).pipe(Effect.provide(modelLayer([reply("Hi!")])))
  )
})
