/**
 * Keeps a live table of all turns of an application: which thread, what it does now, how many events, how it ended. The
 * table hears of the turns by an `EventTap`; a terminal sees it change in place, a file gets its last state.
 *
 *   npm run build && node examples/12_live_table.ts
 */
import { NodeRuntime } from "@effect/platform-node"
import { Codex, EventTap, Exec, type TapEntry } from "effect-codex"
import { promptOf, reply, replyError, shellCommand } from "effect-codex/testing"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import { codexOnModel, offlineModel, Workspace } from "./support/offline.ts"
import { Screen } from "./support/screen.ts"

interface Row {
  readonly turn: number
  readonly thread: string
  readonly state: string
  readonly events: number
}

const emptyRow = (turn: number): Row => ({ turn, thread: "", state: "starts", events: 0 })

const update = (row: Row, entry: TapEntry): Row => {
  const thread = entry.threadId?.slice(-8) ?? row.thread
  switch (entry._tag) {
    case "TurnBegan":
      return row
    case "TurnEvent": {
      const { event } = entry
      const state =
        event._tag === "ItemStarted" ? `runs ${event.item._tag}` : event._tag === "TurnStarted" ? "thinks" : row.state
      return { ...row, thread, state, events: row.events + 1 }
    }
    case "TurnEnded":
      return { ...row, thread, state: entry.error === undefined ? entry.outcome : entry.error.reason._tag }
  }
}

const render = (rows: ReadonlyArray<Row>): string =>
  [
    "turn  thread    events  state",
    ...rows.map(({ events, state, thread, turn }) =>
      [String(turn).padEnd(4), thread.padEnd(8), String(events).padStart(6), state].join("  ")
    )
  ].join("\n")

/** Follows all turns until so many have ended. */
const followTurns = Effect.fn("followTurns")(function* (turns: number) {
  const tap = yield* EventTap
  const screen = yield* Screen
  const rows = new Map<number, Row>()
  let ended = 0
  yield* tap.entries.pipe(
    Stream.takeUntil((entry) => entry._tag === "TurnEnded" && ++ended === turns),
    Stream.runForEachArray((entries) => {
      for (const entry of entries) rows.set(entry.turn, update(rows.get(entry.turn) ?? emptyRow(entry.turn), entry))
      const states = [...rows.values()].map(({ state, turn }) => `${turn} ${state}`)
      return screen.status(states.join(", "))
    })
  )
  yield* screen.status("")
  yield* screen.print(render([...rows.values()]))
})

const application = Effect.gen(function* () {
  const codex = yield* Codex
  const { directory } = yield* Workspace
  yield* Effect.forEach(
    ["List the files", "Count the files", "Fail, please"],
    (prompt) =>
      Effect.gen(function* () {
        const thread = yield* codex.startThread({ workingDirectory: directory, sandboxMode: "danger-full-access" })
        yield* Effect.ignore(thread.run(prompt))
      }),
    { concurrency: 2 }
  )
})

const program = Effect.gen(function* () {
  // Listening before the first turn begins.
  const table = yield* Effect.forkChild(followTurns(3), { startImmediately: true })
  yield* application
  yield* Fiber.join(table)
})

const CodexWithTap = codexOnModel.pipe(Layer.provide(Exec.layer()), Layer.provideMerge(EventTap.layer()))

const Offline = offlineModel((request) => {
  if (promptOf(request)?.startsWith("Fail") === true) return replyError(401)
  return request.body.input.at(-1)?.type === "function_call_output"
    ? reply("Done.")
    : reply(shellCommand("ls", { login: false }))
})

program.pipe(
  Effect.provide(Layer.merge(CodexWithTap, Screen.layer).pipe(Layer.provideMerge(Offline))),
  NodeRuntime.runMain
)
