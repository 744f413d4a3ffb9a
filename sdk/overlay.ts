import { listeners } from './live.ts'

/** One thing that was asked for and not answered yet, as if it were done. */
export type Overlay<T> = { patch?(item: T): T, extra?: T }

/** What is shown over the server's objects of one kind until the server has answered. */
export type Overlays<T> = {
  readonly size: number
  /** The item with all that is under way. */
  over(item: T): T
  /** Objects that are only here so far, or may be new to a window through what is under way. */
  extras(): T[]
  add(overlay: Overlay<T>): () => void
  onChange(fn: () => void): () => void
}

export function openOverlays<T>(): Overlays<T> {
  const all = new Set<Overlay<T>>()
  const changed = listeners<void>()
  const over = (item: T) => {
    for (const { patch } of all) if (patch) item = patch(item)
    return item
  }
  return {
    get size() {
      return all.size
    },
    over,
    extras: () => [...all].flatMap(({ extra }) => extra === undefined ? [] : [over(extra)]),
    add(overlay) {
      all.add(overlay)
      changed.tell()
      return () => {
        if (all.delete(overlay)) changed.tell()
      }
    },
    onChange: changed.add
  }
}
