import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import type { CodexOptions, ThreadOptions } from "../../src/CodexOptions.ts"
import { type ExecRequest, ThreadTarget } from "../../src/Exec.ts"
import { childEnvironment, commandArguments, environmentSecrets } from "../../src/internal/commandLine.ts"
import { hostPath, pathDelimiter } from "../../src/internal/executable.ts"
import type { ReviewTarget } from "../../src/Turn.ts"

const args = (request: Partial<ExecRequest>, schemaPath?: string): ReadonlyArray<string> =>
  Result.getOrThrow(
    commandArguments(
      { prompt: "p", images: [], target: ThreadTarget.Start(), codex: {}, thread: {}, ...request },
      schemaPath
    )
  )

/** Without the two that are always there. */
const more = (request: Partial<ExecRequest>, schemaPath?: string) => args(request, schemaPath).slice(2)

const everyThreadOption: Required<ThreadOptions> = {
  model: "gpt-x",
  sandboxMode: "workspace-write",
  workingDirectory: "/work",
  additionalDirectories: ["/a", "b c"],
  skipGitRepoCheck: true,
  modelReasoningEffort: "high",
  networkAccessEnabled: false,
  webSearchMode: "live",
  approvalPolicy: "never",
  threadSource: "user",
  profile: "work",
  oss: true,
  localProvider: "ollama",
  ephemeral: true,
  ignoreUserConfig: true,
  ignoreRules: true,
  strictConfig: true,
  enable: ["f1", "f2"],
  disable: ["f3"],
  config: { a: { b: 1 } },
  tools: { specs: [], call: () => Effect.succeed({ success: true, text: "" }) }
}

const review = (target: ReviewTarget) => ThreadTarget.Review({ review: target })

const originator = "CODEX_INTERNAL_ORIGINATOR_OVERRIDE"

const env = (codex: CodexOptions, folders: ReadonlyArray<string> = [], inherited?: string) =>
  childEnvironment(codex, folders, (name) => (name === originator ? inherited : undefined))

describe("commandLine", () => {
  describe("commandArguments", () => {
    it.effect("is bare without options, and never holds the prompt", () =>
      Effect.sync(() => assert.deepStrictEqual(args({ prompt: "secret plan" }), ["exec", "--experimental-json"]))
    )

    it.effect.each<readonly [ThreadOptions, ReadonlyArray<string>]>([
      [{ model: "gpt-x" }, ["--model", "gpt-x"]],
      [{ sandboxMode: "read-only" }, ["--sandbox", "read-only"]],
      [{ workingDirectory: "/a b" }, ["--cd", "/a b"]],
      [{ additionalDirectories: ["/a", "/b"] }, ["--add-dir", "/a", "--add-dir", "/b"]],
      [{ skipGitRepoCheck: true }, ["--skip-git-repo-check"]],
      [{ modelReasoningEffort: 'h"i' }, ["--config", String.raw`model_reasoning_effort="h\"i"`]],
      [{ networkAccessEnabled: true }, ["--config", "sandbox_workspace_write.network_access=true"]],
      [{ networkAccessEnabled: false }, ["--config", "sandbox_workspace_write.network_access=false"]],
      [{ webSearchMode: "cached" }, ["--config", 'web_search="cached"']],
      [{ approvalPolicy: "on-request" }, ["--config", 'approval_policy="on-request"']],
      [{ threadSource: "user" }, ["--thread-source", "user"]],
      [{ profile: "work" }, ["--profile", "work"]],
      [{ oss: true }, ["--oss"]],
      [{ localProvider: "lmstudio" }, ["--local-provider", "lmstudio"]],
      [{ ephemeral: true }, ["--ephemeral"]],
      [{ ignoreUserConfig: true }, ["--ignore-user-config"]],
      [{ ignoreRules: true }, ["--ignore-rules"]],
      [{ strictConfig: true }, ["--strict-config"]],
      [{ enable: ["a", "b"] }, ["--enable", "a", "--enable", "b"]],
      [{ disable: ["a", "b"] }, ["--disable", "a", "--disable", "b"]],
      [{ config: { a: { b: "c" } } }, ["--config", 'a.b="c"']],
      [
        {
          skipGitRepoCheck: false,
          oss: false,
          ephemeral: false,
          ignoreUserConfig: false,
          ignoreRules: false,
          strictConfig: false,
          enable: [],
          additionalDirectories: [],
          config: {},
          model: undefined
        },
        []
      ]
    ])("gives the thread's %j", ([thread, expected]) =>
      Effect.sync(() => assert.deepStrictEqual(more({ thread }), expected))
    )

    it.effect.each<readonly [CodexOptions, ReadonlyArray<string>]>([
      [{ baseUrl: "http://x/v1" }, ["--config", 'openai_base_url="http://x/v1"']],
      [{ config: { model: "m", tools: { on: true } } }, ["--config", 'model="m"', "--config", "tools.on=true"]],
      [{ configOverrides: ["a.b=1", "c = [x]"] }, ["--config", "a.b=1", "--config", "c = [x]"]]
    ])("gives codex's %j", ([codex, expected]) => Effect.sync(() => assert.deepStrictEqual(more({ codex }), expected)))

    it.effect("keeps keys, homes and variables out of the process list", () =>
      Effect.sync(() => {
        const codex = { apiKey: Redacted.make("sk-1"), codexHome: "/home", env: { A: "b" }, extendEnv: true }
        assert.deepStrictEqual(more({ codex }), [])
      })
    )

    it.effect("gives the turn's options", () =>
      Effect.sync(() => {
        assert.deepStrictEqual(more({ outputSchema: { type: "object" } }, "/tmp/schema.json"), [
          "--output-schema",
          "/tmp/schema.json"
        ])
        assert.deepStrictEqual(more({ cyberAccessProgram: "daybreak_blue" }), [
          "--cyber-access-program",
          "daybreak_blue"
        ])
        assert.deepStrictEqual(more({ images: ["a.png", "b c.png"] }), ["--image", "a.png", "--image", "b c.png"])
      })
    )

    it.effect.each<readonly [string, ThreadTarget, ReadonlyArray<string>]>([
      ["a new thread", ThreadTarget.Start(), []],
      ["a thread by id", ThreadTarget.Resume({ threadId: "t-1" }), ["resume", "t-1"]],
      ["the last thread", ThreadTarget.ResumeLast(), ["resume", "--last"]],
      ["a fork, which needs - to read the prompt", ThreadTarget.Fork({ threadId: "t-1" }), ["fork", "t-1", "-"]],
      ["a review of what is uncommitted", review({ _tag: "Uncommitted" }), ["review", "--uncommitted"]],
      ["a review against a branch", review({ _tag: "BaseBranch", branch: "main" }), ["review", "--base", "main"]],
      ["a review of a commit", review({ _tag: "Commit", sha: "abc" }), ["review", "--commit", "abc"]],
      [
        "a review of a commit with a title",
        review({ _tag: "Commit", sha: "abc", title: "Fix it" }),
        ["review", "--commit", "abc", "--title", "Fix it"]
      ],
      [
        "a review with instructions, which come from stdin",
        review({ _tag: "Custom", instructions: "Look at the tests" }),
        ["review", "-"]
      ]
    ])("targets %s", ([, target, expected]) => Effect.sync(() => assert.deepStrictEqual(more({ target }), expected)))

    it.effect("puts flags before the subcommand, and images last", () =>
      Effect.sync(() =>
        assert.deepStrictEqual(
          args(
            {
              codex: { config: { z: 1 }, configOverrides: ["y=2"], baseUrl: "http://x" },
              thread: everyThreadOption,
              target: ThreadTarget.Fork({ threadId: "t-1" }),
              images: ["a.png"],
              outputSchema: {},
              cyberAccessProgram: "standard"
            },
            "/tmp/s.json"
          ),
          [
            "exec",
            "--experimental-json",
            "--config",
            "z=1",
            "--config",
            "y=2",
            "--config",
            'openai_base_url="http://x"',
            "--config",
            "a.b=1",
            "--config",
            'model_reasoning_effort="high"',
            "--config",
            "sandbox_workspace_write.network_access=false",
            "--config",
            'web_search="live"',
            "--config",
            'approval_policy="never"',
            "--model",
            "gpt-x",
            "--thread-source",
            "user",
            "--profile",
            "work",
            "--sandbox",
            "workspace-write",
            "--cd",
            "/work",
            "--add-dir",
            "/a",
            "--add-dir",
            "b c",
            "--skip-git-repo-check",
            "--oss",
            "--local-provider",
            "ollama",
            "--ephemeral",
            "--ignore-user-config",
            "--ignore-rules",
            "--strict-config",
            "--enable",
            "f1",
            "--enable",
            "f2",
            "--disable",
            "f3",
            "--output-schema",
            "/tmp/s.json",
            "--cyber-access-program",
            "standard",
            "fork",
            "t-1",
            "-",
            "--image",
            "a.png"
          ]
        )
      )
    )

    it.effect.each([
      [ThreadTarget.Start(), true],
      [ThreadTarget.Fork({ threadId: "t" }), true],
      [review({ _tag: "Uncommitted" }), true],
      [ThreadTarget.Resume({ threadId: "t" }), false],
      [ThreadTarget.ResumeLast(), false]
    ] as const)("sends the thread's source for %j: %s", ([target, expected]) =>
      Effect.sync(() =>
        assert.strictEqual(more({ target, thread: { threadSource: "x" } }).includes("--thread-source"), expected)
      )
    )

    it.effect("lets the thread's configuration win over the application's, which codex reads in order", () =>
      Effect.sync(() => {
        const request = {
          codex: { config: { web_search: "live", approval_policy: "on-request", a: 1 }, configOverrides: ["a=2"] },
          thread: { webSearchMode: "disabled", config: { a: 3, web_search: "cached" } }
        } as const
        assert.deepStrictEqual(
          more(request).filter((argument) => argument !== "--config"),
          [
            'web_search="live"',
            'approval_policy="on-request"',
            "a=1",
            "a=2",
            "a=3",
            'web_search="cached"',
            'web_search="disabled"'
          ]
        )
      })
    )

    it.effect.each<readonly [string, CodexOptions]>([
      ["in its configuration", { config: { otel: { trace_exporter: { "otlp-grpc": { endpoint: "e" } } } } }],
      ["by a raw override", { configOverrides: ["otel.trace_exporter.otlp-grpc.endpoint='e'"] }],
      ["by a raw table", { configOverrides: [" otel = { trace_exporter = 'none' }"] }]
    ])("leaves codex's traces to an application that has an exporter %s", ([, options]) =>
      Effect.sync(() => {
        const telemetry = { codexTracesUrl: "http://localhost:4318/v1/traces" }
        assert.notInclude(more({ codex: { ...options, telemetry } }).join(" "), "otlp-http")
        const others = { config: { otel: { log_user_prompt: true } }, configOverrides: ["otel.environment='dev'"] }
        assert.include(more({ codex: { ...others, telemetry } }).join(" "), "otlp-http")
      })
    )

    it.effect("repeats the application's entries in a table that the thread replaces", () =>
      Effect.sync(() =>
        assert.deepStrictEqual(
          more({
            codex: { config: { projects: { "/a": { trust_level: "trusted" } } } },
            thread: { config: { projects: { "/b": { trust_level: "trusted" } } } }
          }),
          [
            "--config",
            'projects={"/a" = {"trust_level" = "trusted"}}',
            "--config",
            'projects={"/a" = {"trust_level" = "trusted"}, "/b" = {"trust_level" = "trusted"}}'
          ]
        )
      )
    )

    it.effect("fails on a configuration that TOML can not hold", () =>
      Effect.sync(() => {
        const request = { prompt: "p", images: [], target: ThreadTarget.Start(), codex: {}, thread: {} }
        for (const bad of [
          { ...request, codex: { config: { a: { b: Number.NaN } } } },
          { ...request, thread: { config: { a: { b: Number.NaN } } } }
        ]) {
          const result = commandArguments(bad, undefined)
          assert.strictEqual(Result.isFailure(result) && result.failure.option, "config.a.b")
        }
      })
    )
  })

  describe("childEnvironment", () => {
    it.effect("adds to the host's environment unless it is given one", () =>
      Effect.sync(() => {
        assert.isTrue(env({}).extendEnv)
        assert.isFalse(env({ env: {} }).extendEnv)
        assert.isTrue(env({ env: {}, extendEnv: true }).extendEnv)
        assert.isFalse(env({ extendEnv: false }).extendEnv)
      })
    )

    it.effect("says who drives codex", () =>
      Effect.sync(() => {
        assert.deepStrictEqual(env({}).env, { [originator]: "effect_codex" })
        assert.deepStrictEqual(env({ env: { A: "b" } }).env, { A: "b", [originator]: "effect_codex" })
      })
    )

    it.effect("leaves that to the caller who says it already", () =>
      Effect.sync(() => {
        assert.deepStrictEqual(env({ env: { [originator]: "mine" } }).env, { [originator]: "mine" })
        assert.deepStrictEqual(env({ env: { [originator]: "mine" } }, [], "host").env, { [originator]: "mine" })
        assert.deepStrictEqual(env({}, [], "host").env, {})
        assert.deepStrictEqual(env({ env: {}, extendEnv: true }, [], "host").env, {})
      })
    )

    it.effect("says it where the host's environment, which does, is not passed on", () =>
      Effect.sync(() => assert.deepStrictEqual(env({ env: {} }, [], "host").env, { [originator]: "effect_codex" }))
    )

    it.effect("passes the key, still redacted, and codex's home by variable", () =>
      Effect.sync(() => {
        const key = Redacted.make("sk-1")
        const child = env({ apiKey: key, codexHome: "/home", env: { CODEX_API_KEY: "other", CODEX_HOME: "/other" } })
        assert.strictEqual(child.env["CODEX_API_KEY"], key)
        assert.strictEqual(child.env["CODEX_HOME"], "/home")
        assert.notInclude(JSON.stringify(child), "sk-1")
      })
    )

    it.effect("keeps redacted values and removed variables as they are", () =>
      Effect.sync(() => {
        const secret = Redacted.make("s")
        const child = env({ env: { A: secret, B: undefined }, extendEnv: true })
        assert.strictEqual(child.env["A"], secret)
        assert.isTrue("B" in child.env && child.env["B"] === undefined)
      })
    )

    it.effect("does not change what it was given", () =>
      Effect.sync(() => {
        const given = { PATH: "/x" }
        env({ env: given }, ["/tools"])
        assert.deepStrictEqual(given, { PATH: "/x" })
      })
    )

    describe("the bundled tools", () => {
      it.effect("are all of PATH where the caller removed it", () =>
        Effect.sync(() => {
          const { env } = childEnvironment({ env: { PATH: undefined }, extendEnv: true }, ["/tools"], () => undefined)
          assert.strictEqual(env["PATH"], "/tools")
        })
      )

      it.effect("leave variables with similar names alone", () =>
        Effect.sync(() => {
          const { env } = childEnvironment({ env: { path: "/x" } }, ["/tools"], () => undefined)
          assert.deepInclude(env, { path: "/x", PATH: "/tools" })
        })
      )

      it.effect("leave PATH alone if there are none", () =>
        Effect.sync(() => {
          assert.notProperty(env({}).env, "PATH")
          assert.strictEqual(env({ env: { PATH: "/x" } }).env["PATH"], "/x")
        })
      )

      it.effect("come before the host's PATH where that is passed on", () =>
        Effect.sync(() => {
          for (const codex of [{}, { env: { A: "b" }, extendEnv: true }]) {
            const path = String(env(codex, ["/tools"]).env["PATH"]).split(pathDelimiter)
            assert.strictEqual(path[0], "/tools")
            assert.includeMembers(
              path,
              hostPath()
                .split(pathDelimiter)
                .filter((folder) => folder !== "")
            )
          }
        })
      )

      it.effect("come before the PATH that is given, and the host's is left out", () =>
        Effect.sync(() => {
          const PATH = ["/x", "/y"].join(pathDelimiter)
          const expected = ["/tools", "/x", "/y"].join(pathDelimiter)
          assert.strictEqual(env({ env: { PATH } }, ["/tools"]).env["PATH"], expected)
          assert.strictEqual(env({ env: { PATH }, extendEnv: true }, ["/tools"]).env["PATH"], expected)
          assert.strictEqual(env({ env: { PATH: Redacted.make(PATH) } }, ["/tools"]).env["PATH"], expected)
        })
      )

      it.effect("are all of PATH in an environment that has none", () =>
        Effect.sync(() => assert.strictEqual(env({ env: { A: "b" } }, ["/tools"]).env["PATH"], "/tools"))
      )

      it.effect("occur once, and empty entries, which mean the working directory, are dropped", () =>
        Effect.sync(() => {
          const PATH = ["", "/tools", "/x", "", "/tools"].join(pathDelimiter)
          assert.strictEqual(env({ env: { PATH } }, ["/tools"]).env["PATH"], ["/tools", "/x"].join(pathDelimiter))
        })
      )
    })
  })

  describe("environmentSecrets", () => {
    it.effect("are the redacted values", () =>
      Effect.sync(() =>
        assert.deepStrictEqual(
          environmentSecrets({ A: "plain", B: Redacted.make("s1"), C: undefined, D: Redacted.make("s2") }),
          ["s1", "s2"]
        )
      )
    )

    it.effect("are keys and tokens of codex's, though they are plain", () =>
      Effect.sync(() =>
        assert.deepStrictEqual(
          environmentSecrets({
            CODEX_API_KEY: "sk-long-1",
            OPENAI_API_KEY: Redacted.make("s2"),
            CODEX_ACCESS_TOKEN: "sk-long-3",
            CODEX_HOME: "/x"
          }),
          ["sk-long-1", "s2", "sk-long-3"]
        )
      )
    )
  })
})
