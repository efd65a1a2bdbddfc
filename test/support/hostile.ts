/** What a careless caller may pass where a text is wanted. */
export const hostileTexts: ReadonlyArray<readonly [name: string, text: string]> = [
  ["nothing", ""],
  ["a flag", "--version"],
  ["a short flag", "-c"],
  ["a dash", "-"],
  ["two dashes", "--"],
  ["a blank", " "],
  ["a quotation mark", '"'],
  ["an apostrophe", "'"],
  ["a backslash", "\\"],
  ["a line feed", "a\nb"],
  ["a line feed alone", "\n"],
  ["CRLF", "\r\n"],
  ["NUL", "a\0b"],
  ["an escape sequence", "\u001b[31mred"],
  ["DEL", "\u007f"],
  ["a next line", "\u0085"],
  ["a line separator", "\u2028"],
  ["an emoji", "🙂"],
  ["a lone surrogate", "a\ud800b"],
  ["a right-to-left mark", "\u200f\u202eabc"],
  ["a byte order mark", "\ufeffa"],
  ["a decomposed letter", "e\u0301"],
  ["a command", "$(touch /tmp/pwned); `touch /tmp/pwned`"],
  ["an assignment", "a=b"],
  ["a way up", "../.."],
  ["a list", "a,b"],
  ["a format", "%s%n{}"],
  ["TOML", '"""\n[a]\nb = 1 # '],
  ["a prototype", "__proto__"],
  ["a constructor", "constructor"]
]

/** Whether an argument of a process can hold it. */
export const isPassable = (text: string): boolean => !text.includes("\0") && text.isWellFormed()

/** Whether a text may stand in a key of an API, behind other characters. */
export const isKey = (text: string): boolean => isPassable(text) && text === text.trimEnd() && !/\p{Cc}/u.test(text)

/** Whether it can be the value of a flag. */
export const isArgument = (text: string): boolean => isPassable(text) && text !== "" && !text.startsWith("-")
