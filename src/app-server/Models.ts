/** Models: what the provider offers, over a codex app-server (codex 0.169). */
import { AppServer } from "./AppServer.ts"
import { pages } from "./internal/pages.ts"
import type { ModelListParams } from "./protocol/types.ts"

/** The models that codex knows, page by page as they are taken. */
export const list = (params: Omit<ModelListParams, "cursor"> = {}) =>
  pages((cursor) => AppServer.use((server) => server.request("model/list", { ...params, cursor })))
