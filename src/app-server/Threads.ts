/**
 * Threads: what a codex app-server can do with recorded threads besides running turns.
 *
 * Thin: parameters and results are the protocol's own (codex 0.169), and failures are those of `AppServer.request`. What
 * works on a thread's history (`compact`, `injectItems`) needs the thread loaded, which it is once a turn ran on it here;
 * codex refuses it otherwise with an `RpcError` that says "thread not found".
 */
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { AppServer, type ClientMethod } from "./AppServer.ts"
import { CodexError, TurnFailed } from "../CodexError.ts"
import { pages } from "./internal/pages.ts"
import { awaitNotification } from "./internal/awaitNotification.ts"
import type { ClientRequests } from "./protocol/methods.ts"
import type {
  ThreadGoal,
  ThreadGoalSetParams,
  ThreadItemsListParams,
  ThreadListParams,
  ThreadTurnsListParams
} from "./protocol/types.ts"

const ask = <M extends ClientMethod>(method: M, params: ClientRequests[M]["params"]) =>
  AppServer.use((server) => server.request(method, params))

// For codex to say that a compaction is over.
const stopTimeout = "5 seconds"

/** Recorded threads, the newest first, page by page as they are taken. By default those of interactive clients only. */
export const list = (params: Omit<ThreadListParams, "cursor"> = {}) =>
  pages((cursor) => ask("thread/list", { ...params, cursor }))

/** The turns of a thread. */
export const turns = (params: Omit<ThreadTurnsListParams, "cursor">) =>
  pages((cursor) => ask("thread/turns/list", { ...params, cursor }))

/** The items of a thread. */
export const items = (params: Omit<ThreadItemsListParams, "cursor">) =>
  pages((cursor) => ask("thread/items/list", { ...params, cursor }))

/** What is known of a thread, without its turns. */
export const read = (threadId: string) => Effect.map(ask("thread/read", { threadId }), ({ thread }) => thread)

/** Names a thread: `resumeThread` takes the name too, unless it begins with "-", which `codex exec` would take for a flag. */
export const setName = (threadId: string, name: string) => Effect.asVoid(ask("thread/name/set", { threadId, name }))

/** Puts a thread away: `list` shows it with `archived` only. */
export const archive = (threadId: string) => Effect.asVoid(ask("thread/archive", { threadId }))

/** Takes a thread out of the archive. */
export const unarchive = (threadId: string) => Effect.map(ask("thread/unarchive", { threadId }), ({ thread }) => thread)

/** Deletes a thread for good. */
export const remove = (threadId: string) => Effect.asVoid(ask("thread/delete", { threadId }))

/**
 * Shortens the history of a loaded thread by a summary, which is a turn of its own, and waits until it is done. When it is
 * interrupted, so is that turn. codex 0.169 stops a turn of the thread that runs: it fails with `TurnInterrupted`.
 */
export const compact = Effect.fn("Threads.compact")(function* (threadId: string) {
  const server = yield* AppServer
  const isOfThread = ({ threadId: owner }: { readonly threadId: string }) => owner === threadId
  const started = yield* Stream.toPull(Stream.filter(server.notifications("turn/started"), isOfThread))
  const begun = yield* Effect.forkScoped(Effect.map(started, ([{ turn }]) => turn.id))
  const interrupt = Fiber.join(begun).pipe(
    Effect.flatMap((turnId) =>
      awaitNotification(
        ask("turn/interrupt", { threadId, turnId }),
        "turn/completed",
        (completed) => completed.turn.id === turnId
      )
    ),
    Effect.timeoutOption(stopTimeout),
    Effect.ignore
  )
  const { turn } = yield* awaitNotification(
    Effect.andThen(ask("thread/compact/start", { threadId }), Fiber.join(begun)),
    "turn/completed",
    // A turn that runs is stopped before.
    (completed, turnId) => completed.turn.id === turnId
  ).pipe(Effect.onInterrupt(() => interrupt))
  if (turn.status === "completed") return
  const description = turn.error?.message ?? `the compaction ended as ${turn.status}`
  return yield* new CodexError({ reason: new TurnFailed({ kind: "other", description }) })
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
