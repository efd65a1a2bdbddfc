/**
 * Tells a turn that would wait for itself: one that is asked for inside of another, by the fiber that reads its stream or
 * by a handler that it waits for, and that needs what the other holds.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type * as Fiber from "effect/Fiber"
import * as Stream from "effect/Stream"
import { CodexError, InvalidOptions, ThreadBusy } from "../CodexError.ts"
import type { ThreadEvent, ThreadId } from "../ThreadEvent.ts"

/** A turn that runs. */
interface OpenTurn {
  /** Its thread, or what stands for it. */
  readonly thread: object
  /** The fiber that reads its events. */
  readonly reader: number
  /** Where it is as long as it runs. */
  readonly among: ReadonlySet<OpenTurn>
}

/** The turns that the current fiber works for: as what runs them, or as a handler of an approval or a tool. */
const OuterTurns = Context.Reference<ReadonlyArray<OpenTurn>>("effect-codex/OuterTurns", {
  defaultValue: () => []
})

/** The turns of a `Codex`. */
export interface NestedTurns {
  /** Fails if a turn of the thread would wait for itself here. */
  readonly refuse: (thread: object, threadId: ThreadId | undefined) => Effect.Effect<void, CodexError>
  /** The events of a turn, which is open until they end. */
  readonly open: (
    thread: object,
    events: Stream.Stream<ThreadEvent, CodexError>
  ) => Stream.Stream<ThreadEvent, CodexError>
  /** Runs what a turn's place is held for after its events. */
  readonly within: <A, E, R>(thread: object, effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
}

const leave = ({ close }: { readonly close: Effect.Effect<unknown> }) => close

/** `maxTurns` is how many places there are. */
export const makeNestedTurns = (maxTurns: number | undefined): NestedTurns => {
  const among = new Set<OpenTurn>()

  /** Opens a turn of the current fiber. */
  const enter = (thread: object) =>
    Effect.withFiber((fiber: Fiber.Fiber<unknown, unknown>) => {
      const outer = fiber.getRef(OuterTurns).filter((turn) => turn.among.has(turn))
      const turn: OpenTurn = { thread, reader: fiber.id, among }
      among.add(turn)
      return Effect.succeed({ around: [...outer, turn], close: Effect.sync(() => among.delete(turn)) })
    })

  return {
    refuse: (thread, threadId) =>
      Effect.withFiber((fiber: Fiber.Fiber<unknown, unknown>) => {
        const outer = fiber.getRef(OuterTurns)
        const around = Array.from(among).filter((turn) => turn.reader === fiber.id || outer.includes(turn))
        if (around.some((turn) => turn.thread === thread)) {
          const about = threadId === undefined ? {} : { threadId }
          return new CodexError({ reason: new ThreadBusy({ ...about, usedBy: "stream" }) })
        }
        if (maxTurns === undefined || around.length < maxTurns) return Effect.void
        const expected = `more than ${maxTurns}, as a turn inside of others, which wait for it, needs a place of its own`
        return new CodexError({
          reason: new InvalidOptions({ option: "maxConcurrentTurns", got: String(maxTurns), expected })
        })
      }),
    open: (thread, events) =>
      Stream.unwrap(
        Effect.map(Effect.acquireRelease(enter(thread), leave), ({ around, close }) =>
          events.pipe(Stream.provideService(OuterTurns, around), Stream.onEnd(close))
        )
      ),
    within: (thread, effect) =>
      Effect.acquireUseRelease(enter(thread), ({ around }) => Effect.provideService(effect, OuterTurns, around), leave)
  }
}
