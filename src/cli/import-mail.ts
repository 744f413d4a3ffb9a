import { hash } from 'node:crypto'
import type { Arrival } from '../model/arrival.ts'
import type { AccountRef } from '../inbound/account.ts'
import type { Received } from '../inbound/receive.ts'
import { remoteId } from '../model/ids.ts'
import type { ImportProgress, ImportSummary } from '../api/admin-actions.ts'
import { wasDelivered } from './import-headers.ts'
import { readSources, sourceSize } from './import-source.ts'
import type { GoOn, Place, SourceMessage } from './import-source.ts'

/** What is written in one transaction: live mail waits for it at most. */
const batchSize = 100
const batchBytes = 4 * 1024 * 1024
/** So many batches are on their way at once: being parsed, or waiting to be written; of large mails one alone. */
const ahead = 4
const aheadBytes = 5 * batchBytes
/** A bookmark is a commit of its own: one for the first batch of a file and for each so many more. What is read again after a crash is known. */
const batchesABookmark = 5
const listed = 1000

/** Where an import that ended early goes on: see readSources. */
export type Bookmark = { goOn: GoOn, keep(place: Place): Promise<void> }

/**
 * Hands the mails of files to `receive`, in batches of the history lane. A mail is known by its bytes, so doing it again
 * changes nothing; a large file goes on where it was. What cannot be read is listed and does not stop it; `signal` does, and keeps what
 * came in so far.
 */
export async function importMail({ account, paths, receive, now, signal, progress, bookmark, pace, ending }: {
  account: AccountRef, paths: string[], now: number, signal: AbortSignal
  receive(account: AccountRef, batch: Arrival[], at: { lane: 'history' }): Promise<Received>
  progress(progress: ImportProgress): void
  bookmark?: Bookmark
  /** Told how many messages were stored; resolves when more may come. */
  pace?(messages: number, signal: AbortSignal): Promise<void>
  /** All has been read, and the last are on their way. */
  ending?(): void
}): Promise<Omit<ImportSummary, 'account'>> {
  const summary = { messages: 0, stored: 0, known: 0, unreadable: 0, problems: [] as ImportSummary['problems'] }
  const problem = (name: string, words: string) => void (summary.problems.length < listed && summary.problems.push({ name, problem: words }))
  const totalBytes = await sourceSize(paths)
  const own = new Set(account.context.own.map(({ address }) => address))
  let batch: SourceMessage[] = []
  let bytes = 0
  const under: { done: Promise<void>, bytes: number }[] = []
  let last: Promise<unknown> = Promise.resolve()
  /** The large file that has a bookmark in it. */
  let begun: Place | null = null
  let unkept: Place | null = null
  let batches = 0
  const keep = async () => {
    const place = unkept
    unkept = null
    if (place) await bookmark?.keep(place)
  }
  const finished = async (place: Place) => {
    unkept = { ...place, at: place.size }
    batches = 0
    await keep()
  }
  const flush = (read: number) => {
    const some = batch
    const size = bytes
    const before = last
    const written = receive(account, some.map((found) => arrivalOf(found, own, now)), { lane: 'history' })
    batch = []
    bytes = 0
    const done = (async () => {
      const { stored, known, unreadable, failed = [] } = await written
      await before
      summary.messages += some.length
      summary.stored += stored
      summary.known += known
      summary.unreadable += unreadable
      for (const { index, why } of failed) problem(some[index]!.name, why)
      const { place } = some.at(-1)!
      if (begun && begun.path !== place.path) await finished(begun)
      if (place.at === place.size && begun?.path === place.path) await finished(place)
      else if (place.at < place.size) {
        unkept = place
        if (batches++ % batchesABookmark === 0) await keep()
      }
      begun = place.at < place.size ? place : null
      if (stored > 0) await pace?.(stored, signal)
      progress({ bytes: read, totalBytes, messages: summary.messages })
    })()
    // Whoever waits for it hears of a failure; until then nobody does.
    done.catch(() => undefined)
    last = done
    under.push({ done, bytes: size })
  }
  for await (const found of readSources(paths, bookmark ? { goOn: bookmark.goOn } : {})) {
    if (signal.aborted) break
    if (found.type === 'problem') {
      problem(found.name, found.problem)
      continue
    }
    batch.push(found)
    bytes += found.bytes.length
    if (batch.length === batchSize || bytes > batchBytes) flush(found.read)
    while (under.length >= ahead || under.reduce((sum, one) => sum + one.bytes, 0) > aheadBytes) await under.shift()!.done
  }
  ending?.()
  if (batch.length > 0) flush(signal.aborted ? batch.at(-1)!.read : totalBytes)
  for (const { done } of under) await done
  if (signal.aborted) await keep()
  else if (begun) await finished(begun)
  return summary
}

/**
 * In the role of Sent, so that what is from an own address is outgoing; everything else comes in, and what was delivered. An
 * exporter knows better.
 */
function arrivalOf({ bytes: raw, head, at, seen, flagged, exported }: SourceMessage, own: ReadonlySet<string>, now: number): Arrival {
  const role = exported?.sent || !wasDelivered(head, own) ? 'sent' : 'other'
  return { remoteId: remoteId('file:' + hash('sha256', raw, 'hex')), at: at ?? now, folder: { name: 'imported', role }, raw, seen, flagged, ...exported ? { filed: { labels: exported.labels, archived: exported.archived } } : {} }
}
