/** What a turn's reader makes of codex's notifications, as the stream of its thread's events. */
import * as Arr from "effect/Array"
import * as Cause from "effect/Cause"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Pull from "effect/Pull"
import * as Stream from "effect/Stream"
import { TurnInterrupted } from "../../AppServerError.ts"
import { CodexError, type CodexErrorReason, MalformedOutput } from "../../CodexError.ts"
import type { DriftLog } from "../../internal/driftLog.ts"
import { turnFailed } from "../../internal/failures.ts"
import type { Redact } from "../../internal/redact.ts"
import type { ThreadEvent, ThreadId } from "../../ThreadEvent.ts"
import type { Notification } from "../AppServer.ts"
import type { TurnReader } from "./turnEvents.ts"
import type { TurnInbox } from "./turnInbox.ts"

/** What holds for the events of all turns. */
export interface EventStreamSettings {
  readonly requestTimeout: Duration.Duration
  readonly strict: boolean
  readonly redact: Redact
  readonly logDrift: DriftLog
}

/** The events of a turn, until it ends. */
export const eventStream = (
  settings: EventStreamSettings,
  threadId: ThreadId,
  inbox: TurnInbox,
  reader: TurnReader,
  isReview: boolean
): Stream.Stream<ThreadEvent, CodexError> => {
  const fail = (reason: CodexErrorReason) => Effect.fail(new CodexError({ reason, threadId }))
  let beginning: Arr.NonEmptyArray<ThreadEvent> | undefined = [{ _tag: "ThreadStarted", threadId }]
  if (isReview) beginning.push({ _tag: "TurnStarted" })

  const conclude = Effect.suspend((): Pull.Pull<never, CodexError> => {
    switch (reader.end()) {
      case "failed":
        return fail(turnFailed(settings.redact(reader.failure())))
      case "interrupted":
        return fail(new TurnInterrupted({}))
      case "unknown":
        return fail(new MalformedOutput({ description: settings.redact(reader.failure()), excerpt: "" }))
      default:
        return Cause.done()
    }
  })
  let misfit: string | undefined
  /** The events up to the first that is not as expected, in strict mode. */
  const check = Effect.fnUntraced(function* (batch: ReadonlyArray<ThreadEvent>) {
    const checked: Array<ThreadEvent> = []
    for (const event of batch) {
      const issue = issueOf(event)
      if (issue !== undefined && settings.strict) {
        misfit = issue
        break
      }
      if (issue !== undefined) yield* settings.logDrift(event, issue, settings.redact)
      checked.push(event)
    }
    return Arr.isArrayNonEmpty(checked) ? checked : yield* next
  })
  const next: Pull.Pull<Arr.NonEmptyReadonlyArray<ThreadEvent>, CodexError> = Effect.suspend(() => {
    if (beginning !== undefined) {
      const first = beginning
      beginning = undefined
      return Effect.succeed(first)
    }
    if (misfit !== undefined) {
      return fail(new MalformedOutput({ description: settings.redact(misfit), excerpt: "" }))
    }
    if (reader.end() !== undefined) return conclude
    const giveUp = Effect.sync((): ReadonlyArray<Notification> => {
      reader.giveUp()
      return []
    })
    const take = reader.isEnding()
      ? Effect.timeoutOrElse(inbox.take, { duration: settings.requestTimeout, orElse: () => giveUp })
      : inbox.take
    return take.pipe(
      Effect.catch(fail),
      Effect.flatMap((notifications) => {
        const batch = notifications.flatMap(reader.read)
        if (!Arr.isArrayNonEmpty(batch)) return next
        return batch.some((event) => issueOf(event) !== undefined) ? check(batch) : Effect.succeed(batch)
      })
    )
  })
  return Stream.fromPull(Effect.succeed(next))
}

const issueOf = (event: ThreadEvent): string | undefined => {
  if (event._tag === "UnknownEvent") return event.issue
  return "item" in event && event.item._tag === "UnknownItem" ? event.item.issue : undefined
}
