export { type ServedTools, ToolServer } from "./ToolServer.ts"
export { ToolSet, type ToolSetOptions } from "./ToolSet.ts"
