/** Runs the examples. They import the package by its name, which is `dist`: `npm test` builds it first. */
import { fileURLToPath } from "node:url"
import { assert } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as FileSystem from "effect/FileSystem"
import * as ChildProcess from "effect/process/ChildProcess"
import * as Stream from "effect/Stream"

const root = fileURLToPath(new URL("../..", import.meta.url))

interface RunOptions {
  readonly args?: ReadonlyArray<string>
  readonly env?: Readonly<Record<string, string>>
  /** What is typed. Without it nobody is there to type. */
  readonly stdin?: Stream.Stream<string>
}

/** Starts an example as a user would. When it has `ended` it must have left nothing among the temporary files. */
export const startExample = Effect.fn(function* (name: string, { args = [], env = {}, stdin }: RunOptions = {}) {
  const fs = yield* FileSystem.FileSystem
  const temporary = yield* fs.makeTempDirectoryScoped({ prefix: "examples-" })
  // Without a profile: what this machine's login shells do is no part of a test.
  const home = yield* fs.makeTempDirectoryScoped({ prefix: "examples-home-" })
  const example = yield* ChildProcess.make(process.execPath, [`examples/${name}.ts`, ...args], {
    cwd: root,
    env: { HOME: home, TMPDIR: temporary, NO_COLOR: undefined, TERM: "xterm-256color", ...env },
    extendEnv: true,
    stdin: stdin === undefined ? "ignore" : Stream.encodeText(stdin),
    stderr: "inherit",
    forceKillAfter: "5 seconds"
  })
  const output = yield* Effect.forkScoped(Stream.mkString(Stream.decodeText(example.stdout)))
  const ended = Effect.gen(function* () {
    const stdout = yield* Fiber.join(output)
    const exitCode = yield* example.exitCode
    assert.deepStrictEqual(yield* fs.readDirectory(temporary), [])
    return { stdout, exitCode: Number(exitCode) }
  })
  return { kill: example.kill, ended }
})

export const runExample = Effect.fn(function* (name: string, options?: RunOptions) {
  return yield* (yield* startExample(name, options)).ended
})

/** Lines of somebody who stays at the terminal. */
export const typed = (lines: string): Stream.Stream<string> => Stream.concat(Stream.make(lines), Stream.never)

export const assertContains = (text: string, parts: ReadonlyArray<string>) => {
  let from = 0
  for (const part of parts) {
    const at = text.indexOf(part, from)
    assert.isAtLeast(at, 0, `"${part}" is missing, or not in its place, in:\n${text}`)
    from = at + part.length
  }
}
