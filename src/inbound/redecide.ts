import type { Contact, KnownAddress } from '../model/contact.ts'
import type { Conversation } from '../model/conversation.ts'
import type { Decision } from '../model/decision.ts'
import type { ProofLevel } from '../model/proof.ts'
import { listIdOf, streamOfMessage, writersIn, wroteIn } from '../store/affected.ts'
import { addressesOf, findAddress, getAddress, getContact } from '../store/contacts.ts'
import { friendNamedLike } from '../store/look-alikes.ts'
import { newestIncoming } from '../store/messages.ts'
import { pathsTo } from '../store/paths.ts'
import type { Reader } from '../store/tx.ts'
import { route } from './route.ts'
import type { Facts } from './route.ts'
import type { Trust } from './trust.ts'

/**
 * Where a conversation belongs now, by its newest message; null: it stays, since no rung speaks of it (a room), or the user has put it
 * where it is. What the user moved is hidden all the same when whom it is with is blocked, and shown again. Writes nothing.
 */
export function redecide(tx: Reader, userId: number, trust: Trust, conversation: Conversation): Decision | null {
  const { routed, because, folder, stream, blockedAt } = conversation
  const decision = conversation.people.length > 0 ? ofGroup(tx, userId, trust, conversation) : ofOne(tx, userId, trust, conversation)
  if (!decision || !routed) return decision
  if (because.rule === 'blocked' || decision.blockedAt === blockedAt) return null
  return { folder, because, stream, blockedAt: decision.blockedAt }
}

function ofOne(tx: Reader, userId: number, trust: Trust, conversation: Conversation): Decision | null {
  const { contactId, kind } = conversation
  const last = newestIncoming(tx, conversation.id)
  if (contactId === null && (!last || kind === 'group')) return null
  const owner = contactId === null ? undefined : getContact(tx, userId, contactId)
  if (contactId !== null && !owner) return null
  const addresses = contactId === null ? [] : addressesOf(tx, contactId)
  const sender = last?.sender ?? { kind: addresses[0]?.kind ?? '', address: addresses[0]?.address ?? null, raw: '' }
  const known = sender.address === null ? undefined : addresses.find(({ kind, address }) => kind === sender.kind && address === sender.address) ?? (owner ? undefined : findAddress(tx, userId, { kind: sender.kind, address: sender.address }))
  const listId = kind === 'list' ? listIdOf(tx, conversation.id) : null
  const enough = contactId !== null || (last !== undefined && last.senderId !== null)
  if (last?.automatic === 'bounce' || (kind === 'system' && !enough)) return null
  const contact = owner ?? (known && getContact(tx, userId, known.contactId))
  const decision = route(factsOf(tx, userId, trust, {
    contact, sender, shown: sender.address ?? sender.name ?? conversation.title, level: last?.proof ?? 'weak', enough, listId, title: conversation.title,
    automatic: kind === 'list' ? 'list' : last?.automatic ?? undefined, wroteAt: wroteTo(contactId === null ? known ? [known] : [] : addresses), stream: last?.automatic || kind === 'list' ? streamOfMessage(tx, last!.id) : null, spam: last && !last.automatic && streamOfMessage(tx, last.id) === 'spam' ? last.because.evidence : null
  }))
  // A blocked writer is folded in a list; only the list itself can be hidden.
  return kind === 'list' && decision.blockedAt !== null && trust.rule({ kind: '', address: null, list: listId })?.action !== 'block' ? null : decision
}

/** A group is where the best known of those who have written in it brings it. Who is blocked brings it nowhere. */
function ofGroup(tx: Reader, userId: number, trust: Trust, { id, because, stream }: Conversation): Decision | null {
  if (wroteIn(tx, id)) return { folder: 'inbox', because: because.rule === 'you-wrote-first' ? because : { rule: 'you-wrote-first', text: 'You have written to this group.', evidence: [] }, blockedAt: null, stream: null }
  let found: Decision | null = null
  for (const { addressId, proof } of writersIn(tx, id)) {
    const known = getAddress(tx, addressId)!
    const contact = getContact(tx, userId, known.contactId)
    const decision = route(factsOf(tx, userId, trust, { contact, sender: known, shown: known.address, level: proof, enough: true, listId: null, title: '', automatic: undefined, wroteAt: wroteTo([known]), stream: null }))
    const here: Decision = { ...decision, blockedAt: null }
    if (here.folder === 'inbox') return here
    if (!found || found.because.rule === 'blocked') found = here
  }
  return found && { ...found, stream: found.stream ?? stream }
}

const wroteTo = (addresses: KnownAddress[]) => addresses.reduce<number | null>((latest, { lastOutAt }) => lastOutAt ? Math.max(latest ?? 0, lastOutAt) : latest, null)

type Known = Pick<Facts, 'contact' | 'automatic' | 'wroteAt' | 'stream' | 'spam'> & {
  contact: Contact | undefined, sender: { kind: string, address: string | null, name?: string | null }, shown: string, level: ProofLevel, enough: boolean, listId: string | null, title: string
}

/** What the ladder asks. Most are decided on its first rungs, so what only the last ones ask is looked up when they do. */
function factsOf(tx: Reader, userId: number, trust: Trust, { contact, sender, shown, level, enough, listId, title, automatic, wroteAt, stream, spam = null }: Known): Facts {
  return {
    direction: 'in', unreadable: undefined, contact, automatic, wroteAt, stream, spam, strict: trust.strict, version: trust.version,
    sender: { address: sender.address, shown }, proof: { level, enough, evidence: [] }, list: listId === null ? undefined : { id: listId, name: title },
    rule: trust.rule({ kind: sender.kind, address: sender.address, list: listId }),
    get path() {
      return contact && !contact.friend && listId === null ? pathsTo(tx, contact.id)[0] ?? null : null
    },
    get namesake() {
      const found = sender.name ? friendNamedLike(tx, userId, sender.name) : undefined
      return found && found.id !== contact?.id ? found.name : null
    }
  }
}
