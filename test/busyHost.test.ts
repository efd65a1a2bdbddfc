import { assert, describe, it } from "@effect/vitest"
import { Codex, Exec } from "effect-codex"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Layer from "effect/Layer"
import * as Path from "effect/Path"
import { ChildProcessSpawner } from "effect/process/ChildProcessSpawner"
import { ordinaryTurn } from "./support/fakeCodex.ts"
import { countingFileSystem, makeWorld, mockSpawner } from "./support/mockSpawner.ts"

const nextTurn = Effect.callback<void>((resume) => void setImmediate(resume, Effect.void))

/** The host does something else for longer than a pipe is waited for, and then reads from its pipes one by one. */
const busy = Effect.gen(function* () {
  yield* nextTurn
  const end = performance.now() + 400
  while (performance.now() < end);
  for (let turn = 0; turn < 3; turn++) yield* nextTurn
})

describe("a busy host", () => {
  it.live("reads what codex has printed though it hears of codex's exit before", () =>
    Effect.gen(function* () {
      const world = makeWorld()
      const chunks = ordinaryTurn.map((line) => `${line}\n`)
      const Live = Codex.layer().pipe(
        Layer.provide(Exec.layer({ codexPath: "/codex" })),
        Layer.provide(
          Layer.mergeAll(
            Layer.succeed(ChildProcessSpawner, mockSpawner(world, chunks, 0, busy)),
            Layer.succeed(FileSystem.FileSystem, countingFileSystem(world)),
            Path.layer
          )
        )
      )
      const turn = yield* Effect.provide(
        Effect.gen(function* () {
          const thread = yield* (yield* Codex).startThread()
          return yield* thread.run("go")
        }),
        Live
      )
      assert.strictEqual(turn.finalResponse, "Hi!")
    })
  )
})
