import * as Predicate from "effect/Predicate"

/** The operating system's name for an error, such as `EMFILE`, wherever it was wrapped. */
export const errorCode = (error: unknown): string | undefined => {
  if (Predicate.hasProperty(error, "code") && typeof error.code === "string") return error.code
  if (Predicate.hasProperty(error, "reason")) return errorCode(error.reason)
  return Predicate.hasProperty(error, "cause") ? errorCode(error.cause) : undefined
}
