import type { Automatic } from '../model/incoming.ts'
import type { Because, Decision } from '../model/decision.ts'
import type { Judged } from './identify.ts'

/** All that routing looks at. `contact` is whom the address belongs to, believed or not. Times in ms; null: never. */
export type Facts = {
  direction: 'in' | 'out'
  list: { id: string, name?: string } | undefined
  automatic: Automatic | undefined
  unreadable: string | undefined
  sender: { address: string | null, shown: string }
  contact: { name: string, friend: boolean } | undefined
  proof: Judged
  /** When the user last wrote to this address. */
  wroteAt: number | null
}

type Rung = (facts: Facts) => Decision | null

const other = (because: Because): Decision => ({ folder: 'other', because })
const inbox = (because: Because): Decision => ({ folder: 'inbox', because })
const day = (at: number) => new Date(at).toISOString().slice(0, 10)

const wroteFirst: Rung = ({ direction }) => direction === 'out' ? inbox({ rule: 'you-wrote-first', text: 'You wrote this.', evidence: [] }) : null

const unread: Rung = ({ unreadable }) => unreadable === undefined ? null : other({ rule: 'automatic', text: 'This message could not be read.', evidence: [unreadable] })

const lists: Rung = ({ list, automatic }) => {
  if (list) return other({ rule: 'list', text: `It came through the mailing list ${list.name ?? list.id}.`, evidence: [`List-Id: ${list.id}`] })
  const what = automatic && automatic !== 'invitation' ? kinds[automatic] : undefined
  return what ? other({ rule: 'automatic', text: what, evidence: [] }) : null
}

const kinds: Record<Exclude<Automatic, 'invitation'>, string> = {
  bounce: 'A mail system sent it about the delivery of a message.', 'auto-reply': 'A machine answered on behalf of its owner.', list: 'It came through a mailing list.',
  bulk: 'It was sent to many at once.', notification: 'A machine sent it.', receipt: 'A machine sent it about a message of yours.'
}

const friend: Rung = ({ contact, proof, sender }) =>
  contact?.friend && proof.enough ? inbox({ rule: 'friend', text: `${contact.name || sender.shown} is your friend.`, evidence: [proof.level === 'verified' ? `${sender.shown} is proven.` : `${sender.shown} is not proven.`] }) : null

const youWroteFirst: Rung = ({ wroteAt, proof, sender }) =>
  wroteAt !== null && proof.enough ? inbox({ rule: 'you-wrote-first', text: `You have written to ${sender.shown}.`, evidence: [`Last on ${day(wroteAt)}.`] }) : null

const unproven: Rung = ({ contact, proof, wroteAt, sender }) =>
  !proof.enough && (contact?.friend || wroteAt !== null)
    ? other({ rule: 'unproven', text: `It says that it is from ${contact?.name || sender.shown}, but nothing proves it.`, evidence: proof.evidence })
    : null

const unknown: Rung = ({ sender }) => other({ rule: 'unknown', text: `Nobody among your friends has written from ${sender.shown || 'this sender'}.`, evidence: [] })

/**
 * The ladder: the first rung that matches decides. Blocked senders and the user's own rules come before lists, friends of
 * friends between friends and "you wrote first": each is one more rung here.
 */
export const ladder: readonly Rung[] = [wroteFirst, unread, lists, friend, youWroteFirst, unproven, unknown]

/** Where a message goes, and why. Pure: the same facts give the same decision. */
export function route(facts: Facts): Decision {
  for (const rung of ladder) {
    const decision = rung(facts)
    if (decision) return decision
  }
  throw new Error('the last rung matches everything')
}
