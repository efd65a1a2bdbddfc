/** What notifications say of the state of a whole thread. */
import * as Predicate from "effect/Predicate"
import type { Notification } from "../AppServer.ts"

/** A thread's new state: `active` while a turn runs on it. */
export const statusOf = ({ method, params }: Notification): unknown =>
  method === "thread/status/changed" &&
  Predicate.hasProperty(params, "status") &&
  Predicate.hasProperty(params.status, "type")
    ? params.status.type
    : undefined

/** What has become of a thread's goal: while it is `active`, codex begins turn after turn (codex 0.169). */
export const goalOf = ({ method, params }: Notification): unknown => {
  if (method === "thread/goal/cleared") return "cleared"
  return method === "thread/goal/updated" &&
    Predicate.hasProperty(params, "goal") &&
    Predicate.hasProperty(params.goal, "status")
    ? params.goal.status
    : undefined
}

/** Not always said by `thread/closed`: a thread that can not be deleted, or that is archived, is unloaded too (codex 0.169). */
export const isUnloaded = (notification: Notification): boolean =>
  notification.method === "thread/closed" ||
  notification.method === "thread/archived" ||
  notification.method === "thread/deleted" ||
  statusOf(notification) === "notLoaded"
