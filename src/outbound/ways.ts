import type { Address } from '../model/incoming.ts'
import type { Wish } from '../model/wish.ts'
import type { ChoiceAccount, ChoiceInput, NoWay, PersonAddress, Way } from './choose.ts'

/** A way that a message could take, and what stands against it. `price`: what it costs the user, all its pieces together. */
export type Candidate = Way & { account: ChoiceAccount, addresses: PersonAddress[], price: number, problem: string | null, kind: NoWay['kind'] }

/** Who wrote so recently (ms) is taken to be there, where nothing tells otherwise. */
const momentMs = 10 * 60_000

/** Every account with every address of the person it can write to; for a group, every account with one address of each. */
export function candidatesOf(input: ChoiceInput): Candidate[] {
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
  const price = account.can.cost * (account.parts ?? 1) * (account.can.groups ? 1 : to.length)
  return { accountId: account.id, channel: account.channels?.[like] ?? account.channel, from, to, account, addresses, price, ...trouble(account, from, to, input) }
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

/** Whether a way is one of those that are wished for. */
export function matches({ account, channel, to }: Candidate, wish: Wish = {}): boolean {
  return (wish.accountId === undefined || wish.accountId === account.id)
    && (wish.channel === undefined || wish.channel === channel)
    && (wish.address === undefined || to.some(({ address }) => address === wish.address))
}

/** Somebody it goes to is there on this channel of presence, as far as its network tells. */
export function online({ account, addresses }: Candidate): boolean {
  return account.can.presence === true && account.status === 'live' && addresses.every(({ presence }) => presence === 'online')
}

/**
 * On a channel of presence somebody is not there: the network says so, or nobody says anything and they did not write a
 * moment ago. Somebody who is away has it in their pocket. Channels without presence reach people anyway.
 */
export function absent({ account, addresses }: Candidate, { now = Infinity }: ChoiceInput): boolean {
  return account.can.presence === true && addresses.some(({ presence, lastInAt }) => presence === undefined ? lastInAt === null || now - lastInAt > momentMs : presence === 'offline')
}

/** Connected accounts first; then where their newest message came from; what costs less; what is quicker; then the older account. */
export function better(a: Candidate, b: Candidate): number {
  return rank(a) - rank(b) || latest(b) - latest(a) || a.price - b.price || a.account.can.delay - b.account.can.delay || a.accountId - b.accountId
}

/** How ready an account is: those of the lowest rank come first. */
export const rank = ({ account }: Candidate): number => ({ live: 0, connecting: 1, retrying: 1, 'login-needed': 2, stopped: 3 })[account.status]

/** When a message last came from one of the addresses (ms); 0: never. */
export const latest = ({ addresses }: Candidate): number => Math.max(...addresses.map(({ lastInAt }) => lastInAt ?? 0))

/** The address heard from last; then the one written to last; then the one proven last. */
function newest(a: PersonAddress, b: PersonAddress): number {
  return (b.lastInAt ?? 0) - (a.lastInAt ?? 0) || (b.lastOutAt ?? 0) - (a.lastOutAt ?? 0) || (b.verifiedAt ?? 0) - (a.verifiedAt ?? 0)
}

export const wayOf = ({ accountId, channel, from, to }: Candidate): Way => ({ accountId, channel, from, to })

/** Addresses in words, with their kinds; the first few. */
export const kindsOf = (people: PersonAddress[][]): string => [...new Set(people.flat().map(({ kind, address }) => `${address} (${kind})`))].slice(0, 3).join(', ')

/** Why an account that is not live is not. */
export const statusWords = ({ name, status }: ChoiceAccount): string => status === 'login-needed' ? `${name} needs a new login` : `${name} is not connected just now`

const keyOf = ({ kind, address }: Address) => `${kind}:${address}`
