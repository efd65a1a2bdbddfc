import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Logger from "effect/Logger"
import type { ThreadEvent } from "effect-codex"
import { makeDriftLog } from "../../src/internal/driftLog.ts"
import { makeRedact } from "../../src/internal/redact.ts"

/** What is logged while an effect runs. */
const logged = (effect: Effect.Effect<void>) =>
  Effect.gen(function* () {
    const messages: Array<string> = []
    const logger = Logger.make<unknown, void>(({ message }) => void messages.push(String(message)))
    yield* Effect.provide(effect, Logger.layer([logger]))
    return messages
  })

const redact = makeRedact(["sk-planted"], "")

const unknownEvent = (type: string): ThreadEvent => ({ _tag: "UnknownEvent", type, raw: {}, issue: "new" })

describe("driftLog", () => {
  it.effect("warns once for each shape", () =>
    Effect.gen(function* () {
      const log = makeDriftLog()
      const unknownItem: ThreadEvent = {
        _tag: "ItemStarted",
        item: { _tag: "UnknownItem", type: "new_item", raw: {}, issue: "new" }
      }
      const messages = yield* logged(
        Effect.forEach(
          [
            unknownEvent("a"),
            unknownEvent("a"),
            unknownItem,
            unknownItem,
            unknownEvent("b"),
            { _tag: "TurnCompleted" }
          ],
          (event) => log(event as ThreadEvent, "new", redact), // widened by the array
          { discard: true }
        )
      )
      assert.lengthOf(messages, 4)
      assert.include(messages[0], "UnknownEvent a")
      assert.include(messages[1], "ItemStarted new_item")
      assert.include(messages[3], "TurnCompleted")
    })
  )

  it.effect("stops after a hundred shapes, and shortens what codex printed", () =>
    Effect.gen(function* () {
      const log = makeDriftLog()
      const messages = yield* logged(
        Effect.forEach(
          Array.from({ length: 200 }, (_, index) => unknownEvent(`${index} ${"x".repeat(10_000)}`)),
          (event) => log(event, "new", redact),
          { discard: true }
        )
      )
      assert.lengthOf(messages, 100)
      assert.isBelow(messages[0]?.length ?? 0, 300)
    })
  )

  it.effect("gives up a warning that can not be written", () => {
    const logger = Logger.make(() => {
      throw new Error("no logger today")
    })
    return Effect.provide(makeDriftLog()(unknownEvent("a"), "new", redact), Logger.layer([logger]))
  })

  it.effect("takes secrets out before it shortens", () =>
    Effect.gen(function* () {
      const type = `${"x".repeat(57)}sk-planted`
      const messages = yield* logged(makeDriftLog()(unknownEvent(type), `at ["${"y".repeat(990)}sk-planted"]`, redact))
      assert.lengthOf(messages, 1)
      assert.notInclude(messages[0], "sk-")
      assert.isBelow(messages[0]?.length ?? 0, 1300)
    })
  )
})
