import Type, { type Static } from 'typebox'

export const settingsSchema = Type.Object({
  url: Type.String({ title: 'Address of the server', description: 'https://…: of the address book itself, or of the server, which then tells where it is', pattern: '^https?://', maxLength: 2000 }),
  user: Type.String({ title: 'User name', minLength: 1, maxLength: 320 }),
  password: Type.String({ title: 'Password', description: 'many providers want an app password here', minLength: 1, maxLength: 1000, secret: true }),
  book: Type.Optional(Type.String({ title: 'Name of the address book', description: 'where there are several; otherwise the first one', maxLength: 200 })),
  friends: Type.Optional(Type.Boolean({ title: 'Who is in it is a friend', description: 'What they write comes into the inbox, when it is proven enough', default: true })),
  addFriends: Type.Optional(Type.Boolean({ title: 'Add new friends to it', default: false })),
  region: Type.Optional(Type.String({ title: 'Country of numbers without a prefix', description: 'two letters, e.g. DE', pattern: '^[A-Z]{2}$' })),
  minutes: Type.Optional(Type.Number({ title: 'Look for changes every … minutes', default: 15, minimum: 0.01, maximum: 1440 }))
})

export type Settings = Static<typeof settingsSchema>
