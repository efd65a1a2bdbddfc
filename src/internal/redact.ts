/** Takes secrets and the prompt out of what codex prints, before it becomes part of an error. */
export const makeRedact = (secrets: ReadonlyArray<string>, prompt: string): ((text: string) => string) => {
  // Very short ones would tear ordinary words apart, and give nothing away.
  const hidden = [
    ...secrets.filter((secret) => secret.length >= 4).map((secret) => [secret, "<redacted>"] as const),
    ...(prompt.trim().length >= 16 ? [[prompt.trim(), "<prompt>"] as const] : [])
  ]
  return (text) => hidden.reduce((current, [needle, label]) => current.replaceAll(needle, label), text)
}
