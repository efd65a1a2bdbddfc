import { assert, describe, it } from "@effect/vitest"
import { Codex } from "effect-codex"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Redacted from "effect/Redacted"
import * as References from "effect/References"
import { Fake, lines, nodeFake, ordinaryTurn, print, runTurn, shellFake } from "./support/fakeCodex.ts"
import { logged } from "./support/logged.ts"

const talkative = shellFake(`
  printf '%s\n' '${lines.threadStarted}' '${lines.turnStarted}'
  echo 'a warning of codex' >&2; printf 'and a line without its end' >&2
  printf '%s\n' '${lines.turnCompleted}'
`)

describe("logs", () => {
  it.live("say nothing of an ordinary turn at Info", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* logged("Info", runTurn()), [])
    }).pipe(Effect.provide(talkative))
  )

  it.live("do not end a turn that a logger can not take", () =>
    Effect.gen(function* () {
      const logger = Logger.make(() => {
        throw new Error("no logger today")
      })
      const turn = yield* runTurn().pipe(
        Effect.provide(Logger.layer([logger])),
        Effect.provideService(References.MinimumLogLevel, "Debug")
      )
      assert.isDefined(turn.usage)
    }).pipe(
      Effect.provide(
        shellFake(`printf '%s\\n' '${lines.threadStarted}' '{"type":"news"}' '${lines.turnStarted}'
          echo 'a warning of codex' >&2; printf '%s\\n' '${lines.turnCompleted}'; printf '{'`)
      )
    )
  )

  it.live("do not show the rest of a secret where a line without an end is given up", () =>
    Effect.gen(function* () {
      const { marker } = yield* Fake
      const layer = Codex.layer({ apiKey: Redacted.make("sk-SECRET-0123456789"), env: marker.env, extendEnv: true })
      const codex = yield* Codex.pipe(Effect.provide(layer, { local: true }))
      const entries = yield* logged(
        "Debug",
        Effect.flatMap(codex.startThread(), (thread) => thread.run("go"))
      )
      assert.isTrue(entries.some(({ message }) => message.includes("the next line")))
      assert.isFalse(entries.some(({ message }) => message.includes("0123456789")))
    }).pipe(
      Effect.provide(
        nodeFake(
          `process.stderr.write("x".repeat(66000) + "sk-SEC");
           setTimeout(() => { process.stderr.write("RET-0123456789 tail\\nthe next line\\n"); ${print(...ordinaryTurn)} }, 50);
           // What comes with its end may be read after the turn.
           setTimeout(() => {}, 300)`
        )
      )
    )
  )

  it.live("have nothing of the prompt, of which codex tells every line", () =>
    Effect.gen(function* () {
      const { marker } = yield* Fake
      const layer = Codex.layer({ apiKey: Redacted.make("sk-SECRET-0123456789"), env: marker.env, extendEnv: true })
      const codex = yield* Codex.pipe(Effect.provide(layer, { local: true }))
      const prompt = 'Why is sk-SECRET-0123456789 the PLANTED key?\nPLANTED one\n  the PLANTED line that is "long"'
      const entries = yield* logged(
        "Debug",
        Effect.flatMap(codex.startThread(), (thread) => thread.run(prompt))
      )
      const messages = entries.map(({ message }) => message)
      assert.includeMembers(messages, [
        "codex: <prompt>",
        'codex: Text { text: "<prompt>" }',
        "codex: an ordinary line with PLAN"
      ])
      assert.isFalse(messages.some((message) => /PLANTED|SECRET/.test(message)))
    }).pipe(
      Effect.provide(
        nodeFake(
          `const prompt = require("node:fs").readFileSync(0, "utf8");
           const tell = (text) => process.stderr.write(text + "\\n");
           for (const line of [prompt, ...prompt.split("\\n")]) {
             tell(line); tell("Text { text: " + JSON.stringify(line) + " }"); tell(JSON.stringify({ a: JSON.stringify(line) }));
           }
           tell("an ordinary line with PLAN");
           ${print(...ordinaryTurn)}`
        )
      )
    )
  )

  it.live("that fail do not stop the reading of stderr", () =>
    Effect.gen(function* () {
      const logger = Logger.make<unknown, void>(({ message }) => {
        if (String(message).includes("noise")) throw new Error("a logger that fails")
      })
      const exit = yield* runTurn().pipe(
        Effect.exit,
        Effect.provide(Layer.merge(Logger.layer([logger]), Layer.succeed(References.MinimumLogLevel, "Debug")))
      )
      assert.isTrue(Exit.isSuccess(exit))
    }).pipe(
      Effect.provide(nodeFake(`require("node:fs").writeSync(2, "noise\\n".repeat(100_000)); ${print(...ordinaryTurn)}`))
    )
  )

  it.live("have codex's stderr at Debug, and which turn of which thread it was", () =>
    Effect.gen(function* () {
      const entries = yield* logged("Debug", runTurn())
      assert.isTrue(entries.every(({ level }) => level === "Debug"))
      assert.includeMembers(
        entries.map(({ message }) => message),
        ["codex turn began", "codex: a warning of codex", "codex: and a line without its end"]
      )
      const last = entries.at(-1)
      assert.include(last?.message, "codex turn completed")
      assert.deepStrictEqual(last?.annotations, {
        "codex.turn": 1,
        "codex.thread_id": "01a20318-f35c-7821-b4c9-6971645259e3"
      })
    }).pipe(Effect.provide(talkative))
  )
})
