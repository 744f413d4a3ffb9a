import type { Reader } from '../store/tx.ts'
import { addressesOf, getContact } from '../store/contacts.ts'
import { areApart, knownByName, sharedBy } from '../store/suggestions.ts'
import type { Known } from '../store/suggestions.ts'

/** Two contacts that may be one person, the older one first, and what speaks for it in sentences. */
export type Suggestion = { one: number, other: number, evidence: string[] }

/** More namesakes than this are a common name, not one person. */
const mostNamesakes = 10

/**
 * Contacts that may be one person, in the order of their ids, after a pair. The name must be the same, and the user must know
 * both: what a stranger calls himself is no reason to put him beside a friend. A name of a single word wants a group or a
 * thread in common besides. Nothing is merged: that is the user's act.
 */
export function suggestions(tx: Reader, userId: number, { after, limit }: { after: [number, number] | null, limit: number }): Suggestion[] {
  const byName = new Map<string, Known[]>()
  for (const contact of knownByName(tx, userId)) {
    const key = nameKey(contact.name)
    if (key !== '') byName.set(key, [...byName.get(key) ?? [], contact])
  }
  const pairs = [...byName].filter(([, { length }]) => length > 1 && length <= mostNamesakes)
    .flatMap(([key, all]) => all.flatMap((one, i) => all.slice(i + 1).map((other) => ({ key, one, other }))))
    .filter(({ one, other }) => after === null || one.id > after[0] || (one.id === after[0] && other.id > after[1]))
    .sort((a, b) => a.one.id - b.one.id || a.other.id - b.other.id)
  const found: Suggestion[] = []
  for (const { key, one, other } of pairs) {
    if (found.length === limit) break
    if (areApart(tx, userId, one.id, other.id)) continue
    const { people, topics } = sharedBy(tx, one.id, other.id)
    if (!key.includes(' ') && people.length === 0 && topics.length === 0) continue
    found.push({
      one: one.id, other: other.id,
      evidence: [
        `Both are called ${other.name}: ${addressIn(tx, one)} and ${addressIn(tx, other)}.`,
        ...people.map((id) => `Both are in a group with ${getContact(tx, userId, id)?.name || addressIn(tx, { id })}.`),
        ...topics.map((subject) => `Both take part in "${subject}".`),
        'You know both: each is a friend, or you have written to them.'
      ]
    })
  }
  return found
}

/** One form for each name: "Example, Alice" and "alice  example" are the same. */
function nameKey(name: string): string {
  const [last, first, more] = name.normalize('NFKC').toLowerCase().replace(/["'()]/g, '').split(',').map((part) => part.trim())
  const whole = first && more === undefined ? `${first} ${last}` : last ?? ''
  // An address as a name says nothing that the address does not.
  return whole.includes('@') ? '' : whole.replace(/\s+/g, ' ')
}

const addressIn = (tx: Reader, { id }: { id: number }): string => addressesOf(tx, id)[0]?.address ?? ''
