/**
 * An empty project into which npm has installed the packed tarball. What the package needs beside itself are links to
 * this repository's `node_modules`: npm checks their versions against the peers all the same, and downloads nothing.
 */
import { fileURLToPath } from "node:url"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Layer from "effect/Layer"
import * as ChildProcess from "effect/process/ChildProcess"
import * as Stream from "effect/Stream"

const root = fileURLToPath(new URL("../..", import.meta.url))
const linked = ["effect", "@effect/platform-node", "@openai/codex", "@types/node"]
const program = fileURLToPath(new URL("./installedProgram.ts", import.meta.url))

export class InstalledPackage extends Context.Service<InstalledPackage>()("test/InstalledPackage", {
  make: Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const project = yield* fs.realPath(yield* fs.makeTempDirectoryScoped({ prefix: "installed-" }))

    /** Runs an executable of the repository, or of the PATH; gives its output and how it ended. */
    const run = Effect.fnUntraced(function* (
      command: string,
      args: ReadonlyArray<string>,
      env: Readonly<Record<string, string>> = {}
    ) {
      const child = yield* ChildProcess.make(command, args, {
        cwd: project,
        env: { PATH: `${root}node_modules/.bin:${process.env["PATH"]}`, ...env },
        extendEnv: true,
        stdin: "ignore",
        forceKillAfter: "5 seconds"
      })
      const [output, exitCode] = yield* Effect.all(
        [child.all.pipe(Stream.decodeText, Stream.mkString), child.exitCode],
        { concurrency: 2 }
      )
      return { output, exitCode: Number(exitCode) }
    }, Effect.scoped)
    const npm = Effect.fnUntraced(function* (...args: ReadonlyArray<string>) {
      const { exitCode, output } = yield* run("npm", [...args, "--ignore-scripts", "--offline", "--no-audit"])
      if (exitCode !== 0) return yield* Effect.die(new Error(`npm ${args.join(" ")}: ${output}`))
    })

    yield* fs.writeFileString(`${project}/package.json`, JSON.stringify({ private: true, type: "module" }))
    yield* npm("pack", root, "--pack-destination", project)
    const tarballs = (yield* fs.readDirectory(project)).filter((name) => name.endsWith(".tgz"))
    yield* npm("install", ...tarballs, ...linked.map((name) => `${root}node_modules/${name}`))
    yield* fs.copyFile(program, `${project}/program.ts`)
    return { project, installed: `${project}/node_modules/effect-codex`, run }
  })
}) {
  static readonly layer = Layer.effect(InstalledPackage, InstalledPackage.make)
}
