/** What the scripted model does: it runs a check, mends what is wrong, and checks again. */
import {
  applyPatch,
  type ModelRequest,
  pause,
  promptOf,
  reasoning,
  reply,
  shellCommand,
  streamedMessage
} from "effect-codex/testing"

import * as brokenCart from "../support/brokenCart.ts"

export { prompt } from "../support/brokenCart.ts"

export const files = {
  ...brokenCart.files,
  // Slow enough for its output to be seen as it comes.
  "check.mjs": brokenCart.files["check.mjs"].replaceAll(
    /^check\(/gm,
    "await new Promise((done) => setTimeout(done, 200))\ncheck("
  )
}

const patch = `*** Begin Patch
*** Update File: cart.mjs
@@
 export const total = (items, discount = 0) => {
-  const sum = items.reduce((sum, item) => sum + item.price, 0)
+  const sum = items.reduce((sum, item) => sum + item.price * item.quantity, 0)
   return Math.round(sum * (1 - discount / 100))
*** End Patch`

const say = (text: string) => streamedMessage(text.split(/(?<= )/), { pause: "30 millis" })

// A login shell may put another PATH in place of the one that has Node.
const check = shellCommand("node check.mjs", { login: false })

export const script = (request: ModelRequest) => {
  const { input } = request.body
  const outputs = input.filter(({ type = "" }) => type.endsWith("_call_output"))
  const last = JSON.stringify(outputs.at(-1) ?? "")
  const isSteered = input.at(-1)?.role === "user" && outputs.length > 0
  const heard = isSteered ? [say(`Noted: ${promptOf(request)}`)] : []
  switch (outputs.length) {
    case 0:
      return reply([
        pause("400 millis"),
        reasoning("The check tells what is wrong"),
        say("I'll run the check first, to see what fails."),
        check
      ])
    case 1:
      return reply([
        ...heard,
        say("One mug is right and three are not: `total` never looks at the quantity. I'll multiply by it."),
        applyPatch(patch)
      ])
    case 2:
      return reply([...heard, check])
    default:
      return reply(
        isSteered
          ? say(
              `You said: ${promptOf(request)}\n\nI only follow a script, and it ends here. With --live I'm a real model.`
            )
          : say(
              last.includes("FAIL") || !last.includes("2160")
                ? "The check still fails, as I was not allowed to mend it."
                : "Fixed. `total` in `cart.mjs` added up the prices without looking at how many of each item there are. " +
                    "It now multiplies each price by its quantity, and all three checks pass."
            )
      )
  }
}
