/** The secrets that codex has, and may repeat in whatever it prints. */
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import type { CodexError } from "../CodexError.ts"
import type { CodexOptions } from "../CodexOptions.ts"
import { environmentSecrets, inheritsEnvironment, secretVariables } from "./commandLine.ts"
import { configVariable } from "./configVariable.ts"

/** The keys and tokens of the host's environment. */
export const hostSecrets: Effect.Effect<ReadonlyArray<string>, CodexError> = Effect.map(
  Effect.forEach(secretVariables, configVariable),
  (values) => values.filter((value) => value !== undefined)
)

/** The secrets of a codex with such options, on a host that has these. */
export const secretsOf = (codex: CodexOptions, host: ReadonlyArray<string>): ReadonlyArray<string> => [
  ...(codex.apiKey === undefined ? [] : [Redacted.value(codex.apiKey)]),
  ...environmentSecrets(codex.env ?? {}),
  ...(inheritsEnvironment(codex) ? host : [])
]
