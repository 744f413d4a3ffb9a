import { useMemo, useRef, useState } from 'preact/hooks'

/** Which rows of a list are chosen, for doing something with all of them at once. */
export type Chosen = {
  marked: ReadonlySet<string>
  /** Those of them that are in the list, in its order. */
  ids: readonly string[]
  /** Chooses a row, or no longer; a range begins here. */
  turn(id: string): void
  /** Chooses what lies between a row and where the range began, in place of the range before; where none has begun, it does at `from`. */
  upTo(id: string, from: string): void
  all(): void
  none(): void
}

type State = { marked: ReadonlySet<string>, before: ReadonlySet<string>, from: string | null }

const nothing: State = { marked: new Set(), before: new Set(), from: null }

/** `list`: the ids of all rows that can be chosen now. What leaves it is chosen no more. */
export function useChosen(list: readonly string[]): Chosen {
  const latest = useRef(list)
  latest.current = list
  const [{ marked }, set] = useState(nothing)
  const turns = useMemo(() => ({
    turn: (id: string) => set(({ marked }) => {
      const next = new Set(marked)
      if (!next.delete(id)) next.add(id)
      return { marked: next, before: next, from: id }
    }),
    upTo: (id: string, first: string) => set(({ before, from: began }) => {
      const { current } = latest
      const from = began !== null && current.includes(began) ? began : first
      const [top, end] = [current.indexOf(from), current.indexOf(id)].sort((a, b) => a - b)
      return { before, from, marked: new Set([...before, ...current.slice(top, end! + 1)]) }
    }),
    all: () => set({ ...nothing, marked: new Set(latest.current) }),
    none: () => set(nothing)
  }), [])
  return { marked, ids: list.filter((id) => marked.has(id)), ...turns }
}
