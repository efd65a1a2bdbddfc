/**
 * Exec: one `codex exec` process per turn, as a Stream of events.
 *
 * The stream owns the process. Whatever ends the stream (its own end, an early `take`, a failure, interruption) ends
 * the process tree before it settles: SIGINT first, because codex 0.169 ends its commands on SIGINT and leaves them
 * behind on SIGTERM, then SIGKILL after the grace period. Temporary files go with it.
 */
import * as ByteSize from "effect/ByteSize"
import * as Config from "effect/Config"
import * as Context from "effect/Context"
import * as Data from "effect/Data"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Path from "effect/Path"
import { ChildProcessSpawner } from "effect/process/ChildProcessSpawner"
import * as Schema from "effect/Schema"
import type * as Stream from "effect/Stream"
import type { CodexError } from "./CodexError.ts"
import type { CodexOptions, CyberAccessProgram, JsonSchemaObject, ThreadOptions } from "./CodexOptions.ts"
import { checkOptions, copyOptions } from "./internal/checkOptions.ts"
import { configVariable } from "./internal/configVariable.ts"
import { makeDriftLog } from "./internal/driftLog.ts"
import { runProcess } from "./internal/execProcess.ts"
import { findExecutable, hostSearch } from "./internal/executable.ts"
import { orFail } from "./internal/orFail.ts"
import { ToolEndpoint } from "./internal/toolEndpoint.ts"
import { byteLimit, gracePeriod, text } from "./internal/optionSchemas.ts"
import type { ThreadEvent } from "./ThreadEvent.ts"
import type { ReviewTarget } from "./Turn.ts"

/** Which thread a turn belongs to. */
export type ThreadTarget = Data.TaggedEnum<{
  /** A new thread. */
  Start: {}
  /** `resume <id>` */
  Resume: { readonly threadId: string }
  /** `resume --last`: the newest recorded thread of the working directory. */
  ResumeLast: {}
  /** `fork <id>`: a new thread with the history of another. */
  Fork: { readonly threadId: string }
  /** `review`: a thread of its own. */
  Review: { readonly review: ReviewTarget }
}>
/** Makes thread targets: `ThreadTarget.Resume({ threadId })`. */
export const ThreadTarget = Data.taggedEnum<ThreadTarget>()

/**
 * Everything that one process needs to know: what `Exec` implementations and mocks receive. `Codex` has checked it, and
 * Exec trusts it: whoever makes one by hand answers for its values not being taken for flags.
 */
export interface ExecRequest {
  /** The prompt, written to stdin. Empty for a review without instructions. */
  readonly prompt: string
  /** Image files, in order. */
  readonly images: ReadonlyArray<string>
  /** The thread. */
  readonly target: ThreadTarget
  /** Options of the application. */
  readonly codex: CodexOptions
  /** Options of the thread. */
  readonly thread: ThreadOptions
  /** What the final message must look like. */
  readonly outputSchema?: JsonSchemaObject | undefined
  /** As in `TurnOptions`. */
  readonly cyberAccessProgram?: CyberAccessProgram | undefined
}

/** Options of `Exec.layer`. */
export const ExecOptions = Schema.Struct({
  /** The codex executable: a path, or a name on PATH. Default: `CODEX_PATH`, an installed `@openai/codex`, PATH. */
  codexPath: Schema.optional(text),
  /** How long codex may take to end on its own, after SIGINT and after the turn's end, before SIGKILL. Default: 3 s. */
  gracePeriod: Schema.optional(gracePeriod),
  /** Longest line of output. A longer one fails the turn. Default: 64 MiB; at most 511 MiB. */
  maxLineBytes: Schema.optional(byteLimit),
  /** How much of the end of stderr is kept for errors. Default: 16 KiB. */
  stderrTailBytes: Schema.optional(byteLimit),
  /** Fail with `MalformedOutput` on output that is not known, instead of keeping it as `Unknown…`. Default: false. */
  strict: Schema.optional(Schema.Boolean)
})
export interface ExecOptions extends Schema.Schema.Type<typeof ExecOptions> {}

/** Runs turns of codex. The seam between the library and the operating system: tests replace it. */
export class Exec extends Context.Service<
  Exec,
  {
    /**
     * Runs one turn in a fresh codex process, which lives exactly as long as the stream. The events come as codex
     * reports them; the stream fails if codex can not be started, fails or ends before the turn does. After the turn's
     * end it has to end too, as no time limit bounds that: over the real codex, the grace period does.
     */
    readonly run: (request: ExecRequest) => Stream.Stream<ThreadEvent, CodexError>
    /** Adds input to the turn that runs on a thread. Absent where codex can not be steered, which is so for processes. */
    readonly steer?:
      | ((threadId: string, prompt: Pick<ExecRequest, "prompt" | "images">) => Effect.Effect<void, CodexError>)
      | undefined
  }
>()("effect-codex/Exec") {
  /**
   * Exec on the real codex. The executable is looked for when the layer is built, which fails with
   * `ExecutableNotFound` if there is none, and with `InvalidOptions`. Reads `CODEX_PATH` from Config. Threads with tools
   * need a `ToolServer` of `effect-codex/tools` beside it.
   */
  static readonly layer = (
    options: ExecOptions = {}
  ): Layer.Layer<Exec, CodexError, ChildProcessSpawner | FileSystem.FileSystem | Path.Path> =>
    Layer.effect(Exec, make(options))

  /**
   * `layer` with what the options leave out from Config: `CODEX_GRACE_PERIOD` (such as "5 seconds") and `CODEX_STRICT`.
   */
  static readonly layerConfig = (
    options: ExecOptions = {}
  ): Layer.Layer<Exec, CodexError | Config.ConfigError, ChildProcessSpawner | FileSystem.FileSystem | Path.Path> =>
    Layer.unwrap(
      Effect.gen(function* () {
        const given = yield* orFail(copyOptions(options))
        const { gracePeriod, strict } = yield* Config.all({
          gracePeriod: Config.option(Config.Duration("CODEX_GRACE_PERIOD")),
          strict: Config.option(Config.Boolean("CODEX_STRICT"))
        })
        return Exec.layer({
          ...given,
          gracePeriod: given.gracePeriod ?? Option.getOrUndefined(gracePeriod),
          strict: given.strict ?? Option.getOrUndefined(strict)
        })
      })
    )
}

const make = Effect.fnUntraced(function* (given: ExecOptions) {
  const options = yield* orFail(checkOptions(ExecOptions, given))

  // Provided when a process starts: provided to its stream, they would be with every read.
  const services = Context.make(ChildProcessSpawner, yield* ChildProcessSpawner).pipe(
    Context.add(FileSystem.FileSystem, yield* FileSystem.FileSystem),
    Context.add(Path.Path, yield* Path.Path)
  )
  const search = yield* hostSearch(options.codexPath, yield* configVariable("CODEX_PATH"))
  const settings = {
    executable: yield* findExecutable(search),
    gracePeriod: Duration.fromInputUnsafe(options.gracePeriod ?? "3 seconds"),
    maxLineBytes: bytes(options.maxLineBytes, 64 * 1024 * 1024),
    stderrTailBytes: bytes(options.stderrTailBytes, 16 * 1024),
    strict: options.strict ?? false,
    toolEndpoint: Option.getOrUndefined(yield* Effect.serviceOption(ToolEndpoint)),
    logDrift: makeDriftLog()
  }
  return Exec.of({
    run: (request) => runProcess(request, settings, services)
  })
})

// Checked before: it is a size, and a safe integer.
const bytes = (size: ByteSize.Input | undefined, fallback: number): number =>
  size === undefined ? fallback : ByteSize.toNumberUnsafe(ByteSize.fromInputUnsafe(size))
