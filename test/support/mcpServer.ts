/** A small MCP server on stdio: `echo` answers, `fail` reports an error, `die` ends the server. */
import { createInterface } from "node:readline"

interface Request {
  readonly id?: number
  readonly method: string
  readonly params?: { readonly name?: string; readonly arguments?: { readonly text?: string } }
}

const send = (message: object) => process.stdout.write(`${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`)

const tool = (name: string) => ({
  name,
  description: name,
  inputSchema: { type: "object", properties: { text: { type: "string" } } },
  annotations: { readOnlyHint: true }
})

const call = ({ id, params }: Request) => {
  switch (params?.name) {
    case "echo":
      return send({
        id,
        result: { content: [{ type: "text", text: `echo: ${params.arguments?.text}` }], structuredContent: { n: 1 } }
      })
    case "fail":
      return send({ id, result: { content: [{ type: "text", text: "tool says no" }], isError: true } })
    case "die":
      return process.exit(1)
    default:
      return send({ id, error: { code: -32602, message: "unknown tool" } })
  }
}

createInterface({ input: process.stdin }).on("line", (line) => {
  const request = JSON.parse(line) as Request // the peer is codex
  switch (request.method) {
    case "initialize":
      return send({
        id: request.id,
        result: {
          protocolVersion: "2025-06-18",
          capabilities: { tools: {} },
          serverInfo: { name: "tiny", version: "1.0.0" }
        }
      })
    case "tools/list":
      return send({ id: request.id, result: { tools: ["echo", "fail", "die"].map(tool) } })
    case "tools/call":
      return call(request)
    default:
      return request.id === undefined ? undefined : send({ id: request.id, result: {} })
  }
})
