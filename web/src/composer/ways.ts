import type { Methods } from '#client'

export type Resolved = Methods['compose.resolve']['result']
/** A way that a message can take, as the menu shows it. */
export type Way = { accountId: string, channel: string, from: string, to: string, ok: boolean, whyNot?: string, parts: number, cost: number, chosen: boolean }
/** What compose.resolve and message.send are told of a wish. */
export type Wish = { accountId: string, channel: string, address?: string }

/** All ways: the one it takes first, then those that are possible, then those that are not, with their reasons. */
export function waysOf({ via, parts, cost, alternatives }: Resolved): Way[] {
  const way = ({ accountId, channel, from, to }: Resolved['via']) => ({ accountId, channel, from: from.address, to: to.map(({ address }) => address).join(', ') })
  const others = alternatives.map((one) => ({ ...way(one), ok: one.ok, ...(one.whyNot === undefined ? {} : { whyNot: one.whyNot }), parts: one.parts, cost: one.cost, chosen: false }))
  return [{ ...way(via), ok: true, parts, cost, chosen: true }, ...others.filter(({ ok }) => ok), ...others.filter(({ ok }) => !ok)]
}

/** The identity of a way. */
export function wayKey({ accountId, channel, to }: Pick<Way, 'accountId' | 'channel' | 'to'>): string {
  return `${accountId} ${channel} ${to}`
}

/** The way after the chosen one in a fixed order, so that one key goes through them all; null: there is no other. */
export function nextWay(ways: readonly Way[]): Way | null {
  const possible = ways.filter(({ ok }) => ok).sort((a, b) => (wayKey(a) < wayKey(b) ? -1 : 1))
  const at = possible.findIndex(({ chosen }) => chosen)
  return possible.length < 2 ? null : possible[(at + 1) % possible.length]!
}

/** A group has many addresses and is reached as a whole: then the account says enough. */
export function wishFor({ accountId, channel, to }: Way): Wish {
  return to.includes(', ') ? { accountId, channel } : { accountId, channel, address: to }
}
