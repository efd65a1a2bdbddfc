/**
 * Headless Chromium from npm packages alone: nothing has to be installed on the machine. Its executable is for Linux on
 * x64, and is unpacked once into `node_modules/.cache`.
 */
import { fileURLToPath } from "node:url"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as ChildProcess from "effect/process/ChildProcess"
import { ChildProcessSpawner } from "effect/process/ChildProcessSpawner"
import { chromium } from "playwright-core"
import packageJson from "../../package.json" with { type: "json" }

export const hasBrowser = process.platform === "linux" && process.arch === "x64"

const version = packageJson.devDependencies["@sparticuz/chromium"]
const cache = fileURLToPath(new URL(`../../node_modules/.cache/chromium-${version}`, import.meta.url))

const fonts = `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>${cache}/fonts</dir>
  <dir>/usr/share/fonts</dir>
  <cachedir>${cache}/font-cache</cachedir>
  <alias><family>sans-serif</family><prefer><family>Open Sans</family></prefer></alias>
  <alias><family>system-ui</family><prefer><family>Open Sans</family></prefer></alias>
  <alias><family>monospace</family><prefer><family>DejaVu Sans Mono</family></prefer></alias>
</fontconfig>
`

/** Unpacks it beside its place first: others may unpack it at the same time. */
const unpacked = Effect.gen(function* () {
  const fs = yield* FileSystem.FileSystem
  if (yield* fs.exists(cache)) return
  const spawner = yield* ChildProcessSpawner
  yield* fs.makeDirectory(fileURLToPath(new URL("../../node_modules/.cache", import.meta.url)), { recursive: true })
  const scratch = yield* fs.makeTempDirectoryScoped({ directory: `${cache}/..`, prefix: "chromium-" })
  const files = `${scratch}/files`
  yield* fs.makeDirectory(files)
  yield* fs.writeFileString(`${files}/fonts.conf`, fonts)
  const script = fileURLToPath(new URL("./extractChromium.ts", import.meta.url))
  yield* spawner.string(
    ChildProcess.make(process.execPath, [script], {
      env: { TMPDIR: files },
      extendEnv: true,
      stdin: "ignore",
      stderr: "inherit",
      forceKillAfter: "5 seconds"
    })
  )
  yield* Effect.catch(fs.rename(files, cache), (error) =>
    Effect.flatMap(fs.exists(cache), (exists) => (exists ? Effect.void : Effect.fail(error)))
  )
}).pipe(Effect.scoped)

/** A browser, which is closed with the scope. */
export const launchBrowser = Effect.gen(function* () {
  yield* unpacked
  return yield* Effect.acquireRelease(
    Effect.promise(() =>
      chromium.launch({
        executablePath: `${cache}/chromium`,
        chromiumSandbox: false,
        timeout: 150_000,
        args: ["--disable-gpu", "--font-render-hinting=none"],
        env: { ...process.env, LD_LIBRARY_PATH: `${cache}/al2023/lib`, FONTCONFIG_FILE: `${cache}/fonts.conf` },
        handleSIGINT: false,
        handleSIGTERM: false,
        handleSIGHUP: false
      })
    ),
    (browser) => Effect.promise(() => browser.close())
  )
})
