/**
 * Sends text and images in one input.
 *
 *   npm run build && node examples/05_images.ts
 */
import { NodeRuntime } from "@effect/platform-node"
import { Codex, Input } from "effect-codex"
import { type ModelScript, promptOf, reply } from "effect-codex/testing"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Base64 from "effect/encoding/Base64"
import * as FileSystem from "effect/FileSystem"
import * as Path from "effect/Path"
import { offline, Workspace } from "./support/offline.ts"

// One red pixel.
const redPixel = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg=="

const program = Effect.gen(function* () {
  const codex = yield* Codex
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const { directory } = yield* Workspace

  const image = path.join(directory, "pixel.png")
  yield* fs.writeFile(image, yield* Effect.fromResult(Base64.decode(redPixel)))

  const thread = yield* codex.startThread({ workingDirectory: directory })
  const turn = yield* thread.run([
    Input.text("What colour is this?"),
    Input.localImage(image),
    Input.text("One word, please.")
  ])
  yield* Console.log(turn.finalResponse)
})

// A model that can not see tells what it was sent.
const script: ModelScript = (request) => {
  const sent = JSON.stringify(request.body.input)
  const images = sent.split(`"input_image"`).length - 1
  return reply(
    `I got ${images} image (PNG: ${sent.includes("data:image/png;base64,")}) and this text:\n${promptOf(request)}`
  )
}

program.pipe(Effect.provide(offline(script)), NodeRuntime.runMain)
