/** How a turn is ended before its end: one that is still read, and one that nobody reads any more. */
import * as Clock from "effect/Clock"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import type { CodexErrorReason } from "../../CodexError.ts"
import { realClock } from "../../internal/childProcess.ts"
import { endCommands } from "./openCommands.ts"
import type { ActiveTurn, Session } from "./session.ts"
import type { Ask } from "./threads.ts"
import type { TurnReader } from "./turnEvents.ts"

/** What there is to stop. */
interface StoppableTurn extends Pick<ActiveTurn, "inbox" | "turnId"> {
  /** Completes when codex has named the turn. */
  readonly reader: Deferred.Deferred<TurnReader, CodexErrorReason>
}

/** Interrupts a turn that is not over, and waits until codex has said that it and its commands are. */
export const stopTurn = Effect.fnUntraced(function* (
  session: Session,
  ask: Ask,
  threadId: string,
  turn: StoppableTurn
): Effect.fn.Return<void, CodexErrorReason> {
  const { inbox } = turn
  const reader = yield* Deferred.await(turn.reader)
  const hasLost = inbox.leave()
  const readOn = Effect.map(inbox.takeRest, (notifications) => {
    for (const notification of notifications) reader.read(notification)
  })
  // What waits may hold the end.
  if (inbox.size() > 0) yield* readOn
  const end = reader.end()
  if (end !== undefined && end !== "interrupted") return
  if (end === undefined) {
    // codex 0.169 answers turn/start before the turn is one that it interrupts: what comes next tells that it is.
    const interrupt = Effect.suspend(() => ask("turn/interrupt", { threadId, turnId: reader.activeId() })).pipe(
      Effect.as(true),
      Effect.catchTag("RpcError", () => Effect.succeed(false))
    )
    while (reader.end() === undefined && !(yield* interrupt)) {
      // It may be over, which may be among what was lost.
      if (hasLost) return
      yield* readOn
    }
    while (reader.end() === undefined) yield* readOn
  }
  if (reader.end() !== "interrupted") return
  // Their ends may be among what was lost.
  if (hasLost) reader.openCommands.clear()
  const commandsEnd = endCommands(ask, threadId, reader.openCommands, readOn).pipe(
    // The thread may be gone, and its agents not.
    Effect.catchTag("RpcError", () => Effect.void)
  )
  yield* Effect.all([commandsEnd, session.subAgents.stop(turn.turnId ?? "", ask)], { concurrency: 2, discard: true })
})

// codex 0.169 answers turn/start before the turn is one that it interrupts, and may start a process after it was told to
// end them all: it is told again.
// A minute in all, for a machine that is busy.
const untilBegun = { schedule: Schedule.exponential("50 millis", 1.3), times: 22 }
const again = "100 millis"

/**
 * Tells codex to end a turn, its commands and its agents, in real time. What it refuses is no matter. `turn.named`
 * gives its id, which may be another one after its beginning.
 */
export const stopUnread = (
  session: Session,
  ask: Ask,
  threadId: string,
  turn: Pick<ActiveTurn, "named" | "hasEnded">
): Effect.Effect<void> => {
  const clean = ask("thread/backgroundTerminals/clean", { threadId })
  const interrupt = Effect.flatMap(turn.named, (turnId) => ask("turn/interrupt", { threadId, turnId })).pipe(
    Effect.retry({ while: ({ _tag }) => _tag === "RpcError" && !turn.hasEnded, ...untilBegun }),
    Effect.ignore,
    Effect.andThen(clean),
    Effect.andThen(Effect.delay(clean, again))
  )
  const agents = Effect.flatMap(turn.named, (turnId) => session.subAgents.stop(turnId, ask))
  return Effect.all([Effect.ignore(interrupt), Effect.ignore(agents)], { concurrency: 2, discard: true }).pipe(
    Effect.provideService(Clock.Clock, realClock)
  )
}
