// For declarations that tools write, where a program imports nothing of the main entry.
export type { CodexError } from "../CodexError.ts"
export type { Exec } from "../Exec.ts"
export * from "./ModelReply.ts"
export * from "./ScriptedModel.ts"
export * from "./TestExec.ts"
