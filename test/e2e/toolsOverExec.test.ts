import { assert, describe, it } from "@effect/vitest"
import { Codex, Exec, type ToolSet } from "effect-codex"
import { type ModelScript, reply, ScriptedModel, shellCommand, toolOutputOf } from "effect-codex/testing"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as References from "effect/References"
import { Workspace } from "../support/realCodex.ts"
import { makeRecorder } from "../support/spans.ts"
import { callOverExec, codexWith, overExec, scriptedModel, toolServer } from "../support/toolTransports.ts"

const tools = (text = "found it"): ToolSet => ({
  specs: [{ name: "lookup", description: "Looks up a ticket", inputSchema: { type: "object" } }],
  call: () => Effect.succeed({ success: true, text })
})

const lookUp = () => Effect.succeed({ success: true, text: "found it" }).pipe(Effect.withSpan("look up"))

const runWith = (more: Parameters<Codex["Service"]["startThread"]>[0] = {}) =>
  Effect.gen(function* () {
    const codex = yield* Codex
    const { options } = yield* Workspace
    const thread = yield* codex.startThread({ ...options, tools: tools(), ...more })
    return yield* thread.run("go")
  })

const outputs = Effect.map(
  ScriptedModel.use(({ requests }) => requests),
  (requests) => requests.flatMap((request) => toolOutputOf(request, `call_${request.index - 1}_0`) ?? [])
)

const on = <A, E, R, E2>(
  script: ModelScript,
  test: Effect.Effect<A, E, R>,
  codex: Layer.Layer<Codex, E2, Layer.Success<ReturnType<typeof scriptedModel>>>
) => test.pipe(Effect.provide(codex), Effect.provide(scriptedModel(script)))

describe("tools over codex exec", () => {
  it.live("keep their token out of arguments, commands, logs and spans", () => {
    // Whoever has a child's environment has the token.
    const environ =
      'cat /proc/[0-9]*/environ 2>/dev/null | tr "\\0" "\\n" | grep -a ^EFFECT_CODEX_TOOLS_TOKEN=. | sort -u'
    const script = [
      reply(shellCommand("echo token=$EFFECT_CODEX_TOOLS_TOKEN.")),
      reply(shellCommand("grep -ahs mcp_servers.effect_codex /proc/[0-9]*/cmdline | tr '\\0' ' '")),
      reply(shellCommand(environ)),
      reply(callOverExec("lookup", {})),
      reply("done")
    ]
    const logged: Array<string> = []
    const logger = Logger.make<unknown, void>(({ message }) => void logged.push(String(message)))
    const recorder = makeRecorder()
    return Effect.gen(function* () {
      yield* runWith().pipe(
        recorder.record,
        Effect.provide(Logger.layer([logger])),
        Effect.provideService(References.MinimumLogLevel, "All")
      )
      const [own = "", commands = "", environments = "", called] = yield* outputs
      assert.include(own, "token=.")
      assert.include(commands, "mcp_servers.effect_codex.url")
      assert.include(called, "found it")
      const [, token = assert.fail("no token")] = /^EFFECT_CODEX_TOOLS_TOKEN=(\S{43,})$/m.exec(environments) ?? []
      for (const text of [
        commands,
        logged.join("\n"),
        JSON.stringify(recorder.spans.map(({ attributes }) => [...attributes]))
      ]) {
        assert.notInclude(text, token)
      }
    }).pipe((test) => on(script, test, overExec))
  })

  it.live("add what they do to the trace of the turn, and not how codex reaches them", () =>
    Effect.gen(function* () {
      const recorder = makeRecorder()
      const codex = yield* Codex
      const { options } = yield* Workspace
      const thread = yield* codex.startThread({ ...options, tools: { ...tools(), call: lookUp } })
      yield* recorder.record(thread.run("go"))
      // The tool is called before its item is said, or after.
      assert.sameMembers(recorder.tree().split("\n"), [
        "Thread.run: ok",
        "  invoke_agent codex: ok",
        "    codex exec: ok",
        "    execute_tool lookup: ok",
        "    look up: ok"
      ])
    }).pipe((test) => on([reply(callOverExec("lookup", {})), reply("done")], test, overExec))
  )

  it.live("are reached though the environment has a proxy", () =>
    Effect.gen(function* () {
      yield* runWith()
      const [proxies = "", called] = yield* outputs
      assert.include(proxies, "example.com,127.0.0.1")
      assert.include(called, "found it")
    }).pipe((test) =>
      on(
        [reply(shellCommand("echo $NO_PROXY")), reply(callOverExec("lookup", {})), reply("done")],
        test,
        codexWith(({ env, ...options }) =>
          Codex.layer({
            ...options,
            // The model is reached without it, and nothing listens there.
            env: { ...env, http_proxy: "http://127.0.0.1:9", NO_PROXY: undefined, no_proxy: "example.com,127.0.0.1:1" },
            config: options.config
          }).pipe(Layer.provide(Exec.layer()), Layer.provide(toolServer()))
        )
      )
    )
  )

  it.live("need no approval in a sandbox, and are known to a strict configuration", () =>
    Effect.gen(function* () {
      yield* runWith({ sandboxMode: "workspace-write", approvalPolicy: "on-request", strictConfig: true })
      assert.include((yield* outputs)[0], "found it")
    }).pipe((test) => on([reply(callOverExec("lookup", {})), reply("done")], test, overExec))
  )

  it.live("can be given to a thread that was started without them", () =>
    Effect.gen(function* () {
      const codex = yield* Codex
      const { options } = yield* Workspace
      const first = yield* (yield* codex.startThread(options)).run("go")
      const later = yield* codex.resumeThread(first.threadId, { ...options, tools: tools() })
      const turn = yield* later.run("go on")
      assert.deepInclude(turn.items[0], { _tag: "DynamicToolCall", success: true })
    }).pipe((test) => on([reply("hello"), reply(callOverExec("lookup", {})), reply("done")], test, overExec))
  )
})
