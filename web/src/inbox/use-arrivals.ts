import { useEffect } from 'preact/hooks'
import { t } from '../i18n.ts'
import { nameOf } from '../message/name.ts'
import { useClient } from '../session.ts'
import { announce } from '../shell/announce.ts'

const saidChars = 200

/** Tells those who listen to the page of each message that comes into the inbox, and into the open conversation wherever that is. */
export function useArrivals(open: string | null): void {
  const client = useClient()
  useEffect(() => client.onEvent((event) => {
    if (event.type !== 'message.created' || event.data?.direction !== 'in') return
    const { folder, conversationId, sender, text } = event.data
    if (folder === 'inbox' || conversationId === open) announce(t('inbox.arrived', { name: nameOf(sender), text: text.slice(0, saidChars) }))
  }), [client, open])
}
