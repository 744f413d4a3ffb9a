import ICAL from 'ical.js'
import { canonicalEmail } from '#connector'
import type { Address, ContactCard } from '#connector'
import { oneLine, shownName } from './words.ts'

const MOST = 10

/** The people of a vCard file (RFC 6350, also 2.1 and 3.0 as far as they are alike): those with a name and an address. Throws over what is no vCard. */
export function readContacts(text: string): ContactCard[] {
  return text.split(/^(?=BEGIN:VCARD)/mi).filter((one) => /^BEGIN:VCARD/i.test(one)).slice(0, MOST).flatMap(contact)
}

function contact(text: string): ContactCard[] {
  const card = new ICAL.Component(ICAL.parse(modern(text)) as unknown[])
  const said = (name: string): string => {
    const value: unknown = card.getFirstPropertyValue(name)
    return typeof value === 'string' ? value : Array.isArray(value) ? value.flat().filter((part) => typeof part === 'string' && part !== '').join(' ') : ''
  }
  const addresses: Address[] = []
  for (const property of card.getAllProperties()) {
    const value = String(property.getFirstValue() ?? '').trim()
    const email = property.name === 'email' ? canonicalEmail(value.replace(/^mailto:/i, '')) : null
    const phone = property.name === 'tel' ? phoneOf(value) : null
    if (email !== null) addresses.push({ kind: 'email', address: email })
    if (phone !== null) addresses.push({ kind: 'phone', address: phone })
  }
  const name = shownName(said('fn') || said('n').trim() || addresses[0]?.address || '')
  const organization = oneLine(said('org'), 200)
  const unique = addresses.filter((one, at) => addresses.findIndex(({ kind, address }) => kind === one.kind && address === one.address) === at).slice(0, 20)
  return name === '' ? [] : [{ type: 'contact', name, ...(organization && { organization }), addresses: unique }]
}

/** An international number as it is called everywhere; null for one that needs a country. */
function phoneOf(value: string): string | null {
  const digits = value.replace(/^tel:/i, '').replace(/;.*$/, '').replace(/[\s().\/-]/g, '').replace(/^00/, '+')
  return /^\+[1-9]\d{6,14}$/.test(digits) ? digits : null
}

/** vCard 2.1 writes types without a name (`TEL;CELL:`), and folds quoted-printable by `=`. */
function modern(text: string): string {
  const lines = text.replace(/\r\n?/g, '\n').replace(/=\n(?=\S)/g, '').replace(/\n[ \t]/g, '').split('\n').slice(0, 500)
  return lines.map((line) => {
    const head = /^((?:[A-Za-z0-9-]+\.)?[A-Za-z0-9-]+)((?:;[^:;]*)*):(.*)$/s.exec(line)
    if (!head) return line
    const params = head[2]!.split(';').slice(1)
    if (params.every((one) => one.includes('=')) && !params.some((one) => /quoted-printable/i.test(one))) return line
    const quoted = params.some((one) => /quoted-printable/i.test(one))
    const value = quoted ? Buffer.from(head[3]!.replace(/=([0-9A-F]{2})/gi, (_, hex: string) => String.fromCharCode(parseInt(hex, 16))), 'latin1').toString('utf8') : head[3]!
    return `${head[1]}${params.filter((one) => /^type=/i.test(one)).map((one) => ';' + one).join('')}:${value}`
  }).filter((line) => !/^PHOTO|^LOGO|^SOUND|^KEY/i.test(line)).join('\r\n')
}
