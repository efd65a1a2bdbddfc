import { assert, describe, it } from "@effect/vitest"
import { type Thread, ThreadEvent as Event } from "effect-codex"
import { AppServer, Approvals, CancelTurn } from "effect-codex/app-server"
import { type ModelRequest, promptOf, reply, ScriptedModel, shellCommand } from "effect-codex/testing"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as FileSystem from "effect/FileSystem"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Stream from "effect/Stream"
import { Workspace } from "../support/realCodex.ts"
import { realServer, startThread } from "../support/realServer.ts"
import { reasonOf } from "../support/turns.ts"

const untrusted = { approvalPolicy: "untrusted" } as const
// What waits for an approval is waited for up to a second when its turn is interrupted.
const patient = { gracePeriod: "20 seconds" } as const

/** Every turn makes a file named by its prompt, for which codex asks, and says "done". */
const script = (request: ModelRequest) =>
  reply(
    request.body.input.at(-1)?.type === "function_call_output"
      ? "done"
      : shellCommand(`touch ${promptOf(request)}`, { login: false })
  )

/** The same, and a reviewer that says yes. */
const reviewing = (request: ModelRequest) => (promptOf(request) === "review" ? reply("yes") : script(request))

const isMade = (name: string) =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const { directory } = yield* Workspace
    return yield* fs.exists(`${directory}/${name}`)
  })

/** The first item's status after a turn that makes a file. */
const statusOf = (thread: Thread["Service"], name = "made") =>
  Effect.map(thread.run(name), ({ items }) => items.flatMap((item) => ("status" in item ? [item.status] : []))[0])

/** Warnings, as text. */
const makeLog = () => {
  const warnings: Array<string> = []
  const layer = Logger.layer([
    Logger.make(({ logLevel, message }) => {
      if (logLevel === "Warn") warnings.push(String(Array.isArray(message) ? message[0] : message))
    })
  ])
  return { warnings, layer }
}

/** A handler that never answers, and tells when it began and when it was interrupted. */
const makeSilent = Effect.gen(function* () {
  const begun = yield* Deferred.make<void>()
  const interrupted = yield* Deferred.make<void>()
  const command = () =>
    Deferred.succeed(begun, undefined).pipe(
      Effect.andThen(Effect.never),
      Effect.onInterrupt(() => Deferred.succeed(interrupted, undefined))
    )
  return { begun: Deferred.await(begun), interrupted: Deferred.await(interrupted), command }
})

describe("handlers of approvals", () => {
  it.live("declines what nobody answers in time", () => {
    const { layer, warnings } = makeLog()
    return Effect.gen(function* () {
      const silent = yield* makeSilent
      const approvals = Approvals.layer({ command: silent.command }, { timeout: "100 millis" })
      yield* Effect.gen(function* () {
        assert.strictEqual(yield* statusOf(yield* startThread(untrusted)), "declined")
        assert.isFalse(yield* isMade("made"))
        yield* silent.interrupted
      }).pipe(Effect.provide(realServer(script, { approvals })))
      assert.deepStrictEqual(warnings, [
        "Nobody answered item/commandExecution/requestApproval in time: it was declined"
      ])
    }).pipe(Effect.provide(layer))
  })

  it.live("declines for a handler that fails, also where no logger takes the warning", () => {
    const logger = Logger.make(() => {
      throw new Error("no logger today")
    })
    const approvals = Approvals.layer({ command: () => Effect.die("no handler today") })
    return Effect.gen(function* () {
      assert.strictEqual(yield* statusOf(yield* startThread(untrusted)), "declined")
    }).pipe(Effect.provide(realServer(script, { approvals })), Effect.provide(Logger.layer([logger])))
  })

  it.live("interrupts the handler with the turn, and the thread goes on", () => {
    const { layer, warnings } = makeLog()
    return Effect.gen(function* () {
      const silent = yield* makeSilent
      const command = ({ command }: { readonly command?: string | null }) =>
        command?.includes("made") === true ? silent.command() : Effect.succeed("accept" as const)
      yield* Effect.gen(function* () {
        const thread = yield* startThread(untrusted)
        const turn = yield* Effect.forkChild(thread.run("made"))
        yield* silent.begun
        yield* Fiber.interrupt(turn)
        yield* silent.interrupted
        assert.isFalse(yield* isMade("made"))
        assert.strictEqual(yield* statusOf(thread, "another"), "completed")
        assert.deepStrictEqual(warnings, [])
      }).pipe(Effect.provide(realServer(script, { approvals: Approvals.layer({ command }), server: patient })))
    }).pipe(Effect.provide(layer))
  })

  it.live("interrupts the handler when another client stops the turn", () =>
    Effect.gen(function* () {
      const silent = yield* makeSilent
      const turnOf = yield* Deferred.make<{ readonly threadId: string; readonly turnId: string }>()
      const approvals = Approvals.layer({
        command: (params) => Effect.andThen(Deferred.succeed(turnOf, params), silent.command())
      })
      yield* Effect.gen(function* () {
        const server = yield* AppServer
        const thread = yield* startThread(untrusted)
        const turn = yield* Effect.forkChild(reasonOf(thread.run("made")))
        const { threadId, turnId } = yield* Deferred.await(turnOf)
        yield* server.request("turn/interrupt", { threadId, turnId })
        yield* silent.interrupted
        assert.strictEqual((yield* Fiber.join(turn))._tag, "TurnInterrupted")
      }).pipe(Effect.provide(realServer(script, { approvals })))
    })
  )

  it.live.each([
    ["fails", Effect.fail("no decision")],
    ["dies", Effect.die(new Error("a bug"))],
    ["interrupts itself", Effect.interrupt],
    ["throws", Effect.suspend((): Effect.Effect<never> => assert.fail("a bug"))]
  ] as const)("declines when the handler %s", ([, command]) => {
    const { layer, warnings } = makeLog()
    return Effect.gen(function* () {
      assert.strictEqual(yield* statusOf(yield* startThread(untrusted)), "declined")
      assert.isFalse(yield* isMade("made"))
      assert.deepStrictEqual(warnings, ["The handler of item/commandExecution/requestApproval failed: it was declined"])
    }).pipe(
      Effect.provide(realServer(script, { approvals: Approvals.layer({ command: () => command }) })),
      Effect.provide(layer)
    )
  })

  it.live("stops the turn when the handler fails with CancelTurn", () => {
    const { layer, warnings } = makeLog()
    return Effect.gen(function* () {
      const thread = yield* startThread(untrusted)
      assert.strictEqual((yield* reasonOf(thread.run("made")))._tag, "TurnInterrupted")
      assert.isFalse(yield* isMade("made"))
      assert.deepStrictEqual(warnings, [])
    }).pipe(
      Effect.provide(
        realServer(script, { approvals: Approvals.layer({ command: () => new CancelTurn() }), server: patient })
      ),
      Effect.provide(layer)
    )
  })

  it.live("takes a handler that asks the server itself, and one that runs a turn", () =>
    Effect.gen(function* () {
      const services = yield* Deferred.make<{
        readonly server: AppServer["Service"]
        readonly reviewer: Thread["Service"]
      }>()
      const approvals = Approvals.layer({
        command: ({ threadId }) =>
          Effect.gen(function* () {
            const { reviewer, server } = yield* Deferred.await(services)
            const { thread } = yield* server.request("thread/read", { threadId, includeTurns: false })
            assert.strictEqual(thread.id, threadId)
            const { finalResponse } = yield* reviewer.run("review")
            return finalResponse === "yes" ? ("accept" as const) : ("decline" as const)
          })
      })
      yield* Effect.gen(function* () {
        yield* Deferred.succeed(services, { server: yield* AppServer, reviewer: yield* startThread() })
        assert.strictEqual(yield* statusOf(yield* startThread(untrusted)), "completed")
        assert.isTrue(yield* isMade("made"))
      }).pipe(Effect.provide(realServer(reviewing, { approvals })))
    })
  )

  it.live("refuses a turn of a handler on the thread that waits for it, which goes on", () =>
    Effect.gen(function* () {
      const asker = yield* Deferred.make<Thread["Service"]>()
      const approvals = Approvals.layer({
        command: () =>
          Effect.gen(function* () {
            const reason = yield* reasonOf((yield* Deferred.await(asker)).run("review"))
            assert.deepInclude(reason, { _tag: "ThreadBusy", usedBy: "stream" })
            return "accept" as const
          })
      })
      yield* Effect.gen(function* () {
        const thread = yield* startThread(untrusted)
        yield* Deferred.succeed(asker, thread)
        assert.strictEqual(yield* statusOf(thread), "completed")
      }).pipe(Effect.provide(realServer(reviewing, { approvals })))
    })
  )

  it.live("declines without Approvals, and says once how to provide them", () => {
    const { layer, warnings } = makeLog()
    return Effect.gen(function* () {
      const thread = yield* startThread(untrusted)
      assert.strictEqual(yield* statusOf(thread), "declined")
      assert.strictEqual(yield* statusOf(thread), "declined")
      assert.isFalse(yield* isMade("made"))
      assert.lengthOf(warnings, 1)
      assert.include(warnings[0], "provide a layer of Approvals to AppServer.layer")
    }).pipe(Effect.provide(realServer(script)), Effect.provide(layer))
  })

  it.live("does not ask without Approvals, unless the thread's options say so", () =>
    Effect.gen(function* () {
      const thread = yield* startThread({ sandboxMode: "read-only" })
      const events = yield* Stream.runCollect(thread.stream("made"))
      assert.isEmpty(events.filter(Event.guards.ApprovalRequested))
      const requests = yield* (yield* ScriptedModel).requests
      assert.include(JSON.stringify(requests.at(-1)?.body.input.at(-1)), "approval policy is Never")
    }).pipe(
      Effect.provide(
        realServer((request) =>
          reply(
            request.index === 0
              ? shellCommand("touch made", {
                  login: false,
                  sandboxPermissions: "require_escalated",
                  justification: "it writes"
                })
              : "done"
          )
        )
      )
    )
  )

  it.live("lets one thread's slow handler hold up no other", () =>
    Effect.gen(function* () {
      const slow = yield* makeSilent
      const open = yield* Deferred.make<void>()
      const approvals = Approvals.layer({
        command: ({ command }) =>
          command?.includes("slow") === true
            ? Effect.raceFirst(slow.command(), Effect.as(Deferred.await(open), "accept" as const))
            : Effect.succeed("accept")
      })
      yield* Effect.gen(function* () {
        const waiting = yield* Effect.forkChild(statusOf(yield* startThread(untrusted), "slow"))
        yield* slow.begun
        assert.strictEqual(yield* statusOf(yield* startThread(untrusted), "fast"), "completed")
        assert.isFalse(yield* isMade("slow"))
        yield* Deferred.succeed(open, undefined)
        assert.strictEqual(yield* Fiber.join(waiting), "completed")
        assert.isTrue(yield* isMade("slow"))
      }).pipe(Effect.provide(realServer(script, { approvals })))
    })
  )

  it.live("ends a handler that waits, and its turn, when the layer is closed", () =>
    Effect.gen(function* () {
      const silent = yield* makeSilent
      const turn = yield* Effect.gen(function* () {
        const thread = yield* startThread(untrusted)
        const turn = yield* Effect.forkChild(reasonOf(thread.run("made")))
        yield* silent.begun
        return turn
      }).pipe(Effect.provide(realServer(script, { approvals: Approvals.layer({ command: silent.command }) })))
      yield* silent.interrupted
      assert.deepInclude(yield* Fiber.join(turn), { _tag: "ConnectionLost", description: "it was closed" })
    })
  )

  it.effect("has a layer for no to everything, one for yes, and one for yes in this session", () =>
    Effect.gen(function* () {
      const params = { itemId: "item", startedAtMs: 0, threadId: "thread", turnId: "turn" }
      for (const [layer, expected] of [
        [Approvals.layerDenyAll, "decline"],
        [Approvals.layerAcceptAll, "accept"],
        [Approvals.layerAcceptForSession, "acceptForSession"]
      ] as const) {
        const decision = yield* Approvals.use(({ fileChange }) => fileChange(params)).pipe(
          Effect.provide(Layer.fresh(layer))
        )
        assert.strictEqual(decision, expected)
      }
    })
  )
})
