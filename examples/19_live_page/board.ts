/**
 * Board: what a page shows, kept for those who come later, and told to all who watch.
 *
 * Everything has a bound: entries, their texts, and what waits for a slow watcher. One that falls behind is dropped; its
 * browser connects again and gets all of it anew.
 */
import type * as Cause from "effect/Cause"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Queue from "effect/Queue"
import * as Stream from "effect/Stream"
import type { Entry, Status, Update } from "./wire.ts"

const maxEntries = 500
const maxTextLength = 100_000
const maxWaitingUpdates = 1024

type Watcher = Queue.Queue<Update, Cause.Done>

export class Board extends Context.Service<
  Board,
  {
    readonly get: (id: string) => Entry | undefined
    /** Adds an entry, or replaces the one with its id. */
    readonly put: (entry: Entry) => void
    /** Adds to the text of an entry, which may be a new one. */
    readonly more: (entry: Extract<Entry, { readonly text: string }>) => void
    readonly replaceAll: (change: (entry: Entry) => Entry) => void
    readonly setStatus: (status: Partial<Status>) => void
    /** Everything, then what changes, for as long as the watcher keeps up. */
    readonly updates: Stream.Stream<Update>
  }
>()("example/Board") {
  static readonly layer = Layer.sync(Board, () => {
    const entries = new Map<string, Entry>()
    const watchers = new Set<Watcher>()
    let status: Status = { running: false }

    const tell = (update: Update) => {
      for (const watcher of watchers) {
        if (Queue.offerUnsafe(watcher, update)) continue
        watchers.delete(watcher)
        Queue.endUnsafe(watcher)
      }
    }

    const put = (entry: Entry) => {
      const kept = clip(entry)
      entries.set(kept.id, kept)
      const [oldest] = entries.keys()
      if (entries.size > maxEntries && oldest !== undefined) entries.delete(oldest)
      tell({ type: "entry", entry: kept })
    }

    return Board.of({
      get: (id) => entries.get(id),
      put,
      more: (entry) => {
        const known = entries.get(entry.id)
        if (known === undefined || !("text" in known)) return put(entry)
        // The completed item has all of it.
        if (known.text.length + entry.text.length > maxTextLength) return
        entries.set(entry.id, { ...known, text: known.text + entry.text })
        tell({ type: "more", id: entry.id, text: entry.text })
      },
      replaceAll: (change) => {
        for (const entry of entries.values()) {
          const changed = change(entry)
          if (changed !== entry) put(changed)
        }
      },
      setStatus: (change) => {
        status = { ...status, ...change }
        tell({ type: "status", status })
      },
      updates: Stream.unwrap(
        Effect.gen(function* () {
          const watcher: Watcher = yield* Effect.acquireRelease(
            Queue.dropping<Update, Cause.Done>(maxWaitingUpdates),
            (watcher) => Effect.sync(() => watchers.delete(watcher))
          )
          // At once, so that nothing comes between what is there and what changes.
          Queue.offerUnsafe(watcher, { type: "all", entries: [...entries.values()], status })
          watchers.add(watcher)
          return Stream.fromQueue(watcher)
        })
      )
    })
  })
}

/** Keeps the end of a text, where a command says what went wrong. */
const clip = (entry: Entry): Entry =>
  "text" in entry && entry.text.length > maxTextLength
    ? { ...entry, text: `… the first part is left out\n${entry.text.slice(-maxTextLength)}` }
    : entry
