import type { Contact, KnownAddress } from '../model/contact.ts'
import type { Decision } from '../model/decision.ts'
import type { IncomingMessage } from '../model/incoming.ts'
import type { Path } from '../model/path.ts'
import { streamOf } from '../model/stream.ts'
import type { StrandSpec } from '../model/strand.ts'
import { findAddress, getContact } from '../store/contacts.ts'
import type { Reader } from '../store/tx.ts'
import type { Unit } from './arrive.ts'
import { withSecret } from './answers.ts'
import { judge } from './identify.ts'
import type { Judged } from './identify.ts'
import { isOfList, signersOf } from './listed.ts'
import { looksOf } from './look-alikes.ts'
import { pathOf } from './paths.ts'
import { route } from './route.ts'
import type { Facts } from './route.ts'
import type { ReadyMessage } from './understand.ts'

/** What deciding needs of the transaction. It only reads. */
export type Asking = Pick<Unit, 'account' | 'own' | 'trust' | 'last'> & { tx: Reader }

/** Whom a message is from, as far as it is proven. `known` is its address, and `contact` whom that belongs to, believed or not. */
export type From = { sender: { address: string | null, shown: string }, known: KnownAddress | undefined, contact: Contact | undefined, proof: Judged, wroteAt: number | null, warnings: string[], namesake: string | null, signers: string[] }

/** `proof.level` and `enough` say what the sender's history makes of the proof. */
export function identify({ tx, account, own, trust, last }: Asking, { message, proof }: Pick<ReadyMessage, 'message' | 'proof'>, { at, history }: { at: number, history: boolean }): From {
  const { sender } = message
  const named = { address: sender.address, shown: sender.address ?? sender.name ?? sender.raw.slice(0, 200) }
  if (message.direction === 'out') return { sender: named, known: undefined, contact: undefined, proof: { level: 'verified', enough: true, evidence: [] }, wroteAt: null, warnings: [], namesake: null, signers: [] }
  const address = sender.address === null ? undefined : findAddress(tx, account.userId, { kind: sender.kind, address: sender.address })
  const contact = address && getContact(tx, account.userId, address.contactId)
  // Where nothing speaks for a sender, an answer could change nothing, and who is silent on purpose would keep us busy.
  const matters = () => address !== undefined || trust.sharing.length > 0 || trust.rule({ kind: sender.kind, address: sender.address, list: null }) !== null
  const wait = proof.temporary === true && !history && !last && sender.address !== null && matters()
  const strict = !history && (trust.verifiedOnly || contact?.verifiedOnly === true)
  const judged = judge(withSecret(tx, account.userId, message, proof), { verifiedAt: address?.verifiedAt ?? null, at, history, own: own.has(`${sender.kind}:${sender.address}`), wait, strict })
  const believed = judged.enough ? contact : undefined
  const { namesake, warnings } = looksOf(tx, account.userId, sender, believed, contact)
  return { sender: named, known: address, contact, proof: judged, wroteAt: address?.lastOutAt || null, warnings, namesake: namesake && namesake.id !== contact?.id ? namesake.name : null, signers: signersOf(message, { ...proof, level: judged.level }) }
}

/**
 * Where a message goes, and why. `folded`: it is of somebody blocked, among others; `standing` is then where those others are. Reads only what the ladder
 * asks for, each by an index, whatever the number of contacts and rules.
 */
export function decide(asking: Asking, message: IncomingMessage, from: From, spec: StrandSpec): { facts: Facts, decision: Decision, folded: boolean, standing: Decision } {
  const facts = factsOf(asking, message, from)
  const decision = route(facts)
  const folded = decision.blockedAt !== null && isAmongOthers(spec, facts)
  return { facts, decision, folded, standing: folded ? withoutThem(facts, decision) : decision }
}

/** All that the ladder asks. Who sent something on a list or by a machine is not looked for among the friends of friends. */
function factsOf({ tx, account, trust }: Asking, message: IncomingMessage, from: From): Facts {
  const { sender, direction, list, automatic, unreadable } = message
  const incoming = direction === 'in'
  const path: Path | null = incoming && !list && !from.contact?.friend && (!automatic || automatic === 'invitation') ? pathOf(tx, account.userId, trust, from.contact, sender) : null
  return {
    ...from, direction, list, automatic, unreadable, path, strict: trust.strict, version: trust.version, stream: incoming ? streamOf(message) : null,
    rule: incoming && automatic !== 'bounce' ? trust.rule({ kind: sender.kind, address: sender.address, list: list?.id ?? null }) : null,
    get listed() { return list !== undefined && isOfList(tx, account.userId, list.id, from.signers, this.rule) },
    get spam() { return incoming ? trust.spam({ subject: message.subject ?? null, text: message.text, address: sender.address }) : null }
  }
}

/** Somebody blocked speaks where others do: then only their messages are folded away. */
const isAmongOthers = ({ kind, key }: StrandSpec, { rule }: Facts) => kind === 'group' || key.startsWith('system:') || (kind === 'list' && rule?.scope !== 'list')

/** Where a group or list would be without what its blocked member has just written. */
function withoutThem(facts: Facts, { because }: Decision): Decision {
  return facts.list ? route({ ...facts, contact: undefined, rule: null }) : { folder: 'other', because, blockedAt: null, stream: facts.stream }
}
