/**
 * Takes the prompts of a server's turns out of what the server prints: it serves many turns, so that whose line it is can
 * not be told.
 */
import { makeHidePromptLines } from "../../internal/promptLines.ts"
import { once } from "../../internal/once.ts"
import { makeRedact, type Redact } from "../../internal/redact.ts"

export interface RunningPrompts {
  /** Hides a prompt from now on. What it returns says that its turn is over. */
  readonly begin: (prompt: string) => () => void
  /** What takes whole prompts out of texts, and secrets. */
  readonly redact: Redact
  /** Takes the lines of prompts out of a line, and secrets. One without its newline may be cut off. */
  readonly hideLines: (line: string) => string
}

interface Hidden {
  readonly redact: Redact
  readonly hideLines: (line: string) => string
}

// Of these the server may still speak, though their turns are over.
const maxPast = 16

/** `secrets` takes the secrets out. */
export const makeRunningPrompts = (secrets: Redact): RunningPrompts => {
  const running = new Set<Hidden>()
  const past: Array<Hidden> = []

  const hideAll = (text: string, hide: (hidden: Hidden, text: string) => string): string =>
    [...running, ...past].reduce((current, hidden) => hide(hidden, current), text)
  const whole = (text: string): string => hideAll(text, ({ redact }, current) => redact(current))

  return {
    begin: (prompt) => {
      const hideLines = once(() => makeHidePromptLines(prompt, secrets.secrets(prompt)))
      const hidden = { redact: makeRedact([], prompt), hideLines: (line: string) => hideLines()(line) }
      running.add(hidden)
      return () => {
        if (!running.delete(hidden)) return
        past.push(hidden)
        if (past.length > maxPast) past.shift()
      }
    },
    redact: Object.assign((text: string) => secrets(whole(text)), {
      cut: (text: string) => secrets.cut(hideAll(text, ({ redact }, current) => redact.cut(current))),
      secrets: secrets.secrets,
      longestSecret: secrets.longestSecret
    }),
    hideLines: (line) => hideAll(secrets.cut(line).trim(), ({ hideLines }, current) => hideLines(current))
  }
}
