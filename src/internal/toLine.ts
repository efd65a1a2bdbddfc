// A surrogate that stands alone, as JSON.stringify spells it. codex could not read the line, and would not answer.
const loneSurrogate = /(?<!\\)((?:\\\\)*)\\ud[89a-f][0-9a-f]{2}/g

/** JSON that codex can read. */
export const toLine = (message: unknown): string => JSON.stringify(message).replaceAll(loneSurrogate, "$1\ufffd")
