/** The page on a codex with your own login, and on one with a scripted model. */
import { AppServer } from "effect-codex/app-server"
import type { ModelScript } from "effect-codex/testing"
import * as Config from "effect/Config"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Path from "effect/Path"
import { appServerOnModel, offlineModel, Workspace } from "../support/offline.ts"
import { AskOnPage, Decisions } from "./approvals.ts"
import { Board } from "./board.ts"
import { LivePage } from "./livePage.ts"
import * as scenario from "./scenario.ts"

const Shared = Decisions.layer.pipe(Layer.provideMerge(Board.layer))

/** codex with your own login, in the current directory. What its sandbox does not cover it asks for. */
export const Live = (port?: number) =>
  Layer.unwrap(
    Effect.gen(function* () {
      const path = yield* Path.Path
      const apiKey = Option.getOrUndefined(yield* Config.option(Config.Redacted("CODEX_API_KEY")))
      const workingDirectory = path.resolve(".")
      return LivePage.layer({
        port,
        thread: { workingDirectory, sandboxMode: "workspace-write", approvalPolicy: "on-request" }
      }).pipe(Layer.provide(AppServer.layer({ apiKey })))
    })
  ).pipe(Layer.provide(AskOnPage), Layer.provide(Shared))

/** codex with a model that follows a script. Its commands are ours, and not every container allows a sandbox. */
export const Scripted = (port?: number, script: ModelScript = scenario.script) =>
  Layer.unwrap(
    Workspace.useSync(({ directory }) =>
      LivePage.layer({
        port,
        thread: { workingDirectory: directory, sandboxMode: "danger-full-access", approvalPolicy: "untrusted" }
      })
    )
  ).pipe(
    Layer.provide(appServerOnModel),
    Layer.provide(AskOnPage),
    Layer.provide(Shared),
    Layer.provide(offlineModel(script, scenario.files))
  )
