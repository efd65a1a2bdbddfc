/** The page: shows what the server tells, and sends what the user says. */
import { announcementOf, showEntry, showMore } from "./view.js"

/** @import { Entry, Status, Update } from "../../wire.ts" */

/**
 * @template {typeof HTMLElement} T
 * @param {string} id
 * @param {T} type
 * @returns {InstanceType<T>}
 */
const byId = (id, type) => {
  const element = document.getElementById(id)
  if (!(element instanceof type)) throw new Error(`There is no ${id}`)
  // The check above is what the compiler can not follow.
  return /** @type {InstanceType<T>} */ (element)
}

const log = byId("log", HTMLElement)
const state = byId("state", HTMLElement)
const usage = byId("usage", HTMLElement)
const announcements = byId("announcements", HTMLElement)
const problem = byId("problem", HTMLElement)
const composer = byId("composer", HTMLFormElement)
const prompt = byId("prompt", HTMLTextAreaElement)
const send = byId("send", HTMLButtonElement)
const stop = byId("stop", HTMLButtonElement)

/** @param {string} path @param {unknown} [body] */
const post = async (path, body = {}) => {
  problem.textContent = ""
  try {
    const response = await fetch(path, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body)
    })
    if (response.ok) return true
    problem.textContent = (await response.text()) || `The server says ${response.status}.`
  } catch {
    problem.textContent = "The server can not be reached."
  }
  return false
}

/** @param {Status} status */
const showStatus = ({ running, usage: tokens }) => {
  state.textContent = running ? "Working" : "Ready"
  state.dataset["state"] = running ? "working" : "ready"
  stop.hidden = !running
  send.textContent = running ? "Steer" : "Send"
  prompt.placeholder = running ? "Add something to the running turn" : "What should codex do?"
  usage.textContent =
    tokens === undefined
      ? ""
      : `${tokens.input.toLocaleString("en")} tokens in (${tokens.cached.toLocaleString("en")} cached), ` +
        `${tokens.output.toLocaleString("en")} out`
}

/** Follows the end of the log, unless the user has scrolled away from it. @param {() => void} change */
const keepingUp = (change) => {
  const page = document.scrollingElement ?? document.body
  const isAtEnd = page.scrollHeight - page.scrollTop - page.clientHeight < 80
  change()
  if (isAtEnd) page.scrollTop = page.scrollHeight
}

/** @param {Entry} entry */
const show = (entry) =>
  showEntry(log, entry, (decision) => {
    void post("approval", { id: entry.id, decision })
    prompt.focus()
  })

/** @param {Update} update */
const apply = (update) => {
  switch (update.type) {
    case "all":
      log.replaceChildren()
      for (const entry of update.entries) show(entry)
      return showStatus(update.status)
    case "entry":
      show(update.entry)
      announcements.textContent = announcementOf(update.entry) ?? announcements.textContent
      return
    case "more":
      return showMore(update.id, update.text)
    case "status":
      return showStatus(update.status)
  }
}

// Connects again by itself, and is then told everything anew.
const events = new EventSource("events")
events.addEventListener("message", ({ data }) => keepingUp(() => apply(JSON.parse(data))))
events.addEventListener("error", () => {
  state.textContent = "Disconnected"
  state.dataset["state"] = "disconnected"
})

composer.addEventListener("submit", async (event) => {
  event.preventDefault()
  const text = prompt.value.trim()
  if (text === "" || send.disabled) return
  send.disabled = true
  if (await post("prompt", { text })) prompt.value = ""
  send.disabled = false
})

prompt.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return
  event.preventDefault()
  composer.requestSubmit()
})

stop.addEventListener("click", () => void post("stop"))
