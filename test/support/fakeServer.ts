/** App-servers that misbehave on purpose: programs in the place of codex, written in JavaScript (CommonJS). */
import { NodeServices } from "@effect/platform-node"
import { Codex, type CodexError, type CodexOptions } from "effect-codex"
import { AppServer, type AppServerOptions, type Approvals } from "effect-codex/app-server"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Layer from "effect/Layer"
import * as Path from "effect/Path"
import { type Marker, NoLeaks } from "./noLeaks.ts"

/**
 * What every fake begins with. `handlers` has a function for each method, and `started` is how many servers have been
 * started so far. `begin` and `finish` are the beginning and the end of a turn in notifications.
 */
const prelude = `
const fs = require("node:fs")
const path = require("node:path")
const counter = path.join(__dirname, "started")
fs.appendFileSync(counter, "x")
const started = fs.statSync(counter).size
const say = (text) => fs.writeSync(1, text)
const send = (...messages) => say(messages.map((message) => JSON.stringify(message) + "\\n").join(""))
const ok = ({ id }, result = {}) => send({ id, result })
const refuse = ({ id }, message, code = -32600) => send({ id, error: { code, message } })
const notify = (method, params) => send({ method, params, emittedAtMs: 1 })
const uuid = (n) => "01a20325-ae24-7481-b785-" + String(n).padStart(12, "0")
let threads = started * 1000
let turns = 0
let running = new Map()
const begin = (threadId, turnId) => notify("turn/started", { threadId, turn: { id: turnId, status: "inProgress" } })
const text = (threadId, turnId, text, id = "m1") => {
  notify("item/agentMessage/delta", { threadId, turnId, itemId: id, delta: text })
  notify("item/completed", { threadId, turnId, item: { type: "agentMessage", id, text } })
}
const finish = (threadId, turnId, status = "completed") =>
  notify("turn/completed", { threadId, turn: { id: turnId, status, error: null } })
const play = (threadId, turnId, answer) => {
  begin(threadId, turnId)
  text(threadId, turnId, answer)
  finish(threadId, turnId)
}
const promptOf = ({ params }) => params.input.map(({ text }) => text).join("")
const handlers = {
  initialize: (m) => ok(m, { userAgent: "fake", codexHome: "/", platformFamily: "unix", platformOs: "linux" }),
  initialized: () => {},
  "account/login/start": (m) => ok(m, { type: "apiKey" }),
  "thread/start": (m) => ok(m, { thread: { id: uuid(++threads) } }),
  "thread/resume": (m) => ok(m, { thread: { id: m.params.threadId } }),
  "thread/unsubscribe": (m) => { ok(m); notify("thread/closed", { threadId: m.params.threadId }) },
  "turn/start": (m) => {
    const turnId = "turn-" + ++turns
    running.set(m.params.threadId, turnId)
    ok(m, { turn: { id: turnId, status: "inProgress", items: [] } })
    onTurn(m.params.threadId, turnId, promptOf(m))
  },
  "turn/interrupt": (m) => { ok(m); finish(m.params.threadId, m.params.turnId, "interrupted") },
  "thread/backgroundTerminals/clean": (m) => ok(m)
}
let onTurn = (threadId, turnId, prompt) => play(threadId, turnId, "answer to " + prompt)
const receive = (message) => {
  const handler = message.method === undefined ? handlers.answer : handlers[message.method]
  if (handler !== undefined) handler(message)
  else if (message.method !== undefined && message.id !== undefined) refuse(message, "unknown variant " + message.method)
}
let unfinished = ""
process.stdin.on("data", (bytes) => {
  const lines = (unfinished + bytes).split("\\n")
  unfinished = lines.pop()
  for (const line of lines) receive(JSON.parse(line))
})
`

/** Where the fake lives, and the mark that its processes carry. */
export class FakeServer extends Context.Service<
  FakeServer,
  {
    readonly directory: string
    readonly marker: Marker
    /** How many servers have been started. */
    readonly started: Effect.Effect<number>
  }
>()("test/FakeServer") {}

/** What a test may choose. */
export interface FakeServerOptions {
  readonly server?: AppServerOptions
  readonly codex?: CodexOptions
  readonly approvals?: Layer.Layer<Approvals, CodexError>
  /** What the shell does before the fake begins, and maybe instead of it. */
  readonly before?: string
}

const program = (code: string, before: string) =>
  Layer.effect(
    FakeServer,
    Effect.gen(function* () {
      const fs = yield* FileSystem.FileSystem
      const path = yield* Path.Path
      const directory = yield* fs.makeTempDirectoryScoped({ prefix: "codex-fake-" })
      yield* fs.writeFileString(path.join(directory, "fake.cjs"), `${prelude}\n${code}\n`)
      const start = `#!/bin/bash\n${before}\nexec "${process.execPath}" "$(dirname "$0")/fake.cjs"\n`
      yield* fs.writeFileString(path.join(directory, "codex"), start, { mode: 0o755 })
      return {
        directory,
        marker: (yield* NoLeaks).marker,
        started: fs.readFileString(path.join(directory, "started")).pipe(
          Effect.map((marks) => marks.length),
          Effect.orElseSucceed(() => 0)
        )
      }
    })
  )

/** `AppServer` and `Codex` on a fake. Its code comes behind the prelude. */
export const fakeServer = (code: string, { approvals, before = "", codex, server }: FakeServerOptions = {}) =>
  Layer.unwrap(
    Effect.map(FakeServer, ({ directory, marker }) =>
      AppServer.layer(
        { ...codex, env: { ...codex?.env, ...marker.env }, extendEnv: true },
        { codexPath: `${directory}/codex`, gracePeriod: "1 second", ...server }
      ).pipe(Layer.provide(approvals ?? Layer.empty))
    )
  ).pipe(
    Layer.provideMerge(program(code, before)),
    Layer.provideMerge(NoLeaks.layer),
    Layer.provideMerge(NodeServices.layer)
  )

/** A new thread. */
export const newThread = Effect.gen(function* () {
  return yield* (yield* Codex).startThread({ skipGitRepoCheck: true })
})

/** A turn of a new thread. */
export const runTurn = (prompt = "go") => Effect.flatMap(newThread, (thread) => thread.run(prompt))
