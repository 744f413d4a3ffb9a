import { existsSync, mkdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { mock } from 'node:test'
import t from 'tap'
import { blobFile } from '../../src/blobs/files.ts'
import { collector } from '../../src/jobs/collect.ts'
import { insertAttachment } from '../../src/store/attachments.ts'
import { fileReferences } from '../../src/store/files.ts'
import { addTestUser, tempStore } from '../fixtures/store.ts'

const day = 86_400_000
const hour = 3_600_000
const hexOf = (digest: Uint8Array) => Buffer.from(digest).toString('hex')

t.test('files that nothing refers to go by themselves after a week; what is used, new, or put again stays', async (t) => {
  const { store, folder, blobs, log } = await tempStore(t)
  // Files are dated by the machine.
  const clock = { now: Date.now }
  const userId = await addTestUser(store, 'ada')
  const put = async (text: string, days: number) => {
    const digest = await blobs.put(Buffer.from(text))
    const at = new Date(Date.now() - days * day)
    utimesSync(blobs.path(digest), at, at)
    return digest
  }
  const [used, unused, young, again] = [await put('used', 9), await put('unused', 9), await put('young', 6), await put('again', 9)]
  await store.hot((tx) => insertAttachment(tx, userId, { messageId: null, digest: used, name: 'a', contentType: 'text/plain', size: 4, inline: false, contentId: null }, clock.now()))
  const partial = join(folder, 'blobs', 'partial', 'left')
  mkdirSync(join(partial, '..'), { recursive: true })
  writeFileSync(partial, 'half of')
  utimesSync(partial, new Date(Date.now() - 9 * day), new Date(Date.now() - 9 * day))
  const turn = { who: 'backup' as string | null }
  const job = collector({ folder, store, blobs, clock, log, turn })
  const left = () => [used, unused, young, again].map((digest) => existsSync(blobFile(folder, hexOf(digest))))

  t.equal(await job.run(), 0)
  t.same([left(), turn.who], [[true, true, true, true], 'backup'], 'not while a backup copies them')
  turn.who = null
  const running = job.run()
  t.match(turn.who, /collecting/, 'nor does a backup begin now')
  await blobs.put(Buffer.from('again'))
  t.equal(await running, 1)
  t.same([left(), turn.who, existsSync(partial)], [[true, false, true, true], null, false])
  t.equal(await job.run(), 0)
  t.match(log.lines.join(), /files that nothing refers to were removed/)
})

t.test('once a day, looking each hour; stopping ends what is under way', async (t) => {
  const { store, folder, blobs, clock, log } = await tempStore(t)
  const put = async (text: string) => {
    const digest = await blobs.put(Buffer.from(text))
    utimesSync(blobs.path(digest), new Date(clock.now() - 9 * day), new Date(clock.now() - 9 * day))
    return blobs.path(digest)
  }
  const turn = { who: null as string | null }
  const job = collector({ folder, store, blobs, clock, log, turn })
  const gone = async (path: string) => {
    for (let i = 0; i < 6_000 && existsSync(path); i++) await new Promise((resolve) => setTimeout(resolve, 10))
    return !existsSync(path)
  }
  const free = async () => { for (let turns = 0; turns < 20; turns = turn.who === null ? turns + 1 : 0) await new Promise((resolve) => setImmediate(resolve)) }
  mock.timers.enable({ apis: ['setInterval'] })
  t.teardown(() => mock.timers.reset())
  const first = await put('first')
  job.start()
  // Whoever is slow is looked at several times while it is at it.
  mock.timers.tick(5 * hour)
  t.equal(await gone(first), true)
  const second = await put('second')
  await free()
  clock.time += day / 2
  mock.timers.tick(12 * hour)
  await free()
  t.equal(existsSync(second), true, 'not before a day is over')
  clock.time += day / 2
  mock.timers.tick(hour)
  t.equal(await gone(second), true)
  await job.stop()
  t.equal(await job.run(), 0, 'nothing begins after it was stopped')
})

/** Every column of bytes in the schema: whether it names a file in blobs/. Who adds one that does, adds it to fileReferences, or its files are collected. */
const columns: Record<string, 'file' | 'no file'> = {
  'login.hash': 'no file', 'account.settings': 'no file', 'message.digest': 'no file', 'raw.digest': 'file', 'raw.bytes': 'no file', 'message_body.raw_digest': 'no file',
  'attachment.digest': 'file', 'attachment.thumbnail': 'file', 'amendment.digest': 'no file', 'client_write.digest': 'no file',
  'photo.bytes': 'no file', 'spam_lesson.words': 'no file', 'spam_words.counts': 'no file'
}

t.test('every column that can name a file is known, and what is collected asks all of them', async (t) => {
  const { store } = await tempStore(t)
  const found = await store.read((tx) => tx.all<{ name: string }>("SELECT t.name || '.' || c.name AS name FROM pragma_table_list t JOIN pragma_table_info(t.name) c WHERE t.schema = 'main' AND t.type = 'table' AND c.type = 'BLOB' AND t.name NOT LIKE 'mikro_orm%' ORDER BY 1").map(({ name }) => name))
  t.same(found.filter((name) => columns[name] === undefined), [], 'a new column of bytes: say here whether it names a file')
  const asked = readFileSync(new URL('../../src/store/files.ts', import.meta.url), 'utf8')
  for (const [name, what] of Object.entries(columns)) if (what === 'file') t.match(asked, new RegExp(`\\b${name.split('.')[1]}\\b[^']*FROM ${name.split('.')[0]}\\b`), name)
  t.same(await store.read(fileReferences), [])
})
