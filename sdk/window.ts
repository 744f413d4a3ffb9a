import { KinboxError } from './error.ts'
import { live } from './live.ts'
import type { Live } from './live.ts'
import type { Overlays } from './overlay.ts'
import { openSorted } from './sorted.ts'
import type { Item, Order } from './sorted.ts'

/** What a window shows. `more`: `loadMore` gets what comes after; `newer`: only a window around a message, `loadNewer` gets what comes before. */
export type Shown<T> = { items: readonly T[], state: 'loading' | 'ready' | 'error', error?: KinboxError, more: boolean, newer: boolean }

/** A part of a list that stays true: as if it were fetched anew at each change. */
export type Window<T> = Live<Shown<T>> & {
  /** Gets the next page; after an error, tries again. Resolves when it is there, or has failed (`error`). */
  loadMore(): Promise<void>
  loadNewer(): Promise<void>
  /** Ends it; it changes no more. */
  close(): void
}

/** Where the objects of a page lie in the list: `after`, `before`: cursors; null where the list ends there. */
export type Page<T> = { items: T[], asOf: number, after: string | null, before?: string | null }

export type Source<T extends Item> = {
  /** `size`: about so many. Rejects with KinboxError. */
  first(size: number): Promise<Page<T>>
  next(cursor: string, size: number): Promise<Page<T>>
  /** What comes before; only where `first` answers `before`. */
  previous?(cursor: string, size: number): Promise<Page<T>>
  order: Order<T>
  belongs(item: T): boolean
}

/** A window as the store keeps it. */
export type Kept<T> = Window<T> & {
  /** An event: the object as it is, or null where it is gone. */
  take(id: string, item: T | null, seq: number): void
  /** The answer of a call. */
  feed(item: T): void
  /** Changes what it shows of others, which has no event of its own. */
  amend(fn: (item: T) => T, seq: number): void
  /** Gets all anew, as much as it shows. */
  refresh(): Promise<void>
}

/** Over so many changes during one fetch, it is cheaper to fetch again. */
const mostLate = 2000

export function openWindow<T extends Item>(source: Source<T>, overlays: Overlays<T>, pageSize: number, onClose: () => void): Kept<T> {
  const { order, belongs } = source
  let held = openSorted(order)
  /** The last and the first object as fetched: what lies beyond is not known, unless the list ends there. */
  let [low, high]: [T | null, T | null] = [null, null]
  let [after, before]: [string | null, string | null] = [null, null]
  /** What events said while a page is on its way. */
  let late: Map<string, { item: T | null, seq: number }> | null = null
  let amendments: { fn(item: T): T, seq: number }[] = []
  let busy: Promise<void> | null = null
  let again = false
  let ready = false
  let closed = false
  let error: KinboxError | null = null
  const shown = live<Shown<T>>({ items: [], state: 'loading', more: false, newer: false })

  const within = (item: T) => belongs(item) && (!low || after === null || order(item, low) <= 0) && (!high || before === null || order(item, high) >= 0)
  const view = (): readonly T[] => {
    if (overlays.size === 0) return held.items
    const seen = openSorted(order)
    for (const item of held.items.map(overlays.over).concat(overlays.extras())) if (within(item)) seen.put(item)
    return seen.items
  }
  const show = () => {
    if (closed) return
    shown.set({ items: view(), state: error ? 'error' : ready ? 'ready' : 'loading', ...(error ? { error } : {}), more: after !== null, newer: before !== null })
  }
  const put = (id: string, item: T | null): boolean => {
    if (!item) return held.remove(id)
    if (item.rev < (held.get(id)?.rev ?? 0)) return false
    return within(item) ? held.put(item) : held.remove(id)
  }
  const replay = (asOf: number) => {
    for (const [id, { item, seq }] of late ?? []) if (seq > asOf) put(id, item)
    for (const { fn, seq } of amendments) if (seq > asOf) amend(fn)
    if (late && late.size + amendments.length > mostLate) again = true
    late = null
    amendments = []
  }
  const listen = () => {
    late = new Map()
    amendments = []
  }
  const amend = (fn: (item: T) => T): boolean => {
    let changed = false
    for (const item of held.items) {
      const next = fn(item)
      if (next !== item) changed = held.put(next) || changed
    }
    return changed
  }
  /** One fetch at a time. */
  const alone = (fetch: () => Promise<void>): Promise<void> => busy ??= (async () => {
    try {
      await fetch()
      error = null
      ready = true
    } catch (thrown) {
      if (!(thrown instanceof KinboxError)) throw thrown
      error = thrown
    } finally {
      late = null
      busy = null
    }
    if (closed) return
    show()
    if (again && !error) await refresh()
  })()
  const refresh = (): Promise<void> => {
    if (closed) return Promise.resolve()
    if (busy) {
      again = true
      return busy
    }
    return alone(async () => {
      do {
        again = false
        listen()
        const size = Math.max(pageSize, held.items.length)
        const page = await source.first(size)
        const all = new Map(page.items.map(item => [item.id, item]))
        let asOf = page.asOf
        let [end, cursor] = [page.items.at(-1) ?? null, page.after]
        while (cursor !== null && all.size < size && !again) {
          const more = await source.next(cursor, size - all.size)
          for (const item of more.items) all.set(item.id, item)
          asOf = Math.min(asOf, more.asOf)
          ;[end, cursor] = [more.items.at(-1) ?? end, more.after]
        }
        held = openSorted(order, all.values())
        ;[low, high, after, before] = [end, page.items[0] ?? null, cursor, page.before ?? null]
        replay(asOf)
      } while (again && !closed)
    })
  }
  const grow = (get: () => Promise<Page<T>>, moved: (page: Page<T>) => void): Promise<void> => alone(async () => {
    listen()
    const page = await get()
    if (again) return
    moved(page)
    for (const item of page.items) put(item.id, item)
    replay(page.asOf)
  })
  const stopListening = overlays.onChange(show)
  void refresh()

  return {
    get value() {
      return shown.value
    },
    subscribe: shown.subscribe,
    loadMore() {
      if (busy) return busy.then(() => undefined)
      if (error) return refresh()
      const cursor = after
      return cursor === null ? Promise.resolve() : grow(() => source.next(cursor, pageSize), page => void ([low, after] = [page.items.at(-1) ?? low, page.after]))
    },
    loadNewer() {
      if (busy) return busy.then(() => undefined)
      const cursor = before
      return cursor === null || !source.previous ? Promise.resolve() : grow(() => source.previous!(cursor, pageSize), page => void ([high, before] = [page.items[0] ?? high, page.before ?? null]))
    },
    close() {
      closed = true
      stopListening()
      onClose()
    },
    take(id, item, seq) {
      if (late) {
        if (late.size <= mostLate) late.set(id, { item, seq })
      }
      if (put(id, item)) show()
    },
    feed(item) {
      // An event of the same rev has been sent later, and knows more of what it shows of others.
      if (item.rev > (held.get(item.id)?.rev ?? 0) && put(item.id, item)) show()
    },
    amend(fn, seq) {
      if (late && amendments.length <= mostLate) amendments.push({ fn, seq })
      if (amend(fn)) show()
    },
    refresh
  }
}
