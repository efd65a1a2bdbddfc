import { assert } from "@effect/vitest"

/** Deep equality in which an absent key and one that is undefined differ. */
export const exactly = (actual: unknown, expected: unknown): void => {
  assert.deepStrictEqual(actual, expected)
  assert.deepStrictEqual(Object.keys(Object(actual)).toSorted(), Object.keys(Object(expected)).toSorted())
}
