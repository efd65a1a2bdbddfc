/** The commands of a turn that have begun and not ended, and how they are ended with it. */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"
import type { RequestFailure } from "./rpc.ts"
import type { Ask } from "./threads.ts"

/** By the id of the item: whether a process of it was seen. */
export type OpenCommands = Map<unknown, boolean>

const Terminals = Schema.Struct({
  data: Schema.Array(Schema.Struct({ itemId: Schema.String })),
  nextCursor: Schema.optionalKey(Schema.NullOr(Schema.String))
})
const decodeTerminals = Schema.decodeUnknownOption(Terminals)

/** Keeps account of a command whose item begins or ends. */
export const noteCommand = (
  commands: OpenCommands,
  isStart: boolean,
  item: { readonly id?: unknown; readonly processId?: unknown }
): void => {
  if (isStart) commands.set(item.id, !Predicate.isNullish(item.processId))
  else commands.delete(item.id)
}

// codex 0.169 may start a process after it was told to end them all: it is told again.
const again = "100 millis"
// So often, without a word from codex, before a command counts as one that never began.
const maxQuiet = 10

/** Ends the commands of a turn that was interrupted, and waits until they have ended. `more` is codex's next word. */
export const endCommands = Effect.fnUntraced(function* <E>(
  ask: Ask,
  threadId: string,
  commands: OpenCommands,
  more: Effect.Effect<void, E>
): Effect.fn.Return<void, E | RequestFailure> {
  yield* ask("thread/backgroundTerminals/clean", { threadId })
  let quiet = 0
  while (commands.size > 0) {
    if (Option.isSome(yield* Effect.timeoutOption(more, again))) continue
    yield* ask("thread/backgroundTerminals/clean", { threadId })
    if (++quiet < maxQuiet || ![...commands.values()].includes(false)) continue
    // One that waits for an approval, or has just got it, may never run, and codex 0.169 does not complete its item then.
    const running = yield* runningCommands(ask, threadId)
    for (const [id, isSeen] of commands) if (!isSeen && running?.has(id) === false) commands.delete(id)
  }
})

// What is left of the grace period is for their end.
const listTimeout = "1 second"

/** The items of the commands that run on a thread, if codex tells. */
const runningCommands = Effect.fnUntraced(
  function* (ask: Ask, threadId: string) {
    const running = new Set<unknown>()
    let cursor: string | null | undefined
    do {
      const page = decodeTerminals(yield* ask("thread/backgroundTerminals/list", { threadId, cursor }))
      if (Option.isNone(page)) return undefined
      for (const { itemId } of page.value.data) running.add(itemId)
      if (!Predicate.isNullish(cursor) && page.value.nextCursor === cursor) return undefined
      cursor = page.value.nextCursor
    } while (!Predicate.isNullish(cursor))
    return running
  },
  Effect.catchTag("RpcError", () => Effect.undefined),
  Effect.timeoutOrElse({ duration: listTimeout, orElse: () => Effect.undefined })
)
