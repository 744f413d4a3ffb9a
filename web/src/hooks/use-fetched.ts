import type { Client, EventType } from './event-type.ts'
import { useCallback, useEffect, useRef, useState } from 'preact/hooks'
import { useClient } from '../session.ts'

export type Fetched<T> = { value: T | undefined, error: unknown, reload(): void }

/**
 * What a call answers, asked anew after events of these types, after a gap in them, and when `key` changes. The last answer stays
 * until the next one is there; an answer that was overtaken is dropped.
 */
export function useFetched<T>(ask: (client: Client) => Promise<T>, { on = [], key = '' }: { on?: readonly EventType[], key?: string } = {}): Fetched<T> {
  const client = useClient()
  const [answer, setAnswer] = useState<{ value?: T, error?: unknown }>({})
  const latest = useRef(ask)
  latest.current = ask
  const turn = useRef(0)
  const reload = useCallback(() => {
    const mine = ++turn.current
    latest.current(client).then(
      (value) => { if (mine === turn.current) setAnswer({ value }) },
      (error: unknown) => { if (mine === turn.current) setAnswer((before) => ({ ...before, error })) }
    )
  }, [client])
  useEffect(() => {
    reload()
    let soon: ReturnType<typeof setTimeout> | undefined
    const ends = [
      client.onEvent(({ type }) => {
        if (!on.includes(type)) return
        clearTimeout(soon)
        soon = setTimeout(reload, 150)
      }),
      client.onReset(reload)
    ]
    return () => {
      turn.current++
      clearTimeout(soon)
      for (const end of ends) end()
    }
  }, [client, key])
  return { value: answer.value, error: answer.error, reload }
}
