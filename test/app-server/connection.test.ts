import { assert, describe, it } from "@effect/vitest"
import type { CodexError, ConnectionLost } from "effect-codex"
import { AppServer } from "effect-codex/app-server"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Latch from "effect/Latch"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Redacted from "effect/Redacted"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { logged } from "../support/logged.ts"
import { FakeServer, fakeServer, newThread, runTurn } from "../support/fakeServer.ts"
import { makeRecorder } from "../support/spans.ts"
import { reasonOf } from "../support/turns.ts"
import { hostVariables } from "../support/hostVariables.ts"

const ask = (method: string, params?: unknown) => AppServer.use((server) => server.requestUnknown(method, params))

const connectionLost = Effect.fnUntraced(function* <A, R>(effect: Effect.Effect<A, CodexError, R>) {
  const reason = yield* reasonOf(effect)
  if (reason._tag !== "ConnectionLost") return assert.fail(`${reason._tag}: ${reason.message}`)
  assert.strictEqual(reason.isRetryable, reason.isClosed !== true)
  return reason satisfies ConnectionLost
})

/** After a failure everything works, on a new server. */
const worksAgain = Effect.gen(function* () {
  const { started } = yield* FakeServer
  const before = yield* started
  assert.strictEqual((yield* runTurn("again")).finalResponse, "answer to again")
  assert.strictEqual(yield* started, before + 1)
})

const onlyFirst = (code: string) => `if (started === 1) { ${code} }`

describe("a server that does not begin", () => {
  it.live("is not started before it is needed, and once for all who need it", () =>
    Effect.gen(function* () {
      const { started } = yield* FakeServer
      assert.strictEqual(yield* started, 0)
      const turns = yield* Effect.forEach(["a", "b", "c"], runTurn, { concurrency: 3 })
      assert.deepStrictEqual(
        turns.map(({ finalResponse }) => finalResponse),
        ["answer to a", "answer to b", "answer to c"]
      )
      assert.strictEqual(yield* started, 1)
    }).pipe(Effect.provide(fakeServer("")))
  )

  it.live("fails at startTimeout if it never answers, is ended, and is tried again at the next use", () =>
    Effect.gen(function* () {
      const { marker } = yield* FakeServer
      const reason = yield* reasonOf(ask("any"))
      assert.deepInclude(reason, {
        _tag: "RequestTimeout",
        method: "initialize",
        limit: "startTimeout",
        milliseconds: 10_000
      })
      assert.include(reason.message, "option startTimeout")
      yield* marker.assertNothingLeft
      yield* worksAgain
    }).pipe(
      Effect.provide(
        fakeServer(onlyFirst("handlers.initialize = () => {}"), {
          server: { startTimeout: "10 seconds", requestTimeout: "20 seconds" }
        })
      )
    )
  )

  it.live("fails with its refusal of initialize", () =>
    Effect.gen(function* () {
      assert.deepInclude(yield* reasonOf(runTurn()), { _tag: "RpcError", method: "initialize", description: "not you" })
      yield* worksAgain
    }).pipe(Effect.provide(fakeServer(onlyFirst(`handlers.initialize = (m) => refuse(m, "not you")`))))
  )

  it.live("fails with its exit code and its words if it exits at once, each time that it does", () =>
    Effect.gen(function* () {
      const { started } = yield* FakeServer
      for (const count of [1, 2]) {
        const reason = yield* reasonOf(runTurn())
        assert.deepInclude(reason, { _tag: "SpawnError", isRetryable: false })
        assert.include(reason.message, "codex exited with code 3; it said: bad config")
        assert.include(reason.message, "Is it a codex that has app-server?")
        assert.strictEqual(yield* started, count)
      }
    }).pipe(Effect.provide(fakeServer(`console.error("bad config"); process.exit(3)`)))
  )

  it.live("is ended before the next one begins", () =>
    Effect.gen(function* () {
      const { marker } = yield* FakeServer
      const processes = yield* Deferred.make<ReadonlyArray<string>>()
      yield* Effect.flip(ask("any"))
      yield* Effect.flatMap(marker.processes, (all) => Deferred.succeed(processes, all))
      assert.deepStrictEqual(yield* Deferred.await(processes), [])
    }).pipe(
      Effect.provide(
        fakeServer(
          `handlers.initialize = (m) => refuse(m, "no"); process.on("SIGTERM", () => {}); setInterval(() => {}, 1000)`,
          {
            server: { gracePeriod: "200 millis" }
          }
        )
      )
    )
  )
})

describe("what a server prints", () => {
  it.live("is survived and reported if it is no message", () => {
    const logged: Array<unknown> = []
    const logger = Logger.layer([Logger.make(({ message }) => void logged.push(message))])
    const noise = `
      onTurn = (threadId, turnId, prompt) => {
        say("Welcome to codex!\\n\\n   \\n[1,2]\\n{}\\n{\\"id\\":null}\\n\\u2028\\n")
        send({ id: 4711, result: {} }, { id: "x", error: {} }, { method: "no/such", params: { threadId } })
        notify("item/completed", { threadId: uuid(999999), turnId, item: { type: "agentMessage", id: "x", text: "other" } })
        play(threadId, turnId, "fine")
      }`
    return Effect.gen(function* () {
      assert.strictEqual((yield* runTurn()).finalResponse, "fine")
      // What came before its answer has been reported.
      yield* Effect.flip(ask("no/such"))
      const warnings = logged.map(String).filter((text) => text.includes("no message"))
      assert.deepStrictEqual(
        warnings.map((text) => text.slice(text.indexOf(": ") + 2)),
        ["Welcome to codex!", "[1,2]", "{}", '{"id":null}']
      )
    }).pipe(Effect.provide(fakeServer(noise)), Effect.provide(logger))
  })

  const faults: ReadonlyArray<readonly [string, string, string]> = [
    ["a line over maxLineBytes", `say("x".repeat(100001) + "\\n")`, "a line is longer than 100000 bytes"],
    ["an endless line", `say("x".repeat(300000))`, "a line is longer than 100000 bytes"],
    ["invalid UTF-8", `fs.writeSync(1, Buffer.from([0x22, 0xff, 0x22, 0x0a]))`, "a line is not valid UTF-8"],
    ["half a line, and its end", `say('{"method":"turn/comp'); process.exit(0)`, "codex exited with code 0"],
    ["the end of its output, and lives on", `fs.closeSync(1); setInterval(() => {}, 1000)`, "codex closed its output"]
  ]
  it.live.each(faults)("ends the connection if it is %s: what came before counts", ([, fault, description]) =>
    Effect.gen(function* () {
      const { marker } = yield* FakeServer
      const seen: Array<string> = []
      const thread = yield* newThread
      const reason = yield* connectionLost(
        Stream.runForEach(thread.stream("go"), (event) => Effect.sync(() => seen.push(event._tag)))
      )
      assert.include(reason.message, description)
      assert.deepStrictEqual(seen, ["ThreadStarted", "TurnStarted", "AgentMessageDelta", "ItemCompleted"])
      yield* marker.assertNothingLeft
      yield* worksAgain
    }).pipe(
      Effect.provide(
        fakeServer(
          onlyFirst(
            `onTurn = (threadId, turnId) => { begin(threadId, turnId); text(threadId, turnId, "hm"); ${fault} }`
          ),
          { server: { maxLineBytes: 100_000 } }
        )
      )
    )
  )

  it.live("on stderr, 100 MB of it, delays nothing, and its end is kept", () =>
    Effect.gen(function* () {
      assert.strictEqual((yield* runTurn("big")).finalResponse, "answer to big")
      const reason = yield* connectionLost(ask("exit"))
      assert.isAtMost(reason.stderr?.length ?? 0, 1000)
      assert.match(reason.stderr ?? "", /x\nlast words\n$/)
    }).pipe(
      Effect.provide(
        fakeServer(
          `const block = Buffer.from("x".repeat(1024 * 1024 - 1) + "\\n")
           handlers["thread/start"] = (m) => {
             for (let i = 0; i < 100; i++) for (let at = 0; at < block.length;) at += fs.writeSync(2, block, at)
             ok(m, { thread: { id: uuid(1) } })
           }
           handlers.exit = () => { fs.writeSync(2, "last words\\n"); process.exit(1) }`,
          { server: { stderrTailBytes: 1000 } }
        )
      )
    )
  )
})

describe("a server that is lost", () => {
  it.live("by SIGKILL fails all turns and requests on it, and the next use has a new one", () =>
    Effect.gen(function* () {
      const { marker } = yield* FakeServer
      const threads = yield* Effect.forEach([1, 2, 3], () => newThread)
      const begun = yield* Latch.make()
      let count = 0
      const turns = yield* Effect.forEach(threads, (thread) =>
        thread.stream("hang").pipe(
          Stream.tap(({ _tag }) => (_tag === "TurnStarted" && ++count === 3 ? begun.open : Effect.void)),
          Stream.runDrain,
          connectionLost,
          Effect.forkChild
        )
      )
      yield* begun.await
      const requests = yield* Effect.forEach(["hang", "hang", "kill"], (method) =>
        Effect.forkChild(connectionLost(ask(method)))
      )
      for (const { description, signal } of yield* Effect.forEach([...turns, ...requests], Fiber.join)) {
        assert.strictEqual(signal, "SIGKILL")
        assert.include(description, "codex was ended by the signal SIGKILL")
      }
      yield* marker.assertNothingLeft
      yield* worksAgain
      const again = yield* Effect.forEach(threads, (thread) => thread.run("once more"))
      assert.deepStrictEqual(
        again.map(({ finalResponse, threadId }) => [finalResponse, threadId]),
        [1, 2, 3].map((n) => ["answer to once more", `01a20325-ae24-7481-b785-${String(1000 + n).padStart(12, "0")}`])
      )
    }).pipe(
      Effect.provide(
        fakeServer(
          onlyFirst(`
            onTurn = (threadId, turnId) => begin(threadId, turnId)
            handlers.hang = () => {}
            handlers.kill = () => process.kill(process.pid, "SIGKILL")`)
        )
      )
    )
  )

  const deaf = `
    if mkdir "$0.once" 2>/dev/null; then
      read -r line; echo '{"id":1,"result":{}}'
      read -r line; read -r line; echo '{"id":2,"result":{}}'
      exec 0<&-
      while :; do echo '{"method":"tick"}'; sleep 0.02; done
    fi`
  it.live("is noticed when it reads no more, though it goes on printing", () =>
    Effect.gen(function* () {
      const { allNotifications } = yield* AppServer
      const ticks = yield* Stream.toPull(allNotifications)
      yield* ask("any")
      // What is sent before it has closed its input is lost, and nobody can tell.
      yield* ticks
      const reason = yield* connectionLost(ask("any"))
      assert.include(reason.message, "codex closed its input")
      assert.strictEqual((yield* runTurn("next")).finalResponse, "answer to next")
    }).pipe(
      Effect.scoped,
      Effect.provide(
        fakeServer("", { before: deaf, server: { gracePeriod: "200 millis", requestTimeout: "20 seconds" } })
      )
    )
  )

  it.live("because it does not answer fails only what it does not answer", () =>
    Effect.gen(function* () {
      const { started } = yield* FakeServer
      const reason = yield* reasonOf(ask("hang"))
      assert.deepInclude(reason, { _tag: "RequestTimeout", method: "hang", limit: "requestTimeout" })
      assert.strictEqual((yield* runTurn("next")).finalResponse, "answer to next")
      assert.strictEqual(yield* started, 1)
    }).pipe(Effect.provide(fakeServer("handlers.hang = () => {}", { server: { requestTimeout: "5 seconds" } })))
  )

  it.live("is overloaded: a refusal that can be tried again", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(ask("busy"))
      assert.deepInclude(error.reason, {
        _tag: "RpcError",
        code: -32001,
        description: "Server overloaded; retry later."
      })
      assert.isTrue(error.isRetryable)
      assert.strictEqual(yield* Effect.retry(ask("busy"), { times: 5 }), "done")
    }).pipe(
      Effect.provide(
        fakeServer(`let left = 3
          handlers.busy = (m) => --left > 0 ? refuse(m, "Server overloaded; retry later.", -32001) : ok(m, "done")`)
      )
    )
  )
})

it.live("lines that are no messages are reported, but do not flood the log", () =>
  Effect.gen(function* () {
    const flooding = fakeServer(`
      handlers.flood = (m) => { say("garbage\\n".repeat(1000)); ok(m) }
      handlers.next = (m) => ok(m)`)
    // What is answered next comes after all that was said before.
    const requests = Effect.andThen(ask("flood"), ask("next"))
    const warnings = yield* logged("Warn", Effect.provide(requests, flooding))
    assert.lengthOf(warnings, 100)
    assert.notInclude(warnings[98]?.message, "further ones")
    assert.include(warnings[99]?.message, "garbage (further ones are not reported)")
  })
)

describe("the end of the layer", () => {
  it.live("ends a server that ignores the end of its stdin and SIGTERM", () =>
    Effect.gen(function* () {
      const { marker } = yield* FakeServer
      yield* ask("any").pipe(Effect.flip)
      assert.lengthOf(yield* marker.processes, 1)
    }).pipe(
      Effect.provide(
        fakeServer(`process.on("SIGTERM", () => {}); setInterval(() => {}, 1000)`, {
          server: { gracePeriod: "200 millis" }
        })
      )
    )
  )

  it.live("fails turns, requests and what waits for the server, and leaves nothing", () =>
    Effect.gen(function* () {
      const scope = yield* Scope.make()
      const context = yield* Layer.buildWithScope(
        fakeServer(`onTurn = (threadId, turnId) => begin(threadId, turnId); handlers.hang = () => {}`),
        scope
      )
      const begun = yield* Deferred.make<void>()
      const stream = Effect.gen(function* () {
        const thread = yield* newThread
        return yield* thread.stream("go").pipe(
          Stream.tap((event) => (event._tag === "TurnStarted" ? Deferred.succeed(begun, undefined) : Effect.void)),
          Stream.runDrain
        )
      })
      const turn = yield* Effect.forkChild(connectionLost(stream).pipe(Effect.provideContext(context)))
      const request = yield* Effect.forkChild(connectionLost(ask("hang")).pipe(Effect.provideContext(context)))
      yield* Deferred.await(begun)
      yield* Scope.close(scope, Exit.void)
      const late = yield* connectionLost(ask("hang")).pipe(Effect.provideContext(context))
      for (const reason of [yield* Fiber.join(turn), yield* Fiber.join(request), late]) {
        assert.deepInclude(reason, { description: "it was closed", isClosed: true, isRetryable: false })
      }
    })
  )

  it.live("fails what waits for the server to be ready", () =>
    Effect.gen(function* () {
      const scope = yield* Scope.make()
      const context = yield* Layer.buildWithScope(fakeServer(`handlers.initialize = () => say("\\n")`), scope)
      const heard = yield* Effect.forkChild(connectionLost(ask("any")).pipe(Effect.provideContext(context)))
      const turn = yield* Effect.forkChild(connectionLost(runTurn()).pipe(Effect.provideContext(context)))
      yield* Effect.yieldNow
      yield* Scope.close(scope, Exit.void)
      assert.include((yield* Fiber.join(heard)).message, "it was closed")
      assert.include((yield* Fiber.join(turn)).message, "it was closed")
    })
  )
})

describe("secrets", () => {
  it.live("do not take an ordinary word with them that one of them begins with, but where a line breaks off", () =>
    Effect.gen(function* () {
      const server = fakeServer(
        `handlers.leak = () => {
           say("could not connect to http\\n" + "x".repeat(8180) + "https-secret-value\\n")
           fs.writeSync(2, "could not connect to http\\nit broke off at https-sec")
           setTimeout(() => process.exit(1), 100)
         }`,
        { codex: { apiKey: Redacted.make("https-secret-value") } }
      )
      const entries = yield* logged("Debug", Effect.provide(ask("leak"), server))
      const messages = entries.map(({ message }) => message)
      assert.includeMembers(messages, [
        "codex app-server printed a line that is no message: could not connect to http",
        "codex: could not connect to http",
        "codex: it broke off at <redacted>"
      ])
      assert.isTrue(messages.some((message) => message.includes(": xx")))
      assert.isFalse(messages.some((message) => message.includes("https")))
    })
  )

  it.live("of the host's environment, and of options, are in no failure and no trace that records what is said", () =>
    Effect.gen(function* () {
      const { record, spans } = makeRecorder()
      const error = yield* Effect.flip(ask("leak"))
      yield* record(runTurn("my key is sk-inherited"))
      const traced = JSON.stringify(
        spans.map(({ attributes, events }) => [[...attributes], events.map((event) => event[2])])
      )
      for (const text of [error.message, traced]) {
        assert.notMatch(text, /sk-inherited|sk-option|sk-plain/)
        assert.include(text, "wrong: <redacted> <redacted> <redacted>")
      }
      assert.include(traced, "my key is <redacted>")
    }).pipe(
      Effect.provide(
        fakeServer(
          `const wrong = "wrong: sk-inherited sk-option sk-plain"
           handlers.leak = (m) => refuse(m, wrong)
           onTurn = (threadId, turnId) => {
             begin(threadId, turnId)
             notify("error", { threadId, turnId, willRetry: true, error: { message: wrong } })
             text(threadId, turnId, wrong)
             finish(threadId, turnId)
           }`,
          {
            codex: {
              apiKey: Redacted.make("sk-option"),
              env: { OPENAI_API_KEY: "sk-plain" },
              telemetry: { recordContent: true }
            }
          }
        ).pipe(Layer.provideMerge(hostVariables({ CODEX_API_KEY: "sk-inherited" })))
      )
    )
  )

  const apiKey = "sk-secret-of-the-application"
  const variable = "secret-of-the-environment"
  it.live("are in no argument, failure or log, and the server gets them", () => {
    const logged: Array<unknown> = []
    const logger = Logger.layer([Logger.make(({ cause, message }) => void logged.push(message, cause))])
    return Effect.gen(function* () {
      const given = yield* ask("given")
      assert.deepInclude(given, { variable, key: apiKey })
      assert.notInclude(JSON.stringify(Object(given).argv), "secret")
      const errors = [yield* Effect.flip(ask("leak")), yield* Effect.flip(ask("exit"))]
      const texts = errors.map((error) => `${error.message} ${JSON.stringify(error)} ${String(error.stack)}`)
      assert.match(texts.join(), /<redacted>/)
      for (const text of [...texts, JSON.stringify(logged)]) {
        assert.notInclude(text, apiKey)
        assert.notInclude(text, variable)
      }
      assert.isNotEmpty(logged)
    }).pipe(
      Effect.provide(
        fakeServer(
          `let key
           handlers["account/login/start"] = (m) => { key = m.params.apiKey; ok(m, {}) }
           handlers.given = (m) => ok(m, { key, variable: process.env.MY_SECRET, argv: process.argv })
           handlers.leak = (m) => {
             say("not json " + key + "\\n")
             send({ id: m.id, error: { code: 1, message: "wrong: " + key, data: { key: [process.env.MY_SECRET] } } })
           }
           handlers.exit = (m) => { fs.writeSync(2, "panic: " + process.env.MY_SECRET + " " + key + "\\n"); process.exit(1) }`,
          { codex: { apiKey: Redacted.make(apiKey), env: { MY_SECRET: Redacted.make(variable) } } }
        )
      ),
      Effect.provide(logger)
    )
  })
})
