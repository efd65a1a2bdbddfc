/** What the fakes print: events as codex 0.169 does, the same on every machine. */
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Path from "effect/Path"

const words =
  "the test reads a file and finds that its parser drops one line so we change how it splits them café naïve".split(" ")

/** Numbers that look random and are always the same. */
const makeRandom = () => {
  let state = 20_260_101
  return (below: number): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}

const started = { type: "thread.started", thread_id: "01a20318-f35c-7821-b4c9-6971645259e3" }
const completed = {
  type: "turn.completed",
  usage: {
    input_tokens: 48_213,
    cached_input_tokens: 40_960,
    cache_write_input_tokens: 0,
    output_tokens: 1893,
    reasoning_output_tokens: 704
  }
}

/** One turn of so many events, in lines of JSON: 235 bytes on average, 47 MB for 200,000. */
const mixedEvents = (count: number): ReadonlyArray<string> => {
  const random = makeRandom()
  const text = (length: number): string => {
    let sentence = ""
    while (sentence.length < length) sentence += `${words[random(words.length)]} `
    return sentence.trimEnd()
  }
  const events: Array<object> = [started, { type: "turn.started" }]
  let items = 0
  const complete = (item: object) => events.push({ type: "item.completed", item: { id: `item_${items++}`, ...item } })
  const work = (before: object, after: object) => {
    const id = `item_${items++}`
    events.push({ type: "item.started", item: { id, ...before } }, { type: "item.completed", item: { id, ...after } })
  }
  const kinds: ReadonlyArray<() => void> = [
    ...Array.from({ length: 5 }, () => () => {
      const command = `/bin/bash -lc 'rg -n "${text(20)}" src'`
      const output = `${text(30 + random(90))}\nsrc/${items}.ts:12:  ${text(30)}\n`
      const base = { type: "command_execution", command }
      work(
        { ...base, aggregated_output: "", exit_code: null, status: "in_progress" },
        { ...base, aggregated_output: output, exit_code: random(4) === 0 ? 1 : 0, status: "completed" }
      )
    }),
    ...Array.from({ length: 3 }, () => () => complete({ type: "agent_message", text: text(40 + random(120)) })),
    ...Array.from({ length: 3 }, () => () => complete({ type: "reasoning", text: `**${text(20)}**\n${text(60)}` })),
    () => {
      const changes = Array.from({ length: 1 + random(4) }, () => ({
        path: `/home/dev/project/src/${text(12)}.ts`,
        kind: "update"
      }))
      work(
        { type: "file_change", changes, status: "in_progress" },
        { type: "file_change", changes, status: "completed" }
      )
    },
    () => {
      const base = { type: "mcp_tool_call", server: "docs", tool: "search", arguments: { query: text(30), limit: 10 } }
      const content = [{ type: "text", text: text(70) }]
      work(
        { ...base, result: null, error: null, status: "in_progress" },
        { ...base, result: { content, structured_content: null }, error: null, status: "completed" }
      )
    },
    () => {
      const todos = Array.from({ length: 4 }, (_, index) => ({ text: text(18), completed: index < 2 }))
      events.push({ type: "item.updated", item: { id: "item_todo", type: "todo_list", items: todos } })
    },
    () => complete({ type: "web_search", query: text(30), action: { type: "search", query: text(30) } }),
    () => events.push({ type: "error", message: `Reconnecting... 1/5 (${text(40)})` })
  ]
  while (events.length < count - 1) kinds[random(kinds.length)]?.()
  return [...events.slice(0, count - 1), completed].map((event) => JSON.stringify(event))
}

/** A turn as most are: short. */
const shortTurn: ReadonlyArray<string> = [
  started,
  { type: "turn.started" },
  {
    type: "item.started",
    item: { id: "item_0", type: "command_execution", command: "ls", aggregated_output: "", status: "in_progress" }
  },
  {
    type: "item.completed",
    item: {
      id: "item_0",
      type: "command_execution",
      command: "ls",
      aggregated_output: "README.md\n",
      exit_code: 0,
      status: "completed"
    }
  },
  { type: "item.completed", item: { id: "item_1", type: "agent_message", text: "There is a README." } },
  completed
].map((event) => JSON.stringify(event))

/** Executables in the place of codex, in a folder of this scope. They read the prompt, as codex does. */
export const makeFakes = Effect.fn(function* (eventCount: number) {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const folder = yield* fs.makeTempDirectoryScoped({ prefix: "speed-" })
  const executable = Effect.fn(function* (name: string, code: string) {
    const file = path.join(folder, name)
    // `read` is a part of the shell: no process but the shell, which becomes `cat`.
    yield* fs.writeFileString(file, `#!/bin/sh\nread -r _; ${code}\n`, { mode: 0o755 })
    return file
  })
  const printing = Effect.fn(function* (name: string, lines: ReadonlyArray<string>) {
    const file = path.join(folder, `${name}.jsonl`)
    yield* fs.writeFileString(file, `${lines.join("\n")}\n`)
    return yield* executable(name, `exec cat "${file}"`)
  })
  return {
    /** Prints the mixed events. */
    events: yield* printing("events", mixedEvents(eventCount)),
    /** Prints a short turn. */
    turn: yield* printing("turn", shortTurn),
    /** Never says a thing. */
    silent: yield* executable("silent", "exec sleep 1000")
  }
})
