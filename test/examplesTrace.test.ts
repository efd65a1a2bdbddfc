import { NodeServices } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import { assertContains, runExample } from "./support/runExample.ts"

/** The texts of an SVG. Fails if its elements are not closed in the order in which they were opened. */
const textsOf = (svg: string): ReadonlyArray<string> => {
  const open: Array<string> = []
  for (const [, end, name = "", rest = ""] of svg.matchAll(/<(\/?)([a-z]+)((?:"[^"]*"|[^<>"])*)>/g)) {
    if (end === "/") assert.strictEqual(open.pop(), name)
    else if (!rest.endsWith("/")) open.push(name)
  }
  assert.deepStrictEqual(open, [])
  assert.notMatch(svg, /&(?!(amp|lt|gt|quot);)|NaN|undefined|Infinity/)
  return [...svg.matchAll(/<text [^>]*>([^<]*)<\/text>/g)].map(([, text = ""]) => text)
}

describe("examples of traces", { concurrent: true }, () => {
  it.live("09_opentelemetry prints the tree of a turn's spans", () =>
    Effect.gen(function* () {
      const { exitCode, stdout } = yield* runExample("09_opentelemetry")
      assertContains(stdout, [
        "repair the cart · ",
        "\n  Codex.startThread · ",
        "\n  Thread.run · ",
        "\n    invoke_agent codex · ",
        ", 210 tokens in, 25 out\n      codex exec · ",
        "\n      execute_tool shell · ",
        " ✖ exit code 1\n      execute_tool apply_patch · ",
        "\n      execute_tool shell · "
      ])
      assert.strictEqual(exitCode, 0)
    }).pipe(Effect.provide(NodeServices.layer))
  )

  it.live("10_trace draws a turn with codex's own spans", () =>
    Effect.gen(function* () {
      const fs = yield* FileSystem.FileSystem
      const file = `${yield* fs.makeTempDirectoryScoped({ prefix: "trace-" })}/images/trace.svg`
      const { exitCode, stdout } = yield* runExample("10_trace", { args: [file] })
      assert.match(stdout, /trace\.svg: \d+ of \d+ spans\n$/)
      const texts = textsOf(yield* fs.readFileString(file))
      assertContains(texts.join("\n"), [
        "repair the cart: ",
        "repair the cart\n",
        "Thread.run\n",
        "invoke_agent codex\n210 tokens in, 25 out\n",
        "execute_tool shell\n",
        "execute_tool shell\n✖ exit code 1\n",
        "execute_tool apply_patch\n",
        "execute_tool shell\n",
        "codex exec\n",
        "codex.exec\n",
        "of codex's own spans are not shown"
      ])
      assert.strictEqual(exitCode, 0)
    }).pipe(Effect.provide(NodeServices.layer))
  )
})
