/**
 * Routes: the page, its events and its commands, all below a path that only the user knows.
 *
 * Whoever may use them may let the agent run commands. A foreign web site does not know the path, and is refused by its
 * `Origin` and, with a name of its own that leads here, by its `Host`.
 */
import { fileURLToPath } from "node:url"
import * as ByteSize from "effect/ByteSize"
import * as Effect from "effect/Effect"
import * as Sse from "effect/encoding/Sse"
import * as HttpRouter from "effect/http/HttpRouter"
import type { HttpServerError } from "effect/http/HttpServerError"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as HttpStaticServer from "effect/http/HttpStaticServer"
import * as Layer from "effect/Layer"
import type * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { Decisions } from "./approvals.ts"
import { Board } from "./board.ts"
import { LiveThread } from "./liveThread.ts"
import { Approval, Prompt, type Update } from "./wire.ts"

const done = HttpServerResponse.empty({ status: 204 })
const refused = (status: number, text: string) => Effect.succeed(HttpServerResponse.text(text, { status }))

const events = Board.useSync(({ updates }) =>
  HttpServerResponse.stream(
    updates.pipe(
      Stream.map((update: Update) => ({
        _tag: "Event" as const,
        event: "message",
        id: undefined,
        data: JSON.stringify(update)
      })),
      Stream.pipeThroughChannel(Sse.encode()),
      Stream.encodeText
    ),
    { contentType: "text/event-stream" }
  )
)

// Each character of the longest prompt may take six bytes in JSON.
const maxBodySize = ByteSize.mebibytes(1)

/** What is wrong with a request's body. */
const refuseBody = (error: Schema.SchemaError | HttpServerError) => {
  if (error._tag === "SchemaError") return refused(400, error.message.slice(0, 500))
  return error.reason._tag === "RequestParseError" && error.reason.reason === "BodyTooLarge"
    ? refused(413, "A request has at most 1 MiB.")
    : refused(400, "The body of the request is no JSON.")
}

const withBody = <A, E, R>(
  schema: Schema.ConstraintDecoder<A>,
  handle: (body: A) => Effect.Effect<HttpServerResponse.HttpServerResponse, E, R>
) =>
  HttpServerRequest.schemaBodyJson(schema).pipe(
    Effect.provideService(HttpServerRequest.MaxBodySize, maxBodySize),
    Effect.matchEffect({ onFailure: refuseBody, onSuccess: handle })
  )

const prompt = withBody(Prompt, ({ text }) =>
  LiveThread.use(({ say }) => Effect.as(say(text), done)).pipe(
    Effect.catchTag("CodexError", (error) => refused(409, error.message))
  )
)

const stop = LiveThread.use(({ stop }) => Effect.as(stop, done))

const approval = withBody(Approval, ({ decision, id }) =>
  Decisions.use(({ answer }) => answer(id, decision)).pipe(
    Effect.flatMap((outcome) => {
      if (outcome === "answered") return Effect.succeed(done)
      return outcome === "decided" ? refused(409, "It was decided before.") : refused(404, "There is no such question.")
    })
  )
)

const headers = {
  "cache-control": "no-store",
  "content-security-policy":
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; " +
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff"
}

const Guard = HttpRouter.middleware(
  (response) =>
    Effect.gen(function* () {
      const { headers: sent } = yield* HttpServerRequest.HttpServerRequest
      const host = sent["host"] ?? ""
      const isOurs = /^(127\.0\.0\.1|localhost):\d+$/.test(host)
      const isSameOrigin = sent["origin"] === undefined || sent["origin"] === `http://${host}`
      return isOurs && isSameOrigin ? yield* response : yield* refused(403, "Not from here.")
    }).pipe(Effect.map(HttpServerResponse.setHeaders(headers))),
  { global: true }
)

/** Everything below `/<token>/`. */
export const Routes = (token: string) =>
  Layer.mergeAll(
    HttpRouter.addAll(
      [
        HttpRouter.route("GET", "/events", events),
        HttpRouter.route("POST", "/prompt", prompt),
        HttpRouter.route("POST", "/stop", stop),
        HttpRouter.route("POST", "/approval", approval)
      ],
      { prefix: `/${token}` }
    ),
    HttpStaticServer.layer({
      root: fileURLToPath(new URL("./page/public", import.meta.url)),
      prefix: `/${token}`
    }),
    Guard
  )
