import type { Contact } from '#client'
import { act } from '../hooks/act.ts'
import { t } from '../i18n.ts'
import { useClient } from '../session.ts'

/** Hides a person's messages, or takes that back. */
export function Block({ contact: { id, blocked }, name }: { contact: Contact, name: string }) {
  const client = useClient()
  const set = (now: boolean) => client.call('contact.block', { id, blocked: now })
  const turn = () => act(set(!blocked), () => ({ text: t(blocked ? 'person.unblocked' : 'person.blockedNow', { name }), undo: () => void act(set(blocked)) }))
  return (
    <div>
      {blocked && <p class="note note-bad">{t('person.isBlocked')}</p>}
      <button type="button" class={blocked ? '' : 'button-bad'} onClick={turn}>{t(blocked ? 'person.unblock' : 'person.block')}</button>
    </div>
  )
}
