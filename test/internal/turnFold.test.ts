import { assert, describe, it } from "@effect/vitest"
import type { ThreadEvent, ThreadItem } from "effect-codex"
import * as Effect from "effect/Effect"
import { makeTurnFold } from "../../src/internal/turnFold.ts"

const todo = (completed: boolean): ThreadItem => ({ _tag: "TodoList", id: "t", items: [{ text: "a", completed }] })

describe("the items of a turn", () => {
  it.effect("are not open again by an update that comes after their end, but by another start", () =>
    Effect.sync(() => {
      const fold = makeTurnFold()
      fold.add({ _tag: "ItemStarted", item: todo(false) })
      fold.add({ _tag: "ItemCompleted", item: todo(true) })
      fold.add({ _tag: "ItemUpdated", item: todo(false) })
      assert.deepStrictEqual(fold.items(), [todo(true)])
      const again: ReadonlyArray<ThreadEvent> = [
        { _tag: "ItemStarted", item: todo(false) },
        { _tag: "ItemUpdated", item: todo(true) }
      ]
      for (const event of again) fold.add(event)
      assert.deepStrictEqual(fold.items(), [todo(true), todo(true)])
    })
  )
})
