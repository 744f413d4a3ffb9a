import type { Identity } from '#client'
import { useState } from 'preact/hooks'
import { useFetched } from '../hooks/use-fetched.ts'
import { t } from '../i18n.ts'
import { useClient } from '../session.ts'
import { errorWords } from '../shell/error-words.ts'
import { toast } from '../shell/toast.tsx'
import { Field } from '../signin/field.tsx'

/** The user's own addresses: under which name, and with which signature, each writes; and aliases that no account carries. */
export function Addresses() {
  const { value, error } = useFetched(async (client) => (await client.call('identity.list', {})).items, { on: ['identity.changed', 'identity.removed'] })
  return (
    <div class="stack">
      <p>{t('settings.addressesWhat')}</p>
      {error !== undefined && <p class="note note-bad" role="alert">{errorWords(error)}</p>}
      {value?.map((identity) => <OneAddress key={identity.id} identity={identity} />)}
      {value?.length === 0 && <p class="quiet">{t('settings.noAddress')}</p>}
      <AddAddress />
    </div>
  )
}

function OneAddress({ identity: { id, address, name, signature, accountId } }: { identity: Identity }) {
  const client = useClient()
  const [called, setCalled] = useState(name ?? '')
  const [signed, setSigned] = useState(signature ?? '')
  const [wrong, setWrong] = useState<string | null>(null)
  const tell = (doing: Promise<unknown>, words: string) => doing.then(() => {
    setWrong(null)
    toast({ text: t(words) })
  }, (error: unknown) => setWrong(errorWords(error)))
  return (
    <form class="card stack" aria-label={address} onSubmit={(event) => {
      event.preventDefault()
      void tell(client.call('identity.put', { id, name: called || null, signature: signed || null }), 'settings.saved')
    }}>
      <h2><bdi>{address}</bdi></h2>
      <Field label={t('settings.yourName')} value={called} onValue={setCalled} maxLength={200} autoComplete="name" />
      <div class="field">
        <label htmlFor={`${id}-signature`}>{t('settings.signature')}</label>
        <textarea id={`${id}-signature`} rows={3} maxLength={10_000} value={signed} onInput={({ currentTarget }) => setSigned(currentTarget.value)} />
      </div>
      {wrong && <p class="bad" role="alert">{wrong}</p>}
      <div class="row">
        <button type="submit" class="button-main">{t('settings.save')}</button>
        {!accountId && <button type="button" class="button-bad" onClick={() => void tell(client.call('identity.delete', { id }), 'settings.removed')}>{t('settings.removeAddress')}</button>}
      </div>
    </form>
  )
}

function AddAddress() {
  const client = useClient()
  const [address, setAddress] = useState('')
  const [wrong, setWrong] = useState<string | null>(null)
  const add = () => client.call('identity.put', { kind: 'email', address: address.trim() }).then(() => {
    setAddress((now) => now === address ? '' : now)
    setWrong(null)
  }, (error: unknown) => setWrong(errorWords(error)))
  return (
    <form class="card stack" onSubmit={(event) => { event.preventDefault(); void add() }}>
      <h2>{t('settings.addAddress')}</h2>
      <Field label={t('settings.alias')} type="email" inputMode="email" value={address} onValue={setAddress} required hint={t('settings.aliasHint')} wrong={wrong ?? undefined} />
      <div class="row"><button type="submit">{t('settings.add')}</button></div>
    </form>
  )
}
