/** What OpenTelemetry's exporters send as JSON: spans and metrics, decoded. */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as SchemaTransformation from "effect/SchemaTransformation"

/** Value of an attribute. */
type AttributeValue = string | number | boolean | ReadonlyArray<AttributeValue> | undefined

type Attributes = Readonly<Record<string, AttributeValue>>

/** A span that has ended. */
export interface Span {
  readonly traceId: string
  readonly spanId: string
  /** Absent for the root of a trace. */
  readonly parentSpanId: string | undefined
  readonly name: string
  /** `service.name` of whoever sent it. */
  readonly service: string
  /** Nanoseconds since 1970. */
  readonly start: bigint
  readonly end: bigint
  readonly attributes: Attributes
  readonly events: ReadonlyArray<{ readonly name: string; readonly attributes: Attributes }>
  /** The message of its error, which may be empty. Absent if it has none. */
  readonly error: string | undefined
}

/** A metric, as it was at one export. */
export interface MetricReport {
  readonly name: string
  readonly service: string
  readonly unit: string | undefined
  /** A histogram's value is its sum, and it has a count. */
  readonly points: ReadonlyArray<{
    readonly attributes: Attributes
    readonly value: number
    readonly count: number | undefined
  }>
}

interface AnyValue {
  readonly stringValue?: string | undefined
  readonly boolValue?: boolean | undefined
  readonly intValue?: string | number | undefined
  readonly doubleValue?: number | undefined
  readonly arrayValue?: { readonly values?: ReadonlyArray<AnyValue> | undefined } | undefined
}

const AnyValue: Schema.Codec<AnyValue> = Schema.Struct({
  stringValue: Schema.optional(Schema.String),
  boolValue: Schema.optional(Schema.Boolean),
  // 64 bit integers are strings in Protobuf's JSON; not every exporter keeps to it.
  intValue: Schema.optional(Schema.Union([Schema.String, Schema.Finite])),
  doubleValue: Schema.optional(Schema.Finite),
  arrayValue: Schema.optional(
    Schema.Struct({ values: Schema.optional(Schema.Array(Schema.suspend((): Schema.Codec<AnyValue> => AnyValue))) })
  )
})

const plain = (value: AnyValue | undefined): AttributeValue =>
  value === undefined
    ? undefined
    : (value.stringValue ??
      value.boolValue ??
      value.doubleValue ??
      (value.intValue === undefined ? value.arrayValue?.values?.map(plain) : Number(value.intValue)))

const KeyValues = Schema.Array(Schema.Struct({ key: Schema.String, value: Schema.optional(AnyValue) }))

const attributesOf = (pairs: typeof KeyValues.Type | undefined): Attributes =>
  Object.fromEntries((pairs ?? []).map(({ key, value }) => [key, plain(value)]))

const Resource = Schema.Struct({ attributes: Schema.optional(KeyValues) })

const serviceOf = (resource: typeof Resource.Type | undefined): string =>
  String(attributesOf(resource?.attributes)["service.name"] ?? "unknown")

// As a number a time is no safe integer, and not quite exact.
const isWhole = Schema.makeFilter((value: number) => Number.isInteger(value) && value >= 0)

const Nanos = Schema.Union([Schema.String.check(Schema.isPattern(/^\d+$/)), Schema.Finite.check(isWhole)]).pipe(
  Schema.decodeTo(
    Schema.BigInt,
    SchemaTransformation.transform<bigint, string | number>({ decode: BigInt, encode: String })
  )
)

const WireSpan = Schema.Struct({
  traceId: Schema.String.check(Schema.isPattern(/^[0-9a-f]{32}$/i)),
  spanId: Schema.String.check(Schema.isPattern(/^[0-9a-f]{16}$/i)),
  // A root has none, or an empty one.
  parentSpanId: Schema.optional(Schema.NullOr(Schema.String)),
  name: Schema.String,
  startTimeUnixNano: Nanos,
  endTimeUnixNano: Nanos,
  attributes: Schema.optional(KeyValues),
  events: Schema.optional(Schema.Array(Schema.Struct({ name: Schema.String, attributes: Schema.optional(KeyValues) }))),
  status: Schema.optional(
    Schema.NullOr(Schema.Struct({ code: Schema.optional(Schema.Int), message: Schema.optional(Schema.String) }))
  )
})

const statusError = 2

const toSpan = (wire: typeof WireSpan.Type, service: string): Span => ({
  traceId: wire.traceId.toLowerCase(),
  spanId: wire.spanId.toLowerCase(),
  parentSpanId: wire.parentSpanId ? wire.parentSpanId.toLowerCase() : undefined,
  name: wire.name,
  service,
  start: wire.startTimeUnixNano,
  end: wire.endTimeUnixNano,
  attributes: attributesOf(wire.attributes),
  events: (wire.events ?? []).map(({ attributes, name }) => ({ name, attributes: attributesOf(attributes) })),
  error: wire.status?.code === statusError ? (wire.status.message ?? "") : undefined
})

const Traces = Schema.fromJsonString(
  Schema.Struct({
    resourceSpans: Schema.optional(
      Schema.Array(
        Schema.Struct({
          resource: Schema.optional(Resource),
          scopeSpans: Schema.optional(Schema.Array(Schema.Struct({ spans: Schema.optional(Schema.Array(WireSpan)) })))
        })
      )
    )
  })
)

const DataPoints = Schema.Struct({
  dataPoints: Schema.optional(
    Schema.Array(
      Schema.Struct({
        attributes: Schema.optional(KeyValues),
        asInt: Schema.optional(Schema.Union([Schema.String, Schema.Finite])),
        asDouble: Schema.optional(Schema.Finite),
        sum: Schema.optional(Schema.Finite),
        count: Schema.optional(Schema.Union([Schema.String, Schema.Finite]))
      })
    )
  )
})

const WireMetric = Schema.Struct({
  name: Schema.String,
  unit: Schema.optional(Schema.String),
  gauge: Schema.optional(DataPoints),
  sum: Schema.optional(DataPoints),
  histogram: Schema.optional(DataPoints)
})

const toReport = (wire: typeof WireMetric.Type, service: string): MetricReport => ({
  name: wire.name,
  service,
  unit: wire.unit,
  points: ((wire.gauge ?? wire.sum ?? wire.histogram)?.dataPoints ?? []).map((point) => ({
    attributes: attributesOf(point.attributes),
    value: Number(point.asInt ?? point.asDouble ?? point.sum ?? 0),
    count: point.count === undefined ? undefined : Number(point.count)
  }))
})

const Metrics = Schema.fromJsonString(
  Schema.Struct({
    resourceMetrics: Schema.optional(
      Schema.Array(
        Schema.Struct({
          resource: Schema.optional(Resource),
          scopeMetrics: Schema.optional(
            Schema.Array(Schema.Struct({ metrics: Schema.optional(Schema.Array(WireMetric)) }))
          )
        })
      )
    )
  })
)

const decodeTraces = Schema.decodeUnknownEffect(Traces)
const decodeMetrics = Schema.decodeUnknownEffect(Metrics)

/** The spans of a request to `/v1/traces`. */
export const decodeSpans = (json: string) =>
  Effect.map(decodeTraces(json), ({ resourceSpans = [] }) =>
    resourceSpans.flatMap(({ resource, scopeSpans = [] }) =>
      scopeSpans.flatMap(({ spans = [] }) => spans.map((span) => toSpan(span, serviceOf(resource))))
    )
  )

/** The metrics of a request to `/v1/metrics`. */
export const decodeReports = (json: string) =>
  Effect.map(decodeMetrics(json), ({ resourceMetrics = [] }) =>
    resourceMetrics.flatMap(({ resource, scopeMetrics = [] }) =>
      scopeMetrics.flatMap(({ metrics = [] }) => metrics.map((metric) => toReport(metric, serviceOf(resource))))
    )
  )
