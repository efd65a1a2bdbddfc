/** What the model answers to the prompts of the pages. */
import {
  applyPatch,
  functionCall,
  type ModelReply,
  type ModelRequest,
  promptOf,
  reasoning,
  reply,
  replyError,
  replyHanging,
  shellCommand,
  streamedMessage
} from "effect-codex/testing"

type Replies = ReadonlyArray<ModelReply> | ((request: ModelRequest) => ModelReply)

const run = (command: string) => shellCommand(command, { login: false })
const json = (value: unknown) => reply(JSON.stringify(value))
const occurrences = (request: ModelRequest, text: string) => JSON.stringify(request.body.input).split(text).length - 1

let builds = 0

/** For each beginning of a prompt the replies of its turn: the first, and one after each call of a tool. */
const repliesTo: Readonly<Record<string, Replies>> = {
  "What does this project do?": [reply("It keeps notes.")],
  "What is the worst problem in this project?": [
    json({ title: "The total ignores quantities", severity: "high", file: "src/cart.ts" })
  ],
  "Who wrote the notes?": [reply(run("git log --format=%an")), reply("I can't tell.")],
  "Add a to-do list to the notes": [
    reply(applyPatch("*** Begin Patch\n*** Update File: notes.md\n@@\n # Notes\n+\n+- [ ] Write some\n*** End Patch")),
    reply("There is one now.")
  ],
  "Summarize notes.md": [reply("Notes, and a to-do list.")],
  "The code word is": [reply("I'll remember it.")],
  "What is the code word?": (request) =>
    reply(/The code word is (\w+)\./.exec(JSON.stringify(request.body.input))?.[1] ?? "I don't know."),
  "Make a plan": [reply("1. Do it.")],
  "Carry it out": [reply("Done.")],
  "Review the current code changes": [reply("No problems found.")],
  "What is wrong here?": (request) => reply(`I see ${occurrences(request, '"input_image"')} image.`),
  "Which notes are there?": [reply([reasoning("Looking at the files"), run("ls *.md")]), reply("One file, notes.md.")],
  "Wait for the deployment": [reply(run("sleep 300"))],
  "Never mind": [reply("All right, I stopped waiting.")],
  "What is the worst problem here?": [
    json({ title: "Passwords are compared with == and so in variable time", severity: "high", line: 12 })
  ],
  "Your last answer does not fit": [json({ title: "Passwords are compared with ==", severity: "high", line: null })],
  "What is the next milestone?": [json({ name: "Version 2", due: "2027-05-01" })],
  "Rate the notes": [json({ stars: 11 })],
  "Is the build green?": () =>
    builds++ === 0 ? replyError(503, { code: "server_is_overloaded" }) : reply("It is green."),
  "Are the tests green?": [reply(run("ls")), replyError(429, { type: "usage_limit_reached" })],
  "Close the ticket about the login page": [
    reply(functionCall("close_ticket", { id: "T-9" })),
    reply(functionCall("close_ticket", { id: "T-1" })),
    reply("It is closed.")
  ],
  "Release version 2": [reply(run("echo 2 > VERSION")), reply(streamedMessage(["Version 2", ": released."]))],
  "Greet the world": [replyHanging(streamedMessage(["Hello, wo"], { unfinished: true }))],
  "In French, please": [reply("Bonjour, tout le monde !")]
}

const missing = (what: string): ModelReply => {
  console.error(`docs-check: the model has no reply ${what}`)
  return replyError(400, { message: `no reply ${what}` })
}

export const script = (request: ModelRequest): ModelReply => {
  const prompt = promptOf(request)
  const [, replies] = Object.entries(repliesTo).find(([beginning]) => prompt.startsWith(beginning)) ?? []
  if (replies === undefined) return missing(`to ${JSON.stringify(prompt.slice(0, 200))}`)
  if (typeof replies === "function") return replies(request)
  const { input } = request.body
  const asked = input.findLastIndex(({ role, type }) => type === "message" && role === "user")
  const outputs = input.slice(asked).filter(({ type }) => type?.endsWith("_call_output")).length
  return replies[outputs] ?? missing(`to ${JSON.stringify(prompt)} after ${outputs} calls`)
}
