import type { Connector, Session } from '../connector.ts'
import { sameCard } from '../model/book.ts'
import type { BookCard } from '../model/book.ts'
import type { RemoteId } from '../model/ids.ts'
import type { Log } from '../model/ports.ts'
import { accountSettings, listAccounts } from '../store/accounts.ts'
import { cardCompared, changedCards, deferCard, friendsWithoutCard, nextCardTime, putCard, removeCard } from '../store/book-cards.ts'
import type { CardRow } from '../store/book-cards.ts'
import { addressesOf, getContact } from '../store/contacts.ts'
import type { Seal } from '../store/seal.ts'
import type { Store } from '../store/store.ts'
import type { Reader } from '../store/tx.ts'
import { failureOf } from './failure.ts'

export type CardWriterDeps = {
  store: Store
  seal: Seal
  clock: { now(): number }
  log: Log
  connector(kind: string): Promise<Connector>
  session(accountId: number): Session | null
}

export type CardWriter = {
  /** A session has opened. */
  opened(accountId: number, userId: number): void
  /** Something of a user's has changed: perhaps somebody in one of their books. */
  changed(userId: number): void
  stop(): Promise<void>
}

const batch = 100
const soonMs = 200
const baseMs = 15_000
const maxMs = 60 * 60_000

/** Writes into address books what was changed here. A card counts as written only after the network's answer, and writing it again is harmless, also over a crash. */
export function cardWriter({ store, seal, clock, log, connector, session }: CardWriterDeps): CardWriter {
  const books = new Map<number, number>()
  const running = new Map<number, Promise<void>>()
  const timers = new Map<number, NodeJS.Timeout>()
  let stopping = false

  function soon(accountId: number, ms: number): void {
    if (stopping) return
    clearTimeout(timers.get(accountId))
    timers.set(accountId, setTimeout(() => {
      if (running.has(accountId)) return soon(accountId, soonMs)
      running.set(accountId, work(accountId)
        .catch((error: unknown) => log.error({ accountId, error: error instanceof Error ? error.message : String(error) }, 'the address book could not be written for a moment'))
        .finally(() => running.delete(accountId)))
    }, Math.max(0, Math.min(ms, maxMs))).unref())
  }

  async function work(accountId: number): Promise<void> {
    const open = session(accountId)
    const userId = books.get(accountId)
    if (!open?.writeCard || userId === undefined) return void books.delete(accountId)
    const account = await store.read((tx) => listAccounts(tx, userId).find(({ id }) => id === accountId))
    if (!account) return void books.delete(accountId)
    const { book } = await connector(account.kind)
    if (!book) return
    for (let some = batch; some === batch && !stopping;) {
      const rows = await store.read((tx) => changedCards(tx, accountId, clock.now(), batch))
      for (const row of rows) await one(open, userId, row, book.kinds)
      some = rows.length
    }
    const settings = await store.read((tx) => accountSettings<unknown>(tx, seal, accountId))
    if (book.adds(settings)) for (const id of await store.read((tx) => friendsWithoutCard(tx, userId, book.kinds, batch))) await add(open, userId, accountId, id, book.kinds)
    const next = await store.read((tx) => nextCardTime(tx, accountId, clock.now()))
    if (next !== null) soon(accountId, next - clock.now())
  }

  async function one(open: Session, userId: number, row: CardRow, kinds: readonly string[]): Promise<void> {
    const { accountId, remoteId, version, contactId, base } = row
    const now = contactId === null ? null : await store.read((tx) => viewOf(tx, userId, contactId, kinds))
    if (now && sameCard(now.card, base)) return void await store.hot((tx) => cardCompared(tx, accountId, remoteId, now.rev), 'bulk')
    try {
      const written = await open.writeCard!({ remoteId: remoteId as RemoteId, version, base, card: now?.card ?? null })
      if (written && now) await keep(userId, { ...row, remoteId: written.remoteId, version: written.version, contactRev: now.rev, base: now.card })
      else await store.hot((tx) => removeCard(tx, accountId, remoteId), 'bulk')
    } catch (error) {
      const { retry, code } = failureOf(error)
      log.warn({ accountId, code, retry }, 'a card could not be written into the address book')
      if (retry === 'never' && now) await store.hot((tx) => cardCompared(tx, accountId, remoteId, now.rev), 'bulk')
      else if (retry === 'never') await store.hot((tx) => removeCard(tx, accountId, remoteId), 'bulk')
      else await store.hot((tx) => deferCard(tx, accountId, remoteId, clock.now() + (code === 'changed' ? 1000 : Math.min(maxMs, baseMs * 2 ** row.tries))), 'bulk')
    }
  }

  /** Who was deleted here while the card was on its way is to be deleted there too. */
  async function keep(userId: number, card: Omit<CardRow, 'tries'>): Promise<void> {
    const there = await store.hot((tx) => {
      const contactId = card.contactId !== null && getContact(tx, userId, card.contactId) ? card.contactId : null
      putCard(tx, { ...card, contactId })
      return contactId !== null
    }, 'bulk')
    if (!there) soon(card.accountId, soonMs)
  }

  async function add(open: Session, userId: number, accountId: number, contactId: number, kinds: readonly string[]): Promise<void> {
    const now = await store.read((tx) => viewOf(tx, userId, contactId, kinds))
    if (!now) return
    try {
      const written = await open.writeCard!({ base: null, card: now.card })
      if (written) await keep(userId, { accountId, remoteId: written.remoteId, version: written.version, contactId, contactRev: now.rev, base: now.card, befriended: false })
    } catch (error) {
      log.warn({ accountId, code: failureOf(error).code }, 'a friend could not be added to the address book')
    }
  }

  return {
    opened(accountId, userId) {
      if (!session(accountId)?.writeCard) return
      books.set(accountId, userId)
      soon(accountId, 0)
    },
    changed(userId) {
      for (const [accountId, owner] of books) if (owner === userId) soon(accountId, soonMs)
    },
    async stop() {
      stopping = true
      for (const timer of timers.values()) clearTimeout(timer)
      let timer: NodeJS.Timeout | undefined
      await Promise.race([Promise.allSettled(running.values()), new Promise((over) => { timer = setTimeout(over, 2_000) })])
      clearTimeout(timer)
    }
  }
}

function viewOf(tx: Reader, userId: number, contactId: number, kinds: readonly string[]): { card: BookCard, rev: number } | null {
  const contact = getContact(tx, userId, contactId)
  if (!contact) return null
  const addresses = addressesOf(tx, contactId).filter(({ kind }) => kinds.includes(kind)).map(({ kind, address }) => ({ kind, address }))
  return { card: { name: contact.name || addresses[0]?.address || '', addresses, notes: contact.notes }, rev: contact.rev }
}
