import type { VNode } from 'preact'
import { useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks'
import type { Anchor } from './rows.ts'
import { anchorAt, layRows, rowsBetween, scrollFor } from './rows.ts'

/** What a page does with a list from outside. */
export type ListHandle = {
  /** Brings a row into view and, if asked, gives it the focus. False: there is no such row. */
  show(key: string, options?: { focus?: boolean, at?: 'near' | 'middle' }): boolean
  /** Goes to the end, and follows it from then on. */
  toEnd(): void
}

export type Props<T> = {
  items: readonly T[]
  keyOf(item: T): string
  /** How high a row may be that nobody has seen yet, in px. */
  guess(item: T): number
  /** Draws an item. Called again for the same item only when the function is another one. */
  row: (item: T) => VNode
  /** 'end': begins at the end and follows it while the reader is there. */
  follow?: 'end'
  role: 'feed' | 'list'
  label: string
  busy?: boolean
  class?: string
  handle?: { current: ListHandle | null }
  /** Called when the reader is near an edge. May be called again before anything came. */
  nearStart?: (() => void) | undefined
  nearEnd?: (() => void) | undefined
  /** The rows in view changed: the keys of the first and last of them, and whether the end is in view. */
  seen?: ((first: string, last: string, atEnd: boolean) => void) | undefined
}

/** Rows this far outside the view are there already, in px. */
const margin = 600
/** An edge is near when it is closer than this, in px. */
const near = 1200
/** Nobody tells a few px from the end. */
const endSlack = 24

/**
 * A long list of which only what is in view is in the document, and the row that has the focus. What the reader looks at stays
 * where it is when rows are added, measured or taken away above it; with `follow`, the end stays in view while it is.
 */
export function VirtualList<T extends object>(props: Props<T>) {
  const { items, keyOf, guess, row, follow, role, label, busy = false, handle } = props
  const pane = useRef<HTMLDivElement>(null)
  // The same node again is passed over by the renderer: a scroll draws only what is new.
  const drawn = useMemo(() => new WeakMap<T, VNode>(), [row])
  const draw = (item: T): VNode => {
    const found = drawn.get(item)
    if (found) return found
    const node = row(item)
    drawn.set(item, node)
    return node
  }
  const heights = useRef(new Map<string, number>())
  const rows = useRef(new Map<string, HTMLElement>())
  const fresh = useRef(new Map<string, HTMLElement>())
  const anchor = useRef<Anchor | null>(null)
  const atEnd = useRef(follow === 'end')
  const [view, setView] = useState({ top: 0, height: 0 })
  const [measured, setMeasured] = useState(0)
  const [focused, setFocused] = useState<string | null>(null)
  const wanted = useRef<{ key: string, focus: boolean, middle: boolean } | null>(null)

  const keys = useMemo(() => items.map(keyOf), [items])
  const places = useMemo(() => new Map(keys.map((key, index) => [key, index])), [keys])
  const indexOf = (key: string) => places.get(key)
  const tops = useMemo(() => layRows(items.length, (index) => heights.current.get(keys[index]!) ?? guess(items[index]!)), [items, measured])
  const total = tops[items.length]!

  const shown = shownRows()
  const latest = useRef({ props, tops, keys })
  latest.current = { props, tops, keys }

  function shownRows(): number[] {
    const top = follow === 'end' && atEnd.current ? Math.max(0, total - view.height) : anchor.current && scrollFor(tops, indexOf, anchor.current) || view.top
    const [first, end] = rowsBetween(tops, top - margin, top + view.height + margin)
    const list = Array.from({ length: end - first }, (_, i) => first + i)
    for (const key of [focused, wanted.current?.key]) {
      const index = key === null || key === undefined ? undefined : indexOf(key)
      if (index !== undefined && (index < first || index >= end)) list.push(index)
    }
    return list.sort((a, b) => a - b)
  }

  const scrolled = useCallback(() => {
    const element = pane.current
    if (!element) return
    const { props: { seen, nearStart, nearEnd }, tops, keys } = latest.current
    const { scrollTop, clientHeight } = element
    anchor.current = anchorAt(tops, keys, scrollTop)
    atEnd.current = scrollTop + clientHeight >= tops[keys.length]! - endSlack
    setView((was) => was.height === clientHeight && Math.abs(was.top - scrollTop) < margin / 4 ? was : { top: scrollTop, height: clientHeight })
    if (keys.length === 0 || clientHeight === 0) return
    const [first, end] = rowsBetween(tops, scrollTop, scrollTop + clientHeight - 1)
    seen?.(keys[first]!, keys[end - 1]!, atEnd.current)
    if (scrollTop < near) nearStart?.()
    if (scrollTop + clientHeight > tops[keys.length]! - near) nearEnd?.()
  }, [])

  // After every change of the rows and before it is painted: measure what is new, and put the reader back.
  useLayoutEffect(() => {
    const element = pane.current
    if (!element) return
    // The row with the focus has left the list: the keyboard goes on from the list, not from the top of the page.
    if (focused !== null && !places.has(focused) && (document.activeElement === document.body || document.activeElement === null)) {
      element.focus({ preventScroll: true })
      setFocused(null)
    }
    const news = fresh.current
    fresh.current = new Map()
    if (measure(news)) return setMeasured((n) => n + 1)
    place(element)
    scrolled()
  })

  /** True when one of these has another height than it was laid out with. */
  function measure(some: Map<string, HTMLElement>): boolean {
    let changed = false
    for (const [key, element] of some) {
      const height = element.offsetHeight
      if (height > 0 && Math.abs((heights.current.get(key) ?? -1) - height) > 0.5) {
        heights.current.set(key, height)
        changed = true
      }
    }
    return changed
  }

  function place(element: HTMLElement): void {
    const want = wanted.current
    const index = want ? indexOf(want.key) : undefined
    if (want && index !== undefined) {
      const height = tops[index + 1]! - tops[index]!
      const low = tops[index]!
      const inView = low >= element.scrollTop && low + height <= element.scrollTop + element.clientHeight
      if (want.middle) element.scrollTop = low - Math.max(0, (element.clientHeight - height) / 2)
      else if (!inView) element.scrollTop = low < element.scrollTop ? low : Math.min(low, low + height - element.clientHeight)
      const target = want.focus ? rows.current.get(want.key) : undefined
      if (target) (target.querySelector<HTMLElement>('[data-focus]') ?? target).focus({ preventScroll: true })
      wanted.current = null
      return
    }
    const top = follow === 'end' && atEnd.current ? total - element.clientHeight : anchor.current && scrollFor(tops, indexOf, anchor.current)
    if (top !== null && Math.abs(top - element.scrollTop) > 0.5) element.scrollTop = top
  }

  // A picture that loads or a quote that unfolds changes a height without a change of ours; so does the window.
  const watcher = useMemo(() => new ResizeObserver(() => setMeasured((n) => n + (measure(rows.current) ? 1 : 0))), [])
  useEffect(() => {
    const element = pane.current!
    const resized = new ResizeObserver(() => {
      setView({ top: element.scrollTop, height: element.clientHeight })
      setMeasured((n) => n + 1)
    })
    resized.observe(element)
    return () => {
      resized.disconnect()
      watcher.disconnect()
    }
  }, [])

  const mount = useCallback((key: string) => (element: HTMLElement | null) => {
    const before = rows.current.get(key)
    if (element === before) return
    if (before) watcher.unobserve(before)
    if (element) {
      rows.current.set(key, element)
      fresh.current.set(key, element)
      watcher.observe(element)
    } else rows.current.delete(key)
  }, [])
  const mounts = useRef(new Map<string, (element: HTMLElement | null) => void>())
  const mountOf = (key: string) => mounts.current.get(key) ?? mounts.current.set(key, mount(key)).get(key)!

  // Of rows that are no longer in the list nothing is kept.
  useEffect(() => {
    for (const map of [heights.current, mounts.current]) if (map.size > 2 * keys.length + 200) for (const key of map.keys()) if (!places.has(key)) map.delete(key)
  }, [keys])

  if (handle) handle.current = {
    show(key, { focus = false, at = 'near' } = {}) {
      if (!latest.current.keys.includes(key)) return false
      wanted.current = { key, focus, middle: at === 'middle' }
      atEnd.current = false
      setMeasured((n) => n + 1)
      return true
    },
    toEnd() {
      atEnd.current = true
      setMeasured((n) => n + 1)
    }
  }

  const article = role === 'feed' ? 'article' : 'listitem'
  return (
    <div
      ref={pane} class={'rows ' + (props.class ?? '')} onScroll={scrolled} role={role} aria-label={label} aria-busy={busy} tabIndex={0}
      onFocusIn={(event) => {
        const target = event.target as HTMLElement
        const row = target.closest<HTMLElement>('[data-row]')?.dataset.row ?? null
        // Where Tab has led, the reader is now: else the next change would put them back to where they were, out of sight of the focus.
        if (row !== null && target.matches(':focus-visible')) {
          target.scrollIntoView({ block: 'nearest', inline: 'nearest' })
          scrolled()
        }
        setFocused(row)
      }}
      onFocusOut={(event) => !pane.current?.contains(event.relatedTarget as Node | null) && setFocused(null)}
    >
      <div class="rows-all" role="presentation" style={{ height: total + 'px' }}>
        {shown.map((index) => (
          <div
            key={keys[index]} ref={mountOf(keys[index]!)} class="rows-one" data-row={keys[index]} style={{ insetBlockStart: tops[index] + 'px' }}
            role={article} aria-posinset={index + 1} aria-setsize={props.nearStart || props.nearEnd ? -1 : items.length} tabIndex={role === 'feed' ? -1 : undefined}
          >
            {draw(items[index]!)}
          </div>
        ))}
      </div>
    </div>
  )
}
