import type { KinboxError, Message, Window } from '#client'
import { useEffect, useMemo, useRef, useState } from 'preact/hooks'
import { useLive } from '../hooks/use-live.ts'
import { useStore } from '../session.ts'

export type Messages = {
  /** Oldest first. */
  messages: readonly Message[]
  state: 'loading' | 'ready' | 'error'
  error?: KinboxError | undefined
  older: boolean
  newer: boolean
  loadOlder(): void
  loadNewer(): void
  retry(): void
  /** Lets go of what is far from where the reader is, when there is much. `near`: a message in view; null: the reader is at the end. */
  trim(near: string | null): void
  /** Begins anew with the newest. */
  newest(): void
  /** Begins anew around a message. */
  from(id: string): void
}

/** Over so many messages, those far away are let go. */
const most = 400

/**
 * The messages of a conversation around a place: older and newer ones come as the reader comes near them, and a window that has grown
 * is replaced by a small one around the place that is read, so that a conversation of any length takes bounded room.
 */
export function useMessages(conversationId: string, topicId: string | undefined, around: string | undefined): Messages {
  const store = useStore()
  const open = (near: string | undefined) => store.messages({ conversationId, ...(topicId === undefined ? {} : { topicId }), ...(near === undefined ? {} : { around: near }) })
  const [window, setWindow] = useState(() => open(around))
  const next = useRef<{ window: Window<Message>, stop(): void } | null>(null)
  const current = useRef(window)
  current.current = window
  useEffect(() => () => {
    next.current?.stop()
    next.current?.window.close()
    current.current.close()
  }, [])

  const { items, state, error, more, newer } = useLive(window)
  const messages = useMemo(() => items.toReversed(), [items])

  const exchange = (near: string | undefined) => {
    next.current?.stop()
    next.current?.window.close()
    const small = open(near)
    const ready = () => {
      if (small.value.state === 'loading') return
      next.current?.stop()
      next.current = null
      if (small.value.state === 'error') return small.close()
      current.current.close()
      setWindow(small)
    }
    next.current = { window: small, stop: small.subscribe(ready) }
  }
  const trim = (near: string | null) => {
    // A message that the server does not have yet is no place to begin at.
    if (window.value.items.length > most && !next.current && !near?.startsWith('local:')) exchange(near ?? undefined)
  }
  return {
    // After an error nothing is asked by itself: the reader says when.
    messages, state, error, older: more && state !== 'error', newer: newer && state !== 'error', trim,
    newest: () => exchange(undefined),
    from: exchange,
    loadOlder: () => void window.loadMore(),
    loadNewer: () => void window.loadNewer(),
    retry: () => void (more || messages.length === 0 ? window.loadMore() : window.loadNewer())
  }
}
