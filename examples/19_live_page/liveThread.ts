/**
 * LiveThread: one thread, of which everything that happens goes to the board. Its turn is interrupted when the scope
 * closes.
 */
import { Codex, type CodexError, type ThreadEvent, type ThreadOptions } from "effect-codex"
import * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as FiberHandle from "effect/FiberHandle"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import { Board } from "./board.ts"
import { show } from "./show.ts"

export class LiveThread extends Context.Service<
  LiveThread,
  {
    /** Starts a turn with this prompt, or adds it to the turn that runs. */
    readonly say: (text: string) => Effect.Effect<void, CodexError>
    /** Interrupts the turn, if one runs, and waits for its end. */
    readonly stop: Effect.Effect<void>
  }
>()("example/LiveThread") {
  static readonly layer = (
    options: ThreadOptions & { readonly workingDirectory: string }
  ): Layer.Layer<LiveThread, CodexError, Board | Codex> =>
    Layer.effect(
      LiveThread,
      Effect.gen(function* () {
        const board = yield* Board
        const codex = yield* Codex
        const thread = yield* codex.startThread(options)
        const fiber = yield* FiberHandle.make<void, never>()
        // While a turn runs. It can be steered once codex has begun it.
        let begun: Deferred.Deferred<void> | undefined
        let said = 0

        const putPrompt = (text: string, steers: boolean) =>
          board.put({ kind: "prompt", id: `prompt-${++said}`, text, steers })

        const putNotice = (text: string) => board.put({ kind: "notice", id: `notice-${++said}`, text })

        const turn = (prompt: string, hasBegun: Deferred.Deferred<void>) =>
          thread.stream(prompt).pipe(
            Stream.runForEach((event: ThreadEvent) =>
              Effect.suspend(() => {
                show(board, options.workingDirectory, event)
                return event._tag === "TurnStarted" ? Deferred.succeed(hasBegun, undefined) : Effect.void
              })
            ),
            Effect.catch((error) =>
              Effect.sync(() => putNotice(error.reason._tag === "TurnInterrupted" ? "Stopped." : error.message))
            ),
            Effect.onInterrupt(() => Effect.sync(() => putNotice("Stopped."))),
            Effect.ensuring(
              Effect.sync(() => {
                begun = undefined
                Deferred.doneUnsafe(hasBegun, Effect.void)
                board.replaceAll((entry) =>
                  "status" in entry && entry.status === "in_progress" ? { ...entry, status: "stopped" } : entry
                )
                board.setStatus({ running: false })
              })
            )
          )

        const start = (prompt: string) =>
          Effect.suspend(() => {
            const hasBegun = Deferred.makeUnsafe<void>()
            begun = hasBegun
            putPrompt(prompt, false)
            board.setStatus({ running: true })
            return Effect.asVoid(FiberHandle.run(fiber, turn(prompt, hasBegun)))
          })

        const steer = (text: string): Effect.Effect<void, CodexError> =>
          thread.steer(text).pipe(
            Effect.andThen(Effect.sync(() => putPrompt(text, true))),
            // The turn has just ended: this is the next one.
            Effect.catchReason("CodexError", "NoActiveTurn", () =>
              Effect.andThen(FiberHandle.awaitEmpty(fiber), say(text))
            )
          )

        const say = (text: string): Effect.Effect<void, CodexError> =>
          Effect.suspend(() => (begun === undefined ? start(text) : Effect.andThen(Deferred.await(begun), steer(text))))

        return LiveThread.of({ say, stop: FiberHandle.clear(fiber) })
      })
    )
}
