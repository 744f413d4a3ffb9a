import Type from 'typebox'
import { method } from '../method.ts'
import { Availability, PresenceName } from '../objects.ts'

export const presenceSet = method({
  name: 'presence.set',
  summary: 'Says whether the user can be reached at this client; it holds until the socket closes. The networks see the best of all clients. While one of them is invisible they see nothing: no presence, no typing, no read markers. A socket that has said nothing does not count.',
  params: Type.Object({ available: Availability, device: Type.Optional(Type.String({ maxLength: 100, description: 'what the client is called, for the user\'s other clients' })) }),
  result: Type.Object({ shown: PresenceName }),
  errors: [],
  example: { params: { available: 'online', device: 'phone' }, result: { shown: 'online' } },
  orderBy: () => 'presence',
  handle({ userId, sessionId, connection, rooms: { ownPresence } }, { available, device }) {
    if (ownPresence.set(userId, sessionId, available, device ?? null)) connection.atEnd(() => ownPresence.end(userId, sessionId))
    return { shown: ownPresence.shown(userId) }
  }
})
