/** The modules that the entries of the package consist of, and what each of them exports there. */
import ts from "@typescript/typescript6"
import { type Documented, makeReader } from "./declarations.ts"

/** A module of an entry: a page of the reference. */
export interface Module {
  readonly name: string
  /** What an application imports it from, such as `effect-codex/testing`. */
  readonly entry: string
  /** Whether its exports are reached by its name: `Threads.list`. */
  readonly isNamespace: boolean
  /** The comment at the head of its source. */
  readonly header: string
  readonly exports: ReadonlyArray<Documented>
}

/** How much of the protocol there is, which is generated, and told on one page. */
export interface Protocol {
  readonly version: string
  readonly methods: Readonly<Record<string, number>>
  /** Names. */
  readonly types: ReadonlySet<string>
}

const protocolDirectory = "/app-server/protocol/"

const headerOf = (file: ts.SourceFile): string =>
  (/^\/\*\*([\s\S]*?)\*\//.exec(file.text)?.[1] ?? "")
    .split("\n")
    .map((line) => line.replace(/^\s*\* ?/, ""))
    .join("\n")
    .trim()

const nameOf = (file: ts.SourceFile): string => file.fileName.replace(/^.*\//, "").replace(/\.ts$/, "")

/** Reads the sources of the entries, by the name that they are imported by. */
export const readPackage = (root: string, entries: ReadonlyMap<string, string>) => {
  const config = ts.getParsedCommandLineOfConfigFile(`${root}tsconfig.build.json`, undefined, {
    ...ts.sys,
    onUnRecoverableConfigFileDiagnostic: (diagnostic) => {
      throw new Error(ts.flattenDiagnosticMessageText(diagnostic.messageText, "\n"))
    }
  })
  const program = ts.createProgram([...entries.values()], { ...config?.options, noEmit: true })
  const checker = program.getTypeChecker()
  const exportsOf = (node: ts.Node): ReadonlyArray<ts.Symbol> => {
    const symbol = checker.getSymbolAtLocation(node)
    return symbol === undefined ? [] : checker.getExportsOfModule(symbol)
  }

  const sourceOf = (path: string): ts.SourceFile => {
    const file = program.getSourceFile(path)
    if (file === undefined) throw new Error(`There is no ${path}`)
    return file
  }

  const aliased = (symbol: ts.Symbol): ts.Symbol =>
    symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol

  const all = [...entries.values()].flatMap((path) => exportsOf(sourceOf(path)).map(aliased))
  const read = makeReader(checker, all)

  // What several entries export belongs to the first.
  const owners = new Map<ts.SourceFile, string>()

  const moduleOf = (entry: string, statement: ts.ExportDeclaration, specifier: ts.Expression): Module | undefined => {
    const file = checker.getSymbolAtLocation(specifier)?.declarations?.find(ts.isSourceFile)
    if (file === undefined) throw new Error(`${specifier.getText()} is no module`)
    if (file.fileName.includes(protocolDirectory)) return undefined
    if ((owners.get(file) ?? entry) !== entry) return undefined
    owners.set(file, entry)
    const clause = statement.exportClause
    const names =
      clause !== undefined && ts.isNamedExports(clause)
        ? new Set(clause.elements.map((element) => (element.propertyName ?? element.name).text))
        : undefined
    return {
      name: clause !== undefined && ts.isNamespaceExport(clause) ? clause.name.text : nameOf(file),
      entry,
      isNamespace: clause !== undefined && ts.isNamespaceExport(clause),
      header: headerOf(file),
      exports: exportsOf(specifier)
        .filter((symbol) => names?.has(symbol.name) ?? true)
        .map((symbol) => read(symbol.name, aliased(symbol)))
    }
  }

  const modules = [...entries].flatMap(([entry, path]) =>
    sourceOf(path).statements.flatMap((statement) =>
      ts.isExportDeclaration(statement) && statement.moduleSpecifier !== undefined
        ? (moduleOf(entry, statement, statement.moduleSpecifier) ?? [])
        : []
    )
  )

  const methods = sourceOf(`${root}src${protocolDirectory}methods.ts`)
  const tables = methods.statements.filter(ts.isInterfaceDeclaration)
  const protocol: Protocol = {
    version: /protocolVersion = "(.*)"/.exec(methods.text)?.[1] ?? "",
    methods: Object.fromEntries(tables.map((table) => [table.name.text, table.members.length])),
    types: new Set(exportsOf(sourceOf(`${root}src${protocolDirectory}types.ts`)).map(({ name }) => name))
  }
  return { modules, protocol }
}
