import type { Automatic } from '../model/incoming.ts'
import type { Because, Decision } from '../model/decision.ts'
import { dayOf, pathWords } from '../model/path.ts'
import type { Path } from '../model/path.ts'
import { ruleWords } from '../model/rule.ts'
import type { UserRule } from '../model/rule.ts'
import type { Judged } from './identify.ts'

/** All that routing looks at. `contact` is whom the address belongs to, believed or not. Times in ms; null: never, or none. */
export type Facts = {
  direction: 'in' | 'out'
  list: { id: string, name?: string } | undefined
  automatic: Automatic | undefined
  unreadable: string | undefined
  sender: { address: string | null, shown: string }
  contact: { name: string, friend: boolean, blocked: boolean, blockedAt: number | null } | undefined
  proof: Judged
  /** When the user last wrote to this address. */
  wroteAt: number | null
  /** The user's rule that fits best. */
  rule: UserRule | null
  /** Whether it is proven to be of the list that it names. */
  listed?: boolean
  /** Through whom they are known. */
  path: Path | null
  /** A friend who bears the same name, and writes from other addresses. */
  namesake: string | null
  /** What kind of machine mail it is. */
  stream: string | null
  /** Why it is like what the user called spam; null: it is not. Only asked about strangers. */
  spam?: readonly string[] | null
  /** Friends only: no friends of friends. */
  strict: boolean
  /** Of the user's rules. */
  version: number
}

type Rung = { name: string, words: string, decide(facts: Facts): Decision | null }

const other = (because: Because, stream: string | null = null): Decision => ({ folder: 'other', because, blockedAt: null, stream })
const inbox = (because: Because): Decision => ({ folder: 'inbox', because, blockedAt: null, stream: null })
const proven = ({ proof, sender }: Facts) => proof.level === 'verified' ? `${sender.shown} is proven.` : `${sender.shown} is not proven.`

const machines: Record<Exclude<Automatic, 'invitation'>, string> = {
  bounce: 'A mail system sent it about the delivery of a message.', 'auto-reply': 'A machine answered on behalf of its owner.', list: 'It came through a mailing list.',
  bulk: 'It was sent to many at once.', notification: 'A machine sent it.', receipt: 'A machine sent it about a message of yours.'
}

/** A rule of the user lets in only who proves who they are: one about an address as much as its channel can, one about a domain wholly, and one about a list what is proven to be of it. */
const letsIn = (facts: Facts) => facts.rule?.action === 'inbox' && (facts.rule.scope === 'address' ? facts.proof.enough : facts.rule.scope === 'list' ? facts.listed === true : facts.proof.level === 'verified')
const written = ({ origin, at }: UserRule) => ({
  user: 'You wrote this rule', moved: 'From moving a conversation', replied: 'From your answer', approved: 'You let them in from the screener', denied: 'You turned them down in the screener',
  blocked: 'You blocked them in the screener', spam: 'You called it spam', unsubscribed: 'You unsubscribed'
})[origin] + ` on ${dayOf(at)}.`

/**
 * The ladder: the first rung that matches decides. `name` is what a message's reason is called (Because.rule), `words` what the
 * docs say of it; docs/inbox-and-other.md is tested against this list.
 */
export const ladder: readonly Rung[] = [
  {
    name: 'you-wrote-first', words: 'You wrote it yourself',
    decide: ({ direction }) => direction === 'out' ? inbox({ rule: 'you-wrote-first', text: 'You wrote this.', evidence: [] }) : null
  },
  {
    name: 'blocked', words: 'You have blocked its sender: the person, the address or its domain',
    decide({ contact, rule, sender }) {
      if (contact?.blocked) return { ...other({ rule: 'blocked', text: `You blocked ${contact.name || sender.shown}.`, evidence: contact.blockedAt === null ? [] : [`On ${dayOf(contact.blockedAt)}.`] }), blockedAt: contact.blockedAt ?? 1 }
      return rule?.action === 'block' ? { ...other({ rule: 'blocked', text: ruleWords(rule), evidence: [written(rule)] }), blockedAt: rule.at } : null
    }
  },
  {
    name: 'automatic', words: 'It could not be read, or a mail system speaks about a delivery',
    decide({ unreadable, automatic, stream }) {
      if (unreadable !== undefined) return other({ rule: 'automatic', text: 'This message could not be read.', evidence: [unreadable] }, stream)
      return automatic === 'bounce' ? other({ rule: 'automatic', text: machines.bounce, evidence: [] }, stream) : null
    }
  },
  {
    name: 'rule', words: 'A rule of yours says where: the one about the address before one about its domain. Into the inbox only who proves who they are',
    decide(facts) {
      const { rule, stream } = facts
      if (rule?.action === 'other') return other({ rule: 'rule', text: ruleWords(rule), evidence: [written(rule)] }, rule.stream ?? stream)
      return rule && letsIn(facts) ? inbox({ rule: 'rule', text: ruleWords(rule), evidence: [written(rule), proven(facts)] }) : null
    }
  },
  {
    name: 'list', words: 'It came through a mailing list',
    decide: ({ list, stream, rule }) => list ? other({ rule: 'list', text: `It came through the mailing list ${list.name ?? list.id}.`, evidence: [`List-Id: ${list.id}`, ...(rule?.action === 'inbox' ? ['It says so itself: nothing proves that it is from there, so your rule does not let it in.'] : [])] }, stream) : null
  },
  {
    name: 'automatic', words: 'A machine sent it; an invitation is not meant by that',
    decide: ({ automatic, stream }) => automatic && automatic !== 'invitation' ? other({ rule: 'automatic', text: machines[automatic], evidence: [] }, stream) : null
  },
  {
    name: 'friend', words: 'Its sender is your friend, sufficiently proven',
    decide: (facts) => facts.contact?.friend && facts.proof.enough ? inbox({ rule: 'friend', text: `${facts.contact.name || facts.sender.shown} is your friend.`, evidence: [proven(facts)] }) : null
  },
  {
    name: 'friend-of-friend', words: 'Its sender is a friend of a friend, sufficiently proven, and you have not chosen "friends only"',
    decide(facts) {
      const { path, proof, strict, contact, sender } = facts
      return path && proof.enough && !strict ? inbox({ rule: 'friend-of-friend', text: `${contact?.name || sender.shown} is a friend of your friend ${path.name}.`, evidence: [pathWords(path) + '.', proven(facts)] }) : null
    }
  },
  {
    name: 'you-wrote-first', words: 'You have written to its sender, first or in answer, and the sender is sufficiently proven',
    decide: ({ wroteAt, proof, sender }) => wroteAt !== null && proof.enough ? inbox({ rule: 'you-wrote-first', text: `You have written to ${sender.shown}.`, evidence: [`Last on ${dayOf(wroteAt)}.`] }) : null
  },
  {
    name: 'unproven', words: 'It would be in the inbox, but nothing proves who sent it: it waits in the screener',
    decide(facts) {
      const { contact, wroteAt, rule, path, proof, sender, strict } = facts
      const wanted = contact?.friend || wroteAt !== null || rule?.action === 'inbox' || (path && !strict)
      if (!wanted || (proof.enough && rule?.action !== 'inbox')) return null
      return other({ rule: 'unproven', text: `It says that it is from ${contact?.name || sender.shown}, but nothing proves it.`, evidence: proof.evidence })
    }
  },
  {
    name: 'unknown', words: 'Anybody else: they wait in the screener',
    decide({ sender, namesake, spam }) {
      const strange = namesake === null ? '.' : `; it bears the name of your friend ${namesake}, but ${namesake} has always written from another address.`
      return other({ rule: 'unknown', text: `Nobody you know has written from ${sender.shown || 'this sender'}${strange}`, evidence: [...spam ?? []] }, spam ? 'spam' : null)
    }
  }
]

/** Where a message goes, and why. Pure: the same facts give the same decision. */
export function route(facts: Facts): Decision {
  for (const { decide } of ladder) {
    const decision = decide(facts)
    if (decision) return facts.version === 0 ? decision : { ...decision, because: { ...decision.because, version: facts.version } }
  }
  throw new Error('the last rung matches everything')
}
