import { NodeServices } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import {
  Codex,
  type CodexError,
  type CodexOptions,
  Exec,
  Input,
  type InvalidOptions,
  type JsonSchemaObject,
  type ReviewTarget,
  type ThreadOptions,
  type TurnOptions
} from "effect-codex"
import { TestExec } from "effect-codex/testing"
import { prompts, reasonOf, scripted } from "./support/turns.ts"

// Callers without types may pass anything.
type Anything = Readonly<Record<string, unknown>>

/** The refusal of an effect that must not have started anything. */
const refusal = <A>(effect: Effect.Effect<A, CodexError, Codex>): Effect.Effect<InvalidOptions, A | CodexError> =>
  Effect.gen(function* () {
    const reason = yield* reasonOf(effect)
    assert.deepStrictEqual(yield* prompts, [])
    if (reason._tag !== "InvalidOptions") return assert.fail(`not InvalidOptions but ${reason._tag}`)
    return reason
  }).pipe(Effect.provide(scripted([])))

const ofCodex = (options: Anything) =>
  reasonOf(Layer.build(scripted([], options as CodexOptions))).pipe(
    Effect.scoped,
    Effect.map((reason) =>
      reason._tag === "InvalidOptions" ? reason : assert.fail(`not InvalidOptions but ${reason._tag}`)
    )
  )
const ofThread = (options: Anything) => refusal(Codex.use((codex) => codex.startThread(options as ThreadOptions)))
const ofTurn = (options: Anything) =>
  refusal(
    Effect.flatMap(
      Codex.use((codex) => codex.startThread()),
      (thread) => thread.run("go", options as TurnOptions)
    )
  )
const ofInput = (input: unknown) =>
  refusal(
    Effect.flatMap(
      Codex.use((codex) => codex.startThread()),
      (thread) => thread.run(input as Input)
    )
  )

const shortened = `"${"x".repeat(60)}… (1000000 characters)"`
const long = "x".repeat(1_000_000)

type Case = readonly [options: Anything, option: string, got: string, expected: string]

/** What holds for every value that becomes an argument. */
const argumentCases = (name: string): ReadonlyArray<Case> => [
  [{ [name]: null }, name, "null", "string"],
  [{ [name]: Number.NaN }, name, "NaN", "string"],
  [{ [name]: "" }, name, '""', "a string that is not empty"],
  [{ [name]: "a\0b" }, name, String.raw`"a\u0000b"`, "a string without NUL characters and lone surrogates"],
  [{ [name]: "\ud800" }, name, String.raw`"\ud800"`, "a string without NUL characters and lone surrogates"],
  [{ [name]: "-x" }, name, '"-x"', 'a string that does not begin with "-"'],
  [{ [name]: `-${long.slice(1)}` }, name, `"-${"x".repeat(59)}… (1000000 characters)"`, "does not begin"]
]

/** With a name, in which no value is long. */
const named = (cases: ReadonlyArray<Case>): ReadonlyArray<readonly [string, Case]> =>
  cases.map((one) => [`${one[1]} = ${one[2]}`, one])

const isRefused = ([, option, got, expected]: Case, refused: InvalidOptions): void => {
  assert.strictEqual(refused.option, option)
  assert.strictEqual(refused.got, got)
  assert.include(refused.expected, expected)
  assert.isBelow(refused.message.length, 1000)
}

const toolsNamed = (...names: ReadonlyArray<string>) => ({
  tools: {
    specs: names.map((name) => ({ name, description: "", inputSchema: { type: "object" } })),
    call: () => Effect.succeed({ success: true, text: "" })
  }
})

const withInputSchema = (inputSchema: JsonSchemaObject) => ({
  tools: {
    specs: [{ name: "a", description: "", inputSchema }],
    call: () => Effect.succeed({ success: true, text: "" })
  }
})

// Object.assign takes what a caller without types might write, too.
const change = (object: object, values: object) => void Object.assign(object, values)

const cyclic = (object: Anything): Anything => {
  change(object, { properties: { itself: object } })
  return object
}

/** An object that throws when something of it is read. */
const throwing = (name: string, rest: Anything = {}) =>
  Object.defineProperty({ ...rest }, name, {
    enumerable: true,
    get: () => {
      throw new Error("not today")
    }
  })

const got = "one that throws: not today"

describe("CodexOptions", () => {
  describe("of codex", () => {
    it.effect("does not show the value of an option that does not exist", () =>
      Effect.gen(function* () {
        const error = yield* Effect.flip(Layer.build(scripted([], { api_key: "sk-secret" } as never))) // misspelt
        assert.deepInclude(error.reason, { _tag: "InvalidOptions", option: "api_key" })
        assert.include(error.message, "apiKey")
        assert.notInclude(error.message, "sk-secret")
        const inherited = yield* Effect.flip(Layer.build(scripted([], { constructor: 1 } as never))) // likewise
        assert.include(inherited.message, "one of the options apiKey")
      }).pipe(Effect.scoped)
    )

    it.effect("are accepted", () =>
      Effect.gen(function* () {
        const codex: Required<CodexOptions> = {
          apiKey: Redacted.make("sk-1"),
          baseUrl: "http://x/v1",
          config: { model_providers: { mine: { "odd key": 1 } }, a: undefined },
          configOverrides: ["a.b=1", "c = 'x=y'", "d="],
          env: { A: "b", B: Redacted.make("c"), C: undefined, D: "" },
          extendEnv: false,
          codexHome: "/home/me/.codex",
          maxConcurrentTurns: 4,
          telemetry: { recordContent: true, maxContentLength: 10, codexTracesUrl: "http://localhost:4318/v1/traces" }
        }
        yield* Layer.build(scripted([], codex))
        yield* Layer.build(scripted([], {}))
        yield* Layer.build(scripted([], { apiKey: undefined, baseUrl: undefined, env: undefined }))
      })
    )

    it.effect.each(
      named([
        [{ baseUrl: null }, "baseUrl", "null", "string"],
        [{ baseUrl: "" }, "baseUrl", '""', "not empty"],
        [{ baseUrl: "http://me:word@x/" }, "baseUrl", '"http://…@x/"', "without a user name"],
        [{ baseUrl: "http://me:wo/rd@x/" }, "baseUrl", '"http://…@x/"', "an http or https URL"],
        [{ baseUrl: "me:wo rd@x/?key=word" }, "baseUrl", '"…@x/?…"', "an http or https URL"],
        [
          { telemetry: { codexTracesUrl: "https://me:w rd@x/" } },
          "telemetry.codexTracesUrl",
          '"https://…@x/"',
          "a URL without a user name"
        ],
        [{ baseUrl: "http://x\0" }, "baseUrl", String.raw`"http://x\u0000"`, "without NUL"],
        [{ codexHome: "" }, "codexHome", '""', "not empty"],
        [{ codexHome: 5 }, "codexHome", "5", "string"],
        [{ extendEnv: "yes" }, "extendEnv", '"yes"', "boolean"],
        [{ config: null }, "config", "null", "a plain object"],
        [{ config: [1] }, "config", "an array", "a plain object"],
        [{ config: new Map() }, "config", "an object", "a plain object"],
        [{ config: { a: { b: null } } }, "config.a.b", "null", "a finite number"],
        [{ config: { a: Number.NaN } }, "config.a", "NaN", "a finite number"],
        [{ config: { a: { b: [long, "\0"] } } }, "config.a.b.1", String.raw`"\u0000"`, "without NUL"],
        [{ config: { a: `${long}\0`.slice(1) } }, "config.a", shortened, "without NUL"],
        [{ config: { "a.b": 1 } }, "config.a.b", '"a.b"', "nest what config.toml nests"],
        [{ configOverrides: "a=1" }, "configOverrides", '"a=1"', "array"],
        [{ configOverrides: ["a=1", "b"] }, "configOverrides.1", '"b"', "key=value"],
        [{ configOverrides: ["=1"] }, "configOverrides.0", '"=1"', "key=value"],
        [{ configOverrides: [" =1"] }, "configOverrides.0", '" =1"', "key=value"],
        [{ configOverrides: ["-c=1"] }, "configOverrides.0", '"-c=1"', 'does not begin with "-"'],
        [{ configOverrides: ["a=\0"] }, "configOverrides.0", String.raw`"a=\u0000"`, "without NUL"],
        [{ maxConcurrentTurns: 0 }, "maxConcurrentTurns", "0", ""],
        [{ maxConcurrentTurns: 1.5 }, "maxConcurrentTurns", "1.5", ""],
        [{ maxConcurrentTurns: Number.NaN }, "maxConcurrentTurns", "NaN", ""],
        [{ threadId: "x" }, "threadId", "a value that is not shown", "one of the options apiKey, baseUrl, config"]
      ])
    )("refuse %s", ([, refused]) => Effect.map(ofCodex(refused[0]), (reason) => isRefused(refused, reason)))

    it.effect("take a process's whole environment, which is no plain object", () =>
      Effect.gen(function* () {
        const thread = yield* Codex.use((codex) => codex.startThread())
        yield* thread.run("go")
        const [request] = yield* TestExec.use(({ requests }) => requests)
        assert.deepStrictEqual(request?.codex.env, { ...process.env })
      }).pipe(Effect.provide(scripted(["ok"], { env: process.env })))
    )

    it.effect.each([new Map([["A", "b"]]), [["A", "b"]], new Headers({ A: "b" }), Redacted.make("A=b"), "A=b"])(
      "want an object as the environment: %s",
      (env) => Effect.map(ofCodex({ env }), ({ expected }) => assert.match(expected, /^an object of variable names/))
    )

    it.effect("speak of the variable that is wrong, and not of an object", () =>
      Effect.map(ofCodex({ env: { A: 5 } }), ({ expected }) => assert.match(expected, /^variable names/))
    )

    it.effect("end with a table that holds itself", () =>
      Effect.gen(function* () {
        const table: Record<string, unknown> = {}
        change(table, { a: table, b: table, c: [table, table] })
        const refused = yield* ofCodex({ config: table })
        assert.match(refused.option, /^config(\.a)+/)
        assert.strictEqual(refused.expected, "at most 64 levels")
      })
    )

    it.effect.each<readonly [Anything, string]>([
      [{ A: 5, B: "x" }, "env.A"],
      [{ B: "x", A: null }, "env.A"],
      [{ A: "\0" }, "env.A"],
      [{ "A=sk-secret": "x" }, "env.A"],
      [{ "": "x" }, "env"],
      [{ [`${"A".repeat(500)}\n`]: 5 }, `env.${"A".repeat(116)}… (505 characters)`],
      [{ "A\nB": 5 }, "env.A\nB"]
    ])("name the variable of %j", ([env, option]) =>
      Effect.gen(function* () {
        const refused = yield* ofCodex({ env })
        assert.strictEqual(refused.option, option)
        assert.notMatch(refused.message, /sk-secret|\n/)
      })
    )

    it.effect.each<readonly [Anything, string]>([
      [{ apiKey: "sk-secret" }, "apiKey"],
      [{ apiKey: Redacted.make("") }, "apiKey"],
      [{ apiKey: Redacted.make("sk-secret\0") }, "apiKey"],
      [{ apiKey: Redacted.make("sk-secret\n") }, "apiKey"],
      [{ apiKey: Redacted.make(" sk-secret") }, "apiKey"],
      [{ apiKey: Redacted.make("sk-\r\nsecret") }, "apiKey"],
      [{ apiKey: Redacted.make(5) }, "apiKey"],
      [{ apiKey: null }, "apiKey"],
      [{ env: { A: "sk-secret\0" } }, "env"],
      [{ env: { A: Redacted.make("sk-secret\0") } }, "env"],
      [{ env: { "A=B": "sk-secret" } }, "env"],
      [{ env: { "": "sk-secret" } }, "env"],
      [{ env: { "A\0": "sk-secret" } }, "env"],
      [{ env: { A: 5, B: "sk-secret" } }, "env"],
      [{ env: { A: null, B: "sk-secret" } }, "env"],
      [{ env: [["A", "sk-secret"]] }, "env"],
      [{ env: new Map([["A", "sk-secret"]]) }, "env"],
      [{ env: new Headers({ A: "sk-secret" }) }, "env"],
      [{ env: Redacted.make("sk-secret") }, "env"],
      [{ env: "A=sk-secret" }, "env"],
      [{ env: null }, "env"]
    ])("refuse %j without showing it", ([options, option]) =>
      Effect.gen(function* () {
        const refused = yield* ofCodex(options)
        assert.strictEqual(refused.option.split(".")[0], option)
        assert.strictEqual(refused.got, "a value that is not shown")
        assert.notInclude(refused.message, "secret")
      })
    )
  })

  describe("of a thread", () => {
    it.effect("are accepted", () =>
      Effect.gen(function* () {
        const thread: Required<ThreadOptions> = {
          model: "some-new-model",
          sandboxMode: "danger-full-access",
          workingDirectory: "./a b",
          additionalDirectories: ["/a", "b,c"],
          skipGitRepoCheck: true,
          modelReasoningEffort: "some-new-effort",
          networkAccessEnabled: true,
          webSearchMode: "indexed",
          approvalPolicy: "on-failure",
          threadSource: "user",
          profile: "_work-2",
          oss: true,
          localProvider: "lmstudio",
          ephemeral: true,
          ignoreUserConfig: true,
          ignoreRules: true,
          strictConfig: true,
          enable: ["web_search", "x-1"],
          disable: [],
          config: { a: 1 },
          tools: { specs: [], call: () => Effect.succeed({ success: true, text: "" }) }
        }
        const codex = yield* Codex
        yield* codex.startThread(thread)
        yield* codex.startThread({ model: undefined, enable: undefined })
        yield* codex.startThread(toolsNamed("a", "A-1_", "a".repeat(128)))
        // It is mended where codex is told.
        yield* codex.startThread(withInputSchema({ type: "object", description: "\ud800" }))
        yield* codex.resumeThread("my thread", thread)
        yield* codex.resumeLastThread(thread)
        yield* codex.forkThread("01a20318-0000-7000-8000-000000000000", thread)
      }).pipe(Effect.provide(scripted([])))
    )

    it.effect.each(
      named([
        ...["model", "workingDirectory", "threadSource", "profile"].flatMap(argumentCases),
        ...["../x", "a/b", "a.b", "a b", "a\n", "é"].map((profile): Case => [
          { profile },
          "profile",
          JSON.stringify(profile),
          "a plain name of letters, digits, _ and -"
        ]),
        ...["sandboxMode", "webSearchMode", "approvalPolicy", "localProvider"].flatMap((name): ReadonlyArray<Case> => [
          [{ [name]: "nope" }, name, '"nope"', '" | "'],
          [{ [name]: null }, name, "null", '" | "'],
          [{ [name]: long }, name, shortened, '" | "']
        ]),
        ...[
          "skipGitRepoCheck",
          "networkAccessEnabled",
          "oss",
          "ephemeral",
          "ignoreUserConfig",
          "ignoreRules",
          "strictConfig"
        ].flatMap((name): ReadonlyArray<Case> => [
          [{ [name]: "true" }, name, '"true"', "boolean"],
          [{ [name]: null }, name, "null", "boolean"]
        ]),
        ...["enable", "disable"].flatMap((name): ReadonlyArray<Case> => [
          [{ [name]: "f" }, name, '"f"', "array"],
          [{ [name]: ["ok", "a=b"] }, `${name}.1`, '"a=b"', "a feature name"],
          [{ [name]: ["-f"] }, `${name}.0`, '"-f"', "a feature name"],
          [{ [name]: [""] }, `${name}.0`, '""', "a feature name"],
          [{ [name]: [null] }, `${name}.0`, "null", "string"]
        ]),
        [{ modelReasoningEffort: "" }, "modelReasoningEffort", '""', "not empty"],
        [{ modelReasoningEffort: "\0" }, "modelReasoningEffort", String.raw`"\u0000"`, "without NUL"],
        [{ additionalDirectories: ["/a", "-b"] }, "additionalDirectories.1", '"-b"', 'does not begin with "-"'],
        [{ additionalDirectories: [""] }, "additionalDirectories.0", '""', "not empty"],
        [{ approvalPolicy: "untrusted" }, "approvalPolicy", '"untrusted"', '"never", "on-request" or "on-failure"'],
        [{ config: { a: Number.POSITIVE_INFINITY } }, "config.a", "Infinity", "a finite number"],
        [{ config: 5 }, "config", "5", "a plain object"],
        [{ tools: [] }, "tools", "an array", "a ToolSet"],
        [{ tools: { specs: [{ name: "a" }], call: () => {} } }, "tools", "an object", "a ToolSet"],
        ...["", "a b", "é", "mcp__a"].map((name): Case => [
          toolsNamed("good", name),
          "tools.specs.1.name",
          JSON.stringify(name),
          "128 letters"
        ]),
        [toolsNamed("a".repeat(129)), "tools.specs.0.name", `"${"a".repeat(60)}… (129 characters)"`, "128 letters"],
        [toolsNamed("a", "b", "a"), "tools.specs.2.name", '"a"', "a name that no other tool has"],
        [toolsNamed("wait"), "tools.specs.0.name", '"wait"', "a name that is none of codex's own tools"],
        ...[{}, { type: "object", required: "id" }, { type: "object", properties: { id: null } }].map(
          (inputSchema): Case => [
            withInputSchema(inputSchema),
            "tools.specs.0.inputSchema",
            "an object",
            '`type: "object"` at its root'
          ]
        ),
        ...[
          { type: "object", properties: { n: { minimum: 1n } } },
          cyclic({ type: "object" }),
          { type: "object", toJSON: () => undefined },
          { type: "object", toJSON: () => "a text" },
          { type: "object", toJSON: () => ({}) }
        ].map((inputSchema): Case => [
          withInputSchema(inputSchema),
          "tools.specs.0.inputSchema",
          "an object",
          "without a bigint, a cycle"
        ]),
        [{ timeout: 5 }, "timeout", "a value that is not shown", "one of the options model, sandboxMode"],
        [{ Model: "m" }, "Model", "a value that is not shown", "one of the options model, sandboxMode"]
      ])
    )("refuse %s", ([, refused]) => Effect.map(ofThread(refused[0]), (reason) => isRefused(refused, reason)))

    it.effect("do not speak of undefined, which every option may be", () =>
      Effect.gen(function* () {
        assert.strictEqual((yield* ofThread({ ephemeral: 5 })).expected, "boolean")
        assert.strictEqual((yield* ofThread({ enable: 5 })).expected, "array")
      })
    )

    it.effect("say what is thrown by values that can not be read", () =>
      Effect.gen(function* () {
        const getter = {
          get model(): string {
            throw new Error("not\ntoday")
          }
        }
        assert.strictEqual(
          (yield* ofThread(getter)).message,
          String.raw`Invalid option "options": expected values that can be read, got one that throws: not\u000atoday`
        )
        const { proxy, revoke } = Proxy.revocable({}, {})
        revoke()
        assert.include((yield* ofThread(proxy)).got, "a proxy that has been revoked")
        assert.include((yield* ofTurn({ outputSchema: proxy })).got, "a proxy that has been revoked")
        // Whatever is thrown.
        const odd = {
          get model(): string {
            throw Object.create(null)
          }
        }
        assert.strictEqual((yield* ofThread(odd)).got, "one that throws: an object")
      })
    )

    it.effect("say what is thrown also by what is in them, and by everything else that a caller gives", () =>
      Effect.gen(function* () {
        const { proxy, revoke } = Proxy.revocable({}, {})
        revoke()
        assert.deepInclude(yield* ofCodex({ config: { a: throwing("b") } }), { option: "options", got })
        assert.deepInclude(yield* ofCodex({ env: throwing("A") }), { option: "options", got })
        assert.deepInclude(yield* ofThread({ config: { a: [throwing("b")] } }), { option: "options", got })
        assert.include((yield* ofThread({ config: { a: proxy } })).got, "a proxy that has been revoked")
        assert.deepInclude(yield* ofInput([throwing("text", { _tag: "Text" })]), { option: "input", got })
        assert.include((yield* ofInput(proxy)).got, "a proxy that has been revoked")
        const structured = (options: unknown) =>
          refusal(
            Effect.flatMap(
              Codex.use((codex) => codex.startThread()),
              (thread) => thread.runStructured("go", options as { readonly schema: Schema.Codec<unknown> })
            )
          )
        assert.deepInclude(yield* structured(throwing("schema")), { option: "options", got })
        assert.deepInclude(yield* structured(throwing("timeout", { schema: Schema.Struct({}) })), {
          option: "options",
          got
        })
        const target = throwing("branch", { _tag: "BaseBranch" }) as ReviewTarget
        for (const review of [
          Codex.use((codex) => codex.review(target)),
          Codex.use((codex) => Stream.runDrain(codex.streamReview(target)))
        ]) {
          assert.deepInclude(yield* refusal(review), { option: "target", got })
        }
        const id = proxy as unknown as string
        assert.include((yield* refusal(Codex.use((codex) => codex.resumeThread(id)))).option, "threadId")
        for (const build of [
          Effect.asVoid(Layer.build(Codex.layerConfig(throwing("apiKey")).pipe(Layer.provide(TestExec.layer([]))))),
          Effect.asVoid(Layer.build(Exec.layerConfig(throwing("strict")).pipe(Layer.provide(NodeServices.layer))))
        ]) {
          const error = yield* Effect.flip(Effect.scoped(build))
          assert.include(error.message, got)
        }
      })
    )

    it.effect("are checked by everything that makes a thread or a review", () =>
      Effect.gen(function* () {
        const bad = { model: "-m" }
        const target: ReviewTarget = { _tag: "Uncommitted" }
        for (const make of [
          Codex.use((codex) => codex.resumeThread("t", bad)),
          Codex.use((codex) => codex.resumeLastThread(bad)),
          Codex.use((codex) => codex.forkThread("t", bad)),
          Codex.use((codex) => codex.review(target, bad)),
          Codex.use((codex) => Stream.runDrain(codex.streamReview(target, bad)))
        ]) {
          assert.strictEqual((yield* refusal(make)).option, "model")
        }
      })
    )
  })

  describe("of a turn", () => {
    const accepted: ReadonlyArray<TurnOptions> = [
      { outputSchema: { type: "object" } },
      { outputSchema: Object.create(Object.create(null)) },
      { cyberAccessProgram: "daybreak_red" },
      { timeout: 1 },
      { timeout: "30 seconds", idleTimeout: Duration.minutes(1) },
      { timeout: undefined }
    ]
    it.effect.each(accepted)("are accepted: %j", (options) =>
      Effect.gen(function* () {
        const thread = yield* Codex.use((codex) => codex.startThread())
        yield* thread.run("go", options)
      }).pipe(Effect.provide(scripted(["ok"])))
    )

    it.effect.each(
      named([
        ...["timeout", "idleTimeout"].flatMap((name): ReadonlyArray<Case> => [
          [{ [name]: 0 }, name, "0", "a duration greater than zero"],
          [{ [name]: -5 }, name, "-5", "a duration greater than zero"],
          [{ [name]: "x" }, name, '"x"', "a duration greater than zero"],
          [{ [name]: Number.NaN }, name, "NaN", "a duration greater than zero"],
          [{ [name]: null }, name, "null", "a duration greater than zero"],
          [{ [name]: "0 seconds" }, name, '"0 seconds"', "a duration greater than zero"],
          [{ [name]: Duration.millis(-5) }, name, "-5ms", "a duration greater than zero"]
        ]),
        [{ outputSchema: null }, "outputSchema", "null", "a plain object"],
        [{ outputSchema: "{}" }, "outputSchema", '"{}"', "a plain object"],
        [{ outputSchema: [] }, "outputSchema", "an array", "a plain object"],
        [{ cyberAccessProgram: "red" }, "cyberAccessProgram", '"red"', '"daybreak_blue"'],
        [
          { model: "m" },
          "model",
          "a value that is not shown",
          "one of the options outputSchema, cyberAccessProgram, timeout, idleTimeout"
        ]
      ])
    )("refuse %s", ([, refused]) => Effect.map(ofTurn(refused[0]), (reason) => isRefused(refused, reason)))
  })

  describe("of the input", () => {
    it.effect.each<readonly [string, unknown, string]>([
      ["a blank prompt", " \n\t", String.raw`" \n\t"`],
      ["an empty prompt", "", '""'],
      ["no parts", [], '""'],
      ["parts without text", [Input.localImage("a.png")], '""'],
      ["blank parts", [Input.text(" "), Input.text("")], String.raw`" \n\n"`],
      ["an image with a comma", [Input.text("go"), Input.localImage("a,b.png")], '"a,b.png"'],
      ["an image that looks like a flag", [Input.text("go"), Input.localImage("-a.png")], '"-a.png"'],
      ["an image without a path", [Input.text("go"), Input.localImage("")], '""'],
      ["an image with NUL", [Input.text("go"), Input.localImage("a\0")], String.raw`"a\u0000"`],
      ["null", null, "null"],
      ["a number", 5, "5"],
      ["a part of another kind", [{ _tag: "Video", path: "a" }], "an array"],
      ["a text that is none", [{ _tag: "Text", text: 5 }], "an array"]
    ])("refuse %s", ([, input, got]) =>
      Effect.gen(function* () {
        const refused = yield* ofInput(input)
        assert.strictEqual(refused.option, "input")
        assert.strictEqual(refused.got, got)
      })
    )

    it.effect("refuse a prompt that is longer than codex takes, counted in characters", () =>
      Effect.gen(function* () {
        const thread = yield* Codex.use((codex) => codex.startThread())
        const limit = 1_048_576
        const reason = yield* reasonOf(thread.run("🤝".repeat(limit + 1)))
        assert.deepStrictEqual(reason._tag === "PromptTooLarge" ? [reason.length, reason.limit] : reason._tag, [
          limit + 1,
          limit
        ])
        assert.deepStrictEqual(yield* prompts, [])
        yield* thread.run("🤝".repeat(limit))
        yield* thread.run("x".repeat(limit))
      }).pipe(Effect.provide(scripted(["ok", "ok"])))
    )
  })

  describe("of a target", () => {
    it.effect.each(["", "-t", "--last", "a\0", null, undefined, 5])("refuse the thread id %j", (id) =>
      Effect.gen(function* () {
        for (const make of [
          Codex.use((codex) => codex.resumeThread(id as string)),
          Codex.use((codex) => codex.forkThread(id as string))
        ]) {
          assert.strictEqual((yield* refusal(make)).option, "threadId")
        }
      })
    )

    it.effect.each<readonly [unknown, string]>([
      [null, "target"],
      [{}, "target"],
      [{ _tag: "Everything" }, "target"],
      [{ _tag: "BaseBranch" }, "target"],
      [{ _tag: "BaseBranch", branch: "" }, "target.branch"],
      [{ _tag: "BaseBranch", branch: "-b" }, "target.branch"],
      [{ _tag: "Commit", sha: "--all" }, "target.sha"],
      [{ _tag: "Commit", sha: "abc", title: "-t" }, "target.title"],
      [{ _tag: "Custom", instructions: " \n" }, "target.instructions"]
    ])("refuse the review target %j", ([target, option]) =>
      Effect.gen(function* () {
        for (const make of [
          Codex.use((codex) => codex.review(target as ReviewTarget)),
          Codex.use((codex) => Stream.runDrain(codex.streamReview(target as ReviewTarget)))
        ]) {
          assert.strictEqual((yield* refusal(make)).option, option)
        }
      })
    )
  })
})
