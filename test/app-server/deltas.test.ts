import { assert, describe, it } from "@effect/vitest"
import { Codex, type ThreadEvent, ThreadEvent as Event, type ThreadItem, type Usage } from "effect-codex"
import { AppServer } from "effect-codex/app-server"
import {
  applyPatch,
  defaultModelUsage,
  pause,
  reasoning,
  reply,
  replyHanging,
  shellCommand,
  streamedMessage
} from "effect-codex/testing"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Stream from "effect/Stream"
import { Workspace } from "../support/realCodex.ts"
import { realServer, startThread } from "../support/realServer.ts"

const collect = (prompt = "go") =>
  Effect.gen(function* () {
    const thread = yield* startThread()
    return yield* Stream.runCollect(thread.stream(prompt))
  })

/** The one completed item of a kind. */
const completed = <Tag extends ThreadItem["_tag"]>(events: ReadonlyArray<ThreadEvent>, tag: Tag) => {
  const items = events.flatMap((event) =>
    event._tag === "ItemCompleted" && event.item._tag === tag ? [event.item as Extract<ThreadItem, { _tag: Tag }>] : []
  )
  assert.lengthOf(items, 1)
  return items[0] ?? assert.fail("no item")
}

/** The deltas of a kind, as one text, and how many there were. All belong to one item. */
const joined = (
  events: ReadonlyArray<ThreadEvent>,
  tag: "AgentMessageDelta" | "CommandOutputDelta" | "PlanDelta",
  itemId: string | undefined
) => {
  const deltas = events.flatMap((event) => (event._tag === tag ? [event] : []))
  assert.isTrue(deltas.every((event) => event.itemId === itemId))
  return { text: deltas.map(({ delta }) => delta).join(""), count: deltas.length }
}

/** So many calls to the model. */
const calls = (count: number): Usage => ({
  inputTokens: defaultModelUsage.inputTokens * count,
  cachedInputTokens: defaultModelUsage.cachedInputTokens * count,
  cacheWriteInputTokens: defaultModelUsage.cacheWriteInputTokens * count,
  outputTokens: defaultModelUsage.outputTokens * count,
  reasoningOutputTokens: defaultModelUsage.reasoningOutputTokens * count
})

describe("deltas", () => {
  it.live("of a message are the message", () =>
    Effect.gen(function* () {
      const events = yield* collect()
      const { id, text } = completed(events, "AgentMessage")
      assert.strictEqual(text, "Héllo 🙂\n\n```ts\nworld\u2028```")
      const deltas = joined(events, "AgentMessageDelta", id)
      assert.deepStrictEqual(deltas, { text, count: 4 })
      const tags = events.map((event) => event._tag)
      assert.isBelow(tags.lastIndexOf("AgentMessageDelta"), tags.indexOf("ItemCompleted"))
    }).pipe(Effect.provide(realServer([reply(streamedMessage(["Hé", "llo 🙂\n", "\n```ts\nwor", "ld\u2028```"]))])))
  )

  it.live("of a reasoning summary are its parts", () =>
    Effect.gen(function* () {
      const events = yield* collect()
      const { id, text } = completed(events, "Reasoning")
      const parts: Array<string> = []
      for (const event of events.filter(Event.guards.ReasoningDelta)) {
        assert.strictEqual(event.itemId, id)
        assert.strictEqual(event.kind, "summary")
        parts[event.part] = (parts[event.part] ?? "") + event.delta
      }
      assert.deepStrictEqual(parts, ["First **thought**", "second one"])
      assert.strictEqual(parts.join("\n"), text)
    }).pipe(Effect.provide(realServer([reply([reasoning(["First **thought**", "second one"]), "done"])])))
  )

  // codex 0.169 leaves some out, what a command prints in its first moments above all.
  it.live("of a command come while it runs, and hold what the item holds", () =>
    Effect.gen(function* () {
      const fs = yield* FileSystem.FileSystem
      const { directory } = yield* Workspace
      const thread = yield* startThread()
      const events = yield* thread.stream("go").pipe(
        // The command goes on until it is heard.
        Stream.tap((event) =>
          event._tag === "CommandOutputDelta" ? fs.writeFileString(`${directory}/heard`, "") : Effect.void
        ),
        Stream.runCollect
      )
      const { aggregatedOutput, id } = completed(events, "CommandExecution")
      const { count, text } = joined(events, "CommandOutputDelta", id)
      assert.isAbove(count, 0)
      assert.include(aggregatedOutput, text)
      assert.match(aggregatedOutput, /^(tick\n)+heard\n$/)
    }).pipe(
      Effect.provide(
        realServer([
          reply(
            shellCommand("while [ ! -e heard ]; do echo tick; sleep 0.05; done; echo heard", {
              login: false,
              yieldTimeMs: 30_000
            })
          ),
          reply("done")
        ])
      )
    )
  )

  it.live("of a plan are the plan", () =>
    Effect.gen(function* () {
      const server = yield* AppServer
      const thread = yield* startThread()
      const { threadId } = yield* thread.run("hello")
      yield* server.request("thread/settings/update", {
        threadId,
        collaborationMode: { mode: "plan", settings: { model: "gpt-6.1-sol" } }
      })
      const events = yield* Stream.runCollect(thread.stream("plan it"))
      const { id, text } = completed(events, "Plan")
      assert.strictEqual(text, "# Plan\n- one\n- two\n")
      assert.strictEqual(joined(events, "PlanDelta", id).text, text)
    }).pipe(
      Effect.provide(
        realServer([
          reply("hello"),
          reply(streamedMessage(["<proposed_plan>\n# Pl", "an\n- one\n- t", "wo\n</proposed_plan>"]))
        ])
      )
    )
  )

  it.live("end with the whole diff", () =>
    Effect.gen(function* () {
      const events = yield* collect()
      const diffs = events.filter(Event.guards.DiffUpdated).map(({ diff }) => diff)
      assert.include(diffs[0], "+one")
      assert.notInclude(diffs[0], "+two")
      assert.include(diffs.at(-1), "b/a.txt")
      assert.include(diffs.at(-1), "+one")
      assert.include(diffs.at(-1), "b/b.txt")
      assert.include(diffs.at(-1), "+two")
    }).pipe(
      Effect.provide(
        realServer([
          reply(applyPatch("*** Begin Patch\n*** Add File: a.txt\n+one\n*** End Patch\n")),
          reply(applyPatch("*** Begin Patch\n*** Add File: b.txt\n+two\n*** End Patch\n")),
          reply("done")
        ])
      )
    )
  )

  it.live("of what is cut off are all that there is of it: it becomes no item", () =>
    Effect.gen(function* () {
      const thread = yield* startThread()
      const events = yield* thread.stream("go").pipe(
        Stream.takeUntil((event) => event._tag === "AgentMessageDelta"),
        Stream.runCollect
      )
      assert.isEmpty(events.filter(Event.guards.ItemCompleted))
      const turn = yield* thread.run("again")
      assert.deepStrictEqual(
        turn.items.map((item) => item._tag === "AgentMessage" && item.text),
        ["done"]
      )
    }).pipe(
      Effect.provide(realServer([replyHanging(streamedMessage(["Half a"], { unfinished: true })), reply("done")]))
    )
  )
})

describe("usage of a turn", () => {
  it.live("is the sum of its calls, and told after each", () =>
    Effect.gen(function* () {
      const events = yield* collect()
      const updates = events.filter(Event.guards.UsageUpdated)
      assert.deepStrictEqual(
        updates.map(({ last, total }) => ({ last, total })),
        [
          { last: calls(1), total: calls(1) },
          { last: calls(1), total: calls(2) }
        ]
      )
      assert.deepInclude(events.at(-1), { _tag: "TurnCompleted", usage: calls(2), turnUsage: calls(2) })
    }).pipe(Effect.provide(realServer([reply(shellCommand("true", { login: false })), reply("done")])))
  )

  it.live("is exact on a thread that was resumed, one that was forked, and after a turn that was interrupted", () =>
    Effect.gen(function* () {
      const codex = yield* Codex
      const { options } = yield* Workspace
      const first = yield* (yield* startThread()).run("go")
      assert.deepStrictEqual(first.usage, calls(1))

      const resumed = yield* codex.resumeThread(first.threadId, options)
      const second = yield* resumed.run("go")
      assert.deepStrictEqual([second.usage, second.threadUsage], [calls(1), calls(2)])

      const fork = yield* codex.forkThread(first.threadId, options)
      const forked = yield* fork.run("go")
      assert.notStrictEqual(forked.threadId, first.threadId)
      assert.deepStrictEqual([forked.usage, forked.threadUsage], [calls(1), calls(3)])

      // One call of the turn is over when it is interrupted, and told of.
      const events = yield* resumed.stream("work").pipe(
        Stream.takeUntil((event) => event._tag === "AgentMessageDelta"),
        Stream.runCollect
      )
      assert.lengthOf(events.filter(Event.guards.UsageUpdated), 1)
      const after = yield* resumed.run("go")
      assert.deepStrictEqual([after.usage, after.threadUsage], [calls(1), calls(4)])
    }).pipe(
      Effect.provide(
        realServer((request) => {
          if (request.index === 3) return reply(shellCommand("true", { login: false }))
          if (request.index === 4) return replyHanging([pause(50), streamedMessage(["Half a"], { unfinished: true })])
          return reply("done")
        })
      )
    )
  )
})
