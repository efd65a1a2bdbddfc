/** The review: what the agent is asked, and what becomes of its turn. */
import { Codex, type ThreadEvent, type ThreadOptions, type Usage } from "effect-codex"
import { ToolSet } from "effect-codex/tools"
import * as Tool from "effect/ai/Tool"
import * as Toolkit from "effect/ai/Toolkit"
import * as Effect from "effect/Effect"
import * as Ref from "effect/Ref"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { withoutShell } from "../support/render.ts"
import { Progress } from "./progress.ts"

/** The gravest first. */
export const severities = ["high", "medium", "low"] as const

const Finding = Schema.Struct({
  severity: Schema.Literals(severities),
  file: Schema.String.annotate({ description: "Path from the root of the repository" }),
  line: Schema.Int,
  title: Schema.String.annotate({ description: "The problem, in one line" }),
  explanation: Schema.String.annotate({ description: "What goes wrong and when, and how to mend it" })
})
export type Finding = typeof Finding.Type

/** With a tool, findings arrive one by one and typed, while the agent's messages stay prose. */
const ReviewTools = Toolkit.make(
  Tool.make("report_finding", {
    description: "Puts one problem of the reviewed changes into the report",
    parameters: Finding,
    success: Schema.Literal("noted")
  })
)

/** What is known of a review, while it runs and after. */
export interface Review {
  readonly findings: ReadonlyArray<Finding>
  /** Commands that ended or were declined, with how. */
  readonly commands: ReadonlyArray<{ readonly command: string; readonly result: string }>
  /** Of the agent; the summary, once the review is complete. */
  readonly lastMessage: string
  readonly usage: Usage | undefined
}

export const emptyReview: Review = { findings: [], commands: [], lastMessage: "", usage: undefined }

const follow = (review: Review, event: ThreadEvent): Review => {
  switch (event._tag) {
    case "ItemCompleted": {
      const { item } = event
      if (item._tag === "AgentMessage") return { ...review, lastMessage: item.text }
      if (item._tag !== "CommandExecution") return review
      const result = item.exitCode === undefined ? item.status : `exit code ${item.exitCode}`
      return { ...review, commands: [...review.commands, { command: withoutShell(item.command), result }] }
    }
    case "UsageUpdated":
      return { ...review, usage: event.total }
    default:
      return review
  }
}

const prompt = (report: string) => `Review the uncommitted changes of this repository: staged, unstaged and untracked.
Look for defects that they bring in, and check your suspicions where a command can tell. Do not change any file.
Call report_finding once for each problem, the worst first. Style is no problem.
Then say in one short paragraph whether the changes can be committed.
The file ${report} is your report: leave it out.`

/** Runs the review. What it has found so far is in the Ref at any time, also when it fails or is interrupted. */
export const runReview = Effect.fn("runReview")(function* (
  review: Ref.Ref<Review>,
  report: string,
  options: ThreadOptions
) {
  const codex = yield* Codex
  const progress = yield* Progress
  const handlers = ReviewTools.toLayer({
    report_finding: (finding) =>
      Ref.update(review, (before) => ({ ...before, findings: [...before.findings, finding] })).pipe(
        Effect.andThen(progress.finding(finding)),
        Effect.as("noted" as const)
      )
  })
  const tools = yield* ToolSet.make(ReviewTools).pipe(Effect.provide(handlers))
  const thread = yield* codex.startThread({ ...options, tools })
  yield* thread.stream(prompt(report)).pipe(
    Stream.runForEach((event) =>
      Effect.andThen(
        Ref.update(review, (before) => follow(before, event)),
        progress.event(event)
      )
    )
  )
})
