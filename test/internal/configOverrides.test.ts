import { assert, describe, it } from "@effect/vitest"
import * as Arbitrary from "effect/Arbitrary"
import * as Effect from "effect/Effect"
import * as Toml from "effect/encoding/Toml"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type { InvalidOptions } from "../../src/CodexError.ts"
import type { ConfigObject, ConfigValue } from "../../src/CodexOptions.ts"
import { configOverrides, tomlString } from "../../src/internal/configOverrides.ts"

// Callers without types may pass anything.
type Config = Readonly<Record<string, unknown>>
const overridesOf = (config: Config, under?: Config) =>
  configOverrides(config as ConfigObject, "config", under as ConfigObject | undefined)

const encode = (config: Config, under?: Config): ReadonlyArray<string> => Result.getOrThrow(overridesOf(config, under))

const refusal = (config: Config): InvalidOptions | undefined => {
  const result = overridesOf(config)
  return Result.isFailure(result) ? result.failure : undefined
}

const isTable = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value)

/** Own properties only, `__proto__` included. */
const set = (table: object, key: string, value: unknown): void => {
  Object.defineProperty(table, key, { value, enumerable: true, writable: true, configurable: true })
}

/** What codex 0.169 makes of `-c` arguments: keys split at every dot, values read as TOML, tables replaced whole. */
const readBack = (overrides: ReadonlyArray<string>): Record<string, unknown> => {
  const root: Record<string, unknown> = {}
  for (const override of overrides) {
    const [key = "", ...value] = override.split("=")
    const path = key.trim().split(".")
    const parsed = Result.getOrThrow(Toml.parse(`_x_ = ${value.join("=").trim()}`))["_x_"]
    let table: Record<string, unknown> = root
    for (const segment of path.slice(0, -1)) {
      const next = Object.hasOwn(table, segment) ? table[segment] : undefined
      const inner = isTable(next) ? next : {}
      set(table, segment, inner)
      table = inner
    }
    set(table, path.at(-1) ?? "", parsed)
  }
  return root
}

/** Without what TOML does not have: undefined and the sign of zero. Prototypes do not matter. */
const normal = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(normal)
  if (Object.is(value, -0)) return 0
  if (!isTable(value)) return value
  const entries = Object.entries(value).filter(([, entry]) => entry !== undefined)
  return entries.map(([key, entry]) => [key, normal(entry)] as const).toSorted(([a], [b]) => (a < b ? -1 : 1))
}

const key = Arbitrary.schema(
  Schema.Literals(["a", "b-c", "D_1", "0", "__proto__", "constructor", "x.y", "ké y", '"', "="])
)
const bareKey = Arbitrary.schema(Schema.Literals(["a", "b-c", "D_1", "0", "model", "mcp_servers"]))
const leaf: Arbitrary.Arbitrary<ConfigValue> = Arbitrary.schema(
  Schema.Union([
    Schema.String.check(Schema.makeFilter((s) => !s.includes("\0") && s.isWellFormed())),
    Schema.Finite,
    Schema.Boolean
  ])
)
const tableOf = <A>(keys: Arbitrary.Arbitrary<string>, values: Arbitrary.Arbitrary<A>) =>
  Arbitrary.map(Arbitrary.array(Arbitrary.all([keys, values]), { maxLength: 4 }), (entries) =>
    Object.fromEntries(entries)
  )
const oneOf = <A>(
  first: Arbitrary.Arbitrary<A>,
  ...rest: ReadonlyArray<Arbitrary.Arbitrary<A>>
): Arbitrary.Arbitrary<A> =>
  Arbitrary.flatMap(
    Arbitrary.schema(Schema.Literals([0, ...rest.map((_, index) => index + 1)])),
    (index) => rest[index - 1] ?? first
  )
const valueOf = (depth: number): Arbitrary.Arbitrary<ConfigValue> =>
  depth === 0
    ? leaf
    : oneOf<ConfigValue>(leaf, Arbitrary.array(valueOf(depth - 1), { maxLength: 3 }), tableOf(key, valueOf(depth - 1)))
const config = tableOf(bareKey, valueOf(3))

// Few keys, so that two configurations meet.
const sharedKey = Arbitrary.schema(Schema.Literals(["a", "b", "x.y", "constructor", "__proto__"]))
const layered = tableOf(
  Arbitrary.schema(Schema.Literals(["a", "b"])),
  oneOf<ConfigValue>(leaf, tableOf(sharedKey, oneOf<ConfigValue>(leaf, tableOf(sharedKey, leaf))))
)
const merged = (below: unknown, above: unknown): unknown => {
  if (!isTable(below) || !isTable(above)) return above
  const result = { ...below }
  for (const [name, value] of Object.entries(above)) {
    set(result, name, Object.hasOwn(below, name) ? merged(below[name], value) : value)
  }
  return result
}

describe("configOverrides", () => {
  it.effect("refuses an array with holes", () =>
    Effect.sync(() => {
      const sparse: Array<string> = []
      sparse[1] = "x"
      const result = configOverrides({ a: sparse }, "config")
      assert.isTrue(Result.isFailure(result) && result.failure.option === "config.a.0")
    })
  )

  it.effect("shortens a long key in its message", () =>
    Effect.sync(() => {
      const result = configOverrides({ [`${"x".repeat(1_000_000)}.`]: 1 }, "config")
      assert.isTrue(Result.isFailure(result) && result.failure.message.length < 500)
    })
  )

  describe("keys", () => {
    it.effect("writes a nested object as one dotted key for each leaf, in its order", () =>
      Effect.sync(() =>
        assert.deepStrictEqual(
          encode({ model: "m", tools: { web: { on: true } }, sandbox: { depth: 2, name: "n" }, last: false }),
          ['model="m"', "tools.web.on=true", "sandbox.depth=2", 'sandbox.name="n"', "last=false"]
        )
      )
    )

    it.effect("writes a table with a key that is not a bare one as an inline table", () =>
      Effect.sync(() =>
        assert.deepStrictEqual(encode({ mcp: { env: { "a.b": 1, c: { d: "e" } }, on: true } }), [
          'mcp.env={"a.b" = 1, "c" = {"d" = "e"}}',
          "mcp.on=true"
        ])
      )
    )

    it.effect.each(["a.b", "", "a b", "a=b", 'a"b', "é"])("refuses the key %j at the top level", (name) =>
      Effect.sync(() => {
        const refused = refusal({ [name]: 1 })
        assert.strictEqual(refused?.option, `config.${name}`)
        assert.strictEqual(refused?.got, JSON.stringify(name))
        assert.include(refused?.expected, "letters, digits, _ and -")
      })
    )

    it.effect.each([
      ["an empty one", { a: { "": 1 } }, "config.a."],
      ["one with NUL", { a: { "x\0": 1 } }, "config.a.x\0"],
      ["one with a lone surrogate", { a: { b: { "\ud800": 1 } } }, "config.a.b.\ud800"],
      ["an empty one in an array", { a: [{ "": 1 }] }, "config.a.0."]
    ] as const)("refuses as a nested key %s", ([, value, option]) =>
      Effect.sync(() => assert.strictEqual(refusal(value)?.option, option))
    )

    it.effect("keeps a key named __proto__, at every level", () =>
      Effect.sync(() => {
        const given: Config = JSON.parse('{"__proto__": {"x": 1}, "a": {"__proto__": 2, "b c": {"__proto__": 3}}}')
        assert.deepStrictEqual(encode(given), ["__proto__.x=1", 'a={"__proto__" = 2, "b c" = {"__proto__" = 3}}'])
      })
    )

    it.effect("takes objects without a prototype", () =>
      Effect.sync(() => assert.deepStrictEqual(encode({ a: Object.assign(Object.create(null), { b: 1 }) }), ["a.b=1"]))
    )
  })

  describe("values", () => {
    it.effect.each([
      [0, "0"],
      [-0, "0"],
      [-17, "-17"],
      [0.1, "0.1"],
      [1e-7, "1e-7"],
      [5e-324, "5e-324"],
      [1e21, "1e+21"],
      [Number.MAX_SAFE_INTEGER, "9007199254740991"],
      [2 ** 53, "9.007199254740992e+15"],
      [-(2 ** 63), "-9.223372036854776e+18"],
      [Number.MAX_VALUE, "1.7976931348623157e+308"]
    ] as const)("writes the number %d", ([value, written]) =>
      Effect.sync(() => assert.deepStrictEqual(encode({ n: value }), [`n=${written}`]))
    )

    it.effect.each([
      ["", '""'],
      ['say "hi"', String.raw`"say \"hi\""`],
      [String.raw`C:\new`, String.raw`"C:\\new"`],
      ["a\nb\r\tc", String.raw`"a\nb\r\tc"`],
      ["\u0001\u007f", String.raw`"\u0001\u007f"`],
      ["🤝 é \u2028", '"🤝 é \u2028"'],
      ["true", '"true"'],
      ["1", '"1"'],
      ["'a' # b = [c]", `"'a' # b = [c]"`]
    ] as const)("writes the string %j", ([value, written]) =>
      Effect.sync(() => {
        assert.strictEqual(tomlString(value), written)
        assert.deepStrictEqual(encode({ s: value }), [`s=${written}`])
        assert.deepStrictEqual(readBack([`s=${written}`]), { s: value })
      })
    )

    it.effect("writes arrays, nested ones and tables in them", () =>
      Effect.sync(() =>
        assert.deepStrictEqual(encode({ a: [], b: [1, "x", [true]], c: [{ d: 1, e: undefined }] }), [
          "a=[]",
          'b=[1, "x", [true]]',
          'c=[{"d" = 1}]'
        ])
      )
    )

    it.effect("writes an empty object as an empty table", () =>
      Effect.sync(() =>
        assert.deepStrictEqual(encode({ a: {}, b: { c: {} }, d: { e: undefined } }), ["a={}", "b.c={}", "d={}"])
      )
    )

    it.effect("leaves out what is undefined", () =>
      Effect.sync(() => assert.deepStrictEqual(encode({ a: undefined, b: { c: undefined, d: 1 } }), ["b.d=1"]))
    )

    it.effect.each([
      ["null", null, "null"],
      ["NaN", Number.NaN, "NaN"],
      ["Infinity", Number.POSITIVE_INFINITY, "Infinity"],
      ["a function", () => 1, "a function"],
      ["a date", new Date(0), "an object"],
      ["a map", new Map([["a", 1]]), "an object"],
      ["a bigint", 1n, "1"],
      ["a symbol", Symbol("s"), "Symbol(s)"],
      ["a string with NUL", "a\0", String.raw`"a\u0000"`],
      ["a string with a lone surrogate", "\udc00", String.raw`"\udc00"`]
    ] as const)("refuses %s and says where it is", ([, value, got]) =>
      Effect.sync(() => {
        for (const [holder, option] of [
          [{ top: value }, "config.top"],
          [{ a: { b: value } }, "config.a.b"],
          [{ a: { "b c": { d: value } } }, "config.a.b c.d"],
          [{ a: [1, value] }, "config.a.1"]
        ] as const) {
          const refused = refusal(holder)
          assert.strictEqual(refused?.option, option)
          assert.strictEqual(refused?.got, got)
        }
      })
    )

    it.effect("refuses undefined in an array", () =>
      Effect.sync(() => assert.strictEqual(refusal({ a: [1, undefined] })?.option, "config.a.1"))
    )

    it.effect("names the object that it was given in a failure", () =>
      Effect.sync(() => {
        const result = configOverrides({ a: Number.NaN }, "thread.config")
        assert.strictEqual(Result.isFailure(result) && result.failure.option, "thread.config.a")
      })
    )
  })

  describe("under", () => {
    it.effect("repeats what an inline table would take away", () =>
      Effect.sync(() => {
        const under = { mcp: { env: { "a.b": 1, c: 2, d: { e: 3 } } } }
        assert.deepStrictEqual(encode({ mcp: { env: { "x.y": 9, c: 8, d: { "f g": 7 } } } }, under), [
          'mcp.env={"a.b" = 1, "c" = 8, "d" = {"e" = 3, "f g" = 7}, "x.y" = 9}'
        ])
      })
    )

    it.effect("repeats nothing for a dotted key", () =>
      Effect.sync(() => assert.deepStrictEqual(encode({ a: { b: 1 } }, { a: { c: 2 } }), ["a.b=1"]))
    )

    it.effect("gives way where one of the two is no table", () =>
      Effect.sync(() => {
        assert.deepStrictEqual(encode({ a: { "b c": 1 } }, { a: 5 }), ['a={"b c" = 1}'])
        assert.deepStrictEqual(encode({ a: { "b c": [1] } }, { a: { "b c": { d: 1 } } }), ['a={"b c" = [1]}'])
      })
    )

    it.effect("keeps what is below an undefined value", () =>
      Effect.sync(() =>
        assert.deepStrictEqual(encode({ a: { "b c": undefined, "d e": 1 } }, { a: { "b c": 2 } }), [
          'a={"b c" = 2, "d e" = 1}'
        ])
      )
    )

    it.effect("keeps a table when an empty one is put over it", () =>
      Effect.sync(() => assert.deepStrictEqual(encode({ a: {} }, { a: { b: 1 } }), ['a={"b" = 1}']))
    )
  })

  describe("round trip", () => {
    it.effect.prop(
      "gives codex what went in",
      [config],
      ([given]) => Effect.sync(() => assert.deepStrictEqual(normal(readBack(encode(given))), normal(given))),
      { arbitrary: { runs: 400 } }
    )

    it.effect.prop(
      "never puts a dot, a quote or an equals sign into the key",
      [config],
      ([given]) =>
        Effect.sync(() => {
          for (const override of encode(given)) assert.match(override, /^[\w-]+(\.[\w-]+)*=/)
        }),
      { arbitrary: { runs: 200 } }
    )

    it.effect.prop(
      "gives codex both configurations, the one above winning leaf by leaf",
      { above: layered, below: layered },
      ({ above, below }) =>
        Effect.sync(() => {
          const together = readBack([...encode(below), ...encode(above, below)])
          assert.deepStrictEqual(normal(together), normal(merged(below, above)))
        }),
      { arbitrary: { runs: 400 } }
    )
  })
})
