import * as Effect from "effect/Effect"
import type * as Result from "effect/Result"
import { CodexError, type CodexErrorReason } from "../CodexError.ts"

/** A failed check as the failure of an operation. */
export const orFail = <A>(result: Result.Result<A, CodexErrorReason>): Effect.Effect<A, CodexError> =>
  Effect.mapError(Effect.fromResult(result), (reason) => new CodexError({ reason }))
