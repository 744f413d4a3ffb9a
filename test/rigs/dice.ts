/** Chance that can be had again: everything a rig decides comes from its seed. */
export type Dice = {
  /** 0 <= x < 1. */
  next(): number
  /** An integer, both ends included. */
  between(least: number, most: number): number
  chance(of: number): boolean
  pick<T>(from: readonly T[]): T
  shuffled<T>(from: readonly T[]): T[]
}

/** mulberry32: small, and the same on every machine. */
export function dice(seed: number): Dice {
  let state = seed >>> 0
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const between = (least: number, most: number) => least + Math.floor(next() * (most - least + 1))
  return {
    next,
    between,
    chance: (of) => next() < of,
    pick: (from) => from[between(0, from.length - 1)]!,
    shuffled(from) {
      const all = [...from]
      for (let i = all.length - 1; i > 0; i--) {
        const j = between(0, i)
        ;[all[i], all[j]] = [all[j]!, all[i]!]
      }
      return all
    }
  }
}

/** A fresh seed for a run that was given none. */
export function anySeed(): number {
  return Math.floor(Math.random() * 2 ** 31)
}
