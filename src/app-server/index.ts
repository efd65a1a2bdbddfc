export * from "./Approvals.ts"
export {
  AppServer,
  AppServerOptions,
  type ClientMethod,
  ConnectionOptions,
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
