import { assert, describe, it } from "@effect/vitest"
import { Codex, type ThreadOptions, type ToolSet } from "effect-codex"
import {
  functionCall,
  type ModelRequest,
  type ModelScript,
  reply,
  ScriptedModel,
  toolOutputOf
} from "effect-codex/testing"
import { AppServer } from "effect-codex/app-server"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { codexTools } from "../../src/internal/optionSchemas.ts"
import { Workspace } from "../support/realCodex.ts"
import { callOverServer, overServer, scriptedModel } from "../support/toolTransports.ts"

const toolsThat = (text: string, name = "lookup"): ToolSet => ({
  specs: [{ name, description: `Does ${text}`, inputSchema: { type: "object" } }],
  call: (called) => Effect.succeed({ success: true, text: `${text} by ${called}` })
})

const options = (tools?: ToolSet) =>
  Workspace.useSync((workspace): ThreadOptions => ({ ...workspace.options, ...(tools === undefined ? {} : { tools }) }))

/** A turn that starts a thread, and the thread's id. */
const started = (tools?: ToolSet) =>
  Effect.gen(function* () {
    const codex = yield* Codex
    const thread = yield* codex.startThread(yield* options(tools))
    return (yield* thread.run("first")).threadId
  })

const resumed = (id: string, tools?: ToolSet) =>
  Effect.gen(function* () {
    const codex = yield* Codex
    return yield* (yield* codex.resumeThread(id, yield* options(tools))).run("go")
  })

/** Whether a tool was called before the request. */
const has = ({ body }: ModelRequest, name: string) => body.input.some((item) => item["name"] === name)

/** Whether the request is of an agent that was given the task. */
const isChild = ({ body }: ModelRequest) =>
  body.input.some((item) => item.type !== "function_call" && JSON.stringify(item).includes("a task of its own"))

/** The model calls the tool whenever it is asked to go, and says what it was told. */
const goes: ModelScript = (request) => {
  const last = request.body.input.at(-1)
  if (last?.type === "function_call_output") return reply(toolOutputOf(request, `call_${request.index - 1}_0`) ?? "")
  return JSON.stringify(last).includes('"go"') ? reply(callOverServer("lookup", {})) : reply("hello")
}

const on = <A, E>(
  script: ModelScript,
  test: Effect.Effect<A, E, AppServer | Codex | ScriptedModel | Scope.Scope | Workspace>
) => test.pipe(Effect.scoped, Effect.provide(overServer), Effect.provide(scriptedModel(script)))

describe("tools over codex app-server", () => {
  it.live("answer the calls of a thread that is resumed on another server", () =>
    Effect.gen(function* () {
      const id = yield* started(toolsThat("old")).pipe(Effect.provide(overServer))
      const turn = yield* resumed(id, toolsThat("new")).pipe(Effect.provide(overServer))
      assert.strictEqual(turn.finalResponse, "new by lookup")
      // codex goes on telling the model what the thread was started with.
      const [, second] = yield* ScriptedModel.use(({ requests }) => requests)
      assert.include(JSON.stringify(second?.body), "Does old")
      assert.notInclude(JSON.stringify(second?.body), "Does new")
    }).pipe(Effect.provide(scriptedModel(goes)))
  )

  it.live("answer with the handlers that a thread is resumed with on the same server", () =>
    on(
      goes,
      Effect.gen(function* () {
        const id = yield* started(toolsThat("old"))
        assert.strictEqual((yield* resumed(id, toolsThat("new"))).finalResponse, "new by lookup")
      })
    )
  )

  it.live("answer the calls of a fork", () =>
    on(
      goes,
      Effect.gen(function* () {
        const codex = yield* Codex
        const id = yield* started(toolsThat("old"))
        const fork = yield* codex.forkThread(id, yield* options(toolsThat("of the fork")))
        assert.strictEqual((yield* fork.run("go")).finalResponse, "of the fork by lookup")
      })
    )
  )

  it.live("that are not given again are refused to the model", () =>
    on(
      goes,
      Effect.gen(function* () {
        const id = yield* started(toolsThat("old"))
        const turn = yield* resumed(id)
        assert.include(turn.finalResponse, "The application does not offer it any more")
        assert.deepInclude(turn.items[0], { _tag: "DynamicToolCall", success: false })
      })
    )
  )

  it.live("can not be given to a thread that was started without them", () =>
    on(
      goes,
      Effect.gen(function* () {
        const turn = yield* resumed(yield* started(), toolsThat("new"))
        assert.strictEqual(turn.finalResponse, "unsupported call: lookup")
      })
    )
  )

  it.live("can be called by an agent that the agent has started with its history", () => {
    const collaboration = { namespace: "collaboration" }
    return on(
      (request) => {
        if (isChild(request)) {
          return has(request, "lookup")
            ? reply(String(toolOutputOf(request, "child")))
            : reply(callOverServer("lookup", {}, "child"))
        }
        if (!has(request, "spawn_agent")) {
          const task = { task_name: "child", message: "a task of its own", fork_turns: "all" }
          return reply(functionCall("spawn_agent", task, collaboration))
        }
        if (!has(request, "wait_agent")) return reply(functionCall("wait_agent", {}, collaboration))
        return reply("done")
      },
      Effect.gen(function* () {
        yield* started(toolsThat("parent's"))
        const requests = yield* ScriptedModel.use((model) => model.requests)
        const told = requests.flatMap((request) => toolOutputOf(request, "child") ?? [])
        assert.strictEqual(told[0], "parent's by lookup")
      })
    )
  })

  it.live("are refused the names under which codex has its own", () => {
    const names = [...codexTools, "mine"]
    const dynamicTools = names.map(
      (name) => ({ type: "function", name, description: "Mine", inputSchema: { type: "object" } }) as const
    )
    const turnOf = Effect.fn(function* (model: string | undefined) {
      const server = yield* AppServer
      const { options: workspace } = yield* Workspace
      const { thread } = yield* server.request("thread/start", {
        ...(model === undefined ? {} : { model }),
        ...(workspace.workingDirectory === undefined ? {} : { cwd: workspace.workingDirectory }),
        config: { "features.request_permissions_tool": true, "tools.update_plan.enabled": true },
        dynamicTools
      })
      const completed = yield* Stream.toPull(server.notifications("turn/completed"))
      const input = [{ type: "text", text: "go", text_elements: [] }] as const
      yield* server.request("turn/start", { threadId: thread.id, input })
      yield* completed
    })
    return on(
      (request) =>
        has(request, "mine") ? reply("done") : reply(names.map((name) => functionCall(name, {}, { callId: name }))),
      Effect.gen(function* () {
        // Not every model has all of them.
        yield* turnOf(undefined)
        yield* turnOf("gpt-5.5")
        const requests = yield* ScriptedModel.use((model) => model.requests)
        const ofCodex = requests
          .filter((request) => has(request, "mine"))
          .flatMap((request) =>
            names.filter((name) => !toolOutputOf(request, name)?.startsWith("The tool can not be called"))
          )
        assert.sameMembers([...new Set(ofCodex)], [...codexTools])
      })
    )
  })
})
