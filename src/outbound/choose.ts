import type { Address } from '../model/incoming.ts'
import type { ChoiceBecause } from '../model/decision.ts'
import type { Presence } from '../model/presence.ts'
import type { Wish } from '../model/wish.ts'
import type { Abilities } from '../connector.ts'
import { rulesOfAll, rulesOfThere, stickyWords } from './preferences.ts'
import { absent, better, candidatesOf, kindsOf, matches, statusWords, wayOf } from './ways.ts'
import type { Candidate } from './ways.ts'

export type AccountStatus = 'connecting' | 'live' | 'retrying' | 'login-needed' | 'stopped'

/** An address of somebody, and when (ms) messages last came from it, went to it, and proved it; null: never. `presence`: absent where it is not known. */
export type PersonAddress = Address & { lastInAt: number | null, lastOutAt: number | null, verifiedAt: number | null, presence?: Presence }

export type ChoiceAccount = {
  id: number
  name: string
  channel: string
  /** The channel of each kind of address, where one account carries several. */
  channels?: Readonly<Record<string, string>>
  reaches: readonly string[]
  can: Pick<Abilities, 'attachments' | 'groups' | 'maxChars' | 'maxAttachmentBytes' | 'cost' | 'delay'> & Partial<Pick<Abilities, 'presence' | 'subject'>>
  /** In how many paid pieces the text goes; 1 where the channel does not cut. */
  parts?: number
  status: AccountStatus
  /** The account's own addresses, the preferred one first. */
  own: (Address & { name?: string })[]
}

/** A message that came in, or that is answered: where it was. */
export type Spot = Address & { channel: string, accountId: number }

export type ChoiceInput = {
  /** What the user asked for. */
  asked?: Wish
  /** What the user chose once and for all for this contact. */
  sticky?: Wish | null
  /** For each person it goes to, the addresses they have. One person, or a group. */
  people: PersonAddress[][]
  /** The newest message of theirs. */
  lastIn?: Spot | null
  /** The message that the user answers, when one was named. */
  replyTo?: Spot | null
  accounts: ChoiceAccount[]
  textLength: number
  /** It has a subject, or belongs to a topic: a channel without subjects would lose that. */
  subject?: boolean
  attachments: { name: string, size: number }[]
  /** Pairs of `kind:address` that may not be written to (STOP). */
  unreachable: { own: string, peer: string, reason: string }[]
  /** The time (ms), to tell who has written a moment ago. */
  now?: number
}

export type Way = { accountId: number, channel: string, from: Address & { name?: string }, to: Address[] }
/** `ok`: it could be asked for. `whyNot`: why it cannot be, or why it was not taken by itself. */
export type Alternative = Way & { ok: boolean, whyNot?: string }
export type NoWay = { ok: false, kind: 'account_unavailable' | 'not_supported_by_channel' | 'not_found', words: string, alternatives: Alternative[] }
export type Choice = Way & { ok: true, because: ChoiceBecause, alternatives: Alternative[] } | NoWay

/**
 * Which account and address a message goes out by, and why; pure. docs/choosing-a-channel.md has the rules and their cases.
 * What the user asked for is done or refused, never replaced. Accounts that only wait for their network count as usable,
 * since the queue waits with them; one that needs a login is taken only where nothing else reaches, a stopped one never.
 * Somebody who is not there is written to on a channel of presence only where it was chosen, or is all there is.
 */
export function choose(input: ChoiceInput): Choice {
  const all = candidatesOf(input)
  const narrowed = all.filter((candidate) => matches(candidate, input.asked))
  const usable = narrowed.filter(({ problem }) => problem === null).sort(better)
  const healthy = preferred(usable, ({ account }) => account.status !== 'login-needed')
  const carrying = input.subject ? preferred(healthy, ({ account }) => account.can.subject === true) : healthy
  const there = preferred(carrying, (candidate) => !absent(candidate, input))
  for (const [rules, pool] of [[rulesOfAll, carrying], [rulesOfThere, there]] as const) {
    for (const rule of rules) {
      const found = rule(pool, input)
      if (!found) continue
      const { candidate, because } = found
      const evidence = [
        ...because.evidence,
        ...(carrying.length < healthy.length ? [`It has a subject, which ${candidate.channel} carries`] : []),
        ...(because.rule === 'asked' || because.rule === 'sticky' ? [] : stickyWords(all, input)),
        ...(candidate.account.status === 'live' ? [] : [`${statusWords(candidate.account)}; the message waits for it`]),
        ...(absent(candidate, input) ? ['They are not there now; the message waits for them'] : [])
      ]
      const alternatives = all.filter((one) => one !== candidate).map((one) => alternative(one, input, candidate))
      return { ok: true, ...wayOf(candidate), because: { ...because, evidence }, alternatives }
    }
  }
  return { ok: false, ...refusal(narrowed, input), alternatives: all.map((one) => alternative(one, input, null)) }
}

/** Those of a kind where there are any; else all. */
function preferred(candidates: Candidate[], fits: (candidate: Candidate) => boolean): Candidate[] {
  const some = candidates.filter(fits)
  return some.length > 0 ? some : candidates
}

function alternative(candidate: Candidate, input: ChoiceInput, taken: Candidate | null): Alternative {
  const why = candidate.problem ?? passedOver(candidate, input, taken)
  return { ...wayOf(candidate), ok: candidate.problem === null, ...(why === null ? {} : { whyNot: why }) }
}

/** What spoke against a way that would have carried the message; null: only that another one comes first. */
function passedOver(candidate: Candidate, input: ChoiceInput, taken: Candidate | null): string | null {
  if (!matches(candidate, input.asked)) return 'You asked for another way'
  if (candidate.account.status !== 'live') return statusWords(candidate.account)
  if (input.subject && !candidate.account.can.subject) return `${candidate.channel} carries no subject`
  if (absent(candidate, input)) return 'They are not there now'
  if (taken && candidate.price > taken.price) return 'It costs more'
  return null
}

function refusal(narrowed: Candidate[], { asked, people, accounts }: ChoiceInput): Pick<NoWay, 'kind' | 'words'> {
  const first = narrowed.sort(better)[0]
  if (first?.problem) return { kind: first.kind, words: first.problem }
  if (people.length === 0 || people.some((addresses) => addresses.length === 0)) return { kind: 'not_supported_by_channel', words: 'No address is known to write to. Add one to the contact, or send to an address' }
  const account = asked?.accountId === undefined ? undefined : accounts.find(({ id }) => id === asked.accountId)
  if (asked?.accountId !== undefined && !account) return { kind: 'not_found', words: 'There is no such account' }
  if (asked?.address !== undefined && !people.some((addresses) => addresses.some(({ address }) => address === asked.address))) {
    return { kind: 'not_supported_by_channel', words: `${asked.address} is not an address of theirs. Link it to the contact, or send to it directly` }
  }
  if (account) return { kind: 'not_supported_by_channel', words: `${account.name} does not reach ${kindsOf(people)}` }
  if (asked?.channel !== undefined) return { kind: 'not_supported_by_channel', words: `No account of yours reaches them by ${asked.channel}` }
  return { kind: 'account_unavailable', words: `No account of yours reaches ${people.length > 1 ? 'all of them' : kindsOf(people)}. Connect one that does` }
}
