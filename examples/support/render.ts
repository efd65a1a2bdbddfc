/** Shows a turn on the screen while it happens: every event, then the answer and what it cost. */
import { type CodexError, ThreadEvent, ThreadItem, type Usage } from "effect-codex"
import * as Clock from "effect/Clock"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Runtime from "effect/Runtime"
import * as Stream from "effect/Stream"
import { Screen, type Style } from "./screen.ts"
import { visible } from "./text.ts"

/** Runs the turn and prints it. */
export const showTurn = Effect.fnUntraced(function* <E, R>(
  prompt: string,
  directory: string,
  events: Stream.Stream<ThreadEvent, E, R>
) {
  const { columns, print, status, style } = yield* Screen
  const startedAt = yield* Clock.currentTimeMillis
  const startTimes = new Map<string, number>()
  // The last message is the answer, so each waits for the event that comes after it.
  let heldMessage: string | undefined
  let usage: Usage | undefined

  const releaseMessage = Effect.suspend(() => {
    const text = heldMessage
    heldMessage = undefined
    return text === undefined ? Effect.void : print(block(message(text, columns - 4, style)))
  })

  const showItem = Effect.fnUntraced(function* (item: ThreadItem) {
    yield* releaseMessage
    if (item._tag === "AgentMessage") {
      heldMessage = item.text
      return
    }
    const start = startTimes.get(item.id ?? "")
    const time = start === undefined ? undefined : (yield* Clock.currentTimeMillis) - start
    yield* print(block(itemText(item, directory, columns - 4, style, time)))
  })

  yield* print(`\n${style.cyan("›")} ${style.bold(prompt)}`)
  yield* status("Starting codex")
  yield* events.pipe(
    Stream.runForEach((event) =>
      ThreadEvent.matchOrElse(
        event,
        {
          ThreadStarted: ({ threadId }) => print(style.dim(`  thread ${threadId}`)),
          TurnStarted: () => status("Thinking"),
          ItemStarted: Effect.fnUntraced(function* ({ item }) {
            startTimes.set(item.id ?? "", yield* Clock.currentTimeMillis)
            yield* releaseMessage
            yield* status(progress(item))
          }),
          ItemUpdated: ({ item }) => showItem(item),
          ItemCompleted: ({ item }) => Effect.andThen(showItem(item), status("Thinking")),
          ThreadError: ({ message }) => print(block(style.yellow(`! ${visible(message)}`))),
          TurnCompleted: (event) => Effect.sync(() => (usage = event.usage)),
          TurnFailed: () => releaseMessage,
          UnknownEvent: ({ type }) => print(block(style.dim(`? ${visible(type ?? "output that is no event")}`)))
        },
        () => Effect.void
      )
    ),
    Effect.ensuring(status(""))
  )

  const seconds = ((yield* Clock.currentTimeMillis) - startedAt) / 1000
  yield* heading("Answer")
  yield* print(block(paragraph(heldMessage ?? "(none)", columns - 2, style)))
  yield* heading("Usage")
  yield* print(`  ${usage === undefined ? "unknown" : usageText(usage)} · ${seconds.toFixed(1)} s`)
})

/** Prints a diff as Git writes it. */
export const showDiff = Effect.fnUntraced(function* (diff: string) {
  const { print, style } = yield* Screen
  yield* heading("Changes")
  if (diff === "") return yield* print(style.dim("  none\n"))
  const lines = visible(diff)
    .split("\n")
    .flatMap((line) => {
      if (/^(diff --git|index|---|new file|deleted file) ?/.test(line)) return []
      if (line.startsWith("+++ ")) return [style.bold(line.replace(/^\+\+\+ (b\/)?/, ""))]
      if (line.startsWith("@@")) return [style.cyan(line)]
      if (line.startsWith("+")) return [style.green(line)]
      return [line.startsWith("-") ? style.red(line) : line]
    })
  yield* print(`${lines.map((line) => (line === "" ? "" : `  ${line}`)).join("\n")}\n`)
})

/** Ends the program with code 1 and no further words. */
export class Failed extends Data.TaggedError("Failed") {
  override readonly [Runtime.errorReported] = false
}

/** Prints why a turn failed. */
export const showFailure = Effect.fnUntraced(function* (error: CodexError) {
  const { print, style } = yield* Screen
  const again = error.isRetryable ? "\n  The same call may succeed later." : ""
  yield* print(`\n${style.red("✖")} ${style.bold(error.reason._tag)}\n  ${error.message}${again}\n`)
})

const heading = Effect.fnUntraced(function* (title: string) {
  const { columns, print, style } = yield* Screen
  yield* print(`\n${style.bold(title)} ${style.dim("─".repeat(Math.max(0, columns - title.length - 1)))}`)
})

const progress = (item: ThreadItem): string =>
  visible(
    ThreadItem.matchOrElse(
      item,
      {
        CommandExecution: ({ command }) => `Running ${withoutShell(command)}`,
        FileChange: () => "Changing files",
        McpToolCall: ({ server, tool }) => `Calling ${server}/${tool}`,
        CollabToolCall: ({ tool }) => `Working with other agents (${tool})`,
        WebSearch: ({ query }) => `Searching the web for ${query}`
      },
      () => "Thinking"
    )
  )

const itemText = (
  item: ThreadItem,
  directory: string,
  width: number,
  style: Style,
  milliseconds: number | undefined
): string => {
  // codex holds back the start of short commands: below a second the time would be too small.
  const time =
    milliseconds === undefined || milliseconds < 1000 ? "" : style.dim(` · ${(milliseconds / 1000).toFixed(1)} s`)
  const outcome = (status: string) => (status === "failed" || status === "declined" ? style.red(` ✖ ${status}`) : "")
  return ThreadItem.match(item, {
    AgentMessage: ({ text }) => message(text, width, style),
    Reasoning: ({ text }) =>
      style.dim(style.italic(`✻ ${visible(text).replaceAll("**", "").replaceAll("\n", "\n  ")}`)),
    CommandExecution: ({ aggregatedOutput, command, exitCode, status }) => {
      const result = exitCode === 0 ? style.green(" ✔") : style.red(` ✖ ${exitCode === undefined ? status : exitCode}`)
      const head = `${style.magenta("$")} ${style.bold(visible(withoutShell(command)))}${result}${time}`
      return `${head}${commandOutput(aggregatedOutput, width, style)}`
    },
    FileChange: ({ changes, status }) =>
      changes
        .map(({ kind, path }) => `${style.magenta("✎")} ${kind} ${style.bold(visible(within(directory, path)))}`)
        .join("\n")
        .concat(outcome(status)),
    McpToolCall: ({ error, server, status, tool }) =>
      `${style.magenta("⚙")} ${visible(`${server}/${tool}`)}${outcome(status)}${error === undefined ? "" : ` ${visible(error.message)}`}${time}`,
    CollabToolCall: ({ status, tool }) => `${style.magenta("⚙")} ${visible(tool)}${outcome(status)}${time}`,
    WebSearch: ({ query }) => `${style.magenta("⌕")} ${visible(query)}`,
    TodoList: ({ items }) =>
      items
        .map(({ completed, text }) =>
          completed ? style.dim(`${style.green("✔")} ${visible(text)}`) : `○ ${visible(text)}`
        )
        .join("\n"),
    Plan: ({ text }) => message(text, width, style),
    DynamicToolCall: ({ status, tool }) => `${style.magenta("⚙")} ${visible(tool)}${outcome(status)}${time}`,
    ContextCompaction: () => style.dim("⋯ history shortened"),
    Error: ({ message }) => style.yellow(`! ${visible(message)}`),
    UnknownItem: ({ type }) => style.dim(`? ${visible(type ?? "unknown item")}`)
  })
}

const maxOutputLines = 12

const commandOutput = (output: string, width: number, style: Style): string => {
  const lines = visible(output).trimEnd().split("\n")
  if (output.trimEnd() === "") return ""
  const shown = lines
    .slice(0, maxOutputLines)
    .map((line) => (line.length > width ? `${line.slice(0, width - 1)}…` : line))
  const more = lines.length > shown.length ? [`… ${lines.length - shown.length} more lines`] : []
  return [...shown, ...more].map((line) => `\n${style.dim(`│ ${line}`)}`).join("")
}

/** codex runs `/bin/bash -lc 'the command'`. */
export const withoutShell = (command: string): string => {
  const inner = /^\S*sh -l?c (.*)$/s.exec(command)?.[1] ?? command
  const quoted = /^(['"])(.*)\1$/s.exec(inner)?.[2]
  return quoted === undefined ? inner : quoted.replaceAll(`'\\''`, "'")
}

const within = (directory: string, path: string): string =>
  path.startsWith(`${directory}/`) ? path.slice(directory.length + 1) : path

const usageText = (usage: Usage): string =>
  `${usage.inputTokens} tokens in (${usage.cachedInputTokens} cached), ` +
  `${usage.outputTokens} out (${usage.reasoningOutputTokens} reasoning)`

const block = (text: string): string => text.replace(/^(?=.)/gm, "  ")

const paragraph = (text: string, width: number, style: Style): string =>
  visible(text)
    .split("\n")
    .flatMap((line) => wrap(line, width))
    .join("\n")
    .replace(/`([^`\n]+)`/g, (_, code: string) => style.code(code))

const message = (text: string, width: number, style: Style): string =>
  `${style.green("●")} ${paragraph(text, width - 2, style).replaceAll("\n", "\n  ")}`

const wrap = (line: string, width: number): ReadonlyArray<string> => {
  const lines: Array<string> = []
  let current = ""
  for (const word of line.split(" ")) {
    if (current !== "" && current.length + word.length >= width) {
      lines.push(current)
      current = word
    } else current = current === "" ? word : `${current} ${word}`
  }
  return [...lines, current]
}
