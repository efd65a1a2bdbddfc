/** Objects written as `{…}`. */
import * as Predicate from "effect/Predicate"

/** Whether a value is an object written as `{…}`. */
export const isPlainObject = (value: unknown): value is { readonly [key: string]: unknown } => {
  if (!Predicate.isObject(value)) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  // Another realm has an Object.prototype of its own.
  return prototype === null || Object.getPrototypeOf(prototype) === null
}

/**
 * A copy of plain objects and arrays, to a depth; what is below it, and everything else, stays as it is. Not
 * structuredClone, which refuses proxies and functions.
 */
export const copyPlain = (root: unknown, maxDepth: number): unknown => {
  // Lest what is in many places, or in itself, is copied as often.
  const copies = new Map<unknown, unknown>()
  const copy = (value: unknown, depth: number): unknown => {
    const isArray = Array.isArray(value)
    if (depth > maxDepth || !(isArray || isPlainObject(value))) return value
    // It says itself what it is as JSON, and its properties may be no part of that.
    if ("toJSON" in value && typeof value["toJSON"] === "function") return value
    if (copies.has(value)) return copies.get(value)
    const made = isArray
      ? Array.from(value, (element) => copy(element, depth + 1))
      : Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, copy(entry, depth + 1)]))
    copies.set(value, made)
    return made
  }
  return copy(root, 0)
}
