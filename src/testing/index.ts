export * from "./ModelReply.ts"
export * from "./ScriptedModel.ts"
export * from "./TestExec.ts"
