/** Takes secrets and the prompt out of what codex prints, before it becomes part of an error. */
export const makeRedact = (secrets: ReadonlyArray<string>, prompt: string): ((text: string) => string) => {
  // Very short ones would tear ordinary words apart, and give nothing away.
  const hidden = [
    // The prompt first, as it may hold a secret; and a secret before one that is a part of it.
    ...(prompt.trim().length >= 16 ? [[prompt.trim(), "<prompt>"] as const] : []),
    ...secrets
      .filter((secret) => secret.length >= 4)
      .toSorted((one, other) => other.length - one.length)
      .map((secret) => [secret, "<redacted>"] as const)
  ]
  return (text) => hidden.reduce((current, [needle, label]) => current.replaceAll(needle, label), text)
}
