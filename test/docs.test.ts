/**
 * The README and the guides: their code compiles and runs, it prints what the pages say, and what they name and link to is
 * there. `npm run docs:check` runs this alone. As for a reader, the package is the built one.
 */
import { NodeServices } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as ChildProcess from "effect/process/ChildProcess"
import * as RegExp from "effect/RegExp"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { existsSync, readFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { beforeAll } from "vitest"
import { blockFile, onPage, writeModules } from "../scripts/docs-check/modules.ts"
import { kindOf, place, readPages, root } from "../scripts/docs-check/pages.ts"

const pages = readPages()
writeModules(pages)

const blocks = pages.flatMap((page) => page.blocks)
const typeScript = blocks.filter(({ language }) => language === "ts")
const testBlocks = typeScript.filter((block) => kindOf(block) === "test")
const runnable = typeScript.filter((block) => block.notRun === undefined && kindOf(block) !== "test")

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

/** What a fragment declares is for the reader to use. */
const isUnused = (diagnostic: string): boolean => /\.md\.ts\(.*error TS(6133|6196|6198)/.test(diagnostic)

/** `…` stands for whatever is printed there. */
const isPrinted = (expected: string, stdout: string): boolean =>
  new globalThis.RegExp(`^${expected.split("…").map(RegExp.escape).join(".*")}$`).test(stdout)

describe("pages", () => {
  describe("code", () => {
    it.live("compiles against the built package", () =>
      Effect.gen(function* () {
        const diagnostics = yield* run("node_modules/.bin/tsc", "-p", "scripts/docs-check", "--pretty", "false")
        const mistakes = diagnostics.split("\n").filter((line) => line !== "" && !isUnused(line))
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
      }, 300_000)

      it.each(runnable.map((block) => [place(block), block] as const))("%s", (_, { line, output, page }) => {
        const ofPage = results.filter((result) => result.page === page)
        const result = ofPage.find((each) => each.line === line) ?? ofPage.find(({ error }) => error !== undefined)
        if (result === undefined) return assert.fail(`${page}:${line} was not run`)
        if (result.error !== undefined) return assert.fail(`${page}:${result.line} fails\n${onPage(result.error)}`)
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

  it("link to what is there", () => {
    const missing = pages.flatMap(({ lines, name }) =>
      lines.flatMap((line, index) =>
        Array.from(line.matchAll(/\]\((?!https?:)([^)#]*)(?:#([^)]*))?\)/g)).flatMap(([link, file = "", anchor]) => {
          const target = file === "" ? name : join(dirname(name), file)
          if (!existsSync(`${root}${target}`)) return [`${name}:${index + 1}: ${link}`]
          return anchor === undefined || anchorsOf(target).includes(anchor) ? [] : [`${name}:${index + 1}: ${link}`]
        })
      )
    )
    assert.deepStrictEqual(missing, [])
  })
})

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
  readFileSync(`${root}${page}`, "utf8")
    .split("\n")
    .filter((line) => /^#+ /.test(line))
    .map((line) =>
      line
        .replace(/^#+ /, "")
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N} _-]/gu, "")
        .replaceAll(" ", "-")
    )
