/** A case with the official SDK. */
import { Codex } from "@openai/codex-sdk"
import { type HostedCase, isBegun, outputSchema, realConfig, restAfter, short, tally } from "./hosted.ts"

const millisecond = () => new Promise((resolve) => setTimeout(resolve, 1))

export const run = async ({ baseUrl, executable, prompt, test }: HostedCase): Promise<string> => {
  const { how, threadId, turns = 1 } = test
  const codex = new Codex({
    ...(executable === "" ? {} : { codexPathOverride: executable }),
    ...(baseUrl === "" ? {} : { config: realConfig(baseUrl) })
  })
  const options = { skipGitRepoCheck: true, sandboxMode: "danger-full-access" } as const
  const thread = () => (threadId === undefined ? codex.startThread(options) : codex.resumeThread(threadId, options))
  const turnOptions = test.outputSchema === true ? { outputSchema } : {}
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
        for await (const event of events) if (isBegun(test, event.type)) controller.abort()
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
