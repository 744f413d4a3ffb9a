import type { Contact } from '#client'
import { useRef } from 'preact/hooks'
import { act } from '../hooks/act.ts'
import { t } from '../i18n.ts'
import { useStore } from '../session.ts'

/** What the user notes about a person; kept when the field is left. */
export function Notes({ contact: { id, notes } }: { contact: Contact }) {
  const store = useStore()
  const field = useRef<HTMLTextAreaElement>(null)
  const save = () => {
    const now = field.current?.value.trim() ?? ''
    if (now !== (notes ?? '')) void act(store.saveContact({ id, notes: now || null }), () => ({ text: t('person.noted') }))
  }
  return (
    <section class="card field">
      <h2><label for="person-notes">{t('person.notes')}</label></h2>
      <textarea id="person-notes" ref={field} dir="auto" rows={4} maxLength={20_000} defaultValue={notes ?? ''} onBlur={save} aria-describedby="person-notes-hint" />
      <span class="hint" id="person-notes-hint">{t('person.notesHint')}</span>
    </section>
  )
}
