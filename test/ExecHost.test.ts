import { fileURLToPath } from "node:url"
import { assert, describe, it } from "@effect/vitest"
import { Codex, type CodexError, Exec } from "effect-codex"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as FileSystem from "effect/FileSystem"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as PlatformError from "effect/PlatformError"
import * as ChildProcess from "effect/process/ChildProcess"
import * as Scheduler from "effect/Scheduler"
import * as Schema from "effect/Schema"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { Fake, ordinaryTurn, runTurn, shellFake } from "./support/fakeCodex.ts"
import { StepScheduler } from "./support/stepScheduler.ts"
import { transports } from "./support/transports.ts"

const ordinary = `printf '%s\\n' ${ordinaryTurn.map((line) => `'${line}'`).join(" ")}`
/** Says that it was started, and completes a turn. */
const starts = `touch "$(dirname "$0")/started"; ${ordinary}`
const withSchema = { outputSchema: { type: "object" } }

const wasStarted = Effect.gen(function* () {
  const fs = yield* FileSystem.FileSystem
  return yield* fs.exists(`${(yield* Fake).directory}/started`)
})

/** Codex on a file system that does some things in another way. */
const onFileSystem = (
  change: (fs: FileSystem.FileSystem, directory: string) => Partial<FileSystem.FileSystem>
): Layer.Layer<Codex, CodexError, Fake | Layer.Services<ReturnType<typeof Exec.layer>>> =>
  Layer.unwrap(
    Effect.gen(function* () {
      const { directory, marker, path } = yield* Fake
      const fs = yield* FileSystem.FileSystem
      return Codex.layer({ env: marker.env, extendEnv: true }).pipe(
        Layer.provide(Exec.layer({ codexPath: path })),
        Layer.provide(Layer.succeed(FileSystem.FileSystem, { ...fs, ...change(fs, directory) }))
      )
    })
  )

const crowdedHost = new URL("./support/crowdedHost.ts", import.meta.url)
const crowdedBuild = new URL("./support/crowdedBuild.ts", import.meta.url)
const homelessHost = new URL("./support/homelessHost.ts", import.meta.url)

/** Runs a program as a host of its own, and gives what it prints. */
const runHost = Effect.fn(function* (program: URL, args: ReadonlyArray<string>, limits = "") {
  const host = yield* ChildProcess.make(
    "/bin/bash",
    ["-c", `${limits} exec "$0" "$@"`, process.execPath, fileURLToPath(program), ...args],
    { env: (yield* Fake).marker.env, extendEnv: true, stderr: "inherit", forceKillAfter: "5 seconds" }
  )
  const stdout = yield* Stream.mkString(Stream.decodeText(host.stdout))
  assert.strictEqual(Number(yield* host.exitCode), 0)
  return stdout
})

/** Does something at a step of a turn; gives the number of the turn's steps. */
const disturb = (how: "interrupt" | "close", at: number) =>
  Effect.gen(function* () {
    const thread = yield* Codex.use((codex) => codex.startThread())
    const scope = yield* Scope.make()
    const target: { fiber?: Fiber.Fiber<unknown, unknown> } = {}
    const scheduler = new StepScheduler(at, () =>
      how === "interrupt" ? target.fiber?.interruptUnsafe() : Effect.runFork(Scope.close(scope, Exit.void))
    )
    const drain = Effect.gen(function* () {
      const pull = yield* Scope.provide(Stream.toPull(thread.stream("go", withSchema)), scope)
      yield* Effect.exit(Effect.forever(pull))
    })
    const fiber = yield* drain.pipe(Effect.provideService(Scheduler.Scheduler, scheduler), Effect.forkDetach)
    target.fiber = fiber
    yield* Fiber.await(fiber)
    yield* Scope.close(scope, Exit.void)
    yield* (yield* Fake).marker.assertNothingLeft
    return scheduler.steps
  })

describe("Exec on a host", () => {
  describe("whose directory for temporary files", () => {
    it.live.each([
      ["is not there", "none/at/all", "ENOENT"],
      ["is a file", "codex", "ENOTDIR"],
      ["takes no folders", "/proc", "ENOENT"]
    ] as const)("%s: starts nothing, and says why", ([, place, code]) =>
      Effect.gen(function* () {
        const layer = onFileSystem((fs, directory) => ({
          makeTempDirectory: (options) =>
            fs.makeTempDirectory({ ...options, directory: place.startsWith("/") ? place : `${directory}/${place}` })
        }))
        const { reason } = yield* Effect.flip(runTurn("go", withSchema).pipe(Effect.provide(layer, { local: true })))
        assert.isTrue(reason._tag === "OutputSchemaError" && !reason.isRetryable)
        assert.include(reason.message, `could not be written: ${code} (`)
        assert.isFalse(yield* wasStarted)
        // Only an output schema needs it.
        yield* runTurn().pipe(Effect.provide(layer, { local: true }))
        assert.isTrue(yield* wasStarted)
      }).pipe(Effect.provide(shellFake(starts)))
    )

    it.live("is full: starts nothing, says why, and removes what was made", () =>
      Effect.gen(function* () {
        const fs = yield* FileSystem.FileSystem
        const directory = yield* fs.makeTempDirectoryScoped()
        const layer = onFileSystem(() => ({
          makeTempDirectory: (options) => fs.makeTempDirectory({ ...options, directory }),
          writeFileString: (path, text) =>
            Effect.andThen(fs.writeFileString(path, ""), fs.writeFileString("/dev/full", text))
        }))
        const { reason } = yield* Effect.flip(runTurn("go", withSchema).pipe(Effect.provide(layer, { local: true })))
        assert.isTrue(reason._tag === "OutputSchemaError" && reason.isRetryable)
        assert.match(reason.message, /could not be written: ENOSPC \(no space left on device, write\)$/)
        assert.isFalse(yield* wasStarted)
        assert.deepStrictEqual(yield* fs.readDirectory(directory), [])
      }).pipe(Effect.provide(shellFake(starts)))
    )

    it.live("loses the output schema while codex runs: completes the turn", () =>
      Effect.gen(function* () {
        assert.strictEqual((yield* runTurn("go", withSchema)).finalResponse, "Hi!")
      }).pipe(
        Effect.provide(
          shellFake(`while [ "$1" != --output-schema ]; do shift; done; rm -r "$(dirname "$2")" || exit 9; ${ordinary}`)
        )
      )
    )

    it.live("does not let go of the output schema: completes the turn, and logs a warning", () =>
      Effect.gen(function* () {
        const messages: Array<string> = []
        const logger = Logger.make<unknown, void>(({ message }) => void messages.push(String(message)))
        const layer = onFileSystem((fs) => ({
          remove: (path, options) =>
            Effect.andThen(
              fs.remove(path, options),
              PlatformError.systemError({ _tag: "Busy", module: "FileSystem", method: "remove" })
            )
        }))
        const turn = yield* runTurn("go", withSchema).pipe(
          Effect.provide(layer, { local: true }),
          Effect.provide(Logger.layer([logger]))
        )
        assert.strictEqual(turn.finalResponse, "Hi!")
        assert.lengthOf(messages, 1)
        assert.include(messages[0], "A temporary folder could not be removed: Busy")
      }).pipe(Effect.provide(shellFake(ordinary)))
    )
  })

  it.live("names a place that is of the wrong kind, and starts nothing", () =>
    Effect.gen(function* () {
      const { directory, path } = yield* Fake
      const codex = yield* Codex
      const inFile = yield* codex.startThread({ workingDirectory: path })
      assert.deepInclude((yield* Effect.flip(inFile.run("go"))).reason, {
        _tag: "InvalidOptions",
        option: "workingDirectory",
        expected: "an existing directory"
      })
      const thread = yield* codex.startThread()
      const image = yield* Effect.flip(
        thread.run([
          { _tag: "Text", text: "look" },
          { _tag: "LocalImage", path: directory }
        ])
      )
      assert.deepInclude(image.reason, { _tag: "InvalidOptions", option: "input", expected: "an existing image file" })
      const homeless = yield* Codex.pipe(Effect.provide(Codex.layer({ codexHome: path }), { local: true }))
      const home = yield* Effect.flip((yield* homeless.startThread()).run("go"))
      assert.deepInclude(home.reason, {
        _tag: "InvalidOptions",
        option: "codexHome",
        expected: "an existing directory"
      })
      assert.isFalse(yield* wasStarted)
    }).pipe(Effect.provide(shellFake(starts)))
  )

  it.live("whose own working directory was removed runs turns all the same", () =>
    Effect.gen(function* () {
      const { directory, path } = yield* Fake
      const fs = yield* FileSystem.FileSystem
      yield* fs.makeDirectory(`${directory}/removed`)
      assert.strictEqual(yield* runHost(homelessHost, [path, `${directory}/removed`]), "Hi!")
    }).pipe(Effect.provide(shellFake(ordinary)))
  )

  it.live.each(transports)("whose own working directory was removed says so if codex needs it, over %s", (transport) =>
    Effect.gen(function* () {
      const { directory, path } = yield* Fake
      yield* FileSystem.FileSystem.use((fs) => fs.makeDirectory(`${directory}/removed`))
      assert.strictEqual(
        yield* runHost(homelessHost, [path, `${directory}/removed`, transport]),
        'Invalid option "workingDirectory": expected an existing directory, since the working directory of this process ' +
          "is gone, got undefined"
      )
    }).pipe(Effect.provide(shellFake("echo 'Error: No such file or directory (os error 2)' >&2; exit 1")))
  )

  it.live.each([
    [{ workingDirectory: "more" }, "app-server"],
    [{ workingDirectory: "more" }, "exec"]
  ] as const)("whose own working directory was removed refuses relative ones: %j over %s", ([options, transport]) =>
    Effect.gen(function* () {
      const { directory, path } = yield* Fake
      yield* FileSystem.FileSystem.use((fs) => fs.makeDirectory(`${directory}/removed`))
      const said = yield* runHost(homelessHost, [path, `${directory}/removed`, transport, JSON.stringify(options)])
      assert.match(said, /^Invalid option "workingDirectory": expected an existing directory/)
      assert.isFalse(yield* wasStarted)
    }).pipe(Effect.provide(shellFake(starts)))
  )

  // A running turn takes three descriptors: one of the limits leaves two, one, and none.
  it.live.each([40, 41, 42])("with %i descriptors refuses what it can not start, and gets all of them back", (limit) =>
    Effect.gen(function* () {
      const { directory, path } = yield* Fake
      const printed = yield* runHost(crowdedHost, [path, `${directory}/gate`], `ulimit -n ${limit};`)
      const { after, before, next, outcomes } = yield* decodeReport(printed)
      const kinds = new Set(
        outcomes.map((outcome) =>
          outcome.replace(/\(\/.*?\)/, "(…)").replace(/^(OutputSchemaError true .*: EMFILE) .*/, "$1")
        )
      )
      assert.sameMembers(
        [...kinds],
        [
          "Hi!",
          "SpawnError true Could not start codex (…): EMFILE: too many open files; run fewer turns at once or raise the limit",
          "OutputSchemaError true The output schema can not be used: its temporary file could not be written: EMFILE"
        ]
      )
      assert.strictEqual(next, "Hi!")
      assert.strictEqual(after, before)
    }).pipe(Effect.provide(shellFake(`until [ -e "$(dirname "$0")/gate" ]; do sleep 0.05; done; ${ordinary}`)))
  )

  it.live("without a descriptor does not take codex for missing", () =>
    Effect.gen(function* () {
      const printed = yield* runHost(crowdedBuild, [], "unset CODEX_PATH; ulimit -n 60;")
      assert.deepStrictEqual(printed.split("\n"), [
        "SpawnError true Could not start codex (@openai/codex): EMFILE: too many open files to look for it; " +
          "try again later or raise the limit",
        "built"
      ])
    }).pipe(Effect.provide(shellFake(ordinary)))
  )

  describe("while a process is being started", () => {
    const steps = 60

    it.live.each(["interrupt", "close"] as const)("leaves nothing behind, at whatever step: %s", (how) =>
      Effect.gen(function* () {
        const all = yield* disturb(how, Number.POSITIVE_INFINITY)
        assert.isAbove(all, steps)
        for (let step = 1; step <= steps; step++) yield* disturb(how, Math.ceil((step * all) / steps))
        assert.strictEqual((yield* runTurn()).finalResponse, "Hi!")
      }).pipe(Effect.provide(shellFake(ordinary)))
    )
  })
})

const Report = Schema.Struct({
  outcomes: Schema.Array(Schema.String),
  next: Schema.String,
  before: Schema.Number,
  after: Schema.Number
})
const decodeReport = Schema.decodeUnknownEffect(Schema.fromJsonString(Report))
