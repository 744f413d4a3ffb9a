import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import type { AddressInfo, Server, Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { simpleParser } from 'mailparser'
import t from 'tap'
import { freezeMail, mailStream } from '../../../connectors/email/compose.ts'
import type { FrozenMail } from '../../../connectors/email/compose.ts'
import { connector } from '../../../connectors/email/index.ts'
import { openSession } from '../../../connectors/email/session.ts'
import { submit } from '../../../connectors/email/submit.ts'
import type { EmailSettings } from '../../../connectors/email/settings.ts'
import type { Prepared, SendOperation } from '../../../src/connector.ts'
import { dovecotMissing, freePorts, startDovecot } from '../../servers/dovecot.ts'
import { startWire } from '../../servers/wire.ts'
import { ownTime } from '../account.ts'
import { caughtUp, emptyStore, inMailbox, mails, recordingAccount, settingsFor, subjects, testTiming, until } from './recording-account.ts'

const attempt = '019a0000-0000-7000-8000-000000000001.00112233445566778899aabbccddeeff'
const op = (more: Partial<SendOperation> = {}): SendOperation => ({
  type: 'send',
  attempt,
  from: { kind: 'email', address: 'ada@example.org', name: 'Ada' },
  recipients: [{ kind: 'email', address: 'alice@friend.example', name: 'Alice', role: 'to' }],
  text: 'Hello Alice',
  references: [],
  attachments: [],
  at: Date.UTC(2026, 5, 1, 10, 0, 0),
  ...more
})
const bytesOf = async (prepared: Prepared) => await buffer(mailStream(prepared.data as FrozenMail))

t.test('headers of an answer, by a reader of its own', async (t) => {
  const prepared = await freezeMail(op({
    recipients: [
      { kind: 'email', address: 'alice@friend.example', name: 'Älice "A", the first', role: 'to' },
      { kind: 'email', address: 'bob@friend.example', role: 'cc' },
      { kind: 'email', address: 'carol@friend.example', name: 'Carol', role: 'bcc' }
    ],
    subject: 'Über\r\nBcc: mallory@evil.test',
    text: 'Grüße,\n.\n.dot\n\nAda 🎈',
    references: ['one@friend.example', 'two@friend.example', 'bad id>\r\nX-Evil: 1']
  }))
  t.equal(prepared.messageId, `${attempt}@example.org`)
  const raw = await bytesOf(prepared)
  t.equal(raw.length, (prepared.data as FrozenMail).size)
  t.equal(/carol|^Bcc|X-Evil/mi.test(raw.toString().replace(/^Subject.*$/m, '')), false, raw.toString())
  t.equal(/[^\r]\n/.test(raw.toString()), false, 'CRLF only')
  t.equal(/[^\x00-\x7f]/.test(raw.toString()), false, '7 bit only')
  const read = await simpleParser(raw)
  t.match(read, {
    messageId: `<${attempt}@example.org>`,
    inReplyTo: '<two@friend.example>',
    references: ['<one@friend.example>', '<two@friend.example>'],
    subject: 'Über Bcc: mallory@evil.test',
    from: { value: [{ address: 'ada@example.org', name: 'Ada' }] },
    to: { value: [{ address: 'alice@friend.example', name: 'Älice "A", the first' }] },
    cc: { value: [{ address: 'bob@friend.example' }] },
    date: new Date(Date.UTC(2026, 5, 1, 10, 0, 0))
  })
  t.equal(read.text?.trimEnd(), 'Grüße,\n.\n.dot\n\nAda 🎈')
  t.match(raw.toString(), /^Content-Type: text\/plain; charset=utf-8\r$/m)
  t.same((prepared.data as FrozenMail).envelope, { from: 'ada@example.org', to: ['alice@friend.example', 'bob@friend.example', 'carol@friend.example'] })
})

t.test('the same operation gives the same bytes, also from JSON and with attachments of any length', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'kinbox-attachment-'))
  t.teardown(() => rmSync(folder, { recursive: true }))
  const attachments = [0, 1, 56, 57, 58, 114, 200_001].map((size) => {
    const path = join(folder, String(size))
    writeFileSync(path, Buffer.from(Array.from({ length: size }, (_, index) => index * 7 % 256)))
    return { name: `Grüße\r\n${size}.bin`, contentType: size === 1 ? 'message/rfc822' : size === 56 ? 'evil\r\nX: 1' : 'image/png', size, path }
  })
  const first = await freezeMail(op({ attachments }))
  const stored = JSON.parse(JSON.stringify(first)) as Prepared
  const raw = await bytesOf(first)
  t.equal(raw.equals(await bytesOf(stored)), true)
  t.equal(raw.equals(await bytesOf(await freezeMail(op({ attachments })))), true)
  t.equal(raw.length, (first.data as FrozenMail).size)
  t.equal(Math.max(...raw.toString().split('\r\n').map((line) => line.length)) <= 998, true)
  const read = await simpleParser(raw)
  t.equal(read.text?.trim(), 'Hello Alice')
  t.same(read.attachments.map(({ filename, contentType, size }) => [filename, contentType, size]), attachments.map(({ size }) => [
    `Grüße ${size}.bin`, size === 1 || size === 56 ? 'application/octet-stream' : 'image/png', size
  ]))
  t.same(read.attachments.at(-1)!.content.equals(Buffer.from(Array.from({ length: 200_001 }, (_, index) => index * 7 % 256))), true)
})

t.test('addresses that are none are refused before anything is frozen', async (t) => {
  for (const address of ['alice@friend.example\r\nBcc: mallory@evil.test', 'alice@friend.example, mallory@evil.test', '<alice@friend.example>', 'alice@friend.example> SIZE=1', '']) {
    await t.rejects(freezeMail(op({ recipients: [{ kind: 'email', address, role: 'to' }] })), { name: 'ConnectorError', code: 'bad-address', retry: 'never', certain: true }, JSON.stringify(address))
    await t.rejects(freezeMail(op({ from: { kind: 'email', address } })), { code: 'bad-address' })
  }
  await t.rejects(freezeMail(op({ recipients: [] })), { code: 'no-recipient', retry: 'never' })
  await t.rejects(freezeMail(op({ attempt: 'x>\r\nBcc: y' })), { code: 'bad-attempt', retry: 'never' })
})

/** A server that answers each command as the test says, and cuts the line at "cut". */
async function startScript(answers: (command: string) => string): Promise<{ server: Server, port: number, mails: string[] }> {
  const mails: string[] = []
  const server = createServer((socket: Socket) => {
    let data: string | null = null
    let rest = ''
    const say = (text: string) => text === 'cut' ? socket.destroy() : text === '' ? undefined : socket.write(text + '\r\n')
    socket.on('error', () => {})
    socket.write('220 script\r\n')
    socket.on('data', (chunk) => {
      rest += chunk.toString()
      for (;;) {
        if (data !== null) {
          const end = /(^|\r\n)\.\r\n/.exec(rest)
          if (!end) return
          mails.push(rest.slice(0, end.index))
          rest = rest.slice(end.index + end[0].length)
          data = null
          say(answers('.'))
          continue
        }
        const end = rest.indexOf('\r\n')
        if (end < 0) return
        const command = rest.slice(0, end)
        rest = rest.slice(end + 2)
        const answer = answers(command)
        if (/^DATA/i.test(command) && answer.startsWith('354')) data = ''
        say(answer)
      }
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { server, port: (server.address() as AddressInfo).port, mails }
}

const usual = (command: string) => /^EHLO/.test(command) ? '250-script\r\n250 AUTH PLAIN' : /^AUTH/.test(command) ? '235 welcome' : /^DATA/.test(command) ? '354 go on' : /^QUIT/.test(command) ? '221 bye' : /^STARTTLS/.test(command) ? '502 unknown' : '250 done'

t.test('every failure says whether it went out, whether to repeat, and why', async (t) => {
  const cases: { what: string, answers: (command: string) => string, expected: object, timing?: Partial<typeof testTiming> }[] = [
    { what: 'refused for good', answers: (c) => c === '.' ? '550 5.7.1 spam, open-sesame' : usual(c), expected: { retry: 'never', certain: true, code: 'refused', message: /5\.7\.1 spam, …$/ } },
    { what: 'refused for now', answers: (c) => c === '.' ? '451 4.7.1 greylisted' : usual(c), expected: { retry: 'later', certain: true, code: 'refused-for-now', message: /greylisted/ } },
    { what: 'sender refused', answers: (c) => /^MAIL/.test(c) ? '553 5.1.8 not yours' : usual(c), expected: { retry: 'never', certain: true, message: /not yours/ } },
    { what: 'every recipient refused', answers: (c) => /^RCPT/.test(c) ? '550 5.1.1 no such user' : usual(c), expected: { retry: 'never', certain: true, message: /no such user/ } },
    { what: 'every recipient deferred', answers: (c) => /^RCPT/.test(c) ? '450 4.2.1 later' : usual(c), expected: { retry: 'later', certain: true } },
    { what: 'wrong password', answers: (c) => /^AUTH/.test(c) ? '535 5.7.8 bad credentials' : usual(c), expected: { retry: 'after-login', certain: true, code: 'login' } },
    { what: 'login down', answers: (c) => /^AUTH/.test(c) ? '454 4.7.0 try later' : usual(c), expected: { retry: 'later', certain: true, code: 'login-unavailable' } },
    { what: 'login wanted after all', answers: (c) => /^MAIL/.test(c) ? '530 5.7.0 authentication required' : usual(c), expected: { retry: 'after-login', certain: true } },
    { what: 'cut before DATA', answers: (c) => /^DATA/.test(c) ? 'cut' : usual(c), expected: { retry: 'later', certain: true, code: 'connection-lost' } },
    { what: 'cut after DATA', answers: (c) => c === '.' ? 'cut' : usual(c), expected: { retry: 'later', certain: false, code: 'no-answer', message: /may have gone out/ } },
    { what: 'silence after DATA', answers: (c) => c === '.' ? '' : usual(c), expected: { retry: 'later', certain: false, code: 'no-answer' }, timing: { submit: 300 } },
    { what: 'a closing 421 after DATA', answers: (c) => c === '.' ? '421 4.3.2 shutting down' : usual(c), expected: { retry: 'later', certain: true } }
  ]
  const frozen = (await freezeMail(op())).data as FrozenMail
  for (const { what, answers, expected, timing } of cases) {
    const script = await startScript(answers)
    const server: EmailSettings['smtp'] = { host: '127.0.0.1', port: script.port, security: 'none' }
    await t.rejects(submit({ address: 'ada@example.org', imap: server, smtp: server, password: 'open-sesame' }, frozen, { ...testTiming, ...timing }, new AbortController().signal), { name: 'ConnectorError', ...expected }, what)
    script.server.close()
  }
  const [port] = await freePorts(1) as [number]
  const nobody: EmailSettings['smtp'] = { host: '127.0.0.1', port, security: 'none' }
  await t.rejects(submit({ address: 'ada@example.org', imap: nobody, smtp: nobody, password: 'open-sesame' }, frozen, testTiming, new AbortController().signal), { retry: 'later', certain: true, code: 'refused', message: /outgoing mail server/ })
})

/** What the system does next on the connection to this port: its timer, and when it fires (ms). */
function timerOf(port: number): { timer: string, inMs: number } | undefined {
  const remote = '0100007F:' + port.toString(16).toUpperCase().padStart(4, '0')
  // Lines of proc_pid_net(5): sl, local, remote, state, queues, timer and when it fires (1/100 s).
  const line = readFileSync('/proc/net/tcp', 'utf8').split('\n').map((text) => text.trim().split(/\s+/)).find((fields) => fields[2] === remote && fields[3] === '01')
  const [timer, when] = line?.[5]?.split(':') ?? []
  return timer === undefined ? undefined : { timer, inMs: Number.parseInt(when!, 16) * 10 }
}

t.test('while the mail server thinks over a mail, the system asks whether the line still stands', { skip: process.platform === 'linux' ? false : 'the system is asked by /proc' }, async (t) => {
  const asked = Promise.withResolvers<void>()
  const script = await startScript((c) => {
    if (c === '.') asked.resolve()
    return c === '.' ? '' : usual(c)
  })
  t.teardown(() => void script.server.close())
  const server: EmailSettings['smtp'] = { host: '127.0.0.1', port: script.port, security: 'none' }
  const stopping = new AbortController()
  const sending = submit({ address: 'ada@example.org', imap: server, smtp: server, password: 'open-sesame' }, (await freezeMail(op())).data as FrozenMail, { ...testTiming, submit: 60_000 }, stopping.signal)
  const refused = t.rejects(sending, { code: 'no-answer', certain: false })
  await asked.promise
  // 02: keepalive (what was sent is acknowledged by now, or will be in a moment).
  let timer = timerOf(script.port)
  for (let i = 0; i < 200 && timer?.timer !== '02'; i++) {
    await new Promise((resolve) => setTimeout(resolve, 10))
    timer = timerOf(script.port)
  }
  t.equal(timer?.timer, '02')
  t.equal(timer!.inMs > 0 && timer!.inMs <= 30_000, true, `in ${timer?.inMs} ms`)
  stopping.abort()
  await refused
})

t.test('a file that is gone or changed sends nothing; a STARTTLS server without it gets no password', async (t) => {
  const said: string[] = []
  const script = await startScript((command) => {
    said.push(command)
    return usual(command)
  })
  t.teardown(() => script.server.close())
  const server: EmailSettings['smtp'] = { host: '127.0.0.1', port: script.port, security: 'none' }
  const settings: EmailSettings = { address: 'ada@example.org', imap: server, smtp: server, password: 'open-sesame' }
  const folder = mkdtempSync(join(tmpdir(), 'kinbox-attachment-'))
  t.teardown(() => rmSync(folder, { recursive: true }))
  writeFileSync(join(folder, 'longer'), 'longer than five')
  for (const path of [join(folder, 'gone'), join(folder, 'longer')]) {
    const mail = (await freezeMail(op({ attachments: [{ name: 'a', contentType: 'image/png', size: 5, path }] }))).data as FrozenMail
    await t.rejects(submit(settings, mail, testTiming, new AbortController().signal), { retry: 'never', certain: true, code: 'attachment' }, path)
  }
  t.same(script.mails, [])
  said.length = 0
  const frozen = (await freezeMail(op())).data as FrozenMail
  await t.rejects(submit({ ...settings, smtp: { ...server, security: 'starttls' } }, frozen, testTiming, new AbortController().signal), { retry: 'later', certain: true, code: 'encryption' })
  t.equal(said.some((command) => /AUTH|MAIL/.test(command)), false, said.join('|'))
})

t.test('some recipients refused: the others got it, and who did not is named', async (t) => {
  const script = await startScript((command) => /^RCPT.*bob/.test(command) ? '550 5.1.1 no such user' : usual(command))
  t.teardown(() => script.server.close())
  const server: EmailSettings['smtp'] = { host: '127.0.0.1', port: script.port, security: 'none' }
  const frozen = (await freezeMail(op({ recipients: [{ kind: 'email', address: 'alice@friend.example', role: 'to' }, { kind: 'email', address: 'bob@friend.example', role: 'cc' }] }))).data as FrozenMail
  t.same(await submit({ address: 'ada@example.org', imap: server, smtp: server, password: 'open-sesame' }, frozen, testTiming, new AbortController().signal), {
    status: 'sent', refused: [{ address: 'bob@friend.example', error: { code: 'refused', text: '550 5.1.1 no such user' } }]
  })
  t.equal(script.mails.length, 1)
})

if (dovecotMissing) t.test('sending through a real mail server', { skip: dovecotMissing }, () => {})
else {
  const dovecot = await startDovecot()
  t.teardown(() => dovecot.close())

  t.test('a mail goes out with exactly its envelope, and after the 250 a read copy of the same bytes lies in Sent', async (t) => {
    const stored = emptyStore()
    const session = await openSession(recordingAccount(settingsFor(dovecot, 'ada'), stored), testTiming)
    t.teardown(() => session.close())
    await until(() => caughtUp(stored, 'live'), 'the live lane')
    t.equal(session.find, undefined, 'our own copy proves nothing')
    const prepared = await session.prepare(op({ subject: 'copied', recipients: [{ kind: 'email', address: 'alice@friend.example', role: 'to' }, { kind: 'email', address: 'carol@friend.example', role: 'bcc' }] }))
    t.same(await session.perform(prepared), { status: 'sent' })
    const [sunk] = dovecot.sink.messages
    t.match(sunk, { from: 'ada@example.org', to: ['alice@friend.example', 'carol@friend.example'] })
    const bytes = await bytesOf(prepared)
    t.equal(sunk!.raw.toString().endsWith(bytes.toString()), true, 'below the Received line the bytes are ours')
    await until(() => subjects(stored).includes('copied'), 'the copy in Sent, seen by the live lane')
    t.match(mails(stored), [{ folder: 'Sent', role: 'sent', seen: true, lane: 'live' }])
    const copy = stored.batches.flatMap(({ batch }) => batch).find((arrival) => 'raw' in arrival)
    t.equal(copy && 'raw' in copy && Buffer.from(copy.raw).equals(bytes), true)

    dovecot.sink.answer.recipient = (address) => address.startsWith('bob') ? '550 5.1.1 no such user' : null
    await t.rejects(session.perform(await session.prepare(op({ recipients: [{ kind: 'email', address: 'bob@friend.example', role: 'to' }] }))), { retry: 'never', certain: true, message: /no such user/ })
    t.equal(dovecot.sink.messages.length, 1)
    t.equal(subjects(stored).length, 1, 'what was refused is not filed')
  })

  t.test('where the provider files Sent by itself: no copy of ours, and it can be asked', async (t) => {
    const stored = emptyStore()
    const session = await openSession(recordingAccount(settingsFor(dovecot, 'asked', { copyToSent: false }), stored), testTiming)
    t.teardown(() => session.close())
    const prepared = await session.prepare(op({ from: { kind: 'email', address: 'asked@example.org' } }))
    t.equal(await session.find!(prepared), null)
    await session.perform(prepared)
    t.equal(await session.find!(prepared), null, 'we file nothing')
    await inMailbox(dovecot, 'asked', async (client) => { await client.append('Sent', await bytesOf(prepared), ['\\Seen']) })
    t.match(await session.find!(prepared), { status: 'sent', remoteId: /^Sent\/\d+\/1$/ })
  })

  t.test('a mailbox that fails after the mail went out: it is sent all the same, and the log says what is missing', async (t) => {
    const wire = await startWire(dovecot.ports.imap)
    t.teardown(() => wire.close())
    const stored = emptyStore()
    const settings = settingsFor(dovecot, 'nosent')
    const session = await openSession(recordingAccount({ ...settings, imap: { ...settings.imap, port: wire.port } }, stored), { ...testTiming, answer: 3000 })
    t.teardown(() => session.close())
    await until(() => caughtUp(stored, 'live'), 'the live lane')
    wire.frozen = true
    t.same(await session.perform(await session.prepare(op({ from: { kind: 'email', address: 'nosent@example.org' } }))), { status: 'sent' })
    await until(() => stored.lines.some((line) => /copy of a sent mail could not be filed/.test(line)), 'the log line')
    t.equal(stored.lines.join('\n').includes(settings.password!), false)
  })

  t.test('closing waits a moment for the copy in Sent, and no longer', async (t) => {
    const stored = emptyStore()
    const session = await openSession(recordingAccount(settingsFor(dovecot, 'hasty'), stored), testTiming)
    await session.perform(await session.prepare(op({ from: { kind: 'email', address: 'hasty@example.org' } })))
    const took = await ownTime(() => session.close())
    t.equal(took < 1000, true, `${took} ms`)
    const count = await inMailbox(dovecot, 'hasty', async (client) => (await client.mailboxOpen('Sent')).exists)
    t.equal(count, 1)
  })
}

t.test('settings are tried for sending too, and nothing is sent', { skip: dovecotMissing }, async (t) => {
  const dovecot = await startDovecot()
  t.teardown(() => dovecot.close())
  const settings = settingsFor(dovecot, 'ada')
  await connector.check!(settings, AbortSignal.timeout(10_000))
  const wrong = await connector.check!({ ...settings, smtp: { ...settings.smtp, password: 'not this one' } }, AbortSignal.timeout(10_000)).then(() => null, (error: Error & { retry: string }) => error)
  t.match(wrong, { retry: 'after-login', message: /password/ })
  t.equal(wrong!.message.includes('not this one'), false)
  t.same(dovecot.sink.messages, [])
})
