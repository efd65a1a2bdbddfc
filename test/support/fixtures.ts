/** Captured output of the real codex 0.169: `test/fixtures/exec`. */
import { readdirSync, readFileSync } from "node:fs"

const folder = new URL("../fixtures/exec/", import.meta.url)

/** One run of codex. */
export interface ExecFixture {
  readonly name: string
  /** stdout, without its last newline and what comes after it. */
  readonly lines: ReadonlyArray<string>
  readonly exitCode: number | undefined
  readonly signal: string | undefined
  readonly stderr: string
}

const linesOf = (name: string): ReadonlyArray<string> =>
  readFileSync(new URL(`${name}.jsonl`, folder), "utf8")
    .split("\n")
    .slice(0, -1)

/** Every run of the index. */
export const execFixtures: ReadonlyArray<ExecFixture> = readFileSync(new URL("INDEX.tsv", folder), "utf8")
  .trimEnd()
  .split("\n")
  .map((row) => {
    const [name = "", exit = "", signal = "", , stderr = ""] = row.split("\t")
    return {
      name,
      lines: linesOf(name),
      exitCode: exit === "exit=null" ? undefined : Number(exit.slice("exit=".length)),
      signal: signal === "signal=null" ? undefined : signal.slice("signal=".length),
      stderr: JSON.parse(stderr.slice("stderr=".length)) as string // the index is ours
    }
  })

/** One run by name. */
export const execFixture = (name: string): ExecFixture => {
  const found = execFixtures.find((fixture) => fixture.name === name)
  if (found === undefined) throw new Error(`No fixture ${name}`)
  return found
}

/** The files, whether or not the index has them. */
export const fixtureFiles: ReadonlyArray<string> = readdirSync(folder)
  .filter((file) => file.endsWith(".jsonl"))
  .map((file) => file.slice(0, -".jsonl".length))
