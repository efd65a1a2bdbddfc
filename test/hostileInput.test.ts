import { assert, describe, it } from "@effect/vitest"
import {
  Codex,
  type CodexError,
  type CodexOptions,
  Exec,
  Input,
  type ReviewTarget,
  type ThreadOptions,
  type TurnOptions
} from "effect-codex"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Path from "effect/Path"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import { Fake, lines, shellFake } from "./support/fakeCodex.ts"
import { hostileTexts, isArgument, isKey, isPassable } from "./support/hostile.ts"
import { prompts, scripted } from "./support/turns.ts"

/** What is given to the three levels. Callers without types may pass anything. */
interface Use {
  readonly codex?: Readonly<Record<string, unknown>>
  readonly thread?: Readonly<Record<string, unknown>>
  readonly turn?: Readonly<Record<string, unknown>>
  readonly input?: Input
  readonly resume?: string
  readonly fork?: string
  readonly review?: ReviewTarget
}

const run = ({ fork, input = "go", resume, review, thread, turn }: Use) =>
  Effect.gen(function* () {
    const codex = yield* Codex
    const options = thread as ThreadOptions | undefined // see Use
    if (review !== undefined) return yield* codex.review(review, options)
    const made =
      resume !== undefined
        ? codex.resumeThread(resume, options)
        : fork !== undefined
          ? codex.forkThread(fork, options)
          : codex.startThread(options)
    return yield* (yield* made).run(input, turn as TurnOptions | undefined) // see Use
  })

/** A place for a text: the option that a refusal names, what it takes, and how it is put there. */
type Place = readonly [option: string, takes: (text: string) => boolean, use: (text: string) => Use]

const never = () => false
const isBlank = (text: string) => /^[\s\u0085]*$/.test(text)
const own = (key: string, value: unknown) => Object.fromEntries([[key, value]])

const places: ReadonlyArray<Place> = [
  ["model", isArgument, (model) => ({ thread: { model } })],
  ["threadSource", isArgument, (threadSource) => ({ thread: { threadSource } })],
  ["profile", (text) => /^\w[\w-]*$/.test(text), (profile) => ({ thread: { profile } })],
  ["workingDirectory", isArgument, (workingDirectory) => ({ thread: { workingDirectory } })],
  ["additionalDirectories.1", isArgument, (text) => ({ thread: { additionalDirectories: ["/a", text] } })],
  [
    "modelReasoningEffort",
    (text) => isPassable(text) && text !== "",
    (text) => ({ thread: { modelReasoningEffort: text } })
  ],
  ["enable.0", (text) => /^[\w][\w-]*$/.test(text), (text) => ({ thread: { enable: [text] } })],
  ["disable.0", (text) => /^[\w][\w-]*$/.test(text), (text) => ({ thread: { disable: [text] } })],
  ["sandboxMode", never, (sandboxMode) => ({ thread: { sandboxMode } })],
  ["approvalPolicy", never, (approvalPolicy) => ({ thread: { approvalPolicy } })],
  ["config.", (text) => /^[\w][\w-]*$/.test(text), (text) => ({ codex: { config: own(text, 1) } })],
  ["config.", (text) => /^[\w][\w-]*$/.test(text), (text) => ({ thread: { config: own(text, 1) } })],
  ["config.a.", (text) => isPassable(text) && text !== "", (text) => ({ codex: { config: { a: own(text, 1) } } })],
  ["config.a", isPassable, (text) => ({ thread: { config: { a: text } } })],
  ["config.a.b.0", isPassable, (text) => ({ codex: { config: { a: { b: [text] } } } })],
  [
    "configOverrides.0",
    (text) => isPassable(text) && /^\s*[^-\s=][^=]*=/.test(text),
    (text) => ({ codex: { configOverrides: [text] } })
  ],
  ["configOverrides.0", isPassable, (text) => ({ codex: { configOverrides: [`a=${text}`] } })],
  ["apiKey", isKey, (text) => ({ codex: { apiKey: Redacted.make(`planted-${text}`) } })],
  ["env", isPassable, (text) => ({ codex: { env: { A: `planted-${text}` } } })],
  ["env", isPassable, (text) => ({ codex: { env: { A: Redacted.make(`planted-${text}`) } } })],
  [
    "env",
    (text) => isPassable(text) && !["", "__proto__"].includes(text) && !text.includes("="),
    (text) => ({ codex: { env: own(text, "planted") } })
  ],
  ["baseUrl", never, (baseUrl) => ({ codex: { baseUrl } })],
  ["baseUrl", isPassable, (text) => ({ codex: { baseUrl: `http://127.0.0.1/${text}` } })],
  ["codexHome", (text) => isPassable(text) && text !== "", (codexHome) => ({ codex: { codexHome } })],
  ["threadId", isArgument, (resume) => ({ resume })],
  ["threadId", isArgument, (fork) => ({ fork })],
  ["target.branch", isArgument, (branch) => ({ review: { _tag: "BaseBranch", branch } })],
  ["target.sha", isArgument, (sha) => ({ review: { _tag: "Commit", sha } })],
  ["target.title", isArgument, (title) => ({ review: { _tag: "Commit", sha: "abc", title } })],
  ["target.instructions", (text) => !isBlank(text), (instructions) => ({ review: { _tag: "Custom", instructions } })],
  ["input", (text) => !isBlank(text), (input) => ({ input })],
  ["input", (text) => !isBlank(text), (text) => ({ input: [Input.text(text)] })],
  [
    "input",
    (text) => isArgument(text) && !text.includes(","),
    (text) => ({ input: [Input.text("go"), Input.localImage(text)] })
  ],
  ["timeout", never, (timeout) => ({ turn: { timeout } })],
  ["cyberAccessProgram", never, (cyberAccessProgram) => ({ turn: { cyberAccessProgram } })],
  // An option that does not exist.
  ["", never, (text) => ({ codex: own(text, "planted") })],
  ["", never, (text) => ({ thread: own(text, "planted") })],
  ["", never, (text) => ({ turn: own(text, "planted") })]
]

/** The failure of a use that started nothing, or undefined. */
const refusal = (use: Use): Effect.Effect<CodexError | undefined> =>
  Effect.gen(function* () {
    yield* run(use)
    return undefined
  }).pipe(
    Effect.catchTag("CodexError", (error) =>
      Effect.as(
        Effect.map(prompts, (all) => assert.deepStrictEqual(all, [])),
        error
      )
    ),
    Effect.provide(scripted(["ok"], use.codex as CodexOptions | undefined)), // see Use
    // Some are refused when the layer is built.
    Effect.catchTag("CodexError", Effect.succeed)
  )

const assertPresentable = (message: string, where: string) => {
  assert.isBelow(message.length, 600, where)
  assert.notMatch(message, /\p{Cc}|\p{Cs}/u, where)
  assert.notInclude(message, "planted", where)
}

/** Says, as its answer, what it was given: arguments, environment, stdin and output schema, in base64. */
const echo = `
stdin="$(base64 -w0)"; last=; schema=
for argument; do [ "$last" = --output-schema ] && schema="$(base64 -w0 "$argument")"; last="$argument"; done
printf '{"type":"item.completed","item":{"id":"i","type":"agent_message","text":"%s %s %s %s"}}\\n%s\\n' \\
  "$(base64 -w0 /proc/$$/cmdline)" "$(base64 -w0 /proc/$$/environ)" "$stdin" "$schema" '${lines.turnCompleted}'
`

/** What the process was given by a use. */
const arrival = (use: Use) =>
  Effect.gen(function* () {
    const { marker } = yield* Fake
    const layer = Codex.layer({ ...use.codex, env: { ...marker.env, ...Object(use.codex?.["env"]) } })
    const turn = yield* run(use).pipe(Effect.provide(layer, { local: true }))
    const [command = "", environment = "", stdin = "", schema = ""] = turn.finalResponse
      .split(" ")
      .map((bytes) => Buffer.from(bytes, "base64"))
      .map((bytes) => new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes))
    return {
      // Behind the interpreter, the fake, and what is always there.
      args: command.split("\0").slice(2, -1).slice(2),
      env: new Set(environment.split("\0").slice(0, -1)),
      stdin,
      schema
    }
  })

const inputPlace = places.findIndex(([option]) => option === "input")

/** A table with itself under a name. */
const cyclic = (name: string): Readonly<Record<string, unknown>> => {
  const table: Record<string, unknown> = {}
  table[name] = table
  return table
}

/** A table under `e`, with a key that may be bare. */
const nested = (key: string) =>
  /^[\w-]+$/.test(key) ? `e.${key}=${quoted(key)}` : `e={${quoted(key)} = ${quoted(key)}}`

/** A configuration argument: TOML's basic strings are JSON's, except for DEL. */
const quoted = (text: string) => JSON.stringify(text).replaceAll("\u007f", "\\u007f")

describe("a caller's texts", () => {
  it.effect.each([...hostileTexts, ["1 MB", "x".repeat(1_000_000)] as const])(
    "are taken or refused by name, before anything is started: %s",
    ([, text]) =>
      Effect.forEach(
        places,
        Effect.fnUntraced(function* ([option, takes, use], index) {
          const where = `place ${index} ${option}`
          const error = yield* refusal(use(text))
          assert.strictEqual(error === undefined, takes(text), where)
          if (error === undefined) return
          if (error.reason._tag !== "InvalidOptions") return assert.fail(`${where}: ${error.reason._tag}`)
          assert.isTrue(error.reason.option.startsWith(option), `${where}: ${error.reason.option}`)
          assertPresentable(error.message, where)
        })
      )
  )

  it.live.each([...hostileTexts, ["1 MB", "x".repeat(1_000_000)] as const])("name no executable: %s", ([, codexPath]) =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(Effect.scoped(Effect.provide(Exec, Exec.layer({ codexPath }), { local: true })))
      const isText = isPassable(codexPath) && codexPath !== ""
      // A way up is a directory.
      assert.strictEqual(error.reason._tag, isText ? "ExecutableNotFound" : "InvalidOptions")
      assertPresentable(error.message.replaceAll("\n", " "), codexPath)
    }).pipe(Effect.provide(shellFake("exit 0")))
  )

  const passed = hostileTexts.filter(([, text]) => isPassable(text))

  it.live.each(passed)("reach codex as they are, and nothing else does: %s", ([, text]) =>
    Effect.gen(function* () {
      const { directory: base, marker, path: fake } = yield* Fake
      const fs = yield* FileSystem.FileSystem
      const path = yield* Path.Path
      const directory = `${base}/d/e/${text}/f`
      yield* fs.makeDirectory(directory, { recursive: true })
      // codex splits image paths at commas.
      const image = `${base}/i/x${text.replaceAll(",", "")}x`
      yield* fs.makeDirectory(path.dirname(image), { recursive: true })
      yield* fs.writeFileString(image, "")
      const argument = isArgument(text) ? text : "other"
      const effort = text === "" ? "other" : text
      const key = isKey(text) ? `key${text}` : "key"
      const prompt = isBlank(text) ? `${text}go` : text
      const name = text === "" || text === "__proto__" || text.includes("=") ? "OTHER" : text
      const outputSchema = { title: text, properties: own(text, { const: text }) }

      const all = yield* arrival({
        codex: {
          apiKey: Redacted.make(key),
          baseUrl: `http://127.0.0.1/${text}`,
          config: { a: { "not bare": text } },
          configOverrides: [`b=${text}`],
          codexHome: directory,
          env: { ...own(name, text), PLAIN: text, SECRET: Redacted.make(text) }
        },
        thread: {
          model: argument,
          threadSource: argument,
          profile: "work",
          workingDirectory: directory,
          additionalDirectories: [argument, "/second"],
          modelReasoningEffort: effort,
          config: { c: [{ d: text }], ...(text === "" ? {} : { e: own(text, text) }) }
        },
        turn: { outputSchema },
        input: [Input.text(prompt), Input.localImage(image)]
      })
      const schemaPath = all.args[all.args.indexOf("--output-schema") + 1] ?? assert.fail("no output schema")
      const config = [
        `a={"not bare" = ${quoted(text)}}`,
        `b=${text}`,
        `openai_base_url=${quoted(`http://127.0.0.1/${text}`)}`,
        `c=[{"d" = ${quoted(text)}}]`,
        ...(text === "" ? [] : [nested(text)]),
        `model_reasoning_effort=${quoted(effort)}`
      ]
      const flags = [
        ["--model", argument],
        ["--thread-source", argument],
        ["--profile", "work"],
        ["--cd", directory],
        ["--add-dir", argument],
        ["--add-dir", "/second"],
        ["--output-schema", schemaPath],
        ["--image", image]
      ]
      assert.deepStrictEqual(all.args, [...config.flatMap((override) => ["--config", override]), ...flags.flat()])
      assert.deepStrictEqual(
        all.env,
        new Set([
          ...Object.entries(marker.env).map(([key, value]) => `${key}=${value}`),
          "CODEX_INTERNAL_ORIGINATOR_OVERRIDE=effect_codex",
          `CODEX_API_KEY=${key}`,
          `CODEX_HOME=${directory}`,
          `${name}=${text}`,
          `PLAIN=${text}`,
          `SECRET=${text}`
        ])
      )
      assert.strictEqual(all.stdin, prompt)
      assert.deepStrictEqual(JSON.parse(all.schema), outputSchema)
      assert.isFalse(yield* fs.exists("/tmp/pwned"))
      assert.isTrue(yield* fs.exists(fake))

      const targets: ReadonlyArray<readonly [Use, ReadonlyArray<string>, string]> = [
        [{ resume: argument }, ["resume", argument], "go"],
        [{ fork: argument }, ["fork", argument, "-"], "go"],
        [{ review: { _tag: "BaseBranch", branch: argument } }, ["review", "--base", argument], ""],
        [
          { review: { _tag: "Commit", sha: argument, title: argument } },
          ["review", "--commit", argument, "--title", argument],
          ""
        ],
        [{ review: { _tag: "Custom", instructions: prompt } }, ["review", "-"], prompt]
      ]
      for (const [use, args, stdin] of targets) {
        const { args: arrived, stdin: read } = yield* arrival(use)
        assert.deepStrictEqual([arrived, read], [args, stdin])
      }
    }).pipe(Effect.provide(shellFake(echo)))
  )

  it.live("have their lone surrogates replaced in a prompt, which UTF-8 can not hold", () =>
    Effect.gen(function* () {
      assert.strictEqual((yield* arrival({ input: "a\ud800b" })).stdin, "a\ufffdb")
      assert.strictEqual((yield* arrival({ input: "nul\0 and \ufeff within" })).stdin, "nul\0 and \ufeff within")
    }).pipe(Effect.provide(shellFake(echo)))
  )

  it.live.each<readonly [string, Readonly<Record<string, unknown>>]>([
    ["a lone surrogate as a value", { title: "a\ud800b" }],
    ["a lone surrogate as a name", { properties: { "\udc00\ud800": {} } }],
    ["a cycle under a long name", cyclic("x".repeat(100_000))],
    ["a bigint", { maximum: 1n }],
    ["a toJSON that gives nothing", { toJSON: () => undefined }],
    ["a toJSON that throws", { toJSON: () => assert.fail("x".repeat(100_000)) }]
  ])("make an output schema that is refused, if it has %s", ([, outputSchema]) =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(arrival({ turn: { outputSchema } }))
      assert.strictEqual(error.reason._tag, "OutputSchemaError")
      assertPresentable(error.message, "message")
    }).pipe(Effect.provide(shellFake(echo)))
  )

  it.live("are all of an output schema that only looks as if it had a lone surrogate", () =>
    Effect.gen(function* () {
      const outputSchema = { title: String.raw`\ud800`, pattern: "🙂", description: "\\\\ud83d" }
      assert.deepStrictEqual(JSON.parse((yield* arrival({ turn: { outputSchema } })).schema), outputSchema)
    }).pipe(Effect.provide(shellFake(echo)))
  )

  it.live("are refused by the system or by name if they are too long, in few words", () =>
    Effect.gen(function* () {
      const long = "x".repeat(1_000_000)
      for (const [index, [option, takes, use]] of places.entries()) {
        if (!takes(long)) continue
        const where = `place ${index} ${option}`
        const arrived = yield* Effect.result(arrival(use(long)))
        const isPrompt = index === inputPlace || index === inputPlace + 1 || option === "target.instructions"
        if (Result.isSuccess(arrived)) {
          assert.isTrue(isPrompt, where)
          assert.strictEqual(arrived.success.stdin, long)
          continue
        }
        const { message, reason } = arrived.failure
        assert.isFalse(isPrompt, where)
        assertPresentable(message, where)
        if (reason._tag === "InvalidOptions") assert.isTrue(reason.option.startsWith(option), where)
        else assert.include(message, "E2BIG", where)
      }
    }).pipe(Effect.provide(shellFake(echo)))
  )
})
