import { ConnectorError, remoteId, type IncomingReceipt, type Operation, type Prepared, type Receipt } from '#connector'
import { newestFirst, type Client, type Row } from './client.ts'
import type { Ledger } from './ledger.ts'
import { receiptStatus, toReceipt } from './parse.ts'
import type { Settings } from './settings.ts'
import { explain, wordsFor } from './words.ts'

/** How long an accepted message may take to appear in the list of messages. */
const settleMs = 60_000

type Frozen = { to: string, from: string, body: string, service: string | null, callback: string | null, at: number }

const never = (code: string, text: string): ConnectorError => new ConnectorError(code, text, { retry: 'never' })

/**
 * Freezes what will be sent. The attempt's own id goes into the callback URL, so that its receipts name it even when the answer to our request got lost.
 * Throws a ConnectorError (never) for what SMS cannot carry.
 */
export function prepare(op: Operation, settings: Settings, webhookUrl: string | null): Prepared {
  if (op.type !== 'send') throw never('not-supported', 'SMS knows no read marks.')
  if (op.recipients.length !== 1 || op.recipients[0]!.kind !== 'phone') throw never('recipients', 'An SMS goes to exactly one phone number.')
  if (op.attachments.length > 0) throw never('attachments', 'Files cannot be sent by SMS. Send them by mail, or put a link in the text.')
  if (op.text.trim() === '') throw never('empty', 'There is no text to send.')
  if (op.text.length > 1600) throw never('too-long', `The text has ${op.text.length} characters; an SMS carries 1600 at most. Shorten it or send it by mail.`)
  const data: Frozen = {
    to: op.recipients[0]!.address, from: op.from.address, body: op.text, service: settings.messagingServiceSid ?? null,
    callback: webhookUrl === null ? null : `${webhookUrl}/status/${op.attempt}`, at: op.at
  }
  return { type: 'send', attempt: op.attempt, data }
}

/** Sends. Throws a ConnectorError: `certain: false` where the request was written and no answer came. */
export async function perform(client: Client, prepared: Prepared, ledger: Ledger, now: number): Promise<Receipt> {
  const frozen = prepared.data as Frozen
  ledger.begin(prepared.attempt, frozen.to, frozen.body, now)
  try {
    const made = await client.messages.create({
      to: frozen.to, from: frozen.from, body: frozen.body,
      ...(frozen.service ? { messagingServiceSid: frozen.service } : {}),
      ...(frozen.callback ? { statusCallback: frozen.callback } : {})
    })
    if (typeof made.sid !== 'string') throw new ConnectorError('no-sid', 'Twilio gave an answer without an id, so nobody knows yet whether the message went out.', { retry: 'later', certain: false })
    ledger.sent(prepared.attempt, made.sid)
    if (receiptStatus(made.status) === 'failed') throw never(String(made.errorCode ?? made.status), wordsFor(made.errorCode ?? null))
    return { remoteId: remoteId(made.sid), status: 'sent' }
  } catch (error) {
    const explained = explain(error, true)
    if (explained.certain) ledger.dropped(prepared.attempt)
    throw explained
  }
}

/**
 * Looks for an attempt whose answer got lost. A message does not tell its callback URL, so it is known by number, text and time: exactly one that no other
 * attempt owns is ours. None, after it has had time to appear: null. Else nobody can know: throws a ConnectorError (uncertain).
 * One that was there and failed later is found too; `report` is told that it failed.
 */
export async function find(client: Client, prepared: Prepared, ledger: Ledger, now: number, report: (receipt: IncomingReceipt) => void): Promise<Receipt | null> {
  const frozen = prepared.data as Frozen
  const since = frozen.at - settleMs
  const candidates: Row[] = []
  try {
    // Without a DateSent filter: what still waits at Twilio has none
    for await (const row of newestFirst(client, { to: frozen.to, from: frozen.from }, 50)) {
      if (row.date_created < since) break
      const owner = ledger.attemptOf(row.sid)
      if (row.direction === 'outbound-api' && row.body === frozen.body && (owner === undefined || owner === prepared.attempt)) candidates.push(row)
    }
  } catch (error) {
    const { code, message, retry } = explain(error, false)
    throw new ConnectorError(code, message, { retry, certain: false })
  }
  const sure = candidates.find(row => ledger.attemptOf(row.sid) === prepared.attempt) ?? (candidates.length === 1 ? candidates[0] : undefined)
  if (sure) {
    ledger.sent(prepared.attempt, sure.sid)
    const status = receiptStatus(sure.status)
    if (status === 'failed') report(toReceipt(sure.sid, sure.status, sure.error_code, prepared.attempt)!)
    return { remoteId: remoteId(sure.sid), status: status === 'delivered' || status === 'read' ? 'delivered' : 'sent' }
  }
  if (candidates.length === 0 && now - frozen.at > settleMs) {
    ledger.dropped(prepared.attempt)
    return null
  }
  throw new ConnectorError('unknown', candidates.length === 0
    ? 'Twilio does not list the message yet. Kinbox asks again.'
    : 'Twilio lists several messages with this text to this number, so nobody can say whether this one is among them. Look at the thread and decide.', { retry: 'later', certain: false })
}
