/**
 * Threads: what a codex app-server can do with recorded threads besides running turns.
 *
 * Thin: parameters and results are the protocol's own (codex 0.169), and failures are those of `AppServer.request`, but
 * that `read` and `turns` fail with `ThreadNotFound` if there is no such thread. What works on a thread's history
 * (`compact`, `injectItems`) needs the thread loaded, which it is once a turn ran on it here; codex refuses it otherwise
 * with an `RpcError` that says "thread not found".
 */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type * as Pull from "effect/Pull"
import * as Stream from "effect/Stream"
import { RpcError, TurnInterrupted } from "../AppServerError.ts"
import { AppServer, type ClientMethod } from "./AppServer.ts"
import { CodexError, ThreadNotFound } from "../CodexError.ts"
import { turnFailed } from "../internal/failures.ts"
import { pages } from "./internal/pages.ts"
import { listen, whileConnected } from "./internal/awaitNotification.ts"
import type { ClientRequests } from "./protocol/methods.ts"
import type {
  ThreadGoal,
  ThreadGoalSetParams,
  ThreadItemsListParams,
  ThreadListParams,
  ThreadTurnsListParams,
  Turn
} from "./protocol/types.ts"

const ask = <M extends ClientMethod>(method: M, params: ClientRequests[M]["params"]) =>
  AppServer.use((server) => server.request(method, params))

/** Asks about a recorded thread: codex 0.169 calls one that it does not have not loaded. */
const askAbout = <M extends ClientMethod>(
  method: M,
  params: ClientRequests[M]["params"] & { readonly threadId: string }
) =>
  Effect.mapError(ask(method, params), (error) =>
    error.reason instanceof RpcError && /thread not loaded/i.test(error.reason.description)
      ? new CodexError({ reason: new ThreadNotFound({ threadId: params.threadId }) })
      : error
  )

const stopped = { status: "interrupted", error: null } as const

// For codex to say that a compaction is over, or that it begins in the place of another.
const stopTimeout = "5 seconds"

/** Recorded threads, the newest first, page by page as they are taken. By default those of interactive clients only. */
export const list = (params: Omit<ThreadListParams, "cursor"> = {}) =>
  pages((cursor) => ask("thread/list", { ...params, cursor }))

/** The turns of a thread. */
export const turns = (params: Omit<ThreadTurnsListParams, "cursor">) =>
  pages((cursor) => askAbout("thread/turns/list", { ...params, cursor }))

/**
 * The items of a thread. codex 0.169 says "not supported yet" of an ephemeral thread, of one whose history has the old
 * format, and of one that there is not: `turns` with `itemsView: "full"` has the items of the second too.
 */
export const items = (params: Omit<ThreadItemsListParams, "cursor">) =>
  pages((cursor) => ask("thread/items/list", { ...params, cursor }))

/** What is known of a thread, without its turns. */
export const read = (threadId: string) => Effect.map(askAbout("thread/read", { threadId }), ({ thread }) => thread)

/**
 * Names a thread: `resumeThread` takes the name too, unless it begins with "-", which `codex exec` would take for a flag.
 * codex 0.169 takes white space off both ends.
 */
export const setName = (threadId: string, name: string) => Effect.asVoid(ask("thread/name/set", { threadId, name }))

/** Puts a thread away: `list` shows it with `archived` only. */
export const archive = (threadId: string) => Effect.asVoid(ask("thread/archive", { threadId }))

/** Takes a thread out of the archive. */
export const unarchive = (threadId: string) => Effect.map(ask("thread/unarchive", { threadId }), ({ thread }) => thread)

/** Deletes a thread for good. */
export const remove = (threadId: string) => Effect.asVoid(ask("thread/delete", { threadId }))

/**
 * Shortens the history of a loaded thread by a summary, which is a turn of its own, and waits until it is done. When it is
 * interrupted, so is that turn. codex 0.169 stops a turn of the thread that runs: it fails with `TurnInterrupted`, and so
 * does a compaction that is stopped, unless another one takes its place.
 */
export const compact = Effect.fn("Threads.compact")(function* (threadId: string) {
  const server = yield* AppServer
  let turnId: string | undefined
  // As codex writes it in all that it says.
  const id = threadId.toLowerCase()
  // The turn that begins first may be another one, which is stopped then.
  const isOfThread = ({ threadId: owner }: { readonly threadId: string }) => owner === id
  const started = yield* server.notifications("item/started").pipe(
    Stream.filter((params) => isOfThread(params) && params.item.type === "contextCompaction"),
    listen
  )
  const completed = yield* listen(Stream.filter(server.notifications("turn/completed"), isOfThread))
  // codex tells no more of a thread that it has unloaded.
  const closed = yield* listen(Stream.filter(server.notifications("thread/closed"), isOfThread))
  const begun = Effect.suspend(() => {
    turnId = undefined
    return Effect.map(started, (params) => void (turnId = params.turnId))
  })
  const end: Pull.Pull<Turn> = Effect.flatMap(completed, ({ turn }) =>
    turn.id === turnId ? Effect.succeed(turn) : end
  )

  const stop = Effect.suspend(() => (turnId === undefined ? begun : Effect.void)).pipe(
    Effect.andThen(Effect.suspend(() => ask("turn/interrupt", { threadId, turnId: turnId ?? "" }))),
    Effect.andThen(end),
    Effect.timeoutOption(stopTimeout),
    Effect.ignore
  )
  const compaction = Effect.gen(function* () {
    yield* ask("thread/compact/start", { threadId })
    yield* begun
    let turn = yield* end
    // By another compaction, for example, which is as good.
    while (turn.status === "interrupted") {
      if (Option.isNone(yield* Effect.timeoutOption(begun, stopTimeout))) break
      turn = yield* end
    }
    return turn
  })
  // What was said before is heard by then.
  const unloaded = Effect.as(Effect.andThen(closed, Effect.sleep("1 second")), stopped)
  const { error, status } = yield* whileConnected(Effect.raceFirst(compaction, unloaded)).pipe(
    Effect.onInterrupt(() => stop)
  )
  if (status === "completed") return
  const reason =
    status === "interrupted" ? new TurnInterrupted({}) : turnFailed(error?.message ?? `it ended as ${status}`)
  return yield* new CodexError({ reason })
}, Effect.scoped)

/** Takes a turn and all later ones out of the history. */
export const revert = (threadId: string, beforeTurnId: string) => ask("thread/revert", { threadId, beforeTurnId })

/** Adds items of OpenAI's Responses API to the history that the model sees, without a turn. */
export const injectItems = (threadId: string, injected: ReadonlyArray<unknown>) =>
  Effect.asVoid(ask("thread/inject_items", { threadId, items: injected }))

/** The goal that codex pursues on a thread, if it has one. */
export const goal = (threadId: string) =>
  Effect.map(ask("thread/goal/get", { threadId }), (response): Option.Option<ThreadGoal> =>
    Option.fromNullishOr(response.goal)
  )

/**
 * Gives a thread a goal, or changes it. codex 0.169 works at once on the goal of a loaded thread, turn after turn, until it
 * is reached or cleared: turns that only `AppServer.notifications` shows, and that use tokens.
 */
export const setGoal = (params: ThreadGoalSetParams) =>
  Effect.map(ask("thread/goal/set", params), (response) => response.goal)

/** Takes the goal of a thread away. */
export const clearGoal = (threadId: string) => Effect.asVoid(ask("thread/goal/clear", { threadId }))
