/** The secrets that codex has, and may repeat in whatever it prints. */
import * as Redacted from "effect/Redacted"
import type { CodexOptions } from "../CodexOptions.ts"
import { environmentSecrets, inheritsEnvironment, minPlainLength, secretVariables } from "./commandLine.ts"
import { hostVariable } from "./executable.ts"

/** The keys and tokens that codex inherits from this process. */
export const hostSecrets = (): ReadonlyArray<string> =>
  secretVariables.flatMap((name) => hostVariable(name) ?? []).filter((value) => value.length >= minPlainLength)

/** The secrets of a codex with such options, on a host that has these. */
export const secretsOf = (codex: CodexOptions, host: ReadonlyArray<string>): ReadonlyArray<string> => [
  ...(codex.apiKey === undefined ? [] : [Redacted.value(codex.apiKey)]),
  ...environmentSecrets(codex.env ?? {}),
  ...(inheritsEnvironment(codex) ? host : [])
]
