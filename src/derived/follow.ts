import type { Event } from '../model/event.ts'
import { eventsAfter } from '../store/events.ts'
import { contactDocument, contactIds, documentOf, findable, idsAfter, idsBetween, logHeads, ownTitle, titledIds } from '../store/search-documents.ts'
import type { IndexFile, IndexWriter } from '../store/search-file.ts'
import { entryOf, followOf, makeEmpty, noteChannel, putContact, putRow, putTitle, removeRow, setFollow } from '../store/search-index.ts'
import type { Follow } from '../store/search-index.ts'
import type { Reader } from '../store/tx.ts'
import { rowOf, stampOf } from './document.ts'
import type { Places } from './place.ts'
import { tag } from './tags.ts'
import { indexable } from './words.ts'

const eventsAStep = 200
/** History says many messages in one event: a step ends after the event that passes this. */
const messagesAStep = 1000
const scanAStep = 500
/** A log this short is read from its start, where there is no index yet; a longer one is not: the messages themselves are. */
const shortLog = 2000

/** How far a user's index is, and whether there is more to do right now. */
export type Step = { userId: number, seq: number, scanning: boolean, more: boolean }

/**
 * Takes the next events of a user into the index, or, while that is made anew, the next messages; with the cursor in one
 * transaction. For each object in the events the row as it is now counts: there -> instead of what was, gone -> removed. So
 * reading an event twice is harmless. An index that cannot follow (its place is ahead of the log, or was pruned) starts anew.
 */
export function step(main: Reader, { tx, transaction }: IndexFile, places: Places, { userId, head, floor }: { userId: number, head: number, floor: number }): Step {
  const now = followOf(tx, userId)
  if (!now || now.seq > head || now.seq < floor) {
    const fresh: Follow = !now && floor === 0 && head <= shortLog ? { seq: 0, scan: null } : { seq: head, scan: 0 }
    transaction(() => {
      makeEmpty(tx, userId)
      if (fresh.scan !== null) {
        takeContacts(main, tx, userId, contactIds(main, userId))
        takeTitles(main, tx, userId, titledIds(main, userId))
      }
      setFollow(tx, userId, fresh)
    })
    return { userId, seq: fresh.seq, scanning: fresh.scan !== null, more: fresh.scan !== null || fresh.seq < head }
  }
  const events = eventsAfter(main, userId, now.seq, eventsAStep)
  if (events.length > 0) {
    const { messages, contacts, conversations, seq } = objectsOf(main, events)
    transaction(() => {
      takeMessages(main, tx, places, userId, messages)
      takeContacts(main, tx, userId, contacts)
      takeTitles(main, tx, userId, conversations)
      setFollow(tx, userId, { ...now, seq })
    })
    return { userId, seq, scanning: now.scan !== null, more: seq < head || now.scan !== null }
  }
  if (now.scan === null) return { userId, seq: now.seq, scanning: false, more: false }
  const ids = idsAfter(main, userId, now.scan, scanAStep)
  const scan = ids.at(-1) ?? null
  transaction(() => {
    takeMessages(main, tx, places, userId, ids)
    setFollow(tx, userId, { ...now, scan })
  })
  return { userId, seq: now.seq, scanning: scan !== null, more: scan !== null }
}

/** Every user whose log there is, with its bounds, for `step`. */
export function followed(main: Reader): { userId: number, head: number, floor: number }[] {
  return logHeads(main)
}

/** The objects that events speak of, each once, and the event that was the last. */
function objectsOf(main: Reader, events: Event[]): { messages: number[], contacts: number[], conversations: number[], seq: number } {
  const messages = new Set<number>()
  const contacts = new Set<number>()
  const conversations = new Set<number>()
  let seq = 0
  for (const { type, object, data, seq: at } of events) {
    seq = at
    if (type.startsWith('message.')) messages.add(object)
    else if (type.startsWith('contact.')) contacts.add(object)
    else if (type.startsWith('conversation.')) conversations.add(object)
    // Between the first and the last of a batch there are only messages of that batch, of other conversations too.
    if (data.first !== undefined && data.last !== undefined) for (const id of idsBetween(main, data.first, data.last, Number.MAX_SAFE_INTEGER)) messages.add(id)
    if (messages.size >= messagesAStep) break
  }
  return { messages: [...messages], contacts: [...contacts], conversations: [...conversations], seq }
}

function takeMessages(main: Reader, tx: IndexWriter, places: Places, userId: number, ids: readonly number[]): void {
  const found = findable(main, userId, ids)
  const there = new Set(found.map(({ id }) => id))
  for (const id of ids) {
    const entry = there.has(id) ? undefined : entryOf(tx, id)
    if (entry?.userId === userId) removeRow(tx, userId, entry.key)
  }
  const placed = found.map(({ id, sortAt }) => {
    const entry = entryOf(tx, id)
    return { id, key: entry?.key ?? places.take(tx, userId, id, sortAt), stamp: entry?.stamp ?? null }
  })
  // In the index's own order, the newest first: else each message would become a part of its own on the disk.
  for (const { id, key, stamp: before } of placed.sort((a, b) => b.key - a.key)) {
    const document = documentOf(main, id)
    const row = rowOf(document)
    const stamp = stampOf(row)
    // Being read, answered or moved changes a message, and none of its words.
    if (before && Buffer.compare(before, stamp) === 0) continue
    putRow(tx, userId, { key, replaces: before !== null, stamp }, row)
    noteChannel(tx, userId, document.channel)
  }
}

function takeContacts(main: Reader, tx: IndexWriter, userId: number, ids: readonly number[]): void {
  for (const id of ids) {
    const found = contactDocument(main, userId, id)
    putContact(tx, userId, id, found && {
      name: indexable(found.name), addresses: indexable(found.addresses.map(({ address, name }) => `${name ?? ''} ${address}`).join(' \n')),
      tags: [...found.named ? [tag('named')] : [], ...found.friend ? [tag('friend')] : [], ...found.blocked ? [tag('blocked')] : []].join(' ')
    })
  }
}

function takeTitles(main: Reader, tx: IndexWriter, userId: number, ids: readonly number[]): void {
  for (const id of ids) putTitle(tx, userId, id, indexable(ownTitle(main, userId, id)))
}
