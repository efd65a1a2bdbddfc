/**
 * Makes modules of the blocks, in `.docs-check`. Every line of a module is the line of its page, so that what the compiler
 * and Node say of it is where it is on the page.
 *
 * A block with imports is a module. The others of a page are one generator, in which each sees what those before it have
 * declared, and `codex`, `thread` and the modules of Effect and of this package.
 */
import { mkdirSync, rmSync, writeFileSync } from "node:fs"
import { type Block, kindOf, type Page, root } from "./pages.ts"

export const directory = `${root}.docs-check`

const moduleName = (page: string): string => page.replaceAll("/", "--")
export const fragmentsFile = (page: string): string => `${directory}/${moduleName(page)}.ts`
export const blockFile = ({ line, page }: Block): string => `${directory}/${moduleName(page)}.${line}.ts`

/** What names a module names its page: `docs--errors.md.12.ts(20,3)` is `docs/errors.md:20:3`. */
export const onPage = (text: string): string =>
  text
    .replaceAll(/[^\s(]*?([^/\s(]+\.md)(?:\.\d+)?\.ts(?=[:(])/g, (_, page: string) => page.replaceAll("--", "/"))
    .replaceAll(/(\.md)\((\d+),(\d+)\)/g, "$1:$2:$3")

const available: Readonly<Record<string, ReadonlyArray<string>>> = {
  effect: [
    "Cause",
    "Config",
    "Console",
    "Context",
    "Duration",
    "Effect",
    "Fiber",
    "FileSystem",
    "Layer",
    "Option",
    "Redacted",
    "Ref",
    "Schedule",
    "Schema",
    "Stream"
  ],
  "effect/ai": ["Tool", "Toolkit"],
  "effect/socket": ["Socket"],
  "node:http": ["createServer"],
  "@effect/platform-node": ["NodeHttpServer", "NodeServices", "NodeWS"],
  "effect-codex": [
    "Codex",
    "CodexError",
    "CodexMetrics",
    "EventTap",
    "Exec",
    "Input",
    "Thread",
    "ThreadEvent",
    "ThreadItem"
  ],
  "effect-codex/app-server": [
    "Account",
    "AppServer",
    "Approvals",
    "CancelTurn",
    "Configuration",
    "McpServers",
    "Models",
    "Threads"
  ],
  "effect-codex/testing": [
    "TestExec",
    "ScriptedModel",
    "applyPatch",
    "functionCall",
    "promptOf",
    "reasoning",
    "reply",
    "replyCut",
    "replyError",
    "replyFailed",
    "replyHanging",
    "shellCommand",
    "streamedMessage",
    "toolOutputOf"
  ],
  "effect-codex/tools": ["ToolServer", "ToolSet"]
}

const preamble = (source: string): string => {
  const imports = Object.entries(available).flatMap(([module, names]) => {
    const used = names.filter(
      (name) => name === "Effect" || name === "Codex" || new RegExp(`\\b${name}\\b`).test(source)
    )
    return used.length === 0 ? [] : [`import { ${used.join(", ")} } from "${module}";`]
  })
  return [
    ...imports,
    `import { begin, use } from "../scripts/docs-check/fragment.ts";`,
    `export default Effect.gen(function* () {`,
    `const codex = yield* Codex;`,
    `const thread = yield* codex.startThread();`
  ].join(" ")
}

/** A block that only declares has its effects, streams and layers run. */
const closing = ({ indent, lines }: Block): string => {
  const isRunByItself = new RegExp(`^${indent}(const [^=\\n]+=\\s+)?yield\\* `, "m").test(lines.join("\n"))
  if (isRunByItself) return ";"
  const names = lines.flatMap((line) => new RegExp(`^${indent}const (\\w+)`).exec(line)?.[1] ?? [])
  return `; yield* use({ ${names.join(", ")} });`
}

const fragmentsModule = (page: Page, blocks: ReadonlyArray<Block>): string => {
  const lines = page.lines.map(() => "")
  const put = (line: number, text: string) => {
    lines[line - 1] = text
  }
  for (const block of blocks) {
    const isRun = block.notRun === undefined
    put(block.line, isRun ? `{ yield* begin(${block.line});` : "void (function* () {")
    for (const [index, text] of block.lines.entries()) put(block.line + 1 + index, text)
    put(block.line + 1 + block.lines.length, isRun ? closing(block) : "});")
  }
  const source = lines.join("\n")
  const end = "}".repeat(blocks.filter(({ notRun }) => notRun === undefined).length)
  return `${preamble(source)}${source}\n${end} })\n`
}

const blockModule = ({ line, lines }: Block): string => `${"\n".repeat(line)}${lines.join("\n")}\n`

/** Writes all modules anew. */
export const writeModules = (pages: ReadonlyArray<Page>): void => {
  rmSync(directory, { recursive: true, force: true })
  mkdirSync(directory)
  for (const page of pages) {
    const blocks = page.blocks.filter(({ language }) => language === "ts")
    const fragments = blocks.filter((block) => kindOf(block) === "fragment")
    if (fragments.length > 0) writeFileSync(fragmentsFile(page.name), fragmentsModule(page, fragments))
    for (const block of blocks) if (kindOf(block) !== "fragment") writeFileSync(blockFile(block), blockModule(block))
  }
}
