import type { Message } from '#client'
import { useState } from 'preact/hooks'
import { act } from '../hooks/act.ts'
import { t } from '../i18n.ts'
import { useClient } from '../session.ts'

/** Ends a newsletter: in one go where its sender lets one, else on a page of theirs, whose address is shown before. */
export function Unsubscribe({ message: { id, unsubscribe } }: { message: Message }) {
  const client = useClient()
  const [asked, setAsked] = useState(false)
  if (!unsubscribe) return null
  if (unsubscribe.how === 'page') {
    return unsubscribe.url === undefined ? null : <a class="button button-quiet button-small" href={unsubscribe.url} title={unsubscribe.url} target="_blank" rel="noopener noreferrer nofollow">{t('message.unsubscribeAt', { host: hostOf(unsubscribe.url) })}</a>
  }
  const end = () => act(client.call('message.unsubscribe', { id }).then(() => setAsked(true)), () => ({ text: t('message.unsubscribed') }))
  return <button type="button" class="button-quiet button-small" aria-disabled={asked} onClick={() => { if (!asked) void end() }}>{t(asked ? 'message.unsubscribed' : 'message.unsubscribe')}</button>
}

function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : url
}
