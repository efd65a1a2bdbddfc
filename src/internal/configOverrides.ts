/**
 * codex configuration as `-c key=value` arguments.
 *
 * codex 0.169 splits the key at every dot, without regard to quotes, and reads the value as TOML; a value that is no TOML
 * becomes a string, silently. So a table with a key that is not a bare one is written as an inline table, where keys
 * can be quoted, and every value is one that TOML can hold.
 */
import * as Result from "effect/Result"
import type { ConfigObject } from "../CodexOptions.ts"
import { InvalidOptions } from "../CodexError.ts"
import { isPassable, maxConfigDepth } from "./optionSchemas.ts"
import { isPlainObject } from "./plainObject.ts"
import { maxOptionLength } from "./checkOptions.ts"
import { excerpt, preview } from "./preview.ts"

const bareKey = /^[A-Za-z0-9_-]+$/
// At the top level it begins an argument, which must not be taken for a flag.
const topKey = /^[A-Za-z0-9_][A-Za-z0-9_-]*$/

/**
 * One `key=value` for each leaf, in the order of the object. `option` names the object in failures. `under` is what
 * codex was given before: an inline table replaces a whole table, so it repeats what was there.
 */
export const configOverrides = (
  config: ConfigObject,
  option: string,
  under: ConfigObject = {}
): Result.Result<ReadonlyArray<string>, InvalidOptions> => {
  const overrides: Array<string> = []
  const visit = (table: object, below: unknown, path: ReadonlyArray<string>): InvalidOptions | undefined => {
    for (const [key, value] of Object.entries(table)) {
      const keyPath = [...path, key]
      const valueBelow = ownValue(below, key)
      if (value === undefined) continue
      if (!(path.length === 0 ? topKey : bareKey).test(key)) {
        return invalid(
          [option, ...keyPath],
          key,
          "a key of letters, digits, _ and -, not first, at the top level; nest what config.toml nests"
        )
      }
      if (isDotted(value) && keyPath.length < maxConfigDepth) {
        const problem = visit(value, valueBelow, keyPath)
        if (problem !== undefined) return problem
      } else {
        const encoded = tomlValue(merge(valueBelow, value), [option, ...keyPath])
        if (Result.isFailure(encoded)) return encoded.failure
        overrides.push(`${keyPath.join(".")}=${encoded.success}`)
      }
    }
    return undefined
  }
  const problem = visit(config, under, [])
  return problem === undefined ? Result.succeed(overrides) : Result.fail(problem)
}

/** The same leaves as values, for those who take configuration as JSON: by dotted path. Checked before. */
export const configLeaves = (config: ConfigObject, under: ConfigObject = {}): Readonly<Record<string, unknown>> => {
  const visit = (table: object, below: unknown, path: string): ReadonlyArray<readonly [string, unknown]> =>
    Object.entries(table).flatMap(([key, value]) => {
      const valueBelow = ownValue(below, key)
      if (value === undefined) return []
      return isDotted(value)
        ? visit(value, valueBelow, `${path}${key}.`)
        : [[`${path}${key}`, merge(valueBelow, value)] as const]
    })
  return Object.fromEntries(visit(config, under, ""))
}

/** A string as a TOML basic string. */
export const tomlString = (value: string): string => JSON.stringify(value).replaceAll("\u007f", "\\u007f")

const merge = (below: unknown, above: unknown): unknown => {
  if (!isPlainObject(below) || !isPlainObject(above)) return above
  const keys = [...new Set([...Object.keys(below), ...Object.keys(above)])]
  return Object.fromEntries(
    keys.map((key) => {
      const value = ownValue(above, key)
      return [key, value === undefined ? ownValue(below, key) : merge(ownValue(below, key), value)]
    })
  )
}

const ownValue = (table: unknown, key: string): unknown =>
  isPlainObject(table) && Object.hasOwn(table, key) ? table[key] : undefined

/** Whether a value is a table that can be written key by key. */
const isDotted = (value: unknown): value is object =>
  isPlainObject(value) && hasEntries(value) && Object.keys(value).every((key) => bareKey.test(key))

const hasEntries = (table: object): boolean => Object.values(table).some((value) => value !== undefined)

const invalid = (path: ReadonlyArray<string>, got: unknown, expected: string): InvalidOptions =>
  new InvalidOptions({ option: excerpt(path.join("."), maxOptionLength), got: preview(got), expected })

const tomlValue = (value: unknown, path: ReadonlyArray<string>): Result.Result<string, InvalidOptions> => {
  if (path.length > maxConfigDepth) return Result.fail(invalid(path, value, `at most ${maxConfigDepth} levels`))
  switch (typeof value) {
    case "string":
      return isPassable(value)
        ? Result.succeed(tomlString(value))
        : Result.fail(invalid(path, value, "a string without NUL characters and lone surrogates"))
    case "boolean":
      return Result.succeed(String(value))
    case "number":
      if (!Number.isFinite(value)) return Result.fail(invalid(path, value, "a finite number"))
      // Beyond this, an integer literal may not fit TOML's 64 bits, and codex would read it as a string.
      return Result.succeed(
        Number.isInteger(value) && !Number.isSafeInteger(value) ? value.toExponential() : String(value)
      )
  }
  if (Array.isArray(value)) {
    const elements = Result.all(Array.from(value, (element, index) => tomlValue(element, [...path, String(index)])))
    return Result.map(elements, (all) => `[${all.join(", ")}]`)
  }
  if (isPlainObject(value)) {
    const entries = Object.entries(value).filter(([, entry]) => entry !== undefined)
    const pairs = Result.all(
      entries.map(([key, entry]) => {
        if (key === "" || !isPassable(key)) {
          return Result.fail(invalid([...path, key], key, "a key that is not empty, without NUL and lone surrogates"))
        }
        return Result.map(tomlValue(entry, [...path, key]), (encoded) => `${tomlString(key)} = ${encoded}`)
      })
    )
    return Result.map(pairs, (all) => `{${all.join(", ")}}`)
  }
  return Result.fail(invalid(path, value, "a string, a finite number, a boolean, an array or a plain object"))
}
