import type { Address } from '../model/incoming.ts'
import type { ChangeList } from '../model/event.ts'
import type { ChoiceBecause } from '../model/decision.ts'
import type { DeliveryStatus, Prepared, Receipt } from '../model/delivery.ts'
import { newestChanged } from './conversations.ts'
import { insertPlace } from './places.ts'
import type { Reader, Writer } from './tx.ts'

export type DispatchState = 'queued' | 'sending' | 'uncertain' | 'done' | 'failed' | 'cancelled'
export type DeliveryError = { code: string, text: string }

/** One operation on one account. `nextAt`: when it may be tried, or asked about, again (ms). */
export type Dispatch = {
  id: number, userId: number, messageId: number, accountId: number, attempt: string, state: DispatchState, prepared: Prepared | null,
  remoteId: string | null, because: ChoiceBecause, tries: number, nextAt: number, createdAt: number
}

/** What became of a dispatch for one recipient. */
export type Attempt = Address & { id: number, dispatchId: number, status: DeliveryStatus, error: DeliveryError | null, at: number }

type Columns = {
  id: number, user_id: number, message_id: number, account_id: number, attempt: string, state: DispatchState, prepared: string | null,
  remote_id: string | null, because: string, tries: number, next_at: number, created_at: number
}
type AttemptColumns = { id: number, dispatch_id: number, kind: string, address: string, status: DeliveryStatus, error: string | null, at: number }

const columns = 'd.id, d.user_id, d.message_id, d.account_id, d.attempt, d.state, d.prepared, d.remote_id, d.because, d.tries, d.next_at, d.created_at'

/** Few of all that was ever sent. The index is named, since for an order by id the planner would rather read the whole table. */
const underWay = "dispatch d INDEXED BY dispatch_open WHERE d.state IN ('queued', 'sending', 'uncertain')"

const dispatchOf = (row: Columns): Dispatch => ({
  id: row.id, userId: row.user_id, messageId: row.message_id, accountId: row.account_id, attempt: row.attempt, state: row.state, prepared: row.prepared === null ? null : JSON.parse(row.prepared),
  remoteId: row.remote_id, because: JSON.parse(row.because), tries: row.tries, nextAt: row.next_at, createdAt: row.created_at
})
const attemptOf = (row: AttemptColumns): Attempt => ({ id: row.id, dispatchId: row.dispatch_id, kind: row.kind, address: row.address, status: row.status, error: row.error === null ? null : JSON.parse(row.error), at: row.at })

/**
 * A status is only ever raised along this order, whatever order receipts come in. A failure is over "sent" (a bounce) and under
 * "delivered" (who has it, has it). What goes back to queued goes through `requeue`: certainly not sent, or the user's own word.
 */
const rank: Record<DeliveryStatus, number> = { queued: 0, sending: 1, uncertain: 2, cancelled: 3, sent: 4, failed: 5, delivered: 6, read: 7 }

export function getDispatch(tx: Reader, id: number): Dispatch | undefined {
  const row = tx.get<Columns>(`SELECT ${columns} FROM dispatch d WHERE d.id = ?`, id)
  return row && dispatchOf(row)
}

/** The dispatches of a message, in the order they were made. */
export function dispatchesOf(tx: Reader, messageId: number): Dispatch[] {
  return tx.all<Columns>(`SELECT ${columns} FROM dispatch d WHERE d.message_id = ? ORDER BY d.id`, messageId).map(dispatchOf)
}

/** What became of a message for each recipient, on each account, in the order it was tried. */
export function attemptsAt(tx: Reader, messageId: number): (Attempt & { accountId: number, because: ChoiceBecause })[] {
  return tx.all<AttemptColumns & { account_id: number, because: string }>(
    'SELECT a.id, a.dispatch_id, a.kind, a.address, a.status, a.error, a.at, d.account_id, d.because FROM dispatch d JOIN attempt a ON a.dispatch_id = d.id WHERE d.message_id = ? ORDER BY d.id, a.id', messageId
  ).map((row) => ({ ...attemptOf(row), accountId: row.account_id, because: JSON.parse(row.because) as ChoiceBecause }))
}

export function attemptsOf(tx: Reader, dispatchId: number): Attempt[] {
  return tx.all<AttemptColumns>('SELECT id, dispatch_id, kind, address, status, error, at FROM attempt WHERE dispatch_id = ? ORDER BY id', dispatchId).map(attemptOf)
}

/** undefined when the user has none of that id. */
export function dispatchOfAttempt(tx: Reader, userId: number, attemptId: number): Dispatch | undefined {
  const row = tx.get<Columns>(`SELECT ${columns} FROM attempt a JOIN dispatch d ON d.id = a.dispatch_id WHERE a.id = ? AND d.user_id = ?`, attemptId, userId)
  return row && dispatchOf(row)
}

/** Queues an operation, with an attempt for each recipient. The caller's message has its own event. */
export function insertDispatch(tx: Writer, { userId, messageId, accountId, attempt, because, recipients, now }: { userId: number, messageId: number, accountId: number, attempt: string, because: ChoiceBecause, recipients: Address[], now: number }): number {
  const id = tx.nextId('dispatch')
  tx.run(
    "INSERT INTO dispatch (id, user_id, message_id, account_id, attempt, state, because, next_at, created_at) VALUES (?, ?, ?, ?, ?, 'queued', ?, ?, ?)",
    id, userId, messageId, accountId, attempt, JSON.stringify(because), now, now
  )
  for (const { kind, address } of recipients) {
    tx.run("INSERT INTO attempt (id, dispatch_id, kind, address, status, at) VALUES (?, ?, ?, ?, 'queued', ?)", tx.nextId('attempt'), id, kind, address, now)
  }
  return id
}

/**
 * The next queued operation of an account: the oldest that is due. One that waits for its back-off holds back later ones
 * of the same strand, so that nobody reads an answer before what it follows; it holds back nobody else.
 */
export function nextDue(tx: Reader, accountId: number, now: number): Dispatch | undefined {
  const row = tx.get<Columns>(
    `SELECT ${columns} FROM dispatch d JOIN message m ON m.id = d.message_id
     WHERE d.account_id = ?1 AND d.state = 'queued' AND d.next_at <= ?2 AND NOT EXISTS (
       SELECT 1 FROM dispatch e JOIN message f ON f.id = e.message_id
       WHERE e.account_id = ?1 AND e.state = 'queued' AND e.next_at > ?2 AND e.id < d.id AND e.message_id <> d.message_id AND f.strand_id = m.strand_id)
     ORDER BY d.id LIMIT 1`,
    accountId, now
  )
  return row && dispatchOf(row)
}

/** The next uncertain operation of an account that is to be asked about, other than these. */
export function nextUncertain(tx: Reader, accountId: number, now: number, except: ReadonlySet<number>): Dispatch | undefined {
  const rows = tx.all<Columns>(`SELECT ${columns} FROM ${underWay} AND d.state = 'uncertain' AND d.account_id = ? AND d.next_at <= ? ORDER BY d.id`, accountId, now)
  const row = rows.find(({ id }) => !except.has(id))
  return row && dispatchOf(row)
}

/** When this account has something to do again (ms), after `now`; null: nothing waits for the clock. */
export function nextTime(tx: Reader, accountId: number, now: number): number | null {
  const row = tx.get<{ at: number | null }>(`SELECT min(d.next_at) AS at FROM ${underWay} AND d.state <> 'sending' AND d.account_id = ? AND d.next_at > ?`, accountId, now)
  return row?.at ?? null
}

/** Never tried, it waits for nothing; tried, for `mostMs` at most. What would wait longer waits for a clock that was set back. */
const waitsInVain = `${underWay} AND d.state <> 'sending' AND d.account_id = ?1 AND (d.next_at > ?2 + ?3 OR (d.tries = 0 AND d.state = 'queued' AND d.next_at > ?2))`

/** Whether something of an account waits for a clock that was set back. */
export function isSetBack(tx: Reader, accountId: number, now: number, mostMs: number): boolean {
  return tx.get(`SELECT 1 FROM ${waitsInVain} LIMIT 1`, accountId, now, mostMs) !== undefined
}

/** That is due now. */
export function hasten(tx: Writer, accountId: number, now: number, mostMs: number): void {
  for (const { id } of tx.all<{ id: number }>(`SELECT d.id FROM ${waitsInVain}`, accountId, now, mostMs)) tx.run('UPDATE dispatch SET next_at = ? WHERE id = ?', now, id)
}

/** The accounts that have something to send or to ask about. */
export function accountsWithWork(tx: Reader): number[] {
  return tx.all<{ account_id: number }>("SELECT DISTINCT account_id FROM dispatch WHERE state IN ('queued', 'sending', 'uncertain')").map(({ account_id }) => account_id)
}

/** What is not over for a user, newest first, by key: what waits, is uncertain, or failed. `before`: a dispatch id. */
export function listOutbox(tx: Reader, userId: number, { before, limit }: { before: number | null, limit: number }): { id: number, messageId: number }[] {
  return tx.all(
    `SELECT d.id, d.message_id AS messageId FROM dispatch d INDEXED BY dispatch_outbox WHERE d.user_id = ? AND d.state IN ('queued', 'sending', 'uncertain', 'failed') AND d.id < ? ORDER BY d.id DESC LIMIT ?`,
    userId, before ?? Number.MAX_SAFE_INTEGER, limit
  )
}

/**
 * queued -> sending, with the frozen bytes and ids, before anything leaves. False when it is not queued any more (cancelled
 * meanwhile): then nothing may be sent. The Message-ID becomes the message's own, so that answers and echoes find it.
 */
export function claim(tx: Writer, changes: ChangeList, dispatch: Dispatch, prepared: Prepared, now: number): boolean {
  const claimed = tx.run("UPDATE dispatch SET state = 'sending', prepared = ?, tries = tries + 1 WHERE id = ? AND state = 'queued'", JSON.stringify(prepared), dispatch.id)
  if (claimed === 0) return false
  if (prepared.messageId) {
    tx.run('UPDATE message SET message_id = ? WHERE id = ? AND message_id IS NULL', prepared.messageId, dispatch.messageId)
    tx.run(
      'INSERT INTO topic_ref (user_id, message_id, topic_id, present) SELECT user_id, ?, topic_id, 1 FROM message WHERE id = ? AND topic_id IS NOT NULL ON CONFLICT DO NOTHING',
      prepared.messageId, dispatch.messageId
    )
  }
  raise(tx, dispatch.id, null, 'sending', null, now)
  messageChanged(tx, changes, dispatch.messageId)
  return true
}

/**
 * Whether what a network found cannot be this operation: it is another one's, or a message that came in or was sent from
 * elsewhere. Two equal texts to one person look the same to a network that knows no ids of ours.
 */
export function takenByOther(tx: Reader, { id, accountId, messageId }: Dispatch, remoteId: string): boolean {
  return tx.get('SELECT 1 FROM dispatch WHERE account_id = ? AND remote_id = ? AND id <> ?', accountId, remoteId, id) !== undefined
    || tx.get('SELECT 1 FROM place WHERE account_id = ? AND remote_id = ? AND message_id <> ?', accountId, remoteId, messageId) !== undefined
}

/**
 * What may be the echo of an operation that is under way or uncertain: the oldest one on this account, to this recipient
 * alone, with this very text, that nothing is known of yet. `at` is the network's time (ms); clocks may differ by `leeway`.
 */
export function unsettledLike(tx: Reader, accountId: number, { recipient, text, at, leeway }: { recipient: Address, text: string, at: number, leeway: number }): Dispatch | undefined {
  const rows = tx.all<Columns>(
    `SELECT ${columns} FROM dispatch d INDEXED BY dispatch_open JOIN message_body b ON b.message_id = d.message_id
     WHERE d.state IN ('queued', 'sending', 'uncertain') AND d.state <> 'queued' AND d.account_id = ?1 AND d.remote_id IS NULL AND d.prepared IS NOT NULL AND d.created_at <= ?2 AND b.text = ?3 ORDER BY d.id`,
    accountId, at + leeway, text)
  return rows.map(dispatchOf).find(({ id }) => {
    const attempts = attemptsOf(tx, id)
    return attempts.length === 1 && attempts[0]!.kind === recipient.kind && attempts[0]!.address === recipient.address
  })
}

/** The network took it. Recipients that it refused have failed; the others are raised. */
export function finish(tx: Writer, changes: ChangeList, dispatch: Dispatch, receipt: Receipt, now: number): void {
  for (const { address, error } of receipt.refused ?? []) raise(tx, dispatch.id, address, 'failed', error, now)
  raise(tx, dispatch.id, null, receipt.status, null, now, (receipt.refused ?? []).map(({ address }) => address))
  if (receipt.remoteId !== undefined) {
    tx.run('UPDATE dispatch SET remote_id = ? WHERE id = ?', receipt.remoteId, dispatch.id)
    insertPlace(tx, dispatch.accountId, receipt.remoteId, '', dispatch.messageId)
  }
  settle(tx, dispatch.id, now)
  messageChanged(tx, changes, dispatch.messageId)
}

/** It may have gone: nothing is repeated until the network or the user knows. A receipt that came meanwhile decides. */
export function becomeUncertain(tx: Writer, changes: ChangeList, dispatch: Dispatch, error: DeliveryError, nextAt: number, now: number): void {
  raise(tx, dispatch.id, null, 'uncertain', error, now)
  tx.run("UPDATE dispatch SET state = 'uncertain', next_at = ? WHERE id = ? AND state = 'sending'", nextAt, dispatch.id)
  settle(tx, dispatch.id, now)
  messageChanged(tx, changes, dispatch.messageId)
}

/** When to ask about an uncertain one again. */
export function askAgain(tx: Writer, dispatchId: number, nextAt: number): void {
  tx.run("UPDATE dispatch SET next_at = ? WHERE id = ? AND state = 'uncertain'", nextAt, dispatchId)
}

/** It will not go this way. */
export function fail(tx: Writer, changes: ChangeList, dispatch: Dispatch, error: DeliveryError, now: number): void {
  raise(tx, dispatch.id, null, 'failed', error, now)
  settle(tx, dispatch.id, now)
  messageChanged(tx, changes, dispatch.messageId)
}

/**
 * Back to the queue, from `from` only: certainly not sent, or the user's word. What a receipt has decided meanwhile stays.
 * `error`: why the last try did not do it; null clears it. `afresh`: the user's word, which also takes failed ones back.
 */
export function requeue(tx: Writer, changes: ChangeList, dispatch: Dispatch, { from, error, nextAt, now, afresh = false }: { from: DispatchState[], error: DeliveryError | null, nextAt: number, now: number, afresh?: boolean }): boolean {
  const state = getDispatch(tx, dispatch.id)?.state
  if (!state || !from.includes(state)) return false
  const gone = !afresh && attemptsOf(tx, dispatch.id).some(({ status }) => reached(status))
  const taken = gone ? 0 : tx.run(
    `UPDATE attempt SET status = 'queued', error = ?, at = ? WHERE dispatch_id = ? AND status IN ('queued', 'sending', 'uncertain'${afresh ? ", 'failed'" : ''})`,
    error === null ? null : JSON.stringify(error), now, dispatch.id
  )
  if (taken > 0) tx.run(`UPDATE dispatch SET state = 'queued', next_at = ?${afresh ? ', tries = 0' : state === 'queued' ? ', tries = tries + 1' : ''} WHERE id = ?`, nextAt, dispatch.id)
  else settle(tx, dispatch.id, now)
  messageChanged(tx, changes, dispatch.messageId)
  return taken > 0
}

/** Only while queued; false when it has left the queue. */
export function cancelDispatch(tx: Writer, changes: ChangeList, dispatch: Dispatch, now: number): boolean {
  if (tx.run("UPDATE dispatch SET state = 'cancelled' WHERE id = ? AND state = 'queued'", dispatch.id) === 0) return false
  tx.run("UPDATE attempt SET status = 'cancelled', error = NULL, at = ? WHERE dispatch_id = ? AND status = 'queued'", now, dispatch.id)
  messageChanged(tx, changes, dispatch.messageId)
  return true
}

/** What was being sent when the process ended may have gone. Returns the dispatches as they were. */
export function leftSending(tx: Reader): Dispatch[] {
  return tx.all<Columns>(`SELECT ${columns} FROM ${underWay} AND d.state = 'sending' ORDER BY d.id`).map(dispatchOf)
}

export type ReceiptOf = {
  accountId: number
  /** Our own token of the dispatch. */
  attempt?: string | undefined
  /** What the network calls it. */
  remoteId?: string | undefined
  /** Our message, where only its Message-ID was named (a bounce). */
  messageId?: number | undefined
  /** Canonical; all recipients when absent. */
  recipient?: string | undefined
}

/**
 * Applies what a network says became of something we sent; receipts may come doubled and in any order. Returns the message,
 * or null when nothing of ours was meant. A failure that names an earlier try of an operation is old news.
 */
export function raiseAttempt(tx: Writer, changes: ChangeList, of: ReceiptOf, status: 'sent' | 'delivered' | 'read' | 'failed', error: DeliveryError | null, now: number): number | null {
  const dispatch = meant(tx, of)
  if (!dispatch) return null
  const tryingAgain = dispatch.state === 'queued' || dispatch.state === 'sending'
  const earlierTry = dispatch.remoteId !== null && of.remoteId !== undefined && (tryingAgain ? of.remoteId === dispatch.remoteId : of.remoteId !== dispatch.remoteId)
  if (status === 'failed' && earlierTry) return dispatch.messageId
  if (of.remoteId !== undefined && dispatch.remoteId === null) {
    tx.run('UPDATE dispatch SET remote_id = ? WHERE id = ?', of.remoteId, dispatch.id)
    insertPlace(tx, dispatch.accountId, of.remoteId, '', dispatch.messageId)
  }
  if (raise(tx, dispatch.id, of.recipient ?? null, status, error, now) === 0) return dispatch.messageId
  // A failure of one recipient says that the operation went out to the others.
  if (status === 'failed' && of.recipient !== undefined && dispatch.state !== 'sending') raise(tx, dispatch.id, null, 'sent', null, now)
  // While it is being sent, the deliverer has the last word on the dispatch itself.
  if (dispatch.state !== 'sending') settle(tx, dispatch.id, now)
  messageChanged(tx, changes, dispatch.messageId)
  return dispatch.messageId
}

function meant(tx: Reader, { accountId, attempt, remoteId, messageId, recipient }: ReceiptOf): Dispatch | undefined {
  if (attempt !== undefined) {
    // A bounce may come to another account of the same user.
    const row = tx.get<Columns>(`SELECT ${columns} FROM dispatch d WHERE d.attempt = ? AND d.user_id = (SELECT user_id FROM account WHERE id = ?)`, attempt, accountId)
    if (row) return dispatchOf(row)
  }
  if (remoteId !== undefined) {
    const row = tx.get<Columns>(`SELECT ${columns} FROM dispatch d WHERE d.account_id = ? AND d.remote_id = ?`, accountId, remoteId)
    if (row) return dispatchOf(row)
  }
  if (messageId === undefined) return undefined
  const row = tx.get<Columns>(
    `SELECT ${columns} FROM dispatch d WHERE d.message_id = ?1 AND d.user_id = (SELECT user_id FROM account WHERE id = ?2)
     AND (?3 IS NULL OR EXISTS (SELECT 1 FROM attempt a WHERE a.dispatch_id = d.id AND a.address = ?3)) ORDER BY d.id DESC LIMIT 1`,
    messageId, accountId, recipient ?? null
  )
  return row && dispatchOf(row)
}

/** Raises the attempts of a dispatch (one recipient's, or all but some) that stand lower. Returns how many it raised. */
function raise(tx: Writer, dispatchId: number, recipient: string | null, status: DeliveryStatus, error: DeliveryError | null, now: number, except: string[] = []): number {
  let raised = 0
  for (const attempt of attemptsOf(tx, dispatchId)) {
    if (recipient !== null ? attempt.address !== recipient : except.includes(attempt.address)) continue
    // Sent, and still on its way: the attempt says why it takes so long, until something becomes of it.
    if (status === 'sent' && attempt.status === 'sent' && error !== null && attempt.error?.text !== error.text) {
      raised += tx.run('UPDATE attempt SET error = ? WHERE id = ?', JSON.stringify(error), attempt.id)
      continue
    }
    if (rank[attempt.status] >= rank[status] || (attempt.status === 'cancelled' && status === 'failed')) continue
    raised += tx.run('UPDATE attempt SET status = ?, error = ?, at = ? WHERE id = ?', status, error === null ? null : JSON.stringify(error), now, attempt.id)
  }
  return raised
}

/**
 * A dispatch is over when each of its attempts is: nothing of it will be sent again by itself. It is one operation, so when
 * it has reached one recipient, it has gone to all of them.
 */
function settle(tx: Writer, dispatchId: number, now: number): void {
  if (attemptsOf(tx, dispatchId).some(({ status }) => reached(status))) raise(tx, dispatchId, null, 'sent', null, now)
  const all = attemptsOf(tx, dispatchId).map(({ status }) => status)
  if (all.some((status) => rank[status] < rank.cancelled)) return
  const state = all.every((status) => status === 'cancelled') ? 'cancelled' : all.some(reached) ? 'done' : 'failed'
  tx.run('UPDATE dispatch SET state = ? WHERE id = ?', state, dispatchId)
}

const reached = (status: DeliveryStatus): boolean => status === 'sent' || status === 'delivered' || status === 'read'

/** failed if any attempt failed; else the lowest; cancelled ones count only when all are. */
export function overall(statuses: DeliveryStatus[]): DeliveryStatus | null {
  if (statuses.includes('failed')) return 'failed'
  const open = statuses.filter((status) => status !== 'cancelled')
  if (open.length === 0) return statuses[0] ?? null
  return open.reduce((low, status) => rank[status] < rank[low] ? status : low)
}

/** Recomputes the message's status from its attempts; one event: the attempts are part of the message. */
function messageChanged(tx: Writer, changes: ChangeList, messageId: number): void {
  const statuses = tx.all<{ status: DeliveryStatus }>('SELECT a.status FROM dispatch d JOIN attempt a ON a.dispatch_id = d.id WHERE d.message_id = ?', messageId).map(({ status }) => status)
  const { rev } = tx.get<{ rev: number }>('UPDATE message SET status = ?, rev = rev + 1 WHERE id = ? RETURNING rev', overall(statuses), messageId)!
  const { conversation, folder } = tx.get<{ conversation: number, folder: 'inbox' | 'other' }>(
    'SELECT c.id AS conversation, c.folder FROM message m JOIN strand s ON s.id = m.strand_id JOIN conversation c ON c.id = s.conversation_id WHERE m.id = ?', messageId)!
  changes.add('message.changed', messageId, rev, { folder, conversation })
  newestChanged(tx, changes, conversation, messageId)
}
