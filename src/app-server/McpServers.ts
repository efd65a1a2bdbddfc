/** McpServers: the MCP servers that codex is configured with, over a codex app-server (codex 0.169). */
import { AppServer } from "./AppServer.ts"
import { pages } from "./internal/pages.ts"
import type { ListMcpServerStatusParams } from "./protocol/types.ts"

/** Each server with its tools and how its login stands, page by page as they are taken. */
export const status = (params: Omit<ListMcpServerStatusParams, "cursor"> = {}) =>
  pages((cursor) => AppServer.use((server) => server.request("mcpServerStatus/list", { ...params, cursor })))
