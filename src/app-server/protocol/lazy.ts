/**
 * What the generated schemas are made with. A definition's schema is built when it is first asked for, and once:
 * a connection uses a few dozen of some nine hundred definitions, and importing them must cost nothing.
 */
import * as Schema from "effect/Schema"
import { openLiterals } from "../../internal/openLiterals.ts"

/** Gives the schema of a definition; the same one each time. */
export interface Lazy<A> {
  (): Schema.Codec<A>
}

export const lazy = <A>(build: () => Schema.Codec<A>): Lazy<A> => {
  let schema: Schema.Codec<A> | undefined
  return () => (schema ??= build())
}

/** A key that may be absent or null. */
export const maybe = <S extends Schema.Constraint>(schema: S): Schema.optionalKey<Schema.NullOr<S>> =>
  Schema.optionalKey(Schema.NullOr(schema))

/** A string with known values. */
export const open = <const Known extends ReadonlyArray<string>>(...known: Known) => openLiterals(known)

/** The types of a method's params, and of its response where it has one. */
interface MethodTypes {
  readonly params: unknown
  readonly response?: unknown
}

/** The schemas of a notification of the server. */
export interface NotificationSchemas<M extends MethodTypes> {
  readonly params: Lazy<M["params"]>
  /** codex knows it only after `initialize` with `capabilities.experimentalApi`. */
  readonly experimental: boolean
}

/** The schemas of a request of the server. */
export interface ServerRequestSchemas<M extends MethodTypes> extends NotificationSchemas<M> {
  readonly response: Lazy<M["response"]>
}

/** The schemas of a request of the client, which may have no params. */
export interface ClientRequestSchemas<M extends MethodTypes> extends Omit<ServerRequestSchemas<M>, "params"> {
  readonly params: [M["params"]] extends [undefined] ? undefined : Lazy<Exclude<M["params"], undefined>>
}
