/** The provider that a turn's options choose. What codex's own files say is not known here. */
import type { CodexOptions, ThreadOptions } from "../CodexOptions.ts"

/** As codex 0.169 chooses it: `--oss` wins over the configuration, and `--local-provider` counts only with it. */
export const providerName = (codex: CodexOptions, thread: ThreadOptions): string => {
  const setting = (key: string): string | undefined =>
    textOf(thread.config?.[key]) ??
    (codex.configOverrides ?? []).map((override) => overriding(override, key)).findLast((name) => name !== undefined) ??
    textOf(codex.config?.[key])
  return thread.oss === true
    ? (thread.localProvider ?? setting("oss_provider") ?? "oss")
    : (setting("model_provider") ?? "openai")
}

const textOf = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined)

/** The text that a raw `key=value` sets a key to. One that is no TOML is a text too. */
const overriding = (override: string, key: string): string | undefined => {
  const equals = override.indexOf("=")
  if (override.slice(0, equals).trim() !== key) return undefined
  const value = override.slice(equals + 1).trim()
  const quoted = /^(["'])(.*?)\1/.exec(value)
  return quoted?.[2] ?? value
}
