/** Executables that misbehave on purpose, in the place of codex. */
import { NodeServices } from "@effect/platform-node"
import { Codex, type CodexError, type CodexOptions, Exec, type ExecOptions, type TurnOptions } from "effect-codex"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Layer from "effect/Layer"
import * as Path from "effect/Path"
import { type Marker, NoLeaks } from "./noLeaks.ts"

/** Lines that a fake prints. */
export const lines = {
  threadStarted: '{"type":"thread.started","thread_id":"01a20318-f35c-7821-b4c9-6971645259e3"}',
  turnStarted: '{"type":"turn.started"}',
  message: (text: string) =>
    JSON.stringify({ type: "item.completed", item: { id: "item_0", type: "agent_message", text } }),
  turnCompleted:
    '{"type":"turn.completed","usage":{"input_tokens":42,"cached_input_tokens":12,"cache_write_input_tokens":0,"output_tokens":5,"reasoning_output_tokens":2}}'
}

/** An ordinary turn, whole. */
export const ordinaryTurn = [lines.threadStarted, lines.turnStarted, lines.message("Hi!"), lines.turnCompleted]

/** JavaScript that prints lines. */
export const print = (...all: ReadonlyArray<string>): string =>
  `process.stdout.write(${JSON.stringify(all.map((line) => `${line}\n`).join(""))});`

/** Where the fake lives, and the mark that its processes carry. */
export class Fake extends Context.Service<
  Fake,
  { readonly path: string; readonly directory: string; readonly marker: Marker }
>()("test/Fake") {}

const file = (name: string, content: string) =>
  Layer.effect(
    Fake,
    Effect.gen(function* () {
      const fs = yield* FileSystem.FileSystem
      const path = yield* Path.Path
      const directory = yield* fs.makeTempDirectoryScoped({ prefix: "codex-fake-" })
      const executable = path.join(directory, name)
      yield* fs.writeFileString(executable, content, { mode: 0o755 })
      return { path: executable, directory, marker: (yield* NoLeaks).marker }
    })
  )

const withFake = (fake: ReturnType<typeof file>, options: ExecOptions, codex: CodexOptions) =>
  Layer.unwrap(
    Effect.map(Fake, ({ marker, path }) =>
      Codex.layer({ ...codex, env: marker.env, extendEnv: true }).pipe(
        Layer.provideMerge(Exec.layer({ codexPath: path, ...options }))
      )
    )
  ).pipe(Layer.provideMerge(fake), Layer.provideMerge(NoLeaks.layer), Layer.provideMerge(NodeServices.layer))

/** A fake written in JavaScript (CommonJS). */
export const nodeFake = (code: string, options: ExecOptions = {}, codex: CodexOptions = {}) =>
  withFake(file("codex.cjs", `#!${process.execPath}\n${code}\n`), options, codex)

/** A fake written for the shell. */
export const shellFake = (code: string, options: ExecOptions = {}, codex: CodexOptions = {}) =>
  withFake(file("codex", `#!/bin/bash\n${code}\n`), options, codex)

/** Runs a turn of a new thread. */
export const runTurn = (prompt = "go", options?: TurnOptions) =>
  Effect.gen(function* () {
    const codex = yield* Codex
    const thread = yield* codex.startThread()
    return yield* thread.run(prompt, options)
  })

/** The failure of a turn, after which nothing may be left. */
export const failTurn = (prompt?: string, options?: TurnOptions) =>
  Effect.gen(function* () {
    const { marker } = yield* Fake
    const error: CodexError = yield* Effect.flip(runTurn(prompt, options))
    yield* marker.assertNothingLeft
    return error
  })
