import { addressSkeleton, domainSkeleton, isOneApart, nameSkeleton, neighbourhood } from '../model/look-alike.ts'
import { domainOf } from '../model/address.ts'
import type { Reader, Writer } from './tx.ts'

export type Friend = { id: number, name: string }

/** Keeps what a contact's name, addresses and domains look like as long as they are a friend: each is found by its skeleton, whatever the number of friends. */
export function noteLook(tx: Writer, contactId: number): void {
  const contact = tx.get<{ userId: number, name: string, friend: number, redirectTo: number | null }>('SELECT user_id AS userId, name, friend, redirect_to AS redirectTo FROM contact WHERE id = ?', contactId)
  tx.run('DELETE FROM likeness WHERE contact_id = ?', contactId)
  if (!contact || contact.friend === 0 || contact.redirectTo !== null) return
  const { userId, name } = contact
  const note = (form: string) => tx.run('INSERT INTO likeness (user_id, form, contact_id) VALUES (?, ?, ?) ON CONFLICT DO NOTHING', userId, form, contactId)
  if (nameSkeleton(name) !== '') note('name:' + nameSkeleton(name))
  for (const { address } of tx.all<{ address: string }>("SELECT address FROM address WHERE contact_id = ? AND instr(address, '@') > 0", contactId)) {
    const domain = domainOf(address)
    note('address:' + addressSkeleton(address))
    note('domain:' + domain)
    for (const form of neighbourhood(domainSkeleton(domain))) tx.run('INSERT INTO near_domain (user_id, form, domain) VALUES (?, ?, ?) ON CONFLICT DO NOTHING', userId, form, domain)
  }
}

/** The domains of these addresses are not looked out for any more, as far as no friend is there. */
export function forgetDomains(tx: Writer, userId: number, addresses: readonly string[]): void {
  for (const domain of new Set(addresses.filter((address) => address.includes('@')).map(domainOf))) {
    if (tx.get('SELECT 1 FROM likeness WHERE user_id = ? AND form = ? LIMIT 1', userId, 'domain:' + domain)) continue
    for (const form of neighbourhood(domainSkeleton(domain))) tx.run('DELETE FROM near_domain WHERE user_id = ? AND form = ? AND domain = ?', userId, form, domain)
  }
}

/** Rises when what looks alike is seen in another way. */
const version = '1'

/** Sees all friends anew, once after an update that sees them in another way. */
export function renewLooks(tx: Writer): void {
  if (tx.get<{ value: string }>("SELECT value FROM meta WHERE key = 'likeness'")?.value === version) return
  tx.run('DELETE FROM near_domain')
  for (const { id } of tx.all<{ id: number }>('SELECT id FROM contact WHERE friend = 1')) noteLook(tx, id)
  tx.run("INSERT INTO meta (key, value) VALUES ('likeness', ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value", version)
}

/** Whether there is any friend to look like. */
export function hasLooks(tx: Reader, userId: number): boolean {
  return tx.get('SELECT 1 FROM likeness WHERE user_id = ? LIMIT 1', userId) !== undefined
}

/** The friend whose name looks like this one. */
export function friendNamedLike(tx: Reader, userId: number, name: string): Friend | undefined {
  const bones = nameSkeleton(name)
  return bones === '' ? undefined : friendOf(tx, userId, 'name:' + bones)
}

/** The same from all friends' names read at once, for whoever asks about thousands. */
export function friendsAtHand(tx: Reader, userId: number): (name: string) => Friend | undefined {
  const all = new Map<string, Friend>()
  const rows = tx.all<Friend & { form: string }>("SELECT l.form, c.id, c.name FROM likeness l JOIN contact c ON c.id = l.contact_id WHERE l.user_id = ? AND l.form >= 'name:' AND l.form < 'name;' ORDER BY l.form, l.contact_id", userId)
  for (const { form, id, name } of rows) if (!all.has(form)) all.set(form, { id, name })
  return (name) => {
    const bones = all.size === 0 ? '' : nameSkeleton(name)
    return bones === '' ? undefined : all.get('name:' + bones)
  }
}

/** The friend one of whose addresses looks like this one. */
export function friendAddressedLike(tx: Reader, userId: number, address: string): Friend | undefined {
  return friendOf(tx, userId, 'address:' + addressSkeleton(address))
}

/** The domain of a friend that this one looks like, or is one letter away from; undefined where it is itself the domain of a friend. */
export function domainLike(tx: Reader, userId: number, domain: string): { domain: string, friend: Friend } | undefined {
  if (friendOf(tx, userId, 'domain:' + domain)) return undefined
  const bones = domainSkeleton(domain)
  for (const other of domainsNear(tx, userId, neighbourhood(bones))) {
    const friend = isOneApart(bones, domainSkeleton(other)) ? friendOf(tx, userId, 'domain:' + other) : undefined
    if (friend) return { domain: other, friend }
  }
  return undefined
}

/** A statement for each so many forms: what is over is filled with the last. */
function domainsNear(tx: Reader, userId: number, forms: string[]): string[] {
  const places = Math.ceil(forms.length / 16) * 16
  const rows = tx.all<{ domain: string }>(`SELECT domain FROM near_domain WHERE user_id = ? AND form IN (?${', ?'.repeat(places - 1)}) LIMIT 400`, userId, ...forms, ...Array.from({ length: places - forms.length }, () => forms.at(-1)!))
  return rows.length === 0 ? [] : [...new Set(rows.map(({ domain }) => domain))].sort().slice(0, 20)
}

/** In the index's own order, so that nothing is sorted: it is asked several times for each message. */
function friendOf(tx: Reader, userId: number, form: string): Friend | undefined {
  return tx.get<Friend>('SELECT c.id, c.name FROM likeness l JOIN contact c ON c.id = l.contact_id WHERE l.user_id = ? AND l.form = ? ORDER BY l.contact_id LIMIT 1', userId, form)
}
