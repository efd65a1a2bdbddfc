/**
 * One session at a time, made when it is first needed, and made again at the next need after it was lost.
 *
 * A session that is lost is ended whole, its process too, before the next one begins: codex lets one process at a time
 * write to a thread.
 */
import type * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Scope from "effect/Scope"
import * as Semaphore from "effect/Semaphore"
import type { ConnectionLost } from "../../AppServerError.ts"
import { closedByUs } from "./rpc.ts"
import type { Session } from "./session.ts"

export interface Sessions<E> {
  /** The session that is open, or a new one. Whoever waits for it can be interrupted; it is opened all the same. */
  readonly get: Effect.Effect<Session, E | ConnectionLost>
  /** The session that is open, if one is. */
  readonly current: () => Session | undefined
  /** Ends a session that does not answer any more. */
  readonly drop: (session: Session) => Effect.Effect<void>
}

const replaceWith =
  (context: Context.Context<never>) =>
  (_caller: Context.Context<never>): Context.Context<never> =>
    context

/** Sessions of the current scope. */
export const makeSessions = <E>(
  open: Effect.Effect<Session, E, Scope.Scope>
): Effect.Effect<Sessions<E>, never, Scope.Scope> =>
  Effect.gen(function* () {
    const scope = yield* Effect.scope
    const context = yield* Effect.context<never>()
    const one = yield* Semaphore.make(1)
    let opening: Fiber.Fiber<Session, E> | undefined
    let session: Session | undefined
    let sessionScope: Scope.Closeable | undefined
    let closing: Effect.Effect<void> = Effect.void

    const close = Effect.suspend(() => {
      const closed = sessionScope
      opening = session = sessionScope = undefined
      return closed === undefined ? Effect.void : Scope.close(closed, Exit.void)
    })

    // Whoever opens the next one waits for it, also if nobody else does any more.
    const end = Effect.flatMap(Effect.forkIn(close, scope, { startImmediately: true }), (fiber) => {
      closing = Effect.asVoid(Fiber.await(fiber))
      return closing
    })

    const openNext = Effect.gen(function* () {
      yield* closing
      const own = yield* Scope.fork(scope)
      sessionScope = own
      const opened = yield* Scope.provide(open, own).pipe(Effect.onError(() => end))
      session = opened
      const lost = Deferred.await(opened.rpc.ended).pipe(Effect.andThen(drop(opened)))
      yield* Effect.forkIn(lost, scope)
      return opened
    })

    const drop = (dropped: Session): Effect.Effect<void> =>
      Effect.suspend(() => (session === dropped ? end : Effect.void))

    const begin = Effect.suspend(() => {
      if (opening !== undefined) return Effect.succeed(opening)
      // Not in the context of its first user: others use it too, and it lives longer.
      const inLayer = Effect.updateContext(openNext, replaceWith(context))
      return Effect.tap(Effect.forkIn(inLayer, scope), (fiber) => Effect.sync(() => (opening = fiber)))
    }).pipe(one.withPermit)

    const get: Sessions<E>["get"] = Effect.suspend(() => {
      if (scope.state._tag === "Closed") return Effect.fail(closedByUs())
      if (session === undefined) return Effect.flatMap(begin, joinOpening)
      return Deferred.isDoneUnsafe(session.rpc.ended) ? Effect.andThen(drop(session), get) : Effect.succeed(session)
    })

    // Only the end of the layer interrupts it.
    const joinOpening = (fiber: Fiber.Fiber<Session, E>): Effect.Effect<Session, E | ConnectionLost> =>
      Effect.flatMap(Fiber.await(fiber), (exit): Exit.Exit<Session, E | ConnectionLost> =>
        Exit.hasInterrupts(exit) ? Exit.fail(closedByUs()) : exit
      )

    return { get, current: () => session, drop }
  })
