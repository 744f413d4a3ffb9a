/** Where rows of different heights lie under one another: `tops[i]` is where row i begins, the last entry is the end of all. In px. */
export function layRows(count: number, heightOf: (index: number) => number): Float64Array {
  const tops = new Float64Array(count + 1)
  for (let i = 0; i < count; i++) tops[i + 1] = tops[i]! + heightOf(i)
  return tops
}

/** The row that covers `y`; the first or last one when y is outside. -1 when there is none. */
export function rowAt(tops: Float64Array, y: number): number {
  const count = tops.length - 1
  let low = 0
  let high = count - 1
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if (tops[middle]! <= y) low = middle
    else high = middle - 1
  }
  return count === 0 ? -1 : low
}

/** The rows that touch what lies between two heights: [first, last + 1]. Empty: [0, 0]. */
export function rowsBetween(tops: Float64Array, from: number, to: number): [number, number] {
  if (tops.length < 2 || to < from) return [0, 0]
  return [rowAt(tops, from), rowAt(tops, to) + 1]
}

/** What the reader looks at: this row, so many px of it above the upper edge. It stays there whatever is added elsewhere. */
export type Anchor = { key: string, above: number }

/** The row at the upper edge. */
export function anchorAt(tops: Float64Array, keys: readonly string[], scrollTop: number): Anchor | null {
  const index = rowAt(tops, scrollTop)
  return index < 0 ? null : { key: keys[index]!, above: scrollTop - tops[index]! }
}

/** Where to scroll so that the anchor is where it was; null: its row is gone. */
export function scrollFor(tops: Float64Array, indexOf: (key: string) => number | undefined, { key, above }: Anchor): number | null {
  const index = indexOf(key)
  return index === undefined ? null : tops[index]! + Math.min(above, tops[index + 1]! - tops[index]!)
}
