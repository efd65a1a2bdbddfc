/**
 * Where the notifications of a running turn wait for its reader.
 *
 * The connection serves many turns, so a slow reader must not stop it. What waits is bounded: beyond the bound deltas are
 * left out, as the completed items have all of them, and beyond twice the bound the turn fails.
 */
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import { type ConnectionLost, ConsumerTooSlow } from "../../AppServerError.ts"
import type { Notification } from "../AppServer.ts"

export interface TurnInbox {
  /** Plain code: the connection calls it as notifications arrive, and then `wake` once for all that arrived together. */
  readonly push: (notification: Notification) => void
  /** Tells the reader that there is something to take. */
  readonly wake: () => void
  /** No more can come. */
  readonly fail: (reason: ConnectionLost) => void
  /** All that waits, and if nothing does, what comes next. For the reader: interrupted once it has left. */
  readonly take: Effect.Effect<ReadonlyArray<Notification>, ConnectionLost | ConsumerTooSlow>
  /** The reader has left. Notifications are taken again if it was too slow. Whether any were lost. */
  readonly leave: () => boolean
  /** As `take`, for whoever ends the turn of a reader that has left. */
  readonly takeRest: Effect.Effect<ReadonlyArray<Notification>, ConnectionLost | ConsumerTooSlow>
  /** How many wait. */
  readonly size: () => number
  /** How many deltas were left out. */
  readonly dropped: () => number
}

const isDelta = (method: string): boolean => /\/(delta|textDelta|summaryTextDelta|outputDelta)$/.test(method)

/** An inbox that holds `capacity` notifications. */
export const makeTurnInbox = (capacity: number): TurnInbox => {
  let waiting: Array<Notification> = []
  let dropped = 0
  let failure: ConnectionLost | ConsumerTooSlow | undefined
  let arrival = Deferred.makeUnsafe<void>()
  let hasLeft = false

  const wake = (): void => void Deferred.doneUnsafe(arrival, Exit.void)

  const takeOr = (again: TurnInbox["take"]): TurnInbox["take"] => {
    if (waiting.length > 0) {
      const taken = waiting
      waiting = []
      return Effect.succeed(taken)
    }
    if (failure !== undefined) return Effect.fail(failure)
    arrival = Deferred.makeUnsafe()
    return Effect.andThen(Deferred.await(arrival), again)
  }
  const take: TurnInbox["take"] = Effect.suspend(() => (hasLeft ? Effect.interrupt : takeOr(take)))
  const takeRest: TurnInbox["takeRest"] = Effect.suspend(() => takeOr(takeRest))

  return {
    push: (notification) => {
      if (failure !== undefined) return
      if (waiting.length >= capacity && isDelta(notification.method)) {
        dropped++
        return
      }
      if (waiting.length >= 2 * capacity) {
        failure = new ConsumerTooSlow({ buffered: waiting.length })
        waiting = []
      } else waiting.push(notification)
    },
    wake,
    fail: (reason) => {
      failure ??= reason
      wake()
    },
    take,
    leave: () => {
      hasLeft = true
      wake()
      const hasLost = failure instanceof ConsumerTooSlow
      if (hasLost) failure = undefined
      return hasLost
    },
    takeRest,
    size: () => waiting.length,
    dropped: () => dropped
  }
}
