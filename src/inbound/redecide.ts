import type { Contact, KnownAddress } from '../model/contact.ts'
import type { Conversation } from '../model/conversation.ts'
import type { Decision } from '../model/decision.ts'
import type { Path } from '../model/path.ts'
import type { ProofLevel } from '../model/proof.ts'
import { listIdOf, streamOfMessage, writersIn, wroteIn } from '../store/affected.ts'
import { addressesOf, findAddress, getAddress, getContact } from '../store/contacts.ts'
import { friendNamedLike } from '../store/look-alikes.ts'
import type { Friend } from '../store/look-alikes.ts'
import { newestIncoming } from '../store/messages.ts'
import { signersOfMessage } from '../store/lists.ts'
import type { Newest, PartyRow } from '../store/parties.ts'
import { pathsTo } from '../store/paths.ts'
import type { Reader } from '../store/tx.ts'
import { isOfList } from './listed.ts'
import { route } from './route.ts'
import type { Facts } from './route.ts'
import type { Trust } from './trust.ts'

/** Who vouches for somebody, and which friend bears a name like this: asked on the last rungs only. */
export type Kin = { pathTo(contactId: number): Path | null, namedLike(name: string): Friend | undefined }

/**
 * Where a conversation belongs now, by its newest message; null: it stays, since no rung speaks of it (a room), or the user has put it
 * where it is. What the user moved is hidden all the same when whom it is with is blocked, and shown again. Writes nothing.
 */
export function redecide(tx: Reader, userId: number, trust: Trust, conversation: Conversation): Decision | null {
  return settled(conversation, conversation.people.length > 0 ? ofGroup(tx, userId, trust, conversation) : ofOne(tx, userId, trust, conversation, partyOf(tx, userId, conversation), kinIn(tx, userId)))
}

/** The same for one that many were read together with; undefined: it has to be looked at alone. */
export function redecideParty(tx: Reader, userId: number, trust: Trust, { conversation, newest, contact, wroteAt }: PartyRow, kin: Kin): Decision | null | undefined {
  const { contactId, kind, people } = conversation
  if (people.length > 0 || kind === 'list' || !newest || (contactId !== null && !contact)) return undefined
  const party = contact ? { newest, sender: newest.sender, contact, wroteAt } : strangerOf(tx, userId, newest, newest.sender)
  return settled(conversation, ofOne(tx, userId, trust, conversation, party, kin))
}

function settled({ routed, because, folder, stream, blockedAt }: PartyRow['conversation'], decision: Decision | null): Decision | null {
  if (!decision || !routed) return decision
  if (because.rule === 'blocked' || decision.blockedAt === blockedAt) return null
  return { folder, because, stream, blockedAt: decision.blockedAt }
}

type Owner = Pick<Contact, 'id' | 'name' | 'friend' | 'blocked' | 'blockedAt'>
type Party = { newest: Newest | null, sender: { kind: string, address: string | null, name?: string | null }, contact: Owner | undefined, wroteAt: number | null }

/** Whom a conversation is with; null: nobody can tell. */
function partyOf(tx: Reader, userId: number, { id, kind, contactId }: Conversation): Party | null {
  const last = newestIncoming(tx, id)
  if (contactId === null && (!last || kind === 'group')) return null
  const newest = last ? { ...last, stream: streamOfMessage(tx, last.id) } : null
  if (contactId === null) return strangerOf(tx, userId, newest!, newest!.sender)
  const contact = getContact(tx, userId, contactId)
  const addresses = addressesOf(tx, contactId)
  return contact ? { newest, sender: newest?.sender ?? { kind: addresses[0]?.kind ?? '', address: addresses[0]?.address ?? null }, contact, wroteAt: wroteTo(addresses) } : null
}

/** Of a conversation that is nobody's (what machines send, what is not proven): whose address it bears. */
function strangerOf(tx: Reader, userId: number, newest: Newest, sender: Newest['sender']): Party {
  const known = sender.address === null ? undefined : findAddress(tx, userId, { kind: sender.kind, address: sender.address })
  return { newest, sender, contact: known && getContact(tx, userId, known.contactId), wroteAt: wroteTo(known ? [known] : []) }
}

const kinIn = (tx: Reader, userId: number): Kin => ({ pathTo: (contactId) => pathsTo(tx, contactId)[0] ?? null, namedLike: (name) => friendNamedLike(tx, userId, name) })

function ofOne(tx: Reader, userId: number, trust: Trust, { id, kind, contactId, title }: PartyRow['conversation'], party: Party | null, kin: Kin): Decision | null {
  if (!party || (contactId === null && kind === 'group')) return null
  const { newest, sender, contact, wroteAt } = party
  const listId = kind === 'list' ? listIdOf(tx, id) : null
  const enough = contactId !== null || newest?.senderId != null
  if (newest?.automatic === 'bounce' || (kind === 'system' && !enough)) return null
  const machine = newest?.automatic || kind === 'list'
  const decision = route(factsOf(trust, kin, {
    contact, sender, shown: sender.address ?? sender.name ?? title, level: newest?.proof ?? 'weak', enough, listId, title, wroteAt,
    listed: () => listId !== null && isOfList(tx, userId, listId, signersOfMessage(tx, newestIncoming(tx, id)!.id), trust.rule({ kind: '', address: null, list: listId })),
    automatic: kind === 'list' ? 'list' : newest?.automatic ?? undefined, stream: machine ? newest!.stream : null, spam: !machine && newest?.stream === 'spam' ? newest.because?.evidence ?? null : null
  }))
  // A blocked writer is folded in a list; only the list itself can be hidden.
  return kind === 'list' && decision.blockedAt !== null && trust.rule({ kind: '', address: null, list: listId })?.action !== 'block' ? null : decision
}

/** A group is where the best known of those who have written in it brings it. Who is blocked brings it nowhere. */
function ofGroup(tx: Reader, userId: number, trust: Trust, { id, because, stream }: Conversation): Decision | null {
  if (wroteIn(tx, id)) return { folder: 'inbox', because: because.rule === 'you-wrote-first' ? because : { rule: 'you-wrote-first', text: 'You have written to this group.', evidence: [] }, blockedAt: null, stream: null }
  const kin = kinIn(tx, userId)
  let found: Decision | null = null
  for (const { addressId, proof } of writersIn(tx, id)) {
    const known = getAddress(tx, addressId)!
    const contact = getContact(tx, userId, known.contactId)
    const decision = route(factsOf(trust, kin, { contact, sender: known, shown: known.address, level: proof, enough: true, listId: null, title: '', automatic: undefined, wroteAt: wroteTo([known]), stream: null }))
    const here: Decision = { ...decision, blockedAt: null }
    if (here.folder === 'inbox') return here
    if (!found || found.because.rule === 'blocked') found = here
  }
  return found && { ...found, stream: found.stream ?? stream }
}

const wroteTo = (addresses: KnownAddress[]) => addresses.reduce<number | null>((latest, { lastOutAt }) => lastOutAt ? Math.max(latest ?? 0, lastOutAt) : latest, null)

type Known = Pick<Facts, 'automatic' | 'wroteAt' | 'stream' | 'spam'> & {
  contact: Owner | undefined, sender: { kind: string, address: string | null, name?: string | null }, shown: string, level: ProofLevel, enough: boolean, listId: string | null, title: string, listed?(): boolean
}

/** What the ladder asks. Most are decided on its first rungs, so what only the last ones ask is looked up when they do. */
function factsOf(trust: Trust, kin: Kin, { contact, sender, shown, level, enough, listId, title, automatic, wroteAt, stream, spam = null, listed = () => false }: Known): Facts {
  return {
    direction: 'in', unreadable: undefined, contact, automatic, wroteAt, stream, spam, strict: trust.strict, version: trust.version,
    sender: { address: sender.address, shown }, proof: { level, enough, evidence: [] }, list: listId === null ? undefined : { id: listId, name: title },
    rule: trust.rule({ kind: sender.kind, address: sender.address, list: listId }),
    get listed() {
      return listed()
    },
    get path() {
      return contact && !contact.friend && listId === null ? kin.pathTo(contact.id) : null
    },
    get namesake() {
      const found = sender.name ? kin.namedLike(sender.name) : undefined
      return found && found.id !== contact?.id ? found.name : null
    }
  }
}
