import { assert, describe, it } from "@effect/vitest"
import { Codex, type CodexOptions } from "effect-codex"
import { AppServer, Approvals } from "effect-codex/app-server"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { FakeServer, fakeServer, runTurn } from "../support/fakeServer.ts"
import { logged } from "../support/logged.ts"
import { reasonOf } from "../support/turns.ts"

const ask = AppServer.use((server) => server.requestUnknown("any"))

/** A fake that asks for something in each turn, and says as its message what it was answered. */
const asks = (method: string, params: object) => `
  let asker
  onTurn = (threadId, turnId) => {
    asker = [threadId, turnId]
    begin(threadId, turnId)
    send({ id: 7, method: ${JSON.stringify(method)}, params: { threadId, turnId, ...${JSON.stringify(params)} } })
  }
  handlers.answer = ({ result, error }) => { text(...asker, JSON.stringify(result ?? error)); finish(...asker) }
  handlers.kill = () => process.kill(process.pid, "SIGKILL")`

const asksForCommand = asks("item/commandExecution/requestApproval", {
  itemId: "i",
  command: "ls",
  startedAtMs: 1,
  environmentId: null
})

/** A never-ending effect, and the moments in which it begins and is interrupted. */
const makeEndless = Effect.gen(function* () {
  const begun = yield* Deferred.make<void>()
  const interrupted = yield* Deferred.make<void>()
  const run = Deferred.succeed(begun, undefined).pipe(
    Effect.andThen(Effect.never),
    Effect.onInterrupt(() => Deferred.succeed(interrupted, undefined))
  )
  return { run, begun: Deferred.await(begun), interrupted: Deferred.await(interrupted) }
})

describe("a mistake of the application", () => {
  it.live("is none if codex is given this process's whole environment", () =>
    Effect.gen(function* () {
      const { directory, started } = yield* FakeServer
      const layer = AppServer.layer({ env: process.env }, { codexPath: `${directory}/codex` })
      assert.include(yield* reasonOf(Effect.provide(ask, layer)), { _tag: "RpcError" })
      assert.strictEqual(yield* started, 1)
    }).pipe(Effect.provide(fakeServer("")))
  )

  it.live("in the params of a request that can not be read is told, and starts nothing", () =>
    Effect.gen(function* () {
      const { started } = yield* FakeServer
      const params = {
        get threadId(): string {
          throw new Error("not today")
        }
      }
      const reason = yield* reasonOf(AppServer.use((server) => server.request("thread/read", params)))
      assert.include(reason, { _tag: "InvalidOptions", option: "params of thread/read" })
      assert.include(reason.message, "one that throws: not today")
      assert.strictEqual(yield* started, 0)
    }).pipe(Effect.provide(fakeServer("")))
  )

  it.live("in an option of codex is refused by its name, and starts nothing", () =>
    Effect.gen(function* () {
      const { directory, started } = yield* FakeServer
      const reasonWith = (codex: CodexOptions) =>
        reasonOf(Effect.provide(ask, AppServer.layer(codex, { codexPath: `${directory}/codex` })))
      // Callers without types may pass anything.
      const plainKey = yield* reasonWith({ apiKey: "sk-plain" } as unknown as CodexOptions)
      assert.deepInclude(plainKey, { _tag: "InvalidOptions", option: "apiKey" })
      assert.notInclude(plainKey.message, "sk-plain")
      const home = yield* reasonWith({ codexHome: "/no/such/home" })
      assert.deepInclude(home, { _tag: "InvalidOptions", option: "codexHome", expected: "an existing directory" })
      const endless = { codexPath: `${directory}/codex`, gracePeriod: "Infinity" } as const
      const patient = yield* reasonOf(Effect.provide(ask, AppServer.layer({}, endless)))
      assert.deepInclude(patient, { _tag: "InvalidOptions", option: "gracePeriod" })
      assert.strictEqual(yield* started, 0)
    }).pipe(Effect.provide(fakeServer("")))
  )

  it.live("in a request is explained in few words", () =>
    Effect.gen(function* () {
      const reason = yield* reasonOf(AppServer.use((server) => server.requestUnknown("wrong")))
      assert.match(reason.message, /^codex refused wrong: a b x{900}/)
      assert.notMatch(reason.message, /\p{Cc}/u)
      assert.isBelow(reason.message.length, 1100)
    }).pipe(
      Effect.provide(
        fakeServer(`handlers.wrong = (m) => refuse(m, "a\\n \\u001b\\u0085b\\n" + "x".repeat(5000) + "\\n")`)
      )
    )
  )

  it.live("in the deadline of approvals is refused by its name", () =>
    Effect.gen(function* () {
      for (const timeout of ["banana", 0]) {
        const layer = Approvals.layer({}, { timeout: timeout as "1 second" })
        const reason = yield* reasonOf(Effect.provide(Approvals.use(Effect.succeed), layer))
        assert.deepInclude(reason, { _tag: "InvalidOptions", option: "timeout" })
      }
    })
  )

  it.live.each([
    ["a command", asksForCommand, { command: () => Effect.succeed("yes") }, '{"decision":"decline"}', "accept, accept"],
    [
      "a command, with nothing",
      asksForCommand,
      { command: () => Effect.void },
      '{"decision":"decline"}',
      "accept, acc"
    ],
    [
      "a command, with an object",
      asksForCommand,
      { command: () => Effect.succeed({}) },
      '{"decision":"decline"}',
      "ame"
    ],
    [
      "a file change",
      asks("item/fileChange/requestApproval", { itemId: "i", startedAtMs: 1 }),
      { fileChange: () => Effect.succeed("ok") },
      '{"decision":"decline"}',
      "accept, acceptForSession, decline, cancel"
    ],
    [
      "a question",
      asks("item/tool/requestUserInput", { itemId: "i", questions: [], isBlocking: true, autoResolutionMs: null }),
      { userInput: () => Effect.succeed({ color: "Blue" }) },
      '{"answers":{}}',
      "a list of texts for each question"
    ],
    [
      "a request of permissions",
      asks("item/permissions/requestApproval", {
        itemId: "i",
        cwd: "/",
        environmentId: null,
        permissions: { fileSystem: null, network: null },
        reason: null,
        startedAtMs: 1
      }),
      { permissions: () => Effect.succeed({ permissions: {}, scope: "for ever" }) },
      '{"permissions":{},"scope":"turn"}',
      '"turn" or "session"'
    ],
    [
      "an MCP server",
      asks("mcpServer/elicitation/request", {
        serverName: "s",
        mode: "url",
        message: "m",
        url: "http://x",
        elicitationId: "e",
        _meta: null
      }),
      { elicitation: () => Effect.succeed({ action: "yes", content: null, _meta: null }) },
      '{"action":"decline","content":null,"_meta":null}',
      '"accept", "decline" or "cancel"'
    ]
  ] as ReadonlyArray<readonly [string, string, object, string, string]>)(
    "in the answer to %s is a no, with a warning",
    ([, code, handlers, answer, allowed]) =>
      Effect.gen(function* () {
        const approvals = Approvals.layer(handlers)
        let said = ""
        const turn = Effect.map(runTurn(), ({ finalResponse }) => (said = finalResponse))
        const entries = yield* logged("Warn", Effect.provide(turn, fakeServer(code, { approvals })))
        assert.strictEqual(said, answer)
        assert.lengthOf(entries, 1)
        const message = entries[0]?.message ?? ""
        assert.match(message, /^\S+ was declined: its handler has to answer with /)
        assert.include(message, allowed)
      })
  )
})

describe("what waits for the application", () => {
  it.live("is interrupted with the turn without a word: a tool", () =>
    Effect.gen(function* () {
      const endless = yield* makeEndless
      const tools = {
        specs: [{ name: "linger", description: "Lingers", inputSchema: { type: "object" } }],
        call: () => endless.run
      }
      const use = Effect.gen(function* () {
        const thread = yield* (yield* Codex).startThread({ skipGitRepoCheck: true, tools })
        const turn = yield* Effect.forkChild(thread.run("go"))
        yield* endless.begun
        yield* Fiber.interrupt(turn)
        yield* endless.interrupted
      })
      const code = asks("item/tool/call", { callId: "c", namespace: null, tool: "linger", arguments: {} })
      assert.deepStrictEqual(
        yield* logged("Warn", Effect.provide(use, fakeServer(code, { server: { gracePeriod: "20 seconds" } }))),
        []
      )
    })
  )

  it.live("is interrupted when the server is killed: a handler of approvals", () =>
    Effect.gen(function* () {
      const endless = yield* makeEndless
      yield* Effect.gen(function* () {
        const turn = yield* Effect.forkChild(reasonOf(runTurn()))
        yield* endless.begun
        yield* Effect.exit(AppServer.use((server) => server.requestUnknown("kill")))
        yield* endless.interrupted
        assert.strictEqual((yield* Fiber.join(turn))._tag, "ConnectionLost")
      }).pipe(
        Effect.provide(fakeServer(asksForCommand, { approvals: Approvals.layer({ command: () => endless.run }) }))
      )
    })
  )
})

it.live("a server that does not answer the start of a turn is not trusted with the next one", () =>
  Effect.gen(function* () {
    const { started } = yield* FakeServer
    assert.deepInclude(yield* reasonOf(runTurn()), { _tag: "RequestTimeout", method: "turn/start" })
    assert.strictEqual((yield* runTurn("next")).finalResponse, "answer to next")
    assert.strictEqual(yield* started, 2)
  }).pipe(
    Effect.provide(
      fakeServer('if (started === 1) handlers["turn/start"] = () => {}', { server: { requestTimeout: "5 seconds" } })
    )
  )
)
