/**
 * The metrics of turns, as Effect metrics: whichever exporter the application has (`effect/observability`,
 * `@effect/opentelemetry`) reports them. Names and attributes are those of OpenTelemetry's conventions for generative AI
 * where they have one.
 *
 * All but `activeTurns`, `waitDuration` and `killedProcesses` have the attributes `gen_ai.operation.name`
 * (`invoke_agent`), `gen_ai.provider.name`, and `gen_ai.request.model` where the model was set.
 */
import * as Metric from "effect/Metric"

// As the conventions recommend them, in seconds, and on to an hour, since turns of agents take long.
const seconds = [0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92, 300, 900, 3600]
const tokens = [1, 4, 16, 64, 256, 1024, 4096, 16_384, 65_536, 262_144, 1_048_576, 4_194_304, 16_777_216]

/** `gen_ai.client.operation.duration` (s): from the start of a turn to its end. A failed one has `error.type`. */
export const turnDuration = Metric.histogram("gen_ai.client.operation.duration", {
  description: "Duration of a turn",
  boundaries: seconds,
  attributes: { unit: "s" }
})

/** `gen_ai.client.token.usage` ({token}): what a turn used, by `gen_ai.token.type` (`input`, `output`). */
export const tokenUsage = Metric.histogram("gen_ai.client.token.usage", {
  description: "Tokens used by a turn",
  boundaries: tokens,
  attributes: { unit: "{token}" }
})

/** `codex.turns` ({turn}): turns that have ended, by `codex.turn.outcome`. */
export const turns = Metric.counter("codex.turns", {
  description: "Turns that have ended",
  incremental: true,
  attributes: { unit: "{turn}" }
})

/** `codex.turns.active` ({turn}): turns that run now. */
export const activeTurns = Metric.gauge("codex.turns.active", {
  description: "Turns that run now",
  attributes: { unit: "{turn}" }
})

/** `codex.turn.wait.duration` (s): wait for a place, by `codex.wait.for` (`thread`, `codex`). Only turns that waited. */
export const waitDuration = Metric.histogram("codex.turn.wait.duration", {
  description: "Wait for an earlier turn of the thread, or for maxConcurrentTurns",
  boundaries: seconds,
  attributes: { unit: "s" }
})

/** `codex.turn.time_to_first_event` (s): from the start of a turn to codex's first event. */
export const timeToFirstEvent = Metric.histogram("codex.turn.time_to_first_event", {
  description: "Time from the start of a turn to its first event",
  boundaries: seconds,
  attributes: { unit: "s" }
})

/** `codex.events` ({event}): by `codex.event.type`, which is the event's or the item's tag, such as `AgentMessage`. */
export const events = Metric.counter("codex.events", {
  description: "Events of turns",
  incremental: true,
  attributes: { unit: "{event}" }
})

/** `codex.events.unknown` ({event}): events and items that this library does not know. More than 0 is a new codex. */
export const unknownEvents = Metric.counter("codex.events.unknown", {
  description: "Events and items that are not known",
  incremental: true,
  attributes: { unit: "{event}" }
})

/** `codex.processes.killed` ({process}): codex processes that did not end in the grace period, or began another thread than was asked for. */
export const killedProcesses = Metric.counter("codex.processes.killed", {
  description: "codex processes that had to be killed",
  incremental: true,
  attributes: { unit: "{process}" }
})

/** `codex.app_server.connections` ({connection}): connections to an app-server. All but the first of a layer come after a loss. */
export const serverConnections = Metric.counter("codex.app_server.connections", {
  description: "Connections made to a codex app-server",
  incremental: true,
  attributes: { unit: "{connection}" }
})
