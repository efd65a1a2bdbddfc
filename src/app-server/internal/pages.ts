import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { CodexError, MalformedOutput } from "../../CodexError.ts"

/** One page of a list. */
interface Page<A> {
  readonly data: ReadonlyArray<A>
  readonly nextCursor?: string | null
}

/** The elements of all pages. A page is asked for when the one before it has been taken. */
export const pages = <A, E, R>(
  ask: (cursor: string | null) => Effect.Effect<Page<A>, E, R>
): Stream.Stream<A, E | CodexError, R> =>
  Stream.paginate<string | null, A, E | CodexError, R>(null, (cursor) =>
    Effect.flatMap(ask(cursor), ({ data, nextCursor }) => {
      // It would go on without an end.
      if (nextCursor === cursor && cursor !== null) return new CodexError({ reason: repeated })
      return Effect.succeed([data, Option.fromNullishOr(nextCursor)] as const)
    })
  )

const repeated = new MalformedOutput({
  description: "a page of a list names itself as the page that comes after it",
  excerpt: ""
})
