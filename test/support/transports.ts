/**
 * The two ways of running codex, for the tests of what both do alike, and all that these tests let differ.
 *
 * - Ids of items: `codex exec` counts them, from 0 in each process; `codex app-server` has codex's own.
 * - Events: app-server also reports deltas, diffs, token counts and approvals while the turn runs.
 * - Usage: app-server tells a turn's own tokens, also where exec only knows the thread's total.
 * - What lasts: a server keeps ephemeral threads, and commands that run on after their turn, until it ends.
 * - Options and failures of the process are exec's. A server refuses such options, and requests with `RpcError`.
 * - Prompts: codex drops a byte order mark at the beginning of exec's stdin.
 */
import { assert } from "@effect/vitest"
import type { ThreadEvent, ThreadItem, Turn, Usage } from "effect-codex"
import { defaultModelUsage } from "effect-codex/testing"

export const transports = ["exec", "app-server"] as const
export type Transport = (typeof transports)[number]

const onlyFromServer: ReadonlySet<ThreadEvent["_tag"]> = new Set([
  "AgentMessageDelta",
  "ReasoningDelta",
  "PlanDelta",
  "CommandOutputDelta",
  "DiffUpdated",
  "UsageUpdated",
  "ApprovalRequested",
  "ApprovalResolved"
])

/** The events that both report: of exec all of them. */
export const sharedEvents = <E extends ThreadEvent>(transport: Transport, events: ReadonlyArray<E>): ReadonlyArray<E> =>
  transport === "exec" ? events : events.filter(({ _tag }) => !onlyFromServer.has(_tag))

/** Only app-server tells what changes in a file. */
const withoutDiffs = (item: ThreadItem): ThreadItem =>
  item._tag === "FileChange" ? { ...item, changes: item.changes.map(({ kind, path }) => ({ path, kind })) } : item

/** Fails unless the items are these, with the ids that exec gives them; over app-server ids are only different ones. */
export const assertItems = (
  transport: Transport,
  actual: ReadonlyArray<ThreadItem>,
  expected: ReadonlyArray<ThreadItem>
): void => {
  if (transport === "exec") return assert.deepStrictEqual(actual, expected)
  const ids = actual.map(({ id }) => id)
  assert.notInclude(ids, undefined)
  assert.notInclude(ids, "")
  assert.lengthOf(new Set(ids), ids.length)
  assert.deepStrictEqual(
    actual.map((item, index) => ({ ...withoutDiffs(item), id: expected[index]?.id })),
    expected.map((item) => ({ ...item, id: item.id }))
  )
}

/** What a reply of the scripted model uses. */
export const oneReply: Usage = defaultModelUsage

/** Fails unless a turn has used this much. `codex exec` can not know it: what the thread had used before is not known. */
export const assertOwnUsage = (transport: Transport, turn: Turn, usage: Usage): void =>
  assert.deepStrictEqual(turn.usage, transport === "exec" ? undefined : usage)
