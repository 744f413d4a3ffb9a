import type { Address } from '../model/incoming.ts'
import type { ChoiceBecause } from '../model/decision.ts'
import type { Abilities } from '../connector.ts'

export type AccountStatus = 'connecting' | 'live' | 'retrying' | 'login-needed' | 'stopped'

/** An address of somebody, and when (ms) messages last came from it, went to it, and proved it; null: never. */
export type PersonAddress = Address & { lastInAt: number | null, lastOutAt: number | null, verifiedAt: number | null }

export type ChoiceAccount = {
  id: number
  name: string
  channel: string
  /** The channel of each kind of address, where one account carries several. */
  channels?: Readonly<Record<string, string>>
  reaches: readonly string[]
  can: Pick<Abilities, 'attachments' | 'groups' | 'maxChars' | 'maxAttachmentBytes' | 'cost' | 'delay'>
  status: AccountStatus
  /** The account's own addresses, the preferred one first. */
  own: (Address & { name?: string })[]
}

/** A message that came in, or that is answered: where it was. */
export type Spot = Address & { channel: string, accountId: number }

export type ChoiceInput = {
  /** What the user asked for; each part narrows. */
  asked?: { accountId?: number, channel?: string, address?: string }
  /** For each person it goes to, the addresses they have. One person, or a group. */
  people: PersonAddress[][]
  /** The newest message of theirs. */
  lastIn?: Spot | null
  /** The message that the user answers, when one was named. */
  replyTo?: Spot | null
  accounts: ChoiceAccount[]
  textLength: number
  attachments: { name: string, size: number }[]
  /** Pairs of `kind:address` that may not be written to (STOP). */
  unreachable: { own: string, peer: string, reason: string }[]
}

export type Way = { accountId: number, channel: string, from: Address & { name?: string }, to: Address[] }
export type Alternative = Way & { ok: boolean, whyNot?: string }
export type NoWay = { ok: false, kind: 'account_unavailable' | 'not_supported_by_channel' | 'not_found', words: string, alternatives: Alternative[] }
export type Choice = Way & { ok: true, because: ChoiceBecause, alternatives: Alternative[] } | NoWay

type Candidate = Way & { account: ChoiceAccount, addresses: PersonAddress[], problem: string | null, kind: NoWay['kind'] }
type Found = { candidate: Candidate, because: ChoiceBecause }

/** In this order, the first that finds a way wins. Presence, stickiness and cost have their places here too. */
const rules: ((usable: Candidate[], input: ChoiceInput) => Found | null)[] = [asked, answered, lastChannel, onlyWay, reaches]

/**
 * Which account and address a message goes out by, and why; pure. What the user asked for is done or refused, never
 * replaced. Accounts that only wait for their network count as usable, since the queue waits with them; one that needs a
 * login is taken only where nothing else reaches, a stopped one never.
 */
export function choose(input: ChoiceInput): Choice {
  const all = candidates(input)
  const narrowed = all.filter((candidate) => matches(candidate, input))
  const alternatives = (except?: Candidate) => all.filter((one) => one !== except).map(alternative)
  const usable = narrowed.filter(({ problem }) => problem === null).sort(better)
  const healthy = usable.filter(({ account }) => account.status !== 'login-needed')
  for (const rule of rules) {
    const found = rule(healthy.length > 0 ? healthy : usable, input)
    if (!found) continue
    const { candidate, because } = found
    const waits = candidate.account.status === 'live' ? [] : [candidate.account.status === 'login-needed' ? `${candidate.account.name} needs a new login; the message waits for it` : `${candidate.account.name} is not connected just now; the message waits for it`]
    return { ok: true, ...way(candidate), because: { ...because, evidence: [...because.evidence, ...waits] }, alternatives: alternatives(candidate) }
  }
  return { ok: false, ...refusal(narrowed, input), alternatives: alternatives() }
}

function asked(usable: Candidate[], { asked, replyTo, lastIn }: ChoiceInput): Found | null {
  const candidate = (replyTo && bySpot(usable, replyTo)) ?? (lastIn && bySpot(usable, lastIn)) ?? usable[0]
  if (!asked || !candidate || (asked.accountId === undefined && asked.channel === undefined && asked.address === undefined)) return null
  const what = asked.address ?? asked.channel ?? candidate.account.name
  return { candidate, because: { rule: 'asked', text: `You asked for ${what}`, evidence: [] } }
}

function answered(usable: Candidate[], { replyTo }: ChoiceInput): Found | null {
  const candidate = replyTo ? bySpot(usable, replyTo) : null
  return candidate && { candidate, because: { rule: 'asked', text: `The message you answer came by ${candidate.channel}`, evidence: replyTo ? [replyTo.address] : [] } }
}

function lastChannel(usable: Candidate[], { lastIn }: ChoiceInput): Found | null {
  const candidate = lastIn ? bySpot(usable, lastIn) : null
  return candidate && { candidate, because: { rule: 'last-channel', text: `Their last message came by ${candidate.channel}`, evidence: lastIn ? [lastIn.address] : [] } }
}

function onlyWay(usable: Candidate[]): Found | null {
  const [candidate, second] = usable
  if (!candidate || second) return null
  return { candidate, because: { rule: 'only-way', text: `Only ${candidate.account.name} reaches them`, evidence: candidate.to.map(({ address }) => address) } }
}

function reaches(usable: Candidate[]): Found | null {
  const candidate = usable[0]
  return candidate ? { candidate, because: { rule: 'reaches', text: `${candidate.account.name} reaches them`, evidence: candidate.to.map(({ address }) => address) } } : null
}

/** The same account and address; else the same account; else another account of the same channel, to the same address if it can. */
function bySpot(usable: Candidate[], { accountId, channel, kind, address }: Spot): Candidate | null {
  const theirs = (one: Candidate) => one.to.some((to) => to.kind === kind && to.address === address)
  return usable.find((one) => one.accountId === accountId && theirs(one))
    ?? usable.find((one) => one.channel === channel && theirs(one))
    ?? usable.find((one) => one.accountId === accountId)
    ?? usable.find((one) => one.channel === channel)
    ?? null
}

/** Every account with every address of the person it can write to; for a group, every account with one address of each. */
function candidates(input: ChoiceInput): Candidate[] {
  return input.accounts.flatMap((account) => {
    const each = input.people.map((addresses) => addresses.filter(({ kind }) => account.reaches.includes(kind)).sort(newest))
    if (each.length === 0 || each.some((addresses) => addresses.length === 0)) return []
    const named = input.asked?.address
    const sets = each.length === 1
      ? each[0]!.map((address) => [address])
      : [each.map((addresses) => addresses.find(({ address }) => address === named || address === input.lastIn?.address) ?? addresses[0]!)]
    return sets.map((addresses) => candidate(account, addresses, input))
  })
}

function candidate(account: ChoiceAccount, addresses: PersonAddress[], input: ChoiceInput): Candidate {
  const like = addresses[0]!.kind
  const from = account.own.find(({ kind }) => kind === like) ?? account.own.find(({ kind }) => account.reaches.includes(kind)) ?? account.own[0] ?? { kind: '', address: '' }
  const to = addresses.map(({ kind, address }) => ({ kind, address }))
  const { kind, problem } = trouble(account, from, to, input)
  return { accountId: account.id, channel: account.channels?.[like] ?? account.channel, from, to, account, addresses, kind, problem }
}

/** Why this account cannot carry the message to these addresses, in words; null when it can. */
function trouble(account: ChoiceAccount, from: Address, to: Address[], { textLength, attachments, unreachable }: ChoiceInput): { kind: NoWay['kind'], problem: string | null } {
  const { can, name } = account
  const refuse = (problem: string) => ({ kind: 'not_supported_by_channel' as const, problem })
  if (from.address === '') return { kind: 'account_unavailable', problem: `${name} has no address of its own to write from; add one in its settings` }
  if (account.status === 'stopped') return { kind: 'account_unavailable', problem: `${name} is stopped; start it, or choose another way` }
  const pair = unreachable.find(({ own, peer }) => own === keyOf(from) && to.some((one) => keyOf(one) === peer))
  if (pair) return refuse(`They cannot be written to from ${from.address}: ${pair.reason}`)
  if (attachments.length > 0 && !can.attachments) return refuse(`${name} cannot carry attachments`)
  const heavy = attachments.find(({ size }) => can.maxAttachmentBytes !== null && size > can.maxAttachmentBytes)
  if (heavy) return refuse(`"${heavy.name}" has ${heavy.size} bytes; ${name} carries up to ${can.maxAttachmentBytes}`)
  if (can.maxChars !== null && textLength > can.maxChars) return refuse(`The text has ${textLength} characters; ${name} carries up to ${can.maxChars}`)
  if (textLength === 0 && attachments.length === 0) return refuse('The message is empty')
  return { kind: 'account_unavailable', problem: null }
}

/** Whether a way is one that the user asked for. */
function matches({ account, channel, to }: Candidate, { asked = {} }: ChoiceInput): boolean {
  return (asked.accountId === undefined || asked.accountId === account.id)
    && (asked.channel === undefined || asked.channel === channel)
    && (asked.address === undefined || to.some(({ address }) => address === asked.address))
}

/** Connected accounts first; then where their newest message came from; proven addresses; what costs less; then the older account. */
function better(a: Candidate, b: Candidate): number {
  const rank = { live: 0, connecting: 1, retrying: 1, 'login-needed': 2, stopped: 3 }
  return rank[a.account.status] - rank[b.account.status]
    || latest(b) - latest(a)
    || a.account.can.cost - b.account.can.cost
    || a.account.can.delay - b.account.can.delay
    || a.accountId - b.accountId
}

const latest = ({ addresses }: Candidate) => Math.max(...addresses.map(({ lastInAt }) => lastInAt ?? 0))

/** The address heard from last; then the one written to last; then the one proven last. */
function newest(a: PersonAddress, b: PersonAddress): number {
  return (b.lastInAt ?? 0) - (a.lastInAt ?? 0) || (b.lastOutAt ?? 0) - (a.lastOutAt ?? 0) || (b.verifiedAt ?? 0) - (a.verifiedAt ?? 0)
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

const keyOf = ({ kind, address }: Address) => `${kind}:${address}`
const kindsOf = (people: PersonAddress[][]) => [...new Set(people.flat().map(({ kind, address }) => `${address} (${kind})`))].slice(0, 3).join(', ')
const way = ({ accountId, channel, from, to }: Candidate): Way => ({ accountId, channel, from, to })
const alternative = (candidate: Candidate): Alternative => ({ ...way(candidate), ok: candidate.problem === null, ...(candidate.problem === null ? {} : { whyNot: candidate.problem }) })
