import Type from 'typebox'
import { publicId } from '../../model/ids.ts'
import { addressesOf, findAddress } from '../../store/contacts.ts'
import { lastSeenOf } from '../../store/last-seen.ts'
import { logBounds } from '../../store/events.ts'
import { keyOf, pageOf } from '../cursor.ts'
import { method } from '../method.ts'
import { AddressRef, Availability, Cursor, Id, Limit, page, PresenceName, Time } from '../objects.ts'
import { bestOf } from '../present/signal.ts'
import { rfc3339 } from '../time.ts'

const Item = Type.Object({
  contactId: Id,
  presence: PresenceName,
  lastSeenAt: Type.Optional(Time),
  addresses: Type.Array(Type.Object({ ...AddressRef.properties, presence: PresenceName }))
})

export const presenceList = method({
  name: 'presence.list',
  summary: 'The contacts whose presence is known now, with the best of all their addresses; and what the networks see of the user. Presence is not in the log: signals tell what changes afterwards, and a client that was away asks again.',
  params: Type.Object({ limit: Type.Optional(Limit), cursor: Type.Optional(Cursor) }),
  result: Type.Object({
    ...page(Item).properties,
    own: Type.Object({ shown: PresenceName, invisible: Type.Boolean(), devices: Type.Array(Type.Object({ device: Type.Union([Type.String(), Type.Null()]), available: Availability, current: Type.Boolean({ description: 'this socket' }) })) })
  }),
  errors: [],
  example: {
    params: {},
    result: {
      items: [{ contactId: 'p2', presence: 'online', lastSeenAt: '2026-05-03T10:00:00.000Z', addresses: [{ kind: 'chat', address: 'alice@chat.example', presence: 'online' }] }],
      nextCursor: null, asOf: 42,
      own: { shown: 'online', invisible: false, devices: [{ device: 'phone', available: 'online', current: true }] }
    }
  },
  handle: ({ store, userId, sessionId, rooms: { presence, ownPresence } }, { limit = 50, cursor }) => store.read((tx) => {
    const after = keyOf(cursor, 1)?.[0] ?? 0
    const sightings = presence.list(userId)
    const contacts = new Map<number, typeof sightings>()
    for (const sighting of sightings) {
      const known = findAddress(tx, userId, sighting.address)
      if (known && known.contactId > after) contacts.set(known.contactId, [...contacts.get(known.contactId) ?? [], sighting])
    }
    const rows = [...contacts].sort(([a], [b]) => a - b).slice(0, limit + 1)
    const items = pageOf(rows, limit, ([id, seen]) => {
      const at = Math.max(lastSeenOf(tx, id) ?? 0, ...seen.map(({ lastSeenAt }) => lastSeenAt ?? 0))
      return {
        contactId: publicId('contact', id), presence: bestOf(presence, userId, addressesOf(tx, id)) ?? 'offline' as const, ...(at > 0 ? { lastSeenAt: rfc3339(at) } : {}),
        addresses: seen.map(({ address: { kind, address }, presence }) => ({ kind, address, presence }))
      }
    }, ([id]) => [id])
    const devices = ownPresence.devices(userId).map((one) => ({ device: one.device, available: one.available, current: one.sessionId === sessionId }))
    return { ...items, asOf: logBounds(tx, userId).head, own: { shown: ownPresence.shown(userId), invisible: ownPresence.invisible(userId), devices } }
  })
})
