import type { ImapFlow, MailboxObject, SearchObject } from 'imapflow'
import type { Arrival, Clock } from '#connector'
import type { LiveFolder } from './cursor.ts'
import { flagsOf } from './fetch.ts'
import { placeId } from './place.ts'
import { packSet, unpackSet } from './sequence.ts'

/** What the server can tell of by itself (RFC 7162). */
export type Tells = { flags: boolean, expunges: boolean }

/** Whether mod-sequences and VANISHED work in the open folder. */
export function tellsOf(client: ImapFlow, box: MailboxObject): Tells {
  const flags = client.enabled.has('CONDSTORE') && !box.noModseq && box.highestModseq !== undefined
  return { flags, expunges: flags && client.enabled.has('QRESYNC') }
}

/** The UID that the next mail will get; asked for where SELECT did not say (it is optional in old servers). */
export async function nextUid(client: ImapFlow, box: MailboxObject): Promise<number> {
  if (box.uidNext) return box.uidNext
  if (box.exists === 0) return 1
  const last = await client.fetchOne('*', { uid: true })
  return last ? last.uid + 1 : 1
}

/** The state of a folder that is watched from now on: nothing in it counts as new or changed. */
export async function beginFolder(client: ImapFlow, box: MailboxObject, start: number, now: number): Promise<LiveFolder> {
  const folder: LiveFolder = { validity: String(box.uidValidity), next: start, start, at: now }
  return { ...folder, ...await lookAt(client, box, tellsOf(client, box)), count: box.exists }
}

/** What must be kept to notice the next change: a mod-sequence where there is one, else the flags and UIDs themselves. */
async function lookAt(client: ImapFlow, box: MailboxObject, tells: Tells): Promise<Partial<LiveFolder>> {
  if (!tells.flags) return packFlags(await readFlags(client, box))
  return { modseq: String(box.highestModseq), ...(tells.expunges ? {} : { uids: packSet(await allUids(client, box)) }) }
}

/**
 * Flags that changed and mails that are gone since `before`, as arrivals, and what to keep for the next time. `fresh` are the
 * mails handed over since then, with the flags they were handed over with. `vanished` are UIDs that the server reports
 * by VANISHED while this runs. Must run in the open folder.
 */
export async function changesSince(client: ImapFlow, path: string, box: MailboxObject, before: LiveFolder, fresh: ReadonlyMap<number, Flags>, vanished: Set<number>, clock: Clock): Promise<{ arrivals: Arrival[], keep: Partial<LiveFolder> }> {
  const tells = tellsOf(client, box)
  const arrivals: Arrival[] = []
  const at = clock.now()
  const changed = (uid: number, flags: Flags) => {
    const handed = fresh.get(uid)
    if (handed && handed.seen === flags.seen && handed.flagged === flags.flagged) return
    arrivals.push({ at, incoming: { type: 'flags', remoteId: placeId(path, before.validity, uid), ...flags } })
  }
  const gone = (uid: number) => arrivals.push({ at, incoming: { type: 'removal', remoteId: placeId(path, before.validity, uid) } })
  const count = box.exists

  // The server lost or never had mod-sequences, or we meet them for the first time: begin anew from what is there.
  if (tells.flags !== (before.modseq !== undefined)) return { arrivals, keep: { ...await lookAt(client, box, tells), count } }

  if (tells.flags) {
    const keep: Partial<LiveFolder> = { modseq: String(box.highestModseq), count }
    if (before.next > 1 && keep.modseq !== before.modseq) {
      vanished.clear()
      for await (const message of client.fetch(`1:${before.next - 1}`, { uid: true, flags: true }, { uid: true, changedSince: BigInt(before.modseq!) })) {
        if (message.uid < before.next) changed(message.uid, flagsOf(message))
      }
      for (const uid of vanished) if (uid < before.next) gone(uid)
    }
    if (!tells.expunges) {
      const uids = await allUids(client, box)
      const present = new Set(uids)
      for (const uid of [...unpackSet(before.uids ?? ''), ...fresh.keys()]) if (!present.has(uid)) gone(uid)
      keep.uids = packSet(uids)
    }
    return { arrivals, keep }
  }

  const flags = await readFlags(client, box)
  const wasUnseen = new Set(unpackSet(before.unseen ?? ''))
  const wasFlagged = new Set(unpackSet(before.flagged ?? ''))
  for (const uid of [...unpackSet(before.uids ?? ''), ...fresh.keys()]) {
    const now = flags.get(uid)
    if (!now) gone(uid)
    else if (fresh.has(uid) || now.seen === wasUnseen.has(uid) || now.flagged !== wasFlagged.has(uid)) changed(uid, now)
  }
  return { arrivals, keep: { ...packFlags(flags), count } }
}

export type Flags = { seen: boolean, flagged: boolean }

async function readFlags(client: ImapFlow, box: MailboxObject): Promise<Map<number, Flags>> {
  const found = new Map<number, Flags>()
  if (box.exists > 0) {
    for await (const message of client.fetch('1:*', { uid: true, flags: true })) {
      // A flag changed by somebody else comes in between, without a UID.
      if (message.uid) found.set(message.uid, flagsOf(message))
    }
  }
  return new Map([...found].sort(([a], [b]) => a - b))
}

function packFlags(flags: ReadonlyMap<number, Flags>): { uids: string, unseen: string, flagged: string } {
  const pick = (wanted: (flags: Flags) => boolean) => packSet([...flags].filter(([, each]) => wanted(each)).map(([uid]) => uid))
  return { uids: packSet(flags.keys()), unseen: pick((each) => !each.seen), flagged: pick((each) => each.flagged) }
}

/** Every UID in the open folder, ascending. */
export async function allUids(client: ImapFlow, box: MailboxObject): Promise<number[]> {
  return box.exists === 0 ? [] : await uidsIn(client, '1:*')
}

/** The UIDs in a range of the open folder, ascending. Throws where the server does not answer: nothing found is an empty list, never a failure. */
export async function uidsIn(client: ImapFlow, range: string): Promise<number[]> {
  return await search(client, { uid: range })
}

/**
 * Where "new" begins in a folder whose UIDVALIDITY changed: the lowest UID that arrived (INTERNALDATE) after `since`, or the
 * next UID. What is below is history.
 */
export async function firstSince(client: ImapFlow, box: MailboxObject, since: number): Promise<number> {
  const next = await nextUid(client, box)
  if (box.exists === 0) return next
  // SINCE knows only days, in the server's time zone; a quarter of an hour covers clocks that differ.
  const uids = await search(client, { since: new Date(since - 86_400_000) })
  let first = next
  for (let index = 0; index < uids.length; index += 1000) {
    for await (const message of client.fetch(packSet(uids.slice(index, index + 1000)), { uid: true, internalDate: true }, { uid: true })) {
      const date = new Date(message.internalDate ?? NaN).getTime()
      if (message.uid < first && date >= since - 900_000) first = message.uid
    }
  }
  return first
}

async function search(client: ImapFlow, query: SearchObject): Promise<number[]> {
  const found = await client.search(query, { uid: true })
  if (!Array.isArray(found)) throw new Error('SEARCH failed')
  return found.sort((a, b) => a - b)
}
