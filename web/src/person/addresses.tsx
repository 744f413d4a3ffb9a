import type { Contact, Party } from '#client'
import { useState } from 'preact/hooks'
import { act } from '../hooks/act.ts'
import { errorWords } from '../shell/error-words.ts'
import { t } from '../i18n.ts'
import { useKinds } from '../accounts/kinds.ts'
import { kindOfAddress } from '../composer/recipient.ts'
import { ProofSign } from '../message/proof.tsx'
import { useClient, useStore } from '../session.ts'
import { toast } from '../shell/toast.tsx'
import { kindsOfAddress, kindWords } from './kinds.ts'

/** The addresses of a person: what proves each, which one answers go to, one more, one less. */
export function Addresses({ contact }: { contact: Contact }) {
  const client = useClient()
  const store = useStore()
  const kinds = useKinds()
  const { id, addresses, via } = contact
  const unlink = ({ kind, address }: Party) => act(client.call('contact.unlink', { id, kind, address }), () => ({
    text: t('person.unlinked', { address }), undo: () => void act(client.call('contact.link', { id, kind, address }))
  }))
  const prefer = (address: string | null) => act(store.saveContact({ id, via: address === null ? null : { address } }))
  return (
    <section class="card">
      <h2>{t('person.addresses')}</h2>
      <ul class="plain">
        {addresses.map((party) => (
          <li key={party.kind + party.address} class="row person-address">
            <span class="person-where"><bdi>{party.address}</bdi> <span class="quiet small">{kindWords(party.kind, kinds)}</span> <ProofSign party={party} /></span>
            {addresses.length > 1 && <button type="button" class="button-small" aria-pressed={via?.address === party.address} onClick={() => prefer(via?.address === party.address ? null : party.address)}>{t('person.prefer')}</button>}
            {addresses.length > 1 && <button type="button" class="button-small" onClick={() => unlink(party)}>{t('person.unlink')}<span class="for-readers"> {party.address}</span></button>}
          </li>
        ))}
      </ul>
      {via && !via.address && <p class="small quiet">{t('person.viaElse', { via: via.channel ?? via.accountId ?? '' })} <button type="button" class="button-small" onClick={() => prefer(null)}>{t('person.asItComes')}</button></p>}
      <LinkAddress id={id} />
    </section>
  )
}

function LinkAddress({ id }: { id: string }) {
  const client = useClient()
  const networks = useKinds()
  const kinds = kindsOfAddress(networks)
  const [address, setAddress] = useState('')
  const [chosen, setChosen] = useState<string | null>(null)
  const [wrong, setWrong] = useState<string | null>(null)
  const kind = chosen ?? kindOfAddress(address) ?? 'email'
  const link = async () => {
    try {
      await client.call('contact.link', { id, kind, address: address.trim() })
      toast({ text: t('person.linked', { address: address.trim() }), undo: () => void act(client.call('contact.unlink', { id, kind, address: address.trim() })) })
      // What has been typed since stays.
      setAddress((now) => now === address ? '' : now)
      setWrong(null)
    } catch (error) {
      setWrong(errorWords(error))
    }
  }
  return (
    <form class="field" onSubmit={(event) => { event.preventDefault(); if (address.trim()) void link() }}>
      <label for="person-link">{t('person.link')}</label>
      <div class="row">
        <select aria-label={t('person.kindOf')} value={kind} onChange={({ currentTarget: { value } }) => setChosen(value)}>{kinds.map((one) => <option key={one} value={one}>{kindWords(one, networks)}</option>)}</select>
        <input id="person-link" value={address} autocomplete="off" maxLength={320} aria-invalid={wrong !== null} aria-describedby="person-link-wrong" onInput={({ currentTarget }) => { setAddress(currentTarget.value); setWrong(null) }} />
        <button type="submit">{t('person.add')}</button>
      </div>
      <span class="wrong" id="person-link-wrong" role="alert">{wrong}</span>
      <span class="hint">{t('person.linkHint')}</span>
    </form>
  )
}
