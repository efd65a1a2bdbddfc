/** The pages, and the blocks of code in them. */
import { readdirSync, readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"

/** The repository, with a slash at its end. */
export const root = fileURLToPath(new URL("../..", import.meta.url))

/** A fenced block. */
export interface Block {
  readonly page: string
  /** The line of its fence, from 1. */
  readonly line: number
  readonly language: string
  /** What it is indented by. */
  readonly indent: string
  readonly lines: ReadonlyArray<string>
  /** Why it is not run: the comment before it, `<!-- not run: … -->`. */
  readonly notRun: string | undefined
  /** What the page says that it prints: the next block, if that is `text`. */
  readonly output: string | undefined
}

export interface Page {
  readonly name: string
  readonly lines: ReadonlyArray<string>
  readonly blocks: ReadonlyArray<Block>
}

export const place = ({ line, page }: Block): string => `${page}:${line}`

const readPage = (name: string): Page => {
  const lines = readFileSync(`${root}${name}`, "utf8").split("\n")
  const blocks: Array<Block> = []
  let open: Block | undefined
  for (const [index, line] of lines.entries()) {
    const [, indent = "", language = ""] = /^( *)```(\w*)$/.exec(line) ?? []
    const isFence = line.trimStart().startsWith("```")
    if (open === undefined && isFence) {
      const [, notRun] =
        /^ *<!-- not run: (.+) -->$/.exec(lines.slice(0, index).findLast((text) => text.trim() !== "") ?? "") ?? []
      open = { page: name, line: index + 1, language, indent, lines: [], notRun, output: undefined }
    } else if (open !== undefined && isFence) {
      const program = blocks.findLastIndex((block) => block.language === "ts")
      if (open.language === "text" && blocks[program] !== undefined) {
        blocks[program] = { ...blocks[program], output: open.lines.join("\n") }
      }
      blocks.push(open)
      open = undefined
    } else if (open !== undefined) {
      open = { ...open, lines: [...open.lines, line] }
    }
  }
  if (open !== undefined) throw new Error(`${place(open)}: the block has no end`)
  return { name, lines, blocks }
}

/** The README and the guides. */
export const readPages = (): ReadonlyArray<Page> => [
  readPage("README.md"),
  ...readdirSync(`${root}docs`)
    .filter((name) => name.endsWith(".md"))
    .toSorted()
    .map((name) => readPage(`docs/${name}`))
]

/** A fragment with a layer takes the place of the frame's, another one goes into the frame's program. */
export type Kind = "program" | "test" | "fragment" | "layer"

/** What a block of TypeScript is, as `docs/README.md` tells the reader. */
export const kindOf = ({ indent, lines }: Block): Kind => {
  const has = (pattern: string) => new RegExp(pattern, "m").test(lines.join("\n"))
  if (has(`^import .* from "@effect/vitest"$`)) return "test"
  if (has(String.raw`\.runMain\b|^${indent}\S.*\bawait `)) return "program"
  return has(`^${indent}const CodexLive = `) ? "layer" : "fragment"
}
