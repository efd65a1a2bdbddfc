/** A repository with an uncommitted bug, and a model that reviews it. */
import { functionCall, type ModelRequest, pause, reply, shellCommand, streamedMessage } from "effect-codex/testing"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Path from "effect/Path"
import * as ChildProcess from "effect/process/ChildProcess"
import { ChildProcessSpawner } from "effect/process/ChildProcessSpawner"

/** What is committed. */
export const files = {
  "cart.mjs": `/** What a cart costs, in cents. */
export const total = (items) => items.reduce((sum, { price, quantity }) => sum + price * quantity, 0)
`,
  "check.mjs": `import { total } from "./cart.mjs"

const mugs = [{ price: 800, quantity: 3 }]
const checks = [
  ["three mugs", total(mugs), 2400],
  ["three mugs at 10 % off", total(mugs, 10), 2160]
]
for (const [what, actual, expected] of checks) {
  console.log(\`\${actual === expected ? "ok  " : "FAIL"} \${what}: \${actual}, expected \${expected}\`)
  if (actual !== expected) process.exitCode = 1
}
`
} as const

const changed = `/** What a cart costs, in cents. The discount is a percentage. */
export const total = (items, discount) => {
  const sum = items.reduce((sum, { price, quantity }) => sum + price * quantity, 0)
  return Math.round(sum - discount)
}
`

/** Commits the files, and changes one. */
export const changeWithoutCommit = Effect.fn("changeWithoutCommit")(function* (directory: string) {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const spawner = yield* ChildProcessSpawner
  const git = (...args: ReadonlyArray<string>) =>
    spawner.string(
      ChildProcess.make("git", ["-c", "user.name=Example", "-c", "user.email=example@localhost", ...args], {
        cwd: directory,
        env: { GIT_DIR: undefined },
        extendEnv: true,
        stdin: "ignore",
        forceKillAfter: "5 seconds"
      })
    )
  yield* git("add", "--all")
  yield* git("commit", "--quiet", "--message", "A cart")
  yield* fs.writeFileString(path.join(directory, "cart.mjs"), changed)
})

const say = (text: string) => streamedMessage(text.split(/(?<= )/), { pause: "25 millis" })

// A login shell may put another PATH in place of the one that has Node.
const run = (command: string) => shellCommand(command, { login: false })

/** What a model would do. */
export const script = (request: ModelRequest) => {
  const outputs = request.body.input.filter(({ type }) => type === "function_call_output")
  switch (outputs.length) {
    case 0:
      return reply([say("I'll look at what changed."), run("git diff")])
    case 1:
      return reply([say("A discount is new. The check knows what it should come to."), run("node check.mjs")])
    case 2:
      return reply([
        pause("300 millis"),
        functionCall("report_finding", {
          severity: "high",
          file: "cart.mjs",
          line: 4,
          title: "The discount is taken off in cents",
          explanation: "It is documented as a percentage. Use `sum * (1 - discount / 100)`."
        }),
        functionCall("report_finding", {
          severity: "medium",
          file: "cart.mjs",
          line: 2,
          title: "Without a discount the total is NaN",
          explanation: "`discount` has no default, and callers without one exist. Use `discount = 0`."
        })
      ])
    default:
      return reply(
        say(
          JSON.stringify(outputs[1]).includes("FAIL")
            ? "Not yet: the check fails, and both findings are one-line changes."
            : "Not yet: I could not run the check, but both findings show in the code."
        )
      )
  }
}
