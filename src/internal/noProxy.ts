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
  const { env } = codex
  const given = env?.["NO_PROXY"] ?? env?.["no_proxy"]
  const current =
    given ?? (inheritsEnvironment(codex) ? (hostVariable("NO_PROXY") ?? hostVariable("no_proxy")) : undefined)
  const others = Redacted.isRedacted(current) ? Redacted.value(current) : (current ?? "")
  const own = host.replaceAll(/[[\]]/g, "")
  return others.trim() === "" ? own : `${others},${own}`
}
