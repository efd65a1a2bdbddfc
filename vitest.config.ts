import { delimiter } from "node:path"
import { fileURLToPath } from "node:url"
import { defineConfig } from "vitest/config"

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url))
const source = (file: string) => path(`src/${file}`)

export default defineConfig({
  resolve: {
    alias: [
      { find: /^effect-codex$/, replacement: source("index.ts") },
      { find: /^effect-codex\/app-server$/, replacement: source("app-server/index.ts") },
      { find: /^effect-codex\/testing$/, replacement: source("testing/index.ts") },
      { find: /^effect-codex\/tools$/, replacement: source("tools/index.ts") }
    ]
  },
  test: {
    include: ["test/**/*.test.ts"],
    setupFiles: ["test/support/temporaryDirectory.ts"],
    // Only against a test that hangs: on a slow machine some take more than a minute beside the others.
    testTimeout: 180_000,
    env: {
      // Many tests start a Node of their own, which compiles the same modules each time.
      NODE_COMPILE_CACHE: path("node_modules/.cache/tests"),
      // codex asks for the system's name at each start: a script of a dozen processes, where there is one.
      PATH: `${path("test/support/bin")}${delimiter}${process.env["PATH"]}`
    },
    // Most tests wait for processes: more of them than cores halves the time.
    maxWorkers: 5,
    isolate: false,
    sequence: { shuffle: true },
    coverage: { include: ["src/**"], thresholds: { lines: 95 } }
  }
})
