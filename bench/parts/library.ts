import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Changes } from '../../src/feed/append.ts'
import { strandOfPeople } from '../../src/model/strand.ts'
import { createAccount } from '../../src/store/accounts.ts'
import { ensureAddress, noteSeen } from '../../src/store/contacts.ts'
import { recount } from '../../src/store/conversations.ts'
import { openStore } from '../../src/store/database.ts'
import { createLogin } from '../../src/store/logins.ts'
import { insertMessage } from '../../src/store/messages.ts'
import { openSeal } from '../../src/store/seal.ts'
import { ensureStrand } from '../../src/store/strands.ts'
import { addUser } from '../../src/store/users.ts'
import { log, standing } from './house.ts'
import { ada } from './mails.ts'

/** So many people write to each user. */
export const people = 200
const perMail = 60
const batch = 2000
const since = Date.UTC(2016, 0, 1)
const years = 10 * 365 * 86_400_000

/** Numbers that repeat themselves from run to run. */
export function dice(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
}

const syllables = ['ba', 'co', 'di', 'fu', 'ga', 'he', 'ki', 'lo', 'mu', 'na', 'po', 'ra', 'se', 'ti', 'vu', 'ze']
/** 20,000 words that differ in how often they stand, as those of a language do: the first in nearly every mail, the last in one of thousands. */
export const words = Array.from({ length: 20_000 }, (_, i) => {
  let word = ''
  for (let rest = i + 4096; rest > 0; rest = Math.floor(rest / 16)) word += syllables[rest % 16]
  return word
})

export type Mail = { who: number, at: number, subject: string, text: string, id: string }

/** Mail `n` of `count` of a user; the same each time. */
export function mailOf(user: number, n: number, count: number): Mail {
  const random = dice(user * 7_368_787 + n * 2_654_435 + 1)
  const word = () => words[Math.floor(words.length ** random()) - 1]!
  const text = Array.from({ length: perMail }, word).join(' ')
  return { who: Math.floor(people * random() ** 2), at: since + Math.floor(years * (n + random()) / count), subject: `${word()} ${word()}`, text, id: `${user}.${n}@friend.example` }
}

/** Writes `count` mails for each of `users` users by the store's own statements, as history in batches. Returns their tokens. */
export async function fill(folder: string, users: number, count: number): Promise<string[]> {
  const store = await openStore({ folder, clock: standing, log })
  const seal = openSeal(folder)
  const tokens: string[] = []
  const because = { rule: 'unknown' as const, text: 'Bench', evidence: [] }
  for (let user = 0; user < users; user++) {
    const userId = await addUser(store, { name: `user${user}`, password: null }, standing)
    tokens.push((await createLogin(store, { userId, kind: 'token', name: 'bench' }, standing)).secret)
    const accountId = await createAccount({ store, clock: standing, notify: () => {} }, seal, { userId, kind: 'bench', name: 'Bench', settings: {}, own: [ada] })
    const strands = await store.hot((tx) => {
      const changes = new Changes(userId)
      const made = Array.from({ length: people }, (_, i) => {
        const address = { kind: 'email', address: `person${i}@friend.example` }
        const { strand, conversation } = ensureStrand(tx, changes, userId, strandOfPeople([address]), { folder: i % 4 === 0 ? 'inbox' : 'other', because })
        const known = ensureAddress(tx, changes, userId, address)
        noteSeen(tx, changes, known, { inAt: since, name: `Person Name${i}` })
        return { id: strand.id, conversationId: conversation.id, senderId: known.id }
      })
      changes.append(tx, since)
      return made
    })
    for (let done = 0; done < count; done += batch) {
      await store.hot((tx) => {
        const changes = new Changes(userId)
        const ids: number[] = []
        for (let n = done; n < Math.min(done + batch, count); n++) {
          const { who, at, subject, text, id: messageId } = mailOf(user, n, count)
          const id = tx.nextId('message')
          ids.push(id)
          const address = `person${who}@friend.example`
          insertMessage(tx, userId, {
            id, strandId: strands[who]!.id, sortAt: at, topicId: null, accountId, channel: 'email', direction: 'in', senderId: strands[who]!.senderId,
            sender: { kind: 'email', address, name: `Person Name${who}`, raw: address }, proof: 'verified', folder: 'other', because, preview: text.slice(0, 100), seen: true, flagged: false, automatic: null, status: null,
            messageId, digest: null, sentAt: at, receivedAt: at, subject, text, quoted: null, original: null, bounces: [], html: null, recipients: [{ ...ada, role: 'to' }], references: [], unreadable: null, rawDigest: null, attachments: 0
          })
        }
        for (const [i, { conversationId }] of strands.entries()) recount(tx, changes, conversationId, i === 0 ? { history: ids.length, first: ids[0]!, last: ids.at(-1)!, reset: true } : {})
        changes.append(tx, since)
      }, 'bulk')
    }
  }
  await store.close()
  return tokens
}

/** The mails of one user as files in a Maildir. */
export function writeMaildir(folder: string, user: number, count: number): void {
  for (const part of ['cur', 'new', 'tmp']) mkdirSync(join(folder, 'mail', part), { recursive: true })
  for (let n = 0; n < count; n++) {
    const { who, at, subject, text, id } = mailOf(user, n, count)
    writeFileSync(join(folder, 'mail/cur', `${n}.${user}:2,S`), `From: Person Name${who} <person${who}@friend.example>\nTo: ${ada.address}\nSubject: ${subject}\nDate: ${new Date(at).toUTCString()}\nMessage-ID: <${id}>\nMIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\n\n${text.replace(/(.{60,70}) /g, '$1\n')}\n`)
  }
}
