import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as References from "effect/References"
import type { LogLevel } from "effect/LogLevel"
import { lines, runTurn, shellFake } from "./support/fakeCodex.ts"

interface Entry {
  readonly level: LogLevel
  readonly message: string
  readonly annotations: Readonly<Record<string, unknown>>
}

/** What is logged from a level on. */
const logged = <A, E, R>(minimum: LogLevel, effect: Effect.Effect<A, E, R>) =>
  Effect.gen(function* () {
    const entries: Array<Entry> = []
    const logger = Logger.make<unknown, void>(({ fiber, logLevel, message }) => {
      const annotations = { ...fiber.getRef(References.CurrentLogAnnotations) }
      entries.push({
        level: logLevel,
        message: Array.isArray(message) ? message.join(" ") : String(message),
        annotations
      })
    })
    yield* effect.pipe(
      Effect.exit,
      Effect.provide(Layer.merge(Logger.layer([logger]), Layer.succeed(References.MinimumLogLevel, minimum)))
    )
    return entries
  })

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
