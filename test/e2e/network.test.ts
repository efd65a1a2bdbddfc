import { assert, describe, it } from "@effect/vitest"
import { Codex, type TurnOptions } from "effect-codex"
import { ScriptedModel } from "effect-codex/testing"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/testing/TestClock"
import { realCodex, Workspace } from "../support/realCodex.ts"

// Nobody listens there, nor is it given to whoever asks for any port.
const closedPort = 9

/** Without WebSockets, from which codex would fall back first. */
const offline = Layer.unwrap(
  Effect.gen(function* () {
    const { codexOptions } = yield* ScriptedModel
    const { env } = yield* Workspace
    return Codex.layer({
      apiKey: codexOptions.apiKey,
      codexHome: codexOptions.codexHome,
      config: {
        model_provider: "offline",
        model_providers: {
          offline: {
            name: "offline",
            base_url: `http://127.0.0.1:${closedPort}/v1`,
            wire_api: "responses",
            env_key: "CODEX_API_KEY",
            supports_websockets: false
          }
        }
      },
      env,
      extendEnv: true
    })
  })
)

const limits: ReadonlyArray<readonly ["timeout" | "idleTimeout", TurnOptions]> = [
  ["timeout", { timeout: "10 minutes" }],
  ["idleTimeout", { idleTimeout: "10 minutes" }]
]

const shortly = TestClock.withLive(Effect.sleep("20 millis"))
const timeGoesOn = Effect.forever(Effect.andThen(TestClock.adjust("10 minutes"), shortly))

describe("the real binary without a network", () => {
  // The test's clock stands still until codex has said that it waits.
  it.effect("is ended by either time limit, with what it waited for", () =>
    Effect.gen(function* () {
      const codex = yield* Codex
      const { marker, options } = yield* Workspace
      const turns = yield* Effect.forEach(limits, ([limit, turnOptions]) =>
        Effect.gen(function* () {
          const thread = yield* codex.startThread(options)
          const notice = yield* Deferred.make<string>()
          const fiber = yield* thread.stream("go", turnOptions).pipe(
            Stream.tap((event) =>
              event._tag === "ThreadError" ? Deferred.succeed(notice, event.message) : Effect.void
            ),
            Stream.runDrain,
            Effect.flip,
            Effect.forkChild({ startImmediately: true })
          )
          return { limit, notice, fiber }
        })
      )
      for (const { notice } of turns) {
        assert.match(yield* Deferred.await(notice), /^Reconnecting\.\.\. waiting for network/)
      }
      assert.isNotEmpty(yield* marker.processes)
      for (const { fiber, limit } of turns) {
        // What codex has reported before may not be read yet.
        const error = yield* Effect.raceFirst(Fiber.join(fiber), timeGoesOn)
        assert.deepInclude(error.reason, { _tag: "TimeoutError", limit, waitedForNetwork: true })
        assert.isTrue(error.isRetryable)
        assert.include(error.message, "option baseUrl")
        assert.isDefined(error.threadId)
      }
      yield* marker.assertNothingLeft
    }).pipe(Effect.provide(offline), Effect.provide(realCodex([])))
  )
})
