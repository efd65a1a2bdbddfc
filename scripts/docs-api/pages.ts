/** The pages of the reference, as Markdown. */
import type { Documented } from "./declarations.ts"
import type { Module, Protocol } from "./modules.ts"

/** A file below `docs/api`. */
export interface Page {
  readonly path: string
  readonly text: string
}

/** Formats TypeScript. */
type Format = (source: string) => Promise<string>

const protocolPath = "../app-server/Protocol.md"

const folderOf = (entry: string): string => entry.split("/").at(-1) ?? entry

const pathOf = (module: Module): string => `${folderOf(module.entry)}/${module.name}.md`

const titleOf = (module: Module, { name }: Documented): string => (module.isNamespace ? `${module.name}.${name}` : name)

const anchorOf = (title: string): string => title.toLowerCase().replaceAll(".", "")

const summaryOf = (text: string): string => {
  const [paragraph = ""] = text.split("\n\n")
  const flat = paragraph.replaceAll(/\s+/g, " ")
  return (/^.*?(?<!\.\.)[.:](?= |$)/.exec(flat)?.[0] ?? flat).replace(/:$/, ".")
}

/**
 * Where the names that a declaration uses are documented. Of two entries' exports of one name it is the own entry's, and
 * what a namespace of the app-server takes and gives are types of the protocol.
 */
const makeLinks = (modules: ReadonlyArray<Module>, protocol: Protocol) => {
  const protocolLink = (name: string): ReadonlyArray<string> =>
    protocol.types.has(name) ? [`[\`Protocol.${name}\`](${protocolPath})`] : []

  const exportLink = (name: string, from: Module): ReadonlyArray<string> => {
    const found = modules.filter((module) => !module.isNamespace && module.exports.some((each) => each.name === name))
    const module = found.find(({ entry }) => entry === from.entry) ?? found[0]
    if (module === undefined) return []
    return [`[\`${name}\`](${module === from ? "" : `../${pathOf(module)}`}#${anchorOf(name)})`]
  }

  return (from: Module, { declaration, name }: Documented): ReadonlyArray<string> => {
    const code = declaration.replaceAll(/\/\*\*[\s\S]*?\*\/|"[^"]*"/g, "")
    const used = new Set(code.match(/(?<![.\w])[A-Z]\w+(?![\w.:])/g))
    const find = from.isNamespace ? [protocolLink, exportLink] : [exportLink, protocolLink]
    return [...used]
      .filter((each) => each !== name)
      .toSorted()
      .flatMap((each) => find.map((link) => link(each, from)).find((links) => links.length > 0) ?? [])
  }
}

const protocolPage = ({ methods, types, version }: Protocol): Page => ({
  path: "app-server/Protocol.md",
  text: `# Protocol

\`\`\`ts
import { type ClientRequests, type Protocol, protocolVersion } from "effect-codex/app-server"
\`\`\`

The protocol of \`codex app-server\`, generated from codex ${version}. Editors show what codex says of each method and type;
this page says what there is.

| export | |
| --- | --- |
| \`protocolVersion\` | The version of codex that the protocol was generated from: \`"${version}"\`. |
| \`ClientRequests\` | ${methods["ClientRequests"]} requests that \`AppServer.request\` takes: \`ClientRequests["thread/read"]["params"]\` and \`["response"]\`. |
| \`ServerRequests\` | ${methods["ServerRequests"]} requests that codex makes. \`Approvals\` and the tools of a thread answer them. |
| \`ServerNotifications\` | ${methods["ServerNotifications"]} notifications, for \`AppServer.notificationsOf\`: \`ServerNotifications["turn/started"]["params"]\`. |
| \`Protocol\` | ${types.size} types that the methods use, such as \`Protocol.ThreadItem\`. |
`
})

const modulePage = async (module: Module, links: ReturnType<typeof makeLinks>, format: Format): Promise<Page> => {
  const sections = await Promise.all(
    module.exports.map(async (documented) => {
      const code = await format(documented.declaration)
      const used = links(module, documented)
      return [
        `## ${titleOf(module, documented)}`,
        documented.documentation,
        `\`\`\`ts\n${code.trimEnd()}\n\`\`\``,
        ...(used.length === 0 ? [] : [`Uses ${used.join(", ")}.`])
      ].join("\n\n")
    })
  )
  const imported = module.isNamespace ? module.name : module.exports.map(({ name }) => name)[0]
  const head = [
    `# ${module.name}`,
    module.isNamespace ? `\`import { ${imported} } from "${module.entry}"\`` : `From \`${module.entry}\`.`,
    module.header
  ]
  return { path: pathOf(module), text: `${[...head, ...sections].join("\n\n")}\n` }
}

const indexPage = (modules: ReadonlyArray<Module>): Page => {
  const entries = Map.groupBy(modules, ({ entry }) => entry)
  const sections = [...entries].flatMap(([entry, ofEntry]) => [
    `## ${entry}`,
    ...ofEntry.map((module) => {
      const rows = module.exports.map((documented) => {
        const title = titleOf(module, documented)
        const link = `${pathOf(module)}#${anchorOf(title)}`
        return `- [\`${title}\`](${link}): ${summaryOf(documented.documentation)}`
      })
      return `### [${module.name}](${pathOf(module)})\n\n${rows.join("\n")}`
    }),
    ...(entry.endsWith("app-server")
      ? ["### [Protocol](app-server/Protocol.md)\n\nThe generated types of the protocol."]
      : [])
  ])
  const head = [
    "# API reference",
    "Written by `npm run docs:api` from the docstrings; [the guides](../README.md) tell how to use it. A Schema and its type share a name: `declare const X: Schema.Schema<X>` is a `Schema.Struct`, `Schema.Literals` or the like of the type below it."
  ]
  return { path: "README.md", text: `${[...head, ...sections].join("\n\n")}\n` }
}

export const makePages = async (modules: ReadonlyArray<Module>, protocol: Protocol, format: Format) => {
  const links = makeLinks(modules, protocol)
  return [
    indexPage(modules),
    protocolPage(protocol),
    ...(await Promise.all(modules.map((module) => modulePage(module, links, format))))
  ]
}
