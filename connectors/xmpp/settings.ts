import { Type } from 'typebox'
import type { Static } from 'typebox'

/** The settings of a chat account: draws the form, validates, and writes the docs. */
export const settingsSchema = Type.Object({
  jid: Type.String({ minLength: 3, maxLength: 1000, pattern: '^[^@/\\s]+@[^@/\\s]+$', title: 'Address', description: 'Like a mail address: name@server.' }),
  password: Type.String({ minLength: 1, maxLength: 1000, title: 'Password', secret: true }),
  name: Type.Optional(Type.String({ maxLength: 200, title: 'Your name' })),
  service: Type.Optional(Type.String({
    maxLength: 500, pattern: '^(xmpps?://[^/\\s@]+|wss?://[^\\s@]+)$', title: 'Server',
    description: 'xmpp://host:port (STARTTLS), xmpps://host:port (TLS) or wss://host/path. Found by the address when it is not set. Without encryption only on this machine.'
  })),
  resource: Type.Optional(Type.String({ minLength: 1, maxLength: 200, title: 'Resource', description: 'The name of this client beside your others; a new one each time when it is not set.' })),
  rooms: Type.Optional(Type.Array(Type.Object({
    jid: Type.String({ minLength: 3, maxLength: 1000, pattern: '^[^@/\\s]+@[^@/\\s]+$', title: 'Room' }),
    nick: Type.String({ minLength: 1, maxLength: 200, title: 'Your name there' })
  }, { additionalProperties: false }), { maxItems: 100, title: 'Rooms', description: 'Entered whenever Kinbox is connected.' })),
  archive: Type.Optional(Type.Boolean({ title: 'Fetch old messages', description: 'From the archive of the server. On when it is not set.' })),
  backfill: Type.Optional(Type.Integer({ minimum: 0, title: 'Old messages', description: 'How many of the newest to fetch at first; all when it is not set.' })),
  upload: Type.Optional(Type.Boolean({ title: 'Send files', description: 'Through the server\'s file storage. On when it is not set.' })),
  friends: Type.Optional(Type.Boolean({ title: 'Who is on your contact list is a friend', description: 'What they write comes into the inbox. On when it is not set; otherwise they come in as contacts.' })),
  sendMarkers: Type.Optional(Type.Boolean({ title: 'Tell others what you have read', description: 'Only where your own settings allow it too; turn it off here for this account alone.' })),
  ca: Type.Optional(Type.String({ maxLength: 100000, title: 'Private CA (PEM)', description: 'Trusted besides the usual ones. Not for wss.' }))
}, { additionalProperties: false })

export type Settings = Static<typeof settingsSchema>
