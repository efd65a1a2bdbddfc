/** From codex's documents to the files of `src/app-server/protocol`. Pure: a test compares its result with what is committed. */
import * as JsonSchema from "effect/JsonSchema"
import * as SchemaRepresentation from "effect/SchemaRepresentation"
import { descriptionOf, makeCodeOf } from "./code.ts"
import type { ProtocolDocuments } from "./documents.ts"
import { type Method, type Methods, readMethods } from "./methods.ts"
import { type Definitions, knownValues, normalise } from "./normalise.ts"

type References = SchemaRepresentation.References

/** Definitions of both levels by their plain names; the few that are on both are the same. */
const flatten = (document: JsonSchema.JsonSchema): Definitions => {
  const { v2, ...rest } = document["definitions"] as Readonly<Record<string, JsonSchema.JsonSchema>>
  const inner = (v2 ?? {}) as Definitions
  return { ...rest, ...inner }
}

/** Everything that the methods reach, as Effect understands it. */
const represent = (definitions: Definitions, methods: Methods): References => {
  const roots = Object.values(methods)
    .flat()
    .flatMap(({ params, response }: Method) => [params, response])
    .filter((name) => name !== undefined)
  const document = JsonSchema.fromSchemaDraft07({ definitions: normalise(definitions) })
  const [first, ...others] = [...new Set(roots)].map((name) => ({ $ref: `#/$defs/${name}` }))
  if (first === undefined) throw new Error("codex's schema has no methods")
  const [head, ...tail] = SchemaRepresentation.fromJsonSchemaMultiDocument(
    { dialect: "draft-2020-12", schemas: [first, ...others], definitions: document.definitions },
    { includeAnnotationKey: (key) => key === knownValues }
  )
  return SchemaRepresentation.toRepresentations([head.ast, ...tail.map(({ ast }) => ast)]).references
}

/** The definitions that each definition refers to, directly. */
const referencesOf = (node: unknown, found = new Set<string>()): ReadonlySet<string> => {
  if (typeof node !== "object" || node === null) return found
  if ("_tag" in node && node._tag === "Reference" && "$ref" in node) return found.add(String(node.$ref))
  for (const value of Object.values(node)) referencesOf(value, found)
  return found
}

/** Whether one definition leads back to another one. */
const makeReaches = (references: References): ((from: string, to: string) => boolean) => {
  const direct = new Map(Object.entries(references).map(([name, node]) => [name, referencesOf(node)]))
  const reached = new Map<string, ReadonlySet<string>>()
  const reachedFrom = (from: string): ReadonlySet<string> => {
    const known = reached.get(from)
    if (known !== undefined) return known
    const found = new Set<string>()
    const queue = [from]
    for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
      for (const name of direct.get(next) ?? []) {
        if (!found.has(name)) queue.push(name)
        found.add(name)
      }
    }
    reached.set(from, found)
    return found
  }
  return (from, to) => reachedFrom(from).has(to)
}

/** The first sentence, as a comment. */
const describe = (description: string): string => {
  const line = description.replaceAll(/\s+/g, " ").trim().replaceAll("*/", "* /")
  const sentence = /^.*?[.!?](?= [A-Z[`]|$)/.exec(line)?.[0] ?? line
  return `/** ${sentence} */\n`
}

const typesFile = (header: string, references: References, names: ReadonlyArray<string>): string => {
  const codeOf = makeCodeOf({ reference: (name) => name, describe })
  const types = names.map((name) => {
    const node = references[name]
    if (node === undefined) throw new Error(`${name} is not defined`)
    const description = descriptionOf(node)
    const { Type } = codeOf(node)
    const comment = description === undefined ? "" : describe(description)
    const isInterface =
      node._tag === "Objects" && node.propertySignatures.length > 0 && node.indexSignatures.length === 0
    return `${comment}export ${isInterface ? `interface ${name} ${Type}` : `type ${name} = ${Type}`}\n`
  })
  return [
    header,
    "/** Any other string than the known ones: codex adds values from release to release. */\ntype Other = string & {}\n",
    ...types
  ].join("\n")
}

const schemasFile = (header: string, references: References, names: ReadonlyArray<string>): string => {
  const reaches = makeReaches(references)
  const schemas = names.map((name) => {
    const node = references[name]
    if (node === undefined) throw new Error(`${name} is not defined`)
    const reference = (to: string) => (reaches(to, name) ? `suspend(${to})` : `${to}()`)
    const { runtime } = makeCodeOf({ reference, describe: () => "" })(node)
    return `export const ${name}: Lazy<T.${name}> = lazy(() => ${runtime})`
  })
  const body = schemas.join("\n")
  const imports = [
    ["Array as List", "List"],
    ["Boolean as Bool", "Bool"],
    ["Finite", "Finite"],
    ["Int", "Int"],
    ["Literal", "Literal"],
    ["Null", "Null"],
    ["NullOr", "NullOr"],
    ["optionalKey", "optionalKey"],
    ["Record", "Record"],
    ["String as Str", "Str"],
    ["Struct", "Struct"],
    ["StructWithRest", "StructWithRest"],
    ["suspend", "suspend"],
    ["Union", "Union"],
    ["Unknown", "Unknown"]
  ].flatMap(([specifier, name]) => (new RegExp(`\\b${name}\\b`).test(body) ? [specifier] : []))
  return `${header}
import { ${imports.join(", ")} } from "effect/Schema"
import { type Lazy, lazy, maybe, open } from "./lazy.ts"
import type * as T from "./types.ts"

${body}
`
}

/** One table of methods: their types, and their schemas. */
const methodTable = (name: string, shape: string, entries: ReadonlyArray<Method>): string => {
  const kind = name.charAt(0).toUpperCase() + name.slice(1)
  const types = entries.map(({ description, method, optionalParams, params, response }) => {
    const paramsType = params === undefined ? "undefined" : `T.${params}${optionalParams ? " | undefined" : ""}`
    const responseType = response === undefined ? "" : `; response: T.${response}`
    const comment = description === undefined ? "" : describe(description).replace("\n", "\n  ")
    // Nothing has these types: `readonly` would only make the package larger.
    return `  ${comment}${JSON.stringify(method)}: { params: ${paramsType}${responseType} }`
  })
  const values = entries.map(({ experimental, method, params, response }) => {
    const schemas = [
      `params: ${params === undefined ? "undefined" : `S.${params}`}`,
      ...(response === undefined ? [] : [`response: S.${response}`])
    ]
    return `  ${JSON.stringify(method)}: { ${schemas.join(", ")}, experimental: ${experimental} }`
  })
  return `export interface ${kind} {
${types.join("\n")}
}

export const ${name}: { readonly [M in keyof ${kind}]: ${shape}<${kind}[M]> } = {
${values.join(",\n")}
}
`
}

const methodsFile = (header: string, version: string, methods: Methods): string =>
  `${header}
import type { ClientRequestSchemas, NotificationSchemas, ServerRequestSchemas } from "./lazy.ts"
import * as S from "./schemas.ts"
import type * as T from "./types.ts"

/** The version of codex that this protocol was generated from. */
export const protocolVersion = ${JSON.stringify(version)}

${methodTable("clientRequests", "ClientRequestSchemas", methods.clientRequests)}
${methodTable("serverRequests", "ServerRequestSchemas", methods.serverRequests)}
${methodTable("serverNotifications", "NotificationSchemas", methods.serverNotifications)}`

/** The generated files by name. */
export const protocolFiles = ({ all, stable, version }: ProtocolDocuments): Readonly<Record<string, string>> => {
  const header = `// Generated from codex ${version} by \`npm run generate\`. Do not edit.`
  const definitions = flatten(all)
  const methods = readMethods(definitions, flatten(stable))
  const references = represent(definitions, methods)
  const names = Object.keys(references).toSorted()
  return {
    "types.ts": typesFile(header, references, names),
    "schemas.ts": schemasFile(header, references, names),
    "methods.ts": methodsFile(header, version, methods)
  }
}
