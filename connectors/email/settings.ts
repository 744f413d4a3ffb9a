import { createRequire } from 'node:module'
import type { Static } from 'typebox'

const load = createRequire(import.meta.url)

/** The settings of a mail account: draws the form, validates, and writes the docs. Its library, hundreds of files, is loaded when somebody asks: who only parses never does. */
export function settingsSchema(): ReturnType<typeof make> {
  return make(load('typebox') as typeof import('typebox'))
}

function make({ Type }: typeof import('typebox')) {
  const security = Type.Union([Type.Literal('tls'), Type.Literal('starttls'), Type.Literal('none')], {
    title: 'Encryption',
    description: 'tls: from the first byte (ports 993 and 465). starttls: begins in the clear and must turn to TLS (143 and 587). none: only on this machine.'
  })

  const server = {
    host: Type.String({ minLength: 1, maxLength: 253, title: 'Server' }),
    port: Type.Integer({ minimum: 1, maximum: 65535, title: 'Port' }),
    security
  }

  return Type.Object({
    address: Type.String({ minLength: 3, maxLength: 320, title: 'Mail address' }),
    name: Type.Optional(Type.String({ maxLength: 200, title: 'Your name', description: 'Shown to the people you write to.' })),
    imap: Type.Object(server, { title: 'Incoming mail (IMAP)', additionalProperties: false }),
    smtp: Type.Object({
      ...server,
      user: Type.Optional(Type.String({ maxLength: 320, title: 'User name for sending', description: 'Where it differs from the one for reading.' })),
      password: Type.Optional(Type.String({ maxLength: 1000, title: 'Password for sending', secret: true }))
    }, { title: 'Outgoing mail (SMTP)', additionalProperties: false }),
    user: Type.Optional(Type.String({ maxLength: 320, title: 'User name', description: 'Where it is not the mail address.' })),
    password: Type.Optional(Type.String({ maxLength: 1000, title: 'Password', description: 'Many providers want an app password here.', secret: true })),
    accessToken: Type.Optional(Type.String({ maxLength: 10000, title: 'OAuth access token', description: 'Instead of a password (XOAUTH2).', secret: true })),
    folders: Type.Optional(Type.Array(Type.String({ minLength: 1, maxLength: 500 }), {
      maxItems: 50, title: 'More folders', description: 'Read besides the inbox and Sent.'
    })),
    authserv: Type.Optional(Type.String({
      minLength: 1, maxLength: 253, title: 'Trusted authserv-id',
      description: 'The name with which your own mail server signs its Authentication-Results. Without it Kinbox checks DKIM itself.'
    })),
    sealers: Type.Optional(Type.Array(Type.String({ minLength: 1, maxLength: 253 }), {
      maxItems: 50, title: 'Trusted forwarders (ARC)',
      description: 'Domains of mailing lists and forwarders whose word you take for who wrote what they pass on (ARC), such as lists.example.org. Whoever runs them could write in anybody\'s name. Empty: nobody\'s.'
    })),
    ca: Type.Optional(Type.String({ maxLength: 100000, title: 'Private CA (PEM)', description: 'Trusted besides the usual ones.' })),
    copyToSent: Type.Optional(Type.Boolean({
      title: 'Copy what you send into Sent',
      description: 'Turn it off where the provider does so itself. When it is not set, Kinbox finds out.'
    })),
    backfill: Type.Optional(Type.Integer({ minimum: 0, title: 'Old messages per folder', description: 'How many of the newest to fetch at first; all when it is not set.' }))
  }, { additionalProperties: false })
}

export type EmailSettings = Static<ReturnType<typeof make>>
export type Server = EmailSettings['imap']
