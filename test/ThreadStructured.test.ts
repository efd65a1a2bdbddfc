import { assert, describe, it } from "@effect/vitest"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import * as SchemaTransformation from "effect/SchemaTransformation"
import { Codex, Input, ThreadTarget } from "effect-codex"
import { TestExec } from "effect-codex/testing"
import {
  completed,
  failed,
  makeGate,
  prompts,
  reasonOf,
  says,
  scripted,
  started,
  targets,
  turnStarted
} from "./support/turns.ts"

const startThread = Codex.use((codex) => codex.startThread())

const Finding = Schema.Struct({
  file: Schema.String,
  line: Schema.optionalKey(Schema.Int)
})

const jsonSchema = {
  type: "object",
  properties: { file: { type: "string" } },
  required: ["file", "line"],
  additionalProperties: false
}

describe("Thread", () => {
  describe("runStructured", () => {
    it.effect("refuses to run inside the stream of its own thread", () =>
      Effect.gen(function* () {
        const thread = yield* Codex.use((codex) => codex.startThread())
        const reason = yield* reasonOf(
          Stream.runForEach(thread.stream("out"), () =>
            thread.runStructured("in", { schema: Schema.Struct({ a: Schema.String }) })
          )
        )
        assert.deepInclude(reason, { _tag: "ThreadBusy", usedBy: "stream" })
      }).pipe(Effect.provide(scripted(["out", '{"a":"x"}'])))
    )

    it.effect("says what an integer should have been", () =>
      Effect.gen(function* () {
        const thread = yield* Codex.use((codex) => codex.startThread())
        const reason = yield* reasonOf(thread.runStructured("go", { schema: Schema.Struct({ n: Schema.Int }) }))
        assert.deepInclude(reason, { _tag: "StructuredOutputError", issue: 'Expected an integer\n  at ["n"]' })
      }).pipe(Effect.provide(scripted(['{"n":1.5}'])))
    )

    it.effect("refuses to repair on an ephemeral thread, which takes one turn", () =>
      Effect.gen(function* () {
        const thread = yield* Codex.use((codex) => codex.startThread({ ephemeral: true }))
        const schema = Schema.Struct({ n: Schema.Int })
        const reason = yield* reasonOf(thread.runStructured("go", { schema, repair: 1 }))
        assert.deepInclude(reason, { _tag: "InvalidOptions", option: "repair" })
      }).pipe(Effect.provide(scripted([])))
    )

    it.effect("refuses options without a schema", () =>
      Effect.gen(function* () {
        const thread = yield* Codex.use((codex) => codex.startThread())
        for (const options of [null, {}, { schema: 1 }]) {
          const reason = yield* reasonOf(thread.runStructured("go", options as never)) // a caller without types
          assert.deepInclude(reason, { _tag: "InvalidOptions", option: "schema" })
        }
      }).pipe(Effect.provide(scripted([])))
    )

    it.effect.each<readonly [string, object]>([
      ["foo", { foo: 1 }],
      ["outputSchema", { outputSchema: { type: "object" } }]
    ])("refuses the option %s, and names those that there are", ([option, more]) =>
      Effect.gen(function* () {
        const thread = yield* startThread
        const reason = yield* reasonOf(thread.runStructured("go", { schema: Finding, ...more }))
        assert.deepInclude(reason, {
          _tag: "InvalidOptions",
          option,
          expected: "one of the options schema, repair, cyberAccessProgram, timeout, idleTimeout"
        })
      }).pipe(Effect.provide(scripted([])))
    )

    it.effect("decodes the final message, and keeps the turn", () =>
      Effect.gen(function* () {
        const thread = yield* startThread
        const turn = yield* thread.runStructured("go", { schema: Finding })
        assert.deepStrictEqual(turn.value, { file: "a.ts", line: 3 })
        assert.strictEqual(turn.finalResponse, '{"file":"a.ts","line":3}')
        assert.strictEqual(turn.threadId, "test-thread")
        assert.strictEqual(turn.items.length, 1)
      }).pipe(Effect.provide(scripted(['{"file":"a.ts","line":3}'])))
    )

    it.effect("takes null for a field that is absent", () =>
      Effect.gen(function* () {
        const thread = yield* startThread
        const { value } = yield* thread.runStructured("go", { schema: Finding })
        assert.deepStrictEqual(value, { file: "a.ts" })
        assert.notProperty(value, "line")
      }).pipe(Effect.provide(scripted(['{"file":"a.ts","line":null}'])))
    )

    it.effect("asks codex for OpenAI's strict JSON Schema", () =>
      Effect.gen(function* () {
        const thread = yield* startThread
        yield* thread.runStructured([Input.text("go"), Input.localImage("a.png")], {
          schema: Finding,
          cyberAccessProgram: "standard"
        })
        const [request] = yield* TestExec.use(({ requests }) => requests)
        assert.deepInclude(request, { prompt: "go", images: ["a.png"], cyberAccessProgram: "standard" })
        const { properties, ...rest } = request?.outputSchema ?? {}
        assert.deepStrictEqual(rest, { type: "object", required: jsonSchema.required, additionalProperties: false })
        assert.deepInclude(properties, jsonSchema.properties)
        assert.include(JSON.stringify(properties), '{"type":"null"}')
      }).pipe(Effect.provide(scripted(['{"file":"a.ts","line":null}'])))
    )

    it.effect.each([
      ["is no JSON", "Here it is: {}", "JSON"],
      ["is empty", "", "no final message"],
      ["has another shape", '{"file":5,"line":null}', '["file"]'],
      ["lacks a field", '{"line":null}', '["file"]']
    ] as const)("fails with the text and what is wrong if the final message %s", ([, text, issue]) =>
      Effect.gen(function* () {
        const thread = yield* startThread
        const error = yield* Effect.flip(thread.runStructured("go", { schema: Finding }))
        const { reason } = error
        assert.strictEqual(reason._tag, "StructuredOutputError")
        if (reason._tag !== "StructuredOutputError") return
        assert.strictEqual(reason.text, text)
        assert.include(reason.issue, issue)
        assert.strictEqual(error.threadId, "test-thread")
        assert.strictEqual(error.items?.length, 1)
        assert.deepStrictEqual(yield* prompts, ["go"])
      }).pipe(Effect.provide(scripted([text])))
    )

    it.effect("says only so much of what is wrong, and asks for a repair with no more", () =>
      Effect.gen(function* () {
        const thread = yield* startThread
        const schema = Schema.Struct({ list: Schema.Array(Schema.String) })
        const reason = yield* reasonOf(thread.runStructured("go", { schema, repair: 1 }))
        assert.strictEqual(reason._tag, "StructuredOutputError")
        assert.isBelow(reason.message.length, 10_000)
        assert.isBelow((yield* prompts).at(-1)?.length ?? 0, 10_000)
      }).pipe(Effect.provide(scripted(() => JSON.stringify({ list: Array.from({ length: 10_000 }, () => 1) }))))
    )

    it.effect("fails with the text if it is nested too deeply for its recursive schema", () =>
      Effect.gen(function* () {
        interface Tree {
          readonly below: ReadonlyArray<Tree>
        }
        const Tree = Schema.Struct({ below: Schema.Array(Schema.suspend((): Schema.Codec<Tree> => Tree)) })
        const thread = yield* startThread
        const reason = yield* reasonOf(thread.runStructured("go", { schema: Tree }))
        assert.deepInclude(reason, { _tag: "StructuredOutputError", issue: "it is nested too deeply" })
      }).pipe(Effect.provide(scripted([`${'{"below":['.repeat(20_000)}${"]}".repeat(20_000)}`])))
    )

    it.effect("names everything that is wrong at once", () =>
      Effect.gen(function* () {
        const thread = yield* startThread
        const reason = yield* reasonOf(
          thread.runStructured("go", { schema: Schema.Struct({ a: Schema.String, b: Schema.Boolean }) })
        )
        assert.isTrue(reason._tag === "StructuredOutputError")
        assert.include(reason.message, '["a"]')
        assert.include(reason.message, '["b"]')
      }).pipe(Effect.provide(scripted(['{"a":1,"b":2}'])))
    )

    it.effect.each([
      ["an array at the root", Schema.Array(Schema.String)],
      ["a string at the root", Schema.String],
      ["a union at the root", Schema.Union([Schema.Struct({ a: Schema.String }), Schema.Struct({ b: Schema.String })])]
    ] as const)("refuses %s before anything is started", ([, schema]) =>
      Effect.gen(function* () {
        const thread = yield* startThread
        const reason = yield* reasonOf(thread.runStructured("go", { schema: schema as Schema.Codec<unknown> }))
        assert.strictEqual(reason._tag, "OutputSchemaError")
        assert.deepStrictEqual(yield* prompts, [])
      }).pipe(Effect.provide(scripted([])))
    )

    it.effect("decodes with the services that the schema needs", () =>
      Effect.gen(function* () {
        class Roots extends Context.Service<Roots, { readonly root: string }>()("test/Roots") {}
        const Rooted = Schema.Struct({
          file: Schema.String.pipe(
            Schema.decodeTo(
              Schema.String,
              SchemaTransformation.transformEffect({
                decode: (file: string) => Roots.useSync(({ root }) => `${root}/${file}`),
                encode: (file: string) => Effect.succeed(file)
              })
            )
          )
        })
        const thread = yield* startThread
        const { value } = yield* thread
          .runStructured("go", { schema: Rooted })
          .pipe(Effect.provideService(Roots, { root: "/project" }))
        assert.deepStrictEqual(value, { file: "/project/a.ts" })
      }).pipe(Effect.provide(scripted(['{"file":"a.ts"}'])))
    )

    it.effect("fails as the turn does", () =>
      Effect.gen(function* () {
        const thread = yield* startThread
        const reason = yield* reasonOf(thread.runStructured("go", { schema: Finding, repair: 3 }))
        assert.strictEqual(reason._tag, "TurnFailed")
        assert.deepStrictEqual(yield* prompts, ["go"])
      }).pipe(Effect.provide(scripted([[started(), turnStarted, failed("no")]])))
    )
  })

  describe("repair", () => {
    const good = '{"file":"a.ts","line":1}'

    it.effect("asks the same thread again, with what was wrong and without the images", () =>
      Effect.gen(function* () {
        const thread = yield* startThread
        const input = [Input.text("go"), Input.localImage("a.png")]
        const turn = yield* thread.runStructured(input, { schema: Finding, repair: 1 })
        assert.deepStrictEqual(turn.value, { file: "a.ts", line: 1 })
        const [first, second] = yield* TestExec.use(({ requests }) => requests)
        assert.include(second?.prompt, 'Expected string\n  at ["file"]')
        assert.deepStrictEqual(second?.images, [])
        assert.deepStrictEqual(second?.target, ThreadTarget.Resume({ threadId: "test-thread" }))
        assert.deepStrictEqual(second?.outputSchema, first?.outputSchema)
      }).pipe(Effect.provide(scripted(['{"file":1,"line":1}', good])))
    )

    it.effect("asks as often as it is told to, and fails with the last answer", () =>
      Effect.gen(function* () {
        const thread = yield* startThread
        const reason = yield* reasonOf(thread.runStructured("go", { schema: Finding, repair: 2 }))
        assert.isTrue(reason._tag === "StructuredOutputError" && reason.text === "third")
        assert.strictEqual((yield* prompts).length, 3)
      }).pipe(Effect.provide(scripted(["first", "second", "third", good])))
    )

    it.effect("stops with the first answer that fits", () =>
      Effect.gen(function* () {
        const thread = yield* startThread
        yield* thread.runStructured("go", { schema: Finding, repair: 5 })
        assert.strictEqual((yield* prompts).length, 2)
      }).pipe(Effect.provide(scripted(["first", good])))
    )

    it.effect("lets no other turn come between", () =>
      Effect.gen(function* () {
        const gate = yield* makeGate
        const bad = gate.turn([started(), turnStarted], [says("bad"), completed()])
        yield* Effect.gen(function* () {
          const thread = yield* startThread
          const structured = yield* Effect.forkChild(thread.runStructured("go", { schema: Finding, repair: 1 }), {
            startImmediately: true
          })
          const other = yield* Effect.forkChild(thread.run("other"), { startImmediately: true })
          yield* gate.begun
          yield* gate.open
          yield* Fiber.join(structured)
          yield* Fiber.join(other)
          const all = yield* prompts
          assert.deepStrictEqual([all[0], all[2]], ["go", "other"])
          assert.strictEqual((yield* targets).length, 3)
        }).pipe(Effect.provide(scripted([bad, good, "ok"])))
      })
    )

    it.effect.each([-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY])("refuses %d", (repair) =>
      Effect.gen(function* () {
        const thread = yield* startThread
        const reason = yield* reasonOf(thread.runStructured("go", { schema: Finding, repair }))
        assert.isTrue(reason._tag === "InvalidOptions" && reason.option === "repair" && reason.got === String(repair))
        assert.deepStrictEqual(yield* prompts, [])
      }).pipe(Effect.provide(scripted([])))
    )
  })
})
