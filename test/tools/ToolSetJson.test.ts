import { assert, describe, it } from "@effect/vitest"
import { ToolSet } from "effect-codex/tools"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import * as Tool from "effect/ai/Tool"
import * as Toolkit from "effect/ai/Toolkit"
import { reasonOf } from "../support/turns.ts"

const opened = new Date("2026-01-02T03:04:05Z")
const openedJson = '"2026-01-02T03:04:05.000Z"'

/** Why a tool is refused. */
const refused = (tool: Tool.Any) => {
  const toolkit = Toolkit.make(tool)
  // It is refused before a handler would be needed.
  return reasonOf(ToolSet.make(toolkit) as Effect.Effect<never, Effect.Error<ReturnType<typeof ToolSet.make>>>)
}

describe("the Schemas of a ToolSet", () => {
  it.effect("takes arguments that are no JSON to their Schema as JSON, as codex is told of them", () =>
    Effect.gen(function* () {
      const parameters = Schema.Struct({
        at: Schema.Date,
        count: Schema.BigInt,
        link: Schema.URL,
        title: Schema.Option(Schema.String),
        sizes: Schema.ReadonlyMap(Schema.String, Schema.Date),
        secret: Schema.Redacted(Schema.String),
        owner: Schema.UndefinedOr(Schema.String)
      })
      const typed = Toolkit.make(Tool.make("typed", { parameters }))
      const given: Array<typeof parameters.Type> = []
      const tools = yield* ToolSet.make(typed).pipe(
        Effect.provide(typed.toLayer({ typed: (args) => Effect.sync(() => void given.push(args)) }))
      )
      const args = {
        at: "2026-01-02T03:04:05.000Z",
        count: "12",
        link: "https://example.com/",
        title: { _tag: "Some", value: "a" },
        sizes: [["a", "2026-01-02T03:04:05.000Z"]],
        secret: "planted",
        owner: null
      }
      assert.deepStrictEqual(yield* tools.call("typed", args), { success: true, text: "null" })
      assert.deepStrictEqual(given, [
        {
          at: opened,
          count: 12n,
          link: new URL("https://example.com/"),
          title: Option.some("a"),
          sizes: new Map([["a", opened]]),
          secret: Redacted.make("planted"),
          owner: undefined
        }
      ])
      const { text } = yield* tools.call("typed", { ...args, at: "never" })
      assert.strictEqual(text, 'The arguments of typed do not fit. Expected a valid Date\n  at ["at"]')
    })
  )

  it.effect.each<readonly [string, Schema.Codec<unknown, unknown>, unknown, string]>([
    ["a Map", Schema.ReadonlyMap(Schema.String, Schema.Date), new Map([["a", opened]]), `[["a",${openedJson}]]`],
    ["a Set", Schema.ReadonlySet(Schema.Number), new Set([1]), "[1]"],
    ["an Option", Schema.Option(Schema.String), Option.some("a"), '{"_tag":"Some","value":"a"}'],
    ["bytes", Schema.Uint8Array, new Uint8Array([1, 2]), '"AQI="'],
    ["a bigint", Schema.BigInt, 5n, '"5"'],
    ["a number that is none", Schema.Number, Number.NaN, '"NaN"'],
    ["what is not known", Schema.Unknown, { a: opened, b: undefined }, `{"a":${openedJson}}`]
  ])("gives the model %s as JSON, as a result and as a failure", ([, schema, value, json]) =>
    Effect.gen(function* () {
      const ways = Toolkit.make(
        Tool.make("gives", { success: schema }),
        Tool.make("fails", { failure: schema }),
        Tool.make("returns", { failure: schema, failureMode: "return" })
      )
      const tools = yield* ToolSet.make(ways).pipe(
        Effect.provide(
          ways.toLayer({
            gives: () => Effect.succeed(value),
            fails: () => Effect.fail(value),
            returns: () => Effect.fail(value)
          })
        )
      )
      assert.deepStrictEqual(yield* tools.call("gives", {}), { success: true, text: json })
      assert.deepStrictEqual(yield* tools.call("fails", {}), { success: false, text: json })
      assert.deepStrictEqual(yield* tools.call("returns", {}), { success: false, text: json })
    })
  )

  it.effect("takes Schemas with identifiers, recursive ones and those without fields as parameters", () =>
    Effect.gen(function* () {
      class Place extends Schema.Class<Place>("Place")({ city: Schema.String, since: Schema.Date }) {}
      const Folder = Schema.Struct({
        name: Schema.String,
        folders: Schema.Array(Schema.suspend((): Schema.Codec<Folder> => Folder))
      }).annotate({ identifier: "a/b %é" })
      interface Folder {
        readonly name: string
        readonly folders: ReadonlyArray<Folder>
      }
      const several = Toolkit.make(
        Tool.make("visit", { parameters: Place, success: Schema.Boolean }),
        Tool.make("open", { parameters: Folder }),
        Tool.make("none", { parameters: Schema.Struct({}), success: Schema.Literal("called") })
      )
      const { call, specs } = yield* ToolSet.make(several).pipe(
        Effect.provide(
          several.toLayer({
            visit: (place) => Effect.succeed(place instanceof Place),
            open: () => Effect.void,
            none: () => Effect.succeed("called" as const)
          })
        )
      )
      const [visit, open, none] = specs.map(({ inputSchema }) => inputSchema)
      assert.deepStrictEqual(visit, {
        type: "object",
        properties: { city: { type: "string" }, since: { type: "string" } },
        required: ["city", "since"],
        additionalProperties: true
      })
      assert.include(open, { type: "object" })
      assert.hasAllKeys(open?.["$defs"], ["a/b %é"])
      assert.deepStrictEqual(none, { type: "object", properties: {}, additionalProperties: false })
      const place = { city: "Bern", since: "2026-01-02" }
      assert.deepStrictEqual(yield* call("visit", place), { success: true, text: "true" })
      assert.deepStrictEqual(yield* call("none", {}), { success: true, text: '"called"' })
    })
  )

  it.effect("refuses parameters that are a union, and says what to write", () =>
    Effect.gen(function* () {
      const either = Schema.Union([Schema.Struct({ a: Schema.String }), Schema.Struct({ b: Schema.String })])
      const reason = yield* refused(Tool.make("either", { parameters: either }))
      assert.include(reason, { _tag: "InvalidOptions", option: "tools.either", got: "parameters that are a union" })
      assert.include(reason.message, "Schema.Struct({ input: Schema.Union([...]) })")
    })
  )

  it.effect("refuses a Schema without JSON, and names the field", () =>
    Effect.gen(function* () {
      const Opaque = Schema.instanceOf(Headers)
      const Recursive: Schema.Codec<unknown> = Schema.Struct({
        next: Schema.optionalKey(Schema.suspend(() => Recursive)),
        items: Schema.Array(Schema.NullOr(Opaque))
      })
      const symbol = Symbol.for("planted")
      for (const [tool, option] of [
        [Tool.make("a", { parameters: Schema.Struct({ headers: Opaque }) }), "tools.a.parameters.headers"],
        [Tool.make("a", { success: Opaque }), "tools.a.success"],
        [Tool.make("a", { failure: Schema.Option(Opaque) }), "tools.a.failure"],
        [Tool.make("a", { success: Recursive }), "tools.a.success.items.0"],
        [Tool.make("a", { success: Schema.Struct({ [symbol]: Schema.String }) }), `tools.a.success.${String(symbol)}`]
      ] as const) {
        const reason = yield* refused(tool)
        assert.include(reason, { _tag: "InvalidOptions", option, got: "a Schema without JSON" })
        assert.include(reason.message, "toCodecJson")
      }
    })
  )

  it.effect("takes a declaration that says that it is JSON", () =>
    Effect.gen(function* () {
      const Id = Schema.declare((value): value is string => value === "T1", { toCodecJson: () => undefined })
      const declared = Toolkit.make(Tool.make("get", { parameters: Schema.Struct({ id: Id }), success: Id }))
      const tools = yield* ToolSet.make(declared).pipe(
        Effect.provide(declared.toLayer({ get: ({ id }) => Effect.succeed(id) }))
      )
      assert.deepStrictEqual(yield* tools.call("get", { id: "T1" }), { success: true, text: '"T1"' })
    })
  )
})
