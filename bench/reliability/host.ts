/**
 * One case in a process of its own, with one of the libraries: `node host.ts <library> <case> <executable> <base URL>`.
 * Prints what became of it as one line of JSON.
 */
import { NodeServices } from "@effect/platform-node"
import { Codex as OfficialCodex } from "@openai/codex-sdk"
import { Codex, Exec } from "effect-codex"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import { type Case, cases } from "./cases.ts"

const [library = "", id = "", executable = "", baseUrl = ""] = process.argv.slice(2)
const found = cases.find((entry) => entry.id === id)
if (found === undefined) throw new Error(`No case ${id}`)
const prompt = "x".repeat(found.promptLength ?? 2)
const outputSchema = { type: "object" }

/** The slow reader rests for a millisecond after so many events. */
const restAfter = 500
const millisecond = () => new Promise((resolve) => setTimeout(resolve, 1))
const short = (text: string) => {
  const line = text.slice(0, 1000).replace(/\s+/g, " ")
  return line.length > 90 ? `${line.slice(0, 90)}…` : line
}

// --- effect-codex

const layer = (options: { readonly model: boolean }) =>
  Codex.layer(options.model ? { config: realConfig } : {}).pipe(
    Layer.provide(Exec.layer(executable === "" ? {} : { codexPath: executable })),
    Layer.provide(NodeServices.layer)
  )

const ours = Effect.fn(function* ({ how, threadId, turns = 1, ...rest }: Case) {
  const codex = yield* Codex
  const options = { skipGitRepoCheck: true, sandboxMode: "danger-full-access" } as const
  const thread = () => (threadId === undefined ? codex.startThread(options) : codex.resumeThread(threadId, options))
  const turnOptions = rest.outputSchema === true ? { outputSchema } : {}
  const answer = Effect.flatMap(thread(), (one) => one.run(prompt, turnOptions))

  switch (how) {
    case "run": {
      const all = yield* Effect.forEach(
        Array.from({ length: turns }),
        () => Effect.match(answer, { onSuccess: (turn) => `"${short(turn.finalResponse)}"`, onFailure: explain }),
        { concurrency: "unbounded" }
      )
      return tally(all)
    }
    case "leave": {
      const one = yield* thread()
      const events = yield* one.stream(prompt).pipe(Stream.take(1), Stream.runCollect)
      return `left after ${events.length} event`
    }
    case "giveUp": {
      const one = yield* thread()
      const begun = Promise.withResolvers<void>()
      const fiber = yield* one.stream(prompt).pipe(
        Stream.runForEach((event) => (isBegun(event._tag) ? Effect.sync(begun.resolve) : Effect.void)),
        Effect.forkChild
      )
      yield* Effect.promise(() => begun.promise)
      yield* Fiber.interrupt(fiber)
      return "interrupted"
    }
    case "limit": {
      const one = yield* thread()
      return yield* Effect.match(one.run(prompt, { timeout: "1 second" }), {
        onSuccess: () => "completed",
        onFailure: explain
      })
    }
    case "readSlowly": {
      const one = yield* thread()
      let count = 0
      yield* one
        .stream(prompt)
        .pipe(Stream.runForEach(() => (++count % restAfter === 0 ? Effect.sleep(1) : Effect.void)))
      return `${count} events`
    }
  }
})

const explain = (error: { readonly reason: { readonly _tag: string }; readonly message: string }) =>
  `\`${error.reason._tag}\`: ${short(error.message)}`

// --- the official SDK

const official = async ({ how, threadId, turns = 1, ...rest }: Case): Promise<string> => {
  const codex = new OfficialCodex({
    ...(executable === "" ? {} : { codexPathOverride: executable }),
    ...(baseUrl === "" ? {} : { config: realConfig })
  })
  const options = { skipGitRepoCheck: true, sandboxMode: "danger-full-access" } as const
  const thread = () => (threadId === undefined ? codex.startThread(options) : codex.resumeThread(threadId, options))
  const turnOptions = rest.outputSchema === true ? { outputSchema } : {}
  switch (how) {
    case "run":
      return tally(
        await Promise.all(
          Array.from({ length: turns }, () =>
            thread()
              .run(prompt, turnOptions)
              .then((turn) => `"${short(turn.finalResponse)}"`, rejected)
          )
        )
      )
    case "leave": {
      const { events } = await thread().runStreamed(prompt)
      let count = 0
      for await (const _ of events) {
        count++
        break
      }
      return `left after ${count} event`
    }
    case "giveUp": {
      const controller = new AbortController()
      const { events } = await thread().runStreamed(prompt, { signal: controller.signal })
      try {
        for await (const event of events) if (isBegun(event.type)) controller.abort()
        return "ended as if it had completed"
      } catch (error) {
        return rejected(error)
      }
    }
    case "limit":
      return thread()
        .run(prompt, { signal: AbortSignal.timeout(1000) })
        .then(() => "completed", rejected)
    case "readSlowly": {
      const { events } = await thread().runStreamed(prompt)
      let count = 0
      for await (const _ of events) if (++count % restAfter === 0) await millisecond()
      return `${count} events`
    }
  }
}

const rejected = (error: unknown) =>
  error instanceof Error ? `${error.name}: ${short(error.message)}` : short(String(error))

// --- both

/** With the real codex a command must be running, with a fake its first event is enough. */
const isBegun = (event: string): boolean =>
  found.model === undefined ? true : event === "ItemStarted" || event === "item.started"

const realConfig = {
  model_provider: "local",
  model_providers: {
    local: { name: "local", base_url: baseUrl, wire_api: "responses", supports_websockets: false }
  }
}

const tally = (outcomes: ReadonlyArray<string>): string => {
  const counts = new Map<string, number>()
  for (const outcome of outcomes) counts.set(outcome, (counts.get(outcome) ?? 0) + 1)
  return [...counts].map(([outcome, count]) => (outcomes.length === 1 ? outcome : `${count} × ${outcome}`)).join(", ")
}

const startedAt = Date.now()
const outcome =
  library === "ours"
    ? await Effect.runPromise(ours(found).pipe(Effect.provide(layer({ model: baseUrl !== "" }))))
    : await official(found)
console.log(
  JSON.stringify({ outcome, seconds: (Date.now() - startedAt) / 1000, peakKilobytes: process.resourceUsage().maxRSS })
)
