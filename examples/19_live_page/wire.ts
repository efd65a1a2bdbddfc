/** What the server and the page tell each other, as JSON. */
import * as Schema from "effect/Schema"

/** One thing on the page, in the order in which it came. A later one with the same id takes its place. */
export type Entry =
  | {
      readonly kind: "prompt"
      readonly id: string
      readonly text: string
      /** Whether it was added to a turn that ran already. */
      readonly steers: boolean
    }
  | { readonly kind: "message" | "thought"; readonly id: string; readonly text: string; readonly done: boolean }
  | {
      readonly kind: "command"
      readonly id: string
      readonly command: string
      /** What it printed. */
      readonly text: string
      readonly status: ItemStatus
      readonly exitCode?: number
    }
  | {
      readonly kind: "change"
      readonly id: string
      readonly files: ReadonlyArray<FileDiff>
      readonly status: ItemStatus
    }
  | {
      readonly kind: "approval"
      readonly id: string
      /** What waits for it, if that is an entry. */
      readonly itemId?: string
      readonly question: string
      readonly state: "waiting" | "withdrawn" | Decision
    }
  | { readonly kind: "notice"; readonly id: string; readonly text: string }

/** How far a command or a change is. codex may know further words. */
type ItemStatus = "in_progress" | "completed" | "failed" | "declined" | "stopped" | (string & {})

/** What changes in a file. */
export interface FileDiff {
  readonly path: string
  readonly change: string
  readonly diff: string
}

export interface Status {
  /** Whether a turn runs. */
  readonly running: boolean
  /** Tokens of the thread so far. */
  readonly usage?: { readonly input: number; readonly cached: number; readonly output: number }
}

/** What a subscriber is told: everything at first, then what changes. */
export type Update =
  | { readonly type: "all"; readonly entries: ReadonlyArray<Entry>; readonly status: Status }
  | { readonly type: "entry"; readonly entry: Entry }
  | { readonly type: "more"; readonly id: string; readonly text: string }
  | { readonly type: "status"; readonly status: Status }

/** In UTF-16 code units, as `maxlength` of the page's text area counts them. */
export const maxPromptLength = 100_000

/** Body of `POST prompt`. */
export const Prompt = Schema.Struct({
  text: Schema.String.check(
    Schema.isPattern(/\S/, { expected: "a prompt that is not blank" }),
    Schema.isMaxLength(maxPromptLength)
  )
})

export const Decision = Schema.Literals(["accept", "acceptForSession", "decline", "cancel"])
export type Decision = typeof Decision.Type

/** Body of `POST approval`. */
export const Approval = Schema.Struct({ id: Schema.String, decision: Decision })
