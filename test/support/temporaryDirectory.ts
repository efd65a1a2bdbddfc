/** Gives each test file a directory for temporary files of its own, in which only its own turns can leave something. */
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll } from "vitest"

const directory = mkdtempSync(join(tmpdir(), "test-"))
process.env["TMPDIR"] = directory
afterAll(() => rmSync(directory, { recursive: true, force: true }))
