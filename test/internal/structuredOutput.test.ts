import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { structuredOutput } from "../../src/internal/structuredOutput.ts"

const refusalOf = (schema: Schema.ConstraintCodec<unknown, unknown>): string | undefined => {
  const output = structuredOutput(schema)
  return Result.isFailure(output) ? output.failure.description : undefined
}

const { Struct } = Schema

interface Tree {
  readonly below: ReadonlyArray<Tree>
}
const Tree = Struct({ below: Schema.Array(Schema.suspend((): Schema.Codec<Tree> => Tree)) })

describe("structuredOutput", () => {
  describe("refuses", () => {
    it.effect.each([
      ["a list", Schema.Array(Schema.String)],
      ["a list", Schema.Tuple([])],
      ["a record", Schema.Record(Schema.String, Schema.Finite)],
      ["a record", Schema.StructWithRest(Struct({ a: Schema.String }), [Schema.Record(Schema.String, Schema.String)])],
      ["a union", Schema.Union([Schema.TaggedStruct("A", {}), Schema.TaggedStruct("B", {})])],
      ["a union", Schema.NullOr(Struct({ a: Schema.String }))],
      ["a union", Schema.Union([])],
      ["no object", Schema.String],
      ["no object", Schema.Literal("a")],
      ["no object", Schema.Void],
      ["no object", Schema.fromJsonString(Struct({ a: Schema.String }))]
    ] as const)("%s at the root, and says to put it into a field", ([what, schema]) =>
      Effect.sync(() => {
        const refusal = refusalOf(schema)
        assert.include(refusal, `its root is ${what}, and OpenAI takes only an object with fields there`)
        assert.include(refusal, "put it into one, as in Schema.Struct({")
      })
    )

    it.effect.each([
      ["an object without fields", Struct({})],
      ["Schema.Never", Schema.Never],
      ["Schema.Unknown", Schema.Unknown],
      ["Schema.Any", Schema.Any]
    ] as const)("%s at the root, and says to ask for something", ([what, schema]) =>
      Effect.sync(() => {
        const refusal = refusalOf(schema)
        assert.include(refusal, `its root is ${what},`)
        assert.include(refusal, "ask for something, as in Schema.Struct({")
      })
    )

    it.effect.each([
      ['["a"]', Struct({ a: Schema.Never })],
      ['["a"]', Struct({ a: Schema.optionalKey(Schema.Never) })],
      ['["a"]', Struct({ a: Schema.Unknown })],
      ['["a"]', Struct({ a: Schema.Any })],
      ['["a"]', Struct({ a: Schema.Json })],
      ['["a"]', Struct({ a: Struct({}) })],
      ['["a"]', Struct({ a: Schema.Union([]) })],
      ['["a"]', Struct({ a: Schema.Literals([]) })],
      ['["a"]', Struct({ a: Schema.Union([Schema.String, Schema.Never]) })],
      ['["a"]["b"]', Struct({ a: Struct({ b: Schema.NullOr(Schema.Unknown) }) })],
      ['["a"][number]', Struct({ a: Schema.Array(Schema.Unknown) })],
      ['["a"][number]', Struct({ a: Schema.Array(Schema.Any) })],
      ['["a"][number]', Struct({ a: Schema.Tuple([]) })],
      ['["a"][number]["1"]', Struct({ a: Schema.Record(Schema.String, Schema.Unknown) })],
      ['["a"]', Struct({ a: Schema.Unknown.annotate({ identifier: "app/Any thing" }) })]
    ] as const)("%s where it has no type, and says what to write", ([path, schema]) =>
      Effect.sync(() => {
        const refusal = refusalOf(schema)
        assert.isTrue(refusal?.startsWith(`${path} may be anything or nothing`), refusal)
        assert.include(refusal, "Schema.fromJsonString(Schema.Unknown)")
      })
    )
  })

  it.effect.each([
    ["a recursive schema", Tree, { below: [{ below: [] }] }],
    ["a tuple at the root", Schema.Tuple([Schema.String]), { "0": "x" }],
    ["a union in a field", Struct({ a: Schema.Union([Struct({ b: Schema.Int }), Schema.Null]) }), { a: { b: 1 } }],
    ["a record in a field", Struct({ a: Schema.Record(Schema.String, Schema.Int) }), { a: [{ "0": "x", "1": 1 }] }],
    ["literals of several types", Struct({ a: Schema.Literals(["a", 1, true]) }), { a: true }],
    [
      "a field without a value",
      Struct({ a: Schema.Void, b: Schema.Undefined, c: Schema.Null }),
      { a: null, b: null, c: null }
    ],
    ["a named schema", Struct({ a: Schema.Int.annotate({ identifier: "app/My ~int" }) }), { a: 1 }],
    ["JSON in a text", Struct({ a: Schema.fromJsonString(Schema.Unknown) }), { a: '{"b":[1]}' }],
    ["a field named like a prototype", Struct({ ["__proto__"]: Schema.Int }), JSON.parse('{"__proto__":1}')]
  ] as const)("takes %s, and an answer that fits", ([, schema, answer]) =>
    Effect.gen(function* () {
      const output = yield* Effect.fromResult(structuredOutput<unknown, unknown, never, never>(schema))
      yield* output.decode(JSON.stringify(answer))
    })
  )
})
