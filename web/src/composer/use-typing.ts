import { useEffect, useRef } from 'preact/hooks'
import { useClient } from '../session.ts'

const againMs = 4000

/** Tells the others in a conversation that the user writes. Whether anybody is told is the server's business; errors are nobody's. */
export function useTyping(conversationId: string | null): { typed(): void, stopped(): void } {
  const client = useClient()
  const last = useRef(0)
  const tell = (typing: boolean) => {
    if (conversationId !== null) client.call('typing.set', { conversationId, typing }).catch(() => undefined)
  }
  const stopped = () => {
    if (last.current > 0) tell(false)
    last.current = 0
  }
  useEffect(() => stopped, [conversationId])
  return {
    stopped,
    typed() {
      if (Date.now() - last.current < againMs) return
      last.current = Date.now()
      tell(true)
    }
  }
}
