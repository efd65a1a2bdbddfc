import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"

/** One page of a list. */
interface Page<A> {
  readonly data: ReadonlyArray<A>
  readonly nextCursor?: string | null
}

/** The elements of all pages. A page is asked for when the one before it has been taken. */
export const pages = <A, E, R>(ask: (cursor: string | null) => Effect.Effect<Page<A>, E, R>): Stream.Stream<A, E, R> =>
  Stream.paginate<string | null, A, E, R>(null, (cursor) =>
    Effect.map(ask(cursor), ({ data, nextCursor }) => [data, Option.fromNullishOr(nextCursor)] as const)
  )
