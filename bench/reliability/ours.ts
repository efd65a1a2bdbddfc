/** A case with effect-codex. */
import * as NodeServices from "@effect/platform-node/NodeServices"
import { Codex, Exec } from "effect-codex"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import { type HostedCase, isBegun, outputSchema, realConfig, restAfter, short, tally } from "./hosted.ts"

const layer = ({ baseUrl, executable }: HostedCase) =>
  Codex.layer(baseUrl === "" ? {} : { config: realConfig(baseUrl) }).pipe(
    Layer.provide(Exec.layer(executable === "" ? {} : { codexPath: executable })),
    Layer.provide(NodeServices.layer)
  )

export const run = (hosted: HostedCase): Promise<string> =>
  Effect.runPromise(Effect.provide(runTurns(hosted), layer(hosted)))

const runTurns = Effect.fn(function* ({ prompt, test }: HostedCase) {
  const { how, threadId, turns = 1 } = test
  const codex = yield* Codex
  const options = { skipGitRepoCheck: true, sandboxMode: "danger-full-access" } as const
  const thread = () => (threadId === undefined ? codex.startThread(options) : codex.resumeThread(threadId, options))
  const turnOptions = test.outputSchema === true ? { outputSchema } : {}
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
        Stream.runForEach((event) => (isBegun(test, event._tag) ? Effect.sync(begun.resolve) : Effect.void)),
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
