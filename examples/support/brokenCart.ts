/** A small repository with a bug, and a model that finds and fixes it. */
import { applyPatch, type ModelScript, pause, reasoning, reply, shellCommand } from "effect-codex/testing"
import type * as Duration from "effect/Duration"

export const prompt = "The check fails. Find out why and fix it."

export const files = {
  "cart.mjs": `/** What a cart costs, in cents. The discount is a percentage. */
export const total = (items, discount = 0) => {
  const sum = items.reduce((sum, item) => sum + item.price, 0)
  return Math.round(sum * (1 - discount / 100))
}
`,
  "check.mjs": `import { total } from "./cart.mjs"

const check = (what, actual, expected) => {
  const ok = actual === expected
  console.log(\`\${ok ? "ok  " : "FAIL"} \${what}: \${actual}\${ok ? "" : \`, expected \${expected}\`}\`)
  if (!ok) process.exitCode = 1
}

check("one mug", total([{ price: 800, quantity: 1 }]), 800)
check("three mugs", total([{ price: 800, quantity: 3 }]), 2400)
check("three mugs at 10 % off", total([{ price: 800, quantity: 3 }], 10), 2160)
`
} as const

const patch = `*** Begin Patch
*** Update File: cart.mjs
@@
-  const sum = items.reduce((sum, item) => sum + item.price, 0)
+  const sum = items.reduce((sum, item) => sum + item.price * item.quantity, 0)
*** End Patch`

// A login shell may put another PATH in place of the one that has Node.
const run = (command: string) => shellCommand(command, { login: false })

/** The model's side of the conversation, with a pause where a real model would think. */
export const script = (thinking: Duration.Input): ModelScript => [
  reply([
    pause(thinking),
    reasoning("Reading the code before running its check"),
    "I'll read the code first, then run the check.",
    pause(thinking),
    run("cat cart.mjs")
  ]),
  reply([pause(thinking), run("node check.mjs")]),
  reply([
    pause(thinking),
    reasoning("One mug is right and three are not: the quantity is never used"),
    "The sum adds up prices and ignores `item.quantity`. I'll multiply by it.",
    pause(thinking),
    applyPatch(patch)
  ]),
  reply([pause(thinking), run("node check.mjs")]),
  reply([
    pause(thinking),
    "Fixed. `total` in `cart.mjs` added up the prices without looking at how many of each item there are; " +
      "it now multiplies each price by its quantity. All three checks pass."
  ])
]
