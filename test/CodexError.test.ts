import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import {
  AuthenticationFailed,
  CodexError,
  type CodexErrorReason,
  ExecutableNotFound,
  ExitError,
  InvalidOptions,
  isCodexError,
  MalformedOutput,
  OutputSchemaError,
  PromptTooLarge,
  SpawnError,
  StructuredOutputError,
  ThreadBusy,
  ThreadNotFound,
  TimeoutError,
  TurnFailed,
  type TurnFailureKind,
  TurnIncomplete,
  UntrustedDirectory
} from "../src/CodexError.ts"
import { ThreadId } from "../src/ThreadEvent.ts"

const failed = (kind: TurnFailureKind) => new TurnFailed({ kind, description: "d" })
const spawn = (description: string) => new SpawnError({ executable: "/codex", description })

describe("CodexError", () => {
  describe("isRetryable", () => {
    it.effect.each<readonly [string, CodexErrorReason, boolean]>([
      ["ExecutableNotFound", new ExecutableNotFound({ tried: ["here"] }), false],
      ["SpawnError: EACCES", spawn("EACCES"), false],
      ["SpawnError: ENOENT", spawn("ENOENT"), false],
      ["SpawnError: EMFILE", spawn("EMFILE"), true],
      ["SpawnError: EAGAIN", spawn("EAGAIN"), true],
      ["SpawnError: ENOMEM", spawn("ENOMEM"), true],
      ["InvalidOptions", new InvalidOptions({ option: "o", got: "g", expected: "e" }), false],
      [
        "OutputSchemaError: ENOSPC",
        new OutputSchemaError({ description: "its temporary file could not be written: ENOSPC (no space left)" }),
        true
      ],
      [
        "OutputSchemaError: EDQUOT",
        new OutputSchemaError({ description: "its temporary file could not be written: EDQUOT (over quota)" }),
        true
      ],
      ["OutputSchemaError: a field", new OutputSchemaError({ description: '["Busy"] may be anything' }), false],
      ["OutputSchemaError", new OutputSchemaError({ description: "d" }), false],
      ["MalformedOutput", new MalformedOutput({ description: "d", excerpt: "e" }), false],
      ["TurnFailed: usageLimit", failed("usageLimit"), false],
      ["TurnFailed: contextWindow", failed("contextWindow"), false],
      ["TurnFailed: authentication", failed("authentication"), false],
      ["TurnFailed: modelNotFound", failed("modelNotFound"), false],
      ["TurnFailed: overloaded", failed("overloaded"), true],
      ["TurnFailed: network", failed("network"), true],
      ["TurnFailed: other", failed("other"), false],
      ["TurnIncomplete", new TurnIncomplete({ description: "d" }), true],
      ["ExitError: a code", new ExitError({ exitCode: 1, description: "d", stderr: "" }), false],
      ["ExitError: a signal", new ExitError({ signal: "SIGKILL", description: "d", stderr: "" }), true],
      ["TimeoutError: timeout", new TimeoutError({ limit: "timeout", milliseconds: 5 }), true],
      ["TimeoutError: idleTimeout", new TimeoutError({ limit: "idleTimeout", milliseconds: 5 }), true],
      ["StructuredOutputError", new StructuredOutputError({ text: "t", issue: "i" }), true],
      ["ThreadNotFound", new ThreadNotFound({ threadId: "t" }), false],
      ["ThreadNotFound: the last one", new ThreadNotFound({}), false],
      ["ThreadBusy", new ThreadBusy({ threadId: "t", usedBy: "process" }), true],
      ["UntrustedDirectory", new UntrustedDirectory({ directory: "/d" }), false],
      ["PromptTooLarge", new PromptTooLarge({ length: 2, limit: 1 }), false],
      ["AuthenticationFailed", new AuthenticationFailed({ description: "d" }), false]
    ])("%s: $2", ([, reason, expected]) =>
      Effect.sync(() => {
        const error = new CodexError({ reason })
        assert.strictEqual(error.isRetryable, expected)
        assert.strictEqual(error.message, reason.message)
        assert.notStrictEqual(error.message, "")
        assert.isTrue(isCodexError(error))
        assert.isFalse(isCodexError(reason))
      })
    )
  })

  describe("message", () => {
    it.effect("says what to install and where it was looked for", () =>
      Effect.sync(() => {
        const { message } = new ExecutableNotFound({ tried: ["CODEX_PATH: not set", "codex on PATH: /bin"] })
        assert.include(message, "npm install @openai/codex")
        assert.include(message, "\n  - CODEX_PATH: not set\n  - codex on PATH: /bin")
      })
    )

    it.effect("says what to do about a failed turn", () =>
      Effect.sync(() => {
        assert.include(failed("authentication").message, "apiKey")
        assert.include(failed("contextWindow").message, "start a new one")
        assert.strictEqual(failed("other").message, "The turn failed: d")
        const silent = new TurnFailed({ kind: "other", description: "" })
        assert.strictEqual(silent.message, "The turn failed: codex gave no reason")
      })
    )

    it.effect("names the option, what it got and what is allowed", () =>
      Effect.sync(() =>
        assert.strictEqual(
          new InvalidOptions({ option: "model", got: "null", expected: "string" }).message,
          'Invalid option "model": expected string, got null'
        )
      )
    )

    it.effect("says which limit was reached", () =>
      Effect.sync(() => {
        assert.include(new TimeoutError({ limit: "timeout", milliseconds: 5 }).message, "longer than 5 ms")
        assert.include(new TimeoutError({ limit: "idleTimeout", milliseconds: 5 }).message, "nothing for 5 ms")
      })
    )
  })

  describe("as an error", () => {
    it.effect("is caught by its tag and by its reason", () =>
      Effect.gen(function* () {
        const failing = Effect.fail(new CodexError({ reason: new ThreadNotFound({ threadId: "t" }) }))
        assert.strictEqual(
          yield* failing.pipe(Effect.catchTag("CodexError", (error) => Effect.succeed(error.reason._tag))),
          "ThreadNotFound"
        )
        assert.strictEqual(
          yield* failing.pipe(
            Effect.catchReason("CodexError", "ThreadNotFound", ({ threadId }) => Effect.succeed(threadId))
          ),
          "t"
        )
      })
    )

    it.effect("survives being written as JSON", () =>
      Effect.sync(() => {
        const error = new CodexError({
          reason: failed("network"),
          threadId: ThreadId.make("t"),
          items: [{ _tag: "AgentMessage", id: "i", text: "x" }]
        })
        const json = Schema.fromJsonString(Schema.toCodecJson(CodexError))
        assert.deepStrictEqual(Schema.decodeUnknownSync(json)(Schema.encodeSync(json)(error)), error)
      })
    )
  })
})
