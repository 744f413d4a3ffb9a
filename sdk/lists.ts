import type { Client } from './connection.ts'
import { byId } from './sorted.ts'
import type { Order } from './sorted.ts'
import type { Contact, Conversation, Id, Message } from './types.ts'
import type { Page, Source } from './window.ts'

/** `stream`: one stream of Other, e.g. `newsletters`. */
export type ConversationQuery = { folder: 'inbox' | 'other', archived?: boolean, stream?: string }
/** `around`: begin with what lies around this message; without it, with the newest. */
export type MessageQuery = { conversationId: Id, topicId?: Id, around?: Id }

const most = 200
const limited = (size: number) => Math.min(size, most)
const newest: Order<{ id: string, at: string }> = (a, b) => a.at < b.at ? 1 : a.at > b.at ? -1 : byId(b, a)
const pageOf = <T>({ items, nextCursor, asOf }: { items: T[], nextCursor: string | null, asOf: number }): Page<T> => ({ items, asOf, after: nextCursor })

/** The conversations of a folder, newest first. */
export function conversationSource(client: Client, { folder, archived = false, stream }: ConversationQuery): Source<Conversation> {
  const page = async (size: number, cursor?: string) => pageOf(await client.call('conversation.list', { folder, archived, stream, limit: limited(size), cursor }))
  return {
    first: page,
    next: (cursor, size) => page(size, cursor),
    order: (a, b) => newest({ id: a.id, at: a.lastAt ?? '' }, { id: b.id, at: b.lastAt ?? '' }),
    belongs: one => one.folder === folder && !one.blocked && !one.archivedAt === !archived && (stream === undefined || one.stream === stream) && one.lastAt !== null && one.redirectTo === undefined
  }
}

/** All contacts, in the order in which they became known. */
export function contactSource(client: Client): Source<Contact> {
  const page = async (size: number, cursor?: string) => pageOf(await client.call('contact.list', { limit: limited(size), cursor }))
  return { first: page, next: (cursor, size) => page(size, cursor), order: byId, belongs: ({ redirectTo }) => redirectTo === undefined }
}

/** `of`: whether it shows this conversation, be it under the id that was asked for or under that of the one which it went into. */
export type MessageSource = Source<Message> & { of(conversationId: Id): boolean }

/** The messages of a conversation, newest first; after a merge those of the one that it went into. */
export function messageSource(client: Client, { conversationId, topicId, around }: MessageQuery): MessageSource {
  let now = conversationId
  const of = (id: Id) => id === conversationId || id === now
  const list = async (more: { limit: number, before?: Id | undefined, after?: Id | undefined, cursor?: string | undefined }) => {
    const page = await client.call('message.list', { conversationId, topicId, ...more })
    now = page.items[0]?.conversationId ?? now
    return page
  }
  const older = async (size: number, cursor?: string) => pageOf(await list({ limit: limited(size), cursor }))
  return {
    first: around === undefined ? older : size => middle(list, client, around, limited(size)),
    next: (cursor, size) => older(size, cursor),
    async previous(cursor, size) {
      const { items, nextCursor, asOf } = await list({ limit: limited(size), after: around, cursor })
      return { items: items.reverse(), asOf, after: null, before: nextCursor }
    },
    order: (a, b) => newest({ id: a.id, at: a.sortAt }, { id: b.id, at: b.sortAt }),
    of,
    belongs: one => of(one.conversationId) && (topicId === undefined || one.topicId === topicId)
  }
}

type List = (more: { limit: number, before?: Id, after?: Id }) => Promise<{ items: Message[], nextCursor: string | null, asOf: number }>

/** A page with a message in its middle. `before` names an edge that is not in the page; so the newer half begins after the one below `around`. */
async function middle(list: List, client: Client, around: Id, size: number): Promise<Page<Message>> {
  const older = await list({ before: around, limit: Math.ceil(size / 2) })
  const [below] = older.items
  const newer = await list({ after: below?.id ?? around, limit: Math.ceil(size / 2) })
  const items = newer.items.reverse()
  if (!below) items.push(await client.call('message.get', { id: around }))
  return { items: items.concat(older.items), asOf: Math.min(older.asOf, newer.asOf), after: older.nextCursor, before: newer.nextCursor }
}
