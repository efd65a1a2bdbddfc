/** What takes secrets and the prompt out of texts. */
export interface Redact {
  (text: string): string
  /** The length of the longest secret, in bytes. */
  readonly longestSecret: number
}

/** Takes secrets and the prompt out of what codex prints, before it becomes part of an error. */
export const makeRedact = (secrets: ReadonlyArray<string>, prompt: string): Redact => {
  // Very short ones would tear ordinary words apart, and give nothing away.
  const hidden = [
    // The prompt first, as it may hold a secret; and a secret before one that is a part of it.
    ...(prompt.trim().length >= 16 ? [[prompt.trim(), "<prompt>"] as const] : []),
    ...secrets
      .filter((secret) => secret.length >= 4)
      .toSorted((one, other) => other.length - one.length)
      .map((secret) => [secret, "<redacted>"] as const)
  ]
  const encoder = new TextEncoder()
  return Object.assign(
    (text: string) => hidden.reduce((current, [needle, label]) => current.replaceAll(needle, label), text),
    { longestSecret: Math.max(0, ...secrets.map((secret) => encoder.encode(secret).length)) }
  )
}
