/**
 * A command line tool that reviews the uncommitted changes of a repository, and writes a report. See README.md.
 *
 *   npm run build && npx node examples/18_review/main.ts
 *   npm run build && npx node examples/18_review/main.ts --live --directory path/to/repository
 */
import { NodeRuntime, NodeServices } from "@effect/platform-node"
import type { ThreadOptions } from "effect-codex"
import { AppServer } from "effect-codex/app-server"
import * as CliError from "effect/cli/CliError"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Config from "effect/Config"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Path from "effect/Path"
import * as Ref from "effect/Ref"
import { askAtTerminal } from "../support/askAtTerminal.ts"
import { inline } from "../support/text.ts"
import { appServerOnModel, offlineModel, Workspace } from "../support/offline.ts"
import { changeWithoutCommit, files, script } from "./offline.ts"
import { Progress } from "./progress.ts"
import { announcementOf, statusOf, toMarkdown, usage } from "./report.ts"
import { emptyReview, runReview } from "./review.ts"

/** Reviews, and writes the report however the review ends. */
const reviewInto = Effect.fn("reviewInto")(function* (report: string, directory: string, options: ThreadOptions) {
  const fs = yield* FileSystem.FileSystem
  const progress = yield* Progress
  const review = yield* Ref.make(emptyReview)
  const write = Effect.fnUntraced(function* (status: string) {
    yield* fs
      .writeFileString(report, toMarkdown(yield* Ref.get(review), directory, status))
      .pipe(Effect.mapError(({ reason }) => new Error(`The report can not be written (${reason._tag}): ${report}`)))
  })
  // Now, so that a path that can not be written is told before the agent works.
  yield* write("**Running**: the review has not ended, or was killed.")
  yield* progress.lines(`Reviewing the uncommitted changes of ${inline(directory)}`).pipe(
    Effect.andThen(runReview(review, report, { ...options, workingDirectory: directory })),
    // Its message names an option of the library.
    Effect.catchReason("CodexError", "UntrustedDirectory", () =>
      Effect.fail(new Error(`${directory} is in no Git repository. Name a folder of one with --directory`))
    ),
    Effect.catchReason("CodexError", "TurnInterrupted", () => Effect.fail(new Error("You stopped the review"))),
    Effect.onExit((exit) =>
      Effect.andThen(write(statusOf(exit)), progress.lines(`\n${announcementOf(exit)}: ${report}`))
    )
  )
  const found = yield* Ref.get(review)
  yield* progress.lines(`Findings: ${found.findings.length}`)
  if (found.usage !== undefined) yield* progress.lines(`Usage: ${usage(found.usage)}`)
})

const AskAtTerminal = Layer.unwrap(Progress.useSync(({ lines }) => askAtTerminal(lines)))

/** codex with your own login. Its sandbox lets commands read only; it asks for everything else. */
const live = (report: string, directory: string, model: string | undefined) =>
  reviewInto(report, directory, { model, sandboxMode: "read-only", approvalPolicy: "on-request" }).pipe(
    Effect.provide(
      Layer.unwrap(
        Effect.map(Config.option(Config.Redacted("CODEX_API_KEY")), (apiKey) =>
          AppServer.layer({ apiKey: Option.getOrUndefined(apiKey) })
        )
      ).pipe(Layer.provide(AskAtTerminal))
    )
  )

/** codex with a model that follows a script. Its commands are ours, and not every container allows a sandbox. */
const scripted = (report: string, model: string | undefined) =>
  Effect.gen(function* () {
    yield* Console.log("Offline: the model follows a script, and the repository is a temporary one.")
    const { directory } = yield* Workspace
    yield* changeWithoutCommit(directory)
    yield* reviewInto(report, directory, { model, sandboxMode: "danger-full-access", approvalPolicy: "untrusted" })
  }).pipe(
    Effect.provide(appServerOnModel.pipe(Layer.provide(AskAtTerminal), Layer.provideMerge(offlineModel(script, files))))
  )

const review = Command.make(
  "review",
  {
    live: Flag.Boolean("live").pipe(
      Flag.withDefault(false),
      Flag.withDescription("Use your own codex login; without it a scripted model reviews a temporary repository")
    ),
    directory: Flag.Directory("directory", { mustExist: true }).pipe(
      Flag.optional,
      Flag.withDescription("Repository to review, with --live (default: the current directory)")
    ),
    report: Flag.File("report").pipe(
      Flag.optional,
      Flag.withDescription(
        "File to write, in place of one that is there (default: review.md in the repository; without --live in the current directory)"
      )
    ),
    model: Flag.String("model").pipe(Flag.optional, Flag.withDescription("Model to use (default: codex's own)"))
  },
  Effect.fnUntraced(
    function* (flags) {
      const path = yield* Path.Path
      const directory = path.resolve(Option.getOrElse(flags.directory, () => "."))
      const report = path.resolve(Option.getOrElse(flags.report, () => path.join(directory, "review.md")))
      const model = Option.getOrUndefined(flags.model)
      if (flags.live) return yield* live(report, directory, model)
      if (Option.isSome(flags.directory)) return yield* Effect.fail(new Error("--directory needs --live"))
      return yield* scripted(report, model)
    },
    Effect.mapError((error) => new CliError.UserError({ cause: error }))
  )
).pipe(Command.withDescription("Reviews the uncommitted changes of a Git repository"))

Command.run(review, { version: "1" }).pipe(
  Effect.provide(Progress.layer.pipe(Layer.provideMerge(NodeServices.layer))),
  NodeRuntime.runMain
)
