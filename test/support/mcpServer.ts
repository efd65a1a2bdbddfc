/**
 * A small MCP server on stdio: `echo` answers, `fail` reports an error, `die` ends the server, `erase` says that it
 * destroys something, and `ask` asks the user for a name.
 */
import { createInterface } from "node:readline"

interface Message {
  readonly id?: number | string
  readonly method?: string
  readonly params?: { readonly name?: string; readonly arguments?: { readonly text?: string } }
  readonly result?: unknown
}

const send = (message: object) => process.stdout.write(`${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`)

const tool = (name: string) => ({
  name,
  description: name,
  inputSchema: { type: "object", properties: { text: { type: "string" } } },
  annotations: name === "erase" ? { readOnlyHint: false, destructiveHint: true } : { readOnlyHint: true }
})

// The calls of `ask`, by the id of the question.
const asking = new Map<number | string, Message["id"]>()

const text = (id: Message["id"], words: string, more: object = {}) =>
  send({ id, result: { content: [{ type: "text", text: words }], ...more } })

const call = ({ id, params }: Message) => {
  switch (params?.name) {
    case "echo":
      return text(id, `echo: ${params.arguments?.text}`, { structuredContent: { n: 1 } })
    case "fail":
      return text(id, "tool says no", { isError: true })
    case "die":
      return process.exit(1)
    case "erase":
      return text(id, "erased")
    case "ask": {
      const question = `question-${asking.size}`
      asking.set(question, id)
      const requestedSchema = { type: "object", properties: { name: { type: "string" } }, required: ["name"] }
      return send({ id: question, method: "elicitation/create", params: { message: "Who are you?", requestedSchema } })
    }
    default:
      return send({ id, error: { code: -32602, message: "unknown tool" } })
  }
}

createInterface({ input: process.stdin }).on("line", (line) => {
  const message = JSON.parse(line) as Message // the peer is codex
  switch (message.method) {
    case "initialize":
      return send({
        id: message.id,
        result: {
          protocolVersion: "2025-06-18",
          capabilities: { tools: {} },
          serverInfo: { name: "tiny", version: "1.0.0" }
        }
      })
    case "tools/list":
      return send({ id: message.id, result: { tools: ["echo", "fail", "die", "erase", "ask"].map(tool) } })
    case "tools/call":
      return call(message)
    case undefined: {
      const asker = asking.get(message.id ?? "")
      return asker === undefined ? undefined : text(asker, `answered: ${JSON.stringify(message.result)}`)
    }
    default:
      return message.id === undefined ? undefined : send({ id: message.id, result: {} })
  }
})
