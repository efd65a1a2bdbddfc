/**
 * Effect's representation of a schema as source: the TypeScript type, and the expression that builds the schema.
 * What `SchemaRepresentation.toCodeDocument` does, but short (the package's size), with descriptions, and with references that build nothing until they are used.
 */
import { type Code, makeCode, type Representation } from "effect/SchemaRepresentation"
import { knownValues } from "./normalise.ts"

/** The documentation of a node, if it has any. */
type Describe = (description: string) => string

export interface CodeOptions {
  /** How the expression refers to another definition. */
  readonly reference: (name: string) => string
  readonly describe: Describe
}

const quote = (value: unknown): string => JSON.stringify(value)

const key = (name: string): string => (/^[A-Za-z_$][\w$]*$/.test(name) ? name : quote(name))

const isReference = (node: Representation) => node._tag === "Reference"

/** A reference that has a description of its own is a suspension of it. */
const unwrap = (node: Representation): Representation => (node._tag === "Suspend" ? unwrap(node.thunk) : node)

export const descriptionOf = (node: Representation): string | undefined => {
  const description = isReference(node) ? undefined : node.annotations?.["description"]
  return typeof description === "string" ? description : undefined
}

const indent = (text: string): string => text.replaceAll("\n", "\n  ")

export const makeCodeOf = ({ describe, reference }: CodeOptions): ((node: Representation) => Code) => {
  const commented = (node: Representation, Type: string): string => {
    const description = descriptionOf(node)
    return (description === undefined ? "" : describe(description)) + Type
  }

  const unionOf = (members: ReadonlyArray<Representation>): Code => {
    const others = members.filter((member) => member._tag !== "Null")
    const codes = others.map(codeOf)
    const one = codes.length === 1 ? codes[0]?.runtime : `Union([${codes.map(({ runtime }) => runtime).join(", ")}])`
    const isNullable = others.length < members.length
    const types = others.map((member, index) => {
      const { Type } = codes[index] ?? makeCode("", "")
      return unwrap(member)._tag === "Objects" && others.length > 1 ? `\n  | ${indent(commented(member, Type))}` : Type
    })
    return makeCode(
      isNullable ? `NullOr(${one})` : `${one}`,
      [...types, ...(isNullable ? ["null"] : [])].reduce((left, right) =>
        right.startsWith("\n") ? left + right : `${left} | ${right}`
      )
    )
  }

  const objectOf = (node: Extract<Representation, { readonly _tag: "Objects" }>): Code => {
    const values = node.indexSignatures.map((signature) => codeOf(signature.type))
    const fields = node.propertySignatures.map((property) => {
      const { runtime, Type } = codeOf(property.type)
      const name = key(String(property.name))
      const value = !property.isOptional
        ? runtime
        : runtime.startsWith("NullOr(")
          ? runtime.replace("NullOr", "maybe")
          : `optionalKey(${runtime})`
      return {
        runtime: `${name}: ${value}`,
        Type: commented(property.type, `readonly ${name}${property.isOptional ? "?" : ""}: ${Type}`)
      }
    })
    const records = values.map(({ runtime }) => `Record(Str, ${runtime})`)
    const index = values.map(({ Type }) => `{ readonly [key: string]: ${Type} }`)
    if (fields.length === 0) return makeCode(records.join(", "), index.join(" & "))
    const struct = `Struct({ ${fields.map(({ runtime }) => runtime).join(", ")} })`
    const body = `{\n  ${fields.map(({ Type }) => indent(Type)).join("\n  ")}\n}`
    return makeCode(
      records.length === 0 ? struct : `StructWithRest(${struct}, [${records.join(", ")}])`,
      [body, ...index].join(" & ")
    )
  }

  const codeOf = (node: Representation): Code => {
    switch (node._tag) {
      case "Reference":
        return makeCode(reference(node.$ref), node.$ref)
      case "Suspend":
        return codeOf(node.thunk)
      case "Null":
        return makeCode("Null", "null")
      case "Boolean":
        return makeCode("Bool", "boolean")
      case "String": {
        const known = node.annotations?.[knownValues]
        if (!Array.isArray(known)) return makeCode("Str", "string")
        return makeCode(`open(${known.map(quote).join(", ")})`, `${known.map(quote).join(" | ")} | Other`)
      }
      case "Number": {
        const isInt = node.checks.some((check) => check.representation?.id === "effect/schema/isInt")
        return makeCode(isInt ? "Int" : "Finite", "number")
      }
      case "Literal":
        return makeCode(`Literal(${quote(node.literal)})`, quote(node.literal))
      case "Arrays": {
        const item = node.rest[0]
        if (node.elements.length > 0 || node.rest.length !== 1 || item === undefined) break
        const { runtime, Type } = codeOf(item)
        return makeCode(`List(${runtime})`, `ReadonlyArray<${Type}>`)
      }
      case "Objects":
        return objectOf(node)
      case "Union":
        return unionOf(node.types)
      case "Declaration":
        if (node.representation?.id === "effect/schema/Json") return makeCode("Unknown", "unknown")
    }
    throw new Error(`A schema that is not understood: ${JSON.stringify(node)}`)
  }

  return codeOf
}
