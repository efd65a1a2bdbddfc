/**
 * A web page that shows a thread live: what the agent says and does, with approvals, steering and a stop button. See
 * README.md.
 *
 *   npm run build && npx node examples/19_live_page/server.ts
 *   npm run build && npx node examples/19_live_page/server.ts --live
 */
import { NodeRuntime, NodeServices } from "@effect/platform-node"
import * as CliError from "effect/cli/CliError"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { Live, Scripted } from "./layers.ts"
import { LivePage } from "./livePage.ts"
import { prompt } from "./scenario.ts"

const inUse = (port: number) =>
  new Error(`Nobody can listen on port ${port} of 127.0.0.1: it is in use, or not allowed`)

const serve = Command.make(
  "live-page",
  {
    live: Flag.Boolean("live").pipe(
      Flag.withDefault(false),
      Flag.withDescription("Use your own codex login in the current directory; without it a scripted model is used")
    ),
    port: Flag.Int("port").pipe(
      Flag.withSchema(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 65_535 }))),
      Flag.withDefault(0),
      Flag.withDescription("Port to listen on (default: a free one)")
    )
  },
  Effect.fnUntraced(
    function* ({ live }) {
      const { url } = yield* LivePage
      yield* Console.log(`Open ${url}`)
      if (!live) yield* Console.log(`Offline: the model follows a script. Say: ${prompt}`)
      return yield* Effect.never
    },
    (effect, { live, port }) =>
      Effect.provide(effect, live ? Live(port) : Scripted(port)).pipe(
        Effect.mapError((error) => new CliError.UserError({ cause: error._tag === "ServeError" ? inUse(port) : error }))
      )
  )
).pipe(Command.withDescription("Shows a thread of codex on a web page, live"))

Command.run(serve, { version: "1" }).pipe(Effect.provide(NodeServices.layer), NodeRuntime.runMain)
