/**
 * The agents that turns have started, which work on threads of their own on the same connection.
 *
 * codex 0.169 does not stop them with the turn that has started them: whoever interrupts it has to.
 */
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Predicate from "effect/Predicate"
import type { RpcError } from "../../AppServerError.ts"
import { endCommands, noteCommand, type OpenCommands } from "./openCommands.ts"
import type { Notification } from "../AppServer.ts"
import type { RequestFailure } from "./rpc.ts"
import { isUnloaded } from "./threadStatus.ts"
import type { Ask } from "./threads.ts"

/** The agents of one connection. */
export interface SubAgents {
  /** Plain code, for the notifications of all threads. `isOwn` are those on which we run a turn. */
  readonly read: (threadId: string, notification: Notification, isOwn: boolean) => void
  /** The turn that the agent of a thread works for in the end, as long as it does. */
  readonly rootOf: (threadId: string) => string | undefined
  /** Interrupts all that a turn has started, and ends their commands. */
  readonly stop: (turnId: string, ask: Ask) => Effect.Effect<void, Exclude<RequestFailure, RpcError>>
  /** A turn is over by itself: its agents may go on. */
  readonly forget: (turnId: string) => void
}

interface SubAgent {
  readonly threadId: string
  /** None before its turn has begun. */
  readonly turnId: string | undefined
  /** The turn in which it all began. */
  readonly root: string
  isOver: boolean
  readonly commands: OpenCommands
}

type Params = Readonly<Record<string, unknown>>

const isParams = (value: unknown): value is Params => Predicate.isObject(value)

/** Keeps account of the agents of a connection. */
export const makeSubAgents = (): SubAgents => {
  const agents = new Map<string, SubAgent>()
  let change = Deferred.makeUnsafe<void>()
  const changed = Effect.suspend(() => Deferred.await(change))

  const announce = (): void => {
    Deferred.doneUnsafe(change, Exit.void)
    change = Deferred.makeUnsafe()
  }

  const set = (threadId: string, root: string, turnId?: string): void => {
    agents.set(threadId, { threadId, turnId, root, isOver: false, commands: new Map() })
  }

  const readTurn = (threadId: string, method: string, { turn }: Params, isOwn: boolean): void => {
    if (!isParams(turn)) return
    const { id, rootTurnId: root } = turn
    if (method === "turn/started") {
      // A review's runs on the thread of the review.
      if (isOwn) return
      if (typeof id === "string" && typeof root === "string" && id !== root) set(threadId, root, id)
      return
    }
    const agent = agents.get(threadId)
    if (agent === undefined) return
    agent.isOver = true
    if (agent.commands.size === 0) agents.delete(threadId)
  }

  const readItem = (threadId: string, method: string, { item, turnId }: Params): void => {
    if (!isParams(item)) return
    if (item["type"] === "subAgentActivity") {
      const { agentThreadId: started, kind } = item
      if (method !== "item/started" || kind !== "started") return
      // An agent's own agents belong to the same turn.
      if (typeof started === "string" && typeof turnId === "string" && !agents.has(started)) {
        set(started, agents.get(threadId)?.root ?? turnId)
      }
      return
    }
    const agent = agents.get(threadId)
    if (agent === undefined || item["type"] !== "commandExecution") return
    noteCommand(agent.commands, method === "item/started", item)
    if (agent.isOver && agent.commands.size === 0) agents.delete(threadId)
  }

  const stopAgent = (agent: SubAgent, ask: Ask) =>
    Effect.gen(function* () {
      const { threadId, turnId } = agent
      // What is refused is tried again when codex has told more of it.
      const interrupt =
        turnId === undefined
          ? Effect.succeed(false)
          : ask("turn/interrupt", { threadId, turnId }).pipe(
              Effect.as(true),
              Effect.catchTag("RpcError", () => Effect.succeed(false))
            )
      while (!agent.isOver && !(yield* interrupt)) {
        yield* changed
        // Its turn has begun, or it was closed.
        if (agents.get(threadId) !== agent) return
      }
      while (!agent.isOver) yield* changed
      yield* endCommands(ask, threadId, agent.commands, changed)
    }).pipe(
      // It was closed.
      Effect.catchTag("RpcError", () => Effect.void),
      Effect.ensuring(Effect.sync(() => agents.get(agent.threadId) === agent && agents.delete(agent.threadId)))
    )

  const ofRoot = (turnId: string): ReadonlyArray<SubAgent> => [...agents.values()].filter(({ root }) => root === turnId)

  return {
    read: (threadId, { method, params }, isOwn) => {
      if (!isParams(params)) return
      const gone = isUnloaded({ method, params }) ? agents.get(threadId) : undefined
      if (gone !== undefined) {
        gone.isOver = true
        gone.commands.clear()
        agents.delete(threadId)
        announce()
        return
      }
      switch (method) {
        case "turn/started":
        case "turn/completed":
          readTurn(threadId, method, params, isOwn)
          break
        case "item/started":
        case "item/completed":
          readItem(threadId, method, params)
          break
        default:
          return
      }
      announce()
    },
    rootOf: (threadId) => agents.get(threadId)?.root,
    stop: (turnId, ask) =>
      Effect.gen(function* () {
        // Each may have started others meanwhile.
        for (let all = ofRoot(turnId); all.length > 0; all = ofRoot(turnId)) {
          yield* Effect.forEach(all, (agent) => stopAgent(agent, ask), { concurrency: "unbounded", discard: true })
        }
      }),
    forget: (turnId) => {
      for (const { threadId, turnId: begun } of ofRoot(turnId)) if (begun === undefined) agents.delete(threadId)
    }
  }
}
