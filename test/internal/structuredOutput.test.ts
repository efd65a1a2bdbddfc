import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { structuredOutput } from "../../src/internal/structuredOutput.ts"

const refusalOf = (schema: Schema.ConstraintCodec<unknown, unknown>): string | undefined => {
  const output = structuredOutput(schema)
  return Result.isFailure(output) ? output.failure.description : undefined
}

const { Struct, Union } = Schema

class Animal extends Schema.Class<Animal>("Animal")({ name: Schema.String }) {}
class Dog extends Animal.extend<Dog>("Dog")({ breed: Schema.String }) {}
const Named = Struct({ b: Schema.Int }).annotate({ identifier: "Named" })

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
    [
      "a field with a description of a named schema",
      Struct({ a: Named.annotateKey({ description: "b" }) }),
      { a: { b: 1 } }
    ],
    ["a field named like a prototype", Struct({ ["__proto__"]: Schema.Int }), JSON.parse('{"__proto__":1}')]
  ] as const)("takes %s, and an answer that fits", ([, schema, answer]) =>
    Effect.gen(function* () {
      const output = yield* Effect.fromResult(structuredOutput<unknown, unknown, never, never>(schema))
      yield* output.decode(JSON.stringify(answer))
    })
  )

  it.effect.each([
    ["tuple", Union([Schema.Tuple([Schema.Int]), Schema.Tuple([Schema.Int, Schema.Int])]), { "0": 1, "1": 2 }, [1, 2]],
    ["struct", Union([Struct({ a: Schema.Int }), Struct({ a: Schema.Int, b: Schema.Int })]), { a: 1, b: 2 }],
    ["struct", Union([Struct({ a: Schema.optionalKey(Schema.Int) }), Struct({ b: Schema.Int })]), { b: 1 }],
    ["class", Union([Animal, Dog]), { name: "Rex", breed: "pug" }, new Dog({ name: "Rex", breed: "pug" })]
  ] as const)("reads a %s of a union as the member that has all of its fields", ([, member, answer, value = answer]) =>
    Effect.gen(function* () {
      const schema = Struct({ of: member })
      const output = yield* Effect.fromResult(structuredOutput<unknown, unknown, never, never>(schema))
      assert.deepStrictEqual(yield* output.decode(JSON.stringify({ of: answer })), { of: value })
    })
  )

  it.effect("reads an answer that has more fields than were asked for", () =>
    Effect.gen(function* () {
      const output = yield* Effect.fromResult(structuredOutput(Struct({ a: Schema.Int })))
      assert.deepStrictEqual(yield* output.decode('{"a":1,"b":2}'), { a: 1 })
    })
  )

  it.effect("puts nothing beside a reference, which OpenAI refuses", () =>
    Effect.gen(function* () {
      const schema = Struct({ a: Named.annotateKey({ description: "what it is" }) })
      const { jsonSchema } = yield* Effect.fromResult(structuredOutput(schema))
      assert.deepStrictEqual(jsonSchema["properties"], {
        a: { description: "what it is", anyOf: [{ $ref: "#/$defs/Named" }] }
      })
    })
  )
})
