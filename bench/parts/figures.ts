/** The value below which the share `q` (0 to 1) of the values lies. NaN of nothing. */
export function quantile(values: readonly number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? NaN
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5)
}

/** Milliseconds with as many digits as mean something. */
export function ms(value: number): string {
  return `${value >= 100 ? value.toFixed(0) : value >= 1 ? value.toFixed(2) : value.toFixed(3)} ms`
}

export function times(value: number): string {
  return `${value.toFixed(2)}x`
}

/** A number given on the command line, in its place; else the one that keeps the run short. Throws for what is no number. */
export function argument(place: number, short: number): number {
  const given = process.argv[2 + place]
  if (given === undefined) return short
  const number = Number(given)
  if (!Number.isInteger(number) || number < 1) throw new Error(`"${given}" is no number of things to measure`)
  return number
}
