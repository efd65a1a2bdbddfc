import { assert, describe, it } from "@effect/vitest"
import { Input, ThreadEvent as Event } from "effect-codex"
import { reply, replyHanging, ScriptedModel, streamedMessage } from "effect-codex/testing"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as FileSystem from "effect/FileSystem"
import * as Result from "effect/Result"
import * as Stream from "effect/Stream"
import { fakeServer, newThread } from "../support/fakeServer.ts"
import { realCodex, Workspace } from "../support/realCodex.ts"
import { realServer, startThread } from "../support/realServer.ts"
import { onePixel } from "../support/onePixel.ts"
import { reasonOf } from "../support/turns.ts"

/** A model that says something and waits to be steered, and then answers. */
const waiting = [replyHanging(streamedMessage(["Hmm"], { unfinished: true })), reply("All right")]

const inputOf = (index: number) =>
  Effect.gen(function* () {
    const requests = yield* (yield* ScriptedModel).requests
    return requests[index]?.body.input ?? []
  })

/** A turn that has begun to say something. */
const beginTurn = Effect.gen(function* () {
  const thread = yield* startThread()
  const begun = yield* Deferred.make<void>()
  const turn = yield* thread.stream("go").pipe(
    Stream.tap((event) => (event._tag === "AgentMessageDelta" ? Deferred.succeed(begun, undefined) : Effect.void)),
    Stream.runCollect,
    Effect.forkChild
  )
  yield* Deferred.await(begun)
  return { thread, turn }
})

describe("steering", () => {
  it.live("gives the running turn more input, which cuts off what the agent says", () =>
    Effect.gen(function* () {
      const { thread, turn } = yield* beginTurn
      yield* thread.steer("Look at the tests too")
      const events = yield* Fiber.join(turn)
      const messages = events.filter(Event.guards.ItemCompleted).map(({ item }) => item)
      assert.deepStrictEqual(
        messages.map((item) => item._tag === "AgentMessage" && item.text),
        ["All right"]
      )
      assert.lengthOf(events.filter(Event.guards.TurnCompleted), 1)
      assert.include(JSON.stringify((yield* inputOf(1)).at(-1)), "Look at the tests too")
    }).pipe(Effect.provide(realServer(waiting)))
  )

  it.live("takes images, and refuses one that is not there", () =>
    Effect.gen(function* () {
      const fs = yield* FileSystem.FileSystem
      const { directory } = yield* Workspace
      const image = `${directory}/a pixel.png`
      yield* fs.writeFile(image, onePixel)
      const { thread, turn } = yield* beginTurn
      const missing = yield* reasonOf(
        thread.steer([Input.text("This one"), Input.localImage(`${directory}/missing.png`)])
      )
      assert.strictEqual(missing._tag, "InvalidOptions")
      yield* thread.steer([Input.text("This one"), Input.localImage(image)])
      yield* Fiber.join(turn)
      const message = JSON.stringify((yield* inputOf(1)).at(-1))
      assert.include(message, "This one")
      assert.include(message, '"input_image"')
    }).pipe(Effect.provide(realServer(waiting)))
  )

  it.live("fails with NoActiveTurn before the first turn, between turns, and while another thread's runs", () =>
    Effect.gen(function* () {
      const idle = yield* startThread()
      assert.strictEqual((yield* reasonOf(idle.steer("too soon")))._tag, "NoActiveTurn")
      yield* idle.run("go")
      assert.strictEqual((yield* reasonOf(idle.steer("too late")))._tag, "NoActiveTurn")
      const { thread, turn } = yield* beginTurn
      assert.strictEqual((yield* reasonOf(idle.steer("not this one")))._tag, "NoActiveTurn")
      yield* thread.steer("go on")
      yield* Fiber.join(turn)
    }).pipe(Effect.provide(realServer([reply("idle"), ...waiting])))
  )

  it.live("either reaches the turn or fails with NoActiveTurn at the moment in which it ends", () =>
    Effect.gen(function* () {
      const thread = yield* startThread()
      const results: Array<string> = []
      for (let index = 0; index < 6; index++) {
        const said: Array<string> = []
        const steered = yield* Deferred.make<Result.Result<void, string>>()
        yield* thread.stream(`turn ${index}`).pipe(
          Stream.runForEach((event) => {
            if (event._tag === "AgentMessageDelta") said.push(event.delta)
            // At the answer, the last event before the end, and at the end itself.
            const isMoment =
              event._tag === (index % 3 === 0 ? "ItemCompleted" : index % 3 === 1 ? "UsageUpdated" : "TurnCompleted")
            // Once: what was steered brings the moment again.
            if (!isMoment || Deferred.isDoneUnsafe(steered)) return Effect.void
            return thread.steer(`steer ${index}`).pipe(
              Effect.mapError(({ reason }) => reason._tag),
              Effect.result,
              Effect.flatMap((result) => Deferred.succeed(steered, result))
            )
          })
        )
        const result = yield* Deferred.await(steered)
        results.push(Result.isSuccess(result) ? "reached" : result.failure)
        const requests = yield* (yield* ScriptedModel).requests
        const isSent = requests.some(({ body }) => JSON.stringify(body.input).includes(`steer ${index}`))
        assert.strictEqual(isSent, Result.isSuccess(result), `steer ${index}: ${results.at(-1)}`)
      }
      assert.include(results, "NoActiveTurn")
    }).pipe(Effect.provide(realServer(() => reply(streamedMessage(["an", "swer"])))))
  )

  it.live("is not supported over codex exec", () =>
    Effect.gen(function* () {
      const thread = yield* startThread()
      const reason = yield* reasonOf(thread.steer("Look at the tests too"))
      assert.strictEqual(reason._tag, "NotSupported")
      assert.include(reason.message, "AppServer.layer")
    }).pipe(Effect.provide(realCodex([])))
  )

  it.live("says of a layer that was closed that it was, not that no turn runs", () =>
    Effect.gen(function* () {
      const thread = yield* Effect.gen(function* () {
        const thread = yield* newThread
        yield* thread.run("go")
        return thread
      }).pipe(Effect.provide(fakeServer("")))
      assert.deepInclude(yield* reasonOf(thread.steer("too late")), { _tag: "ConnectionLost", isClosed: true })
    })
  )
})
