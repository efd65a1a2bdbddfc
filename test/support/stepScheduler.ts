/** Counts the steps of the fibers that use it, and does something at one of them. */
import type * as Fiber from "effect/Fiber"
import * as Scheduler from "effect/Scheduler"

export class StepScheduler extends Scheduler.MixedScheduler {
  steps = 0
  readonly at: number
  readonly action: () => void
  constructor(at: number, action: () => void) {
    super()
    this.at = at
    this.action = action
  }
  override shouldYield(fiber: Fiber.Fiber<unknown, unknown>): boolean {
    this.steps++
    if (this.steps !== this.at) return super.shouldYield(fiber)
    // The fiber is made to yield here, and the action runs before it goes on.
    queueMicrotask(this.action)
    return true
  }
}
