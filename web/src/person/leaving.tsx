import type { Methods } from '#client'
import { useLayoutEffect, useRef, useState } from 'preact/hooks'
import { act } from '../hooks/act.ts'
import { t } from '../i18n.ts'
import { save } from '../message/files.tsx'
import { useClient } from '../session.ts'
import { errorWords } from '../shell/error-words.ts'
import { Dialog } from '../shell/dialog.tsx'
import { go } from '../shell/route.ts'
import { toast } from '../shell/toast.tsx'

/** Taking along all about a person, deleting them without a word of theirs, and forgetting them. */
export function Leaving({ id, name }: { id: string, name: string }) {
  const [asks, setAsks] = useState<'delete' | 'forget' | null>(null)
  const close = () => setAsks(null)
  return (
    <section class="card stack" aria-labelledby="person-leaving">
      <h2 id="person-leaving">{t('person.leaving')}</h2>
      <TakeAlong id={id} name={name} />
      <p class="hint">{t('person.forgetHint')}</p>
      <div class="row">
        <button type="button" onClick={() => setAsks('delete')}>{t('person.delete')}</button>
        <button type="button" class="button-bad" onClick={() => setAsks('forget')}>{t('person.forget')}</button>
      </div>
      {asks === 'delete' && <Delete id={id} name={name} onClose={close} />}
      {asks === 'forget' && <Forget id={id} name={name} onClose={close} />}
    </section>
  )
}

/** Two files are made, and each has a button: a browser that is handed two at once asks whether that is meant. */
function TakeAlong({ id, name }: { id: string, name: string }) {
  const client = useClient()
  const [made, setMade] = useState<Methods['contact.export']['result'] | null>(null)
  const [busy, setBusy] = useState(false)
  const first = useRef<HTMLButtonElement>(null)
  useLayoutEffect(() => { if (made) first.current?.focus() }, [made])
  const make = async () => {
    setBusy(true)
    setMade(await act(client.call('contact.export', { id }), () => ({ text: t('person.exported') })) ?? null)
    setBusy(false)
  }
  const download = (blob: string, ending: string) => act(client.call('blob.url', { id: blob }).then(({ path }) => save(path, fileName(name) + ending)))
  return (
    <>
      <p class="hint">{t('person.exportHint')}</p>
      <div class="row">
        {!made && <button type="button" disabled={busy} onClick={() => void make()}>{t(busy ? 'person.exporting' : 'person.export')}</button>}
        {made && <button type="button" ref={first} onClick={() => download(made.card, '.vcf')}>{t('person.downloadCard')}</button>}
        {made && <button type="button" onClick={() => download(made.messages, '.jsonl')}>{t('person.downloadMessages', { count: made.count })}</button>}
      </div>
    </>
  )
}

/** A name that every system takes for a file. */
const fileName = (name: string): string => name.replace(/[^\p{L}\p{N}@._ -]+/gu, ' ').trim().slice(0, 80) || 'person'

/** The person goes, and what they wrote stays. */
function Delete({ id, name, onClose }: { id: string, name: string, onClose(): void }) {
  const client = useClient()
  const [busy, setBusy] = useState(false)
  const [wrong, setWrong] = useState<string | null>(null)
  const remove = async () => {
    setBusy(true)
    setWrong(null)
    try {
      await client.call('contact.delete', { id })
      go('/inbox', { replace: true })
      toast({ text: t('person.deleted', { name }) })
    } catch (error) {
      setWrong(errorWords(error))
      setBusy(false)
    }
  }
  return (
    <Dialog title={t('person.deleteTitle', { name })} onClose={() => { if (!busy) onClose() }}>
      <p>{t('person.deleteGoes')}</p>
      {wrong && <p class="note note-bad" role="alert">{wrong}</p>}
      <div class="row">
        <button type="button" class="button-bad" disabled={busy} onClick={() => void remove()}>{t('person.deleteNow')}</button>
        <button type="button" disabled={busy} onClick={onClose}>{t('person.keep')}</button>
      </div>
    </Dialog>
  )
}

/** Says what goes, what stays, and that there is no way back; only who says that they know can go on. */
function Forget({ id, name, onClose }: { id: string, name: string, onClose(): void }) {
  const client = useClient()
  const [sure, setSure] = useState(false)
  const [busy, setBusy] = useState(false)
  const [wrong, setWrong] = useState<string | null>(null)
  const forget = async () => {
    setBusy(true)
    setWrong(null)
    try {
      const { messages } = await client.call('contact.delete', { id, forget: true })
      go('/inbox', { replace: true })
      toast({ text: t('person.forgotten', { name, count: messages }) })
    } catch (error) {
      setWrong(errorWords(error))
      setBusy(false)
    }
  }
  return (
    <Dialog title={t('person.forgetTitle', { name })} onClose={() => { if (!busy) onClose() }}>
      <form class="stack" onSubmit={(event) => { event.preventDefault(); if (sure && !busy) void forget() }}>
        <p>{t('person.forgetGoes')}</p>
        <ul>
          <li>{t('person.forgetPerson')}</li>
          <li>{t('person.forgetAlone')}</li>
          <li>{t('person.forgetGroups')}</li>
          <li>{t('person.forgetBook')}</li>
        </ul>
        <p>{t('person.forgetStays')}</p>
        <p class="note note-bad"><strong>{t('person.forgetForGood')}</strong></p>
        <label class="check"><input type="checkbox" checked={sure} disabled={busy} onChange={({ currentTarget }) => setSure(currentTarget.checked)} /><span>{t('person.forgetSure')}</span></label>
        {wrong && <p class="note note-bad" role="alert">{wrong}</p>}
        <div class="row">
          <button type="submit" class="button-bad" disabled={!sure || busy}>{t(busy ? 'person.forgetting' : 'person.forgetNow')}</button>
          <button type="button" disabled={busy} onClick={onClose}>{t('person.keep')}</button>
        </div>
      </form>
    </Dialog>
  )
}
