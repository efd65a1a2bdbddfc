/**
 * JSON Schema as schemars writes it, brought into the form that is to be generated: what is only said for people or for Rust goes,
 * enums become open, tags stay exact, and what lies beside a union moves into its members.
 */
import type { JsonSchema } from "effect/JsonSchema"

export type Definitions = Readonly<Record<string, JsonSchema>>

/** The annotation of a string that has known values. */
export const knownValues = "x-known"

/** Numbers that do not fit into 53 bits must not fail: any finite number is taken. */
const wideFormats: ReadonlySet<unknown> = new Set(["int64", "uint64", "uint", "int"])

const isObject = (input: unknown): input is JsonSchema =>
  typeof input === "object" && input !== null && !Array.isArray(input)

const asObject = (input: unknown): JsonSchema => (isObject(input) ? input : {})

/** A schema that allows everything is `true` or `{}`. */
const asSchemas = (input: unknown): ReadonlyArray<JsonSchema> => (Array.isArray(input) ? input.map(asObject) : [])

const asStrings = (input: unknown): ReadonlyArray<string> =>
  Array.isArray(input) ? input.filter((value) => typeof value === "string") : []

const membersOf = (schema: JsonSchema): ReadonlyArray<JsonSchema> => [
  ...asSchemas(schema["oneOf"]),
  ...asSchemas(schema["anyOf"])
]

export const nameOf = (ref: unknown): string | undefined =>
  typeof ref === "string" ? ref.slice(ref.lastIndexOf("/") + 1) : undefined

const isEnum = (schema: JsonSchema): boolean => Array.isArray(schema["enum"])

/** The definitions that are members of a union, and those that are the tag of a member, such as `McpElicitationStringType`. */
const unionDefinitions = (definitions: Definitions) => {
  const members = new Set<string>()
  const tags = new Set<string>()
  const visitMember = (member: JsonSchema): void => {
    const name = nameOf(member["$ref"])
    if (name !== undefined) members.add(name)
    const target = name === undefined ? member : asObject(definitions[name])
    for (const property of Object.values(asObject(target["properties"])).map(asObject)) {
      const tag = nameOf(property["$ref"])
      if (tag !== undefined && asStrings(asObject(definitions[tag])["enum"]).length === 1) tags.add(tag)
    }
  }
  const visit = (schema: unknown): void => {
    if (Array.isArray(schema)) return schema.forEach(visit)
    if (!isObject(schema)) return
    const parts = membersOf(schema).filter((member) => member["type"] !== "null")
    if (parts.length > 1) parts.forEach(visitMember)
    Object.values(schema).forEach(visit)
  }
  visit(definitions)
  return { members, tags }
}

const openString = (values: ReadonlyArray<string>): JsonSchema => ({ type: "string", [knownValues]: values })

const isString = (schema: JsonSchema): boolean => schema["type"] === "string"

/** All strings of a union as one member: known values of several enums, and any other string. */
const joinStrings = (members: ReadonlyArray<JsonSchema>): ReadonlyArray<JsonSchema> => {
  const values = members.filter(isString).flatMap((member) => asStrings(member[knownValues]))
  if (values.length === 0) return members
  return [openString(values), ...members.filter((member) => !isString(member))]
}

export const normalise = (definitions: Definitions): Definitions => {
  const { members: memberDefinitions, tags } = unionDefinitions(definitions)

  const properties = (schema: JsonSchema, isMember: boolean): JsonSchema =>
    Object.fromEntries(
      Object.entries(asObject(schema["properties"])).map(([name, property]) => {
        const value = asObject(property)
        const values = asStrings(value["enum"])
        return [name, isMember && values.length === 1 ? { type: "string", enum: values } : walk(value)]
      })
    )

  const objectOf = (schema: JsonSchema, isMember: boolean): JsonSchema => {
    const extra = schema["additionalProperties"]
    const values = isObject(extra) ? walk(extra) : extra
    const known = properties(schema, isMember)
    if (Object.keys(known).length === 0) return { type: "object", additionalProperties: isObject(values) ? values : {} }
    return {
      type: "object",
      properties: known,
      ...(Array.isArray(schema["required"]) && { required: schema["required"] }),
      additionalProperties: values === true ? {} : (values ?? false)
    }
  }

  /** `properties` beside `oneOf` are those of every member. */
  const unionOf = (schema: JsonSchema): JsonSchema => {
    const shared = asObject(schema["properties"])
    const members = membersOf(schema).map((member) => {
      if (Object.keys(shared).length === 0) return member
      if ("$ref" in member || membersOf(member).some((inner) => "$ref" in inner)) {
        throw new Error(`A union beside properties has a member that is a reference: ${JSON.stringify(member)}`)
      }
      return {
        ...member,
        properties: { ...shared, ...asObject(member["properties"]) },
        required: [...asStrings(schema["required"]), ...asStrings(member["required"])]
      }
    })
    const walked = members.map((member) => walk(member, true))
    const flat = walked.flatMap((member) => ("anyOf" in member ? asSchemas(member["anyOf"]) : [member]))
    const joined = joinStrings(flat)
    return joined.length === 1 && joined[0] !== undefined ? joined[0] : { anyOf: joined }
  }

  const plain = (schema: JsonSchema, isMember: boolean): JsonSchema => {
    if ("$ref" in schema) return { $ref: `#/definitions/${nameOf(schema["$ref"])}` }
    const whole = asSchemas(schema["allOf"])
    if (whole.length > 1) throw new Error(`An intersection of several schemas: ${JSON.stringify(schema)}`)
    if (whole[0] !== undefined) return walk(whole[0])
    if (membersOf(schema).length > 0) return unionOf(schema)
    const types = asStrings(schema["type"])
    if (types.length > 0) return unionOf({ anyOf: types.map((type) => ({ ...schema, type, description: undefined })) })
    switch (schema["type"]) {
      case "string":
        return isEnum(schema) ? openString(asStrings(schema["enum"])) : { type: "string" }
      case "integer":
        return { type: wideFormats.has(schema["format"]) ? "number" : "integer" }
      case "array":
        return { type: "array", items: walk(asObject(schema["items"])) }
      case "object":
        return objectOf(schema, isMember)
      case "number":
      case "boolean":
      case "null":
        return { type: schema["type"] }
      default:
        if (isEnum(schema)) throw new Error(`An enum of something else than strings: ${JSON.stringify(schema)}`)
        return {}
    }
  }

  const walk = (schema: JsonSchema, isMember = false): JsonSchema => {
    const description = schema["description"]
    const out = plain(schema, isMember)
    return typeof description === "string" ? { ...out, description } : out
  }

  return Object.fromEntries(
    Object.entries(definitions).map(([name, schema]) => [
      name,
      tags.has(name) ? { type: "string", enum: schema["enum"] } : walk(schema, memberDefinitions.has(name))
    ])
  )
}
