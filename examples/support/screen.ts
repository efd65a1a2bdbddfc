/**
 * Prints lines, with colours and a live status line where stdout is a terminal.
 *
 * Elsewhere, with NO_COLOR and on dumb terminals it prints plain text: no escape codes, no status line.
 */
import * as Clock from "effect/Clock"
import * as Config from "effect/Config"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Schedule from "effect/Schedule"
import * as Stdio from "effect/Stdio"
import * as Stream from "effect/Stream"
import * as Terminal from "effect/Terminal"

type Paint = (text: string) => string

/** Colours, which do nothing on a plain screen. */
export interface Style {
  readonly bold: Paint
  readonly dim: Paint
  readonly italic: Paint
  readonly red: Paint
  readonly green: Paint
  readonly yellow: Paint
  readonly cyan: Paint
  readonly magenta: Paint
  /** Code in running text. */
  readonly code: Paint
}

export class Screen extends Context.Service<
  Screen,
  {
    readonly style: Style
    /** Whether there is a status line. */
    readonly isLive: boolean
    /** Width for text. */
    readonly columns: number
    /** Prints a text and a newline above the status line. */
    readonly print: (text: string) => Effect.Effect<void>
    /** What is going on now; an empty text takes the status line away. */
    readonly status: (text: string) => Effect.Effect<void>
  }
>()("effect-codex/examples/Screen") {
  static readonly layer: Layer.Layer<Screen, never, Stdio.Stdio | Terminal.Terminal> = Layer.effect(
    Screen,
    Effect.suspend(() => make)
  )
}

const paint =
  (on: number, off: number): Paint =>
  (text) =>
    `\x1b[${on}m${text}\x1b[${off}m`

const colours: Style = {
  bold: paint(1, 22),
  dim: paint(2, 22),
  italic: paint(3, 23),
  red: paint(31, 39),
  green: paint(32, 39),
  yellow: paint(33, 39),
  cyan: paint(36, 39),
  magenta: paint(35, 39),
  code: paint(36, 39)
}

const same: Paint = (text) => text
const plain: Style = {
  bold: same,
  dim: same,
  italic: same,
  red: same,
  green: same,
  yellow: same,
  cyan: same,
  magenta: same,
  code: (text) => `\`${text}\``
}

const frames = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"]
const clearLine = "\r\x1b[2K"
const hideCursor = "\x1b[?25l"
const showCursor = "\x1b[?25h"

const variable = (name: string) => Effect.map(Effect.option(Config.String(name)), Option.getOrUndefined)

const make = Effect.gen(function* () {
  const stdio = yield* Stdio.Stdio
  const terminal = yield* Terminal.Terminal
  const isLive =
    (yield* stdio.stdoutIsTerminal) &&
    (yield* variable("NO_COLOR")) === undefined &&
    (yield* variable("TERM")) !== "dumb"
  const width = (yield* terminal.columns) || 100
  // Ends the program if nobody reads any more (`npm start | head`).
  const write = (text: string) => Stream.make(text).pipe(Stream.run(stdio.stdout({ endOnDone: false })), Effect.orDie)
  if (!isLive) {
    return Screen.of({
      style: plain,
      isLive,
      columns: 100,
      print: (text) => write(`${text}\n`),
      status: () => Effect.void
    })
  }

  let status = ""
  let since = 0
  let frame = 0
  const statusLine = Effect.map(Clock.currentTimeMillis, (now) => {
    if (status === "") return clearLine
    const seconds = ` ${Math.floor((now - since) / 1000)}s`
    const room = width - seconds.length - 5
    const text = status.length > room ? `${status.slice(0, room - 1)}…` : status
    const spinner = frames[frame % frames.length] ?? ""
    return `${clearLine}  ${colours.cyan(spinner)} ${colours.dim(`${text}${seconds}`)}`
  })
  const draw = Effect.flatMap(statusLine, write)

  yield* Effect.acquireRelease(write(hideCursor), () => write(`${clearLine}${showCursor}`))
  yield* Effect.suspend(() => {
    frame += 1
    return status === "" ? Effect.void : draw
  }).pipe(Effect.repeat(Schedule.spaced("80 millis")), Effect.forkScoped)

  return Screen.of({
    style: colours,
    isLive,
    columns: Math.min(width, 100),
    print: (text) => Effect.flatMap(statusLine, (line) => write(`${clearLine}${text}\n${line}`)),
    status: Effect.fnUntraced(function* (text) {
      if (text !== status) since = yield* Clock.currentTimeMillis
      status = text
      yield* draw
    })
  })
})
