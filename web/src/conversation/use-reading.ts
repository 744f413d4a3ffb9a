import type { Message } from '#client'
import { useEffect, useRef } from 'preact/hooks'
import { useStore } from '../session.ts'

const restMs = 400

/** Marks as read what has been in view, once the reader rests there and the page is really looked at. Errors are nobody's: it is marked another time. */
export function useReading(conversationId: string, messages: readonly Message[]): (lastInView: string) => void {
  const store = useStore()
  const told = useRef<string | null>(null)
  const last = useRef<string | null>(null)
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined)
  const latest = useRef(messages)
  latest.current = messages

  const look = () => {
    clearTimeout(timer.current)
    timer.current = setTimeout(() => {
      if (document.visibilityState !== 'visible' || !document.hasFocus()) return
      const all = latest.current
      const end = all.findIndex((one) => (one.clientId ?? one.id) === last.current)
      const unread = all.slice(0, end + 1).findLast((one) => one.direction === 'in' && !one.seen)
      if (!unread || unread.id === told.current) return
      told.current = unread.id
      store.markRead(conversationId, unread.id).catch(() => { told.current = null })
    }, restMs)
  }
  useEffect(() => {
    document.addEventListener('visibilitychange', look)
    addEventListener('focus', look)
    return () => {
      clearTimeout(timer.current)
      document.removeEventListener('visibilitychange', look)
      removeEventListener('focus', look)
    }
  }, [])
  useEffect(look, [messages])
  return (key) => {
    if (key === last.current) return
    last.current = key
    look()
  }
}
