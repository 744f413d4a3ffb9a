import t from 'tap'
import type { Test } from 'tap'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { loadConnector } from '../../src/accounts/load.ts'
import { mailHead } from '../../src/cli/import-headers.ts'
import { splitMbox } from '../../src/cli/mbox.ts'
import type { Incoming, IncomingMessage } from '../../src/connector.ts'
import { receiver } from '../../src/inbound/receive.ts'
import { remoteId } from '../../src/model/ids.ts'
import { createAccount } from '../../src/store/accounts.ts'
import { addTestUser, tempStore } from '../fixtures/store.ts'

const corpora = process.env['KINBOX_CORPORA'] ?? join(import.meta.dirname, '../../../shared/corpora')
const list = join(corpora, 'mailing-list/5000.mbox.gz')
const skip = !existsSync(list) && 'there is no mailing list in KINBOX_CORPORA'

/** The heads of the mails, parsed: threads are made by nothing else. */
async function heads(): Promise<IncomingMessage[]> {
  const { parse } = await loadConnector([join(import.meta.dirname, '../../connectors')], 'email')
  const found: IncomingMessage[] = []
  for await (const { bytes } of splitMbox((async function* () { yield gunzipSync(readFileSync(list)) })(), 1e8)) {
    const raw = Buffer.from(bytes!)
    const end = raw.indexOf('\n\n')
    if (!mailHead(raw) || end < 0) throw new Error('no mail')
    const kept = raw.toString('latin1', 0, end).replace(/^(?:content|mime)-[^:]*:.*\n(?:[ \t].*\n)*/gim, '')
    const [message] = await parse(Buffer.from(kept + '\n\n', 'latin1'), { own: [], region: null, folder: null, authserv: null, at: 0 }) as [IncomingMessage]
    found.push({ ...message, text: String(found.length) })
  }
  return found
}

/** Takes mails into one fresh house each time: which of them lie together, by their places in the list, each group and all of them sorted. */
async function house(t: Test): Promise<(mails: IncomingMessage[]) => Promise<string[]>> {
  const { store, blobs, wakeup, clock, log, seal } = await tempStore(t)
  const receive = receiver({
    store, blobs, wakeup, clock, log,
    async parse(_kind, raw) { return [JSON.parse(Buffer.from(raw).toString()) as Incoming] },
    async prove(_kind, raw) { return { level: (JSON.parse(Buffer.from(raw).toString()) as IncomingMessage).sender.address === null ? 'unverified' : 'weak', evidence: [] } }
  })
  let users = 0
  return async (mails) => {
    const userId = await addTestUser(store, `ada${++users}`)
    const own = [{ kind: 'email', address: 'ada@example.org' }]
    const accountId = await createAccount({ store, clock, notify: () => {} }, seal, { userId, kind: 'test', name: 'Test', settings: {}, own })
    const account = { id: accountId, userId, kind: 'test', channel: 'email', since: 0, context: { own, region: null, authserv: null } }
    for (let at = 0; at < mails.length; at += 500) {
      await receive(account, mails.slice(at, at + 500).map((mail) => ({ remoteId: remoteId(`list/${mail.text}`), at: 1000 + Number(mail.text), folder: { name: 'list', role: 'other' }, raw: Buffer.from(JSON.stringify(mail)) })), { lane: 'history' })
    }
    const rows = await store.read((tx) => tx.all<{ text: string, topic: number }>('SELECT b.text, m.topic_id AS topic FROM message m JOIN message_body b ON b.message_id = m.id WHERE m.user_id = ?', userId))
    return [...Map.groupBy(rows, ({ topic }) => topic).values()].map((group) => group.map(({ text }) => Number(text)).sort((a, b) => a - b).join(' ')).sort()
  }
}

t.test('the threads of a mailing list are those that other programs see', { skip }, async (t) => {
  const mails = await heads()
  const take = await house(t)
  const rows = readFileSync(join(corpora, 'mailing-list/5000.threads.tsv'), 'utf8').trim().split('\n').slice(1).map((line) => line.split('\t'))
  const seen = await take(mails)
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

  // Any thousand of them hold every kind of thread; each order costs as much as the first.
  const some = mails.slice(1000, 2000)
  const asTheyAre = (await take(some)).join(' | ')
  const orders = { backwards: some.toReversed(), 'in halves': [...some.slice(500), ...some.slice(0, 500)], shuffled: some.map((mail, n) => ({ mail, at: n * 7919 % 1009 })).sort((a, b) => a.at - b.at).map(({ mail }) => mail) }
  for (const [name, order] of Object.entries(orders)) t.equal((await take(order)).join(' | '), asTheyAre, name)
})
