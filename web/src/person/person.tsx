import type { Contact } from '#client'
import { useEffect, useMemo, useRef, useState } from 'preact/hooks'
import '../styles/person.css'
import '../styles/message.css'
import { KinboxError } from '#client'
import { act } from '../hooks/act.ts'
import { useFetched } from '../hooks/use-fetched.ts'
import { useLive } from '../hooks/use-live.ts'
import { t } from '../i18n.ts'
import { Avatar } from '../message/avatar.tsx'
import { nameOf } from '../message/name.ts'
import type { ScreenProps } from '../routes.ts'
import { useSaid } from '../said/said.ts'
import { useClient, useStore } from '../session.ts'
import { Page } from '../shell/page.tsx'
import { go } from '../shell/route.ts'
import { Addresses } from './addresses.tsx'
import { Block } from './block.tsx'
import { Exchanged } from './exchanged.tsx'
import { Leaving } from './leaving.tsx'
import { Merging } from './merging.tsx'
import { Notes } from './notes.tsx'
import { Reasons } from './reasons.tsx'

/** What to call a contact: the name, else the first address. */
export function contactName({ name, addresses }: Pick<Contact, 'name' | 'addresses'>): string {
  return name || (addresses[0] ? nameOf(addresses[0]) : t('inbox.nobody'))
}

/** A person: who they are to the user, their addresses and what proves them, what was joined and can be parted, notes. */
export function PersonScreen({ params: { id = '' }, query }: ScreenProps) {
  const store = useStore()
  const client = useClient()
  const said = useSaid()
  const contact = useLive(useMemo(() => store.contact(id), [store, id]))
  const [gone, setGone] = useState(false)
  const here = contact !== null
  const { value: asked } = useFetched((client) => client.call('contact.get', { id }), { on: ['conversation.changed', 'conversation.removed'], key: id })
  useEffect(() => { if (!here) client.call('contact.get', { id }).catch((error: unknown) => setGone(error instanceof KinboxError && error.kind === 'not_found')) }, [id, here])
  useEffect(() => { if (contact?.redirectTo) go(`/person/${contact.redirectTo}`, { replace: true }) }, [contact?.redirectTo])
  if (!contact) return <Page title={t('person.title')}><p class="quiet" role={gone ? 'alert' : undefined}>{t(gone ? 'person.gone' : 'conversation.loading')}</p></Page>

  const name = contactName(contact)
  const conversation = query.get('c') ?? asked?.conversationId
  const first = contact.addresses[0]
  return (
    <Page
      title={name}
      actions={<>
        {conversation ? <a class="button" href={`/c/${conversation}`}>{t('person.toConversation')}</a> : first && <a class="button" href={`/new?to=${encodeURIComponent(first.address)}`}>{t('person.write')}</a>}
        <a class="button" href={`/search?q=${encodeURIComponent(`with:${quote(first?.address ?? name)}`)}`}>{t('person.exchanged')}</a>
        <a class="button" href={`/search?q=${encodeURIComponent(`with:${quote(first?.address ?? name)} has:file`)}`}>{t('person.files')}</a>
      </>}
    >
      <div class="stack">
        <div class="card person-head">
          <Avatar name={name} contactId={id} large />
          <div class="stack person-who">
            <Name key={contact.rev} contact={contact} />
            <label class="check">
              <input type="checkbox" checked={contact.friend === 'friend'} onChange={({ currentTarget: { checked } }) => act(store.setFriend(id, checked), () => ({ text: t(checked ? 'person.nowFriend' : 'person.noFriend', { name }), undo: () => void act(store.setFriend(id, !checked)) }))} />
              <span>{t('person.friend')}<br /><span class="quiet small">{t('person.friendMeans')}</span></span>
            </label>
            {contact.friend === 'friend-of-friend' && <p class="small quiet">{t('person.friendOfFriend')} {contact.path?.map(said).join(' ')}</p>}
            <label class="check">
              <input type="checkbox" checked={contact.verifiedOnly ?? false} onChange={({ currentTarget: { checked } }) => void act(store.saveContact({ id, verifiedOnly: checked }))} />
              <span>{t('person.verifiedOnly')}<br /><span class="quiet small">{t('person.verifiedOnlyHint')}</span></span>
            </label>
            <label class="check">
              <input type="checkbox" checked={contact.pictures ?? false} onChange={({ currentTarget: { checked } }) => void act(store.saveContact({ id, pictures: checked }))} />
              <span>{t('person.pictures')}<br /><span class="quiet small">{t('person.picturesHint')}</span></span>
            </label>
            <Block contact={contact} name={name} />
          </div>
        </div>
        <Addresses contact={contact} />
        <Reasons contact={contact} />
        <Merging contact={contact} name={name} />
        <Notes key={id} contact={contact} />
        <Exchanged key={'with' + id} id={id} />
        <Leaving key={'from' + id} id={id} name={name} />
      </div>
    </Page>
  )
}

const quote = (text: string): string => (/[\s"]/.test(text) ? `"${text.replaceAll('"', '')}"` : text)

function Name({ contact: { id, name } }: { contact: Contact }) {
  const store = useStore()
  const field = useRef<HTMLInputElement>(null)
  const save = () => {
    const now = field.current?.value.trim() ?? ''
    if (now && now !== name) void act(store.saveContact({ id, name: now }), () => ({ text: t('person.renamed', { name: now }), ...(name ? { undo: () => void act(store.saveContact({ id, name })) } : {}) }))
  }
  return (
    <form class="field" onSubmit={(event) => { event.preventDefault(); save() }}>
      <label for="person-name">{t('person.name')}</label>
      <div class="row"><input id="person-name" ref={field} dir="auto" defaultValue={name} maxLength={200} /> <button type="submit">{t('person.save')}</button></div>
    </form>
  )
}
