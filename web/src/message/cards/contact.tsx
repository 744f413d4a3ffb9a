import type { Card } from '#client'
import { useState } from 'preact/hooks'
import { act } from '../../hooks/act.ts'
import { t } from '../../i18n.ts'
import { useClient } from '../../session.ts'

/** Somebody whom the message tells about; taken into the contacts only when the user says so. */
export function ContactCard({ contact: { name, organization, addresses } }: { contact: NonNullable<Card['contact']> }) {
  const client = useClient()
  const [taken, setTaken] = useState(false)
  const take = () => act(client.call('contact.put', { name, addresses: [...addresses] }).then(() => setTaken(true)), () => ({ text: t('cards.taken', { name }) }))
  return (
    <section class="card" aria-label={t('cards.contact', { name })}>
      <strong><bdi>{name}</bdi></strong>
      {organization && <p class="quiet small" dir="auto">{organization}</p>}
      <ul class="plain small">{addresses.map(({ kind, address }) => <li key={kind + address}><bdi>{address}</bdi></li>)}</ul>
      {addresses.length > 0 && <button type="button" class="button-small" aria-disabled={taken} onClick={() => { if (!taken) void take() }}>{t(taken ? 'cards.isTaken' : 'cards.take')}</button>}
    </section>
  )
}
