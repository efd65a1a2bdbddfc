/** What may go wrong around a turn. Each case runs in a host process of its own, once with each library. */

/** A case, as the host gets it. */
export interface Case {
  readonly id: string
  readonly group: "Process" | "Output" | "Memory" | "Stopping" | "Host" | "Caller" | "The real codex"
  readonly what: string
  /** The executable in the place of codex, with its `#!` line. Without one it is the real codex. */
  readonly fake?: string
  /**
   * What the host does: it runs a turn to its end; leaves the stream after the first event; gives up a turn that has
   * begun (interruption here, an AbortSignal there); or gives it a second (`timeout` here, an AbortSignal there).
   */
  readonly how: "run" | "leave" | "giveUp" | "limit" | "readSlowly"
  /** Characters of the prompt. */
  readonly promptLength?: number
  readonly outputSchema?: boolean
  readonly threadId?: string
  readonly env?: Readonly<Record<string, string>>
  /** How many turns at once. */
  readonly turns?: number
  /** Limit of open files. */
  readonly openFiles?: number
  /** What the real codex's model does. */
  readonly model?: "sleeps" | "isNotThere"
  /** Longest time for the host, in seconds. */
  readonly patience?: number
}

// They read their prompt, as codex does, unless the case is about that.
const node = (code: string) =>
  `#!${process.execPath}\n"use strict"; const fs = require("node:fs"); fs.readFileSync(0);\n${code}\n`
const bash = (code: string) => `#!/bin/bash\ncat >/dev/null; ${code}\n`

const started = '{"type":"thread.started","thread_id":"01a20318-f35c-7821-b4c9-6971645259e3"}'
const message = (text: string) =>
  JSON.stringify({ type: "item.completed", item: { id: "item_0", type: "agent_message", text } })
const completed =
  '{"type":"turn.completed","usage":{"input_tokens":1,"cached_input_tokens":0,"cache_write_input_tokens":0,"output_tokens":1,"reasoning_output_tokens":0}}'
const turn = [started, '{"type":"turn.started"}', message("Hi!"), completed]

const write = (...lines: ReadonlyArray<string>) => `fs.writeSync(1, ${JSON.stringify(`${lines.join("\n")}\n`)});`
const printf = (...lines: ReadonlyArray<string>) => `printf '%s\\n' ${lines.map((line) => `'${line}'`).join(" ")}`
const live = "setInterval(() => {}, 1e6);"
/** Writes a text again and again, and waits whenever nobody reads. */
const repeat = (fd: 1 | 2, text: string, times: number) =>
  `const block = Buffer.from(${JSON.stringify(text)}.repeat(Math.ceil(65536 / ${text.length})));
   for (let left = ${text.length * times}; left > 0; left -= block.length) fs.writeSync(${fd}, block, 0, Math.min(left, block.length));`

// 240 bytes with its newline: five million of them are 1.2 GB.
const event = `${message("x".repeat(240 - message("").length - 1))}\n`

export const cases: ReadonlyArray<Case> = [
  { id: "ordinary", group: "Process", what: "An ordinary turn", how: "run", fake: node(write(...turn)) },
  {
    id: "unread-prompt",
    group: "Process",
    what: "codex exits before it reads a prompt of 1 million characters",
    how: "run",
    promptLength: 1_000_000,
    fake: "#!/bin/bash\nexec <&-; exit 3\n"
  },
  { id: "silent", group: "Process", what: "codex exits with 0 and says nothing", how: "run", fake: bash("exit 0") },
  {
    id: "half-way",
    group: "Process",
    what: "codex exits with 7 half-way",
    how: "run",
    fake: bash(`${printf(started)}; echo 'Error: it broke' >&2; exit 7`)
  },
  {
    id: "killed",
    group: "Process",
    what: "codex is killed half-way",
    how: "run",
    fake: bash(`${printf(started)}; kill -9 $$`)
  },
  {
    id: "completed-exit",
    group: "Process",
    what: "codex exits with 9 after `turn.completed`",
    how: "run",
    fake: bash(`${printf(...turn)}; exit 9`)
  },
  {
    id: "lives-on",
    group: "Process",
    what: "codex completes its turn and lives on",
    how: "run",
    fake: node(`${write(...turn)} ${live}`)
  },
  {
    id: "closes-output",
    group: "Process",
    what: "codex closes its output and lives on",
    how: "run",
    fake: bash(`${printf(started)}; exec >&- 2>&-; sleep 300`)
  },
  {
    id: "descendant",
    group: "Process",
    what: "A descendant of codex holds its output open",
    how: "run",
    fake: bash(`sleep 300 & ${printf(...turn)}`)
  },
  {
    id: "descendant-session",
    group: "Process",
    what: "The same, in a session of its own (it outlives codex in the ordinary way too)",
    how: "run",
    fake: bash(`setsid sleep 30 & ${printf(...turn)}`)
  },
  {
    id: "not-executable",
    group: "Process",
    what: "The executable is no program",
    how: "run",
    fake: "#!/nonexistent/interpreter\n"
  },
  {
    id: "no-json",
    group: "Output",
    what: "A banner before the first event",
    how: "run",
    fake: bash(`${printf("Welcome!", ...turn)}`)
  },
  {
    id: "half-line",
    group: "Output",
    what: "The output ends in the middle of a line",
    how: "run",
    fake: node(`${write(started)} fs.writeSync(1, '{"type":"turn.comp')`)
  },
  {
    id: "not-utf8",
    group: "Output",
    what: "Bytes that are not UTF-8 in a message",
    how: "run",
    fake: node(
      `fs.writeSync(1, Buffer.from(${JSON.stringify(`${message("<>")}\n${completed}\n`)}.replace("<>", "\\xff"), "latin1"))`
    )
  },
  { id: "bom", group: "Output", what: "A byte order mark", how: "run", fake: node(write(`\ufeff${turn.join("\n")}`)) },
  {
    id: "line-separator",
    group: "Output",
    what: "U+2028 in a message",
    how: "run",
    fake: node(write(started, message("a\u2028b"), completed))
  },
  {
    id: "no-usage",
    group: "Output",
    what: "`turn.completed` without usage",
    how: "run",
    fake: node(write(started, message("Hi!"), '{"type":"turn.completed"}'))
  },
  {
    id: "failed",
    group: "Output",
    what: "`turn.failed`, and then `turn.completed`",
    how: "run",
    fake: node(write(started, '{"type":"turn.failed","error":{"message":"no"}}', completed))
  },
  {
    id: "long-line",
    group: "Output",
    what: "A line of 60 MB",
    how: "run",
    fake: node(
      `fs.writeSync(1, ${JSON.stringify(message("<>"))}.replace("<>", "x".repeat(60_000_000)) + "\\n"); ${write(completed)}`
    )
  },
  {
    id: "endless-line",
    group: "Output",
    what: "A line that never ends",
    how: "run",
    patience: 30,
    fake: node(`for (;;) fs.writeSync(1, "x".repeat(65536))`)
  },
  {
    id: "memory-small",
    group: "Memory",
    what: "10 events",
    how: "readSlowly",
    fake: node(`${repeat(1, event, 8)} ${write(started, completed)}`)
  },
  {
    id: "memory-events",
    group: "Memory",
    what: "5 million events (1.2 GB), read slowly",
    how: "readSlowly",
    patience: 200,
    fake: node(`${repeat(1, event, 5_000_000)} ${write(completed)}`)
  },
  {
    id: "memory-stderr",
    group: "Memory",
    what: "1 GB of stderr",
    how: "run",
    patience: 100,
    fake: node(`${repeat(2, `${"noise ".repeat(20)}\n`, 9_000_000)} ${write(...turn)}`)
  },
  {
    id: "leave",
    group: "Stopping",
    what: "The stream is left after its first event; codex ignores SIGTERM and SIGINT",
    how: "leave",
    fake: node(`process.on("SIGINT", () => {}); process.on("SIGTERM", () => {}); ${write(started)} ${live}`)
  },
  {
    id: "give-up-deaf",
    group: "Stopping",
    what: "A turn is given up; codex ignores SIGTERM and SIGINT",
    how: "giveUp",
    fake: node(`process.on("SIGINT", () => {}); process.on("SIGTERM", () => {}); ${write(started)} ${live}`)
  },
  {
    id: "give-up-descendant",
    group: "Stopping",
    what: "A turn is given up; a descendant holds codex's output open",
    how: "giveUp",
    fake: bash(`sleep 300 & ${printf(started)}; sleep 300`)
  },
  {
    id: "give-up-full-pipe",
    group: "Stopping",
    what: "A turn is given up; codex is blocked on its full output",
    how: "giveUp",
    fake: node(
      `process.on("SIGINT", () => process.exit(1));
       const go = () => { ${repeat(1, event, 5000)} setImmediate(go) }; go()`
    )
  },
  {
    id: "limit-silent",
    group: "Stopping",
    what: "A turn has a limit of one second; codex never says a thing",
    how: "limit",
    fake: bash("sleep 300")
  },
  {
    id: "temporary-folder",
    group: "Host",
    what: "The output schema can not be written (no folder for temporary files)",
    how: "run",
    outputSchema: true,
    env: { TMPDIR: "/nonexistent" },
    fake: node(write(...turn))
  },
  {
    id: "schema-vanishes",
    group: "Host",
    what: "The output schema's file vanishes during the turn",
    how: "run",
    outputSchema: true,
    fake: node(
      `fs.rmSync(require("node:path").dirname(process.argv[process.argv.indexOf("--output-schema") + 1]), { recursive: true });
       ${write(...turn)}`
    )
  },
  {
    id: "descriptors",
    group: "Host",
    what: "30 turns at once, and descriptors for half of them",
    how: "run",
    turns: 30,
    openFiles: 72,
    fake: bash(`${printf(...turn)}; sleep 0.5`)
  },
  {
    id: "thread-id",
    group: "Caller",
    what: "The id of the thread to resume is `--last`",
    how: "run",
    threadId: "--last",
    fake: node(`${write(started, message("<>"), completed).replace("<>", `" + process.argv.slice(2).join(" ") + "`)}`)
  },
  {
    id: "real-give-up",
    group: "The real codex",
    what: "A turn is given up while a command runs (`sleep 300 & sleep 300`)",
    how: "giveUp",
    model: "sleeps"
  },
  {
    id: "real-leave",
    group: "The real codex",
    what: "The stream is left after its first event",
    how: "leave",
    model: "sleeps"
  },
  {
    id: "real-no-network",
    group: "The real codex",
    what: "Nobody answers at the model's address; the turn has a limit of one second",
    how: "limit",
    model: "isNotThere"
  }
]
