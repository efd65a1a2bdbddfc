/**
 * The README and the guides: their code compiles and runs, it prints what the pages say, and what they name is there. What
 * any page links to is there. `npm run docs:check` runs this alone. As for a reader, the package is the built one.
 */
import { NodeServices } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as ChildProcess from "effect/process/ChildProcess"
import * as RegExp from "effect/RegExp"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { existsSync, globSync, readFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { beforeAll } from "vitest"
import { blockFile, onPage, writeModules } from "../scripts/docs-check/modules.ts"
import { kindOf, place, readPages, root } from "../scripts/docs-check/pages.ts"

const pages = readPages()
writeModules(pages)

const blocks = pages.flatMap((page) => page.blocks)
const typeScript = blocks.filter(({ language }) => language === "ts")
const testBlocks = typeScript.filter((block) => kindOf(block) === "test")
const fragments = typeScript.filter((block) => ["fragment", "layer"].includes(kindOf(block)))
const runnable = typeScript.filter((block) => block.notRun === undefined && kindOf(block) !== "test")

/** All that readers of the repository see. */
const linkingPages = globSync(["*.md", "{.changeset,docs,examples}/**/*.md"], { cwd: root }).toSorted()

/** What a command prints. */
const run = (command: string, ...args: ReadonlyArray<string>) =>
  ChildProcess.make(command, args, { cwd: root, stdin: "ignore", stderr: "inherit", forceKillAfter: "5 seconds" }).pipe(
    Effect.flatMap(({ stdout }) => Stream.mkString(Stream.decodeText(stdout))),
    Effect.scoped,
    Effect.provide(NodeServices.layer)
  )

const Results = Schema.fromJsonString(
  Schema.Array(
    Schema.Struct({
      page: Schema.String,
      line: Schema.Int,
      stdout: Schema.String,
      error: Schema.optionalKey(Schema.String)
    })
  )
)

/** What a fragment declares is for the reader to use, and the frame has more than it needs. Its imports it must use. */
const isAllowed = (diagnostic: string): boolean => {
  const [, file = "", line] = /([^/]+\.ts)\((\d+),.*error TS(?:6133|6192|6196|6198)/.exec(diagnostic) ?? []
  if (file.startsWith("docs--README.md.")) return true
  const block = fragments.find((each) => blockFile(each).endsWith(`/${file}`))
  return block !== undefined && block.lines[Number(line) - block.line - 1]?.trimStart().startsWith("import ") !== true
}

/** `…` stands for whatever is printed there. */
const isPrinted = (expected: string, stdout: string): boolean =>
  new globalThis.RegExp(`^${expected.split("…").map(RegExp.escape).join(".*")}$`).test(stdout)

describe("pages", () => {
  describe("code", () => {
    it.live("compiles against the built package", () =>
      Effect.gen(function* () {
        const diagnostics = yield* run(
          process.execPath,
          "node_modules/typescript/bin/tsc",
          "-p",
          "scripts/docs-check",
          "--pretty",
          "false"
        )
        const mistakes = diagnostics.split("\n").filter((line) => line !== "" && !isAllowed(line))
        assert.strictEqual(mistakes.map(onPage).join("\n"), "")
      })
    )

    describe("runs", () => {
      let results: typeof Results.Type = []
      beforeAll(async () => {
        results = await run(process.execPath, "scripts/docs-check/run.ts").pipe(
          Effect.flatMap(Schema.decodeEffect(Results)),
          Effect.runPromise
        )
      }, 900_000)

      it.each(runnable.map((block) => [place(block), block] as const))("%s", (_, { line, output, page }) => {
        const result = results.find((each) => each.page === page && each.line === line)
        if (result === undefined) return assert.fail(`${page}:${line} was not run`)
        if (result.error !== undefined) return assert.fail(`${page}:${line} fails\n${onPage(result.error)}`)
        if (output !== undefined && !isPrinted(output, result.stdout)) {
          assert.strictEqual(result.stdout, output, `${page}:${line} prints something else`)
        }
      })
    })

    describe.each(testBlocks.map((block) => [place(block), block] as const))("%s", async (_, block) => {
      await import(/* @vite-ignore */ blockFile(block))
    })
  })

  it("have commands that exist", () => {
    const unknown = blocks
      .filter(({ language }) => language === "sh")
      .flatMap(({ line, lines, page }) =>
        lines.flatMap((command, index) => wrongWords(command).map((word) => `${page}:${line + 1 + index}: ${word}`))
      )
    assert.deepStrictEqual(unknown, [])
  })

  it("have no other blocks than these", () => {
    const others = blocks.filter(({ language }) => !["ts", "sh", "text", "json", "toml"].includes(language))
    assert.deepStrictEqual(others.map(place), [])
  })

  it("say how their fragments are run", () => {
    const silent = pages.filter(
      ({ blocks, lines }) =>
        blocks.some((block) => fragments.includes(block)) && !lines.join("\n").includes("(README.md#run-a-block)")
    )
    assert.deepStrictEqual(
      silent.map(({ name }) => name),
      []
    )
  })

  it("link to what is there", () => {
    const missing = linkingPages.flatMap((name) =>
      Array.from(
        textOf(name).matchAll(/(?:\]\(|(?:src|srcset|href)=")(?!https?:)([^)"#]*)(?:#([^)"]*))?[)"]/g)
      ).flatMap(([link, file = "", anchor]) => {
        const target = file === "" ? name : join(dirname(name), file)
        const isThere = existsSync(`${root}${target}`) && (anchor === undefined || anchorsOf(target).includes(anchor))
        return isThere ? [] : [`${name}: ${link}`]
      })
    )
    assert.deepStrictEqual(missing, [])
  })
})

/** A page without its blocks of code. */
const textOf = (page: string): string =>
  readFileSync(`${root}${page}`, "utf8").replaceAll(/^( *)```.*\n(?:.*\n)*?\1```$/gm, "")

/** Scripts, packages and files of a line of shell that there are not. A program that the reader has saved has no folder. */
const wrongWords = (line: string): ReadonlyArray<string> =>
  line
    .replace(/ #.*$/, "")
    .split("&&")
    .flatMap((command) => {
      const [program, ...words] = command.trim().split(/ +/)
      const [first = "", second = ""] = words
      if (program === "node") return first.includes("/") && !existsSync(`${root}${first}`) ? [first] : []
      if (program !== "npm") return []
      if (first === "install") {
        return words
          .slice(1)
          .filter((word) => !word.startsWith("-") && !packages.includes(word.replace(/(?<=.)@[^/]*$/, "")))
      }
      const script = first === "run" ? second : first
      return first === "ci" || script in manifest.scripts ? [] : [script]
    })

const manifest = JSON.parse(readFileSync(`${root}package.json`, "utf8"))
const packages = Object.keys({ ...manifest.devDependencies, [manifest.name]: "" })

/** Of headings, as GitHub makes them. */
const anchorsOf = (page: string): ReadonlyArray<string> =>
  textOf(page)
    .split("\n")
    .filter((line) => /^#+ /.test(line))
    .map((line) =>
      line
        .replace(/^#+ /, "")
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N} _-]/gu, "")
        .replaceAll(" ", "-")
    )
