import * as Schema from "effect/Schema"

/** The known literals, offered by the editor, and every other string: codex adds values from release to release. */
export const openLiterals = <const Known extends ReadonlyArray<string>>(
  known: Known
): Schema.Union<readonly [Schema.Literals<Known>, Schema.StringForLiteralAutocomplete]> =>
  Schema.Union([Schema.Literals(known), Schema.StringForLiteralAutocomplete])
