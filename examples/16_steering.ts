/**
 * Adds input to a turn that is running: the agent takes it up at once, and what it was saying is cut off.
 *
 *   npm run build && node examples/16_steering.ts
 */
import { NodeRuntime } from "@effect/platform-node"
import { Codex, type Thread } from "effect-codex"
import { promptOf, reply, replyHanging, streamedMessage } from "effect-codex/testing"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { offlineServer, Workspace } from "./support/offline.ts"

const correction = "No, in French, please"

/** Says it to the turn that runs, or in a turn of its own if that is over by now. */
const say = (thread: Thread["Service"], input: string) =>
  thread.steer(input).pipe(Effect.catchReason("CodexError", "NoActiveTurn", () => Effect.asVoid(thread.run(input))))

const program = Effect.gen(function* () {
  const codex = yield* Codex
  const { directory } = yield* Workspace
  const thread = yield* codex.startThread({ workingDirectory: directory })
  let isSteered = false
  yield* thread.stream("Greet the world").pipe(
    Stream.runForEach((event) => {
      if (event._tag === "AgentMessageDelta" && !isSteered) {
        isSteered = true
        return Console.log(`codex begins: ${event.delta}`).pipe(
          Effect.andThen(say(thread, correction)),
          Effect.andThen(Console.log(`you say:      ${correction}`))
        )
      }
      return event._tag === "ItemCompleted" && event.item._tag === "AgentMessage"
        ? Console.log(`codex says:   ${event.item.text}`)
        : Effect.void
    })
  )
})

program.pipe(
  Effect.provide(
    offlineServer((request) =>
      promptOf(request) === correction
        ? reply("Bonjour, tout le monde !")
        : replyHanging(streamedMessage(["Hello, wo"], { unfinished: true }))
    )
  ),
  NodeRuntime.runMain
)
