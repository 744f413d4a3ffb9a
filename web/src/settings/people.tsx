import type { Methods } from '#client'
import { KinboxError } from '#client'
import { useLayoutEffect, useRef, useState } from 'preact/hooks'
import { upload } from '../composer/upload.ts'
import { t } from '../i18n.ts'
import { useClient } from '../session.ts'
import { errorWords } from '../shell/error-words.ts'

type Result = Methods['contact.import']['result'] & { file: string }

/** So many of those that were not taken are named at most (src/inbound/import-contacts.ts). */
const mostLeft = 500
/** contact.import reads no larger file. */
const mostBytes = 32 * 1024 * 1024

/** People out of an address book file (vCard). */
export function People() {
  const client = useClient()
  const field = useRef<HTMLInputElement>(null)
  const [file, setFile] = useState<File | null>(null)
  const [friends, setFriends] = useState(false)
  const [busy, setBusy] = useState(false)
  const [wrong, setWrong] = useState<string | null>(null)
  const [result, setResult] = useState<Result | null>(null)
  const take = async () => {
    if (!file) {
      setWrong(t('settings.peopleNoFile'))
      field.current?.focus()
      return
    }
    if (file.size > mostBytes) {
      setWrong(t('settings.peopleTooLarge', { file: file.name }))
      return
    }
    setBusy(true)
    setWrong(null)
    setResult(null)
    try {
      const { id: blobId } = await upload(file)
      setResult({ ...await client.call('contact.import', { blobId, friends }), file: file.name })
    } catch (error) {
      setWrong(error instanceof KinboxError && error.kind === 'invalid_params' ? t('settings.peopleUnreadable', { file: file.name }) : errorWords(error))
    }
    setBusy(false)
  }
  return (
    <div class="stack">
      <section class="card" aria-labelledby="people-file">
        <h2 id="people-file">{t('settings.peopleFile')}</h2>
        <form class="stack" onSubmit={(event) => { event.preventDefault(); if (!busy) void take() }}>
          <p class="quiet small">{t('settings.peopleWhat')}</p>
          <div class="field">
            <label for="people-input">{t('settings.peopleChoose')}</label>
            <input id="people-input" ref={field} type="file" accept=".vcf,.vcard,text/vcard,text/x-vcard" disabled={busy} aria-invalid={wrong !== null} aria-describedby="people-wrong" onChange={({ currentTarget }) => { setFile(currentTarget.files?.[0] ?? null); setWrong(null); setResult(null) }} />
            <span class="wrong" id="people-wrong" role="alert">{wrong}</span>
          </div>
          <label class="check"><input type="checkbox" checked={friends} disabled={busy} onChange={({ currentTarget }) => setFriends(currentTarget.checked)} /><span>{t('settings.peopleFriends')}<br /><span class="quiet small">{t('settings.peopleFriendsHint')}</span></span></label>
          <div class="row"><button type="submit" class="button-main" disabled={busy}>{t(busy ? 'settings.peopleTaking' : 'settings.peopleTake')}</button></div>
        </form>
      </section>
      {result && <Taken result={result} />}
    </div>
  )
}

function Taken({ result: { people, left, file } }: { result: Result }) {
  const heading = useRef<HTMLHeadingElement>(null)
  useLayoutEffect(() => heading.current?.focus(), [])
  return (
    <section class="card stack" aria-labelledby="people-taken">
      <h2 id="people-taken" ref={heading} tabIndex={-1}>{t('settings.peopleTaken', { file, count: people })}</h2>
      {left.length === 0 && <p class="quiet">{t('settings.peopleAll')}</p>}
      {left.length > 0 && <h3>{t('settings.peopleLeft', { count: left.length })}</h3>}
      {left.length > 0 && <ul>{left.map(({ name, why }, index) => <li key={index}>{name && <><bdi>{name}</bdi>: </>}<span dir="auto">{why}</span></li>)}</ul>}
      {left.length >= mostLeft && <p class="quiet small">{t('settings.peopleLeftMore')}</p>}
    </section>
  )
}
