import { assert, describe, it } from "@effect/vitest"
import { Codex, type ThreadOptions, type TurnOptions } from "effect-codex"
import { reply, ScriptedModel, shellCommand } from "effect-codex/testing"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Redacted from "effect/Redacted"
import { codexOver, realCodex, Workspace } from "../support/realCodex.ts"
import { transports } from "../support/transports.ts"

/** Runs a turn and gives the first request that the model got. */
const requestWith = (thread: ThreadOptions, turn?: TurnOptions) =>
  Effect.gen(function* () {
    const codex = yield* Codex
    const { options } = yield* Workspace
    yield* (yield* codex.startThread({ ...options, ...thread })).run("go", turn)
    const requests = yield* (yield* ScriptedModel).requests
    return requests[0] ?? assert.fail("no request")
  })

/** Runs a command as the agent and gives its output. */
const outputOf = Effect.gen(function* () {
  const codex = yield* Codex
  const { options } = yield* Workspace
  const turn = yield* (yield* codex.startThread(options)).run("go")
  const command = turn.items.find((item) => item._tag === "CommandExecution")
  return command?.aggregatedOutput ?? assert.fail("no command")
})

describe.each(transports)("options that reach the model over %s", (transport) => {
  it.live("sends the model and the effort", () =>
    Effect.gen(function* () {
      const { body } = yield* requestWith({ model: "gpt-5.5", modelReasoningEffort: "high" })
      assert.strictEqual(body.model, "gpt-5.5")
      assert.deepInclude(body.reasoning, { effort: "high" })
    }).pipe(Effect.provide(realCodex([reply("ok")], { transport })))
  )

  it.live("sends an output schema as it is", () =>
    Effect.gen(function* () {
      const outputSchema = {
        type: "object",
        properties: { answer: { type: "string" } },
        required: ["answer"],
        additionalProperties: false
      }
      const { body } = yield* requestWith({}, { outputSchema })
      assert.deepStrictEqual(body.text?.format, {
        name: "codex_output_schema",
        type: "json_schema",
        strict: true,
        schema: outputSchema
      })
    }).pipe(Effect.provide(realCodex([reply('{"answer":"x"}')], { transport })))
  )

  it.live("says that it is effect_codex, unless the caller says otherwise", () =>
    Effect.gen(function* () {
      const { headers } = yield* requestWith({})
      assert.strictEqual(headers["originator"], "effect_codex")
      const own = codexOver(transport, (options) => ({
        ...options,
        env: { ...options.env, CODEX_INTERNAL_ORIGINATOR_OVERRIDE: "my_app" }
      }))
      yield* requestWith({}).pipe(Effect.provide(own))
      const requests = yield* (yield* ScriptedModel).requests
      assert.strictEqual(requests[1]?.headers["originator"], "my_app")
    }).pipe(Effect.provide(realCodex(() => reply("ok"), { transport })))
  )

  it.live("sends the key as a bearer token, and keeps it and secret variables out of the process list", () =>
    Effect.gen(function* () {
      const secret = "sk-planted-secret"
      const token = "planted-token"
      const keyed = codexOver(transport, (options) => ({
        ...options,
        apiKey: Redacted.make(secret),
        env: { ...options.env, TOKEN: Redacted.make(token) }
      }))
      const processList = yield* outputOf.pipe(Effect.provide(keyed))
      assert.include(processList, transport === "exec" ? "--experimental-json" : "app-server")
      assert.notInclude(processList, secret)
      assert.notInclude(processList, token)
      const requests = yield* (yield* ScriptedModel).requests
      assert.strictEqual(requests[0]?.headers["authorization"], `Bearer ${secret}`)
    }).pipe(
      Effect.provide(
        realCodex([reply(shellCommand("cat /proc/[0-9]*/cmdline | tr '\\0' ' '")), reply("ok")], { transport })
      )
    )
  )

  it.live("keeps the key from the agent's commands if its configuration says so", () =>
    Effect.gen(function* () {
      assert.include(yield* outputOf, "key=set")
      const closed = codexOver(transport, (options) => ({
        ...options,
        config: { ...options.config, shell_environment_policy: { exclude: ["CODEX_API_KEY"] } }
      }))
      assert.include(yield* outputOf.pipe(Effect.provide(closed)), "key=absent")
    }).pipe(
      Effect.provide(
        realCodex(
          ({ body }) =>
            body.input.at(-1)?.type === "function_call_output"
              ? reply("ok")
              : reply(shellCommand('if [ -n "$CODEX_API_KEY" ]; then echo key=set; else echo key=absent; fi')),
          { transport }
        )
      )
    )
  )

  it.live("reaches a scripted model though the environment has a proxy", () =>
    Effect.gen(function* () {
      // Nothing listens there.
      const proxy = "http://127.0.0.1:9"
      const proxies = { http_proxy: proxy, HTTP_PROXY: proxy, ALL_PROXY: proxy }
      const layer = codexOver(transport, (options) => ({ ...options, env: { ...options.env, ...proxies } }))
      assert.strictEqual((yield* requestWith({}).pipe(Effect.provide(layer))).index, 0)
    }).pipe(Effect.provide(realCodex([reply("ok")], { transport })))
  )

  it.live("gives the environment to the commands of the agent", () =>
    Effect.gen(function* () {
      const layer = codexOver(transport, (options) => ({ ...options, env: { ...options.env, GREETING: "hei" } }))
      assert.include(yield* outputOf.pipe(Effect.provide(layer)), "greeting=hei home=set")
    }).pipe(
      Effect.provide(
        realCodex([reply(shellCommand('echo "greeting=$GREETING home=${CODEX_HOME:+set}"')), reply("ok")], {
          transport
        })
      )
    )
  )

  it.live("puts codex's bundled tools on the PATH", () =>
    Effect.gen(function* () {
      assert.match(yield* outputOf, /codex-path\/rg/)
    }).pipe(
      Effect.provide(realCodex([reply(shellCommand("command -v rg", { login: false })), reply("ok")], { transport }))
    )
  )

  it.live("keeps the sandbox closed by default and opens it as told", () =>
    Effect.gen(function* () {
      const codex = yield* Codex
      const fs = yield* FileSystem.FileSystem
      const { directory } = yield* Workspace
      const run = (thread: ThreadOptions) =>
        Effect.flatMap(codex.startThread({ workingDirectory: directory, ...thread }), (thread) => thread.run("go"))
      // Git's own folder is closed even in the workspace.
      yield* fs.makeDirectory(`${directory}/.git/more`)
      yield* run({})
      assert.isFalse(yield* fs.exists(`${directory}/written`))
      yield* run({ sandboxMode: "workspace-write" })
      assert.isTrue(yield* fs.exists(`${directory}/written`))
      assert.isFalse(yield* fs.exists(`${directory}/.git/more/written`))
      // It begins at the working directory, wherever this process is.
      const opened = { sandboxMode: "workspace-write", additionalDirectories: [".git/more"] } as const
      yield* run(opened)
      assert.isTrue(yield* fs.exists(`${directory}/.git/more/written`))
    }).pipe(
      Effect.provide(
        realCodex(
          ({ body }) =>
            body.input.at(-1)?.type === "function_call_output"
              ? reply("ok")
              : reply(shellCommand("touch .git/more/written; touch written", { login: false })),
          { transport }
        )
      )
    )
  )

  it.live("accepts every option at once", () =>
    Effect.gen(function* () {
      const { directory } = yield* Workspace
      const { body } = yield* requestWith({
        model: "gpt-5.5",
        sandboxMode: "workspace-write",
        workingDirectory: directory,
        additionalDirectories: [directory],
        skipGitRepoCheck: true,
        modelReasoningEffort: "low",
        networkAccessEnabled: true,
        webSearchMode: "live",
        approvalPolicy: "on-request",
        threadSource: "user",
        ephemeral: true,
        ...(transport === "exec" ? { ignoreUserConfig: true, ignoreRules: true, strictConfig: true } : {}),
        enable: ["shell_snapshot"],
        disable: ["unbounded_connection_retries"],
        config: { model_verbosity: "high", shell_environment_policy: { set: { "odd key.with=dots": "v\n\"'🙂" } } }
      })
      assert.deepInclude(body.text, { verbosity: "high" })
      assert.isTrue(body.tools?.some((tool) => tool["type"] === "web_search"))
    }).pipe(Effect.provide(realCodex([reply("ok")], { transport })))
  )

  it.live("lets the thread's configuration win over codex's", () =>
    Effect.gen(function* () {
      const layer = codexOver(transport, (options) => ({
        ...options,
        config: { ...options.config, model_verbosity: "low", model_reasoning_effort: "low" },
        configOverrides: ['model_reasoning_summary="detailed"']
      }))
      const { body } = yield* requestWith({
        model: "gpt-5.5",
        config: { model_verbosity: "high", model_reasoning_effort: "medium" },
        modelReasoningEffort: "high"
      }).pipe(Effect.provide(layer))
      assert.deepInclude(body.text, { verbosity: "high" })
      assert.deepInclude(body.reasoning, { effort: "high", summary: "detailed" })
    }).pipe(Effect.provide(realCodex([reply("ok")], { transport })))
  )
})

describe("options that an app-server does not have", () => {
  it.live("are refused, and not left out", () =>
    Effect.gen(function* () {
      const codex = yield* Codex
      const refused: ReadonlyArray<readonly [keyof ThreadOptions, ThreadOptions]> = [
        ["profile", { profile: "p" }],
        ["ignoreUserConfig", { ignoreUserConfig: true }],
        ["ignoreRules", { ignoreRules: true }],
        ["strictConfig", { strictConfig: true }],
        ["localProvider", { oss: true }],
        ["approvalPolicy", { approvalPolicy: "on-failure" }]
      ]
      for (const [option, options] of refused) {
        for (const make of [codex.startThread(options), codex.resumeLastThread(options)]) {
          assert.deepInclude((yield* Effect.flip(make)).reason, { _tag: "InvalidOptions", option })
        }
      }
      yield* codex.startThread({ strictConfig: false, approvalPolicy: "untrusted" })
    }).pipe(Effect.provide(realCodex([], { transport: "app-server" })))
  )
})
