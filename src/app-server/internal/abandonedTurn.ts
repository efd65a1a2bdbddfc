/** Turns that nobody reads any more, and that codex may still run. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import { realClock } from "../../internal/childProcess.ts"
import type { ActiveTurn, Session } from "./session.ts"
import type { Ask } from "./threads.ts"

// codex 0.169 answers turn/start before the turn is one that it interrupts, and may start a process after it was told to
// end them all: it is told again.
const untilBegun = { schedule: Schedule.spaced("50 millis"), times: 20 }
const again = "100 millis"

/**
 * Tells codex to end a turn, its commands and its agents, in real time. What it refuses is no matter. `named` gives the
 * turn's id, which may be another one after its beginning.
 */
export const stopUnread = (
  session: Session,
  ask: Ask,
  threadId: string,
  named: ActiveTurn["named"]
): Effect.Effect<void> => {
  const clean = ask("thread/backgroundTerminals/clean", { threadId })
  const interrupt = Effect.flatMap(named, (turnId) => ask("turn/interrupt", { threadId, turnId })).pipe(
    Effect.retry({ while: ({ _tag }) => _tag === "RpcError", ...untilBegun }),
    Effect.andThen(clean),
    Effect.andThen(Effect.delay(clean, again))
  )
  const agents = Effect.flatMap(named, (turnId) => session.subAgents.stop(turnId, ask))
  return Effect.all([Effect.ignore(interrupt), Effect.ignore(agents)], { concurrency: 2, discard: true }).pipe(
    Effect.provideService(Clock.Clock, realClock)
  )
}
