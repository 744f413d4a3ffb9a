import { createServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createServer as createTlsServer } from 'node:tls'
import t from 'tap'
import { ConnectorError } from '../../../src/connector.ts'
import { connectFailure, serverWords } from '../../../connectors/email/failure.ts'
import { openSession } from '../../../connectors/email/session.ts'
import type { EmailSettings } from '../../../connectors/email/settings.ts'
import { dovecotMissing, freePorts, startDovecot } from '../../servers/dovecot.ts'
import { startWire } from '../../servers/wire.ts'
import { ownTime } from '../account.ts'
import { caughtUp, emptyStore, mail, mails, recordingAccount, settingsFor, subjects, testTiming, until } from './recording-account.ts'
import type { Stored } from './recording-account.ts'

const elsewhere = (imap: EmailSettings['imap'], more: Partial<EmailSettings> = {}): EmailSettings =>
  ({ address: 'ada@example.org', imap, smtp: imap, password: 'open-sesame', ...more })

/** What the user reads when a mailbox cannot be opened; also that no secret is in it or in the log. */
async function refusal(settings: EmailSettings, timing = testTiming): Promise<ConnectorError> {
  const stored = emptyStore()
  try {
    const session = await openSession(recordingAccount(settings, stored), timing)
    await session.close()
  } catch (error) {
    const text = [error instanceof Error ? error.stack : '', ...stored.lines].join('\n')
    for (const secret of [settings.password, settings.accessToken]) if (secret && text.includes(secret)) throw new Error(`a secret in ${text}`)
    if (error instanceof ConnectorError) return error
    throw error
  }
  throw new Error('it opened')
}

t.test('a server that is not there', async (t) => {
  const [port] = await freePorts(1) as [number]
  t.match(await refusal(elsewhere({ host: '127.0.0.1', port, security: 'none' })), { retry: 'later', code: 'refused', message: /refuses connections.*host and port/ })
  t.match(await refusal(elsewhere({ host: 'no-such-host.invalid', port: 993, security: 'tls' })), { retry: 'later', code: /host-not-found|dns/, message: /no-such-host\.invalid/ })
})

t.test('no encryption only on this machine, and never without a secret', async (t) => {
  t.match(await refusal(elsewhere({ host: 'imap.example.org', port: 143, security: 'none' })), { retry: 'after-login', code: 'insecure', message: /TLS or STARTTLS/ })
  const { password: _password, ...none } = elsewhere({ host: '127.0.0.1', port: 143, security: 'none' })
  t.match(await refusal(none), { retry: 'after-login', code: 'login', message: /password/ })
})

t.test('a server that says nothing', async (t) => {
  const silent = createServer((socket) => { socket.on('error', () => {}) })
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
  t.teardown(() => silent.close())
  t.match(await refusal(elsewhere({ host: '127.0.0.1', port: (silent.address() as AddressInfo).port, security: 'none' }), { ...testTiming, connect: 200 }), { retry: 'later', code: 'timeout', message: /did not answer in time/ })
})

t.test('bad certificates, each with what is wrong and what to do', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'kinbox-certificate-'))
  t.teardown(() => rmSync(folder, { recursive: true }))
  const openssl = (...args: string[]) => execFileSync('openssl', args, { cwd: folder, stdio: 'ignore' })
  const key = (name: string) => ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', `${name}.key`]
  openssl('req', '-x509', ...key('ca'), '-days', '2', '-subj', '/CN=Private CA', '-out', 'ca.pem')
  const issue = (name: string, san: string, days: string) => {
    openssl('req', ...key(name), '-subj', `/CN=${name}`, '-addext', `subjectAltName=${san}`, '-out', `${name}.csr`)
    openssl('x509', '-req', '-in', `${name}.csr`, '-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-copy_extensions', 'copy', '-days', days, '-out', `${name}.pem`)
  }
  issue('good', 'IP:127.0.0.1', '2')
  issue('other', 'DNS:other.example', '2')
  issue('expired', 'IP:127.0.0.1', '-1')
  const read = (file: string) => readFileSync(join(folder, file), 'utf8')
  const tried = async (name: string, ca?: string) => {
    const server = createTlsServer({ key: read(`${name}.key`), cert: read(`${name}.pem`) }, (socket) => { socket.end() })
    server.on('tlsClientError', () => {})
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const found = await refusal(elsewhere({ host: '127.0.0.1', port: (server.address() as AddressInfo).port, security: 'tls' }, ca ? { ca } : {}))
    server.close()
    return found
  }
  t.match(await tried('ca'), { code: 'certificate', retry: 'after-login', message: /self-signed.*private CA/ })
  t.match(await tried('good'), { code: 'certificate', retry: 'after-login', message: /authority that is not known/ })
  t.match(await tried('other', read('ca.pem')), { code: 'certificate', retry: 'after-login', message: /another name.*instead of 127\.0\.0\.1/ })
  t.match(await tried('expired', read('ca.pem')), { code: 'certificate', retry: 'later', message: /has expired/ })
  t.match(await tried('good', read('ca.pem')), { code: /connection-lost|encryption/ }, 'with its CA the certificate holds')

  const plain = createServer((socket) => { socket.on('error', () => {}).end('* OK plain\r\n') })
  await new Promise<void>((resolve) => plain.listen(0, '127.0.0.1', resolve))
  t.teardown(() => plain.close())
  t.match(await refusal(elsewhere({ host: '127.0.0.1', port: (plain.address() as AddressInfo).port, security: 'tls' })), { code: 'encryption', retry: 'later', message: /does not speak TLS.*STARTTLS/ })
})

t.test('a line that breaks or is spoilt during the handshake stops no account', async (t) => {
  for (const spoil of [(socket: Socket) => socket.end('\u0000rubbish that is no handshake'), (socket: Socket) => socket.destroy()]) {
    const server = createServer((socket) => {
      socket.on('error', () => {})
      socket.write('* OK [CAPABILITY IMAP4rev1 STARTTLS] ready\r\n')
      socket.on('data', (chunk) => {
        const [tag, command] = chunk.toString().split(' ')
        if (/^STARTTLS/i.test(command ?? '')) {
          socket.write(`${tag} OK begin\r\n`)
          socket.removeAllListeners('data').once('data', () => void spoil(socket))
        } else socket.write(`${tag} OK done\r\n`)
      })
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    t.teardown(() => server.close())
    t.match(await refusal(elsewhere({ host: '127.0.0.1', port: (server.address() as AddressInfo).port, security: 'starttls' })), { retry: 'later' })
  }
})

t.test('a STARTTLS server that was stripped of it gets no password, and is tried again: a network on the way may have done it', async (t) => {
  const said: string[] = []
  const stripped = createServer((socket) => {
    socket.on('error', () => {})
    socket.write('* OK [CAPABILITY IMAP4rev1] ready\r\n')
    socket.on('data', (chunk) => {
      said.push(chunk.toString())
      socket.write(`${chunk.toString().split(' ')[0]} OK done\r\n`)
    })
  })
  await new Promise<void>((resolve) => stripped.listen(0, '127.0.0.1', resolve))
  t.teardown(() => stripped.close())
  t.match(await refusal(elsewhere({ host: '127.0.0.1', port: (stripped.address() as AddressInfo).port, security: 'starttls' })), { code: 'encryption', retry: 'later', message: /does not offer STARTTLS.*keeps trying/ })
  t.equal(/LOGIN|AUTHENTICATE|sesame/i.test(said.join('')), false, said.join(''))
})

t.test('a token for a server that knows none, and a server that forbids logging in', async (t) => {
  for (const [capability, more] of [['AUTH=PLAIN', { accessToken: 'good-token' }], ['LOGINDISABLED', { password: 'open-sesame' }]] as const) {
    const stub = createServer((socket) => {
      socket.on('error', () => {})
      socket.write(`* OK [CAPABILITY IMAP4rev1 ${capability}] ready\r\n`)
      socket.on('data', (chunk) => { socket.write(`${chunk.toString().split(' ')[0]} OK done\r\n`) })
    })
    await new Promise<void>((resolve) => stub.listen(0, '127.0.0.1', resolve))
    t.teardown(() => stub.close())
    const { password: _password, ...settings } = elsewhere({ host: '127.0.0.1', port: (stub.address() as AddressInfo).port, security: 'none' })
    t.match(await refusal({ ...settings, ...more }), { code: 'login', retry: 'after-login', message: /offers no way to log in/ }, capability)
  }
})

t.test('words of a server are one bounded line without the secret', async (t) => {
  t.equal(serverWords('5.7.0 no\r\n\u202ehunter2 aHVudGVyMg== ' + 'x'.repeat(500), ['hunter2']), ('5.7.0 no … … ' + 'x'.repeat(500)).slice(0, 299) + '…')
  const busy = Object.assign(new Error('no'), { authenticationFailed: true, responseStatus: 'NO', serverResponseCode: 'UNAVAILABLE' })
  t.match(connectFailure(busy, { host: 'h', port: 1, security: 'tls' }, 'in', []), { retry: 'later', code: 'login-unavailable' })
  const lost = Object.assign(new Error('Connection not available'), { authenticationFailed: true, code: 'NoConnection' })
  t.match(connectFailure(lost, { host: 'h', port: 1, security: 'tls' }, 'in', []), { retry: 'later', code: 'connection-lost' })
})

if (dovecotMissing) t.test('trouble with a real mailbox', { skip: dovecotMissing }, () => {})
else {
  const dovecot = await startDovecot()
  t.teardown(() => dovecot.close())
  const open = async (t: { teardown(done: () => Promise<void>): unknown }, settings: EmailSettings, stored: Stored, timing: Partial<typeof testTiming> = {}) => {
    const account = recordingAccount(settings, stored)
    const session = await openSession(account, { ...testTiming, ...timing })
    t.teardown(() => session.close())
    return { account, session }
  }

  t.test('a wrong password needs the user', async (t) => {
    t.match(await refusal(settingsFor(dovecot, 'ada', { password: 'wrong-password' })), { retry: 'after-login', code: 'login', message: /refuses the login.*app password/ })
  })

  t.test('TLS, STARTTLS and a private CA', async (t) => {
    for (const [security, port] of [['tls', dovecot.ports.imaps], ['starttls', dovecot.ports.imap]] as const) {
      const stored = emptyStore()
      const settings = settingsFor(dovecot, 'secure', { imap: { host: dovecot.host, port, security } })
      t.match(await refusal(settings), { code: 'certificate', message: /self-signed/ }, security)
      await open(t, { ...settings, ca: dovecot.certificate }, stored)
      await until(() => caughtUp(stored, 'live'), `reading over ${security}`)
      t.match(stored.lines.join('\n'), /"secure":true/)
    }
  })

  t.test('an access token instead of a password (XOAUTH2)', async (t) => {
    dovecot.tokens.set('good-token', 'tokens')
    const { password: _password, ...settings } = settingsFor(dovecot, 'tokens')
    t.match(await refusal({ ...settings, accessToken: 'stale-token' }), { retry: 'after-login', code: 'login' })
    const wire = await startWire(dovecot.ports.imap)
    t.teardown(() => wire.close())
    const stored = emptyStore()
    const { session } = await open(t, { ...settings, accessToken: 'good-token', imap: { ...settings.imap, port: wire.port } }, stored)
    await until(() => caughtUp(stored, 'live'), 'reading with a token')
    t.match(wire.said(), /AUTHENTICATE XOAUTH2/)
    t.match(await session.perform(await session.prepare({
      type: 'send', attempt: 'token.1', from: { kind: 'email', address: 'tokens@example.org' }, recipients: [{ kind: 'email', address: 'alice@friend.example', role: 'to' }], text: 'Hello', references: [], attachments: [], at: 1780000000000
    })), { status: 'sent' })
    t.equal(dovecot.sink.messages.length, 1)
  })

  t.test('IDLE that went deaf: the clock finds the mail, and the line is made anew', async (t) => {
    const wire = await startWire(dovecot.ports.imap)
    t.teardown(() => wire.close())
    wire.deafIdle = true
    const settings = settingsFor(dovecot, 'deaf')
    const stored = emptyStore()
    await open(t, { ...settings, imap: { ...settings.imap, port: wire.port } }, stored, { poll: 200, idle: 300, answer: 3000 })
    await until(() => /IDLE/.test(wire.said()), 'IDLE to begin')
    await dovecot.deliver('deaf', mail('unheard'))
    await until(() => subjects(stored).length > 0, 'the mail, by the clock')
    await until(() => /cannot listen/.test(stored.lines.join('\n')), 'the silence to be noticed')
    const before = wire.connections
    wire.deafIdle = false
    await until(() => wire.connections > before, 'a new line to listen')
    t.same(subjects(stored), ['unheard'])
  })

  t.test('a half-open line is noticed by the next look', async (t) => {
    const wire = await startWire(dovecot.ports.imap)
    t.teardown(() => wire.close())
    const settings = settingsFor(dovecot, 'frozen')
    const stored = emptyStore()
    const { session } = await open(t, { ...settings, imap: { ...settings.imap, port: wire.port } }, stored, { poll: 200, answer: 3000 })
    await until(() => caughtUp(stored, 'live'), 'the live lane')
    wire.frozen = true
    const took = await ownTime(() => t.rejects(session.closed, { retry: 'later', code: 'timeout' }))
    t.equal(took < 4500, true, `${took} ms`)
  })

  t.test('a line that is cut is noticed at once, without waiting for the clock', async (t) => {
    const wire = await startWire(dovecot.ports.imap)
    t.teardown(() => wire.close())
    const settings = settingsFor(dovecot, 'cut')
    const stored = emptyStore()
    const { session } = await open(t, { ...settings, imap: { ...settings.imap, port: wire.port } }, stored)
    await until(() => caughtUp(stored, 'live'), 'the live lane')
    wire.cut()
    const took = await ownTime(() => t.rejects(session.closed, { retry: 'later', code: 'connection-lost' }))
    t.equal(took < 1500, true, `${took} ms`)
  })

  t.test('the server restarts in the middle: reopened from the cursors, each mail exactly once', async (t) => {
    for (let number = 1; number <= 6; number++) await dovecot.deliver('again', mail(`old ${number}`))
    const stored = emptyStore()
    // As the supervisor does: whenever a session ends, a fresh one from what is stored.
    let stop = false
    const reasons: unknown[] = []
    let close = async () => {}
    const supervised = (async () => {
      while (!stop) {
        try {
          const session = await openSession(recordingAccount(settingsFor(dovecot, 'again'), stored), { ...testTiming, poll: 100 }, { messages: 2, bytes: 1e6, largest: 1e6 })
          close = () => session.close()
          await session.closed
        } catch (error) {
          reasons.push(error)
          await new Promise((resolve) => setTimeout(resolve, 20))
        }
      }
    })()
    t.teardown(async () => {
      stop = true
      await close()
      await supervised
    })
    await until(() => mails(stored, 'history').length >= 2, 'the backfill to begin')
    await dovecot.deliver('again', mail('new 1'))
    await dovecot.stop()
    await until(() => reasons.length > 0, 'the session to end')
    await dovecot.start()
    await dovecot.deliver('again', mail('new 2'))
    await until(() => caughtUp(stored, 'history') && subjects(stored, 'live').includes('new 2'), 'everything')
    t.same(reasons.map((reason) => reason instanceof ConnectorError ? reason.retry : reason).filter((retry) => retry !== 'later'), [])
    t.same(mails(stored).map((each) => each.subject).sort(), ['new 1', 'new 2', 'old 1', 'old 2', 'old 3', 'old 4', 'old 5', 'old 6'])
    t.equal(new Set(mails(stored).map((each) => each.remoteId)).size, 8)
  })

  t.test('closing takes less than a second, whatever goes on, and nothing comes afterwards', async (t) => {
    const wire = await startWire(dovecot.ports.imap)
    t.teardown(() => wire.close())
    const settings = settingsFor(dovecot, 'close')
    const stored = emptyStore()
    const { account, session } = await open(t, { ...settings, imap: { ...settings.imap, port: wire.port } }, stored)
    await until(() => caughtUp(stored, 'live'), 'the live lane')
    wire.frozen = true
    const took = await ownTime(async () => {
      account.stop()
      await session.closed
      await session.close()
    })
    t.equal(took < 1000, true, `${took} ms`)
    const count = stored.batches.length
    wire.frozen = false
    await dovecot.deliver('close', mail('too late'))
    t.equal(stored.batches.length, count)
    await t.rejects(session.perform({ type: 'mark', attempt: 'x', data: { type: 'mark', remoteIds: [] } }), { code: 'stopped' })
    await t.rejects(openSession(account, testTiming), { code: 'stopped' })
  })
}
