import { createHash } from 'node:crypto'
import type { Arrival } from '../model/arrival.ts'
import type { AccountRef } from '../inbound/account.ts'
import type { Received } from '../inbound/receive.ts'
import { remoteId } from '../model/ids.ts'
import type { ImportProgress, ImportSummary } from '../api/admin-actions.ts'
import { wasDelivered } from './import-headers.ts'
import { readSources, sourceSize } from './import-source.ts'

const batchSize = 50
const batchBytes = 16 * 1024 * 1024
const listed = 1000

/**
 * Hands the mails of files to `receive`, in batches of the history lane. A mail is known by its bytes, so doing it again
 * changes nothing. What cannot be read is listed and does not stop it; `signal` does, and keeps what came in so far.
 */
export async function importMail({ account, paths, receive, now, signal, progress }: {
  account: AccountRef, paths: string[], now: number, signal: AbortSignal
  receive(account: AccountRef, batch: Arrival[], at: { lane: 'history' }): Promise<Received>
  progress(progress: ImportProgress): void
}): Promise<Omit<ImportSummary, 'account'>> {
  const summary = { messages: 0, stored: 0, known: 0, unreadable: 0, problems: [] as ImportSummary['problems'] }
  const totalBytes = await sourceSize(paths)
  const own = new Set(account.context.own.map(({ address }) => address))
  let batch: Arrival[] = []
  let bytes = 0
  const flush = async (read: number) => {
    const { stored, known, unreadable } = await receive(account, batch, { lane: 'history' })
    summary.messages += batch.length
    summary.stored += stored
    summary.known += known
    summary.unreadable += unreadable
    batch = []
    bytes = 0
    progress({ bytes: read, totalBytes, messages: summary.messages })
  }
  for await (const found of readSources(paths)) {
    if (signal.aborted) break
    if (found.type === 'problem') {
      if (summary.problems.length < listed) summary.problems.push({ name: found.name, problem: found.problem })
      continue
    }
    const { bytes: raw, at, seen, flagged, read } = found
    // In the role of Sent, so that what is from an own address is outgoing; everything else comes in, and what was delivered.
    batch.push({ remoteId: remoteId('file:' + createHash('sha256').update(raw).digest('hex')), at: at ?? now, folder: { name: 'imported', role: wasDelivered(raw, own) ? 'other' : 'sent' }, raw, seen, flagged })
    bytes += raw.length
    if (batch.length === batchSize || bytes > batchBytes) await flush(read)
  }
  if (batch.length > 0) await flush(totalBytes)
  return summary
}
