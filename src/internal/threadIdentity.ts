/**
 * Tells whether codex continues the thread that it was asked for.
 *
 * codex 0.169 starts a new thread, and exits with 0, when it is asked to resume a name that it does not know, or the last
 * thread where there is none. The caller must not take that one for the old.
 */
import type { ThreadTarget } from "../Exec.ts"

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

/** Whether a thread is not the one to resume. `startedAt` is when codex was started, in milliseconds. */
export const isAnotherThread = (target: ThreadTarget, threadId: string, startedAt: number): boolean => {
  switch (target._tag) {
    case "Resume":
      return uuid.test(target.threadId)
        ? threadId.toLowerCase() !== target.threadId.toLowerCase()
        : threadId !== target.threadId && isMadeSince(threadId, startedAt)
    case "ResumeLast":
      return isMadeSince(threadId, startedAt)
    default:
      return false
  }
}

/** A thread's id is a UUID of version 7, which begins with the time of its making. */
const isMadeSince = (threadId: string, time: number): boolean =>
  uuid.test(threadId) && threadId[14] === "7" && Number.parseInt(threadId.replace("-", "").slice(0, 12), 16) >= time
