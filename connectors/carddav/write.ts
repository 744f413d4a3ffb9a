import { createHash } from 'node:crypto'
import ICAL from 'ical.js'
import { ConnectorError, remoteId } from '#connector'
import type { Address, BookCard, CardChange, RemoteId } from '#connector'
import { addressOf, propertyOf } from './address.ts'
import { readCard } from './cards.ts'
import type { Wire } from './wire.ts'

type Written = { remoteId: RemoteId, version: string } | null

/** Makes one change in the book, by the version of the card that it is made to (RFC 6352 section 5.3, If-Match). All else that is in the card stays. */
export async function writeCard({ remoteId: place, version, base, card }: CardChange, { url, region, wire }: { url: string, region: string | null, wire: Wire }): Promise<Written> {
  if (place === undefined) return card && create(card, url, wire)
  const at = new URL(place, url).href
  if (card === null) {
    const answer = await wire.fetch(at, { method: 'DELETE', headers: version === undefined ? {} : { 'if-match': version } })
    if (answer.status === 412) throw changed()
    if (answer.ok || answer.status === 404 || answer.status === 410) return null
    throw refused(answer.status)
  }
  const now = await wire.fetch(at, { method: 'GET', headers: { accept: 'text/vcard' } })
  if (now.status === 404 || now.status === 410) return null
  if (!now.ok) throw refused(now.status)
  const text = await now.text()
  const etag = now.headers.get('etag')
  if (etag !== null && version !== undefined && etag !== version) throw changed()
  const component = parsed(text)
  apply(component, base, card, region)
  return put(at, component.toString(), { 'if-match': etag ?? version ?? '*' }, wire)
}

/** Its name comes from what it is, so that doing it again finds what the first time made. */
async function create(card: BookCard, url: string, wire: Wire): Promise<Written> {
  const { uid, text } = newCard(card)
  const at = new URL(`${uid}.vcf`, url).href
  return await put(at, text, { 'if-none-match': '*' }, wire).catch(async (error: unknown) => {
    if (!(error instanceof ConnectorError) || error.code !== 'changed') throw error
    const version = await etagAt(at, wire)
    return { remoteId: remoteId(new URL(at).pathname), version }
  })
}

/** A card of version 3.0, which every address book reads. */
export function newCard(card: BookCard): { uid: string, text: string } {
  const uid = createHash('sha256').update(JSON.stringify(card.addresses)).digest('hex').slice(0, 32)
  const component = new ICAL.Component('vcard')
  component.addPropertyWithValue('version', '3.0')
  component.addPropertyWithValue('prodid', '-//Kinbox//Kinbox//EN')
  component.addPropertyWithValue('uid', uid)
  apply(component, null, card, null)
  return { uid, text: component.toString() + '\r\n' }
}

function apply(component: ICAL.Component, base: BookCard | null, card: BookCard, region: string | null): void {
  if (base?.name !== card.name) {
    component.updatePropertyWithValue('fn', card.name)
    const words = card.name.split(' ')
    const family = words.length > 1 ? words.pop()! : ''
    component.removeAllProperties('n')
    const name = new ICAL.Property(['n', {}, 'text', [family, words.join(' '), '', '', '']] as unknown as ConstructorParameters<typeof ICAL.Property>[0], component)
    component.addProperty(name)
  }
  if ((base?.notes ?? null) !== card.notes) {
    component.removeAllProperties('note')
    if (card.notes) component.addPropertyWithValue('note', card.notes)
  }
  const has = (all: readonly Address[] | undefined, { kind, address }: Address) => all?.some((one) => one.kind === kind && one.address === address) === true
  const there: Address[] = []
  for (const property of component.getAllProperties()) {
    const bare = property.name.replace(/^.*\./, '')
    if (!['email', 'tel', 'impp'].includes(bare)) continue
    const address = addressOf(bare, String(property.getFirstValue() ?? ''), region)
    if (!address) continue
    if (has(base?.addresses, address) && !has(card.addresses, address)) component.removeProperty(property)
    else there.push(address)
  }
  for (const address of card.addresses) {
    const property = has(there, address) ? null : propertyOf(address)
    if (property) component.addPropertyWithValue(property.name, property.value)
  }
}

async function put(at: string, text: string, condition: Record<string, string>, wire: Wire): Promise<Written> {
  const answer = await wire.fetch(at, { method: 'PUT', headers: { 'content-type': 'text/vcard; charset=utf-8', ...condition }, body: text })
  if (answer.status === 412 || answer.status === 409) throw changed()
  if (!answer.ok) throw refused(answer.status)
  // A server that stores something else than was sent names no version (RFC 9110 section 9.3.4).
  return { remoteId: remoteId(new URL(at).pathname), version: answer.headers.get('etag') ?? await etagAt(at, wire) }
}

async function etagAt(at: string, wire: Wire): Promise<string> {
  return (await wire.fetch(at, { method: 'GET' })).headers.get('etag') ?? ''
}

function parsed(text: string): ICAL.Component {
  try {
    return readCard(text.replace(/\r\n/g, '\n'))
  } catch {
    throw new ConnectorError('unreadable-card', 'This card of the address book cannot be read, so it is not changed.', { retry: 'never' })
  }
}

const changed = () => new ConnectorError('changed', 'The card was changed in the address book meanwhile. Both changes are joined.', { retry: 'later' })
const refused = (status: number) => new ConnectorError('refused', `The address book does not take this change (${status}). It may be read-only.`, { retry: 'never' })
