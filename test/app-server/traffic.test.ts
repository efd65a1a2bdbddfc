import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { readdirSync, readFileSync } from "node:fs"
import { clientRequests, serverNotifications, serverRequests } from "../../src/app-server/protocol/methods.ts"
import type { Lazy } from "../../src/app-server/protocol/lazy.ts"

/** Captured traffic of the real codex 0.169, client to server ("in") and server to client ("out"). */
const folder = new URL("../fixtures/app-server/", import.meta.url)

const Message = Schema.Struct({
  id: Schema.optionalKey(Schema.Union([Schema.Finite, Schema.String])),
  method: Schema.optionalKey(Schema.String),
  params: Schema.optionalKey(Schema.Unknown),
  result: Schema.optionalKey(Schema.Unknown)
})
const Line = Schema.fromJsonString(
  Schema.Struct({
    dir: Schema.Literals(["in", "out"]),
    msg: Schema.optionalKey(Message),
    raw: Schema.optionalKey(Schema.Unknown)
  })
)
const decodeLine = Schema.decodeUnknownSync(Line)

/** What a message is, the schema that it should have, and its value. */
interface Expectation {
  readonly dir: "in" | "out"
  /** The file and the kind of message. */
  readonly what: string
  readonly schema: Lazy<unknown> | undefined
  readonly value: unknown
}

type Table = Readonly<Record<string, { readonly params: Lazy<unknown> | undefined; readonly response?: Lazy<unknown> }>>
const requestsOfClients: Table = clientRequests
const requestsOfServers: Table = serverRequests
const notifications: Table = serverNotifications

/** Every message of a capture but errors, and those whose request is none of the protocol's. */
const expectations = (file: string): ReadonlyArray<Expectation> => {
  const asked = { in: new Map<number | string, string>(), out: new Map<number | string, string>() }
  const lines = readFileSync(new URL(file, folder), "utf8")
    .split("\n")
    .filter((line) => line !== "")
  return lines
    .map((line) => decodeLine(line))
    .flatMap(({ dir, msg }): ReadonlyArray<Expectation> => {
      const { id, method, params, result } = msg ?? {}
      if (method !== undefined) {
        if (id !== undefined) asked[dir].set(id, method)
        if (dir === "in" && id === undefined) return []
        const table = id === undefined ? notifications : dir === "in" ? requestsOfClients : requestsOfServers
        return [{ dir, what: `${file}: ${method}`, schema: table[method]?.params, value: params }]
      }
      const [table, requests] = dir === "out" ? [requestsOfClients, asked.in] : [requestsOfServers, asked.out]
      const answered = id === undefined ? undefined : requests.get(id)
      return result === undefined || answered === undefined
        ? []
        : [{ dir, what: `${file}: answer to ${answered}`, schema: table[answered]?.response, value: result }]
    })
}

/** Fields that are in the message and not in what was decoded from it: what the schema does not know. */
const lost = (value: unknown, decoded: unknown, path: string): ReadonlyArray<string> => {
  if (typeof value !== "object" || value === null) return []
  const known = new Map<string, unknown>(Object.entries(decoded ?? {}))
  return Object.entries(value).flatMap(([key, field]) =>
    known.has(key) ? lost(field, known.get(key), `${path}.${key}`) : [`${path}.${key}`]
  )
}

const problems = ({ schema, value, what }: Expectation): ReadonlyArray<string> => {
  if (schema === undefined) return value === undefined || value === null ? [] : [`${what}: no schema`]
  const decoded = Schema.decodeUnknownResult(schema())(value)
  return Result.isFailure(decoded)
    ? [`${what}: ${decoded.failure.message.replaceAll("\n", "")}`]
    : lost(value, decoded.success, "").map((path) => `${what}: loses ${path}`)
}

describe("captured traffic", () => {
  const all = readdirSync(folder).flatMap(expectations)

  it("decodes all that the server sends, and loses no field of it", () => {
    const sent = all.filter(({ dir }) => dir === "out")
    assert.isAbove(sent.length, 500)
    assert.deepStrictEqual(sent.flatMap(problems), [])
  })

  it("refuses of the clients' messages only those that were sent to be refused, as codex did", () => {
    const kinds = "text image localImage audio localAudio skill mention".split(" ")
    const inputs = kinds.map((type) => `{ readonly "type": "${type}", ... }`).join(" | ")
    const tools = `{ readonly "type": "function", ... } | { readonly "type": "namespace", ... }`
    assert.deepStrictEqual(all.filter(({ dir }) => dir === "in").flatMap(problems), [
      'approval-command-bad-reply.jsonl: answer to item/commandExecution/requestApproval: Missing key  at ["decision"]',
      `dynamic-tool-bad-schema.jsonl: thread/start: Expected ${tools}  at ["dynamicTools"][0]`,
      'errors.jsonl: initialize: Missing key  at ["clientInfo"]',
      "errors.jsonl: no/such/method: no schema",
      'errors.jsonl: turn/start: Missing key  at ["input"]',
      "errors.jsonl: thread/start: Expected object",
      `errors.jsonl: turn/start: Expected ${inputs}  at ["input"][0]`
    ])
  })
})
