import type { Blobs } from '../blobs/blobs.ts'
import type { Clock, Log } from '../model/ports.ts'
import type { Arrival, Filed, ReceiveAt } from '../model/arrival.ts'
import type { ChangeList, EventData } from '../model/event.ts'
import type { Address } from '../model/incoming.ts'
import { Changes } from '../feed/append.ts'
import type { Wakeup } from '../feed/wakeup.ts'
import { setBackfill, setCursor } from '../store/accounts.ts'
import { recount } from '../store/conversations.ts'
import { listIdentities } from '../store/identities.ts'
import { fillGaps } from '../store/gaps.ts'
import { messageAt } from '../store/places.ts'
import type { Store } from '../store/store.ts'
import { troubleOf } from '../store/trouble.ts'
import type { Writer } from '../store/tx.ts'
import type { AccountRef, Understanding } from './account.ts'
import { apply } from './apply.ts'
import { arrive } from './arrive.ts'
import type { Arrived, Unit } from './arrive.ts'
import { trustOf } from './trust.ts'
import { file } from './file.ts'
import { endShares } from './standing.ts'
import { understand, understandMany, unreadable } from './understand.ts'
import type { Ready, ReadyMessage } from './understand.ts'

/** What became of a batch: how many messages were new, were known already, or could not be read (these are new too); `failed` names the last, by their place in the batch. */
export type Received = { stored: number, known: number, unreadable: number, failed?: { index: number, why: string }[] }

export type Receive = (account: AccountRef, batch: Arrival[], at: ReceiveAt) => Promise<Received>

/**
 * Takes in what an account hands over. Resolves once the whole batch, its cursor and its events are durable, in one
 * transaction; rejects with nothing written, and the account hands the batch over again. One message whose own content
 * cannot be written is kept as unreadable and does not hold up the others.
 */
export function receiver({ store, blobs, wakeup, clock, log, ...how }: { store: Store, blobs: Blobs, wakeup: Wakeup, clock: Clock, log: Log } & Understanding): Receive {
  return async (given, batch, at) => {
    const { known, account } = await store.read((tx) => ({
      known: batch.map((arrival) => 'raw' in arrival && messageAt(tx, given.id, arrival.remoteId) !== undefined),
      account: withIdentities(given, listIdentities(tx, given.userId))
    }))
    const ready = await prepared(batch, known, at.lane === 'history' ? (some) => understandMany(account, some, how, blobs) : null, (arrival) => understand(account, arrival, how, blobs))
    for (const one of ready) one.at = placed(one.at, clock.now())
    await blobs.sync()
    // History is written without savepoints, which cost as much again as small messages; where something in it cannot be written, anew with them.
    const written = (each: boolean) => store.hot((tx) => {
      const changes = new Changes(account.userId)
      const unit: Unit = { tx, changes, account, trust: trustOf(tx, account.userId), own: ownKeys(account), lane: at.lane, now: clock.now() }
      const touched = new Map<number, number[]>()
      const filed = new Map<number, Filed>()
      for (const { arrived, one } of ready.map((one) => ({ arrived: each ? take(unit, one, log) : write(unit, one), one }))) {
        for (const { conversationId, messageId } of arrived) {
          touched.set(conversationId, [...touched.get(conversationId) ?? [], messageId])
          if (one.filed) filed.set(messageId, one.filed)
        }
      }
      for (const [id, messages] of touched) recount(tx, changes, id, at.lane === 'history' ? history(messages) : {})
      if (filed.size > 0) for (const [id, messages] of touched) file(unit, id, messages, filed)
      progress(tx, changes, account, at, unit.now)
      if (!changes.empty) changes.append(tx, unit.now)
      const stored = [...touched.values()].reduce((sum, { length }) => sum + length, 0)
      const received = { stored, known: ready.reduce((sum, { items }) => sum + items.filter(isMessage).length, known.filter(Boolean).length) - stored, ...unreadables(ready) }
      return { received, others: ready.some(({ items }) => items.some(isOfBook)) ? endShares(tx, account.userId, unit.now) : [] }
    }, at.lane === 'live' ? 'live' : 'bulk')
    const { received, others } = await (at.lane === 'live' || ready.length < 2 ? written(true) : written(false).catch((error: unknown) => {
      if (troubleOf(error) !== null) throw error
      log.debug({ account: given.id, error: error instanceof Error ? error.message : String(error) }, 'a batch is written one by one')
      return written(true)
    }))
    for (const one of [account.userId, ...others]) wakeup.notify(one)
    return received
  }
}

/** Which of them could not be read, and why. */
function unreadables(ready: Ready[]): Pick<Received, 'unreadable' | 'failed'> {
  const failed = ready.flatMap(({ items }, index) => {
    const item = items.find(isUnreadable)
    return item ? [{ index, why: (item as ReadyMessage).message.unreadable! }] : []
  })
  return { unreadable: failed.length, ...failed.length > 0 ? { failed } : {} }
}

type Bytes = Extract<Arrival, { raw: Uint8Array }>

/** Each arrival ready to be written, in their order. */
async function prepared(batch: Arrival[], known: boolean[], many: ((some: Bytes[]) => Promise<Ready[]>) | null, each: (arrival: Arrival) => Promise<Ready>): Promise<Ready[]> {
  const together = many ? batch.filter((arrival, i): arrival is Bytes => !known[i] && 'raw' in arrival) : []
  const [some, others] = await Promise.all([many ? many(together) : [], Promise.all(batch.map((arrival, i) => known[i] ? again(arrival) : many && 'raw' in arrival ? null : each(arrival)))])
  const left = some.values()
  return others.map((one) => one ?? left.next().value!)
}

/** What the user calls their own is known to parsing, too: mail from an alias, in Sent, is theirs. */
export function withIdentities(account: AccountRef, identities: Address[]): AccountRef {
  const own = [...account.context.own, ...identities.map(({ kind, address }) => ({ kind, address }))]
  return { ...account, context: { ...account.context, own } }
}

/** The user's own addresses as `kind:address`. */
export function ownKeys({ context }: AccountRef): Set<string> {
  return new Set(context.own.map(({ kind, address }) => `${kind}:${address}`))
}

type Item = Ready['items'][number]
const isMessage = (item: Item) => 'message' in item
/** Friends come and go with an address book. */
const isOfBook = (item: Item) => 'type' in item && ['contact', 'cards', 'removal'].includes(item.type)
const isUnreadable = (item: Item) => 'message' in item && item.message.unreadable !== undefined

/** A time that messages can be ordered by: nothing is dated after its arrival, and what has no time came now. */
const placed = (at: number, now: number) => Number.isFinite(at) ? Math.max(1, Math.min(Math.trunc(at), now)) : now

/** A place that is known: only its flags matter. */
function again(arrival: Arrival): Ready {
  if (!('raw' in arrival)) throw new Error('only places are known')
  const { at, remoteId, seen, flagged } = arrival
  return { at, place: null, raw: null, items: [{ type: 'flags', remoteId, ...(seen === true ? { seen } : {}), ...(flagged === undefined ? {} : { flagged }) }], proof: null }
}

const history = (ids: number[]): EventData => ({ history: ids.length, first: Math.min(...ids), last: Math.max(...ids), reset: true })

/** Writes one arrival in a savepoint of its own. Content that fails twice is kept as a message that says so; trouble of the whole database goes on to the caller. */
function take(unit: Unit, one: Ready, log: Log): NonNullable<Arrived>[] {
  for (let attempt = 1; ; attempt++) {
    const notes: Parameters<ChangeList['add']>[] = []
    try {
      const arrived = unit.tx.savepoint(() => write({ ...unit, changes: { add: (...note) => void notes.push(note) } }, attempt > 2 ? quarantined(one) : one))
      for (const note of notes) unit.changes.add(...note)
      return arrived
    } catch (error) {
      if (troubleOf(error) !== null || attempt > 2) throw error
      log.error({ account: unit.account.id, attempt, error: error instanceof Error ? error.message : String(error) }, 'a message could not be stored')
    }
  }
}

/** Writes all that an arrival says, in the caller's transaction. Returns the messages that are new. */
export function write(unit: Unit, one: Ready): NonNullable<Arrived>[] {
  const arrived: NonNullable<Arrived>[] = []
  for (const item of one.items) {
    if ('message' in item) {
      const result = arrive(unit, item, one)
      if (result) arrived.push(result)
    } else apply(unit, item, one)
  }
  return arrived
}

/** The same arrival without its content: its bytes are kept, and the user sees that something is there. */
function quarantined(one: Ready): Ready {
  const message = unreadable('Kinbox could not store the content of this message. Its original is kept and can be downloaded.')
  return { ...one, items: [{ message, proof: { level: 'unverified', evidence: [] }, digest: one.raw?.digest ?? new Uint8Array(32), senderDigest: '', attachments: [] }] }
}

function progress(tx: Writer, changes: ChangeList, account: AccountRef, at: ReceiveAt, now: number): void {
  if (at.cursor !== undefined) setCursor(tx, account.id, at.lane, at.cursor)
  if (at.lane === 'live' && at.caughtUp) fillGaps(tx, changes, account.id, now)
  if (at.lane === 'history' && (at.progress || at.caughtUp)) setBackfill(tx, changes, account.id, at.progress ?? null, at.caughtUp === true)
}
