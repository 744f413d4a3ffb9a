import type { BookCard, Connector, Incoming, IncomingContact } from '../connector.ts'
import type { Context } from '../model/arrival.ts'

export type CardFiles = {
  /** The people in a file of cards. Throws an error named Unreadable with words for what is none. */
  read(content: Uint8Array): Promise<IncomingContact[]>
  /** A card as a file. */
  write(card: BookCard): Promise<string>
}

/** Files of cards, read (in a worker, bounded) and written by the first connector that knows address books. Numbers without a prefix are of `region`. */
export function cardFiles({ kinds, connector, parse, region, now }: { kinds(): string[], connector(kind: string): Promise<Connector>, parse(kind: string, raw: Uint8Array, context: Context): Promise<Incoming[]>, region: string | null, now(): number }): CardFiles {
  const book = async () => {
    for (const kind of kinds()) {
      const found = (await connector(kind).catch(() => null))?.book
      if (found) return { kind, book: found }
    }
    throw Object.assign(new Error('There is no connector for address books.'), { name: 'Unreadable' })
  }
  return {
    async read(content) {
      const { kind } = await book()
      const found = await parse(kind, content, { own: [], region, folder: null, authserv: null, at: now() })
      return found.filter((one): one is IncomingContact => one.type === 'contact')
    },
    write: async (card) => (await book()).book.write(card)
  }
}
