import { assert, describe, it } from "@effect/vitest"
import { Codex, type ThreadEvent } from "effect-codex"
import { reply, ScriptedModel, shellCommand } from "effect-codex/testing"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Stream from "effect/Stream"
import { realCodex, Workspace } from "../support/realCodex.ts"
import { transports } from "../support/transports.ts"

const command = reply(shellCommand("sleep 300 & touch touched; sleep 300", { login: false, yieldTimeMs: 60_000 }))

describe.each(transports)("a turn of the real binary that is stopped as it begins over %s", (transport) => {
  it.live.each([1, 2, 3, 4, 5, 6])("does nothing more, and leaves nothing (try %i)", () =>
    Effect.gen(function* () {
      const codex = yield* Codex
      const fs = yield* FileSystem.FileSystem
      const { directory, marker, options } = yield* Workspace
      const thread = yield* codex.startThread({ ...options, disable: ["shell_snapshot"] })
      const events: ReadonlyArray<ThreadEvent> = yield* thread.stream("go").pipe(Stream.take(1), Stream.runCollect)
      assert.strictEqual(events[0]?._tag, "ThreadStarted")
      yield* marker.assertTurnsEnded
      assert.isFalse(yield* fs.exists(`${directory}/touched`))
      const { requests } = yield* ScriptedModel
      const before = (yield* requests).length
      // The thread can go on, and the model is asked for nothing else.
      yield* thread.stream("again").pipe(
        Stream.takeUntil((event) => event._tag === "ItemStarted"),
        Stream.runDrain
      )
      yield* marker.assertTurnsEnded
      assert.strictEqual((yield* requests).length, before + 1)
    }).pipe(
      Effect.provide(
        realCodex(() => command, { transport, exec: { gracePeriod: "1 minute" }, server: { gracePeriod: "1 minute" } })
      )
    )
  )
})
