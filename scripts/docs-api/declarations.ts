/** What the reference shows of an export: its documentation, and its declaration as in the source but without code. */
import ts from "@typescript/typescript6"

/** An export of a module. */
export interface Documented {
  readonly name: string
  readonly documentation: string
  /** TypeScript, with the comments of the members. */
  readonly declaration: string
  /** What has no documentation of its own: the export, or `export.member`. */
  readonly undocumented: ReadonlyArray<string>
}

/** Said once, at `CodexError`. The tag is the name. */
const documentedElsewhere: ReadonlySet<string> = new Set(["isRetryable", "message", "cause", "_tag"])

const typeFlags =
  ts.TypeFormatFlags.NoTruncation |
  ts.TypeFormatFlags.UseAliasDefinedOutsideCurrentScope |
  ts.TypeFormatFlags.WriteArrowStyleSignature

/** `interface A extends Schema.Schema.Type<typeof A> {}` and `type A = typeof A.Type`: the type beside a schema. */
const isTypeOfSchema = (node: ts.Declaration): boolean =>
  (ts.isInterfaceDeclaration(node) &&
    (node.heritageClauses?.[0]?.types[0]?.getText() ?? "").startsWith("Schema.Schema.Type<")) ||
  (ts.isTypeAliasDeclaration(node) && ts.isTypeQueryNode(node.type))

const hasComment = (node: ts.Node): boolean => ts.getJSDocCommentsAndTags(node).length > 0

/** The comment of a member, as it stands in the source. */
const commentOf = (node: ts.Node): string =>
  ts
    .getJSDocCommentsAndTags(node)
    .filter(ts.isJSDoc)
    .map((comment) => `${comment.getText()}\n`)
    .join("")

const documentationOf = (node: ts.Node): ReadonlyArray<string> =>
  ts
    .getJSDocCommentsAndTags(node)
    .filter(ts.isJSDoc)
    .flatMap(({ comment }) => ts.getTextOfJSDocComment(comment) ?? [])

const isNamedMember = (node: ts.Node): node is ts.Node & { readonly name: ts.Node } =>
  ts.isPropertySignature(node) ||
  ts.isMethodSignature(node) ||
  ts.isPropertyAssignment(node) ||
  ts.isShorthandPropertyAssignment(node) ||
  ts.isPropertyDeclaration(node) ||
  ts.isMethodDeclaration(node) ||
  ts.isGetAccessor(node)

/**
 * Members that have no comment. What lies inside of a member is told by the member's comment, and the variants of a union
 * of types by the comment of the union.
 */
const undocumentedMembers = (node: ts.Node, path: string): ReadonlyArray<string> => {
  if (ts.isUnionTypeNode(node)) return []
  if (isNamedMember(node)) {
    const name = node.name.getText()
    return hasComment(node) || documentedElsewhere.has(name) ? [] : [`${path}.${name}`]
  }
  const members: Array<string> = []
  if (!ts.isFunctionLike(node)) {
    ts.forEachChild(node, (child) => {
      members.push(...undocumentedMembers(child, path))
    })
  }
  return members
}

const asComment = (text: string): string =>
  text.includes("\n") ? `/**\n * ${text.replaceAll("\n", "\n * ")}\n */\n` : `/** ${text} */\n`

/** The initializer, without `as const`. */
const valueOf = ({ initializer }: ts.VariableDeclaration): ts.Expression | undefined =>
  initializer !== undefined && (ts.isAsExpression(initializer) || ts.isSatisfiesExpression(initializer))
    ? initializer.expression
    : initializer

/** Reads exports. `all` are those of the package, whose schemas' types are written by their names. */
export const makeReader = (checker: ts.TypeChecker, all: ReadonlyArray<ts.Symbol>) => {
  /** With the modules of Effect that types come from: `Duration.Input`. Other strings than the known ones come last. */
  const written = (type: ts.Type, node: ts.Node, flags = ts.TypeFormatFlags.None): string =>
    checker
      .typeToString(type, node, typeFlags | ts.TypeFormatFlags.UseFullyQualifiedType | flags)
      .replaceAll(/import\("([^"]*?)(\w+)"\)\./g, (_, folder: string, module: string) =>
        folder.includes("/effect/") || folder === "effect/" ? `${module}.` : ""
      )
      .replace(/^\(string & \{\}\) \| ([^{]*?)( \| undefined)?$/, "$1 | (string & {})$2")

  const names = new Map(
    all
      .flatMap((symbol) => {
        const node = symbol.valueDeclaration
        if (node === undefined || !ts.isVariableDeclaration(node)) return []
        const type = checker.getTypeAtLocation(node).getProperty("Type")
        if (type === undefined) return []
        const text = written(checker.getTypeOfSymbolAtLocation(type, node), node)
        return /[{|&]/.test(text) ? [[text, symbol.name] as const] : []
      })
      .toSorted(([left], [right]) => right.length - left.length)
  )

  const isSchema = (node: ts.Node): boolean => checker.getTypeAtLocation(node).getProperty("ast") !== undefined

  /** Where the members of a declaration stand. Other values have the documentation of their types. */
  const membersOf = (node: ts.Declaration, all: ReadonlyArray<ts.Declaration>): ts.Node | undefined => {
    if (all.some((other) => isTypeOfSchema(other) && ts.isInterfaceDeclaration(other)) || isTypeOfSchema(node))
      return undefined
    if (!ts.isVariableDeclaration(node)) return node
    const value = valueOf(node)
    return node.type ?? (isSchema(node) || (value && ts.isObjectLiteralExpression(value)) ? value : undefined)
  }

  const typeText = (node: ts.Node): string => checker.typeToString(checker.getTypeAtLocation(node), node, typeFlags)

  const classMember = (member: ts.ClassElement): string => {
    if (ts.isGetAccessor(member)) return `get ${member.name.getText()}(): ${typeText(member)}`
    const name = member.name?.getText() ?? ""
    const isStatic = ts.getCombinedModifierFlags(member) & ts.ModifierFlags.Static
    const type = ts.isPropertyDeclaration(member) ? member.type?.getText() : undefined
    return `${isStatic ? "static " : ""}readonly ${name}: ${type ?? typeText(member)}`
  }

  const classText = (node: ts.ClassDeclaration): string => {
    const heritage = node.heritageClauses?.map((clause) => ` ${clause.getText()}`).join("") ?? ""
    const members = node.members.map((member) => `${commentOf(member)}${classMember(member)}\n`)
    return `declare class ${node.name?.text}${heritage} {\n${members.join("")}}`
  }

  const constText = (node: ts.VariableDeclaration): string => {
    const name = node.name.getText()
    const value = valueOf(node)
    if (value !== undefined && isSchema(node)) return `const ${name} = ${definitionOf(value).getText()}`
    if (node.type !== undefined) return `declare const ${name}: ${node.type.getText()}`
    if (value !== undefined && ts.isObjectLiteralExpression(value)) {
      const members = value.properties.map(
        (member) => `${commentOf(member)}readonly ${member.name?.getText()}: ${typeText(member)}\n`
      )
      return `declare const ${name}: {\n${members.join("")}}`
    }
    return `declare const ${name}: ${typeText(node)}`
  }

  /** What a name in the same file stands for. */
  const definitionOf = (value: ts.Expression): ts.Expression => {
    const declaration = ts.isIdentifier(value) ? checker.getSymbolAtLocation(value)?.valueDeclaration : undefined
    return (declaration && ts.isVariableDeclaration(declaration) && declaration.initializer) || value
  }

  /** The type of a struct, with the comments of its fields: the source may have them elsewhere. */
  const structText = (node: ts.InterfaceDeclaration): string => {
    const members = checker
      .getTypeAtLocation(node)
      .getProperties()
      .map((property) => {
        const comment = ts.displayPartsToString(property.getDocumentationComment(checker))
        const type = written(checker.getTypeOfSymbolAtLocation(property, node), node)
        const isOptional = property.flags & ts.SymbolFlags.Optional
        return `${comment === "" ? "" : asComment(comment)}readonly ${property.name}${isOptional ? "?" : ""}: ${named(type)}\n`
      })
    return `interface ${node.name.text} {\n${members.join("")}}`
  }

  const undocumentedFields = (node: ts.InterfaceDeclaration): ReadonlyArray<string> =>
    checker
      .getTypeAtLocation(node)
      .getProperties()
      .filter((field) => !documentedElsewhere.has(field.name) && field.getDocumentationComment(checker).length === 0)
      .map((field) => `${node.name.text}.${field.name}`)

  /** Types of schemas are written out: with their names instead. */
  const named = (type: string): string => [...names].reduce((text, [each, name]) => text.replaceAll(each, name), type)

  /** `type X = typeof X.Type` as what it is, where it is a choice of strings. */
  const literalsText = (node: ts.TypeAliasDeclaration): string | undefined => {
    const type = written(checker.getTypeAtLocation(node), node, ts.TypeFormatFlags.InTypeAlias)
    return /^("[^"]*"|\(string & \{\}\)|[\s|])+$/.test(type) ? `type ${node.name.text} = ${type}` : undefined
  }

  /** The type beside a schema, where it says more than the schema. */
  const typeTextOf = (node: ts.Declaration): string | undefined => {
    if (!isTypeOfSchema(node)) return undefined
    return ts.isInterfaceDeclaration(node)
      ? structText(node)
      : ts.isTypeAliasDeclaration(node)
        ? literalsText(node)
        : undefined
  }

  const declarationText = (node: ts.Declaration, _: number, all: ReadonlyArray<ts.Declaration>): string => {
    if (ts.isVariableDeclaration(node) && all.some((other) => typeTextOf(other) !== undefined)) {
      return `declare const ${node.name.getText()}: Schema.Schema<${node.name.getText()}>`
    }
    const type = typeTextOf(node)
    if (type !== undefined) return type
    if (isTypeOfSchema(node)) {
      const name = ts.getNameOfDeclaration(node)?.getText()
      return `type ${name} = typeof ${name}.Type`
    }
    if (ts.isClassDeclaration(node)) return classText(node)
    if (ts.isVariableDeclaration(node)) return constText(node)
    return node.getText().replace(/^export /, "")
  }

  const read = (name: string, symbol: ts.Symbol): Documented => {
    const declarations = symbol.declarations ?? []
    const documentation = declarations.flatMap(documentationOf).join("\n\n")
    return {
      name,
      documentation,
      declaration: declarations.map(declarationText).join("\n\n"),
      undocumented: [
        ...(documentation === "" ? [name] : []),
        ...declarations.flatMap((node) => {
          if (isTypeOfSchema(node) && ts.isInterfaceDeclaration(node)) return undocumentedFields(node)
          const members = membersOf(node, declarations)
          return members === undefined ? [] : undocumentedMembers(members, name)
        })
      ]
    }
  }
  return read
}
