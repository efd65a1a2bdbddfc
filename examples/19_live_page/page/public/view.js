/**
 * Entries as elements. What comes from the agent is always set as text, never as HTML.
 */

/** @import { Decision, Entry, FileDiff } from "../../wire.ts" */

/** Texts that grow, by the id of their entry. @type {Map<string, { element: HTMLElement, text: string }>} */
const growing = new Map()

/**
 * @param {string} tag
 * @param {string} className
 * @param {...(Node | string)} children
 */
const make = (tag, className, ...children) => {
  const element = document.createElement(tag)
  element.className = className
  element.append(...children)
  return element
}

/** Text with `code` in it. @param {string} text */
const prose = (text) =>
  text.split(/`([^`\n]+)`/).map((part, index) => (index % 2 === 1 ? make("code", "", part) : part))

/** @type {Record<string, string>} */
const statusWords = {
  in_progress: "in progress",
  completed: "done",
  failed: "failed",
  declined: "declined",
  stopped: "stopped"
}

/** @param {string} status @param {number | undefined} exitCode */
const badge = (status, exitCode) => {
  const word = statusWords[status] ?? status
  const element = make("span", "badge", exitCode === undefined || exitCode === 0 ? word : `exit code ${exitCode}`)
  element.dataset["status"] = status
  return element
}

/** @param {string} text */
const output = (text) => {
  const element = make("pre", "output", text)
  // Can be scrolled with the keyboard.
  element.tabIndex = 0
  element.setAttribute("aria-label", "Output")
  return element
}

/** @param {FileDiff} file */
const fileDiff = ({ change, diff, path }) => {
  const lines = diff
    .replace(/\n$/, "")
    .split("\n")
    .map((line) => {
      const kind = line.startsWith("@@")
        ? "hunk"
        : line.startsWith("+")
          ? "added"
          : line.startsWith("-")
            ? "removed"
            : ""
      return make("span", `line ${kind}`, line === "" ? "\n" : line)
    })
  const element = make("pre", "diff", ...lines)
  element.tabIndex = 0
  element.setAttribute("aria-label", `Changes of ${path}`)
  return make("div", "file", make("p", "path", make("span", "kind", change), " ", path), element)
}

/** @type {ReadonlyArray<readonly [Decision, string, string]>} */
const choices = [
  ["accept", "Accept", "primary"],
  ["acceptForSession", "Accept for session", ""],
  ["decline", "Decline", ""],
  ["cancel", "Stop the turn", ""]
]

/** @type {Record<string, string>} */
const answers = {
  accept: "Accepted",
  acceptForSession: "Accepted for this session",
  decline: "Declined",
  cancel: "Turn stopped",
  withdrawn: "No longer asked"
}

/** @param {Extract<Entry, { kind: "approval" }>} entry @param {(decision: Decision) => void} decide */
const approval = ({ question, state }, decide) => {
  const text = make("p", "question", question)
  if (state !== "waiting") {
    const answer = make("p", "answer", answers[state] ?? state)
    return make("section", "approval", text, answer)
  }
  const buttons = choices.map(([decision, label, className]) => {
    const button = make("button", className, label)
    button.addEventListener("click", () => decide(decision))
    return button
  })
  const group = make("div", "actions", ...buttons)
  group.setAttribute("role", "group")
  group.setAttribute("aria-label", question)
  return make("section", "approval waiting", text, group)
}

/** @param {Entry} entry @param {(decision: Decision) => void} decide @returns {HTMLElement} */
const elementOf = (entry, decide) => {
  switch (entry.kind) {
    case "prompt":
      return make("article", "prompt", make("h2", "who", entry.steers ? "You, to the running turn" : "You"), entry.text)
    case "message":
    case "thought": {
      const text = make("div", "text", ...prose(entry.text))
      growing.set(entry.id, { element: text, text: entry.text })
      return make("article", entry.kind, make("h2", "who", entry.kind === "thought" ? "Thinking" : "codex"), text)
    }
    case "command": {
      const text = output(entry.text)
      growing.set(entry.id, { element: text, text: entry.text })
      const head = make("p", "head", make("code", "", entry.command), badge(entry.status, entry.exitCode))
      return make("article", "card", make("h2", "unseen", "Command"), head, text)
    }
    case "change":
      return make(
        "article",
        "card",
        make("p", "head", make("h2", "", "Changes"), badge(entry.status, undefined)),
        ...entry.files.map(fileDiff)
      )
    case "approval":
      return approval(entry, decide)
    case "notice":
      return make("p", "notice", entry.text)
  }
}

/**
 * Shows an entry in the place of the one with its id, or at the end. An approval comes right after what waits for it.
 *
 * @param {HTMLElement} log
 * @param {Entry} entry
 * @param {(decision: Decision) => void} decide
 */
export const showEntry = (log, entry, decide) => {
  const element = elementOf(entry, decide)
  element.id = entry.id
  const known = document.getElementById(entry.id)
  if (known !== null) return known.replaceWith(element)
  if (entry.kind === "approval") {
    element.dataset["item"] = entry.itemId ?? ""
    const item = document.getElementById(entry.itemId ?? "")
    if (item !== null) return item.after(element)
  }
  const asked = [...log.children].find((other) => other instanceof HTMLElement && other.dataset["item"] === entry.id)
  log.insertBefore(element, asked ?? null)
}

/** Adds to the text of an entry. @param {string} id @param {string} text */
export const showMore = (id, text) => {
  const known = growing.get(id)
  if (known === undefined) return
  known.text += text
  known.element.replaceChildren(...(known.element.matches("pre") ? [known.text] : prose(known.text)))
}

/** What a screen reader is told of an entry, if anything. @param {Entry} entry */
export const announcementOf = (entry) => {
  switch (entry.kind) {
    case "message":
      return entry.done ? entry.text : undefined
    case "approval":
      return entry.state === "waiting" ? `codex asks: ${entry.question}` : answers[entry.state]
    case "notice":
      return entry.text
    default:
      return undefined
  }
}
