import { request } from "node:http"
import { NodeServices } from "@effect/platform-node"
import { assert, describe, it, layer } from "@effect/vitest"
import { ApprovalRequest } from "effect-codex/app-server"
import { applyPatch, type ModelScript, promptOf, reply, replyHanging, streamedMessage } from "effect-codex/testing"
import * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as FileSystem from "effect/FileSystem"
import * as Layer from "effect/Layer"
import * as ChildProcess from "effect/process/ChildProcess"
import * as Stream from "effect/Stream"
import type { Browser, Page } from "playwright-core"
import { Decisions } from "../examples/19_live_page/approvals.ts"
import { Board } from "../examples/19_live_page/board.ts"
import { Scripted } from "../examples/19_live_page/layers.ts"
import { LivePage } from "../examples/19_live_page/livePage.ts"
import { maxPromptLength } from "../examples/19_live_page/wire.ts"
import { hasBrowser, launchBrowser } from "./support/browser.ts"
import { makeMarker } from "./support/noLeaks.ts"

class TestBrowser extends Context.Service<TestBrowser, Browser>()("test/Browser") {
  static readonly layer = Layer.effect(TestBrowser, launchBrowser).pipe(Layer.provideMerge(NodeServices.layer))
}

/** The address of the example's page on a model with this script; without one the example's own. */
const servePage = Effect.fnUntraced(function* (script?: ModelScript) {
  const services = yield* Layer.build(Scripted(undefined, script))
  return Context.get(services, LivePage).url
})

/** A window on the page. A script that fails or is refused fails the test. */
const openWindow = Effect.fnUntraced(function* (url: string) {
  const browser = yield* TestBrowser
  const errors: Array<string> = []
  const page = yield* Effect.acquireRelease(
    Effect.promise(() => browser.newPage({ viewport: { width: 1280, height: 900 } })),
    (page) =>
      Effect.andThen(
        Effect.promise(() => page.close()),
        Effect.sync(() => assert.deepStrictEqual(errors, []))
      )
  )
  page.setDefaultTimeout(120_000)
  page.on("pageerror", (error) => errors.push(error.message))
  page.on("console", (message) => message.type() === "error" && errors.push(message.text()))
  yield* Effect.promise(() => page.goto(url))
  return page
})

const say = async (page: Page, text: string) => {
  await page.getByLabel("Prompt").fill(text)
  await page.keyboard.press("Enter")
}

const decide = (page: Page, question: string, button: string) =>
  page.getByRole("group", { name: question }).getByRole("button", { name: button, exact: true }).click()

const isReady = (page: Page) => page.locator("#state", { hasText: "Ready" }).waitFor()
const log = (page: Page) => page.getByRole("main")
const seen = (page: Page, text: string) => log(page).getByText(text).first().waitFor()

/** What a foreign web site can make a browser send. */
const statusOf = (url: string, headers: Readonly<Record<string, string>>) =>
  Effect.callback<number>((resume) => {
    request(url, { method: "POST", headers }, (response) => {
      response.resume()
      resume(Effect.succeed(response.statusCode ?? 0))
    }).end("{}")
  })

describe.skipIf(!hasBrowser)("19_live_page", () => {
  layer(TestBrowser.layer, { excludeTestServices: true, timeout: "3 minutes" })((it) => {
    it.effect("shows a turn in every window, with approvals by click, and to whoever comes later", () =>
      Effect.gen(function* () {
        const url = yield* servePage()
        const page = yield* openWindow(url)
        const other = yield* openWindow(url)
        yield* Effect.promise(async () => {
          await say(page, "The check fails.")
          await decide(page, "Run this command?", "Accept")
          await seen(other, "FAIL three mugs: 800, expected 2400")
          await seen(other, "exit code 1")

          // The diff is there before the change is made.
          const change = other.getByRole("article").filter({ hasText: "cart.mjs" })
          await change
            .getByText("+  const sum = items.reduce((sum, item) => sum + item.price * item.quantity, 0)")
            .waitFor()
          await decide(other, "Make these changes?", "Accept for session")
          await page.getByText("Accepted for this session").first().waitFor()

          await decide(page, "Run this command?", "Accept")
          await seen(page, "ok three mugs: 2400")
          await seen(page, "Fixed. total in cart.mjs")
          await Promise.all([isReady(page), isReady(other)])
          await page.getByText("168 tokens in (48 cached), 20 out").waitFor()
          assert.strictEqual(await page.getByRole("button", { name: "Stop" }).count(), 0)

          const shown = await log(page).innerText()
          assert.strictEqual(await log(other).innerText(), shown)
          await page.reload()
          await seen(page, "Fixed. total in cart.mjs")
          assert.strictEqual(await log(page).innerText(), shown)
        })
      })
    )

    it.effect("shows texts as they come, steers, and stops", () =>
      Effect.gen(function* () {
        const url = yield* servePage((request) =>
          promptOf(request) === "Go on"
            ? replyHanging(streamedMessage(["Going ", "on"], { unfinished: true }))
            : replyHanging(streamedMessage(["Let me ", "think"], { unfinished: true }))
        )
        const page = yield* openWindow(url)
        yield* Effect.promise(async () => {
          await say(page, "Hello")
          await seen(page, "Let me think")
          await page.getByLabel("Prompt").fill("Go on")
          await page.getByRole("button", { name: "Steer" }).click()
          await seen(page, "Going on")
          await seen(page, "You, to the running turn")
          await page.getByRole("button", { name: "Stop" }).click()
          await seen(page, "Stopped.")
          await isReady(page)
        })
      })
    )

    it.effect("goes on with the turn when a change is declined", () =>
      Effect.gen(function* () {
        const patch = "*** Begin Patch\n*** Add File: new.txt\n+one\n*** End Patch\n"
        const page = yield* openWindow(yield* servePage([reply(applyPatch(patch)), reply("As you wish.")]))
        yield* Effect.promise(async () => {
          await say(page, "Write a file")
          await page.getByRole("article").filter({ hasText: "add new.txt" }).getByText("+one").waitFor()
          await decide(page, "Make these changes?", "Decline")
          await seen(page, "As you wish.")
          assert.deepStrictEqual(await page.locator(".badge").allInnerTexts(), ["declined"])
        })
      })
    )

    it.effect("shows HTML as text, and never overflows a phone", () =>
      Effect.gen(function* () {
        const html = `<img src=x onerror="document.title='owned'"><script>document.title='owned'</script><b>bold</b>`
        const long = "x".repeat(200)
        const page = yield* openWindow(yield* servePage([reply(`${html} \`${html}\` ${long}`)]))
        yield* Effect.promise(async () => {
          await page.setViewportSize({ width: 390, height: 844 })
          await say(page, `${html} ${long}`)
          await log(page).getByRole("article").nth(1).waitFor()
          await isReady(page)
          const texts = await log(page).getByRole("article").allInnerTexts()
          assert.deepStrictEqual(texts, [`You\n${html} ${long}`, `codex\n${html} ${html} ${long}`])
          assert.strictEqual(await log(page).locator("img, script, b").count(), 0)
          assert.strictEqual(await page.title(), "Live thread")
          assert.strictEqual(await page.evaluate("document.documentElement.scrollWidth"), 390)
        })
      })
    )

    it.effect("refuses other web sites, other names, and whoever does not know the path", () =>
      Effect.gen(function* () {
        const url = yield* servePage([])
        const { host, origin } = new URL(url)
        const statuses = yield* Effect.all([
          statusOf(`${url}stop`, { host, origin }),
          statusOf(`${url}stop`, { host, origin: "https://example.com" }),
          statusOf(`${url}stop`, { host: "example.com" }),
          statusOf(`${origin}/stop`, { host })
        ])
        assert.deepStrictEqual(statuses, [204, 403, 403, 404])
      })
    )
  })
})

/** Reads until the text has come, or to the end. */
const read = async (reader: ReadableStreamDefaultReader<string>, text = "\0") => {
  let all = ""
  let ended = false
  while (!ended && !all.includes(text)) {
    // The connection may be cut instead of ended.
    const { done, value } = await reader.read().catch(() => ({ done: true, value: undefined }))
    ended = done
    all += value ?? ""
  }
  return all
}

describe("19_live_page server", () => {
  it.live("ends on Ctrl-C with the turn and what watches it, and leaves nothing", () =>
    Effect.gen(function* () {
      const fs = yield* FileSystem.FileSystem
      const marker = makeMarker()
      const temporary = yield* fs.makeTempDirectoryScoped({ prefix: "examples-" })
      const example = yield* ChildProcess.make(process.execPath, ["examples/19_live_page/server.ts"], {
        env: { ...marker.env, TMPDIR: temporary, HOME: temporary },
        extendEnv: true,
        stdin: "ignore",
        stderr: "inherit",
        forceKillAfter: "5 seconds"
      })
      const opened = yield* Deferred.make<string>()
      yield* example.stdout.pipe(
        Stream.decodeText,
        Stream.splitLines,
        Stream.runForEach((line) =>
          line.startsWith("Open ") ? Deferred.succeed(opened, line.slice("Open ".length)) : Effect.void
        ),
        Effect.forkScoped
      )
      const url = yield* Deferred.await(opened)
      const watching = yield* Effect.promise(async () => {
        const { body } = await fetch(`${url}events`)
        assert(body !== null)
        const reader = body.pipeThrough(new TextDecoderStream()).getReader()
        const headers = { "content-type": "application/json" }
        await fetch(`${url}prompt`, { method: "POST", headers, body: JSON.stringify({ text: "The check fails." }) })
        assert.include(await read(reader, `"state":"waiting"`), "Run this command?")
        return reader
      })
      yield* example.kill({ killSignal: "SIGINT" })
      assert.strictEqual(Number(yield* example.exitCode), 130)
      yield* Effect.promise(() => read(watching))
      yield* marker.assertNothingLeft
      const left = yield* fs.readDirectory(temporary)
      assert.deepStrictEqual(
        left.filter((name) => name.startsWith("effect-codex-")),
        []
      )
    }).pipe(Effect.provide(NodeServices.layer))
  )
})

describe("19_live_page requests", () => {
  layer(NodeServices.layer, { excludeTestServices: true, timeout: "3 minutes" })((it) => {
    it.effect("are refused with what is wrong", () =>
      Effect.gen(function* () {
        const url = yield* servePage([])
        const post = (path: string, body: string) =>
          Effect.promise(async () => {
            const response = await fetch(`${url}${path}`, { method: "POST", body })
            return [response.status, await response.text()]
          })
        const ask = JSON.stringify({ text: "x".repeat(maxPromptLength + 1) })
        assert.deepStrictEqual(yield* post("prompt", "{"), [400, "The body of the request is no JSON."])
        assert.deepStrictEqual(yield* post("prompt", "{}"), [400, `Missing key\n  at ["text"]`])
        assert.deepStrictEqual(yield* post("prompt", ask), [
          400,
          `Expected a value with a length of at most 100000\n  at ["text"]`
        ])
        assert.deepStrictEqual(yield* post("prompt", " ".repeat(2 ** 20 + 1)), [413, "A request has at most 1 MiB."])
        const decision = JSON.stringify({ id: "approval-1", decision: "accept" })
        assert.deepStrictEqual(yield* post("approval", decision), [404, "There is no such question."])
      })
    )

    it.effect("get the page, which holds prompts to the server's length, and nothing beside it", () =>
      Effect.gen(function* () {
        const url = yield* servePage([])
        yield* Effect.promise(async () => {
          assert.include(await (await fetch(url)).text(), `maxlength="${maxPromptLength}"`)
          assert.strictEqual((await fetch(`${url}page.js`)).status, 200)
          assert.strictEqual((await fetch(`${url}tsconfig.json`)).status, 404)
        })
      })
    )
  })
})

describe("19_live_page approvals", () => {
  layer(Decisions.layer.pipe(Layer.provideMerge(Board.layer)))((it) => {
    it.effect("tell what was decided before from what was never asked", () =>
      Effect.gen(function* () {
        const { answer, ask } = yield* Decisions
        const params = { threadId: "t", turnId: "t", itemId: "i", startedAtMs: 0 }
        const fiber = yield* Effect.forkChild(ask(ApprovalRequest.FileChange({ params })), { startImmediately: true })
        assert.strictEqual(yield* answer("approval-1", "decline"), "answered")
        assert.strictEqual(yield* answer("approval-1", "accept"), "decided")
        assert.strictEqual(yield* Fiber.join(fiber), "decline")
        assert.strictEqual(yield* answer("approval-1", "accept"), "decided")
        assert.strictEqual(yield* answer("approval-2", "accept"), "unknown")
      })
    )
  })
})

describe("19_live_page board", () => {
  layer(Board.layer)((it) => {
    it.effect("drops a watcher that falls behind, and keeps the rest", () =>
      Effect.gen(function* () {
        const board = yield* Board
        const behind = yield* Stream.toPull(board.updates)
        yield* behind
        for (let count = 0; count < 2000; count++) {
          board.more({ kind: "message", id: "one", text: "x", done: false })
        }
        const waited = yield* Effect.flatMap(behind, (updates) => Effect.as(Effect.flip(behind), updates.length))
        assert.strictEqual(waited, 1024)
        const [first] = yield* Stream.runCollect(Stream.take(board.updates, 1))
        assert.deepStrictEqual(first, {
          type: "all",
          entries: [{ kind: "message", id: "one", text: "x".repeat(2000), done: false }],
          status: { running: false }
        })
      })
    )
  })
})
