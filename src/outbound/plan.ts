import { notAnAddress } from '../model/address-words.ts'
import type { Address } from '../model/incoming.ts'
import type { Connector } from '../connector.ts'
import type { Presence } from '../model/presence.ts'
import { accountSettings, listAccounts } from '../store/accounts.ts'
import { getAttachment } from '../store/attachments.ts'
import type { Attachment } from '../store/attachments.ts'
import { identitiesOf } from '../store/identities.ts'
import { unreachable } from '../store/reach.ts'
import type { Seal } from '../store/seal.ts'
import type { Store } from '../store/store.ts'
import type { Reader } from '../store/tx.ts'
import { choose } from './choose.ts'
import type { Choice, ChoiceAccount } from './choose.ts'
import { Refused } from './refused.ts'
import type { SendRequest } from './request.ts'
import { targetOf } from './target.ts'
import type { Target } from './target.ts'

export type Connectors = ReadonlyMap<string, Connector>

/** The connectors of a user's accounts. They are loaded before the transaction, since nothing may wait in it. */
export async function connectorsOf(store: Store, userId: number, connector: (kind: string) => Promise<Connector>): Promise<Connectors> {
  const kinds = new Set(await store.read((tx) => listAccounts(tx, userId).map(({ kind }) => kind)))
  const loaded = await Promise.all([...kinds].map(async (kind) => [kind, await connector(kind).catch(() => null)] as const))
  return new Map(loaded.flatMap(([kind, found]) => found ? [[kind, found]] : []))
}

/** What the choice depends on besides the database. */
export type Circumstances = {
  now: number
  /** Whether somebody is there now; null: not known. */
  presence?(userId: number, address: Address): Presence | null
}

export type Plan = { target: Target, uploads: Attachment[], choice: Choice, accounts: Sending[] }

/** An account as the chooser sees it, and the kind of address by which it writes to rooms. */
type Sending = ChoiceAccount & { can: Connector['can'], kind: string, rooms?: string }

/** Whom a request is for and how it would go out, from one view of the database. Throws Refused. */
export function plan(tx: Reader, seal: Seal, userId: number, connectors: Connectors, request: SendRequest, { now, presence }: Circumstances): Plan {
  const accounts = accountsOf(tx, userId, connectors, request.text)
  const canonical = (address: Address) => canonicalBy(tx, seal, accounts, connectors, address)
  const to = request.to && canonical(request.to)
  const target = targetOf(tx, userId, to ? { ...request, to } : request, (accountId) => accounts.find(({ id }) => id === accountId)?.rooms)
  const uploads = (request.attachments ?? []).map((id) => uploaded(tx, userId, id))
  const via = to?.address ?? request.via?.address
  const asked = {
    ...(request.via?.accountId === undefined ? {} : { accountId: request.via.accountId }),
    ...(request.via?.channel === undefined ? {} : { channel: request.via.channel }),
    ...(via === undefined ? {} : { address: theirs(target, via, canonical) })
  }
  const choice = choose({
    asked, sticky: target.sticky?.address === undefined ? target.sticky : { ...target.sticky, address: theirs(target, target.sticky.address, canonical) }, people: target.people.map((addresses) => addresses.map((one) => ({ ...one, ...known(presence?.(userId, one)) }))), lastIn: target.lastIn, replyTo: target.replyTo,
    accounts: target.accountId === null ? accounts : accounts.filter(({ id }) => id === target.accountId), textLength: [...request.text].length, subject: Boolean(request.subject) || request.topicId !== undefined, now, attachments: uploads, unreachable: unreachable(tx, userId, target.people.flat())
  })
  return { target, uploads, choice, accounts }
}

const known = (presence: Presence | null | undefined) => presence ? { presence } : {}

function accountsOf(tx: Reader, userId: number, connectors: Connectors, text: string): Sending[] {
  return listAccounts(tx, userId).flatMap(({ id, kind, name, status }) => {
    const connector = connectors.get(kind)
    if (!connector) return []
    const own = identitiesOf(tx, id).map((identity) => ({ kind: identity.kind, address: identity.address, ...(identity.name ? { name: identity.name } : {}) }))
    return [{ id, kind, name, status, channel: connector.channel, ...(connector.channels ? { channels: connector.channels } : {}), reaches: connector.reaches, can: connector.can, ...(connector.parts ? { parts: connector.parts(text) } : {}), ...(connector.rooms ? { rooms: connector.rooms } : {}), own }]
  })
}

/** The one form of an address, by the accounts that could write to it. Throws Refused, saying what such an address looks like. */
function canonicalBy(tx: Reader, seal: Seal, accounts: { id: number, kind: string, reaches: readonly string[] }[], connectors: Connectors, { kind, address }: Address): Address {
  const able = accounts.filter(({ reaches }) => reaches.includes(kind))
  if (able.length === 0) throw new Refused('account_unavailable', `No account of yours reaches an address of the kind "${kind}". Connect one that does`)
  for (const account of able) {
    const connector = connectors.get(account.kind)!
    const region = connector.context?.(accountSettings(tx, seal, account.id)).region ?? null
    const canonical = connector.canonical(kind, address, { region })
    if (canonical !== null) return { kind, address: canonical }
  }
  throw new Refused('invalid_params', notAnAddress(kind, address))
}

/** The address of theirs that is meant, however it is written. */
function theirs({ people }: Target, via: string, canonical: (address: Address) => Address): string {
  for (const { kind, address } of people.flat()) {
    if (address === via) return address
    try {
      if (canonical({ kind, address: via }).address === address) return address
    } catch (error) {
      // Written like none of this kind: then it may be one of another.
      if (!(error instanceof Refused)) throw error
    }
  }
  return via
}

function uploaded(tx: Reader, userId: number, id: number): Attachment {
  const upload = getAttachment(tx, userId, id)
  if (!upload) throw new Refused('not_found', 'An attachment does not exist. Upload it, then send')
  if (upload.messageId !== null) throw new Refused('conflict', `"${upload.name}" belongs to another message. Upload it again`)
  return upload
}
