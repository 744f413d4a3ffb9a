import { parsePhoneNumberFromString } from 'libphonenumber-js'
import type { CountryCode } from 'libphonenumber-js'
import { canonicalEmail } from '#connector'
import type { Address } from '#connector'

/** The kinds of address that a card can have. */
export const kinds = ['email', 'phone', 'xmpp'] as const

/** What a property of a card says how to reach somebody by; null: nothing that Kinbox writes to. Numbers without a prefix are of the region. */
export function addressOf(property: string, value: string, region: string | null): Address | null {
  const text = value.trim()
  if (property === 'email') {
    const address = canonicalEmail(text.replace(/^mailto:/i, ''))
    return address === null ? null : { kind: 'email', address }
  }
  if (property === 'tel') {
    const number = parsePhoneNumberFromString(text.replace(/^tel:/i, '').replace(/;ext=.*$/i, ''), region === null ? {} : { defaultCountry: region as CountryCode })
    return number?.isPossible() ? { kind: 'phone', address: number.number } : null
  }
  const jid = /^xmpp:([^\s/?@]{1,300}@[^\s/?@]{1,300})/i.exec(text)
  return jid ? { kind: 'xmpp', address: jid[1]!.toLowerCase() } : null
}

/** How an address is written in a card. */
export function propertyOf({ kind, address }: Address): { name: string, value: string } | null {
  if (kind === 'email') return { name: 'email', value: address }
  if (kind === 'phone') return { name: 'tel', value: address }
  return kind === 'xmpp' ? { name: 'impp', value: 'xmpp:' + address } : null
}
