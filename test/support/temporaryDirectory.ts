/** Gives each test file a directory for temporary files of its own, in which only its own turns can leave something. */
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll } from "vitest"

const shared = tmpdir()
const directory = mkdtempSync(join(shared, "test-"))
process.env["TMPDIR"] = directory
afterAll(() => {
  process.env["TMPDIR"] = shared
  rmSync(directory, { recursive: true, force: true, maxRetries: 10 })
})
