import type * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Pull from "effect/Pull"
import * as Queue from "effect/Queue"
import * as Stream from "effect/Stream"
import { CodexError } from "../../CodexError.ts"
import { AppServer, type NotificationMethod } from "../AppServer.ts"
import type { ServerNotifications } from "../protocol/methods.ts"

// What may come while nobody takes it.
const maxHeard = 16

/** What comes from now on, one after the other, until the current scope closes: a stream hears nothing before it is pulled. */
export const listen = Effect.fnUntraced(function* <A>(stream: Stream.Stream<A>) {
  const heard = yield* Queue.bounded<A, Cause.Done>(maxHeard)
  yield* Effect.forkScoped(Stream.runIntoQueue(stream, heard), { startImmediately: true })
  return Queue.take(heard)
})

/** Runs what waits for notifications. Fails if the server is lost meanwhile. */
export const whileConnected = <A, E, R>(
  effect: Effect.Effect<A, E, R>
): Effect.Effect<A, Pull.ExcludeDone<E> | CodexError, R | AppServer> =>
  Effect.scoped(
    Effect.gen(function* () {
      const server = yield* AppServer
      const lost = yield* Stream.toPull(server.disconnections)
      const failed = Effect.flatMap(lost, ([reason]) => Effect.fail(new CodexError({ reason })))
      // The streams of a server end with its layer only.
      return yield* Pull.catchDone(Effect.raceFirst(effect, failed), () => Effect.interrupt)
    })
  )

/**
 * Runs what makes the server notify, and gives the first notification that fits, which may come before the answer. Fails
 * if the server is lost meanwhile.
 */
export const awaitNotification = <M extends NotificationMethod, A, E, R>(
  effect: Effect.Effect<A, E, R>,
  method: M,
  fits: (params: ServerNotifications[M]["params"], answer: A) => boolean
): Effect.Effect<ServerNotifications[M]["params"], E | CodexError, R | AppServer> =>
  Effect.scoped(
    Effect.gen(function* () {
      const server = yield* AppServer
      const notified = yield* listen(server.notifications(method))
      const fitting = (answer: A): Pull.Pull<ServerNotifications[M]["params"]> =>
        Effect.flatMap(notified, (params) => (fits(params, answer) ? Effect.succeed(params) : fitting(answer)))
      return yield* whileConnected(Effect.flatMap(effect, fitting))
    })
  )
