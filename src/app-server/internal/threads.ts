/** Makes sure that the server has a turn's thread loaded, with the options that the turn wants. */
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Equal from "effect/Equal"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import * as Schedule from "effect/Schedule"
import * as Schema from "effect/Schema"
import { RpcError } from "../../AppServerError.ts"
import {
  type CodexErrorReason,
  InvalidOptions,
  MalformedOutput,
  PromptTooLarge,
  ThreadBusy,
  ThreadNotFound
} from "../../CodexError.ts"
import type { ThreadOptions } from "../../CodexOptions.ts"
import type { ThreadTarget } from "../../Exec.ts"
import { isArchived, isHeld } from "../../internal/failures.ts"
import type { RequestFailure } from "./rpc.ts"
import type { Opening, Session } from "./session.ts"
import { type ThreadParams, type ThreadPlace, threadParams } from "./threadParams.ts"
import { dynamicTools } from "./toolCalls.ts"

/** A request of a session, with its deadline. */
export type Ask = (method: string, params: unknown) => Effect.Effect<unknown, RequestFailure>

const unloadTimeout = "5 seconds"
// An unload may be part of it.
const openTimeout = "15 seconds"

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

const Read = Schema.Struct({ thread: Schema.Struct({ status: Schema.Struct({ type: Schema.String }) }) })
const decodeRead = Schema.decodeUnknownOption(Read)

const Resumed = Schema.Struct({
  cwd: Schema.String,
  sandbox: Schema.Struct({ type: Schema.String, networkAccess: Schema.optionalKey(Schema.Unknown) }),
  approvalPolicy: Schema.Unknown
})
const decodeResumed = Schema.decodeUnknownOption(Resumed)

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
 * The id of the thread that a turn belongs to. It is among those of `session.opening` then, as `opening`, until the turn
 * has begun: it is not unloaded meanwhile, and nobody loads it with other options. `askToLoad` is for the requests that
 * load it.
 */
export const openThread = Effect.fnUntraced(function* (
  session: Session,
  opening: Opening,
  ask: Ask,
  askToLoad: Ask,
  target: ThreadTarget,
  options: ThreadOptions,
  place: ThreadPlace
): Effect.fn.Return<string, CodexErrorReason> {
  const wanted = threadParams(options, place)
  const load = Effect.fnUntraced(function* (
    method: string,
    params: Readonly<Record<string, unknown>>,
    isLoadedElsewhere = false
  ) {
    const result = yield* askToLoad(method, { ...wanted, ...params }).pipe(
      Effect.retry({ while: isClosing, schedule: Schedule.spaced("50 millis"), times: 100 })
    )
    const started = decodeStarted(result)
    if (Option.isNone(started)) return yield* unreadable(method)
    const { id } = started.value.thread
    session.opening.set(id, opening)
    yield* refuseIfBusy(result).pipe(
      Effect.andThen(
        isLoadedElsewhere && !isAsWanted(result, wanted)
          ? Effect.fail(new ThreadBusy({ threadId: id, usedBy: "client" }))
          : Effect.void
      ),
      // Who stays is asked for the approvals of others.
      Effect.tapError(() => Effect.ignore(ask("thread/unsubscribe", { threadId: id })))
    )
    session.loaded.set(id, options)
    return id
  })
  const resume = (threadId: string): Effect.Effect<string, CodexErrorReason> =>
    Effect.suspend(() => {
      const other = session.opening.get(threadId)
      const isBusy = Effect.fail(new ThreadBusy({ threadId, usedBy: "turn" }))
      if (other?.isAbandoned === true) {
        return Deferred.await(other.over).pipe(
          Effect.timeoutOrElse({ duration: openTimeout, orElse: () => isBusy }),
          Effect.andThen(resume(threadId))
        )
      }
      if (session.turns.has(threadId) || other !== undefined) return isBusy
      session.opening.set(threadId, opening)
      return Effect.onError(resumeReserved(threadId), () => endOpening(session, opening, threadId))
    })
  const resumeReserved = Effect.fnUntraced(function* (threadId: string) {
    const read = Effect.tap(ask("thread/read", { threadId }), refuseIfBusy)
    if (session.busy.has(threadId)) yield* read
    const loadedWith = session.loaded.get(threadId)
    if (loadedWith !== undefined && Equal.equals(loadedWith, options)) {
      noteUse(session, threadId)
      return threadId
    }
    if (loadedWith?.ephemeral === true) {
      // Unloaded, it would be gone.
      const expected = "those with which it was begun: an ephemeral thread can not be loaded again"
      return yield* new InvalidOptions({ option: "options of the thread", got: "others", expected })
    }
    // codex 0.169 ignores the options of a thread that is loaded.
    if (loadedWith !== undefined || session.closing.has(threadId)) yield* unload(session, ask, threadId)
    // Before codex is asked to resume it: it would tell us of the turns of others, and have us decide for them.
    const isLoadedElsewhere = yield* read.pipe(
      Effect.map(isLoaded),
      Effect.catchTag("RpcError", () => Effect.succeed(false))
    )
    // A request of ours may have: codex 0.169 takes other options for a thread that nobody is subscribed to.
    if (isLoadedElsewhere)
      yield* Effect.catchTag(ask("thread/unsubscribe", { threadId }), "RpcError", () => Effect.void)
    return yield* load("thread/resume", { threadId, excludeTurns: true }, isLoadedElsewhere)
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

/** Whether the server has a thread loaded. */
const isLoaded = (answer: unknown): boolean =>
  Option.exists(decodeRead(answer), ({ thread }) => thread.status.type !== "notLoaded")

/**
 * Whether a thread that others have loaded has the permissions that were asked for, and the folder that they are for:
 * codex 0.169 keeps those that it has, and says so only in its answer.
 */
const isAsWanted = (answer: unknown, { approvalPolicy, config, cwd, sandbox }: ThreadParams): boolean =>
  Option.exists(decodeResumed(answer), (resumed) => {
    const mode = sandbox ?? config["sandbox_mode"]
    const policy = approvalPolicy ?? config["approval_policy"]
    const network = config["sandbox_workspace_write.network_access"]
    return (
      (typeof mode !== "string" || resumed.sandbox.type === camelCase(mode)) &&
      (policy === undefined || Equal.equals(resumed.approvalPolicy, policy)) &&
      (network === undefined ||
        resumed.sandbox.type !== "workspaceWrite" ||
        (resumed.sandbox.networkAccess === true) === network) &&
      (cwd === undefined || withoutEnd(resumed.cwd) === withoutEnd(cwd))
    )
  })

const withoutEnd = (folder: string): string => folder.replace(/(?<=.)[/\\]+$/, "")

/** codex's answers name the modes of its sandbox so. */
const camelCase = (mode: string): string => mode.replaceAll(/-(.)/g, (_, letter: string) => letter.toUpperCase())

/** Whoever waits for the opening of a thread goes on. */
export const endOpening = (session: Session, opening: Opening, threadId: string): Effect.Effect<void> =>
  Effect.sync(() => {
    if (session.opening.get(threadId) === opening) session.opening.delete(threadId)
    Deferred.doneUnsafe(opening.over, Exit.void)
  })

/** A thread's id, if it was given by its name. */
const resolveName = Effect.fnUntraced(function* (ask: Ask, nameOrId: string) {
  // As codex writes it in all that it says.
  if (uuid.test(nameOrId)) return nameOrId.toLowerCase()
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
      Effect.tapError((reason) => Effect.sync(() => restoreLoaded(session, threadId, loadedWith, reason))),
      Effect.andThen(untilClosed(closed)),
      Effect.ensuring(
        Effect.sync(() => {
          session.closing.delete(threadId)
          Deferred.doneUnsafe(closed, Exit.void)
        })
      )
    )
  })

/** The last used one comes last. */
export const noteUse = ({ loaded }: Session, threadId: string): void => {
  const loadedWith = loaded.get(threadId)
  if (loadedWith === undefined) return
  loaded.delete(threadId)
  loaded.set(threadId, loadedWith)
}

/** What codex has refused to unload is loaded still. */
export const restoreLoaded = (
  session: Session,
  threadId: string,
  loadedWith: ThreadOptions | undefined,
  { _tag }: RequestFailure
): void => {
  if (_tag !== "RpcError" || loadedWith === undefined || session.loaded.has(threadId)) return
  session.loaded.set(threadId, loadedWith)
}

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
