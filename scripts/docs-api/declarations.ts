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
  (ts.isInterfaceDeclaration(node) && node.members.length === 0 && node.heritageClauses?.length === 1) ||
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

/** The initializer, without `as const`. */
const valueOf = ({ initializer }: ts.VariableDeclaration): ts.Expression | undefined =>
  initializer !== undefined && (ts.isAsExpression(initializer) || ts.isSatisfiesExpression(initializer))
    ? initializer.expression
    : initializer

/** Reads the exports of modules. */
export const makeReader = (checker: ts.TypeChecker) => {
  const isSchema = (node: ts.Node): boolean => checker.getTypeAtLocation(node).getProperty("ast") !== undefined

  /** Where the members of a declaration stand. Other values have the documentation of their types. */
  const membersOf = (node: ts.Declaration): ts.Node | undefined => {
    if (isTypeOfSchema(node)) return undefined
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
    if (node.type !== undefined) return `declare const ${name}: ${node.type.getText()}`
    if (value !== undefined && ts.isObjectLiteralExpression(value)) {
      const members = value.properties.map(
        (member) => `${commentOf(member)}readonly ${member.name?.getText()}: ${typeText(member)}\n`
      )
      return `declare const ${name}: {\n${members.join("")}}`
    }
    return isSchema(node) && value !== undefined
      ? `const ${name} = ${value.getText()}`
      : `declare const ${name}: ${typeText(node)}`
  }

  const declarationText = (node: ts.Declaration): string => {
    if (isTypeOfSchema(node)) {
      const name = ts.getNameOfDeclaration(node)?.getText()
      return `type ${name} = typeof ${name}.Type`
    }
    if (ts.isClassDeclaration(node)) return classText(node)
    if (ts.isVariableDeclaration(node)) return constText(node)
    return node.getText().replace(/^export /, "")
  }

  const read = (symbol: ts.Symbol): Documented => {
    const target = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol
    const declarations = target.declarations ?? []
    const documentation = declarations.flatMap(documentationOf).join("\n\n")
    return {
      name: symbol.name,
      documentation,
      declaration: declarations.map(declarationText).join("\n\n"),
      undocumented: [
        ...(documentation === "" ? [symbol.name] : []),
        ...declarations.flatMap((node) => {
          const members = membersOf(node)
          return members === undefined ? [] : undocumentedMembers(members, symbol.name)
        })
      ]
    }
  }
  return read
}
