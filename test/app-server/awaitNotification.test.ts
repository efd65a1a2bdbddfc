import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as PubSub from "effect/PubSub"
import * as Stream from "effect/Stream"
import { listen } from "../../src/app-server/internal/awaitNotification.ts"

describe("listen", () => {
  it.effect("hears what comes before it is asked for, in order", () =>
    Effect.gen(function* () {
      const hub = yield* PubSub.sliding<number>(16)
      const heard = yield* listen(Stream.filter(Stream.fromPubSub(hub), (number) => number > 1))
      yield* PubSub.publishAll(hub, [1, 2, 3])
      assert.deepStrictEqual([yield* heard, yield* heard], [2, 3])
    })
  )
})
