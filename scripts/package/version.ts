/** Brings the version of package.json into the source, which tells it to codex. Part of `npm run release:version`. */
import { readFileSync, writeFileSync } from "node:fs"
import packageJson from "../../package.json" with { type: "json" }

const file = new URL("../../src/internal/version.ts", import.meta.url)
writeFileSync(file, readFileSync(file, "utf8").replace(/"[^"]*"/, JSON.stringify(packageJson.version)))
