/**
 * Makes a module of each block, in `.docs-check`. Every line of a module is the line of its page, so that what the compiler
 * and Node say of it is where it is on the page.
 *
 * A fragment stands in the frame that `docs/README.md` shows, where that page says.
 */
import { mkdirSync, rmSync, writeFileSync } from "node:fs"
import { type Block, kindOf, type Page, place, root } from "./pages.ts"

export const directory = `${root}.docs-check`

export const blockFile = ({ line, page }: Block): string => `${directory}/${page.replaceAll("/", "--")}.${line}.ts`

/** What names a module names its page: `docs--errors.md.12.ts(20,3)` is `docs/errors.md:20:3`. */
export const onPage = (text: string): string =>
  text
    .replaceAll(/[^\s(]*?([^/\s(]+\.md)\.\d+\.ts(?=[:(])/g, (_, page: string) => page.replaceAll("--", "/"))
    .replaceAll(/(\.md)\((\d+),(\d+)\)/g, "$1:$2:$3")

/** The frame, before and after the line whose place a block takes. */
const frameAround = (pages: ReadonlyArray<Page>, kind: "fragment" | "layer") => {
  const frame = pages
    .find(({ name }) => name === "docs/README.md")
    ?.blocks.find((block) => block.language === "ts" && kindOf(block) === "program")
  const lines = frame?.lines ?? []
  const at = lines.findIndex((line) => line.trimStart().startsWith(kind === "layer" ? "const CodexLive = " : "// "))
  if (at === -1) throw new Error("docs/README.md does not show the frame of the blocks")
  return { before: lines.slice(0, at).filter((line) => !line.trimStart().startsWith("//")), after: lines.slice(at + 1) }
}

const fragmentModule = (pages: ReadonlyArray<Page>, block: Block, kind: "fragment" | "layer"): string => {
  const { indent, lines } = block
  if (kind === "fragment" && !lines.some((line) => new RegExp(`^${indent}(const [^=]+= )?yield\\* `).test(line))) {
    throw new Error(`${place(block)} runs nothing, and declares no CodexLive`)
  }
  const { after, before } = frameAround(pages, kind)
  const imports = lines.findLastIndex((line) => line.startsWith(`${indent}import `)) + 1
  // On the line of the fence, or on the empty one after the imports.
  const texts = ["", ...lines]
  const head = imports === 0 ? 0 : imports + 1
  if (texts[head] !== "") throw new Error(`${place(block)} has no empty line after its imports`)
  texts[head] = before.join("; ")
  return [...texts, ...after, "export { program }"].join("\n")
}

/** Writes all modules anew. */
export const writeModules = (pages: ReadonlyArray<Page>): void => {
  rmSync(directory, { recursive: true, force: true })
  mkdirSync(directory)
  for (const block of pages.flatMap(({ blocks }) => blocks).filter(({ language }) => language === "ts")) {
    const kind = kindOf(block)
    const source =
      kind === "fragment" || kind === "layer" ? fragmentModule(pages, block, kind) : ["", ...block.lines].join("\n")
    writeFileSync(blockFile(block), `${"\n".repeat(block.line - 1)}${source}\n`)
  }
}
