import { describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { decodeItem } from "../../src/app-server/internal/itemWire.ts"
import { exactly } from "../support/exactly.ts"

describe("itemWire", () => {
  describe("decodeItem", () => {
    it.effect("keeps agents of any name", () =>
      Effect.sync(() => {
        const agents = '{"__proto__":{"status":"pendingInit"},"toString":{"status":"running","message":"hi"}}'
        const raw: unknown = JSON.parse(
          `{"type":"collabAgentToolCall","id":"i","tool":"wait","senderThreadId":"s","receiverThreadIds":[],"agentsStates":${agents},"status":"completed"}`
        )
        exactly(decodeItem(raw), {
          _tag: "CollabToolCall",
          id: "i",
          tool: "wait",
          senderThreadId: "s",
          receiverThreadIds: [],
          agentStates: JSON.parse(
            '{"__proto__":{"status":"pending_init"},"toString":{"status":"running","message":"hi"}}'
          ),
          status: "completed"
        })
      })
    )

    it.effect("takes along nothing that it does not know", () =>
      Effect.sync(() => {
        const raw = { type: "mcpToolCall", id: "i", server: "s", tool: "t", status: "failed", extra: 1 }
        exactly(decodeItem({ ...raw, error: { message: "no", extra: 1 } }), {
          _tag: "McpToolCall",
          id: "i",
          server: "s",
          tool: "t",
          arguments: null,
          error: { message: "no" },
          status: "failed"
        })
      })
    )
  })
})
