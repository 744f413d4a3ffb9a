import Type, { type Static } from 'typebox'

/** What the user enters. `authToken` is sealed by the core and never shown again. */
export const settings = Type.Object({
  accountSid: Type.String({ title: 'Account SID', description: 'Starts with AC; on the first page of the Twilio console.', pattern: '^AC[0-9a-fA-F]{32}$' }),
  authToken: Type.String({ title: 'Auth token', description: 'Beside the Account SID. It also signs what Twilio posts to Kinbox, so an API key will not do.', minLength: 1, maxLength: 200, secret: true }),
  number: Type.String({ title: 'Your number', description: 'The Twilio number to send from and receive at, with + and country code: +15005550006.', pattern: '^\\+[1-9][0-9]{6,14}$' }),
  messagingServiceSid: Type.Optional(Type.String({ title: 'Messaging service', description: 'Starts with MG. Only where the number has to send through one (US 10DLC).', pattern: '^MG[0-9a-fA-F]{32}$' })),
  region: Type.Optional(Type.String({ title: 'Country', description: 'For numbers written without a country code, e.g. DE. Default: the country of your number.', pattern: '^[A-Z]{2}$' })),
  pollSeconds: Type.Optional(Type.Number({ title: 'Ask every … seconds', description: 'Kinbox asks Twilio for messages, whether or not webhooks reach it. Default: 30, or 300 while the webhook of the number points here.', minimum: 1, maximum: 86400 })),
  historyDays: Type.Optional(Type.Number({ title: 'Days of history', description: 'How far back to fetch at the start. Default: 90.', minimum: 0, maximum: 400 })),
  historyMessages: Type.Optional(Type.Number({ title: 'Messages of history', description: 'At most so many are fetched. Default: 10000.', minimum: 0, maximum: 100000 })),
  timeoutSeconds: Type.Optional(Type.Number({ title: 'Timeout', description: 'How long to wait for an answer of Twilio. Default: 15.', minimum: 1, maximum: 120 })),
  baseUrl: Type.Optional(Type.String({ title: 'Address of the API', description: 'For a regional edge (https://api.dublin.ie1.twilio.com) or a test server on this machine. Default: https://api.twilio.com.', pattern: '^(https://[^/?#@]+|http://(127\\.0\\.0\\.1|localhost|\\[::1\\])(:[0-9]+)?)/?$' }))
}, { additionalProperties: false })

export type Settings = Static<typeof settings>

export const defaultBase = 'https://api.twilio.com'
