// For declarations that tools write, where a program imports nothing of the main entry.
export type { ConnectionLost } from "../AppServerError.ts"
export type { Codex } from "../Codex.ts"
export type { CodexError } from "../CodexError.ts"
export * from "./Approvals.ts"
export {
  AppServer,
  AppServerOptions,
  type ClientMethod,
  ConnectionOptions,
  type Notification,
  type NotificationMethod,
  WebSocketServer
} from "./AppServer.ts"
export {
  type ClientRequests,
  protocolVersion,
  type ServerNotifications,
  type ServerRequests
} from "./protocol/methods.ts"
export type * as Protocol from "./protocol/types.ts"
export * as Account from "./Account.ts"
export * as Configuration from "./Configuration.ts"
export * as McpServers from "./McpServers.ts"
export * as Models from "./Models.ts"
export * as Threads from "./Threads.ts"
