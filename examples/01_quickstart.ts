/**
 * A first turn of the real codex, shown event by event.
 *
 *   npm start                        offline: a scripted model, and a temporary repository with a bug
 *   npm start -- --live "prompt"     your own codex login or CODEX_API_KEY, in the current directory
 */
import { NodeRuntime, NodeServices } from "@effect/platform-node"
import { Codex, Exec, type SandboxMode } from "effect-codex"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Path from "effect/Path"
import * as brokenCart from "./support/brokenCart.ts"
import { watchChanges } from "./support/git.ts"
import { offline, Workspace } from "./support/offline.ts"
import { Failed, showDiff, showFailure, showTurn } from "./support/render.ts"
import { Screen } from "./support/screen.ts"

const work = Effect.fn("work")(function* (prompt: string, workingDirectory: string, sandboxMode: SandboxMode) {
  const codex = yield* Codex
  const thread = yield* codex.startThread({ workingDirectory, sandboxMode })

  const changes = yield* watchChanges(workingDirectory)
  yield* showTurn(prompt, workingDirectory, thread.stream(prompt))
  yield* showDiff(yield* changes)
}, Effect.scoped)

/** codex as you have it. */
const live = Effect.fn("live")(
  function* (prompt: string) {
    const path = yield* Path.Path
    yield* work(prompt, path.resolve("."), "workspace-write")
  },
  Effect.provide(Codex.layerConfig().pipe(Layer.provide(Exec.layer())))
)

/** codex with a model that follows a script. Its commands are ours, and not every container allows a sandbox. */
const scripted = Effect.gen(function* () {
  const { isLive, print, style } = yield* Screen
  yield* print(style.dim("\nThe real codex, offline: its model follows a script, its files are temporary."))
  const script = brokenCart.script(isLive ? "700 millis" : 0)
  yield* Workspace.use(({ directory }) => work(brokenCart.prompt, directory, "danger-full-access")).pipe(
    Effect.provide(offline(script, brokenCart.files))
  )
  yield* print(style.dim('With your own login: npm start -- --live "Explain this repository"\n'))
})

const quickstart = Command.make(
  "quickstart",
  {
    live: Flag.String("live").pipe(
      Flag.optional,
      Flag.withDescription("Give this prompt to codex with your own login, in the current directory")
    )
  },
  Effect.fnUntraced(function* ({ live: prompt }) {
    return yield* Option.isSome(prompt) ? live(prompt.value) : scripted
  })
)

Command.run(quickstart, { version: "1" }).pipe(
  Effect.catchTag("CodexError", (error) => Effect.andThen(showFailure(error), new Failed())),
  Effect.provide(Screen.layer.pipe(Layer.provideMerge(NodeServices.layer))),
  NodeRuntime.runMain
)
