/**
 * Account: who codex works for, over a codex app-server.
 *
 * Parameters and results are the protocol's own (codex 0.169), and failures are those of `AppServer.request`. A login
 * changes the login of codex on the server's machine, which other codex programs use too.
 */
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import { AuthenticationFailed, CodexError, MalformedOutput } from "../CodexError.ts"
import { checkOptions } from "../internal/checkOptions.ts"
import { key } from "../internal/optionSchemas.ts"
import { orFail } from "../internal/orFail.ts"
import { AppServer } from "./AppServer.ts"
import { awaitNotification } from "./internal/awaitNotification.ts"
import type { GetAccountParams, GetAccountRateLimitsParams } from "./protocol/types.ts"

/** Who is logged in, if somebody is, and whether the provider wants a login. */
export const read = (params: GetAccountParams = {}) => AppServer.use((server) => server.request("account/read", params))

/** Logs in with an OpenAI API key. codex writes it to its home, unless it is told not to (`cli_auth_credentials_store`). */
export const loginWithApiKey = Effect.fn("Account.loginWithApiKey")(function* (apiKey: Redacted.Redacted) {
  const checked = yield* orFail(checkOptions(Schema.Struct({ apiKey: key }), { apiKey }))
  const server = yield* AppServer
  yield* server.request("account/login/start", { type: "apiKey", apiKey: Redacted.value(checked.apiKey) })
})

/**
 * Logs in with ChatGPT: `show` gets the URL that the user has to open, and the login is over when the user is done there.
 * Bound it with `Effect.timeout`; when it is interrupted the login is cancelled. Fails with `AuthenticationFailed` if the
 * login did. codex 0.169 knows one at a time: another login takes its place.
 */
export const loginWithChatGpt = Effect.fn("Account.loginWithChatGpt")(function* <E, R>(
  show: (url: string) => Effect.Effect<void, E, R>
) {
  const server = yield* AppServer
  let loginId: string | undefined
  const start = Effect.gen(function* () {
    // Uninterruptible: only the answer tells what there is to cancel.
    const login = yield* server.request("account/login/start", { type: "chatgpt" }).pipe(
      Effect.tap((begun) => Effect.sync(() => (loginId = begun.type === "chatgpt" ? begun.loginId : undefined))),
      Effect.uninterruptible
    )
    if (login.type !== "chatgpt") {
      const description = `the answer to account/login/start is of type ${login.type}`
      return yield* new CodexError({ reason: new MalformedOutput({ description, excerpt: "" }) })
    }
    yield* show(login.authUrl)
  })
  const completed = yield* awaitNotification(
    start,
    "account/login/completed",
    (params) => params.loginId === loginId
  ).pipe(
    Effect.onError(() =>
      loginId === undefined ? Effect.void : Effect.ignore(server.request("account/login/cancel", { loginId }))
    )
  )
  if (completed.success) return
  const reason = completed.error ?? "codex gave no reason"
  // When it is cancelled here, nobody waits for it any more.
  const description = /cancell?ed/i.test(reason)
    ? "the login was cancelled, by another one that took its place or by another client"
    : reason
  return yield* new CodexError({ reason: new AuthenticationFailed({ description }) })
})

/** Logs out. */
export const logout = Effect.asVoid(AppServer.use((server) => server.request("account/logout", undefined)))

/** How much of the account's limits is used. Needs a ChatGPT login. */
export const rateLimits = (params: GetAccountRateLimitsParams = {}) =>
  AppServer.use((server) => server.request("account/rateLimits/read", params))
