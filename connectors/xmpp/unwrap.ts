import type { Element } from '@xmpp/client'
import { readJid } from './jid.ts'
import { ns } from './names.ts'

/** What we know when a stanza comes: who we are, which rooms we are in, whom we have asked for what. */
export type Known = {
  bare: string
  /** Whether the own server keeps an archive and names what is in it (0359): only then its ids mean anything. */
  archive: boolean
  /** The rooms we have entered or are entering; true: with an archive. */
  rooms: ReadonlyMap<string, boolean>
  /** Queries of archives that run: whose archive. null: the own one. */
  queries: ReadonlyMap<string, string | null>
}

export type Unwrapped =
  | { way: 'live' | 'carbon', message: Element, room: string | null, archiveId: string | null, stamp: number | null }
  | { way: 'archive', query: string, message: Element, room: string | null, archiveId: string, stamp: number }
  /** Somebody pretends something: dropped and counted. */
  | { way: 'foreign', why: 'carbon' | 'archive' | 'room' | 'sender' }

/**
 * Takes off what servers wrap around messages. Carbons are believed from the own bare address only (0280 section 11, CVE-2017-5589), archived
 * messages from the archive that was asked, and what is said in a room from rooms that we have entered.
 */
export function unwrap(stanza: Element, known: Known): Unwrapped {
  const from = stanza.attrs['from'] ?? known.bare
  const result = stanza.getChild('result', ns.mam)
  if (result) {
    const query = result.attrs['queryid'] ?? ''
    const archive = known.queries.get(query)
    const forwarded = result.getChild('forwarded', ns.forward)
    const message = forwarded?.getChild('message')
    const archiveId = result.attrs['id']
    if (archive === undefined || from !== (archive ?? known.bare) || !message || archiveId === undefined) return { way: 'foreign', why: 'archive' }
    return { way: 'archive', query, message, room: archive, archiveId, stamp: stampOf(forwarded) ?? 0 }
  }
  const carbon = stanza.getChildElements().find((child) => (child.is('received', ns.carbons) || child.is('sent', ns.carbons)))
  if (carbon) {
    const message = carbon.getChild('forwarded', ns.forward)?.getChild('message')
    if (from !== known.bare || !message) return { way: 'foreign', why: 'carbon' }
    const about = readJid((carbon.name === 'sent' ? message.attrs['from'] : message.attrs['to']) ?? '')
    if (about?.bare !== known.bare || message.attrs['type'] === 'groupchat') return { way: 'foreign', why: 'carbon' }
    return { way: 'carbon', message, room: null, archiveId: archiveIdOf(message, known.archive ? known.bare : null), stamp: stampOf(carbon.getChild('forwarded', ns.forward)) }
  }
  const sender = readJid(from)
  if (!sender) return { way: 'foreign', why: 'sender' }
  if (stanza.attrs['type'] !== 'groupchat') return { way: 'live', message: stanza, room: null, archiveId: archiveIdOf(stanza, known.archive ? known.bare : null), stamp: delayBy(stanza, [known.bare, known.bare.slice(known.bare.lastIndexOf('@') + 1)]) }
  const archived = known.rooms.get(sender.bare)
  if (archived === undefined) return { way: 'foreign', why: 'room' }
  return { way: 'live', message: stanza, room: sender.bare, archiveId: archiveIdOf(stanza, archived ? sender.bare : null), stamp: delayBy(stanza, [sender.bare]) }
}

/** 0359: only what the keeper of the archive itself has written. It writes last: some servers leave standing what others have written in its name. */
function archiveIdOf(message: Element, by: string | null): string | null {
  if (by === null) return null
  return message.getChildren('stanza-id', ns.sid).findLast((child) => child.attrs['by'] === by)?.attrs['id'] ?? null
}

function stampOf(parent: Element | undefined): number | null {
  const at = Date.parse(parent?.getChild('delay', ns.delay)?.attrs['stamp'] ?? '')
  return Number.isFinite(at) ? at : null
}

/** Anybody can write a delay into a message; only that of who kept it counts. */
function delayBy(message: Element, keepers: string[]): number | null {
  const delay = message.getChildren('delay', ns.delay).find((child) => keepers.includes(child.attrs['from'] ?? ''))
  const at = Date.parse(delay?.attrs['stamp'] ?? '')
  return Number.isFinite(at) ? at : null
}
