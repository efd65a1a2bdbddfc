/** Makes sure that the server has a turn's thread loaded, with the options that the turn wants. */
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Equal from "effect/Equal"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import * as Schedule from "effect/Schedule"
import * as Schema from "effect/Schema"
import { RpcError } from "../../AppServerError.ts"
import { type CodexErrorReason, MalformedOutput, PromptTooLarge, ThreadBusy, ThreadNotFound } from "../../CodexError.ts"
import type { ThreadOptions } from "../../CodexOptions.ts"
import type { ThreadTarget } from "../../Exec.ts"
import { isArchived, isHeld } from "../../internal/failures.ts"
import type { RequestFailure } from "./rpc.ts"
import type { Session } from "./session.ts"
import { type ThreadPlace, threadParams } from "./threadParams.ts"
import { dynamicTools } from "./toolCalls.ts"

/** A request of a session, with its deadline. */
export type Ask = (method: string, params: unknown) => Effect.Effect<unknown, RequestFailure>

const unloadTimeout = "5 seconds"

// A thread that another client has left, or that takes longer than we wait for it: codex 0.169 wants to be asked again.
const isClosing = (reason: RequestFailure): boolean =>
  reason._tag === "RpcError" && /\bis closing\b/.test(reason.description)

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

const Started = Schema.Struct({ thread: Schema.Struct({ id: Schema.NonEmptyString }) })
const decodeStarted = Schema.decodeUnknownOption(Started)

const Active = Schema.Struct({
  thread: Schema.Struct({ id: Schema.String, status: Schema.Struct({ type: Schema.Literal("active") }) })
})
const decodeActive = Schema.decodeUnknownOption(Active)

const Page = Schema.Struct({
  data: Schema.Array(Schema.Struct({ id: Schema.String, name: Schema.optionalKey(Schema.NullOr(Schema.String)) })),
  nextCursor: Schema.optionalKey(Schema.NullOr(Schema.String))
})
const decodePage = Schema.decodeUnknownOption(Page)

// Threads of `codex exec` too, which codex 0.169 leaves out otherwise.
const allSources = ["cli", "vscode", "exec", "appServer", "subAgent", "unknown"]

/** A shape that codex 0.169 does not have. */
export const unreadable = (method: string): MalformedOutput =>
  new MalformedOutput({ description: `the answer to ${method} has another shape than known`, excerpt: "" })

/**
 * The id of the thread that a turn belongs to. It is among those of `session.opening` then, until the turn has begun: it
 * is not unloaded meanwhile, and nobody loads it with other options. `askToLoad` is for the requests that load it.
 */
export const openThread = Effect.fnUntraced(function* (
  session: Session,
  ask: Ask,
  askToLoad: Ask,
  target: ThreadTarget,
  options: ThreadOptions,
  place: ThreadPlace
): Effect.fn.Return<string, CodexErrorReason> {
  const load = Effect.fnUntraced(function* (method: string, params: Readonly<Record<string, unknown>>) {
    const answer = askToLoad(method, { ...threadParams(options, place), ...params }).pipe(
      Effect.retry({ while: isClosing, schedule: Schedule.spaced("50 millis"), times: 100 })
    )
    const result = yield* answer
    const started = decodeStarted(result)
    if (Option.isNone(started)) return yield* unreadable(method)
    const { id } = started.value.thread
    session.loaded.set(id, options)
    session.opening.add(id)
    // Said here, it is not notified of.
    yield* Effect.tapError(refuseIfBusy(result), () => Effect.sync(() => session.busy.add(id)))
    return id
  })
  const resume = (threadId: string): Effect.Effect<string, CodexErrorReason> =>
    Effect.suspend(() => {
      if (session.turns.has(threadId) || session.opening.has(threadId)) {
        return Effect.fail(new ThreadBusy({ threadId, usedBy: "turn" }))
      }
      session.opening.add(threadId)
      return Effect.onError(resumeReserved(threadId), () => Effect.sync(() => session.opening.delete(threadId)))
    })
  const resumeReserved = Effect.fnUntraced(function* (threadId: string) {
    if (session.busy.has(threadId)) yield* refuseIfBusy(yield* ask("thread/read", { threadId }))
    const loadedWith = session.loaded.get(threadId)
    if (loadedWith !== undefined && Equal.equals(loadedWith, options)) {
      // The last used one comes last.
      session.loaded.delete(threadId)
      session.loaded.set(threadId, options)
      return threadId
    }
    // codex 0.169 ignores the options of a thread that is loaded.
    if (loadedWith !== undefined || session.closing.has(threadId)) yield* unload(session, ask, threadId)
    return yield* load("thread/resume", { threadId, excludeTurns: true })
  })

  switch (target._tag) {
    case "Start":
    case "Review":
      return yield* load("thread/start", {
        ephemeral: options.ephemeral,
        threadSource: options.threadSource,
        dynamicTools: dynamicTools(options.tools)
      })
    case "Resume":
      return yield* resume(yield* resolveName(ask, target.threadId))
    case "Fork": {
      const threadId = yield* resolveName(ask, target.threadId)
      const params = { threadId, excludeTurns: true, ephemeral: options.ephemeral, threadSource: options.threadSource }
      return yield* load("thread/fork", params)
    }
    case "ResumeLast": {
      const query = { cwd: place.directory, sourceKinds: allSources, sortKey: "updated_at", limit: 1 }
      const page = decodePage(yield* ask("thread/list", query))
      if (Option.isNone(page)) return yield* unreadable("thread/list")
      const [newest] = page.value.data
      return newest === undefined ? yield* new ThreadNotFound({}) : yield* resume(newest.id)
    }
  }
})

/** Fails if a turn runs on a thread: to begin one there would add to that one, and answer with its id (codex 0.169). */
const refuseIfBusy = (answer: unknown): Effect.Effect<void, ThreadBusy> =>
  Option.match(decodeActive(answer), {
    onNone: () => Effect.void,
    onSome: ({ thread: { id: threadId } }) => Effect.fail(new ThreadBusy({ threadId, usedBy: "turn" }))
  })

/** A thread's id, if it was given by its name. */
const resolveName = Effect.fnUntraced(function* (ask: Ask, nameOrId: string) {
  if (uuid.test(nameOrId)) return nameOrId
  let cursor: string | null | undefined
  do {
    const query = { searchTerm: nameOrId, sourceKinds: allSources, sortKey: "updated_at", limit: 100, cursor }
    const page = decodePage(yield* ask("thread/list", query))
    if (Option.isNone(page)) return yield* unreadable("thread/list")
    const found = page.value.data.find(({ name }) => name === nameOrId)
    if (found !== undefined) return found.id
    if (page.value.nextCursor === cursor) break
    cursor = page.value.nextCursor
  } while (cursor !== undefined && cursor !== null)
  return yield* new ThreadNotFound({ threadId: nameOrId })
})

/** Makes the server forget a thread that runs no turn, and waits until it has. */
export const unload = (session: Session, ask: Ask, threadId: string): Effect.Effect<void, RequestFailure> =>
  Effect.suspend(() => {
    const others = session.closing.get(threadId)
    if (others !== undefined) return untilClosed(others)
    const closed = Deferred.makeUnsafe<void>()
    session.closing.set(threadId, closed)
    // Before codex has answered: whoever wants the thread meanwhile has to load it again.
    const loadedWith = session.loaded.get(threadId)
    session.loaded.delete(threadId)
    return ask("thread/unsubscribe", { threadId }).pipe(
      Effect.tapError(() =>
        Effect.sync(() => {
          if (loadedWith !== undefined && !session.loaded.has(threadId)) session.loaded.set(threadId, loadedWith)
        })
      ),
      Effect.andThen(untilClosed(closed)),
      Effect.ensuring(
        Effect.sync(() => {
          session.closing.delete(threadId)
          Deferred.doneUnsafe(closed, Exit.void)
        })
      )
    )
  })

const untilClosed = (closed: Deferred.Deferred<void>): Effect.Effect<void> =>
  Effect.asVoid(Effect.timeoutOption(Deferred.await(closed), unloadTimeout))

/** What codex's refusal means to a caller. */
export const explainRefusal = (reason: CodexErrorReason, threadId: string | undefined): CodexErrorReason => {
  if (!(reason instanceof RpcError)) return reason
  const about = threadId === undefined ? {} : { threadId }
  if (/no rollout found|thread not (found|loaded)|invalid session id/i.test(reason.description))
    return new ThreadNotFound(about)
  if (isArchived(reason.description)) return new ThreadNotFound({ ...about, isArchived: true })
  if (isHeld(reason.description)) return new ThreadBusy({ ...about, usedBy: "process" })
  if (/ActiveTurnNotSteerable/.test(reason.description)) return new ThreadBusy({ ...about, usedBy: "turn" })
  return Option.match(decodeTooLarge(reason.data), {
    onNone: () => reason,
    onSome: ({ actual_chars: length, max_chars: limit }) => new PromptTooLarge({ length, limit })
  })
}

const decodeTooLarge = Schema.decodeUnknownOption(
  Schema.Struct({
    input_error_code: Schema.Literal("input_too_large"),
    max_chars: Schema.Int,
    actual_chars: Schema.Int
  })
)
