import t from 'tap'
import { existsSync } from 'node:fs'
import { mkdir, open, readFile, rm, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { loadConfig } from '../../config/options.ts'
import { startApp } from '../../src/app.ts'
import { blobFile, blobFiles } from '../../src/blobs/files.ts'
import type { VerifySummary } from '../../src/jobs/verify.ts'
import { until } from '../connectors/account.ts'
import { connect } from '../fixtures/client.ts'
import { zone } from '../fixtures/house.ts'
import { testLog } from '../fixtures/store.ts'
import { kinbox } from '../fixtures/terminal.ts'
import { unpack } from '../fixtures/upgrade/unpack.ts'

/** Each kind of damage: how it is done, how it is told, and whether it can be computed again. */
const damages: { sql: string, told: RegExp, repairable: boolean }[] = [
  { sql: 'UPDATE strand SET unread = unread + 3 WHERE id = 1', told: /^Strand 1 says 3 unread and has 0/, repairable: true },
  { sql: 'UPDATE strand SET last_at = last_at + 5, last_message_id = 1 WHERE id = 5', told: /^Strand 5 says its newest is of .* and it is of .*, calls m1 its newest message and it is m\d+/, repairable: true },
  { sql: 'UPDATE conversation SET unread = 40 WHERE id = 3', told: /^Conversation c3 says 40 unread and has 0/, repairable: true },
  { sql: 'UPDATE conversation SET last_message_id = 1 WHERE id = 4', told: /^Conversation c4 calls m1 its newest message and it is m5/, repairable: true },
  { sql: 'UPDATE message_body SET attachments = 7 WHERE message_id = 3', told: /^Message m3 says 7 attachments and has 1/, repairable: true },
  { sql: 'DELETE FROM event WHERE user_id = 1 AND seq = 40', told: /^The log of user u1 should go from 1 to \d+, and has \d+ events from 1 to/, repairable: true },
  { sql: "INSERT INTO event (user_id, seq, at, type, object, rev, data) VALUES (99, 1, 0, 'message.created', 1, 1, '{}')", told: /^1 events belong to no user's log/, repairable: false },
  { sql: 'DELETE FROM message_body WHERE message_id = 4', told: /^message m4 has no body/, repairable: false },
  { sql: 'UPDATE message SET topic_id = 12345 WHERE id = 5', told: /^1 row of message point to a topic that is not there/, repairable: false },
  { sql: "UPDATE message_body SET raw_digest = x'00ff' WHERE message_id = 5", told: /^message m5 names original bytes that are not stored/, repairable: false },
  { sql: "UPDATE raw SET bytes = x'0102' WHERE digest = (SELECT raw_digest FROM message_body WHERE message_id = 1)", told: /^The original bytes [0-9a-f]{16}… of a message are damaged/, repairable: false },
  { sql: "INSERT INTO user (id, name, created_at) VALUES (50, 'mallory', 0)", told: /^User u50 has no log/, repairable: false },
  { sql: 'UPDATE strand SET user_id = 50 WHERE id = 2', told: /^message m3 lies in a strand of another user/, repairable: false }
]

/** Nobody writes in the meantime: the account of the demo network stays closed. */
function quiet(folder: string): void {
  const db = new Database(join(folder, 'kinbox.db'))
  db.exec("UPDATE account SET status = 'stopped'")
  db.close()
}

/** What is told besides, because it is counted from what was damaged: nothing else may be. */
const follows = [/^strand 2 lies in a conversation of another user/, /^Conversation c1 says 3 unread and has 6/, /^Conversation c5 says its newest/]

t.test('every kind of damage is found, and what is derived is computed again', async t => {
  const { folder, expected: { token } } = await unpack(t)
  quiet(folder)
  const app = await startApp({ ...loadConfig({ env: {} }).config, data: folder, port: 0 }, testLog(), { dns: zone({}) })
  t.teardown(() => app.stop())
  const verify = async (...options: string[]) => {
    const { code, out, err } = await kinbox(folder, ['verify', '--json', ...options])
    return { code, err, summary: JSON.parse(out) as VerifySummary }
  }
  const db = new Database(join(folder, 'kinbox.db'))
  t.teardown(() => db.close())
  // The server makes a small picture of the one there is: then there is nothing more for it to do.
  await until('the small picture', () => db.prepare('SELECT 1 FROM attachment WHERE thumbnail IS NOT NULL').get())
  const whole = await verify()
  t.match(whole, { code: 0, err: '', summary: { findings: [], files: { count: 3 }, unused: { count: 0 } } })

  db.pragma('foreign_keys = OFF')
  for (const { sql } of damages) t.equal(db.prepare(sql).run().changes > 0, true, sql)
  const digestOf = (sql: string) => (db.prepare(sql).get() as { digest: string }).digest
  const first = blobFile(folder, digestOf('SELECT lower(hex(raw_digest)) AS digest FROM message_body WHERE message_id = 6'))
  const second = blobFile(folder, digestOf('SELECT lower(hex(digest)) AS digest FROM attachment WHERE message_id = 3'))
  const original = await readFile(first)
  await rm(first)
  await writeFile(second, Buffer.alloc((await readFile(second)).length, 1))
  const found = await verify()
  t.match(found, { code: 1, err: /things are wrong\. What is derived can be computed again: kinbox verify --repair/ })
  for (const { sql, told, repairable } of damages) {
    const finding = found.summary.findings.find(({ text }) => told.test(text))
    t.ok(finding, `${sql}: ${told}`)
    t.equal(finding?.repairable, repairable, sql)
  }
  const files = found.summary.findings.filter(({ kind, text }) => kind === 'file' && text.startsWith('The file'))
  t.same(files.map(({ text }) => /is (missing|damaged) \((.*)\)/.exec(text)?.slice(1)).sort(), [['damaged', 'message m3'], ['missing', 'the original of m6']])
  const known = [...damages.map(({ told }) => told), ...follows, /^The file/]
  t.same(found.summary.findings.map(({ text }) => text).filter(text => !known.some(one => one.test(text))), [])

  const client = await connect(app.url, { token })
  t.teardown(() => client.cut())
  const repaired = await verify('--repair')
  t.equal(repaired.code, 1)
  t.match(repaired.err, /wrong that cannot be computed again\. A backup has it/)
  const left = (await verify()).summary.findings
  t.same(left.filter(({ repairable }) => repairable), [], 'nothing that is derived is wrong any more')
  t.equal(left.length, damages.filter(({ repairable }) => !repairable).length + 3, 'besides the two files, and a strand of the wrong user')
  await client.until(() => client.events.some(({ type, id }) => type === 'conversation.changed' && id === 'c3'))
  t.equal((await client.call<{ unread: number }>('conversation.get', { id: 'c3' })).unread, 0, 'and clients hear of it')
  const late = await connect(app.url, { token, resume: { logId: client.hello.logId, seq: 10 } })
  t.teardown(() => late.cut())
  t.equal(late.hello.resume, 'snapshot_required', 'who had not read past the gap takes a snapshot')
  t.match(await kinbox(folder, ['verify']), { code: 1, out: /WRONG {5}message m4 has no body\.\n[\s\S]*Read \d+ messages and 3 files/ })

  await writeFile(first, original)
  t.equal((await verify()).summary.findings.filter(({ text }) => text.startsWith('The file')).length, 1, 'a file from a backup is taken as it is')
})

t.test('--collect removes what nothing refers to, after a day', async t => {
  const { folder } = await unpack(t)
  const [used] = [...blobFiles(folder)]
  const files = { old: 'a'.repeat(64), young: 'b'.repeat(64) }
  for (const digest of Object.values(files)) {
    await mkdir(join(blobFile(folder, digest), '..'), { recursive: true })
    await writeFile(blobFile(folder, digest), 'nobody needs this')
  }
  const twoDaysAgo = new Date(Date.now() - 2 * 86_400_000)
  const partial = ['old', 'young'].map(name => join(folder, 'blobs', 'partial', name))
  for (const path of partial) await writeFile(path, 'half of')
  await utimes(partial[0]!, twoDaysAgo, twoDaysAgo)
  for (const digest of [files.old, used!.digest]) await utimes(blobFile(folder, digest), twoDaysAgo, twoDaysAgo)
  t.match(await kinbox(folder, ['verify']), { code: 0, out: /1 files \(17 bytes\) are not referred to; --collect removes them/ })
  t.equal(existsSync(blobFile(folder, files.old)), true, 'not without being asked')
  const db = new Database(join(folder, 'kinbox.db'))
  const raws = () => (db.prepare('SELECT count(*) AS n FROM raw').get() as { n: number }).n
  const before = raws()
  // As a message that its sender took back leaves it.
  db.exec('UPDATE message_body SET raw_digest = NULL WHERE message_id = 1')
  t.match(await kinbox(folder, ['verify', '--collect']), { code: 0, out: /Removed 1 files that nothing refers to/ })
  t.same([files.old, files.young, used!.digest].map(digest => existsSync(blobFile(folder, digest))), [false, true, true])
  t.same(partial.map(path => existsSync(path)), [false, true], 'what a crash left half written goes, too')
  t.equal(raws(), before - 1, 'and original bytes that no message has any more')
  db.close()
})

t.test('a damaged database file is told, and not written to', async t => {
  const { folder } = await unpack(t)
  t.match(await kinbox(folder, ['verify']), { code: 0 })
  const db = new Database(join(folder, 'kinbox.db'), { readonly: true })
  const { rootpage } = db.prepare("SELECT rootpage FROM sqlite_schema WHERE name = 'message_topic'").get() as { rootpage: number }
  const size = db.pragma('page_size', { simple: true }) as number
  db.close()
  const file = await open(join(folder, 'kinbox.db'), 'r+')
  await file.write(Buffer.alloc(200, 0x55), 0, 200, (rootpage - 1) * size + size - 300)
  await file.close()
  t.match(await kinbox(folder, ['verify', '--repair']), { code: 1, out: /WRONG {5}The database file is damaged: /, err: /wrong in the database file itself\. Stop the server, keep a copy/ })
  const to = join(folder, '../' + folder.split('/').at(-1) + '-backup')
  t.teardown(() => rm(to, { recursive: true, force: true }))
  const backup = await kinbox(folder, ['backup', to])
  t.match(backup, { code: 1, err: /\w/ })
  t.equal(existsSync(join(to, 'backup.json')), false, 'nor is a backup made of it')
})
