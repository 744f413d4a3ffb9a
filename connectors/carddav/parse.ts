import type ICAL from 'ical.js'
import type { Address, Context, Incoming, IncomingContact } from '#connector'
import { addressOf } from './address.ts'
import { cardsIn, readCard } from './cards.ts'

/** A larger picture is left out. */
const photoBytes = 256 * 1024

/** The people in a file of cards, in its order. What is in it and cannot be taken says why. */
export async function parse(raw: Uint8Array, { region }: Pick<Context, 'region'>): Promise<Incoming[]> {
  const cards = cardsIn(decoded(raw))
  if (cards.length === 0) throw new Error('There is no card in this file: it has no line BEGIN:VCARD.')
  return cards.map((text, i): IncomingContact => {
    try {
      return personOf(readCard(text), region, i)
    } catch (error) {
      return { type: 'contact', name: /^FN[^:\n]*:(.{1,200})/im.exec(text)?.[1]?.trim() ?? `Card ${i + 1}`, addresses: [], unreadable: `It could not be read: ${(error as Error).message.slice(0, 200)}` }
    }
  })
}

function personOf(card: ICAL.Component, region: string | null, place: number): IncomingContact {
  const texts = (name: string) => card.getAllProperties(name).flatMap((property) => property.getValues().filter((value): value is string => typeof value === 'string').map((value) => value.trim()))
  const addresses: Address[] = []
  for (const property of card.getAllProperties().filter(({ name }) => ['email', 'tel', 'impp'].includes(bare(name)))) {
    const address = addressOf(bare(property.name), String(property.getFirstValue() ?? ''), region)
    if (address && !addresses.some((one) => one.kind === address.kind && one.address === address.address)) addresses.push(address)
  }
  const name = (texts('fn')[0] || structured(card) || texts('nickname')[0] || texts('org')[0] || addresses[0]?.address || `Card ${place + 1}`).replace(/\s+/g, ' ').slice(0, 200)
  const notes = texts('note').filter((text) => text !== '').join('\n\n').slice(0, 20_000)
  const groups = texts('categories').slice(0, 50)
  const shared = { type: 'contact' as const, name, ...(notes ? { notes } : {}), ...(groups.length ? { groups } : {}), ...photoOf(card) }
  if (texts('kind')[0]?.toLowerCase() === 'group' || texts('x-addressbookserver-kind')[0]?.toLowerCase() === 'group') return { ...shared, addresses: [], unreadable: 'It is a group, and no person.' }
  if (addresses.length === 0) return { ...shared, addresses, unreadable: 'It has no mail address, no whole phone number and no chat address.' }
  return { ...shared, addresses: addresses.slice(0, 50) }
}

/** `item1.EMAIL`, as Apple writes it. */
const bare = (name: string): string => name.replace(/^.*\./, '')

/** RFC 6350 section 6.2.2: family; given; additional; prefix; suffix. */
function structured(card: ICAL.Component): string {
  const value: unknown = card.getFirstPropertyValue('n')
  const [family = '', given = '', additional = ''] = (Array.isArray(value) ? value : typeof value === 'string' ? value.split(';') : []).map(String)
  return [given, additional, family].filter((part) => part.trim() !== '').join(' ')
}

function photoOf(card: ICAL.Component): Pick<IncomingContact, 'photo'> {
  const value: unknown = card.getFirstPropertyValue('photo')
  const text = typeof value === 'object' && value !== null && 'value' in value ? String(value.value) : String(value ?? '')
  const base64 = text.replace(/^data:[^,]*;base64,/i, '').replace(/\s/g, '')
  // What only has a link to somewhere else would tell that place who looks.
  if (base64 === '' || /^[a-z]+:\/\//i.test(text) || base64.length > photoBytes * 4 / 3) return {}
  const content = new Uint8Array(Buffer.from(base64, 'base64'))
  const contentType = pictureType(content)
  return contentType === null ? {} : { photo: { contentType, content } }
}

function pictureType(bytes: Uint8Array): string | null {
  const head = Buffer.from(bytes.subarray(0, 12)).toString('latin1')
  if (head.startsWith('\xff\xd8\xff')) return 'image/jpeg'
  if (head.startsWith('\x89PNG')) return 'image/png'
  if (head.startsWith('GIF8')) return 'image/gif'
  return head.startsWith('RIFF') && head.endsWith('WEBP') ? 'image/webp' : null
}

function decoded(raw: Uint8Array): string {
  if (raw[0] === 0xff && raw[1] === 0xfe) return new TextDecoder('utf-16le').decode(raw)
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(raw)
  } catch {
    return new TextDecoder('windows-1252').decode(raw)
  }
}
