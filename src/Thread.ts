/**
 * Thread: the turns of one conversation with the agent.
 *
 * The turns of a thread run one at a time, in the order of the calls; a turn that waits can be interrupted. After its
 * first turn a thread continues itself. Interrupting a turn ends codex's process and leaves the thread usable: the next
 * turn resumes it, or begins it if codex had not taken the first input yet.
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Option from "effect/Option"
import type * as Schema from "effect/Schema"
import type * as Stream from "effect/Stream"
import { Codex } from "./Codex.ts"
import type { CodexError } from "./CodexError.ts"
import type { ThreadOptions, TurnOptions } from "./CodexOptions.ts"
import type { ThreadEvent, ThreadId } from "./ThreadEvent.ts"
import type { Input, StructuredTurn, Turn } from "./Turn.ts"

/** Options of a structured turn. */
export interface StructuredTurnOptions<A, E = unknown, RD = never, RE = never> extends Omit<
  TurnOptions,
  "outputSchema"
> {
  /** What the final message must decode into. Its JSON Schema must have an object at the root. */
  readonly schema: Schema.ConstraintCodec<A, E, RD, RE>
  /** How often the agent is asked again, each time in a turn with its own limits, with what was wrong, when its answer does not fit. Default: 0. */
  readonly repair?: number | undefined
}

/** One conversation with the agent. */
export class Thread extends Context.Service<
  Thread,
  {
    /** The thread's id, once codex has named it; until then what it was resumed with, or none. */
    readonly id: Effect.Effect<Option.Option<ThreadId>>
    /** Runs a turn to its end. A failure carries the items seen so far. */
    readonly run: (input: Input, options?: TurnOptions) => Effect.Effect<Turn, CodexError>
    /**
     * Runs a turn and reports it event by event. The turn begins when the stream is run, each time it is run, and ends
     * with it. Other turns of the thread wait until codex has ended it and its events are read, so one that is run inside
     * it would wait for itself: it fails with `ThreadBusy` if the fiber that reads the stream runs it. From another fiber
     * it waits, and a warning is logged after 30 seconds.
     */
    readonly stream: (input: Input, options?: TurnOptions) => Stream.Stream<ThreadEvent, CodexError>
    /** Runs a turn whose final message is JSON, decoded with a Schema. */
    readonly runStructured: <A, E = unknown, RD = never, RE = never>(
      input: Input,
      options: StructuredTurnOptions<A, E, RD, RE>
    ) => Effect.Effect<StructuredTurn<A>, CodexError, RD>
    /**
     * Adds input to the turn that is running, which the agent takes up at once: what it was saying is cut off. Fails with
     * `NoActiveTurn` if none is, and with `NotSupported` over `codex exec`, which can not be steered.
     */
    readonly steer: (input: Input) => Effect.Effect<void, CodexError>
  }
>()("effect-codex/Thread") {
  /** A new thread. */
  static readonly layer = (options?: ThreadOptions): Layer.Layer<Thread, CodexError, Codex> =>
    Layer.effect(
      Thread,
      Codex.use((codex) => codex.startThread(options))
    )

  /** A thread that was recorded before. */
  static readonly layerResume = (id: string, options?: ThreadOptions): Layer.Layer<Thread, CodexError, Codex> =>
    Layer.effect(
      Thread,
      Codex.use((codex) => codex.resumeThread(id, options))
    )
}
