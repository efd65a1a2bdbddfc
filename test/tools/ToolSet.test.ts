import { assert, describe, it } from "@effect/vitest"
import type { ToolSet as Tools } from "effect-codex"
import { ToolSet, type ToolSetOptions } from "effect-codex/tools"
import * as Cause from "effect/Cause"
import * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Schema from "effect/Schema"
import * as AiError from "effect/ai/AiError"
import * as Tool from "effect/ai/Tool"
import * as Toolkit from "effect/ai/Toolkit"
import * as TestClock from "effect/testing/TestClock"
import { reasonOf } from "../support/turns.ts"
import { makeRecorder } from "../support/spans.ts"

class NoTicket extends Schema.TaggedError<NoTicket>()("NoTicket", { id: Schema.String }) {}

const Lookup = Tool.make("lookup", {
  description: "Looks up a ticket",
  parameters: Schema.Struct({ id: Schema.String, since: Schema.optionalKey(Schema.DateFromString) }),
  success: Schema.Struct({ title: Schema.String, opened: Schema.DateFromString }),
  failure: NoTicket
})
const kit = Toolkit.make(Lookup)
const opened = new Date("2026-01-02T03:04:05Z")

type Handler = Parameters<typeof kit.of>[0]["lookup"]

/** The tool with this handler. */
const withHandler = (lookup: Handler, options?: ToolSetOptions) =>
  ToolSet.make(kit, options).pipe(Effect.provide(kit.toLayer({ lookup })))

/** The tool, called with arguments. */
const calling = (args: unknown, lookup: Handler, options?: ToolSetOptions) =>
  Effect.flatMap(withHandler(lookup, options), (tools) => tools.call("lookup", args, "call-1"))

const found: Handler = ({ id }) => Effect.succeed({ title: `Ticket ${id}`, opened })

/** Why a toolkit is refused. */
const refused = <T extends Record<string, Tool.Any>>(toolkit: Toolkit.Toolkit<T>) =>
  // They are refused before a handler would be needed.
  reasonOf(ToolSet.make(toolkit) as Effect.Effect<Tools, Effect.Error<ReturnType<typeof withHandler>>>)

/** What is logged as an error, with the causes. */
const errorsOf = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.gen(function* () {
    const errors: Array<string> = []
    const logger = Logger.make<unknown, void>(({ cause, logLevel, message }) => {
      if (logLevel === "Error") errors.push(`${String(message)}: ${Cause.pretty(cause)}`)
    })
    const result = yield* Effect.provide(effect, Logger.layer([logger]))
    return { result, errors }
  })

describe("ToolSet", () => {
  it.effect("tells codex the tools' names, descriptions and parameters", () =>
    Effect.gen(function* () {
      const { specs } = yield* withHandler(found)
      assert.deepStrictEqual(specs, [
        {
          name: "lookup",
          description: "Looks up a ticket",
          inputSchema: {
            type: "object",
            properties: { id: { type: "string" }, since: { type: "string" } },
            required: ["id"],
            additionalProperties: true
          }
        }
      ])
    })
  )

  it.effect("gives a handler decoded arguments and the id of the call, and the model the encoded result", () =>
    Effect.gen(function* () {
      const result = yield* calling({ id: "T1", since: "2025-01-01" }, ({ id, since }, { toolCallId }) => {
        assert.deepStrictEqual(since, new Date("2025-01-01"))
        return Effect.succeed({ title: `${id} by ${toolCallId}`, opened })
      })
      assert.deepStrictEqual(result, {
        success: true,
        text: '{"title":"T1 by call-1","opened":"2026-01-02T03:04:05.000Z"}'
      })
    })
  )

  it.effect("gives the model a failure of the tool's own type, encoded", () =>
    Effect.gen(function* () {
      const { errors, result } = yield* errorsOf(calling({ id: "T9" }, ({ id }) => new NoTicket({ id })))
      assert.deepStrictEqual(result, { success: false, text: '{"_tag":"NoTicket","id":"T9"}' })
      assert.deepStrictEqual(errors, [])
    })
  )

  it.effect("does so for a tool that returns its failures too", () =>
    Effect.gen(function* () {
      const returning = Toolkit.make(
        Tool.make("lookup", { parameters: Lookup.parametersSchema, failure: NoTicket, failureMode: "return" })
      )
      const tools = yield* ToolSet.make(returning).pipe(
        Effect.provide(returning.toLayer({ lookup: ({ id }) => new NoTicket({ id }) }))
      )
      const expected = { success: false, text: '{"_tag":"NoTicket","id":"T9"}' }
      assert.deepStrictEqual(yield* tools.call("lookup", { id: "T9" }), expected)
      assert.deepStrictEqual(yield* tools.call("lookup", { id: 9 }), {
        success: false,
        text: 'The arguments of lookup do not fit. Expected string\n  at ["id"]'
      })
    })
  )

  it.effect.each([
    [{ id: 5 }, 'Expected string\n  at ["id"]'],
    [{}, 'Missing key\n  at ["id"]'],
    ["T1", "Expected object"]
  ])("tells the model what is wrong with the arguments %j, and runs nothing", ([args, problem]) =>
    Effect.gen(function* () {
      const result = yield* calling(args, () => Effect.die("it ran"))
      assert.deepStrictEqual(result, {
        success: false,
        text: `The arguments of lookup do not fit. ${problem}`
      })
    })
  )

  it.effect.each<readonly [string, Handler]>([
    ["dies", () => Effect.die(new Error("planted detail"))],
    ["throws", () => assert.fail("planted detail")],
    [
      "fails with what is not its own",
      () =>
        Effect.fail(
          AiError.make({
            module: "m",
            method: "x",
            reason: new AiError.InvalidRequestError({ description: "planted detail" })
          })
        )
    ],
    // A handler without types.
    ["gives what does not fit", () => Effect.succeed(Object({ title: "planted detail" }))]
  ])("tells the model nothing of a handler that %s, and logs it", ([, handler]) =>
    Effect.gen(function* () {
      const { errors, result } = yield* errorsOf(calling({ id: "T1" }, handler))
      assert.deepStrictEqual(result, { success: false, text: "The tool lookup failed" })
      assert.lengthOf(errors, 1)
      assert.include(errors[0], "The tool lookup failed")
    })
  )

  it.effect("names the tools that there are when there is none of a name", () =>
    Effect.gen(function* () {
      const tools = yield* withHandler(found)
      assert.deepStrictEqual(yield* tools.call("toString", {}), {
        success: false,
        text: "There is no tool toString. The tools are: lookup"
      })
    })
  )

  it.effect("bounds what it tells the model of many wrong arguments", () =>
    Effect.gen(function* () {
      const listing = Toolkit.make(
        Tool.make("list", { parameters: Schema.Struct({ ids: Schema.Array(Schema.String) }) })
      )
      const tools = yield* ToolSet.make(listing).pipe(Effect.provide(listing.toLayer({ list: () => Effect.void })))
      const { text } = yield* tools.call("list", { ids: Array.from({ length: 10_000 }, () => 1) })
      assert.include(text, 'Expected string\n  at ["ids"][1]')
      assert.isBelow(text.length, 9000)
    })
  )

  it.effect("gives null for a result without a value", () =>
    Effect.gen(function* () {
      const quiet = Toolkit.make(Tool.make("quiet"))
      const tools = yield* ToolSet.make(quiet).pipe(Effect.provide(quiet.toLayer({ quiet: () => Effect.void })))
      assert.deepStrictEqual(yield* tools.call("quiet", {}), { success: true, text: "null" })
    })
  )

  it.effect("interrupts a handler that takes longer than the time limit, and tells the model", () =>
    Effect.gen(function* () {
      const interrupted = yield* Deferred.make<void>()
      const handler: Handler = () => Effect.onInterrupt(Effect.never, () => Deferred.succeed(interrupted, undefined))
      const call = yield* Effect.forkChild(calling({ id: "T1" }, handler, { timeout: "90 seconds" }))
      yield* TestClock.adjust("89 seconds")
      assert.isFalse(yield* Deferred.isDone(interrupted))
      yield* TestClock.adjust("1 seconds")
      assert.deepStrictEqual(yield* Fiber.join(call), {
        success: false,
        text: "The tool lookup did not answer within 1m 30s"
      })
      assert.isTrue(yield* Deferred.isDone(interrupted))
    })
  )

  it.effect("interrupts the handler with the call", () =>
    Effect.gen(function* () {
      const begun = yield* Deferred.make<void>()
      const interrupted = yield* Deferred.make<void>()
      const handler: Handler = () =>
        Effect.andThen(Deferred.succeed(begun, undefined), Effect.never).pipe(
          Effect.onInterrupt(() => Deferred.succeed(interrupted, undefined))
        )
      const call = yield* Effect.forkChild(calling({ id: "T1" }, handler))
      yield* Deferred.await(begun)
      yield* Fiber.interrupt(call)
      assert.isTrue(yield* Deferred.isDone(interrupted))
    })
  )

  it.effect("runs the handler as part of the caller's trace, without the arguments in any span", () =>
    Effect.gen(function* () {
      const recorder = makeRecorder()
      const tools: Tools = yield* withHandler(({ id }) => Effect.withSpan(found({ id }, Object({})), "handler"))
      yield* tools.call("lookup", { id: "planted" }).pipe(Effect.withSpan("turn"), recorder.record)
      assert.strictEqual(recorder.tree(), "turn: ok\n  handler: ok")
      for (const { attributes } of recorder.spans) assert.deepStrictEqual([...attributes], [])
    })
  )

  it.effect("gives handlers the services that they were made with", () =>
    Effect.gen(function* () {
      class Tickets extends Context.Service<Tickets, { readonly title: string }>()("test/Tickets") {}
      const asking = Toolkit.make(Lookup.addDependency(Tickets))
      const Handlers = asking.toLayer({
        lookup: () => Effect.map(Tickets, ({ title }) => ({ title, opened }))
      })
      const tools = yield* ToolSet.make(asking).pipe(
        Effect.provide(Layer.merge(Handlers, Layer.succeed(Tickets, { title: "From a service" })))
      )
      const { text } = yield* tools.call("lookup", { id: "T1" })
      assert.include(text, "From a service")
    })
  )

  it.effect("refuses tools that codex can not run or ask about", () =>
    Effect.gen(function* () {
      const search = Tool.providerDefined({ id: "openai.web_search", customName: "Search", providerName: "web_search" })
      const list = Tool.dynamic("list", { parameters: { type: "array" } })
      for (const [reason, option, expected] of [
        [yield* refused(Toolkit.make(search(undefined))), "tools.Search", "a tool with a handler"],
        [yield* refused(Toolkit.make(Lookup.setNeedsApproval(true))), "tools.lookup", "one that asks in its handler"],
        [yield* refused(Toolkit.make(list)), "tools.list", "parameters with an object at their root"]
      ] as const) {
        assert.include(reason, { _tag: "InvalidOptions", option })
        assert.include(reason.message, expected)
      }
    })
  )

  it.effect("refuses a time limit that is none", () =>
    Effect.gen(function* () {
      const reason = yield* reasonOf(withHandler(found, { timeout: 0 }))
      assert.include(reason, { _tag: "InvalidOptions", option: "timeout" })
    })
  )
})
