/**
 * A turn: what goes in (text and images), and what came out of it once it is over.
 */
import * as Schema from "effect/Schema"
import { ThreadId, Usage } from "./ThreadEvent.ts"
import { ThreadItem } from "./ThreadItem.ts"

/** A piece of the prompt. */
export const TextInput = Schema.TaggedStruct("Text", {
  /** Goes to codex as it is. */
  text: Schema.String
})
export interface TextInput extends Schema.Schema.Type<typeof TextInput> {}

/** An image file on this machine (`--image`). A relative path starts at the host's working directory. */
export const LocalImageInput = Schema.TaggedStruct("LocalImage", {
  /** Of the file. */
  path: Schema.String
})
export interface LocalImageInput extends Schema.Schema.Type<typeof LocalImageInput> {}

/** One part of an input. */
export const InputPart = Schema.Union([TextInput, LocalImageInput])
export type InputPart = typeof InputPart.Type

/** What the user says in a turn: a prompt, or texts (joined by a blank line) and images (in order). */
export type Input = string | ReadonlyArray<InputPart>

/** Makes the parts of an input: `[Input.text("What is this?"), Input.localImage("photo.png")]`. */
export const Input = {
  /** A text. */
  text: (text: string): TextInput => ({ _tag: "Text", text }),
  /** An image file. */
  localImage: (path: string): LocalImageInput => ({ _tag: "LocalImage", path })
} as const

/** The result of a turn that completed. */
export const Turn = Schema.Struct({
  /** The thread that it belongs to: what `resumeThread` takes. Empty if codex never named it; no known version does so. */
  threadId: ThreadId,
  /** What happened: completed items in the order of their completion, then those still open when the turn ended. */
  items: Schema.Array(ThreadItem),
  /** The text of the last agent message; empty if there was none. */
  finalResponse: Schema.String,
  /**
   * Tokens of this turn alone. `codex app-server` tells them. `codex exec` 0.169 reports a thread's total, so this is known if the total before the turn is:
   * on a new thread, and from the second turn of a resumed or forked one on. Absent after a turn that failed or was
   * interrupted, once, and for a review.
   */
  usage: Schema.optionalKey(Usage),
  /** Tokens of the whole thread so far, as codex reports them. */
  threadUsage: Schema.optionalKey(Usage)
})
export interface Turn extends Schema.Schema.Type<typeof Turn> {}

/** A turn whose final message was decoded. After a repair it is the last attempt's turn. */
export interface StructuredTurn<A> extends Turn {
  /** The final message as the schema's type. */
  readonly value: A
}

/** What to review. */
export const ReviewTarget = Schema.Union([
  /** Staged, unstaged and untracked changes. */
  Schema.TaggedStruct("Uncommitted", {}),
  /** Changes against a branch. */
  Schema.TaggedStruct("BaseBranch", {
    /** Its name. */
    branch: Schema.String
  }),
  /** One commit; the title shows in the summary. */
  Schema.TaggedStruct("Commit", {
    /** Its hash. */
    sha: Schema.String,
    /** Default: none. */
    title: Schema.optional(Schema.String)
  }),
  /** Whatever the instructions say. */
  Schema.TaggedStruct("Custom", {
    /** What to review, and how. */
    instructions: Schema.String
  })
]).pipe(Schema.toTaggedUnion("_tag"))
export type ReviewTarget = typeof ReviewTarget.Type
