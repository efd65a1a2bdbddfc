/** Writes the screenshots that the README of `examples/19_live_page` shows. Run by `npm run example:screenshot`. */
import { fileURLToPath } from "node:url"
import { NodeRuntime, NodeServices } from "@effect/platform-node"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import type { Browser } from "playwright-core"
import { Scripted } from "../examples/19_live_page/layers.ts"
import { LivePage } from "../examples/19_live_page/livePage.ts"
import { prompt } from "../examples/19_live_page/scenario.ts"
import { launchBrowser } from "../test/support/browser.ts"

const shots = [
  { name: "desktop", width: 1280, height: 1070, colorScheme: "light" },
  { name: "desktop-dark", width: 1280, height: 1070, colorScheme: "dark" },
  { name: "phone", width: 390, height: 844, colorScheme: "light" }
] as const

const file = (name: string) => fileURLToPath(new URL(`../examples/19_live_page/images/${name}.png`, import.meta.url))

/** Runs a turn up to the question whether the file may be changed, and takes it in every size. */
const takeShots = async (browser: Browser, url: string) => {
  const pages = await Promise.all(
    shots.map(async ({ colorScheme, height, name, width }) => {
      const page = await browser.newPage({ viewport: { width, height }, colorScheme })
      await page.goto(url)
      return { name, page }
    })
  )
  const [first] = pages
  if (first === undefined) return
  await first.page.getByLabel("Prompt").fill(prompt)
  await first.page.keyboard.press("Enter")
  await first.page.getByRole("button", { name: "Accept", exact: true }).click()
  await first.page.getByRole("group", { name: "Make these changes?" }).waitFor()
  for (const { name, page } of pages) {
    await page.getByRole("group", { name: "Make these changes?" }).waitFor()
    await page.screenshot({ path: file(name) })
  }
}

Effect.gen(function* () {
  const { url } = yield* LivePage
  const browser = yield* launchBrowser
  yield* Effect.promise(() => takeShots(browser, url))
  yield* Console.log(shots.map(({ name }) => file(name)).join("\n"))
}).pipe(Effect.scoped, Effect.provide(Scripted()), Effect.provide(NodeServices.layer), NodeRuntime.runMain)
