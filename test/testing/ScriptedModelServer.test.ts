import { NodeServices } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as FileSystem from "effect/FileSystem"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import * as Layer from "effect/Layer"
import * as PlatformError from "effect/PlatformError"
import * as Ref from "effect/Ref"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import * as Tracer from "effect/Tracer"
import { pause, reply, replyCut, replyHanging } from "../../src/testing/ModelReply.ts"
import { ScriptedModel } from "../../src/testing/ScriptedModel.ts"
import { Server, modelLayer } from "./scriptedCodex.ts"

const post = (path: string, body: unknown) =>
  Effect.gen(function* () {
    const { url } = yield* ScriptedModel
    return yield* HttpClientRequest.post(`${url}${path}`).pipe(
      HttpClientRequest.bodyJsonUnsafe(body),
      HttpClient.execute
    )
  })

const minimalBody = { model: "m", input: [] }

const denied = Effect.fail(
  PlatformError.systemError({ _tag: "PermissionDenied", module: "FileSystem", method: "remove" })
)

describe("ScriptedModel server", { concurrent: true }, () => {
  it.live("drops the connection of a cut reply after its outputs have arrived", () =>
    Effect.gen(function* () {
      const response = yield* post("/responses", minimalBody)
      const received: Array<string> = []
      const exit = yield* response.stream.pipe(
        Stream.decodeText,
        Stream.runForEach((text) => Effect.sync(() => received.push(text))),
        Effect.exit
      )
      assert.isTrue(Exit.isFailure(exit))
      assert.include(received.join(""), "before the cut")
      assert.notInclude(received.join(""), "response.completed")
    }).pipe(Effect.provide(modelLayer([replyCut("before the cut")])))
  )

  it.live.each([
    ["nothing", replyHanging()],
    ["an open stream", replyHanging("partial")],
    ["a pause", reply([pause("1 hour"), "late"])],
    ["a delay", reply("late", { delay: "1 hour" })]
  ] as const)("ends at once when it closes over a reply that hangs: %s", ([, scripted]) =>
    Effect.gen(function* () {
      const asked = yield* Deferred.make<void>()
      const scope = yield* Scope.make()
      const context = yield* Layer.buildWithScope(
        modelLayer(() => Effect.as(Deferred.succeed(asked, undefined), scripted)),
        scope
      )
      const { home, waiting } = yield* Effect.gen(function* () {
        const model = yield* ScriptedModel
        return {
          home: model.codexOptions.codexHome,
          waiting: yield* Effect.forkChild(Effect.exit(Effect.flatMap(post("/responses", minimalBody), (r) => r.text)))
        }
      }).pipe(Effect.provide(context))
      yield* Deferred.await(asked)
      // The server's own grace period is 20 seconds, more than this.
      yield* Scope.close(scope, Exit.void).pipe(Effect.timeout("15 seconds"))
      const exit = yield* Fiber.join(waiting)
      assert.notInclude(Exit.isSuccess(exit) ? exit.value : "", "response.completed")
      const fs = yield* FileSystem.FileSystem
      assert.isFalse(yield* fs.exists(home))
    }).pipe(Effect.provide(NodeServices.layer))
  )

  it.live("delays one reply without holding up another", () =>
    Effect.gen(function* () {
      const asked = yield* Deferred.make<void>()
      const ask = Effect.flatMap(post("/responses", minimalBody), (response) => response.text)
      yield* Effect.gen(function* () {
        const slow = yield* Effect.forkChild(ask)
        yield* Deferred.await(asked)
        assert.include(yield* ask, "fast")
        assert.isUndefined(slow.pollUnsafe())
        yield* Fiber.interrupt(slow)
      }).pipe(
        Effect.provide(
          modelLayer((request) =>
            request.index === 0
              ? Effect.as(Deferred.succeed(asked, undefined), reply("slow", { delay: "1 hour" }))
              : reply("fast")
          )
        )
      )
    })
  )

  it.live("refuses a request that it can not read", () =>
    Effect.gen(function* () {
      const response = yield* post("/responses", { model: 1 })
      assert.strictEqual(response.status, 400)
      assert.include(yield* response.text, "ScriptedModel: the request can not be read")
      assert.lengthOf(yield* ScriptedModel.use((model) => model.requests), 0)
    }).pipe(Effect.provide(modelLayer([])))
  )

  it.effect("waits in real time under a TestClock, and leaves no spans", () =>
    Effect.gen(function* () {
      const spans: Array<string> = []
      const tracer = Tracer.make({
        span: (options) => {
          const span = new Tracer.NativeSpan(options)
          if (span.kind === "server") spans.push(span.name)
          return span
        }
      })
      const text = yield* Effect.gen(function* () {
        const response = yield* post("/responses", minimalBody)
        return yield* response.text
      }).pipe(
        Effect.provide(modelLayer([reply([pause("5 millis"), "late"], { delay: "5 millis" })])),
        Effect.withTracer(tracer)
      )
      assert.include(text, "late")
      assert.deepStrictEqual(spans, [])
    })
  )

  it.live("removes a home whose directories were left read-only, and tries again while it is written to", () =>
    Effect.gen(function* () {
      const fs = yield* FileSystem.FileSystem
      const attempts = yield* Ref.make(0)
      const readOnly = yield* Ref.make(new Set<string>())
      // The superuser may remove everything, so this file system stands in for an ordinary user's.
      const restricted = FileSystem.FileSystem.of({
        ...fs,
        chmod: (path, mode) =>
          Effect.andThen(
            Ref.update(readOnly, (paths) => new Set([...paths].filter((other) => other !== path))),
            fs.chmod(path, mode)
          ),
        remove: (path, options) =>
          Effect.gen(function* () {
            const attempt = yield* Ref.updateAndGet(attempts, (count) => count + 1)
            return (yield* Ref.get(readOnly)).size > 0 || attempt < 4 ? yield* denied : yield* fs.remove(path, options)
          })
      })
      const home = yield* Effect.gen(function* () {
        const { codexHome } = (yield* ScriptedModel).codexOptions
        yield* fs.makeDirectory(`${codexHome}/a/b`, { recursive: true })
        yield* fs.writeFileString(`${codexHome}/a/b/file`, "x")
        yield* Ref.set(readOnly, new Set([codexHome, `${codexHome}/a/b`]))
        return codexHome
      }).pipe(
        Effect.provide(ScriptedModel.layer([]).pipe(Layer.provide(Server))),
        Effect.provideService(FileSystem.FileSystem, restricted)
      )
      assert.isFalse(yield* fs.exists(home))
      assert.strictEqual(yield* Ref.get(attempts), 4)
    }).pipe(Effect.provide(NodeServices.layer))
  )
})
