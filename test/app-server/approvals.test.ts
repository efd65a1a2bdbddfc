import { assert, describe, it } from "@effect/vitest"
import { type Thread, type ThreadEvent, ThreadEvent as Event, type ThreadOptions } from "effect-codex"
import { type ApprovalDecision, type ApprovalRequest, Approvals } from "effect-codex/app-server"
import {
  applyPatch,
  functionCall,
  type ModelOutput,
  type ModelRequest,
  promptOf,
  reply,
  ScriptedModel,
  shellCommand,
  toolOutputOf
} from "effect-codex/testing"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Stream from "effect/Stream"
import { fileURLToPath } from "node:url"
import { Workspace } from "../support/realCodex.ts"
import { realServer, startThread } from "../support/realServer.ts"
import { reasonOf } from "../support/turns.ts"

/** Something that codex asks about, whenever the model does it. */
interface Kind {
  readonly asks: ApprovalRequest["_tag"]
  readonly event: string
  readonly options: ThreadOptions
  /** What the model does, in a directory. */
  readonly act: (directory: string) => ModelOutput
  /** Whether it was done. */
  readonly isDone: Effect.Effect<boolean, never, FileSystem.FileSystem | Workspace | ScriptedModel>
}

const isMade = Effect.gen(function* () {
  const fs = yield* FileSystem.FileSystem
  const { directory } = yield* Workspace
  return yield* Effect.orDie(fs.exists(`${directory}/made`))
})

/** What codex told the model about its first call. */
const firstOutput = Effect.gen(function* () {
  const requests = yield* (yield* ScriptedModel).requests
  return requests.flatMap((request) => toolOutputOf(request, "call_0_0") ?? [])[0] ?? ""
})

const onRequest = { sandboxMode: "read-only", approvalPolicy: "on-request" } as const
const mcpServer = fileURLToPath(new URL("../support/mcpServer.ts", import.meta.url))
// Required, so that codex waits until it has begun.
const tiny = { command: process.execPath, args: [mcpServer], required: true, startup_timeout_sec: 120 }
const withMcp = { ...onRequest, config: { mcp_servers: { tiny } } }
const touch = (directory: string) => shellCommand(`touch ${directory}/made`, { login: false })
const mcp = (name: string) => functionCall(name, {}, { namespace: "mcp__tiny" })

const kinds: ReadonlyArray<Kind> = [
  {
    asks: "Command",
    event: "command",
    options: onRequest,
    act: (directory) =>
      shellCommand(`touch ${directory}/made`, {
        login: false,
        sandboxPermissions: "require_escalated",
        justification: "it writes"
      }),
    isDone: isMade
  },
  {
    asks: "FileChange",
    event: "fileChange",
    options: onRequest,
    act: () => applyPatch("*** Begin Patch\n*** Add File: made\n+hello\n*** End Patch\n"),
    isDone: isMade
  },
  {
    asks: "Elicitation",
    event: "elicitation",
    options: withMcp,
    act: () => mcp("erase"),
    isDone: Effect.map(firstOutput, (output) => output.includes("erased"))
  },
  {
    asks: "Permissions",
    event: "permissions",
    options: { ...onRequest, enable: ["request_permissions_tool"] },
    act: (directory) =>
      functionCall("request_permissions", {
        reason: "it writes",
        permissions: { file_system: { write: [directory] } }
      }),
    isDone: Effect.map(firstOutput, (output) => output.includes('"write":['))
  }
]

/** Everything that was asked, and the layer that decides. */
const deciding = (decide: (request: ApprovalRequest) => Effect.Effect<ApprovalDecision, unknown>) => {
  const asked: Array<ApprovalRequest["_tag"]> = []
  const layer = Approvals.layerPolicy((request) => {
    asked.push(request._tag)
    return decide(request)
  })
  return { asked, layer }
}

/** The model acts in these requests, and says "done" in the others. The prompts hold the directory. */
const acting =
  (act: Kind["act"], ...acts: ReadonlyArray<number>) =>
  (request: ModelRequest) =>
    reply(acts.includes(request.index) ? act(promptOf(request)) : "done")

const collect = (thread: Thread["Service"]) =>
  Effect.gen(function* () {
    const { directory } = yield* Workspace
    return yield* Stream.runCollect(thread.stream(directory))
  })

const run = (thread: Thread["Service"]) => Effect.flatMap(Workspace, ({ directory }) => thread.run(directory))

/** The approvals that a stream tells of: requested with its kind, resolved, and both with the same id. */
const assertResolved = (events: ReadonlyArray<ThreadEvent>, kind: string, times: number) => {
  const requested = events.filter(Event.guards.ApprovalRequested)
  assert.deepStrictEqual(
    requested.map((event) => event.kind),
    Array.from({ length: times }, () => kind)
  )
  const told = events.flatMap((event) =>
    event._tag === "ApprovalRequested" || event._tag === "ApprovalResolved" ? [`${event._tag} ${event.requestId}`] : []
  )
  assert.deepStrictEqual(
    told,
    requested.flatMap(({ requestId }) => [`ApprovalRequested ${requestId}`, `ApprovalResolved ${requestId}`])
  )
}

describe("approvals of the real binary", () => {
  describe.each(kinds)("$asks", (kind) => {
    it.live("does what is accepted, and asks again", () => {
      const { asked, layer } = deciding(() => Effect.succeed("accept"))
      return Effect.gen(function* () {
        const events = yield* collect(yield* startThread(kind.options))
        assert.deepStrictEqual(asked, [kind.asks, kind.asks])
        assert.isTrue(yield* kind.isDone)
        assertResolved(events, kind.event, 2)
        assert.strictEqual(events.at(-1)?._tag, "TurnCompleted")
      }).pipe(Effect.provide(realServer(acting(kind.act, 0, 1), { approvals: layer })))
    })

    it.live("goes on without what is declined", () => {
      const { asked, layer } = deciding(() => Effect.succeed("decline"))
      return Effect.gen(function* () {
        const events = yield* collect(yield* startThread(kind.options))
        assert.deepStrictEqual(asked, [kind.asks])
        assert.isFalse(yield* kind.isDone)
        assertResolved(events, kind.event, 1)
        assert.strictEqual(events.at(-1)?._tag, "TurnCompleted")
      }).pipe(Effect.provide(realServer(acting(kind.act, 0), { approvals: layer })))
    })

    it.live("stops the turn that is cancelled, after which the thread goes on", () => {
      const { asked, layer } = deciding(() => Effect.succeed("cancel"))
      return Effect.gen(function* () {
        const thread = yield* startThread(kind.options)
        assert.strictEqual((yield* reasonOf(run(thread)))._tag, "TurnInterrupted")
        assert.deepStrictEqual(asked, [kind.asks])
        assert.isFalse(yield* kind.isDone)
        assert.strictEqual((yield* run(thread)).finalResponse, "done")
      }).pipe(Effect.provide(realServer(acting(kind.act, 0), { approvals: layer })))
    })
  })

  it.live("shows what would change in a file before it is decided on, and that it was declined", () => {
    const { layer } = deciding(() => Effect.succeed("decline"))
    return Effect.gen(function* () {
      const events = yield* collect(yield* startThread(onRequest))
      const changes = events.flatMap((event) =>
        (event._tag === "ItemStarted" || event._tag === "ItemCompleted") && event.item._tag === "FileChange"
          ? [[event.item.status, event.item.changes.map(({ diff, kind }) => [kind, diff])]]
          : []
      )
      assert.deepStrictEqual(changes, [
        ["in_progress", [["add", "hello\n"]]],
        ["declined", [["add", "hello\n"]]]
      ])
    }).pipe(
      Effect.provide(
        realServer(
          acting(() => applyPatch("*** Begin Patch\n*** Add File: made\n+hello\n*** End Patch\n"), 0),
          {
            approvals: layer
          }
        )
      )
    )
  })

  it.live.each(kinds.filter(({ asks }) => asks !== "Permissions"))(
    "does not ask again for what is accepted for the session: $asks",
    (kind) => {
      const { asked, layer } = deciding(() => Effect.succeed("acceptForSession"))
      return Effect.gen(function* () {
        const thread = yield* startThread(kind.options)
        yield* run(thread)
        yield* run(thread)
        assert.deepStrictEqual(asked, [kind.asks])
        assert.isTrue(yield* kind.isDone)
      }).pipe(Effect.provide(realServer(acting(kind.act, 0, 1, 3), { approvals: layer })))
    }
  )

  // codex 0.169 asks each time that the model uses the tool: how long it was given shows in what it may do.
  it.live.each([
    ["accept", false],
    ["acceptForSession", true]
  ] as const)("gives permissions for the turn or the session: %s", ([decision, isKept]) => {
    const { asked, layer } = deciding(() => Effect.succeed(decision))
    const [, , , permissions] = kinds
    const script = (request: ModelRequest) => {
      if (request.index === 0) return reply(permissions?.act(promptOf(request)) ?? assert.fail("no such kind"))
      return reply(request.index === 2 ? touch(promptOf(request)) : "done")
    }
    return Effect.gen(function* () {
      const thread = yield* startThread({ ...onRequest, enable: ["request_permissions_tool"] })
      yield* run(thread)
      yield* run(thread)
      assert.deepStrictEqual(asked, ["Permissions"])
      assert.strictEqual(yield* isMade, isKept)
    }).pipe(Effect.provide(realServer(script, { approvals: layer })))
  })

  it.live("asks for most commands under the policy untrusted", () => {
    const { asked, layer } = deciding(() => Effect.succeed("accept"))
    return Effect.gen(function* () {
      const thread = yield* startThread({ approvalPolicy: "untrusted" })
      const { items } = yield* run(thread)
      assert.deepStrictEqual(asked, ["Command"])
      assert.isTrue(yield* isMade)
      assert.deepInclude(items[0], { _tag: "CommandExecution", status: "completed" })
    }).pipe(Effect.provide(realServer(acting(touch, 0), { approvals: layer })))
  })

  const question = functionCall("request_user_input", {
    questions: [
      {
        id: "colour",
        header: "Colour",
        question: "Which one?",
        options: [
          { label: "Red", description: "warm" },
          { label: "Blue", description: "cold" }
        ]
      }
    ]
  })
  const mayAsk = { enable: ["default_mode_request_user_input"] } as const

  it.live("answers questions to the user", () => {
    const questions: Array<unknown> = []
    const approvals = Approvals.layer({
      userInput: (params) => {
        questions.push(...params.questions.map((asked) => asked.question))
        return Effect.succeed({ colour: ["Blue"] })
      }
    })
    return Effect.gen(function* () {
      const events = yield* collect(yield* startThread(mayAsk))
      assert.deepStrictEqual(questions, ["Which one?"])
      assert.strictEqual(yield* firstOutput, '{"answers":{"colour":{"answers":["Blue"]}}}')
      assertResolved(events, "userInput", 1)
    }).pipe(
      Effect.provide(
        realServer(
          acting(() => question, 0),
          { approvals }
        )
      )
    )
  })

  it.live.each(["accept", "decline"] as const)(
    "leaves questions to the user unanswered by a policy: %s",
    (decision) => {
      const { asked, layer } = deciding(() => Effect.succeed(decision))
      return Effect.gen(function* () {
        const thread = yield* startThread(mayAsk)
        assert.strictEqual((yield* run(thread)).finalResponse, "done")
        assert.deepStrictEqual(asked, ["UserInput"])
        assert.strictEqual(yield* firstOutput, '{"answers":{}}')
      }).pipe(
        Effect.provide(
          realServer(
            acting(() => question, 0),
            { approvals: layer }
          )
        )
      )
    }
  )

  it.live("stops the turn whose question to the user is cancelled", () => {
    const { layer } = deciding(() => Effect.succeed("cancel"))
    return Effect.gen(function* () {
      const thread = yield* startThread(mayAsk)
      assert.strictEqual((yield* reasonOf(run(thread)))._tag, "TurnInterrupted")
    }).pipe(
      Effect.provide(
        realServer(
          acting(() => question, 0),
          { approvals: layer }
        )
      )
    )
  })

  it.live("answers an MCP server that asks for more than a yes", () => {
    const approvals = Approvals.layer({
      elicitation: () => Effect.succeed({ action: "accept", content: { name: "Ada" } })
    })
    return Effect.gen(function* () {
      yield* run(yield* startThread(withMcp))
      assert.include(yield* firstOutput, '{"action":"accept","content":{"name":"Ada"}}')
    }).pipe(
      Effect.provide(
        realServer(
          acting(() => mcp("ask"), 0),
          { approvals }
        )
      )
    )
  })

  it.live("does not answer it with a yes of a policy, which would lack what was asked for", () => {
    const { asked, layer } = deciding(() => Effect.succeed("acceptForSession"))
    return Effect.gen(function* () {
      yield* run(yield* startThread(withMcp))
      assert.deepStrictEqual(asked, ["Elicitation"])
      assert.include(yield* firstOutput, '{"action":"decline"}')
    }).pipe(
      Effect.provide(
        realServer(
          acting(() => mcp("ask"), 0),
          { approvals: layer }
        )
      )
    )
  })
})
