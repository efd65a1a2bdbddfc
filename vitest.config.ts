import { fileURLToPath } from "node:url"
import { defineConfig } from "vitest/config"

const source = (path: string) => fileURLToPath(new URL(`./src/${path}`, import.meta.url))

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
    // Many tests start a Node of their own, which compiles the same modules each time.
    env: { NODE_COMPILE_CACHE: fileURLToPath(new URL("./node_modules/.cache/tests", import.meta.url)) },
    // Most tests wait for processes: more of them than cores halves the time.
    maxWorkers: 5,
    isolate: false,
    sequence: { shuffle: true },
    coverage: { include: ["src/**"], thresholds: { lines: 95 } }
  }
})
