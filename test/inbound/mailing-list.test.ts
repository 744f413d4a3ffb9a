import t from 'tap'
import { baseSubject } from '../../src/content/subject.ts'
import type { Incoming, IncomingMessage } from '../../src/connector.ts'
import { Changes } from '../../src/feed/append.ts'
import { receiver } from '../../src/inbound/receive.ts'
import { remoteId } from '../../src/model/ids.ts'
import { strandOfSystem } from '../../src/model/strand.ts'
import { createAccount } from '../../src/store/accounts.ts'
import { insertMessage } from '../../src/store/messages.ts'
import { ensureStrand } from '../../src/store/strands.ts'
import { topicOf } from '../../src/store/topic-arrival.ts'
import { groupsOf, listedHeads, listedThreads, withoutList as skip } from '../fixtures/mailing-list.ts'
import { addTestUser, tempStore } from '../fixtures/store.ts'

const own = [{ kind: 'email', address: 'ada@example.org' }]

t.test('the threads of a mailing list are those that other programs see, in whatever order it comes', { skip }, async (t) => {
  const mails = await listedHeads()
  const { store, blobs, wakeup, clock, log, seal } = await tempStore(t)
  const because = { rule: 'list' as const, text: 'A mailing list', evidence: [] }
  let users = 0
  const house = async () => {
    const userId = await addTestUser(store, `ada${++users}`)
    return { userId, accountId: await createAccount({ store, clock, notify: () => {} }, seal, { userId, kind: 'test', name: 'Test', settings: {}, own }) }
  }
  const seenBy = (userId: number) => store.read((tx) => groupsOf(tx.all<{ text: string, topic: number }>('SELECT b.text, m.topic_id AS topic FROM message m JOIN message_body b ON b.message_id = m.id WHERE m.user_id = ?', userId).map(({ text, topic }) => ({ place: Number(text), label: topic }))))

  /** The whole way in. */
  async function received(all: IncomingMessage[]): Promise<string[]> {
    const receive = receiver({
      store, blobs, wakeup, clock, log,
      async parse(_kind, raw) { return [JSON.parse(Buffer.from(raw).toString()) as Incoming] },
      async prove(_kind, raw) { return { level: (JSON.parse(Buffer.from(raw).toString()) as IncomingMessage).sender.address === null ? 'unverified' : 'weak', evidence: [] } }
    })
    const { userId, accountId } = await house()
    const account = { id: accountId, userId, kind: 'test', channel: 'email', since: 0, context: { own, region: null, authserv: null } }
    for (let at = 0; at < all.length; at += 500) {
      await receive(account, all.slice(at, at + 500).map((mail) => ({ remoteId: remoteId(`list/${mail.text}`), at: 1000 + Number(mail.text), folder: { name: 'list', role: 'other' }, raw: Buffer.from(JSON.stringify(mail)) })), { lane: 'history' })
    }
    return seenBy(userId)
  }

  /** The step of it that makes threads, alone: what it costs for each order is a fraction of that. */
  async function threaded(all: IncomingMessage[], batch: number): Promise<string[]> {
    const { userId, accountId } = await house()
    for (let at = 0; at < all.length; at += batch) {
      await store.hot((tx) => {
        const changes = new Changes(userId)
        const { strand } = ensureStrand(tx, changes, userId, strandOfSystem(accountId, 'List'), { folder: 'other', because })
        for (const { text, messageId, references, subject, sender } of all.slice(at, at + batch)) {
          const topicId = topicOf(tx, changes, userId, { messageId: messageId ?? null, references, subject: subject ?? null, joins: sender.address !== null }, baseSubject)
          insertMessage(tx, userId, {
            id: tx.nextId('message'), strandId: strand.id, sortAt: 1000 + Number(text), topicId, accountId, channel: 'email', direction: 'in', senderId: null, sender, proof: 'weak', folder: 'other', because, preview: '', seen: true, flagged: false,
            automatic: 'list', status: null, messageId: messageId ?? null, digest: null, sentAt: null, receivedAt: clock.now(), subject: subject ?? null, text, quoted: null, original: null, html: null, recipients: [], references, unreadable: null,
            rawDigest: null, attachments: 0, bounces: []
          })
        }
      }, 'bulk')
    }
    return seenBy(userId)
  }

  const rows = listedThreads()
  const seen = await received(mails)
  const mine = new Map(seen.flatMap((group, i) => group.split(' ').map((n) => [Number(n), i])))
  const pairs = (labels: string[]) => [...Map.groupBy(labels, (label) => label).values()].reduce((sum, { length }) => sum + length * (length - 1) / 2, 0)
  const both = pairs(rows.map((row, n) => `${mine.get(n)} ${row[2]}`))
  const precision = both / pairs(rows.map((_, n) => String(mine.get(n))))
  const recall = both / pairs(rows.map((row) => row[2]!))
  const f1 = 2 * precision * recall / (precision + recall)
  const agreed = [...Map.groupBy(rows.map((row, n) => ({ n, label: row[5]! })).filter(({ label }) => label !== ''), ({ label }) => label).values()].map((thread) => thread.map(({ n }) => n).join(' '))
  const all = new Set(seen)
  const exact = agreed.filter((thread) => all.has(thread)).length
  t.comment(`${exact} of ${agreed.length} threads that all programs agree on are exact; against the reference, pair precision ${precision.toFixed(5)}, recall ${recall.toFixed(5)}, F1 ${f1.toFixed(5)}`)
  t.ok(agreed.length > 100)
  t.equal(exact, agreed.length)
  t.ok(f1 >= 0.995, `F1 ${f1}`)

  const asTheyAre = seen.join(' | ')
  const half = mails.length >> 1
  const orders: [name: string, mails: IncomingMessage[], batch: number][] = [
    ['as they came', mails, mails.length], ['backwards', mails.toReversed(), 1000], ['in halves', [...mails.slice(half), ...mails.slice(0, half)], 700], ['shuffled', mails.map((mail, n) => ({ mail, at: n * 7919 % 5003 })).sort((a, b) => a.at - b.at).map(({ mail }) => mail), 500]
  ]
  for (const [name, order, batch] of orders) t.equal((await threaded(order, batch)).join(' | '), asTheyAre, name)
})
