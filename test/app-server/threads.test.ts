import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { RpcError } from "../../src/AppServerError.ts"
import { ThreadBusy, ThreadNotFound } from "../../src/CodexError.ts"
import { explainRefusal } from "../../src/app-server/internal/threads.ts"

describe("explainRefusal", () => {
  it.effect("takes a thread that codex has not loaded, and can not load, for none", () =>
    Effect.sync(() =>
      assert.deepStrictEqual(
        explainRefusal(
          new RpcError({ method: "thread/read", code: -32600, description: "thread not loaded: t-1" }),
          "t-1"
        ),
        new ThreadNotFound({ threadId: "t-1" })
      )
    )
  )

  it.effect.each([
    [-32600, "thread t-1 already has an active writer"],
    // codex forks a thread whose turn is running, and sometimes says this.
    [
      -32603,
      "failed to prepare paginated fork: thread-store internal error: " +
        "thread history projection for t-1 is behind durable rollout"
    ]
  ] as const)("takes a thread for one that is in use: %i %s", ([code, description]) =>
    Effect.sync(() =>
      assert.deepStrictEqual(
        explainRefusal(new RpcError({ method: "thread/fork", code, description }), "t-1"),
        new ThreadBusy({ threadId: "t-1", usedBy: "process" })
      )
    )
  )
})
