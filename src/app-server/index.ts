export * from "./Approvals.ts"
export { AppServer, AppServerOptions, type ClientMethod, type NotificationMethod } from "./AppServer.ts"
export type { ClientRequests, ServerNotifications, ServerRequests } from "./protocol/methods.ts"
export type * as Protocol from "./protocol/types.ts"
