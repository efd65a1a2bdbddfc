import { assert, describe, it } from "@effect/vitest"
import { NodeServices } from "@effect/platform-node"
import * as Arbitrary from "effect/Arbitrary"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { makeServer } from "../../src/app-server/internal/server.ts"
import { makeRunningPrompts } from "../../src/app-server/internal/runningPrompts.ts"
import { makeLineSplitter } from "../../src/internal/lines.ts"
import { makeRedact } from "../../src/internal/redact.ts"
import { makeMemoryServer } from "../support/memoryServer.ts"
import { cut } from "../support/wireEvents.ts"

const turnCount = 4
const natural = Arbitrary.schema(Schema.Natural)

/** What a server says: the next delta of one of the turns, or something that is nobody's. */
const plan = Arbitrary.all({
  steps: Arbitrary.array(
    Arbitrary.map(natural, (n) => n % (turnCount + 2)),
    { maxLength: 60 }
  ),
  // Natural numbers are small.
  places: Arbitrary.array(
    Arbitrary.map(natural, (n) => n * 7919),
    { maxLength: 30 }
  )
})

const threadId = (index: number): string => `01a20325-ae24-7481-b785-00000000000${index}`
const turnId = (index: number): string => `turn-${index}`

const delta = (index: number, turn: string, text: string) => ({
  method: "item/agentMessage/delta",
  params: { threadId: threadId(index), turnId: turn, itemId: "m", delta: text }
})

const messages = (steps: ReadonlyArray<number>): ReadonlyArray<unknown> => {
  const counts = Array.from({ length: turnCount }, () => 0)
  const said = steps.map((step) => {
    if (step === turnCount) return delta(0, "another turn", "stray 🙂")
    if (step > turnCount) return delta(9, turnId(0), "stray\u2028")
    const count = counts[step] ?? 0
    counts[step] = count + 1
    return delta(step, turnId(step), `${step}: ${count} é🙂`)
  })
  const ends = counts.map((_, index) => ({
    method: "turn/completed",
    params: { threadId: threadId(index), turn: { id: turnId(index), status: "completed" } }
  }))
  return [...said, ...ends]
}

const settings = {
  codex: {},
  gracePeriod: Duration.seconds(1),
  maxLineBytes: 10_000,
  requestTimeout: Duration.seconds(5),
  startTimeout: Duration.seconds(5),
  maxInFlight: 64,
  maxBufferedEvents: 1000,
  maxLoadedThreads: 32,
  strict: false,
  prompts: makeRunningPrompts(makeRedact([], ""))
}

describe("turns that run side by side", () => {
  it.live.prop(
    "have each their own events, all of them, in order, however they come",
    { plan },
    ({ plan: { places, steps } }) =>
      Effect.gen(function* () {
        const server = yield* makeMemoryServer
        const { codex } = yield* makeServer(settings, Effect.succeed(server.transport), false)
        const reply = (result: unknown) => Effect.flatMap(server.hear, ({ id }) => server.say({ id, result }))
        const turns = yield* Effect.forEach(
          Array.from({ length: turnCount }, (_, index) => index),
          Effect.fnUntraced(function* (index) {
            const thread = yield* codex.startThread()
            const deltas = thread.stream("go").pipe(
              Stream.filter((event) => event._tag === "AgentMessageDelta"),
              Stream.map((event) => event.delta),
              Stream.runCollect
            )
            const fiber = yield* Effect.forkChild(deltas)
            if (index === 0) {
              yield* reply({})
              yield* server.hear
            }
            yield* reply({ thread: { id: threadId(index) } })
            yield* reply({ turn: { id: turnId(index) } })
            return fiber
          })
        )
        const bytes = new TextEncoder().encode(
          messages(steps)
            .map((message) => `${JSON.stringify(message)}\n`)
            .join("")
        )
        const splitter = makeLineSplitter(settings.maxLineBytes)
        for (const chunk of cut(bytes, places)) {
          const lines: Array<string> = []
          assert.isTrue(Option.isNone(splitter.push(chunk, lines)))
          yield* server.print(...lines)
          yield* Effect.yieldNow
        }
        const seen = yield* Effect.forEach(turns, Fiber.join)
        for (const [index, deltas] of seen.entries()) {
          const count = steps.filter((step) => step === index).length
          assert.deepStrictEqual(
            deltas,
            Array.from({ length: count }, (_, n) => `${index}: ${n} é🙂`)
          )
        }
      }).pipe(Effect.scoped, Effect.provide(NodeServices.layer)),
    { arbitrary: { runs: 150 } }
  )
})
