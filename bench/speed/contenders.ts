/** The same turns with each contender. */
import { spawn } from "node:child_process"
import { once } from "node:events"
import type { Readable } from "node:stream"
import { NodeServices } from "@effect/platform-node"
import { Codex as OfficialCodex, type ThreadOptions as OfficialOptions } from "@openai/codex-sdk"
import { Codex, Exec, type ThreadOptions } from "effect-codex"
import { AppServer } from "effect-codex/app-server"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"
import * as Stream from "effect/Stream"

/** Who is measured. The floor is what any library would have to do: spawn, split, `JSON.parse`. */
export type ContenderName =
  | "ours"
  | "ours, event by event"
  | "ours, app-server"
  | "official"
  | "floor"
  | "floor, app-server"

/** A conversation. */
interface Conversation {
  /** Reads the events of a turn as they come, and resolves with their number. */
  readonly stream: (onFirst: () => void) => Promise<number>
  /** Waits for a turn, and resolves with the number of its items. */
  readonly run: () => Promise<number>
}

/** Begins conversations. */
export interface Contender {
  readonly begin: () => Promise<Conversation>
  readonly end: () => Promise<void>
}

const prompt = "go"
const options = { skipGitRepoCheck: true, sandboxMode: "danger-full-access" } as const satisfies ThreadOptions &
  OfficialOptions

export const makeContender = (name: ContenderName, executable: string): Contender => {
  switch (name) {
    case "ours":
      return ours(overExec(executable), false)
    case "ours, event by event":
      return ours(overExec(executable), true)
    case "ours, app-server":
      return ours(overAppServer(executable), false)
    case "official":
      return official(executable)
    case "floor":
      return floor(executable)
    case "floor, app-server":
      return appServerFloor(executable)
  }
}

const overExec = (codexPath: string) =>
  Codex.layer().pipe(Layer.provide(Exec.layer({ codexPath })), Layer.provide(NodeServices.layer))

const overAppServer = (codexPath: string) => AppServer.layer({}, { codexPath }).pipe(Layer.provide(NodeServices.layer))

const ours = <E>(layer: Layer.Layer<Codex, E>, eventByEvent: boolean): Contender => {
  const runtime = ManagedRuntime.make(layer)
  return {
    begin: async () => {
      const thread = await runtime.runPromise(Codex.use((codex) => codex.startThread(options)))
      return {
        stream: (onFirst) =>
          runtime.runPromise(
            Effect.suspend(() => {
              let count = 0
              const see = () => {
                if (count++ === 0) onFirst()
              }
              const events = thread.stream(prompt)
              return Effect.map(
                eventByEvent
                  ? Stream.runForEach(events, () => Effect.sync(see))
                  : Stream.runForEachArray(events, (batch) => Effect.sync(() => batch.forEach(see))),
                () => count
              )
            })
          ),
        run: async () => (await runtime.runPromise(thread.run(prompt))).items.length
      }
    },
    end: () => runtime.dispose()
  }
}

const official = (codexPathOverride: string): Contender => {
  const codex = new OfficialCodex({ codexPathOverride })
  return {
    begin: async () => {
      const thread = codex.startThread(options)
      return {
        stream: async (onFirst) => {
          const { events } = await thread.runStreamed(prompt)
          let count = 0
          for await (const _ of events) if (count++ === 0) onFirst()
          return count
        },
        run: async () => (await thread.run(prompt)).items.length
      }
    },
    end: () => Promise.resolve()
  }
}

/** Calls with each line of a process, parsed. */
const onLines = <A>(output: Readable, onLine: (parsed: A) => void): void => {
  let rest = ""
  output.setEncoding("utf8")
  output.on("data", (text: string) => {
    const lines = (rest + text).split("\n")
    rest = lines.pop() ?? ""
    for (const line of lines) onLine(JSON.parse(line))
  })
}

interface WireEvent {
  readonly type: string
  readonly item?: unknown
}

const floor = (executable: string): Contender => {
  const turn = (onEvent: (event: WireEvent) => void): Promise<void> => {
    const done = Promise.withResolvers<void>()
    const args = ["exec", "--experimental-json", "--skip-git-repo-check", "--sandbox", "danger-full-access"]
    const child = spawn(executable, args, { stdio: ["pipe", "pipe", "ignore"] })
    onLines(child.stdout, onEvent)
    child.on("error", done.reject)
    child.on("close", () => done.resolve())
    child.stdin.end(prompt)
    return done.promise
  }
  return {
    begin: async () => ({
      stream: async (onFirst) => {
        let count = 0
        await turn(() => {
          if (count++ === 0) onFirst()
        })
        return count
      },
      run: async () => {
        const items: Array<unknown> = []
        await turn((event) => {
          if (event.type === "item.completed") items.push(event.item)
        })
        return items.length
      }
    }),
    end: () => Promise.resolve()
  }
}

interface RpcMessage {
  readonly id?: number
  readonly method?: string
  readonly params?: { readonly item?: { readonly type: string } }
  readonly result?: { readonly thread?: { readonly id: string } }
}

/** Turns on one app-server, with nothing but JSON-RPC. */
const appServerFloor = (executable: string): Contender => {
  const child = spawn(executable, ["app-server"], { stdio: ["pipe", "pipe", "ignore"] })
  let onMessage: ((message: RpcMessage) => void) | undefined
  onLines<RpcMessage>(child.stdout, (message) => onMessage?.(message))
  let id = 0
  const ask = (method: string, params: object, isOver: (message: RpcMessage, id: number) => boolean) =>
    new Promise<RpcMessage>((resolve) => {
      const own = ++id
      onMessage = (message) => isOver(message, own) && resolve(message)
      child.stdin.write(`${JSON.stringify({ id: own, method, params })}\n`)
    })
  const isAnswer = (message: RpcMessage, own: number) => message.id === own && message.method === undefined
  const start = async () => {
    const clientInfo = { name: "floor", title: "floor", version: "1" }
    await ask("initialize", { clientInfo, capabilities: { experimentalApi: true } }, isAnswer)
    const { result } = await ask("thread/start", { sandbox: options.sandboxMode, approvalPolicy: "never" }, isAnswer)
    return result?.thread?.id
  }
  return {
    begin: async () => {
      const threadId = await start()
      const run = async () => {
        let items = 0
        const input = [{ type: "text", text: prompt, text_elements: [] }]
        await ask("turn/start", { threadId, input }, ({ method, params }) => {
          if (method === "item/completed" && params?.item?.type !== "userMessage") items++
          return method === "turn/completed"
        })
        return items
      }
      return { stream: run, run }
    },
    end: async () => {
      child.stdin.end()
      await once(child, "close")
    }
  }
}
