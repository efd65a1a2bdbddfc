/** A thread over `Exec`: one process per turn, continued by id. */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import * as Struct from "effect/Struct"
import { NoActiveTurn, NotSupported } from "../AppServerError.ts"
import { CodexError, type CodexErrorReason, InvalidOptions, MalformedOutput } from "../CodexError.ts"
import { type CodexOptions, type ThreadOptions, TurnOptions } from "../CodexOptions.ts"
import type { EventTap } from "../EventTap.ts"
import { type Exec, ThreadTarget } from "../Exec.ts"
import type { Thread } from "../Thread.ts"
import { type ThreadEvent, ThreadId, type Usage } from "../ThreadEvent.ts"
import type { Input } from "../Turn.ts"
import { checkOptions, copyOptions } from "./checkOptions.ts"
import { type Prompt, toPrompt } from "./input.ts"
import { logWarning } from "./logWarning.ts"
import type { NestedTurns } from "./nestedTurns.ts"
import { observeTurn } from "./observeTurn.ts"
import { orFail } from "./orFail.ts"
import { preview } from "./preview.ts"
import type { RecordContent } from "./recordContent.ts"
import { makeSlots, type Slots } from "./slots.ts"
import { repairPrompt, structuredOutput } from "./structuredOutput.ts"
import { makeTurnFold, noUsage, toTurn, withItems } from "./turnFold.ts"
import { superviseTurn } from "./turnStream.ts"

/** What all turns of a thread share. */
export interface ThreadSettings {
  readonly exec: Exec["Service"]
  readonly codex: CodexOptions
  readonly thread: ThreadOptions
  readonly target: ThreadTarget
  /** What all threads of a `Codex` share. */
  readonly slots: Slots
  readonly nested: NestedTurns
  readonly tap: EventTap["Service"] | undefined
  readonly content: RecordContent
}

/** A turn that is about to run. */
interface RunningTurn {
  readonly events: Stream.Stream<ThreadEvent, CodexError>
  /** The thread's usage before the turn, where it is known. */
  readonly usageBefore: Usage | undefined
}

export const makeThread = Effect.fnUntraced(function* (settings: ThreadSettings) {
  let id: ThreadId | undefined = settings.target._tag === "Resume" ? ThreadId.make(settings.target.threadId) : undefined
  let target = settings.target
  // A turn that fails or is interrupted has used tokens that nobody reports.
  let usageSoFar = settings.target._tag === "Start" ? noUsage : undefined
  let isNameless = false
  let turnCount = 0
  // What reads the running turn as a stream, if something does.
  let streamedBy: object | undefined
  const self = {}
  const turns = yield* makeSlots(
    "thread",
    1,
    Effect.suspend(() =>
      streamedBy !== undefined
        ? logWarning(
            "A turn has been waiting for 30 seconds for the stream of an earlier turn of its thread to end. " +
              "If it waits inside that stream, it waits for itself"
          )
        : Effect.void
    )
  )

  const refuseNested = Effect.suspend(() => settings.nested.refuse(self, id))

  /** A turn, checked and ready. Only in a slot of `turns`. */
  const prepare = (
    prompt: Prompt,
    options: CheckedTurnOptions,
    onEvent: (event: ThreadEvent) => void
  ): Result.Result<RunningTurn, CodexErrorReason> => {
    if (isNameless) {
      const description = "codex did not name the thread in its last turn, so it can not be continued"
      return Result.fail(new MalformedOutput({ description, excerpt: "" }))
    }
    const usageBefore = usageSoFar
    const isFirst = target._tag !== "Resume"
    let isNamed = false
    let isTaken = false
    let isEnded = false

    const observe = (event: ThreadEvent): void => {
      onEvent(event)
      if (event._tag === "ThreadStarted") {
        id = event.threadId
        isNamed = true
      }
      isTaken ||= saysInputIsTaken(event)
      if (event._tag === "TurnCompleted" && !isEnded) usageSoFar = event.usage
      isEnded ||= event._tag === "TurnCompleted" || event._tag === "TurnFailed"
    }
    const settle = Effect.sync(() => {
      if (!isTaken) {
        // codex may have begun the turn since it has named the thread, as it is ended.
        if (isFirst || !isNamed) usageSoFar = usageBefore
        // codex records a thread when it takes the first input: before that there is nothing to resume.
        if (isFirst) id = undefined
        return
      }
      if (id === undefined) isNameless = true
      else target = ThreadTarget.Resume({ threadId: id })
    })

    const events = Stream.suspend(() => {
      usageSoFar = undefined
      const request = {
        ...prompt,
        target,
        codex: settings.codex,
        thread: settings.thread,
        outputSchema: options.outputSchema,
        cyberAccessProgram: options.cyberAccessProgram
      }
      const info = { ...request, turn: ++turnCount, usageBefore, tap: settings.tap, content: settings.content }
      const observed = observeTurn(info, (tell) =>
        superviseTurn(
          settings.exec.run(request),
          options,
          (event) => {
            observe(event)
            tell(event)
          },
          isFirst ? undefined : id
        )
      )
      return settings.nested.open(self, observed)
    }).pipe(Stream.ensuring(settle))
    return Result.succeed({ events, usageBefore })
  }

  /** Runs one turn to its end. Only in a slot of `turns`. */
  const complete = Effect.fnUntraced(function* (prompt: Prompt, options: CheckedTurnOptions) {
    const fold = makeTurnFold()
    const turn = yield* orFail(prepare(prompt, options, fold.add))
    yield* Effect.mapError(Stream.runDrain(turn.events), (error) => withItems(error, fold))
    return toTurn(fold, id, turn.usageBefore)
  })

  const run = Effect.fn("Thread.run")(function* (input: Input, given: TurnOptions = {}) {
    const { options, prompt } = yield* orFail(check(input, given))
    yield* refuseNested
    return yield* turns.run(settings.slots.run(complete(prompt, options)))
  })

  const stream = (input: Input, given: TurnOptions = {}): Stream.Stream<ThreadEvent, CodexError> =>
    Stream.unwrap(
      Effect.gen(function* () {
        const { options, prompt } = yield* orFail(check(input, given))
        yield* refuseNested
        const leaveThread = yield* turns.hold
        const leaveSlot = yield* settings.slots.hold
        const reader = {}
        const endStream = Effect.sync(() => {
          if (streamedBy === reader) streamedBy = undefined
        })
        yield* Effect.acquireRelease(
          Effect.sync(() => (streamedBy = reader)),
          () => endStream
        )
        // Events are not kept: a stream takes the same memory however long it is.
        const turn = yield* orFail(prepare(prompt, options, () => {}))
        // codex is gone at the end of its events, though the consumer may go on, with what it has buffered.
        return Stream.onEnd(turn.events, Effect.all([endStream, leaveSlot, leaveThread], { discard: true }))
      })
    ).pipe(Stream.withSpan("Thread.stream"))

  const runStructured: Thread["Service"]["runStructured"] = Effect.fn("Thread.runStructured")(function* (input, given) {
    const options = yield* orFail(copyOptions(given))
    const { repair = 0, schema, ...rest } = options
    // Callers without types may pass anything.
    if (!Schema.isSchema(schema)) {
      const got = preview(schema)
      return yield* orFail(Result.fail(new InvalidOptions({ option: "schema", got, expected: "an Effect Schema" })))
    }
    if (!Number.isSafeInteger(repair) || repair < 0) {
      const expected = "a whole number, zero or greater"
      return yield* orFail(Result.fail(new InvalidOptions({ option: "repair", got: preview(repair), expected })))
    }
    // codex exec can not go on with it. A server, whose turns can be steered, can.
    if (repair > 0 && settings.thread.ephemeral === true && settings.exec.steer === undefined) {
      const expected = "0 on an ephemeral thread, which takes one turn over codex exec"
      return yield* orFail(Result.fail(new InvalidOptions({ option: "repair", got: preview(repair), expected })))
    }
    yield* orFail(checkOptions(StructuredOptions, options))
    const output = yield* orFail(structuredOutput(schema))
    const first = yield* orFail(check(input, { ...rest, outputSchema: output.jsonSchema }))
    yield* refuseNested

    // All attempts in one slot: a turn in between would change what "your last answer" means.
    const attempt = (prompt: Prompt, left: number): ReturnType<typeof decoded> =>
      Effect.catchReason(decoded(prompt), "CodexError", "StructuredOutputError", (reason, error) =>
        left > 0 ? attempt({ prompt: repairPrompt(reason), images: [] }, left - 1) : Effect.fail(error)
      )
    const decoded = Effect.fnUntraced(function* (prompt: Prompt) {
      const turn = yield* complete(prompt, first.options)
      const value = yield* Effect.mapError(
        // Decoding may run code of the caller's.
        settings.nested.within(self, output.decode(turn.finalResponse)),
        (reason) => new CodexError({ reason, threadId: turn.threadId, items: turn.items })
      )
      return { ...turn, value }
    })
    return yield* turns.run(settings.slots.run(attempt(first.prompt, repair)))
  })

  const steer = Effect.fn("Thread.steer")(function* (input: Input) {
    const prompt = yield* orFail(toPrompt(input))
    if (settings.exec.steer === undefined) {
      const instead = "codex exec takes no input while it runs; use AppServer.layer of effect-codex/app-server"
      return yield* orFail(Result.fail(new NotSupported({ what: "Steering a turn", instead })))
    }
    if (id === undefined) return yield* orFail(Result.fail(new NoActiveTurn({})))
    yield* settings.exec.steer(id, prompt)
  })

  return {
    id: Effect.sync(() => Option.fromUndefinedOr(id)),
    run,
    stream,
    runStructured,
    steer
  } satisfies Thread["Service"]
})

/** The names that `runStructured` takes. Their first two have been checked. */
const StructuredOptions = Schema.Struct({
  schema: Schema.Unknown,
  repair: Schema.optional(Schema.Unknown),
  ...Struct.omit(TurnOptions.fields, ["outputSchema"])
})

type CheckedTurnOptions = typeof TurnOptions.Type

/** Copies of what a turn is given, which may have to wait. */
const check = (
  input: Input,
  given: TurnOptions
): Result.Result<{ readonly prompt: Prompt; readonly options: CheckedTurnOptions }, CodexErrorReason> =>
  Result.flatMap(checkOptions(TurnOptions, given), (options) =>
    Result.map(toPrompt(input), (prompt) => ({ prompt, options }))
  )

/** Everything that codex reports after it has taken the input. Error items may come before. */
const saysInputIsTaken = (event: ThreadEvent): boolean => {
  switch (event._tag) {
    case "TurnStarted":
    case "TurnCompleted":
    case "TurnFailed":
      return true
    case "ItemStarted":
    case "ItemUpdated":
    case "ItemCompleted":
      return event.item._tag !== "Error"
    default:
      return false
  }
}
