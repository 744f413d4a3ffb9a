import { useEffect, useRef, useState } from 'preact/hooks'
import { errorWords } from '../shell/error-words.ts'
import { useClient } from '../session.ts'
import type { Resolved, Wish } from './ways.ts'

export type Target = { conversationId: string } | { to: { kind: string, address: string } }
export type WayAsked = Target & { text: string, topicId?: string | undefined, replyTo?: string | undefined, attachments: string[], via?: Wish | undefined }
export type WayNow = { resolved: Resolved | null, refused: string | null }

const restMs = 300
const ways: readonly string[] = ['contact.changed', 'account.changed', 'conversation.changed']

/** How a message would go out as it is written now; asked again once the writer rests, never twice at a time. */
export function useWay(asked: WayAsked | null): WayNow {
  const client = useClient()
  const [now, setNow] = useState<WayNow>({ resolved: null, refused: null })
  const first = useRef(true)
  const [changes, setChanges] = useState(0)
  const question = asked && JSON.stringify(asked)
  // Another address, an account that came up, a message by another channel, somebody who is there now: each can make it another way.
  useEffect(() => {
    const again = () => setChanges((n) => n + 1)
    const stops = [
      client.onEvent(({ type }) => { if (ways.includes(type)) again() }),
      client.onSignal((signal) => { if (signal.type === 'presence') again() })
    ]
    return () => { for (const stop of stops) stop() }
  }, [client])
  useEffect(() => {
    if (question === null) return setNow({ resolved: null, refused: null })
    const gone = new AbortController()
    const timer = setTimeout(() => {
      first.current = false
      const { text, attachments, topicId, replyTo, via, ...target } = JSON.parse(question) as WayAsked
      client.call('compose.resolve', { ...target, ...(text ? { text } : {}), ...(attachments.length ? { attachments } : {}), ...(topicId ? { topicId } : {}), ...(replyTo ? { replyTo } : {}), ...(via ? { via } : {}) })
        .then((resolved) => !gone.signal.aborted && setNow({ resolved, refused: null }), (error: unknown) => !gone.signal.aborted && setNow((was) => ({ resolved: was.resolved, refused: errorWords(error) })))
    }, first.current ? 0 : restMs)
    return () => {
      gone.abort()
      clearTimeout(timer)
    }
  }, [question, changes])
  return now
}
