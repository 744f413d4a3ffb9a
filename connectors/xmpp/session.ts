import { createHash } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { xml } from '@xmpp/client'
import type { Element } from '@xmpp/client'
import { ConnectorError } from '#connector'
import type { Account, Arrival, Session } from '#connector'
import { openArchive } from './archive.ts'
import { openBackfill } from './backfill.ts'
import { connect, Refusal } from './connect.ts'
import type { Stream } from './connect.ts'
import { pack, placeOf } from './envelope.ts'
import { readJid } from './jid.ts'
import { openLiveLane } from './lane.ts'
import type { Item, LiveCursor } from './lane.ts'
import { fetchFiles, filesOf } from './media.ts'
import { ns } from './names.ts'
import { partiesOf } from './parse.ts'
import { openPeople } from './people.ts'
import { occupantOf, openRooms } from './rooms.ts'
import { openRoster } from './roster.ts'
import { idOf, saidBy } from './said.ts'
import { find, perform, prepare } from './send.ts'
import type { Settings } from './settings.ts'
import { unwrap } from './unwrap.ts'
import type { Unwrapped } from './unwrap.ts'
import { findStorage, upload } from './upload.ts'

type Said = Exclude<Unwrapped, { way: 'foreign' }>

const pageSize = 50

/**
 * Connects, hands over what came since the last time from the archives (own and rooms), then what comes; the older history in its own lane.
 * Throws a ConnectorError that says why not.
 */
export async function openSession(account: Account<Settings>): Promise<Session> {
  const { settings, clock, log } = account
  const closing = new AbortController()
  const signal = AbortSignal.any([account.stopping, closing.signal])
  const closed = Promise.withResolvers<void>()
  closed.promise.catch(() => {})
  let early: Element[] | null = []
  let heard = (stanza: Element): void => { early?.push(stanza) }
  const stream = await connect(settings, { dns: account.dns, log, signal, heard: (stanza) => heard(stanza) })
  const trusted = /^(localhost|127(\.\d{1,3}){3}|\[?::1\]?)$/.test(stream.host) ? stream.host : null

  let over: Promise<void> | null = null
  const end = (error?: ConnectorError): Promise<void> => {
    over ??= (async () => {
      closing.abort()
      await stream.close()
      if (error) closed.reject(error)
      else closed.resolve()
    })()
    return over
  }
  stream.closed.then(() => end(), (error: ConnectorError) => end(error))
  account.stopping.addEventListener('abort', () => void end(), { once: true })
  if (account.stopping.aborted) void end()

  try {
    const features = await featuresOf(stream)
    const archived = features.has(ns.mam)
    const archive = openArchive(stream)
    const rooms = openRooms(stream, log)
    const roster = openRoster(stream, settings.friends ?? true)
    const people = openPeople(stream, account, roster)
    const lane = openLiveLane({
      account, signal, hold: (paused) => stream.pause(paused), failed: (error) => void end(error),
      cursor: account.cursors.live === null ? { at: {}, roster: '' } : JSON.parse(account.cursors.live) as LiveCursor
    })
    const ready = new Set<string>()
    const waiting = new Map<string, Item[]>()
    const dropped = new Map<string, number>()

    const toArrival = async (said: Said): Promise<Arrival | null> => {
      const what = saidBy(said.message)
      if (what.type === 'nothing' || what.type === 'typing') return null
      const room = said.room === null ? null : rooms.all.get(said.room) ?? null
      const occupant = room ? occupantOf(said.message, room, said.way === 'archive' ? 'archive' : 'live', stream.bare) : undefined
      const { direction, peer, sender } = partiesOf(said.message, { room: said.room, ...(occupant ? { occupant } : {}) }, stream.bare)
      // Elsewhere than from friends a link could be bait: whoever fetches it shows where they are.
      const known = direction === 'out' || roster.all.has(peer.address) || (sender.address !== null && roster.all.has(sender.address)) || (room !== null && trusted !== null)
      const urls = what.type === 'text' && known ? filesOf(said.message) : []
      const files = urls.length > 0 ? await fetchFiles(urls, trusted, signal) : undefined
      if (!said.message.attrs['xmlns']) said.message.attrs['xmlns'] = said.message.getNS() ?? ns.client
      const stanza = said.message.toString()
      const at = said.stamp ?? clock.now()
      const tell = direction === 'in' && what.type === 'text' && said.message.getChild('markable', ns.markers) ? idOf(said.message) : null
      const archiveId = said.archiveId ?? 'none:' + createHash('sha256').update(`${at}\n${stanza}`).digest('hex')
      return {
        remoteId: placeOf({ room: said.room, peer: peer.address, archiveId, messageId: tell }), at,
        raw: pack({ room: said.room, ...(room?.name ? { roomName: room.name } : {}), archiveId: said.archiveId, way: said.way, ...(occupant ? { occupant } : {}), ...(files ? { files } : {}), stanza })
      }
    }
    const history = openBackfill({ account, archive, toArrival, signal })
    const itemOf = (said: Said): Item => ({
      key: said.room ?? '',
      place: said.archiveId === null ? null : { id: said.archiveId, at: said.stamp ?? clock.now() },
      async arrivals() {
        const arrival = await toArrival(said)
        return arrival ? [arrival] : []
      },
      stored: () => people.acknowledge(said)
    })

    heard = (stanza) => {
      const now = clock.now()
      if (stanza.name === 'iq') {
        const changes = roster.push(stanza, now)
        if (changes) people.audience()
        if (changes?.length) lane.push([{ key: '', place: null, roster: roster.state(), arrivals: async () => changes }])
        return
      }
      if (stanza.name === 'presence') return void (rooms.presence(stanza) || people.presence(stanza))
      if (stanza.name !== 'message') return
      const said = unwrap(stanza, { bare: stream.bare, archive: archived, rooms: new Map([...rooms.all].map(([jid, room]) => [jid, room.archive])), queries: archive.queries })
      if (said.way === 'foreign') {
        dropped.set(said.why, (dropped.get(said.why) ?? 0) + 1)
        return log.warn({ metric: 'foreign_stanzas', why: said.why, from: readJid(stanza.attrs['from'] ?? '')?.bare ?? '', count: dropped.get(said.why) }, 'a stanza from a wrong address was dropped')
      }
      if (said.way === 'archive') return archive.heard(said)
      people.typing(said)
      const what = saidBy(said.message).type
      if (what === 'nothing' || what === 'typing') return
      const item = itemOf(said)
      if (ready.has(item.key)) lane.push([item])
      else waiting.set(item.key, [...waiting.get(item.key) ?? [], item])
    }
    const missed = early
    early = null
    for (const stanza of missed) heard(stanza)

    /** Hands over what the archive has since the cursor, and from then on what comes. What comes meanwhile is in both, and taken once. */
    const catchUp = async (key: string, has: boolean): Promise<void> => {
      const seen = new Set<string>()
      const where = key === '' ? null : key
      const place = lane.cursor().at[key]
      if (has && !place) {
        const page = await archive.page({ archive: where, before: '', max: pageSize })
        const last = page.items.at(-1)
        for (const item of page.items) seen.add(item.archiveId)
        lane.push([{ key, place: { id: last?.archiveId ?? '', at: last?.stamp ?? clock.now() }, arrivals: async () => [] }])
        await lane.idle()
        // Now, not after all that is missed in long absences: the archive may have forgotten it by then.
        await history.keep(key, page)
      } else if (has && place) {
        let from: { after?: string, start?: number } = place.id === '' ? {} : { after: place.id }
        for (;;) {
          const page = await archive.page({ archive: where, max: pageSize, ...from }).catch((error: unknown) => {
            // The archive has forgotten the message that we stopped at: by time then.
            if (!(error instanceof Refusal) || error.condition !== 'item-not-found' || from.start !== undefined) throw error
            return null
          })
          if (page === null) {
            from = { start: place.at }
            continue
          }
          for (const item of page.items) seen.add(item.archiveId)
          lane.push(page.items.map(itemOf))
          await lane.idle()
          if (page.complete || page.items.length === 0 || signal.aborted) break
          from = { ...from, after: page.items.at(-1)!.archiveId }
        }
      }
      const meanwhile = (waiting.get(key) ?? []).filter(({ place }) => place === null || !seen.has(place.id))
      waiting.delete(key)
      ready.add(key)
      lane.push(meanwhile)
    }

    await stream.ask('set', null, xml('enable', { xmlns: ns.carbons })).catch((error: unknown) => {
      if (!(error instanceof Refusal)) throw error
      log.info({}, 'the server sends no copies of what other devices write')
    })
    const people0 = await roster.fetch(lane.cursor().roster, clock.now())
    lane.push([{ key: '', place: null, roster: roster.state(), arrivals: async () => people0 }])
    await people.begin()

    const begun = (async () => {
      await catchUp('', archived)
      const keys = archived ? [''] : []
      await Promise.all((settings.rooms ?? []).map(async (wanted) => {
        const room = await rooms.enter(wanted)
        if (!room) return
        await catchUp(room.jid, room.archive)
        if (room.archive) keys.push(room.jid)
      }))
      lane.push([{ key: '', place: null, arrivals: async () => [], caughtUp: true }])
      await lane.idle()
      await history.all(keys.sort())
      if (keys.length === 0 && account.cursors.history === null) await account.receive([], { lane: 'history', cursor: '{}', caughtUp: true })
    })()
    begun.catch((error: unknown) => {
      if (!signal.aborted) void end(error instanceof ConnectorError ? error : new ConnectorError('archive', 'The archive of the chat server did not answer as it should. Kinbox connects again.', { retry: 'later' }))
    })
    let storage: ReturnType<typeof findStorage> | null = null
    const session: Session = {
      closed: closed.promise,
      prepare: async (op) => prepare(op, settings),
      perform: (prepared) => perform(prepared, {
        deliver: (element) => stream.deliver(element),
        inRoom: (room) => rooms.all.get(room)?.entered === true,
        async upload(file) {
          const found = await (storage ??= findStorage(stream))
          if (!found) throw new ConnectorError('attachments', 'Your chat server stores no files. Send them by mail.', { retry: 'never' })
          return upload(stream, found, file, trusted, signal)
        }
      }),
      ...(archived ? { find: (prepared) => find(prepared, archive, stream.bare, clock.now()) } : {}),
      signal: (ephemeral) => people.signal(ephemeral),
      audience: () => people.audience(),
      async close() {
        await end()
        await Promise.race([Promise.allSettled([begun, lane.idle()]), pause(300)])
      }
    }
    return session
  } catch (error) {
    await end()
    if (error instanceof ConnectorError) throw error
    throw new ConnectorError('connection-lost', 'The chat server did not answer as it should. Kinbox connects again.', { retry: 'later' })
  }
}

async function featuresOf(stream: Stream): Promise<Set<string>> {
  const info = await stream.ask('get', stream.bare, xml('query', { xmlns: ns.disco })).catch((error: unknown) => {
    if (error instanceof Refusal) return null
    throw error
  })
  return new Set(info?.getChild('query', ns.disco)?.getChildren('feature').map((feature) => feature.attrs['var'] ?? ''))
}

