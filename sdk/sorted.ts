export type Item = { id: string, rev: number }
export type Order<T> = (a: T, b: T) => number

/** Ids are equal in kind, a letter and a number without leading zeros: the longer one is the later. */
export const byId: Order<{ id: string }> = (a, b) => a.id.length - b.id.length || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0)

/** Objects in an order, each once. `items` is never changed in place. */
export type Sorted<T extends Item> = {
  readonly items: readonly T[]
  get(id: string): T | undefined
  /** False: nothing changed. */
  put(item: T): boolean
  remove(id: string): boolean
}

export function openSorted<T extends Item>(order: Order<T>, all: Iterable<T> = []): Sorted<T> {
  const held = new Map<string, T>()
  for (const item of all) held.set(item.id, item)
  let items = [...held.values()].sort(order)
  const without = (item: T) => items.filter(one => one !== item)
  return {
    get items() {
      return items
    },
    get: id => held.get(id),
    put(item) {
      const before = held.get(item.id)
      if (before === item) return false
      held.set(item.id, item)
      const rest = before ? without(before) : items
      let [low, high] = [0, rest.length]
      while (low < high) {
        const middle = (low + high) >> 1
        if (order(rest[middle]!, item) <= 0) low = middle + 1
        else high = middle
      }
      items = rest.toSpliced(low, 0, item)
      return true
    },
    remove(id) {
      const item = held.get(id)
      if (!item) return false
      held.delete(id)
      items = without(item)
      return true
    }
  }
}
