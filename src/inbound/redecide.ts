import type { Contact, KnownAddress } from '../model/contact.ts'
import type { Conversation } from '../model/conversation.ts'
import type { Decision } from '../model/decision.ts'
import type { Path } from '../model/path.ts'
import type { ProofLevel } from '../model/proof.ts'
import { listIdOf, streamOfMessage, writersIn, wroteIn } from '../store/affected.ts'
import { addressesOf, findAddress, friendNamed, getAddress, getContact } from '../store/contacts.ts'
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
  const known = sender.address === null ? undefined : findAddress(tx, userId, { kind: sender.kind, address: sender.address })
  const listId = kind === 'list' ? listIdOf(tx, conversation.id) : null
  const enough = contactId !== null || (last !== undefined && last.senderId !== null)
  if (last?.automatic === 'bounce' || (kind === 'system' && !enough)) return null
  const contact = owner ?? (known && getContact(tx, userId, known.contactId))
  const decision = route({
    ...asked(tx, userId, trust, { contact, sender, level: last?.proof ?? 'weak', enough, listId }),
    sender: { address: sender.address, shown: sender.address ?? sender.name ?? conversation.title },
    list: listId === null ? undefined : { id: listId, name: conversation.title }, automatic: kind === 'list' ? 'list' : last?.automatic ?? undefined,
    wroteAt: wroteTo(contactId === null ? known ? [known] : [] : addresses), stream: last ? streamOfMessage(tx, last.id) : null
  })
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
    const decision = route({
      ...asked(tx, userId, trust, { contact, sender: known, level: proof, enough: true, listId: null }),
      sender: { address: known.address, shown: known.address }, list: undefined, automatic: undefined, wroteAt: wroteTo([known]), stream: null
    })
    const here: Decision = { ...decision, blockedAt: null }
    if (here.folder === 'inbox') return here
    if (!found || found.because.rule === 'blocked') found = here
  }
  return found && { ...found, stream: found.stream ?? stream }
}

const wroteTo = (addresses: KnownAddress[]) => addresses.reduce<number | null>((latest, { lastOutAt }) => lastOutAt ? Math.max(latest ?? 0, lastOutAt) : latest, null)

type Sender = { kind: string, address: string | null, name?: string | null }

function asked(tx: Reader, userId: number, trust: Trust, { contact, sender, level, enough, listId }: { contact: Contact | undefined, sender: Sender, level: ProofLevel, enough: boolean, listId: string | null }): Omit<Facts, 'sender' | 'list' | 'automatic' | 'wroteAt' | 'stream'> {
  const path: Path | null = contact && !contact.friend && listId === null ? pathsTo(tx, contact.id)[0] ?? null : null
  const namesake = sender.name ? friendNamed(tx, userId, sender.name) : undefined
  return {
    direction: 'in', unreadable: undefined, contact, proof: { level, enough, evidence: [] }, path, strict: trust.strict, version: trust.version,
    namesake: namesake && namesake.id !== contact?.id ? namesake.name : null, rule: trust.rule({ kind: sender.kind, address: sender.address, list: listId })
  }
}
