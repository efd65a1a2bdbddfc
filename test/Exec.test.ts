import { assert, describe, it } from "@effect/vitest"
import { Codex } from "effect-codex"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Stream from "effect/Stream"
import { failTurn, Fake, lines, nodeFake, ordinaryTurn, print, runTurn, shellFake } from "./support/fakeCodex.ts"

/** Starts a descendant in a session of its own. Its id is written only once it has left codex's process group. */
const ownSession = (code: string) => `
  pid="$(dirname "$0")/pid"
  setsid bash -c 'echo $$ > "$0"; ${code}' "$pid" &
  until [ -s "$pid" ]; do :; done`

describe("Exec", () => {
  describe("outcome", () => {
    it.live("reads an ordinary turn", () =>
      Effect.gen(function* () {
        const turn = yield* runTurn()
        assert.strictEqual(turn.finalResponse, "Hi!")
        yield* (yield* Fake).marker.assertNothingLeft
      }).pipe(Effect.provide(nodeFake(print(...ordinaryTurn))))
    )

    it.live("fails with TurnIncomplete when codex exits silently", () =>
      Effect.gen(function* () {
        assert.strictEqual((yield* failTurn()).reason._tag, "TurnIncomplete")
      }).pipe(Effect.provide(shellFake("exit 0")))
    )

    it.live("fails with ExitError, codex's words and the items when it exits half way", () =>
      Effect.gen(function* () {
        const error = yield* failTurn()
        assert.deepInclude(error.reason, { _tag: "ExitError", exitCode: 7, description: "Error: it broke" })
        assert.strictEqual(error.message, "codex exited with code 7: Error: it broke")
        assert.strictEqual(error.threadId, "01a20318-f35c-7821-b4c9-6971645259e3")
        assert.lengthOf(error.items ?? [], 1)
      }).pipe(
        Effect.provide(
          nodeFake(
            `${print(lines.threadStarted, lines.turnStarted, lines.message("half"))}
             process.stderr.write("Reading prompt from stdin...\\nError: it broke\\n"); process.exitCode = 7`
          )
        )
      )
    )

    it.live("prefers the last notice to stderr", () =>
      Effect.gen(function* () {
        const { reason } = yield* failTurn()
        assert.deepInclude(reason, { _tag: "ExitError", description: "the real cause", stderr: "noise\n" })
      }).pipe(
        Effect.provide(
          nodeFake(
            `${print('{"type":"error","message":"the real cause"}')} process.stderr.write("noise\\n"); process.exitCode = 1`
          )
        )
      )
    )

    it.live("keeps a bounded tail of stderr", () =>
      Effect.gen(function* () {
        const { reason } = yield* failTurn()
        assert.isTrue(reason._tag === "ExitError" && reason.stderr.length === 1000 && reason.stderr.endsWith("end\n"))
      }).pipe(
        Effect.provide(
          shellFake(`head -c 30000000 /dev/zero | tr '\\0' 'e' >&2; echo end >&2; exit 1`, { stderrTailBytes: 1000 })
        )
      )
    )

    it.live("names the signal that killed codex", () =>
      Effect.gen(function* () {
        const { reason } = yield* failTurn()
        assert.deepInclude(reason, { _tag: "ExitError", signal: "SIGKILL" })
        assert.isTrue(reason.isRetryable)
      }).pipe(Effect.provide(shellFake(`echo '${lines.threadStarted}'; kill -9 $$`)))
    )

    it.live("keeps a turn that completed, whatever comes after", () =>
      Effect.gen(function* () {
        const turn = yield* runTurn()
        assert.strictEqual(turn.finalResponse, "Hi!")
        assert.strictEqual(turn.threadUsage?.inputTokens, 42)
      }).pipe(
        Effect.provide(
          nodeFake(
            `${print(...ordinaryTurn, '{"type":"turn.completed"}', '{"type":"turn.failed","error":{"message":"no"}}')}
             process.stdout.write("bye"); process.exitCode = 9`
          )
        )
      )
    )
  })

  describe("input", () => {
    it.live("does not mind a codex that exits before it has read its prompt", () =>
      Effect.gen(function* () {
        const { reason } = yield* failTurn("x".repeat(1_000_000))
        assert.deepInclude(reason, { _tag: "ExitError", exitCode: 3 })
      }).pipe(Effect.provide(shellFake("exec <&-; exit 3")))
    )

    it.live("writes the whole prompt and closes stdin", () =>
      Effect.gen(function* () {
        const prompt = "é🙂\n".repeat(200_000)
        assert.strictEqual((yield* runTurn(prompt)).finalResponse, String(prompt.length))
      }).pipe(
        Effect.provide(
          nodeFake(
            `let text = ""; process.stdin.setEncoding("utf8"); process.stdin.on("data", (d) => { text += d });
             process.stdin.on("end", () => {
               const item = { id: "i", type: "agent_message", text: String(text.length) };
               process.stdout.write(JSON.stringify({ type: "item.completed", item }) + "\\n" + '{"type":"turn.completed"}\\n')
             })`
          )
        )
      )
    )
  })

  describe("end of the process", () => {
    it.live("settles when codex is gone though a descendant in its own session holds the output open", () =>
      Effect.gen(function* () {
        const { directory, marker } = yield* Fake
        const fs = yield* FileSystem.FileSystem
        assert.strictEqual((yield* runTurn()).finalResponse, "Hi!")
        const left = yield* marker.processes
        process.kill(Number(yield* fs.readFileString(`${directory}/pid`)))
        assert.lengthOf(left, 1, "the descendant was there when the turn settled")
      }).pipe(
        Effect.provide(
          shellFake(
            `${ownSession("exec sleep 300")}
             printf '%s\\n' ${ordinaryTurn.map((line) => `'${line}'`).join(" ")}`
          )
        )
      )
    )

    it.live.each(["$(seq -s, 1000)", "1"])(
      "settles when codex is gone though a descendant goes on printing %s",
      (line) =>
        Effect.gen(function* () {
          const { directory, marker } = yield* Fake
          const fs = yield* FileSystem.FileSystem
          const { reason } = yield* Effect.flip(runTurn())
          assert.deepInclude(reason, { _tag: "ExitError", exitCode: 3 })
          const left = yield* marker.processes
          process.kill(Number(yield* fs.readFileString(`${directory}/pid`)))
          assert.lengthOf(left, 1, "the descendant was there when the turn settled")
        }).pipe(Effect.provide(shellFake(`${ownSession(`exec yes ${line}`)}\nexit 3`)))
    )

    it.live("ends the descendants in codex's process group", () =>
      Effect.gen(function* () {
        yield* runTurn()
        yield* (yield* Fake).marker.assertNothingLeft
      }).pipe(
        Effect.provide(
          shellFake(
            `(trap '' INT TERM; sleep 300; sleep 300) & printf '%s\\n' ${ordinaryTurn.map((line) => `'${line}'`).join(" ")}`
          )
        )
      )
    )

    it.live("gives a codex that ignores SIGINT the grace period, and kills it", () =>
      Effect.gen(function* () {
        const { marker } = yield* Fake
        const codex = yield* Codex
        const thread = yield* codex.startThread()
        yield* thread.stream("go").pipe(Stream.take(1), Stream.runDrain)
        yield* marker.assertNothingLeft
      }).pipe(
        Effect.provide(
          nodeFake(
            `process.on("SIGINT", () => {}); process.on("SIGTERM", () => {}); ${print(lines.threadStarted)} setInterval(() => {}, 1e6)`,
            { gracePeriod: "300 millis" }
          )
        )
      )
    )

    it.live("sends SIGINT first, and lets codex end on its own", () =>
      Effect.gen(function* () {
        const { directory } = yield* Fake
        const fs = yield* FileSystem.FileSystem
        const codex = yield* Codex
        const thread = yield* codex.startThread()
        yield* thread.stream("go").pipe(Stream.take(1), Stream.runDrain)
        assert.strictEqual(yield* fs.readFileString(`${directory}/ended`), "SIGINT")
      }).pipe(
        Effect.provide(
          nodeFake(
            `for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => {
               require("node:fs").writeFileSync(__dirname + "/ended", signal); process.exit(1)
             });
             ${print(lines.threadStarted)} setInterval(() => {}, 1e6)`,
            { gracePeriod: "1 minute" }
          )
        )
      )
    )

    it.live("drains a codex that is blocked on its output, so that it can react", () =>
      Effect.gen(function* () {
        const { directory, marker } = yield* Fake
        const fs = yield* FileSystem.FileSystem
        const codex = yield* Codex
        const thread = yield* codex.startThread()
        yield* thread.stream("go").pipe(Stream.take(1), Stream.runDrain)
        yield* marker.assertNothingLeft
        assert.isTrue(yield* fs.exists(`${directory}/ended`), "codex was killed before it could end")
      }).pipe(
        Effect.provide(
          // Synchronous writes block until somebody reads, as codex's do.
          nodeFake(
            `const fs = require("node:fs"); let ended = false;
             process.on("SIGINT", () => { ended = true });
             const line = ${JSON.stringify(`${lines.message("x".repeat(10_000))}\n`)};
             const write = () => {
               for (let i = 0; i < 200; i++) fs.writeSync(1, line);
               if (ended) { fs.writeFileSync(__dirname + "/ended", ""); process.exit(1) }
               setImmediate(write)
             };
             write()`,
            { gracePeriod: "1 minute" }
          )
        )
      )
    )

    it.live("does not wait for ever for a codex that closes its output and lives on", () =>
      Effect.gen(function* () {
        const { reason } = yield* failTurn()
        assert.strictEqual(reason._tag, "TurnIncomplete")
        assert.include(reason.message, "did not exit")
      }).pipe(
        Effect.provide(
          shellFake(`echo '${lines.threadStarted}'; exec >&-; trap '' INT; while true; do sleep 300; done`, {
            gracePeriod: "300 millis"
          })
        )
      )
    )

    it.live("does not wait for ever for a codex that has completed its turn and lives on", () =>
      Effect.gen(function* () {
        assert.strictEqual((yield* runTurn()).finalResponse, "Hi!")
        yield* (yield* Fake).marker.assertNothingLeft
      }).pipe(
        Effect.provide(nodeFake(`${print(...ordinaryTurn)} setInterval(() => {}, 1e6)`, { gracePeriod: "300 millis" }))
      )
    )

    it.live.each(["the same thread", "another thread"])(
      "lets the next turn of %s begin only when a codex that has completed a stream's turn is gone",
      (which) =>
        Effect.gen(function* () {
          const codex = yield* Codex
          const thread = yield* codex.startThread()
          const next = which === "the same thread" ? thread : yield* codex.startThread()
          const [, turn] = yield* Effect.all([Stream.runDrain(thread.stream("one")), next.run("two")], {
            concurrency: "unbounded"
          })
          assert.strictEqual(turn.finalResponse, "of 1 before, 0 are there")
        }).pipe(
          Effect.provide(
            nodeFake(
              `for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => {});
               const fs = require("node:fs");
               const file = __dirname + "/pids";
               fs.appendFileSync(file, "");
               const before = fs.readFileSync(file, "utf8").split(" ").filter((pid) => pid !== "");
               const isThere = (pid) => { try { return process.kill(Number(pid), 0) } catch { return false } };
               fs.appendFileSync(file, process.pid + " ");
               const text = "of " + before.length + " before, " + before.filter(isThere).length + " are there";
               ${print(lines.threadStarted, lines.turnStarted)}
               console.log(JSON.stringify({ type: "item.completed", item: { id: "i", type: "agent_message", text } }));
               ${print(lines.turnCompleted)}
               setInterval(() => {}, 1e6)`,
              { gracePeriod: "300 millis" },
              { maxConcurrentTurns: 1 }
            )
          )
        )
    )

    it.live.each(["1", "{}", lines.turnCompleted])(
      "does not wait for ever for a codex that has completed its turn and goes on printing %s",
      (line) =>
        Effect.gen(function* () {
          assert.strictEqual((yield* runTurn()).finalResponse, "Hi!")
          yield* (yield* Fake).marker.assertNothingLeft
        }).pipe(
          Effect.provide(
            shellFake(
              `printf '%s\\n' ${ordinaryTurn.map((each) => `'${each}'`).join(" ")}; trap '' INT; exec yes '${line}'`,
              { gracePeriod: "300 millis" }
            )
          )
        )
    )

    it.live("does not wait for ever for a codex that completes its turn, closes its output and lives on", () =>
      Effect.gen(function* () {
        assert.strictEqual((yield* runTurn()).threadUsage?.inputTokens, 42)
      }).pipe(
        Effect.provide(
          shellFake(`echo '${lines.turnCompleted}'; exec >&-; trap '' INT; while true; do sleep 300; done`, {
            gracePeriod: "300 millis"
          })
        )
      )
    )

    it.live("ends a codex that never writes anything at the time limit", () =>
      Effect.gen(function* () {
        const { reason } = yield* failTurn("go", { idleTimeout: "200 millis" })
        assert.deepInclude(reason, { _tag: "TimeoutError", limit: "idleTimeout", milliseconds: 200 })
      }).pipe(Effect.provide(shellFake("sleep 300")))
    )
  })
})
