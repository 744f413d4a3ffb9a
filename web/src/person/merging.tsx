import type { Contact, Methods } from '#client'
import { useEffect, useMemo, useRef, useState } from 'preact/hooks'
import { act } from '../hooks/act.ts'
import { useLive } from '../hooks/use-live.ts'
import { language, t } from '../i18n.ts'
import { fullTime } from '../message/time.ts'
import { useSaid } from '../said/said.ts'
import { useClient, useStore } from '../session.ts'
import { contactName } from './person.tsx'

type Suggestion = Methods['contact.suggestions']['result']['items'][number]

/** Who may be the same person and what speaks for it; joining by hand; parting what was joined. */
export function Merging({ contact, name }: { contact: Contact, name: string }) {
  const client = useClient()
  const said = useSaid()
  const { id, rev, merges = [] } = contact
  const [suggestions, setSuggestions] = useState<Suggestion[]>([])
  useEffect(() => {
    let over = false
    client.call('contact.suggestions', { limit: 200 }).then(({ items }) => !over && setSuggestions(items.filter(({ contacts }) => contacts.some((one) => one.id === id))), () => undefined)
    return () => { over = true }
  }, [client, id, rev])

  // The buttons that are pressed here go away, and the focus stays in the section.
  const heading = useRef<HTMLHeadingElement>(null)
  const stay = () => heading.current?.focus()

  const merge = (other: Contact) => act(client.call('contact.merge', { ids: [id, other.id] }).finally(stay), ({ mergeId }) => ({
    text: t('person.merged', { one: name, other: contactName(other) }), undo: () => void act(client.call('contact.unmerge', { mergeId }))
  }))
  const keepApart = (other: Contact) => act(client.call('contact.keepApart', { ids: [id, other.id] }).then(() => {
    setSuggestions((all) => all.filter(({ contacts }) => !contacts.some((one) => one.id === other.id)))
    stay()
  }))
  return (
    <section class="card stack">
      <h2 ref={heading} tabIndex={-1}>{t('person.merging')}</h2>
      {suggestions.map(({ contacts, evidence }) => {
        const other = contacts.find((one) => one.id !== id)
        return other && (
          <div key={other.id} class="note">
            <p>{t('person.maybeSame')} <a href={`/person/${other.id}`}><bdi>{contactName(other)}</bdi></a> <span class="quiet">{other.addresses.map(({ address }) => address).join(', ')}</span></p>
            <ul class="small">{evidence.map((one) => <li key={one} dir="auto">{said(one)}</li>)}</ul>
            <div class="row">
              <button type="button" onClick={() => merge(other)}>{t('person.same')}</button>
              <button type="button" onClick={() => keepApart(other)}>{t('person.different')}</button>
            </div>
          </div>
        )
      })}
      <MergeWith id={id} onMerge={merge} />
      {merges.length > 0 && (
        <ul class="plain" aria-label={t('person.merges')}>
          {merges.map(({ mergeId, at }) => (
            <li key={mergeId} class="row">{t('person.mergedAt', { at: fullTime(at, language()) })} <button type="button" class="button-small" onClick={() => act(client.call('contact.unmerge', { mergeId }).finally(stay), () => ({ text: t('person.unmerged') }))}>{t('person.unmerge')}</button></li>
          ))}
        </ul>
      )}
    </section>
  )
}

function MergeWith({ id, onMerge }: { id: string, onMerge(other: Contact): void }) {
  const store = useStore()
  const contacts = useMemo(() => store.contacts(), [store])
  useEffect(() => () => contacts.close(), [contacts])
  const { items } = useLive(contacts)
  const [text, setText] = useState('')
  const others = items.filter((one) => one.id !== id)
  const label = (one: Contact) => `${contactName(one)} (${one.addresses[0]?.address ?? one.id})`
  const found = others.find((one) => label(one) === text)
  return (
    <form class="field" onSubmit={(event) => { event.preventDefault(); if (found) { onMerge(found); setText('') } }}>
      <label for="person-merge">{t('person.mergeWith')}</label>
      <div class="row">
        <input id="person-merge" list="person-others" value={text} autocomplete="off" onInput={({ currentTarget }) => setText(currentTarget.value)} />
        <datalist id="person-others">{others.map((one) => <option key={one.id} value={label(one)} />)}</datalist>
        <button type="submit" disabled={!found}>{t('person.merge')}</button>
      </div>
      <span class="hint">{t('person.mergeHint')}</span>
    </form>
  )
}
