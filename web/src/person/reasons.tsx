import type { Contact, Methods } from '#client'
import { useEffect, useState } from 'preact/hooks'
import { language, t } from '../i18n.ts'
import { fullTime } from '../message/time.ts'
import { Why } from '../message/why.tsx'
import { useSaid } from '../said/said.ts'
import { useClient } from '../session.ts'

type Reasons = Methods['contact.why']['result']

/** Why what somebody writes goes where it goes, and what each of their addresses has proved so far. */
export function Reasons({ contact: { id, rev } }: { contact: Contact }) {
  const client = useClient()
  const said = useSaid()
  const [found, setFound] = useState<Reasons | null>(null)
  useEffect(() => {
    let over = false
    client.call('contact.why', { id }).then((answer) => !over && setFound(answer), () => undefined)
    return () => { over = true }
  }, [client, id, rev])
  if (!found) return null
  const { text, because, addresses, path, blocked } = found
  return (
    <section class="card">
      <h2>{t('person.why')}</h2>
      {text && text !== because?.text && <p dir="auto">{said(text)}</p>}
      {because && <Why because={because} />}
      {path.length > 0 && <ul class="small">{path.map((step, index) => <li key={index} dir="auto">{said(step)}</li>)}</ul>}
      <ul class="plain small quiet">
        {addresses.map(({ kind, address, verifiedAt, wroteAt }) => (
          <li key={kind + address}><bdi>{address}</bdi>: {verifiedAt ? t('person.provenAt', { at: fullTime(verifiedAt, language()) }) : t('person.neverProven')}{wroteAt && ' ' + t('person.youWrote', { at: fullTime(wroteAt, language()) })}</li>
        ))}
      </ul>
      {blocked && blocked.messages > 0 && <p class="small">{t('person.hidden', { count: blocked.messages })} {blocked.purgedFrom && t('person.purgedFrom', { at: fullTime(blocked.purgedFrom, language()) })}</p>}
    </section>
  )
}
