/** Turns a scripted reply into the steps of an event stream of the OpenAI Responses API. Pure. */
import type * as Duration from "effect/Duration"
import * as Sse from "effect/encoding/Sse"
import type { ModelJson, ModelOutput, ModelReply, ModelUsage } from "../ModelReply.ts"

/** What the server does next on an open stream. */
export type StreamStep =
  | { readonly _tag: "Write"; readonly text: string }
  | { readonly _tag: "Wait"; readonly duration: Duration.Input }
  | { readonly _tag: "Cut" }
  | { readonly _tag: "Hang" }

const write = (type: string, fields: ModelJson): StreamStep => ({
  _tag: "Write",
  text: Sse.encoder.write({ _tag: "Event", id: undefined, event: type, data: JSON.stringify({ type, ...fields }) })
})

const itemDone = (index: number, item: ModelJson) => write("response.output_item.done", { output_index: index, item })

const itemAdded = (index: number, item: ModelJson) => write("response.output_item.added", { output_index: index, item })

type OutputOf<Tag extends ModelOutput["_tag"]> = Extract<ModelOutput, { readonly _tag: Tag }>

const messageSteps = (output: OutputOf<"Message">, index: number, key: string): ReadonlyArray<StreamStep> => {
  const { id = `msg_${key}`, pause, phase, unfinished = false } = output.options
  const item = (text: string, status: string): ModelJson => ({
    type: "message",
    id,
    role: "assistant",
    status,
    phase,
    content: text === "" && status === "in_progress" ? [] : [{ type: "output_text", text, annotations: [] }]
  })
  const whole = itemDone(index, item(output.deltas.join(""), "completed"))
  if (!output.streamed) return [whole]
  const deltas = output.deltas.flatMap((delta, position): ReadonlyArray<StreamStep> => {
    const step = write("response.output_text.delta", { item_id: id, output_index: index, content_index: 0, delta })
    return pause === undefined || position === 0 ? [step] : [{ _tag: "Wait", duration: pause }, step]
  })
  return [itemAdded(index, item("", "in_progress")), ...deltas, ...(unfinished ? [] : [whole])]
}

const reasoningSteps = (output: OutputOf<"Reasoning">, index: number, key: string): ReadonlyArray<StreamStep> => {
  const id = output.id ?? `rs_${key}`
  const item = (summary: ReadonlyArray<string>): ModelJson => ({
    type: "reasoning",
    id,
    summary: summary.map((text) => ({ type: "summary_text", text }))
  })
  const parts = output.summary.flatMap((delta, summaryIndex) => {
    const place = { item_id: id, output_index: index, summary_index: summaryIndex }
    return [
      write("response.reasoning_summary_part.added", { ...place, part: { type: "summary_text", text: "" } }),
      write("response.reasoning_summary_text.delta", { ...place, delta })
    ]
  })
  return [itemAdded(index, item([])), ...parts, itemDone(index, item(output.summary))]
}

const outputSteps = (output: ModelOutput, index: number, request: number): ReadonlyArray<StreamStep> => {
  const key = `${request}_${index}`
  switch (output._tag) {
    case "Message":
      return messageSteps(output, index, key)
    case "Reasoning":
      return reasoningSteps(output, index, key)
    case "FunctionCall":
      return [
        itemDone(index, {
          type: "function_call",
          id: `fc_${key}`,
          call_id: output.options.callId ?? `call_${key}`,
          namespace: output.options.namespace,
          name: output.name,
          arguments: typeof output.arguments === "string" ? output.arguments : JSON.stringify(output.arguments)
        })
      ]
    case "CustomToolCall":
      return [
        itemDone(index, {
          type: "custom_tool_call",
          id: `ctc_${key}`,
          call_id: output.options.callId ?? `call_${key}`,
          namespace: output.options.namespace,
          name: output.name,
          input: output.input
        })
      ]
    case "WebSearch":
      return [
        itemDone(index, {
          type: "web_search_call",
          id: output.id ?? `ws_${key}`,
          status: "completed",
          action: output.action
        })
      ]
    case "Item":
      return [itemDone(index, output.item)]
    case "SseEvent":
      return [write(output.event.type, output.event)]
    case "SseText":
      return [{ _tag: "Write", text: output.text }]
    case "Pause":
      return [{ _tag: "Wait", duration: output.duration }]
  }
}

const wireUsage = (usage: ModelUsage): ModelJson => ({
  input_tokens: usage.inputTokens,
  input_tokens_details: {
    cached_tokens: usage.cachedInputTokens,
    cache_write_tokens: usage.cacheWriteInputTokens
  },
  output_tokens: usage.outputTokens,
  output_tokens_details: { reasoning_tokens: usage.reasoningOutputTokens },
  total_tokens: usage.inputTokens + usage.outputTokens
})

type StreamReply = Extract<ModelReply, { readonly _tag: "StreamReply" }>

const endingStep = (ending: StreamReply["ending"], id: string): StreamStep => {
  switch (ending._tag) {
    case "Completed":
      return write("response.completed", {
        response: { id, status: "completed", usage: ending.usage === undefined ? undefined : wireUsage(ending.usage) }
      })
    case "Failed":
      return write("response.failed", { response: { id, status: "failed", error: ending.error } })
    case "Incomplete":
      return write("response.incomplete", {
        response: { id, status: "incomplete", incomplete_details: { reason: ending.reason } }
      })
    case "Cut":
      return { _tag: "Cut" }
    case "Hanging":
      return { _tag: "Hang" }
  }
}

/** The steps of one streamed reply to the request with this index. */
export const streamSteps = (reply: StreamReply, request: number): ReadonlyArray<StreamStep> => {
  const id = `resp_${request}`
  return [
    write("response.created", { response: { id, status: "in_progress" } }),
    ...reply.outputs.flatMap((output, index) => outputSteps(output, index, request)),
    endingStep(reply.ending, id)
  ]
}
