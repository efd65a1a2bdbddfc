import { assert, describe, it } from "@effect/vitest"
import { Codex, type Thread, type ToolSet as Tools } from "effect-codex"
import { type ModelScript, promptOf, reply, ScriptedModel, toolOutputOf } from "effect-codex/testing"
import { ToolSet } from "effect-codex/tools"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Schema from "effect/Schema"
import * as Tool from "effect/ai/Tool"
import * as Toolkit from "effect/ai/Toolkit"
import { Workspace } from "../support/realCodex.ts"
import { makeRecorder } from "../support/spans.ts"
import { reasonOf } from "../support/turns.ts"
import {
  callOverExec,
  callOverServer,
  type CallTool,
  overExec,
  overServer,
  scriptedModel
} from "../support/toolTransports.ts"

const Lookup = Tool.make("lookup", {
  description: "Looks up a ticket",
  parameters: Schema.Struct({ id: Schema.String }),
  success: Schema.Struct({ title: Schema.String }),
  failure: Schema.Struct({ reason: Schema.String })
})
const kit = Toolkit.make(Lookup)

type Handler = Parameters<typeof kit.of>[0]["lookup"]

const toolsWith = (lookup: Handler) => ToolSet.make(kit).pipe(Effect.provide(kit.toLayer({ lookup })))

const startThread = (tools: Tools) =>
  Effect.gen(function* () {
    const codex = yield* Codex
    const { options } = yield* Workspace
    return yield* codex.startThread({ ...options, tools })
  })

/** What the model was told of the first call, with all that codex says around it. */
const told = Effect.gen(function* () {
  const [, second] = yield* ScriptedModel.use(({ requests }) => requests)
  return second === undefined ? "" : (toolOutputOf(second, "call_0_0") ?? "")
})

interface Transport {
  readonly name: string
  readonly codex: typeof overExec
  readonly call: CallTool
}

const transports: ReadonlyArray<Transport> = [
  { name: "codex exec", codex: overExec, call: callOverExec },
  // More than is asked for: `AppServer` too.
  { name: "codex app-server", codex: overServer, call: callOverServer }
]

describe.each(transports)("tools over $name", ({ call, codex }) => {
  /** Runs with the model calling `lookup` once with these arguments. */
  const calling = <A, E>(
    args: Readonly<Record<string, unknown>>,
    test: Effect.Effect<A, E, Services>,
    name = "lookup"
  ) => on([reply(call(name, args)), reply("done")], test)
  type Services = Codex | ScriptedModel | Workspace
  const on = <A, E>(script: ModelScript, test: Effect.Effect<A, E, Services>) =>
    test.pipe(Effect.provide(codex), Effect.provide(scriptedModel(script)))

  it.live("gives the model what the handler gives, and reports the call as an item", () =>
    calling(
      { id: "T1" },
      Effect.gen(function* () {
        const thread = yield* startThread(yield* toolsWith(({ id }) => Effect.succeed({ title: `Ticket ${id}` })))
        const turn = yield* thread.run("go")
        assert.include(yield* told, '{"title":"Ticket T1"}')
        const [item] = turn.items
        assert.deepInclude(item, {
          _tag: "DynamicToolCall",
          tool: "lookup",
          arguments: { id: "T1" },
          content: [{ type: "inputText", text: '{"title":"Ticket T1"}' }],
          success: true,
          status: "completed"
        })
        const [first] = yield* ScriptedModel.use(({ requests }) => requests)
        assert.include(JSON.stringify(first?.body), "Looks up a ticket")
      })
    )
  )

  it.live("gives the model a typed failure as such", () =>
    calling(
      { id: "T1" },
      Effect.gen(function* () {
        const thread = yield* startThread(yield* toolsWith(({ id }) => Effect.fail({ reason: `no ${id}` })))
        const turn = yield* thread.run("go")
        assert.include(yield* told, '{"reason":"no T1"}')
        assert.deepInclude(turn.items[0], { _tag: "DynamicToolCall", success: false, status: "failed" })
      })
    )
  )

  it.live("tells the model what is wrong with arguments that do not fit", () =>
    calling(
      { id: 5 },
      Effect.gen(function* () {
        const thread = yield* startThread(yield* toolsWith(() => Effect.die("it ran")))
        const turn = yield* thread.run("go")
        assert.include(yield* told, "The arguments of lookup do not fit. Expected string")
        assert.strictEqual(turn.finalResponse, "done")
      })
    )
  )

  it.live("tells the model no details of a handler that dies", () =>
    calling(
      { id: "T1" },
      Effect.gen(function* () {
        const thread = yield* startThread(yield* toolsWith(() => Effect.die(new Error("planted detail"))))
        const turn = yield* thread.run("go")
        const output = yield* told
        assert.include(output, "The tool lookup failed")
        assert.notInclude(output, "planted detail")
        assert.strictEqual(turn.finalResponse, "done")
      })
    )
  )

  it.live("goes on when the model calls a tool that there is not", () =>
    calling(
      {},
      Effect.gen(function* () {
        const thread = yield* startThread(yield* toolsWith(() => Effect.die("it ran")))
        const turn = yield* thread.run("go")
        assert.include(yield* told, "unsupported call")
        assert.strictEqual(turn.finalResponse, "done")
      }),
      "no_such_tool"
    )
  )

  it.live("interrupts a handler with its turn, and goes on with the thread", () =>
    on(
      ({ body, index }) =>
        index === 0 ? reply(call("lookup", { id: "T1" })) : reply(`saw ${body.input.at(-1)?.role}`),
      Effect.gen(function* () {
        const begun = yield* Deferred.make<void>()
        const interrupted = yield* Deferred.make<void>()
        const thread = yield* startThread(
          yield* toolsWith(() =>
            Effect.andThen(Deferred.succeed(begun, undefined), Effect.never).pipe(
              Effect.onInterrupt(() => Deferred.succeed(interrupted, undefined))
            )
          )
        )
        const turn = yield* Effect.forkChild(thread.run("go"))
        yield* Deferred.await(begun)
        yield* Fiber.interrupt(turn)
        assert.isTrue(yield* Deferred.isDone(interrupted))
        assert.strictEqual((yield* thread.run("go on")).finalResponse, "saw user")
      })
    )
  )

  it.live("refuses a turn of a handler on the thread that waits for it, and runs one on another", () =>
    on(
      (request) =>
        promptOf(request) === "in" || request.index > 0 ? reply("done") : reply(call("lookup", { id: "T1" })),
      Effect.gen(function* () {
        const threads = yield* Deferred.make<ReadonlyArray<Thread["Service"]>>()
        const tools = yield* toolsWith(() =>
          Effect.gen(function* () {
            const [own, other] = yield* Deferred.await(threads)
            assert.isDefined(own)
            assert.isDefined(other)
            assert.deepInclude(yield* Effect.orDie(reasonOf(own.run("in"))), { _tag: "ThreadBusy", usedBy: "stream" })
            return { title: (yield* Effect.orDie(other.run("in"))).finalResponse }
          })
        )
        const thread = yield* startThread(tools)
        yield* Deferred.succeed(threads, [thread, yield* startThread(tools)])
        yield* thread.run("out")
        const { requests } = yield* ScriptedModel
        const last = (yield* requests).at(-1)
        assert.isDefined(last)
        assert.include(toolOutputOf(last, "call_0_0"), '{"title":"done"}')
      })
    )
  )

  it.live("runs the calls of one answer at the same time", () =>
    on(
      [reply([call("lookup", { id: "T1" }, "one"), call("lookup", { id: "T2" }, "two")]), reply("done")],
      Effect.gen(function* () {
        const both = yield* Deferred.make<void>()
        const begun = new Set<string>()
        const tools = yield* toolsWith(({ id }) =>
          Effect.gen(function* () {
            if (begun.add(id).size === 2) yield* Deferred.succeed(both, undefined)
            yield* Deferred.await(both)
            return { title: `Ticket ${id}` }
          })
        )
        yield* (yield* startThread(tools)).run("go")
        const [, second] = yield* ScriptedModel.use(({ requests }) => requests)
        assert.include(second === undefined ? "" : toolOutputOf(second, "one"), '{"title":"Ticket T1"}')
        assert.include(second === undefined ? "" : toolOutputOf(second, "two"), '{"title":"Ticket T2"}')
      })
    )
  )

  it.live("gives threads that run at once each its own tools", () =>
    on(
      (request) =>
        request.body.input.at(-1)?.type === "function_call_output"
          ? reply(String(toolOutputOf(request, promptOf(request))))
          : reply(call("lookup", { id: "T1" }, promptOf(request))),
      Effect.gen(function* () {
        const both = yield* Deferred.make<void>()
        let running = 0
        const answers = yield* Effect.forEach(
          ["one", "two"],
          (name) =>
            Effect.gen(function* () {
              const tools = yield* toolsWith(() =>
                Effect.gen(function* () {
                  if (++running === 2) yield* Deferred.succeed(both, undefined)
                  yield* Deferred.await(both)
                  return { title: `of ${name}` }
                })
              )
              return (yield* (yield* startThread(tools)).run(name)).finalResponse
            }),
          { concurrency: 2 }
        )
        assert.include(answers[0], '{"title":"of one"}')
        assert.include(answers[1], '{"title":"of two"}')
      })
    )
  )

  it.live("runs handlers as part of the turn's trace, which does not hold the arguments", () =>
    calling(
      { id: "planted-argument" },
      Effect.gen(function* () {
        const recorder = makeRecorder()
        const tools = yield* toolsWith(() => Effect.withSpan(Effect.succeed({ title: "x" }), "handler"))
        yield* startThread(tools).pipe(
          Effect.flatMap((thread) => thread.run("go")),
          recorder.record
        )
        const turn = recorder.named("invoke_agent codex")
        const { parent } = recorder.named("handler")
        assert.strictEqual(parent._tag === "Some" ? parent.value.spanId : undefined, turn.spanId)
        assert.strictEqual(recorder.named("execute_tool lookup").attributes.get("codex.item.type"), "DynamicToolCall")
        const attributes = recorder.spans.flatMap((span) => [...span.attributes.values()])
        assert.notInclude(JSON.stringify(attributes), "planted-argument")
      })
    )
  )
})
