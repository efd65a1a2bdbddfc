import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import {
  AuthenticationFailed,
  type CodexErrorReason,
  ExitError,
  PromptTooLarge,
  ThreadBusy,
  ThreadNotFound,
  type TurnFailureKind,
  UntrustedDirectory
} from "../../src/CodexError.ts"
import { decodeLines } from "../../src/internal/eventLines.ts"
import { exitFailure, type FailedExit, turnFailed } from "../../src/internal/failures.ts"
import { execFixture, execFixtures } from "../support/fixtures.ts"

const failureMessage = (name: string): string | undefined => {
  for (const { event } of decodeLines(execFixture(name).lines, false).events) {
    if (event._tag === "TurnFailed") return event.error.message
  }
  return undefined
}

/** Every captured run that ended with `turn.failed`. */
const turnFailures: Readonly<Record<string, TurnFailureKind>> = {
  "fail-401": "authentication",
  "fail-401-noretry": "authentication",
  "fail-404": "modelNotFound",
  "fail-413": "other",
  "fail-429-quota": "usageLimit",
  "fail-429-retry-after": "overloaded",
  "fail-503-overloaded": "overloaded",
  "local-no-env-key": "authentication",
  "sse-error-event": "network",
  "stream-cut-default-retries": "network",
  "stream-cut-fin": "network",
  "stream-garbage": "network",
  "stream-idle": "network",
  "stream-response.failed-context": "contextWindow",
  "stream-response.failed-invalid_prompt": "other",
  "stream-response.failed-quota": "usageLimit",
  "stream-response.failed-rate_limit": "overloaded",
  "stream-response.failed-server_error": "network",
  "stream-response.incomplete": "other",
  "stream-response.incomplete-filter": "other"
}

const exit = (stderr: string, more: Partial<FailedExit> = {}): CodexErrorReason =>
  exitFailure({
    status: { code: 1 },
    stderr,
    hasStarted: false,
    isResumed: true,
    notice: undefined,
    threadId: "t-1",
    directory: "/work",
    isHomeless: false,
    promptLength: 3_000_000,
    ...more
  })

// codex forks a thread whose turn is running, and sometimes says this.
const behind =
  "thread/fork failed: failed to prepare paginated fork: thread-store internal error: " +
  "thread history projection for 01a20318-0000-7000-8000-000000000000 is behind durable rollout"

const description = (stderr: string): string => {
  const reason = exit(stderr)
  return reason._tag === "ExitError" ? reason.description : `no ExitError: ${reason._tag}`
}

describe("failures", () => {
  describe("turnFailed", () => {
    it.effect("knows every captured failure", () =>
      Effect.sync(() =>
        assert.sameMembers(
          execFixtures.map(({ name }) => name).filter((name) => failureMessage(name) !== undefined),
          Object.keys(turnFailures)
        )
      )
    )

    it.effect.each(Object.entries(turnFailures))("tells what kind %s is, in codex's own words", ([name, kind]) =>
      Effect.sync(() => {
        const message = failureMessage(name) ?? ""
        const reason = turnFailed(message)
        assert.strictEqual(reason.kind, kind)
        assert.strictEqual(reason.description, message)
        assert.include(reason.message, message)
      })
    )

    it.effect.each<readonly [string, TurnFailureKind]>([
      ["You've hit your usage limit. Upgrade to Pro or try again at 5 PM.", "usageLimit"],
      [
        '{"error":{"message":"Unsupported parameter: network_mode","type":"invalid_request_error","code":null}}',
        "other"
      ],
      ['{"error":{"message":"too long","code":"context_length_exceeded"}}', "contextWindow"],
      ["Invalid value at input[401]: connection", "other"],
      ["exceeded retry limit, last status: 429 Too Many Requests, request id: 401-1", "overloaded"],
      ['unexpected status 400 Bad Request: Invalid schema: "billing quota"', "other"],
      ["You have no quota left. Check your plan and billing details.", "usageLimit"],
      ["unexpected status 403 Forbidden: no, url: http://127.0.0.1:1/responses", "authentication"],
      ["Your access token could not be refreshed. Please log in again.", "authentication"],
      ["We're currently experiencing high demand, which may cause temporary errors.", "overloaded"],
      ["unexpected status 502 Bad Gateway: , url: http://127.0.0.1:1/responses", "overloaded"],
      ["error sending request for url (http://127.0.0.1:1/responses)", "network"],
      ["Connection failed: connection refused", "network"],
      ['{"error":{"code":"constructor","type":"__proto__"}}', "other"],
      ["", "other"],
      ["the dog ate it", "other"]
    ])("tells what kind %j is", ([message, kind]) =>
      Effect.sync(() => assert.strictEqual(turnFailed(message).kind, kind))
    )

    // Read to its end by every pattern, this would take hours.
    it.effect("tells the kind of a very long message from its beginning", () =>
      Effect.sync(() => {
        const long = "model ".repeat(2_000_000)
        assert.strictEqual(turnFailed(long).kind, "other")
        assert.strictEqual(turnFailed(`unexpected status 500: ${long}`).kind, "overloaded")
        assert.isBelow(turnFailed(long).description.length, 5000)
      })
    )
  })

  describe("exitFailure", () => {
    it.effect.each<readonly [string, CodexErrorReason]>([
      ["ephemeral-resume", new ThreadNotFound({ threadId: "t-1" })],
      ["fork-unknown", new ThreadNotFound({ threadId: "t-1" })],
      ["concurrent-resume-second", new ThreadBusy({ threadId: "t-1", usedBy: "process" })],
      ["local-not-git", new UntrustedDirectory({ directory: "/work" })],
      ["prompt-3MB", new PromptTooLarge({ length: 3_000_000, limit: 1_048_576 })]
    ])("gives %s a reason of its own", ([name, reason]) =>
      Effect.sync(() => assert.deepStrictEqual(exit(execFixture(name).stderr), reason))
    )

    it.effect("takes no limit that is too large for a number from codex", () =>
      Effect.sync(() => {
        const words = "Error: Input exceeds the maximum length of 99999999999999999999 characters."
        assert.strictEqual(description(words), words)
      })
    )

    it.effect("knows that there was no directory to work in", () =>
      Effect.sync(() => {
        const { stderr } = execFixture("local-cd-missing")
        const reason = exit(stderr, { directory: undefined, isHomeless: true })
        assert.deepInclude(reason, { _tag: "InvalidOptions", option: "workingDirectory" })
        assert.include(reason.message, "the working directory of this process is gone")
        assert.strictEqual(exit(stderr, { isHomeless: true })._tag, "ExitError")
        assert.strictEqual(exit("Error: other\n", { directory: undefined, isHomeless: true })._tag, "ExitError")
      })
    )

    it.effect.each(["session not found", "thread not found"])("takes %j for a thread that is not there", (words) =>
      Effect.sync(() =>
        assert.deepStrictEqual(exit(`Error: thread/fork: ${words}\n`), new ThreadNotFound({ threadId: "t-1" }))
      )
    )

    it.effect.each([
      ["a new thread", { isResumed: false }, "hook: session not found\nthread 'main' panicked at a.rs:1\n"],
      ["a thread that has begun", { hasStarted: true }, "hook: thread not found\nthread 'main' panicked at a.rs:1\n"],
      ["a thread that has begun", { hasStarted: true }, "git: not inside a trusted directory\n"],
      ["a new thread", { isResumed: false }, "npm warn: 401 Unauthorized\nError: invalid config\n"],
      [
        "a log line",
        {},
        "2026-01-01T10:00:00.000000Z ERROR rmcp::transport::worker: 401 Unauthorized for url (https://a/)\n"
      ]
    ] as const)("does not mistake what something else says for codex's own refusal: %s", ([, more, words]) =>
      Effect.sync(() => assert.deepInclude(exit(words, more), { _tag: "ExitError", stderr: words }))
    )

    it.effect("takes a thread that can not be forked yet for one that is in use", () =>
      Effect.sync(() =>
        assert.deepStrictEqual(
          exit(`Error: ${behind} (code -32603)\n`),
          new ThreadBusy({ threadId: "t-1", usedBy: "process" })
        )
      )
    )

    it.effect("leaves out a thread and a directory that it does not know", () =>
      Effect.sync(() => {
        const unknown = { threadId: undefined, directory: undefined }
        assert.deepStrictEqual(exit(execFixture("fork-unknown").stderr, unknown), new ThreadNotFound({}))
        assert.deepStrictEqual(
          exit(execFixture("concurrent-resume-second").stderr, unknown),
          new ThreadBusy({ usedBy: "process" })
        )
        assert.deepStrictEqual(exit(execFixture("local-not-git").stderr, unknown), new UntrustedDirectory({}))
      })
    )

    it.effect.each([
      "Error: Not logged in. Run codex login.",
      "Error: login is required",
      "Error: Missing environment variable: `MY_KEY`.",
      "Error: unexpected status 401 Unauthorized: bad key"
    ])("takes %j for a missing login", (stderr) =>
      Effect.sync(() => assert.deepStrictEqual(exit(stderr), new AuthenticationFailed({ description: stderr })))
    )

    it.effect.each([
      ["image-then-arg-prompt", "No prompt provided via stdin."],
      ["local-approval-untrusted", 'Error: approval_policy = "untrusted" is no longer supported; remove this setting'],
      ["local-bad-config-noeq", "Error parsing -c overrides: Invalid override (missing '='): foo"],
      [
        "local-bad-config-type",
        "Error loading config.toml: invalid type: integer `3`, expected a map\nin `model_providers`"
      ],
      ["local-cd-missing", "Error: No such file or directory (os error 2)"],
      [
        "local-home-missing",
        'Error finding codex home: CODEX_HOME points to "/home/dev/nope-home-facts", but that path does not exist'
      ],
      ["local-no-provider", "Error: Model provider `nope` not found"],
      [
        "local-schema-missing",
        "Failed to read output schema file /nonexistent.json: No such file or directory (os error 2)"
      ],
      [
        "local-web_search-bad",
        "Error loading config.toml: unknown variant `bogus`, expected one of `disabled`, `cached`, `indexed`, `live`\nin `web_search`"
      ],
      ["local-ws-prompt", "No prompt provided via stdin."]
    ] as const)("quotes codex's own words for %s", ([name, words]) =>
      Effect.sync(() => {
        const { stderr } = execFixture(name)
        assert.deepStrictEqual(exit(stderr), new ExitError({ exitCode: 1, description: words, stderr }))
      })
    )

    it.effect.each(["local-bad-sandbox", "local-unknown-flag"])("quotes the usage error of %s", (name) =>
      Effect.sync(() => {
        const { stderr } = execFixture(name)
        const reason = exit(stderr, { status: { code: 2 } })
        assert.isTrue(reason._tag === "ExitError" && reason.exitCode === 2)
        assert.isTrue(reason._tag === "ExitError" && reason.description.startsWith(stderr.split("\n")[0] ?? ""))
      })
    )

    it.effect("says which signal ended codex", () =>
      Effect.sync(() => {
        const reason = exit("Reading prompt from stdin...\n", { status: { signal: "SIGKILL" } })
        assert.deepStrictEqual(
          reason,
          new ExitError({ signal: "SIGKILL", description: "", stderr: "Reading prompt from stdin...\n" })
        )
        assert.strictEqual(reason.message, "codex exited with signal SIGKILL")
      })
    )

    it.effect("prefers the last notice among the events to stderr", () =>
      Effect.sync(() => {
        const reason = exit("Error: something else\n", { notice: "Reconnecting... 5/5" })
        assert.strictEqual(reason._tag === "ExitError" && reason.description, "Reconnecting... 5/5")
      })
    )
  })

  describe("the words quoted from stderr", () => {
    it.effect("leave out the noise that codex prints on every run", () =>
      Effect.sync(() => {
        assert.strictEqual(description("Reading prompt from stdin...\n"), "")
        assert.strictEqual(description("Reading additional input from stdin...\n\n  \n"), "")
        assert.strictEqual(description("WARNING: proceeding, even though …\nSorry.\n"), "Sorry.")
      })
    )

    it.effect("leave out backtraces", () =>
      Effect.sync(() =>
        assert.strictEqual(
          description(
            "Error: it broke\n\nCaused by:\n    no reason\n\nStack backtrace:\n   0: std::main\n             at /rustc/x.rs:1:1\n  12: b\n"
          ),
          "Error: it broke\nCaused by:\n    no reason"
        )
      )
    )

    it.effect("begin with a panic", () =>
      Effect.sync(() =>
        assert.match(
          description("warming up\nthread 'main' panicked at core/src/lib.rs:1:2:\nfailed printing to stdout\n"),
          /^thread 'main' panicked at .*\nfailed printing to stdout$/
        )
      )
    )

    it.effect("begin with the last error", () =>
      Effect.sync(() => assert.strictEqual(description("Error: first\nError: second\nwhy\n"), "Error: second\nwhy"))
    )

    it.effect("leave log lines out where there is anything else", () =>
      Effect.sync(() => {
        const log = "2026-11-22T12:19:47.974887Z ERROR codex_core::session: failed"
        assert.strictEqual(description(`${log}\nSorry.\n`), "Sorry.")
        assert.strictEqual(description(`${log}\n`), log)
      })
    )

    it.effect("are the last lines where none is an error", () =>
      Effect.sync(() => assert.strictEqual(description("1\n2\n3\n4\n5\n6\n7\n"), "3\n4\n5\n6\n7"))
    )

    it.effect("are bounded", () =>
      Effect.sync(() => assert.strictEqual(description(`Error: ${"x".repeat(10_000)}`).length, 600))
    )
  })
})
