import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { ThreadTarget } from "../../src/Exec.ts"
import { isAnotherThread } from "../../src/internal/threadIdentity.ts"

// A UUID of version 7 begins with the milliseconds of its making.
const madeAt = (milliseconds: number, version = "7"): string => {
  const time = milliseconds.toString(16).padStart(12, "0")
  return `${time.slice(0, 8)}-${time.slice(8)}-${version}c00-8000-0123456789ab`
}
const startedAt = 1_795_000_000_000
const older = madeAt(startedAt - 1)
const newer = madeAt(startedAt)

describe("isAnotherThread", () => {
  it.effect("is every id but the one asked for", () =>
    Effect.sync(() => {
      const target = ThreadTarget.Resume({ threadId: older })
      assert.isFalse(isAnotherThread(target, older, startedAt))
      assert.isFalse(isAnotherThread(target, older.toUpperCase(), startedAt))
      assert.isTrue(isAnotherThread(target, newer, startedAt))
      assert.isTrue(isAnotherThread(target, madeAt(startedAt - 2), startedAt))
    })
  )

  it.effect("is a thread made since codex was started, where a name was asked for", () =>
    Effect.sync(() => {
      const target = ThreadTarget.Resume({ threadId: "my-thread" })
      assert.isFalse(isAnotherThread(target, older, startedAt))
      assert.isTrue(isAnotherThread(target, newer, startedAt))
      assert.isFalse(isAnotherThread(target, "my-thread", startedAt))
    })
  )

  it.effect("is a thread made since codex was started, where the last one was asked for", () =>
    Effect.sync(() => {
      assert.isFalse(isAnotherThread(ThreadTarget.ResumeLast(), older, startedAt))
      assert.isTrue(isAnotherThread(ThreadTarget.ResumeLast(), newer, startedAt))
    })
  )

  it.effect("can not be told from ids that hold no time", () =>
    Effect.sync(() => {
      for (const id of [madeAt(startedAt, "4"), "thread-1", ""]) {
        assert.isFalse(isAnotherThread(ThreadTarget.ResumeLast(), id, startedAt))
      }
    })
  )

  it.effect("is none where a new thread was asked for", () =>
    Effect.sync(() => {
      for (const target of [
        ThreadTarget.Start(),
        ThreadTarget.Fork({ threadId: older }),
        ThreadTarget.Review({ review: { _tag: "Uncommitted" } })
      ]) {
        assert.isFalse(isAnotherThread(target, newer, startedAt))
      }
    })
  )
})
