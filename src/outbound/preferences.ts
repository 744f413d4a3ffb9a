import type { ChoiceBecause } from '../model/decision.ts'
import type { Wish } from '../model/wish.ts'
import type { ChoiceInput, Spot } from './choose.ts'
import { candidatesOf, latest, matches, online, rank, statusWords } from './ways.ts'
import type { Candidate } from './ways.ts'

export type Found = { candidate: Candidate, because: ChoiceBecause }

/** Looks at the ways that are left, best first, and takes one or none. */
export type Rule = (usable: Candidate[], input: ChoiceInput) => Found | null

/** What the user said counts whether they are there or not. In this order, the first that finds a way wins. */
export const rulesOfAll: readonly Rule[] = [asked, answered, sticky]

/** Then, where there is any way to somebody who is there, only those ways count. */
export const rulesOfThere: readonly Rule[] = [present, lastChannel, onlyWay, heardLast, cheapest, quickest, reaches]

function asked(usable: Candidate[], { asked, replyTo, lastIn }: ChoiceInput): Found | null {
  const candidate = bySpots(usable, [replyTo, lastIn]) ?? usable[0]
  const what = asked && candidate && named(asked, candidate)
  return candidate && what ? { candidate, because: { rule: 'asked', text: `You asked for ${what}`, evidence: [] } } : null
}

function answered(usable: Candidate[], { replyTo }: ChoiceInput): Found | null {
  const candidate = bySpots(usable, [replyTo])
  return candidate && { candidate, because: { rule: 'asked', text: `The message you answer came by ${candidate.channel}`, evidence: replyTo ? [replyTo.address] : [] } }
}

function sticky(usable: Candidate[], { sticky, lastIn }: ChoiceInput): Found | null {
  const chosen = sticky ? usable.filter((one) => matches(one, sticky)) : []
  const candidate = bySpots(chosen, [lastIn]) ?? chosen[0]
  const what = sticky && candidate && named(sticky, candidate)
  return candidate && what ? { candidate, because: { rule: 'sticky', text: `You chose ${what} for them`, evidence: addressesOf(candidate) } } : null
}

function present(usable: Candidate[], { lastIn }: ChoiceInput): Found | null {
  const there = usable.filter(online)
  const candidate = bySpots(there, [lastIn]) ?? there[0]
  return candidate ? { candidate, because: { rule: 'present', text: `${candidate.to.length > 1 ? 'All of them are' : 'They are'} online on ${candidate.channel} now`, evidence: addressesOf(candidate) } } : null
}

function lastChannel(usable: Candidate[], { lastIn }: ChoiceInput): Found | null {
  const candidate = bySpots(usable, [lastIn])
  return candidate && { candidate, because: { rule: 'last-channel', text: `Their last message came by ${candidate.channel}`, evidence: lastIn ? [lastIn.address] : [] } }
}

function onlyWay(usable: Candidate[], input: ChoiceInput): Found | null {
  const [candidate, second] = usable
  if (!candidate || second) return null
  const text = candidatesOf(input).length === 1 ? 'reaches them' : 'can carry this to them now'
  return { candidate, because: { rule: 'only-way', text: `Only ${candidate.account.name} ${text}`, evidence: addressesOf(candidate) } }
}

/** Their last message is not to be followed: where they wrote before. */
function heardLast(usable: Candidate[]): Found | null {
  const [candidate] = usable
  if (!candidate || latest(candidate) === 0) return null
  return { candidate, because: { rule: 'last-channel', text: `They have last been heard from by ${candidate.channel}`, evidence: addressesOf(candidate) } }
}

function cheapest(usable: Candidate[]): Found | null {
  const ready = readiest(usable).sort((a, b) => a.price - b.price)
  const candidate = ready[0]
  if (!candidate || candidate.price === ready.at(-1)!.price) return null
  // Of those that cost the same, the quicker one.
  const least = quickestOf(ready.filter(({ price }) => price === candidate.price))
  return { candidate: least, because: { rule: 'cheapest', text: `${least.account.name} ${least.price === 0 ? 'costs nothing' : 'costs least'}`, evidence: addressesOf(least) } }
}

function quickest(usable: Candidate[]): Found | null {
  const ready = readiest(usable)
  if (new Set(ready.map(({ account }) => account.can.delay)).size < 2) return null
  const candidate = quickestOf(ready)
  return { candidate, because: { rule: 'quickest', text: `${candidate.account.name} is the quickest`, evidence: addressesOf(candidate) } }
}

function reaches(usable: Candidate[]): Found | null {
  const candidate = usable[0]
  return candidate ? { candidate, because: { rule: 'reaches', text: `${candidate.account.name} reaches them`, evidence: addressesOf(candidate) } } : null
}

/** Why the user's choice for this contact is not followed, where it is not. */
export function stickyWords(all: Candidate[], { sticky, subject }: ChoiceInput): string[] {
  if (!sticky) return []
  const chosen = all.filter((one) => matches(one, sticky))
  const what = sticky.address ?? sticky.channel ?? 'the account'
  const first = chosen.find(({ problem }) => problem === null) ?? chosen[0]
  const why = !first ? 'no account of yours reaches them that way'
    : first.problem ?? (subject && !first.account.can.subject ? `${first.channel} carries no subject` : statusWords(first.account))
  return [`You chose ${what} for them, which cannot be used: ${why}`]
}

/**
 * The way of the first spot that has one: the same account and address; else the same channel to that address; else the
 * same account; else another account of the same channel.
 */
function bySpots(usable: Candidate[], spots: (Spot | null | undefined)[]): Candidate | null {
  for (const spot of spots) {
    const theirs = ({ to }: Candidate) => to.some((one) => one.kind === spot!.kind && one.address === spot!.address)
    const found = spot && (usable.find((one) => one.accountId === spot.accountId && theirs(one))
      ?? usable.find((one) => one.channel === spot.channel && theirs(one))
      ?? usable.find((one) => one.accountId === spot.accountId)
      ?? usable.find((one) => one.channel === spot.channel))
    if (found) return found
  }
  return null
}

/** What a wish names, in words; '' when it wishes nothing. */
function named({ accountId, channel, address }: Wish, { account }: Candidate): string {
  return address ?? channel ?? (accountId === undefined ? '' : account.name)
}

const readiest = (usable: Candidate[]): Candidate[] => usable.filter((one) => rank(one) === rank(usable[0]!))
const quickestOf = (some: Candidate[]): Candidate => some.reduce((best, one) => one.account.can.delay < best.account.can.delay ? one : best)
const addressesOf = ({ to }: Candidate): string[] => to.map(({ address }) => address)
