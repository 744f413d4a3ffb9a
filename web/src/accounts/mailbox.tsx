import { useState } from 'preact/hooks'
import { t } from '../i18n.ts'
import { useClient } from '../session.ts'
import { announce } from '../shell/announce.ts'
import { Field } from '../signin/field.tsx'
import type { Kind } from './kinds.ts'
import { SchemaForm } from './schema-form.tsx'
import { emptyOf } from './schema.ts'
import type { Values } from './schema.ts'
import { troubleOf, Wrong } from './trouble.tsx'
import type { Trouble } from './trouble.tsx'
import { tryAccount, worthAnother } from './try.ts'

/** Of what was found for an address, so many are tried before the form asks for the servers. */
const tries = 4

/** A mailbox by address and password. What the servers are is found out; where that fails, the whole form helps. */
export function Mailbox({ kind, onDone }: { kind: Kind, onDone(id: string): void }) {
  const client = useClient()
  const [address, setAddress] = useState('')
  const [password, setPassword] = useState('')
  const [all, setAll] = useState<Values | null>(null)
  const [busy, setBusy] = useState<string | null>(null)
  const [wrong, setWrong] = useState<Trouble | null>(null)

  async function connect() {
    setWrong(null)
    const settings = all ? [{ ...all }] : await found()
    if (settings.length === 0) {
      setBusy(null)
      setAll({ ...emptyOf(kind.settings), address: address.trim(), password })
      return setWrong({ text: t('accounts.notFound') })
    }
    let first: Trouble | null = null
    for (const one of settings) {
      const words = t('accounts.tryingServer', { server: serverOf(one) })
      setBusy(words)
      announce(words)
      const trouble = await tryAccount(client, { kind: kind.kind, settings: one })
      if (!trouble) return onDone((await client.call('account.put', { kind: kind.kind, settings: one, once: true })).id)
      first ??= { text: trouble.text }
      if (!worthAnother(trouble)) {
        setBusy(null)
        // The server is right, so the form keeps it.
        if (!all) setAll(null)
        return setWrong({ text: trouble.text })
      }
    }
    setBusy(null)
    // What has been changed in it since stays.
    setAll((now) => now ?? settings[0]!)
    setWrong(first)
  }

  async function found(): Promise<Values[]> {
    const words = t('accounts.looking')
    setBusy(words)
    announce(words)
    const { items } = await client.call('account.discover', { kind: kind.kind, address: address.trim() })
    return (items as Values[]).slice(0, tries).map((one) => ({ ...one, password }))
  }

  function byHand() {
    setWrong(null)
    setAll({ ...emptyOf(kind.settings), address: address.trim(), ...(password ? { password } : {}) })
  }

  return (
    <form class="stack" aria-busy={busy !== null} onSubmit={(event) => {
      event.preventDefault()
      connect().catch((error: unknown) => {
        setBusy(null)
        setWrong(troubleOf(error))
      })
    }}>
      {all
        ? <SchemaForm schema={kind.settings} value={all} onValue={setAll} />
        : (
          <>
            <Field label={t('accounts.address')} name="address" type="email" inputMode="email" autoComplete="email" value={address} onValue={setAddress} required focus />
            <Field label={t('signin.password')} name="password" type="password" autoComplete="off" value={password} onValue={setPassword} required hint={t('accounts.passwordHint')} />
          </>
        )}
      {wrong && <Wrong trouble={wrong} />}
      <div class="row">
        <button type="submit" class="button-main" disabled={busy !== null}>{busy ?? t('accounts.connect')}</button>
        {!all && <button type="button" class="button-quiet" onClick={byHand} disabled={busy !== null}>{t('accounts.byHand')}</button>}
      </div>
    </form>
  )
}

/** The name of the server in settings that were found, for words. */
function serverOf(settings: Values): string {
  for (const one of Object.values(settings)) if (typeof one === 'object' && !Array.isArray(one) && typeof one['host'] === 'string') return one['host']
  return ''
}
