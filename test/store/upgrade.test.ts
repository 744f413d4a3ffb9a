import t from 'tap'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { loadConfig } from '../../config/options.ts'
import { startApp } from '../../src/app.ts'
import { connect } from '../fixtures/client.ts'
import { zone } from '../fixtures/house.ts'
import { writeMails } from '../fixtures/mails.ts'
import { tempFolder, testLog } from '../fixtures/store.ts'
import { kinbox } from '../fixtures/terminal.ts'
import { unpack } from '../fixtures/upgrade/unpack.ts'

type Message = { id: string, conversationId: string, direction: string, status?: string, subject: string | null, text: string, attachments: { id: string }[] }

t.test('a data folder of an earlier version', async t => {
  const { folder, expected } = await unpack(t)
  const log = testLog()
  const app = await startApp({ ...loadConfig({ env: {} }).config, data: folder, port: 0 }, log, { dns: zone({}), server: { checkResults: true } })
  t.teardown(() => app.stop())

  await t.test('was copied before it was changed', async t => {
    const copies = readdirSync(folder).filter(name => /^kinbox-before-0002-.*\.db$/.test(name))
    t.equal(copies.length, 1)
    const copy = new Database(join(folder, copies[0]!), { readonly: true })
    t.teardown(() => copy.close())
    t.same(copy.pragma('integrity_check'), [{ integrity_check: 'ok' }])
    t.same(copy.prepare('SELECT count(*) AS n FROM message').get(), { n: expected.messages.length })
    t.same(copy.prepare('SELECT name FROM mikro_orm_migrations').all(), [{ name: '0001-the-road' }], 'by the version that wrote it')
  })

  await t.test('has every message, by the token of that time', async t => {
    const client = await connect(app.url, { token: expected.token, resume: { logId: expected.logId, seq: expected.head } })
    t.teardown(() => client.cut())
    t.not(client.hello.resume, 'snapshot_required', 'a client of that time goes on where it was')
    for (const { id, conversation, direction, status, subject, length, text, attachments } of expected.messages) {
      const found = await client.call<Message>('message.get', { id })
      t.match(found, { id, conversationId: conversation, direction, ...(status === null ? {} : { status }) }, id)
      t.equal(found.subject ?? null, subject)
      t.equal(found.attachments.length, attachments)
      t.equal(found.text.slice(0, 60), text)
      t.equal(found.text.length, Math.min(length, 256 * 1024), `${id} has its text`)
    }
    const [attachment] = (await client.call<Message>('message.get', { id: 'm3' })).attachments
    const { path } = await client.call<{ path: string }>('blob.url', { id: attachment!.id })
    const answer = await fetch(new URL(path, app.url))
    t.equal(Buffer.from(await answer.arrayBuffer()).subarray(1, 4).toString(), 'PNG', 'and its files')
  })

  await t.test('is whole, knows its mails again and takes new ones', async t => {
    t.match(await kinbox(folder, ['verify']), { code: 0, out: /all whole/ })
    const mails = await writeMails(await tempFolder(t))
    t.match(await kinbox(folder, ['import', '--user', 'ada', mails]), { code: 0, out: /3 mails read: 3 new, 0 already there/ })
    t.match(await kinbox(folder, ['import', '--user', 'ada', mails]), { code: 0, out: /3 mails read: 0 new, 3 already there/ })
  })
})
