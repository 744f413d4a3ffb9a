import t, { type Test } from 'tap'
import { createHash } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { mailHead, wasDelivered } from '../../src/cli/import-headers.ts'
import { importMail } from '../../src/cli/import-mail.ts'
import { readSources, sourceSize } from '../../src/cli/import-source.ts'
import { splitMbox } from '../../src/cli/mbox.ts'

const mail = (n: number, extra = '', body = `Hello ${n}\n`) => `From: Alice <alice@friend.example>\nSubject: ${n}\n${extra}\n${body}`

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = []
  for await (const item of items) all.push(item)
  return all
}

/** Writes the files, reads them all as the import does. `paths` are within the folder. */
async function read(test: Test, files: Record<string, string | Uint8Array>, { paths = ['.'], maxBytes }: { paths?: string[], maxBytes?: number } = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'kinbox-import-'))
  test.teardown(() => rm(folder, { recursive: true, force: true }))
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true })
    await writeFile(join(folder, name), content)
  }
  const all = paths.map(path => join(folder, path))
  const items = await collect(readSources(all, maxBytes ? { maxBytes } : {}))
  return {
    folder,
    size: await sourceSize(all),
    lastRead: items.at(-1)?.read,
    mails: items.filter(item => item.type === 'message').map(item => ({ ...item, name: relative(folder, item.name), text: Buffer.from(item.bytes).toString() })),
    problems: items.filter(item => item.type === 'problem').map(item => [relative(folder, item.name), item.problem])
  }
}

t.test('single files and folders of them', async t => {
  const { mails, problems, size, lastRead } = await read(t, {
    'a.eml': mail(1),
    'deep/er/b.eml': mail(2),
    'crlf.eml': mail(3).replaceAll('\n', '\r\n'),
    'empty.eml': '',
    'photo.jpg': new Uint8Array([0xff, 0xd8, 0xff, 0xe0, 1, 2, 3]),
    'notes.txt': 'Dear diary,\nnothing: today\n',
    'config.yaml': 'name: nobody\ncolour: blue\n',
    '.DS_Store': 'x'
  })
  t.same(mails.map(({ name }) => name), ['a.eml', 'crlf.eml', 'deep/er/b.eml'], 'in a fixed order')
  t.equal(mails[1]!.text, mail(3).replaceAll('\n', '\r\n'), 'byte for byte')
  t.same(problems, [
    ['config.yaml', "is no mail: it does not begin with a mail's header"],
    ['empty.eml', 'is empty'],
    ['notes.txt', "is no mail: it does not begin with a mail's header"],
    ['photo.jpg', "is no mail: it does not begin with a mail's header"]
  ])
  t.equal(lastRead, size, 'the progress ends at the whole')
})

t.test('a path that does not exist', async t => {
  await t.rejects(read(t, {}, { paths: ['nowhere.mbox'] }), { name: 'AdminError', message: /There is no file or folder .*nowhere\.mbox/ })
})

t.test('mbox', async t => {
  const mbox = [
    'From alice@friend.example Thu Nov 19 10:20:30 2026', mail(1, 'Status: RO\n', 'Hi\n>From the sea\n>>From twice\n> quoted\n\nFrom here on, no mail begins\n'),
    'From MAILER-DAEMON Thu Nov 19 11:20:30 +0200 2026', mail(2, 'Status: O\nX-Status: F\n', ''),
    'From - Thu Nov 19 12:20:30 2026', mail(3, 'Received: from x by y; Wed, 18 Nov 2026 08:00:00 +0100 (CET)\nDate: Tue, 17 Nov 2026 08:00:00 +0000\n'),
    'From bob@friend.example Thu Nov 19 13:20:30 2026', 'no mail at all\n',
    'From bob@friend.example Thu Nov 19 14:20:30 2026', mail(5, '', 'the last one has no line end')
  ].join('\n')
  const { mails, problems, lastRead, size } = await read(t, { 'all.mbox': mbox, 'crlf': mbox.replaceAll('\n', '\r\n') })
  t.same(mails.slice(0, 4).map(({ name, at, seen, flagged }) => [name, at && new Date(at).toISOString(), seen, flagged]), [
    ['all.mbox at byte 0', '2026-11-19T10:20:30.000Z', true, false],
    ['all.mbox at byte 179', '2026-11-19T09:20:30.000Z', false, true],
    ['all.mbox at byte 299', '2026-11-18T07:00:00.000Z', true, false],
    ['all.mbox at byte 551', '2026-11-19T14:20:30.000Z', true, false]
  ], 'time: Received, else the From line; seen unless Status says otherwise')
  t.equal(mails[0]!.text, mail(1, 'Status: RO\n', 'Hi\nFrom the sea\n>From twice\n> quoted\n\nFrom here on, no mail begins\n'), 'one > off, and no separator left')
  t.equal(mails[3]!.text, mail(5, '', 'the last one has no line end'))
  t.same(mails.slice(4).map(({ text }) => text), mails.slice(0, 4).map(({ text }) => text.replaceAll('\n', '\r\n')), 'CRLF gives the same mails')
  t.same(problems.map(([name]) => name), ['all.mbox at byte 486', 'crlf at byte 513'])
  t.equal(lastRead, size)
})

t.test('an mbox whose From lines tell no time', async t => {
  const { mails } = await read(t, { m: `From nobody\n${mail(1)}\nFrom nobody\n${mail(2)}` })
  t.same(mails.map(({ text }) => text), [mail(1), mail(2)])
})

t.test('the time of a mail file', async t => {
  const { mails } = await read(t, { 'a.eml': mail(1, 'Date: Tue, 17 Nov 2026 08:00:00 +0000\n'), 'b.eml': mail(2), 'c.eml': mail(3, 'Received: broken\nDate: Tue, 17 Nov 2026 08:00:00 +0000\n') })
  t.same(mails.map(({ at }) => at), [Date.UTC(2026, 10, 17, 8), null, Date.UTC(2026, 10, 17, 8)])
})

t.test('Maildir', async t => {
  const { mails, problems } = await read(t, {
    'Maildir/new/1.x': mail(1),
    'Maildir/cur/2.x:2,S': mail(2),
    'Maildir/cur/3.x:2,FS': mail(3),
    'Maildir/cur/4.x:2,': mail(4),
    'Maildir/tmp/5.x': mail(5),
    'Maildir/dovecot.index': 'x',
    'Maildir/.Sent/cur/6.x:2,S': mail(6),
    'Maildir/.Sent/new/.keep': '',
    'Maildir/cur/7.x:2,S': ''
  })
  t.same(mails.map(({ name, seen, flagged }) => [name, seen, flagged]), [
    ['Maildir/.Sent/cur/6.x:2,S', true, false],
    ['Maildir/cur/2.x:2,S', true, false],
    ['Maildir/cur/3.x:2,FS', true, true],
    ['Maildir/cur/4.x:2,', false, false],
    ['Maildir/new/1.x', false, false]
  ], 'flags from the names; tmp and the server\'s files are passed over')
  t.same(problems, [['Maildir/cur/7.x:2,S', 'is empty']])
})

t.test('mails that are too large', async t => {
  const big = mail(1, '', 'x'.repeat(3000) + '\n')
  const { mails, problems } = await read(t, { 'big.eml': big, 'm.mbox': `From a Thu Nov 19 10:20:30 2026\n${big}\nFrom a Thu Nov 19 10:20:31 2026\n${mail(2)}` }, { maxBytes: 2000 })
  t.same(mails.map(({ name, text }) => [name, text]), [['m.mbox at byte 3081', mail(2)]], 'the next one is read')
  t.match(problems, [['big.eml', /is larger .* than a mail may be/], ['m.mbox at byte 0', /is larger/]])
})

t.test('a mail cut anywhere by the chunks of the stream is the same', async t => {
  const mbox = Buffer.from(`From a Thu Nov 19 10:20:30 2026\r\n${mail(1, '', '>From x\n\n>>From y\n\nFrom z\n')}\nFrom b Thu Nov 19 10:20:31 2026\n${mail(2)}\n\nFrom c Thu Nov 19 10:20:32 2026\n${mail(3)}`)
  const split = async (size: number) => {
    const chunks = Array.from({ length: Math.ceil(mbox.length / size) }, (_, i) => mbox.subarray(i * size, (i + 1) * size))
    return (await collect(splitMbox(Readable.from(chunks), 10000))).map(({ bytes, fromLine }) => [Buffer.from(bytes!).toString(), fromLine])
  }
  const whole = await split(mbox.length)
  t.equal(whole.length, 3)
  for (let size = 1; size < 40; size++) t.same(await split(size), whole)
})

t.test('200 MiB of mbox in bounded memory', async t => {
  const { folder } = await read(t, {})
  const path = join(folder, 'large.mbox')
  const one = `From a Thu Nov 19 10:20:30 2026\n${mail(1, '', ('y'.repeat(76) + '\n').repeat(13_600))}\n`
  await pipeline(Readable.from((function* () { for (let i = 0; i < 200; i++) yield one })()), createWriteStream(path))
  const before = process.memoryUsage.rss()
  let most = 0
  let count = 0
  const digests = new Set<string>()
  for await (const item of readSources([path])) {
    if (item.type === 'message') digests.add(createHash('sha1').update(item.bytes).digest('hex'))
    if (++count % 10 === 0) most = Math.max(most, process.memoryUsage.rss() - before)
  }
  t.same([count, digests.size], [200, 1])
  t.ok(most < 120 * 1024 * 1024, `grew by ${Math.round(most / 1048576)} MiB`)
})

t.test('what was delivered is nobody\'s sent mail, whatever address it bears', async (t) => {
  const own = new Set(['ada@example.org'])
  const head = (fields: string) => Buffer.from(`${fields}From: ada@example.org\nTo: bob@friend.example\nSubject: s\n\ntext\n`)
  for (const [fields, delivered] of [
    ['', false],
    ['Return-Path: <ada@example.org>\nReceived: from client by mx.example.org with ESMTPSA id 1; Thu, 21 Nov 2030 10:00:00 +0000\n', false],
    ['Received: by mail.example.org with HTTP; Thu, 21 Nov 2030 10:00:00 +0000\n', false],
    ['Delivered-To: ada@example.org\n', true],
    ['Return-Path: <mallory@evil.test>\n', true],
    ['Return-Path: <>\n', true],
    ['Authentication-Results: mx.example.org;\n dkim=fail\n', true],
    ['Received: from mx.example.org by store.example.org\n with LMTP id 1; Thu, 21 Nov 2030 10:00:00 +0000\n', true]
  ] as const) t.equal(wasDelivered(mailHead(head(fields))!, own), delivered, JSON.stringify(fields))
  const folder = await mkdtemp(join(tmpdir(), 'kinbox-import-'))
  t.teardown(() => rm(folder, { recursive: true, force: true }))
  await writeFile(join(folder, '1.eml'), head(''))
  await writeFile(join(folder, '2.eml'), head('Delivered-To: ada@example.org\n'))
  const roles: unknown[] = []
  await importMail({
    account: { id: 1, userId: 1, kind: 'email', channel: 'email', since: 1, context: { own: [{ kind: 'email', address: 'ada@example.org' }], region: null, authserv: null } },
    paths: [folder], now: 1, signal: new AbortController().signal, progress() {},
    receive: async (_account, batch) => {
      roles.push(...batch.map((one) => one.folder?.role))
      return { stored: batch.length, known: 0, unreadable: 0 }
    }
  })
  t.same(roles, ['sent', 'other'])
})
