import { randomBytes } from 'node:crypto'
import { Changes } from '../../src/feed/append.ts'
import { remoteId } from '../../src/model/ids.ts'
import { strandOfPeople } from '../../src/model/strand.ts'
import { createAccount } from '../../src/store/accounts.ts'
import { ensureAddress, noteSeen } from '../../src/store/contacts.ts'
import { recount } from '../../src/store/conversations.ts'
import { openStore } from '../../src/store/database.ts'
import { insertDispatch } from '../../src/store/dispatches.ts'
import { createLogin } from '../../src/store/logins.ts'
import { insertMessage } from '../../src/store/messages.ts'
import { insertPlace } from '../../src/store/places.ts'
import { insertRaw, packRaw } from '../../src/store/raws.ts'
import { openSeal } from '../../src/store/seal.ts'
import { ensureStrand } from '../../src/store/strands.ts'
import { insertTopic, putPresent } from '../../src/store/topics.ts'
import type { Writer } from '../../src/store/tx.ts'
import { addUser } from '../../src/store/users.ts'
import type { Founded } from './house.ts'
import { log, standing } from './house.ts'
import { dice } from './library.ts'
import { ada } from './mails.ts'

/** One user of a filled database: as a house is founded, and some of what there is to ask for. */
export type Grown = Founded & { long: number, messages: number[] }

type Writes = { kind: string, address: string, id: number, conversationId: number, senderId: number, thread: { topic: number, ids: string[] } }
type User = Founded & { writers: Writes[], messages: number[] }

const batch = 5000
const since = Date.UTC(2019, 0, 1)
const years = 10 * 365 * 86_400_000
/** So many operations of each user are not over, at any size. */
const open = 30
const because = { rule: 'unknown' as const, text: 'You do not know this sender yet.', evidence: [] }
const words = 'the train leaves early and we should meet at the bridge before noon so bring the map with rope lunch perhaps two jackets because weather turns quickly up there'.split(' ')

/** More mail comes from more people, but not in proportion. */
export const peopleOf = (count: number): number => 200 + Math.floor(count / 50)

/**
 * A folder with `count` mails for each of `users` users, by the store's own statements: a fifth in one long conversation, the rest
 * among many people; threads of about four; one of twenty sent; bytes, places and events as receiving leaves them. The users'
 * rows lie between each other's, as those of people do who get mail at the same time.
 */
export async function grow(folder: string, users: number, count: number): Promise<Grown[]> {
  const store = await openStore({ folder, clock: standing, log })
  const seal = openSeal(folder)
  const people = peopleOf(count)
  const random = dice(count)
  const below = (n: number) => Math.floor(random() * n)
  const texts = Array.from({ length: 500 }, () => Array.from({ length: 90 }, () => words[below(words.length)]).join(' '))

  const all: User[] = []
  for (let user = 0; user < users; user++) {
    const userId = await addUser(store, { name: `user${user}`, password: null }, standing)
    const token = (await createLogin(store, { userId, kind: 'token', name: 'bench' }, standing)).secret
    const accountId = await createAccount({ store, clock: standing, notify: () => {} }, seal, { userId, kind: 'bench', name: 'Bench', settings: {}, own: [ada] })
    const writers = await store.hot((tx) => {
      const changes = new Changes(userId)
      const made = Array.from({ length: people }, (_, i) => {
        const address = { kind: 'email', address: `person${i}@friend.example` }
        const { strand, conversation } = ensureStrand(tx, changes, userId, strandOfPeople([address]), { folder: i % 4 === 0 ? 'inbox' : 'other', because })
        const known = ensureAddress(tx, changes, userId, address)
        noteSeen(tx, changes, known, { inAt: since, verifiedAt: since, name: `Person ${i}` })
        return { ...address, id: strand.id, conversationId: conversation.id, senderId: known.id, thread: { topic: 0, ids: [] as string[] } }
      })
      changes.append(tx, since)
      return made
    })
    all.push({ userId, token, accountId, writers, messages: [] as number[] })
  }

  const write = (tx: Writer, changes: Changes, { userId, accountId, writers, messages }: User, n: number): number => {
    const at = since + Math.floor(years * (n + random()) / count)
    const who = writers[n % 5 === 0 ? 1 : below(people)]!
    const direction = n % 20 === 7 ? 'out' : 'in'
    const messageId = `${n}.${below(2 ** 31).toString(36)}.${userId}@friend.example`
    const answers = who.thread.ids.length > 0 && below(4) > 0
    if (!answers) who.thread = { topic: insertTopic(tx, { add: () => {} }, userId, `Trip ${n}`), ids: [] }
    const references = who.thread.ids.slice(-5)
    who.thread.ids.push(messageId)
    putPresent(tx, userId, messageId, who.thread.topic)
    const id = tx.nextId('message')
    const seen = direction === 'out' || n < count - Math.min(people, Math.floor(count / 20))
    const text = texts[below(texts.length)]!
    const digest = randomBytes(32)
    const sender = direction === 'in' ? { kind: 'email', address: who.address, name: who.address, raw: who.address } : { ...ada, raw: ada.address }
    insertMessage(tx, userId, {
      id, strandId: who.id, sortAt: at, topicId: who.thread.topic, accountId, channel: 'email', direction, senderId: direction === 'in' ? who.senderId : null, sender,
      proof: direction === 'in' ? 'verified' : null, folder: 'other', because: { ...because, proof: ['friend.example has signed it.'] }, preview: text.slice(0, 140), seen, flagged: false, automatic: null,
      status: direction === 'out' ? 'delivered' : null, messageId, digest: digest.subarray(0, 32), sentAt: at, receivedAt: at, subject: `Trip ${who.thread.topic}`, text, quoted: null, original: null, bounces: [], html: null,
      recipients: [{ ...(direction === 'in' ? ada : { kind: who.kind, address: who.address }), role: 'to' }], references, unreadable: null, rawDigest: digest, attachments: 0
    })
    insertRaw(tx, packRaw(digest, Buffer.from(`From: ${sender.raw}\r\nMessage-ID: <${messageId}>\r\nX-Trace: ${digest.toString('base64')}\r\n\r\n${text}\r\n`)))
    insertPlace(tx, accountId, remoteId(`INBOX/${n}`), 'INBOX', id)
    if (direction === 'out') {
      const dispatch = insertDispatch(tx, { userId, messageId: id, accountId, attempt: `${id}.${digest.toString('hex')}`, because: { rule: 'only', text: 'The only way to them.' } as never, recipients: [who], now: at })
      const state = Math.floor(n / 20) % Math.max(1, Math.floor(count / 20 / open)) === 0 ? 'failed' : 'done'
      tx.run('UPDATE dispatch SET state = ?, remote_id = ? WHERE id = ?', state, `INBOX/${n}`, dispatch)
      tx.run('UPDATE attempt SET status = ? WHERE dispatch_id = ?', state === 'done' ? 'delivered' : 'failed', dispatch)
    }
    changes.add('message.created', id, 1, { folder: 'other', conversation: who.conversationId })
    if (n % Math.max(1, Math.floor(count / 500)) === 0) messages.push(id)
    return who.conversationId
  }
  for (let done = 0; done < count; done += batch) {
    for (const one of all) {
      await store.hot((tx) => {
        const changes = new Changes(one.userId)
        const touched = new Set<number>()
        for (let n = done; n < Math.min(done + batch, count); n++) touched.add(write(tx, changes, one, n))
        for (const conversationId of touched) recount(tx, changes, conversationId)
        changes.append(tx, since)
      }, 'bulk')
    }
  }
  await store.close()
  return all.map(({ userId, token, accountId, writers, messages }) => ({ userId, token, accountId, messages, long: writers[1]!.conversationId }))
}
