/** Shows at the terminal what the agent says and does, while it does it. */
import type { ThreadEvent } from "effect-codex"
import { TerminalCapabilities } from "effect/cli/TerminalCapabilities"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Terminal from "effect/Terminal"
import { withoutShell } from "../support/render.ts"
import { inline, visible } from "../support/text.ts"
import type { Finding } from "./review.ts"

// Writing fails too, and its failure is the one that counts.
const ignore = () => {}

export class Progress extends Context.Service<
  Progress,
  {
    readonly event: (event: ThreadEvent) => Effect.Effect<void>
    readonly finding: (finding: Finding) => Effect.Effect<void>
    /** One or more lines, below whatever is there. */
    readonly lines: (text: string) => Effect.Effect<void>
  }
>()("example/Progress") {
  static readonly layer = Layer.effect(
    Progress,
    Effect.gen(function* () {
      const terminal = yield* Terminal.Terminal
      const { canColor } = yield* TerminalCapabilities
      const dim = (text: string) => (canColor ? `\x1b[2m${text}\x1b[22m` : text)
      const bold = (text: string) => (canColor ? `\x1b[1m${text}\x1b[22m` : text)
      // Whoever reads the output may go away, such as `head`: that is taken for Ctrl-C.
      const display = (text: string) => Effect.catch(terminal.display(text), () => Effect.interrupt)
      yield* Effect.acquireRelease(
        Effect.sync(() => process.stdout.on("error", ignore)),
        () => Effect.sync(() => process.stdout.off("error", ignore))
      )

      // The message whose text ends where the cursor is.
      let open: string | undefined
      const lines = (text: string) =>
        Effect.suspend(() => {
          const end = open === undefined ? "" : "\n"
          open = undefined
          return display(`${end}${text}\n`)
        })
      const more = (itemId: string, delta: string) =>
        Effect.suspend(() => {
          const start = open === itemId ? "" : open === undefined ? "\n" : "\n\n"
          open = itemId
          return display(start + visible(delta))
        })

      const event = (event: ThreadEvent): Effect.Effect<void> => {
        switch (event._tag) {
          case "AgentMessageDelta":
            return more(event.itemId, event.delta)
          case "ItemStarted":
            return event.item._tag === "CommandExecution"
              ? lines(`\n${dim("$")} ${bold(inline(withoutShell(event.item.command)))}`)
              : Effect.void
          case "ItemCompleted": {
            const { item } = event
            if (item._tag === "Error") return lines(`! ${visible(item.message)}`)
            if (item._tag === "FileChange") return lines(dim(`  change ${item.status}`))
            if (item._tag !== "CommandExecution") return Effect.void
            const output = item.exitCode === 0 ? "" : visible(item.aggregatedOutput).trimEnd()
            const end = item.exitCode === undefined ? item.status : `exit code ${item.exitCode}`
            return lines(
              [...output.split("\n").slice(-5), end].flatMap((line) => line && [dim(`  ${line}`)]).join("\n")
            )
          }
          case "ThreadError":
            return lines(`! ${visible(event.message)}`)
          default:
            return Effect.void
        }
      }

      return Progress.of({
        event,
        lines,
        finding: ({ explanation, file, line, severity, title }) =>
          lines(
            `\n${bold(`● ${severity}: ${inline(title)}`)} ${dim(inline(`${file}:${line}`))}\n  ${inline(explanation)}`
          )
      })
    })
  )
}
