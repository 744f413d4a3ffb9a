import { useState } from 'preact/hooks'
import { t } from '../i18n.ts'
import { useClient } from '../session.ts'
import { announce } from '../shell/announce.ts'
import { Page } from '../shell/page.tsx'
import { go } from '../shell/route.ts'
import { useKinds } from './kinds.ts'
import type { Kind } from './kinds.ts'
import { Mailbox } from './mailbox.tsx'
import { SchemaForm } from './schema-form.tsx'
import { emptyOf } from './schema.ts'
import { troubleOf, Wrong } from './trouble.tsx'
import type { Trouble } from './trouble.tsx'
import { tryAccount } from './try.ts'

/** Which network, and then its form. */
export function AddAccount({ kind: name }: { kind: string }) {
  const kinds = useKinds()
  const kind = kinds?.find((one) => one.kind === name)
  if (kind) return <Page title={t('accounts.addKind', { title: kind.title })}><Connect key={kind.kind} kind={kind} onDone={(id) => go(`/accounts/${id}`)} /></Page>
  return (
    <Page title={t('accounts.add')}>
      <p>{t('accounts.which')}</p>
      <ul class="plain stack">
        {kinds?.map((one) => <li key={one.kind}><a class="card kind" href={`/accounts/new/${one.kind}`}><strong>{one.title}</strong><span class="quiet small">{one.reaches.join(', ')}</span></a></li>)}
      </ul>
      <p><a href="/accounts">{t('accounts.back')}</a></p>
    </Page>
  )
}

/** The form of one kind. Mailboxes begin with address and password; everything else with all that must be known. */
export function Connect({ kind, onDone }: { kind: Kind, onDone(id: string): void }) {
  const client = useClient()
  const [value, setValue] = useState(() => emptyOf(kind.settings))
  const [busy, setBusy] = useState(false)
  const [wrong, setWrong] = useState<Trouble | null>(null)
  if (isMailbox(kind)) return <Mailbox kind={kind} onDone={onDone} />

  async function connect() {
    setBusy(true)
    setWrong(null)
    announce(t('accounts.trying'))
    try {
      const trouble = await tryAccount(client, { kind: kind.kind, settings: value })
      if (trouble) setWrong({ text: trouble.text })
      else return onDone((await client.call('account.put', { kind: kind.kind, settings: value, once: true })).id)
    } catch (error) {
      setWrong(troubleOf(error))
    }
    setBusy(false)
  }
  return (
    <form class="stack" onSubmit={(event) => { event.preventDefault(); void connect() }}>
      <SchemaForm schema={kind.settings} value={value} onValue={setValue} />
      {wrong && <Wrong trouble={wrong} />}
      <div class="row"><button type="submit" class="button-main" disabled={busy}>{busy ? t('accounts.trying') : t('accounts.connect')}</button></div>
    </form>
  )
}

/** A kind whose settings can be found by an address and a password. */
export function isMailbox({ reaches, settings: { properties = {} } }: Kind): boolean {
  return reaches.includes('email') && 'address' in properties && 'password' in properties
}
