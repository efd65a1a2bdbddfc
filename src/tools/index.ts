// For declarations that tools write, where a program imports nothing of the main entry.
export type { CodexError } from "../CodexError.ts"
export { type ServedTools, ToolServer } from "./ToolServer.ts"
export { ToolSet, type ToolSetOptions } from "./ToolSet.ts"
