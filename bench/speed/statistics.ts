/** Medians, and how far apart the middle half of the runs is. */

/** A figure, with the first and third quartile of what it was made of. */
export interface Spread {
  readonly median: number
  readonly low: number
  readonly high: number
}

const quantile = (values: ReadonlyArray<number>, share: number): number => {
  const sorted = values.toSorted((a, b) => a - b)
  const position = (sorted.length - 1) * share
  const below = sorted[Math.floor(position)] ?? Number.NaN
  const above = sorted[Math.ceil(position)] ?? below
  return below + (above - below) * (position - Math.floor(position))
}

export const spread = (values: ReadonlyArray<number>): Spread => ({
  median: quantile(values, 0.5),
  low: quantile(values, 0.25),
  high: quantile(values, 0.75)
})

/** Of medians; the quartiles are those of the rounds, each with what ran beside it. */
const compare =
  (of: (a: number, b: number) => number) =>
  (a: ReadonlyArray<number>, b: ReadonlyArray<number>): Spread => {
    const pairs = spread(a.map((value, round) => of(value, b[round] ?? Number.NaN)))
    return { ...pairs, median: of(quantile(a, 0.5), quantile(b, 0.5)) }
  }

export const ratio = compare((a, b) => a / b)
export const difference = compare((a, b) => a - b)
