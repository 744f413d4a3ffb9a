import t, { type Test } from 'tap'
import { appendFile, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { importMail } from '../../src/cli/import-mail.ts'
import { splitMbox } from '../../src/cli/mbox.ts'
import type { Place } from '../../src/cli/import-source.ts'
import type { Arrival } from '../../src/connector.ts'
import { openHouse } from '../fixtures/house.ts'

const account = { id: 1, userId: 1, kind: 'email', channel: 'email', since: 1, context: { own: [{ kind: 'email', address: 'ada@example.org' }], region: null, authserv: null } }
const mail = (n: number, head = '') => `From alice@friend.example Thu Nov 21 10:20:30 2030\n${head}From: Alice <alice@friend.example>\nTo: ada@example.org\nSubject: Trip ${n}\nMessage-ID: <${n}@friend.example>\n\nHello ${n}\n\n`

async function folderOf(t: Test): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'kinbox-import-'))
  t.teardown(() => rm(folder, { recursive: true, force: true }))
  return folder
}

t.test('an import that ended goes on where it was; a file that has changed is read whole', async (t) => {
  const path = join(await folderOf(t), 'all.mbox')
  await writeFile(path, Array.from({ length: 250 }, (_, n) => mail(n)).join(''))
  const places = new Map<string, Place>()
  const run = async (most: number) => {
    let read = 0
    const stopping = new AbortController()
    await importMail({
      account, paths: [path], now: 1, signal: stopping.signal, progress() {},
      bookmark: {
        goOn: (file) => { const place = places.get(file.path); return place?.size === file.size && place.changed === file.changed ? place.at : 0 },
        keep: async (place) => void places.set(place.path, place)
      },
      async receive(_account, batch) {
        read += batch.length
        if (read >= most) stopping.abort()
        return { stored: batch.length, known: 0, unreadable: 0 }
      }
    })
    return read
  }
  const first = await run(100)
  t.ok(first >= 100 && first < 250, `${first} before it was stopped`)
  t.equal(await run(1000), 250 - first)
  await appendFile(path, mail(250))
  t.equal(await run(1000), 251)
})

t.test('an mbox of many gigabytes is read in bounded memory', async (t) => {
  // The same mails again and again: what counts is that nothing of them stays.
  const piece = Buffer.from(Array.from({ length: 200 }, (_, n) => mail(n) + 'A line of a long story that somebody wrote.\n'.repeat(100) + '\n').join(''))
  const total = 300 * 1024 * 1024
  let count = 0
  let most = 0
  const before = process.memoryUsage.rss()
  async function* stream() {
    for (let sent = 0; sent < total; sent += piece.length) yield piece
  }
  for await (const { bytes } of splitMbox(stream(), 1e7)) {
    if (bytes!.length > 10_000) t.fail(`a mail of ${bytes!.length} bytes`)
    if (++count % 5000 === 0) most = Math.max(most, process.memoryUsage.rss() - before)
  }
  t.equal(count, Math.ceil(total / piece.length) * 200)
  t.ok(most < 200 * 1024 * 1024, `grew by ${Math.round(most / 1048576)} MiB over ${Math.round(total / 1048576)} MiB`)
})

t.test('labels of an exporter: sent, unread, starred, archived, and the user\'s own; not those that a mail brings along', async (t) => {
  const path = join(await folderOf(t), 'takeout.mbox')
  const labelled = (n: number, labels: string) => mail(n, `X-GM-THRID: 1${n}\nX-Gmail-Labels: ${labels}\n`)
  await writeFile(path, [
    labelled(0, 'Inbox,Unread,Climbing'), labelled(1, 'Archived,Opened,Starred,"Home, garden"'), labelled(2, 'Sent,Opened'), labelled(3, '=?UTF-8?Q?Archiviert,_Ge=C3=B6ffnet,_Gr=C3=BC=C3=9Fe?='),
    mail(4, 'Delivered-To: ada@example.org\nX-GM-THRID: 1\nX-Gmail-Labels: Sent\n')
  ].join(''))
  const seen: Arrival[] = []
  await importMail({ account, paths: [path], now: 1, signal: new AbortController().signal, progress() {}, receive: async (_account, batch) => { seen.push(...batch); return { stored: batch.length, known: 0, unreadable: 0 } } })
  t.match(seen, [
    { seen: false, flagged: false, filed: { labels: ['Climbing'], archived: false } },
    { seen: true, flagged: true, filed: { labels: ['Home, garden'], archived: true } },
    { seen: true, folder: { role: 'sent' }, filed: { labels: [], archived: false } },
    { seen: true, filed: { labels: ['Grüße'], archived: true } },
    { folder: { role: 'other' } }
  ])
  t.equal('filed' in seen[4]!, false, 'what stands below what servers wrote, anybody can have written')
})

t.test('imported mail lies in the living conversation, is found at once, and comes in once', async (t) => {
  const house = await openHouse(t)
  const path = join(house.folder, 'all.mbox')
  const labels = (value: string) => `X-GM-THRID: 1\nX-Gmail-Labels: ${value}\n`
  const good = mail(1, labels('Archived,Climbing')) + mail(2, labels('Archived,Hut'))
  await writeFile(path, good + 'From x@y Thu Nov 21 10:20:30 2030\nno mail at all\n\n')
  const run = () => house.app.admin.importFiles({ user: 'ada', own: ['ada@example.org'], paths: [path] }, { progress() {}, signal: new AbortController().signal })
  const first = await run()
  t.match(first, { messages: 2, stored: 2, known: 0, problems: [{ name: `${path} at byte ${good.length}`, problem: /no mail/ }] })
  const client = await house.client()
  const found = await client.call<{ items: unknown[] }>('search.query', { q: 'hello' })
  t.equal(found.items.length, 2, 'found when the import returns')
  const { items } = await client.call<{ items: { labels: string[], archived: boolean }[] }>('conversation.list', { folder: 'other', archived: true })
  t.match(items, [{ labels: ['Climbing', 'Hut'] }], 'archived as it was, with the labels of all')
  t.match(await run(), { stored: 0, known: 2 })
})
