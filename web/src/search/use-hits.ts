import type { Methods } from '#client'
import { useEffect, useState } from 'preact/hooks'
import { errorWords } from '../shell/error-words.ts'
import { useClient } from '../session.ts'

export type Hit = Methods['search.query']['result']['items'][number]
export type Person = Methods['search.query']['result']['people'][number]
export type Order = 'newest' | 'best'
export type Hits = { state: 'idle' | 'loading' | 'ready' | 'error', items: readonly Hit[], people: readonly Person[], next: string | null, indexing: boolean, wrong: string | null }

const none: Hits = { state: 'idle', items: [], people: [], next: null, indexing: false, wrong: null }

/** What a query finds, and the way to its next page. The answer to an older question is dropped. */
export function useHits(q: string, order: Order): Hits & { more(): void } {
  const client = useClient()
  const [hits, setHits] = useState<Hits>(none)
  const ask = (cursor: string | null, signal?: AbortSignal) => client.call('search.query', {
    q, order, limit: 50, timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone, ...(cursor === null ? {} : { cursor })
  }, signal ? { signal } : {})

  useEffect(() => {
    if (q.trim() === '') return setHits(none)
    const gone = new AbortController()
    setHits((was) => ({ ...was, state: 'loading', wrong: null }))
    ask(null, gone.signal).then(
      ({ items, people, nextCursor, indexing = false }) => !gone.signal.aborted && setHits({ state: 'ready', items, people, next: nextCursor, indexing, wrong: null }),
      (error: unknown) => !gone.signal.aborted && setHits({ ...none, state: 'error', wrong: errorWords(error) })
    )
    return () => gone.abort()
  }, [client, q, order])

  return {
    ...hits,
    more() {
      const { next, state } = hits
      if (next === null || state !== 'ready') return
      setHits({ ...hits, state: 'loading' })
      ask(next).then(
        ({ items, nextCursor }) => setHits((was) => was.next === next ? { ...was, state: 'ready', items: [...was.items, ...items], next: nextCursor } : was),
        (error: unknown) => setHits((was) => was.next === next ? { ...was, state: 'ready', next: null, wrong: errorWords(error) } : was)
      )
    }
  }
}
