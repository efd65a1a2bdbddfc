/** The version of this package: what codex is told that its client is. */
export const version = "0.1.0"
