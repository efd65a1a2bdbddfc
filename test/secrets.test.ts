import { assert, describe, it } from "@effect/vitest"
import {
  Codex,
  type CodexError,
  type CodexErrorReason,
  type CodexOptions,
  type ExecOptions,
  type Thread
} from "effect-codex"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as FileSystem from "effect/FileSystem"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Redacted from "effect/Redacted"
import * as References from "effect/References"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { Fake, lines, nodeFake, ordinaryTurn, print } from "./support/fakeCodex.ts"
import { logged } from "./support/logged.ts"
import { makeRecorder } from "./support/spans.ts"
import { hostVariables } from "./support/hostVariables.ts"

// Each begins with a word that occurs nowhere else, so that a part of it is found too.
const key = `KEYQZX-"quoted"-\\backslash-8f31c2`
const token = "TOKQZX-0123456789-from-a-file\n"
const password = "PASQZX-correct-horse"
const prompt = `PROMPTQZX: why does "${password}" not open\nthe door of ${"a very ".repeat(3000)}long corridor?`
const planted = ["KEYQZX", "TOKQZX", "PASQZX", "PROMPTQZX"]

/** Codex with a secret in every place that takes one. */
const secretCodex = Effect.gen(function* () {
  const { marker } = yield* Fake
  const layer = Codex.layer({
    apiKey: Redacted.make(key),
    env: { ...marker.env, TOKEN: Redacted.make(token), PASSWORD: Redacted.make(password) },
    extendEnv: true
  })
  return yield* Codex.pipe(Effect.provide(layer, { local: true }))
})

/** Every text that can be reached from a value. What the agent said may hold anything: it is left out. */
const textsOf = (root: unknown): ReadonlyArray<string> => {
  const texts: Array<string> = []
  const seen = new Set<unknown>()
  const left: Array<unknown> = [root]
  while (left.length > 0) {
    const value = left.pop()
    if (typeof value === "string") texts.push(value)
    if (typeof value !== "object" || value === null || seen.has(value)) continue
    seen.add(value)
    if (value instanceof Map || value instanceof Set) left.push(...value.entries())
    if (value instanceof Error) left.push(value.message, value.stack, value.cause, String(value))
    for (const name of Reflect.ownKeys(value)) {
      left.push(String(name))
      if (name !== "items" && name !== "text") left.push(Reflect.get(value, name))
    }
  }
  return texts
}

/** Runs an operation; gives how it ended, and every text that it left in logs and traces. */
const observe = <A, R>(operation: Effect.Effect<A, CodexError, R>) =>
  Effect.gen(function* () {
    const logged: Array<unknown> = []
    const logger = Logger.make<unknown, void>(({ cause, fiber, logLevel, message }) => {
      const annotations = fiber.getRef(References.CurrentLogAnnotations)
      logged.push({ message, logLevel, cause, pretty: Cause.pretty(cause), annotations })
    })
    const { record, spans } = makeRecorder()
    const exit = yield* operation.pipe(
      Effect.exit,
      record,
      Effect.provide(Layer.merge(Logger.layer([logger]), Layer.succeed(References.MinimumLogLevel, "All")))
    )
    const ends = spans.map(({ status }) =>
      status._tag === "Ended" && Exit.isFailure(status.exit) ? [status.exit.cause, Cause.pretty(status.exit.cause)] : []
    )
    const traced = spans.map(({ annotations, attributes, events, links, name }) => ({
      name,
      attributes,
      events,
      links,
      annotations
    }))
    assert.isNotEmpty(spans)
    return { exit, logged: textsOf(logged), traced: [...textsOf(traced), ...textsOf(ends)] }
  })

const shownBy = (cause: Cause.Cause<CodexError>): ReadonlyArray<string> => [
  Cause.pretty(cause),
  String(cause),
  ...Cause.prettyErrors(cause).flatMap(textsOf),
  ...cause.reasons
    .filter(Cause.isFailReason)
    .map(({ error }) =>
      JSON.stringify(error, (name, value: unknown) => (name === "items" || name === "text" ? undefined : value))
    ),
  ...textsOf(cause)
]

const assertNoSecret = (texts: ReadonlyArray<string>, where: string): void => {
  for (const word of planted) {
    assert.isUndefined(
      texts.find((text) => text.includes(word)),
      `${word} is in ${where}`
    )
  }
}

const operations: ReadonlyArray<readonly [string, (thread: Thread["Service"]) => Effect.Effect<unknown, CodexError>]> =
  [
    ["run", (thread) => thread.run(prompt)],
    ["stream", (thread) => Stream.runDrain(thread.stream(prompt))],
    ["runStructured", (thread) => thread.runStructured(prompt, { schema: Schema.Struct({ n: Schema.Int }), repair: 1 })]
  ]

/** A fake that knows everything: `all` has it on one line, `json` as a part of a JSON string. */
const teller = (code: string, options?: ExecOptions) =>
  nodeFake(
    `const { CODEX_API_KEY: key, TOKEN: token, PASSWORD: password } = process.env;
     const prompt = require("node:fs").readFileSync(0, "utf8");
     const all = [key, token.trim(), password, prompt, JSON.stringify([key, token, password, prompt])].join(" ");
     const out = (text) => process.stdout.write(text), line = (value) => out(JSON.stringify(value) + "\\n");
     const err = (text) => process.stderr.write(text);
     ${code}`,
    options
  )

const small: ExecOptions = { maxLineBytes: 100_000 }
const strict: ExecOptions = { strict: true }

const tellers: ReadonlyArray<readonly [string, CodexErrorReason["_tag"], string, ExecOptions?]> = [
  ["on stderr", "ExitError", `err("Error: " + all + "\\n"); process.exitCode = 1`],
  ["in a panic", "ExitError", `err("thread 'main' panicked at " + all + "\\n" + all); process.exitCode = 101`],
  ["in a log line", "ExitError", `err("2026-01-01T00:00:00Z ERROR codex: " + all + "\\n"); process.exitCode = 1`],
  ["in a flood of stderr", "ExitError", `err(all.repeat(5) + key.repeat(2000)); process.exitCode = 1`],
  ["at the end of a stderr that is cut off", "ExitError", `err("oh " + token.slice(0, 20)); process.exitCode = 1`],
  ["on stderr and exits well", "TurnIncomplete", `err(all)`],
  [
    "when it refuses to log in",
    "AuthenticationFailed",
    `err(all + "\\nError: Not logged in: " + key); process.exitCode = 1`
  ],
  ["in a notice", "ExitError", `line({ type: "error", message: all }); process.exitCode = 1`],
  ["in the failure of the turn", "TurnFailed", `line({ type: "turn.failed", error: { message: all } })`],
  [
    "in a failure that is raw JSON",
    "TurnFailed",
    `line({ type: "turn.failed", error: { message: JSON.stringify({ error: { message: all } }) } })`
  ],
  ["in lines that are no JSON", "MalformedOutput", `out(all + "\\n" + all + "\\n")`],
  ["in a broken last line", "MalformedOutput", `out(JSON.stringify({ type: "error", message: all }).slice(0, -1))`],
  [
    "in a line that breaks off inside of a secret",
    "MalformedOutput",
    `out('{"type":"error","message":"' + key.slice(0, 7))`
  ],
  [
    "in a line that breaks off inside of a secret, spelled as JSON",
    "MalformedOutput",
    `out(JSON.stringify({ type: "error", message: key }).slice(0, -6))`
  ],
  ["in a line that breaks off inside of the prompt", "MalformedOutput", `out(">" + prompt.slice(0, 150))`],
  ["in a line over the limit", "MalformedOutput", `out(all + "x".repeat(100_000))`, small],
  ["in a line that is not UTF-8", "MalformedOutput", `out(all); out(Buffer.of(0xff, 0x0a))`],
  ["in the type of an event, in strict mode", "MalformedOutput", `line({ type: all })`, strict],
  ["in a field of an event, in strict mode", "MalformedOutput", `line({ type: "turn.started", [all]: all })`, strict],
  [
    "in the type of an item, in strict mode",
    "MalformedOutput",
    `line({ type: "item.started", item: { id: "i", type: all } })`,
    strict
  ]
]

describe("a secret that codex tells", () => {
  describe.each(operations)("to %s", (_, operation) => {
    it.live.each(tellers)("%s is in no error, log or trace", ([, tag, code, options]) =>
      Effect.gen(function* () {
        const thread = yield* (yield* secretCodex).startThread()
        const { exit, logged, traced } = yield* observe(operation(thread))
        assert.isTrue(Exit.isFailure(exit))
        if (!Exit.isFailure(exit)) return
        const failure = Exit.findErrorOption(exit)
        assert.strictEqual(failure._tag === "Some" ? failure.value.reason._tag : Cause.pretty(exit.cause), tag)
        assertNoSecret(shownBy(exit.cause), "the error")
        assertNoSecret(logged, "the log")
        assertNoSecret(traced, "the trace")
      }).pipe(Effect.provide(teller(code, options)))
    )

    it.live("in output that is not known is in no log", () =>
      Effect.gen(function* () {
        const thread = yield* (yield* secretCodex).startThread()
        const { logged, traced } = yield* observe(operation(thread))
        assert.isAtLeast(logged.filter((text) => text.includes("does not know")).length, 5)
        assert.isTrue(logged.some((text) => text.includes("After the turn")))
        assertNoSecret(logged, "the log")
        assertNoSecret(traced, "the trace")
      }).pipe(
        Effect.provide(
          teller(
            `out(all + "\\n"); line({ type: key }); line({ type: "x".repeat(55) + token });
             line({ type: "item.started", item: { id: "i", type: all } });
             line({ type: "item.started", item: { id: "i", type: "collab_tool_call", tool: "t", sender_thread_id: "s",
               receiver_thread_ids: [], agents_states: { [key]: 1 }, status: "s" } });
             ${print(lines.message('{"n":1}'), lines.turnCompleted)}
             out(all); out(Buffer.of(0xff, 0x0a))`
          )
        )
      )
    )

    it.live("is on no command line while the turn runs", () =>
      Effect.gen(function* () {
        const fs = yield* FileSystem.FileSystem
        const { directory } = yield* Fake
        yield* operation(yield* (yield* secretCodex).startThread())
        const commandLines = yield* fs.readFileString(`${directory}/command-lines`)
        assert.include(commandLines, "--experimental-json")
        assertNoSecret([commandLines], "the process list")
      }).pipe(
        Effect.provide(
          teller(
            `const fs = require("node:fs");
             const read = (pid) => { try { return fs.readFileSync("/proc/" + pid + "/cmdline", "utf8") } catch { return "" } };
             fs.writeFileSync(__dirname + "/command-lines", fs.readdirSync("/proc").filter(Number).map(read).join("\\n"));
             ${print(lines.threadStarted, lines.turnStarted, lines.message('{"n":1}'), lines.turnCompleted)}`
          )
        )
      )
    )
  })

  it.live("in an answer that does not fit is not in the error's message", () =>
    Effect.gen(function* () {
      const thread = yield* (yield* secretCodex).startThread()
      const schema = Schema.Struct({ n: Schema.Int })
      const { exit, logged, traced } = yield* observe(thread.runStructured(prompt, { schema }))
      assert.isTrue(Exit.isFailure(exit))
      if (!Exit.isFailure(exit)) return
      assert.include(Cause.pretty(exit.cause), "does not fit the schema")
      assertNoSecret(shownBy(exit.cause), "the error")
      assertNoSecret([...logged, ...traced], "the log or the trace")
    }).pipe(
      Effect.provide(
        teller(
          `line({ type: "item.completed", item: { id: "i", type: "agent_message", text: JSON.stringify({ n: password }) } });
           ${print(lines.turnCompleted)}`
        )
      )
    )
  )
})

/** A fake on a host whose environment has these. */
const withHost = (code: string, env: Record<string, string>) =>
  nodeFake(code).pipe(Layer.provideMerge(hostVariables(env)))

/** Everything that is seen of a turn with such options, next to those that mark the fake. */
const seenWith = (options: CodexOptions) =>
  Effect.gen(function* () {
    const { marker } = yield* Fake
    const layer = Codex.layer({ extendEnv: true, ...options, env: { ...marker.env, ...options.env } })
    const thread = yield* (yield* Codex.pipe(Effect.provide(layer, { local: true }))).startThread()
    const { exit, logged, traced } = yield* observe(thread.run("go"))
    assert.isTrue(Exit.isFailure(exit))
    return [...(Exit.isFailure(exit) ? shownBy(exit.cause) : []), ...logged, ...traced]
  })

describe("a key that codex has of its environment", () => {
  const said = "Incorrect API key provided: KEYQZX-inherited"
  const names = ["CODEX_API_KEY", "OPENAI_API_KEY", "CODEX_ACCESS_TOKEN"]
  const complains = `process.stderr.write("${said}\\n");
    ${print(JSON.stringify({ type: "error", message: said }), JSON.stringify({ type: "turn.failed", error: { message: said } }))}`
  const recording = { telemetry: { recordContent: true } }

  it.live.each(names)("inherited as %s is in no error, log or trace", (name) =>
    Effect.gen(function* () {
      const seen = yield* seenWith(recording)
      assertNoSecret(seen, "what is seen")
      assert.include(seen, "Incorrect API key provided: <redacted>")
    }).pipe(Effect.provide(withHost(complains, { [name]: "KEYQZX-inherited" })))
  )

  it.live.each(names)("given as plain %s is in no error, log or trace", (name) =>
    Effect.gen(function* () {
      const seen = yield* seenWith({ ...recording, extendEnv: false, env: { [name]: "KEYQZX-inherited" } })
      assertNoSecret(seen, "what is seen")
      assert.include(seen, "Incorrect API key provided: <redacted>")
    }).pipe(Effect.provide(withHost(complains, {})))
  )

  it.live("is an ordinary word where codex does not inherit it", () =>
    Effect.gen(function* () {
      assert.include(yield* seenWith({ ...recording, extendEnv: false }), said)
    }).pipe(Effect.provide(withHost(complains, { CODEX_API_KEY: "KEYQZX-inherited" })))
  )
})

describe("a trace that records what is said", () => {
  const itemsOf = `
    const item = (value) => line({ type: "item.completed", item: { id: "i" + Math.random(), ...value } });
    ${print(lines.threadStarted, lines.turnStarted)}
    line({ type: "error", message: all });
    line({ type: all });
    item({ type: "error", message: all });
    item({ type: "reasoning", text: all });
    item({ type: "todo_list", items: [{ text: all, completed: true }] });
    item({ type: "web_search", query: all, action: { type: "search", query: all } });
    item({ type: "file_change", changes: [{ path: "/" + password, kind: "add" }], status: "completed" });
    const command = { type: "command_execution", command: "echo " + all, status: "completed" };
    item({ ...command, aggregated_output: all, exit_code: 0 });
    const started = { id: "open", ...command, aggregated_output: "", exit_code: null, status: "in_progress" };
    line({ type: "item.started", item: started });
    line({ type: "item.completed", item: { ...started, aggregated_output: "\\u001b[31m" + key.slice(0, 9) + "\\u001b[0m" + key.slice(9) } });
    item({ type: "mcp_tool_call", server: "s", tool: "t", arguments: { [key]: all }, status: "completed",
      result: { content: [{ type: "text", text: all }], structured_content: null }, error: null });
    item({ type: "mcp_tool_call", server: "s", tool: "t", arguments: {}, status: "failed", result: null, error: { message: all } });
    item({ type: "collab_tool_call", tool: "wait", sender_thread_id: "s", receiver_thread_ids: [], prompt: all,
      agents_states: {}, status: "completed" });
    item({ type: "agent_message", text: all });`

  it.live("has no secrets, whatever says them, and the rest as it was", () =>
    Effect.gen(function* () {
      const { marker } = yield* Fake
      const layer = Codex.layer({
        apiKey: Redacted.make(key),
        env: { ...marker.env, TOKEN: Redacted.make(token), PASSWORD: Redacted.make(password) },
        extendEnv: true,
        telemetry: { recordContent: true, maxContentLength: 100_000 }
      })
      const thread = yield* (yield* Codex.pipe(Effect.provide(layer, { local: true }))).startThread()
      const { traced } = yield* observe(thread.run(prompt))
      for (const word of ["KEYQZX", "TOKQZX", "PASQZX"]) {
        assert.deepStrictEqual(
          traced.filter((text) => text.includes(word)),
          []
        )
      }
      const recorded = traced.filter((text) => text.includes("<redacted>"))
      // The prompt and the answer, seven texts of events and items, and what was given to tools and came of it.
      assert.isAtLeast(recorded.length, 15)
      assert.isTrue(recorded.some((text) => text.includes("PROMPTQZX")))
      assert.include(traced, "\u001b[31mcoloured")
    }).pipe(
      Effect.provide(
        teller(`${itemsOf}
          item({ type: "reasoning", text: "\\u001b[31mcoloured" });
          ${print(lines.turnCompleted)}`)
      )
    )
  )
})

describe("what a secret begins with", () => {
  const apiKey = Redacted.make("https-secret-value")
  const whole = "could not connect to http"
  const told = (code: string) =>
    Effect.gen(function* () {
      const { marker } = yield* Fake
      const layer = Codex.layer({ apiKey, env: marker.env, extendEnv: true })
      const thread = yield* (yield* Codex.pipe(Effect.provide(layer, { local: true }))).startThread()
      let message = ""
      const entries = yield* logged(
        "Debug",
        thread.run("go").pipe(Effect.catch((error) => Effect.sync(() => (message = error.message))))
      )
      return { message, lines: entries.map((entry) => entry.message) }
    }).pipe(Effect.provide(nodeFake(code)))

  it.live("stays at the end of a line of stderr", () =>
    Effect.gen(function* () {
      const { lines, message } = yield* told(`process.stderr.write("${whole}\\n"); process.exitCode = 1`)
      assert.include(message, whole)
      assert.include(lines, `codex: ${whole}`)
    })
  )

  it.live("stays at the end of a line of output that is no event", () =>
    Effect.gen(function* () {
      const { message } = yield* told(`process.stdout.write("${whole}\\n")`)
      assert.include(message, `it holds no event of codex (in: ${whole})`)
    })
  )

  it.live("is taken out where a line breaks off", () =>
    Effect.gen(function* () {
      const { lines, message } = yield* told(`process.stderr.write("${whole}"); process.exitCode = 1`)
      assert.include(message, "could not connect to <redacted>")
      assert.include(lines, "codex: could not connect to <redacted>")
    })
  )

  it.live("is taken out where codex's last line of output breaks off", () =>
    Effect.gen(function* () {
      const { message } = yield* told(`process.stdout.write("${whole}")`)
      assert.include(message, "could not connect to <redacted>")
    })
  )

  it.live.each(["x".repeat(8183), "x".repeat(66_000)])("is taken out where a long line is cut", (beginning) =>
    Effect.gen(function* () {
      const { lines, message } = yield* told(
        `const line = "${beginning}https-secret-value";
         process.stdout.write(line + "\\n"); process.stderr.write(line)`
      )
      assert.notInclude(message, "https")
      assert.isFalse(lines.some((line) => line.includes("https")))
    })
  )

  it.live("is taken out line by line, of a secret that has several", () =>
    Effect.gen(function* () {
      const { marker } = yield* Fake
      const env = { ...marker.env, PEM: Redacted.make("first\nsecond") }
      const layer = Codex.layer({ env, extendEnv: true })
      const thread = yield* (yield* Codex.pipe(Effect.provide(layer, { local: true }))).startThread()
      const entries = yield* logged("Debug", thread.run("go"))
      assert.isTrue(entries.some(({ message }) => message === "codex: key: <redacted>"))
    }).pipe(Effect.provide(nodeFake(`process.stderr.write("key: first\\nsecond\\n"); ${print(...ordinaryTurn)}`)))
  )
})
