/** What a proxy of the environment must not be sent. */
import * as Redacted from "effect/Redacted"
import type { CodexOptions } from "../CodexOptions.ts"
import { inheritsEnvironment } from "./commandLine.ts"
import { hostVariable } from "./executable.ts"

/**
 * `NO_PROXY` for codex with a host of this machine besides those that it has: a proxy would be told what is for this
 * machine alone, and could not reach it.
 */
export const noProxyFor = (host: string, codex: Pick<CodexOptions, "env" | "extendEnv">): string => {
  const { env = {} } = codex
  // codex 0.169 looks at the second only if there is no first.
  const [current = ""] = ["NO_PROXY", "no_proxy"].flatMap((name) => {
    // Undefined there takes it away.
    const value = name in env ? env[name] : inheritsEnvironment(codex) ? hostVariable(name) : undefined
    return value === undefined ? [] : [Redacted.isRedacted(value) ? Redacted.value(value) : value]
  })
  // Also beside `*`, which codex 0.169 does not take for addresses.
  const own = host.replaceAll(/[[\]]/g, "")
  return current.trim() === "" ? own : `${current},${own}`
}
