import t from 'tap'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Conversation, Message } from '../../src/api/objects.ts'
import { openHouse } from '../fixtures/house.ts'

type Page<T> = { items: T[] }

let count = 0
/** A mail of an mbox, with a time of its own. */
const mail = (from: string, head: string, text: string) => `From x@friend.example Thu Nov 21 10:20:${String(10 + count++)} 2024\nFrom: ${from}\n${head}\n\n${text}\n\n`
const delivered = 'Delivered-To: ada@example.org\n'

t.test('Bcc is respected, and a private answer to a group lies with its sender and says what it answers', async (t) => {
  const house = await openHouse(t)
  const path = join(house.folder, 'all.mbox')
  await writeFile(path, [
    mail('ada@example.org', 'To: bob@friend.example\nBcc: dave@friend.example\nMessage-ID: <1@example.org>', 'to Bob, and to Dave unseen'),
    mail('bob@friend.example', `${delivered}To: carol@friend.example\nMessage-ID: <2@friend.example>`, 'to Carol, and to Ada unseen'),
    mail('bob@friend.example', `${delivered}To: ada@example.org, carol@friend.example\nSubject: Party\nMessage-ID: <3@friend.example>`, 'to all'),
    mail('carol@friend.example', `${delivered}To: ada@example.org\nIn-Reply-To: <3@friend.example>\nReferences: <3@friend.example>\nMessage-ID: <4@friend.example>`, 'only to Ada')
  ].join(''))
  await house.app.admin.importFiles({ user: 'ada', own: ['ada@example.org'], paths: [path] }, { progress() {}, signal: new AbortController().signal })

  const client = await house.client()
  const lists = await Promise.all(['inbox', 'other'].map((folder) => client.call<Page<Conversation>>('conversation.list', { folder })))
  const conversations = lists.flatMap(({ items }) => items)
  const found = new Map<string, { message: Message, conversation: Conversation }>()
  for (const conversation of conversations) {
    const { items } = await client.call<Page<Message>>('message.list', { conversationId: conversation.id })
    for (const message of items) found.set(message.text, { message, conversation })
  }
  const of = (text: string) => found.get(text)!
  t.equal(found.size, 4)
  t.equal(of('to Bob, and to Dave unseen').conversation.kind, 'person', 'what was sent lies with whom it was sent to')
  t.equal(of('to Carol, and to Ada unseen').conversation.id, of('to Bob, and to Dave unseen').conversation.id, 'what came by Bcc lies with its sender: nobody else knows that it came here')
  t.equal(of('to all').conversation.kind, 'group')
  t.equal(of('only to Ada').conversation.kind, 'person')
  t.not(of('only to Ada').conversation.id, of('to all').conversation.id)
  t.equal(of('only to Ada').message.replyTo, of('to all').message.id)
  t.equal(of('only to Ada').message.topicId, of('to all').message.topicId)
})
