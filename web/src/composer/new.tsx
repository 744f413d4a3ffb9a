import type { Contact } from '#client'
import { useEffect, useId, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks'
import { useLive } from '../hooks/use-live.ts'
import { t } from '../i18n.ts'
import { useStore } from '../session.ts'
import { go } from '../shell/route.ts'
import { Composer } from './composer.tsx'
import { kindOfAddress } from './recipient.ts'

/** Kept beside the draft, and taken off with it. */
const toKey = 'kinbox.draft.to'

/** A new conversation: with somebody who is known, or with an address. */
export function NewConversation() {
  const store = useStore()
  const contacts = useMemo(() => store.contacts(), [store])
  useEffect(() => () => contacts.close(), [contacts])
  const { items } = useLive(contacts)
  const heading = useRef<HTMLHeadingElement>(null)
  const [to, setTo] = useState(() => new URLSearchParams(location.search).get('to') ?? sessionStorage.getItem(toKey) ?? '')
  const id = useId()
  // Before it is drawn: what is typed after the key c belongs here.
  useLayoutEffect(() => {
    document.title = `${t('composer.newTitle')} · Kinbox`
    document.getElementById(id + 'to')?.focus()
  }, [])

  useLayoutEffect(() => sessionStorage.setItem(toKey, to), [to])

  const known = useMemo(() => items.flatMap((contact) => contact.addresses.map(({ kind, address }) => ({ kind, address, label: labelOf(contact, address) }))), [items])
  const found = known.find(({ label, address }) => label === to || address === to.trim())
  const kind = found?.kind ?? kindOfAddress(to)
  const address = found?.address ?? to.trim()
  return (
    <section class="conversation">
      <header class="conversation-head">
        <a class="button button-quiet conversation-back" href="/inbox" aria-label={t('conversation.back')}><span class="turns" aria-hidden="true">←</span></a>
        <h1 ref={heading} tabIndex={-1}>{t('composer.newTitle')}</h1>
      </header>
      <div class="new-to field">
        <label for={id + 'to'}>{t('composer.recipient')}</label>
        <input id={id + 'to'} list={id + 'known'} value={to} autocomplete="off" aria-describedby={id + 'hint'} onInput={({ currentTarget }) => setTo(currentTarget.value)} />
        <datalist id={id + 'known'}>{known.map(({ label }) => <option key={label} value={label} />)}</datalist>
        <span class="hint" id={id + 'hint'}>{t('composer.recipientHint')}</span>
      </div>
      <div class="new-space" />
      <Composer target={kind ? { to: { kind, address } } : null} place="new" label={t('composer.message')} onSent={(message) => {
        sessionStorage.removeItem(toKey)
        // Whoever went on to something else stays there.
        if (location.pathname === '/new') go(`/c/${message.conversationId}`, { replace: true })
      }} />
    </section>
  )
}

const labelOf = ({ name }: Contact, address: string): string => (name ? `${name} <${address}>` : address)
