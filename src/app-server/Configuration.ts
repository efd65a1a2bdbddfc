/** Configuration: codex's own, as its files and the options of the server make it (codex 0.169). */
import { AppServer } from "./AppServer.ts"
import type { ConfigBatchWriteParams, ConfigReadParams, ConfigValueWriteParams } from "./protocol/types.ts"

/** The configuration that holds, and with `includeLayers` where each part of it comes from. */
export const read = (params: ConfigReadParams = {}) => AppServer.use((server) => server.request("config/read", params))

/** Writes one value into a configuration file: the user's `config.toml` by default. */
export const write = (params: ConfigValueWriteParams) =>
  AppServer.use((server) => server.request("config/value/write", params))

/** Writes several values at once, all or none. */
export const writeAll = (params: ConfigBatchWriteParams) =>
  AppServer.use((server) => server.request("config/batchWrite", params))
