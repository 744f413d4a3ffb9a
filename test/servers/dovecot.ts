import { execFileSync, spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { accessSync, chownSync, closeSync, constants, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, connect } from 'node:net'
import type { AddressInfo } from 'node:net'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import SMTPConnection from 'nodemailer/lib/smtp-connection'
import { SMTPServer } from 'smtp-server'
import { freePorts } from './ports.ts'

export { freePorts }

const binary = '/usr/sbin/dovecot'

/** Why the real mail server cannot be used here, in words for a skip; false where it can. */
export const dovecotMissing: string | false = missing()

function missing(): string | false {
  for (const file of [binary, '/usr/lib/dovecot/imap', '/usr/lib/dovecot/lmtp', '/usr/lib/dovecot/submission']) {
    try {
      accessSync(file, constants.X_OK)
    } catch {
      return 'Dovecot is not installed: apt-get install dovecot-imapd dovecot-lmtpd dovecot-submissiond'
    }
  }
  return false
}

export type Sunk = { from: string, to: string[], raw: Buffer }

export type Dovecot = {
  host: string
  /** Plain with STARTTLS, and TLS from the first byte. */
  ports: { imap: number, imaps: number, submission: number, lmtp: number }
  /** Every user exists and has this password. */
  password: string
  /** Its certificate (PEM, self-signed, for localhost and 127.0.0.1). */
  certificate: string
  /** OAuth access tokens that are good, each with its user. */
  tokens: Map<string, string>
  /** Where mail goes that is sent through it. `answer` may refuse a recipient or a whole mail: an SMTP status and words. */
  sink: { messages: Sunk[], answer: { recipient?: (address: string) => string | null, message?: () => string | null } }
  /** Hands a mail to the user's inbox by LMTP (RFC 2033); resolves when it is stored. */
  deliver(user: string, raw: string | Buffer): Promise<void>
  stop(): Promise<void>
  start(): Promise<void>
  /** Everything goes down and comes up again on the same ports. */
  restart(): Promise<void>
  /** Stops for good and removes all files. */
  close(): Promise<void>
}

/**
 * A real Dovecot (IMAP, LMTP, submission) in a temporary folder on free ports of loopback, as any user, within about 100 ms.
 * `capability` replaces what IMAP advertises after login, `special` whether Sent, Drafts and Archive carry their special use.
 */
export async function startDovecot({ capability, special = true }: { capability?: string, special?: boolean } = {}): Promise<Dovecot> {
  if (dovecotMissing) throw new Error(dovecotMissing)
  const folder = mkdtempSync(join(tmpdir(), 'kinbox-dovecot-'))
  const root = process.getuid?.() === 0
  const user = root ? 'nobody' : userInfo().username
  const [imap, imaps, submission, lmtp] = await freePorts(4) as [number, number, number, number]
  const password = 'open-sesame'
  const tokens = new Map<string, string>()

  const sink: Dovecot['sink'] = { messages: [], answer: {} }
  const refusal = (answer: string) => Object.assign(new Error(answer.slice(4)), { responseCode: Number(answer.slice(0, 3)) })
  const sinkServer = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS', 'AUTH'],
    onRcptTo({ address }, _session, done) {
      const answer = sink.answer.recipient?.(address)
      done(answer ? refusal(answer) : null)
    },
    onData(stream, session, done) {
      const chunks: Buffer[] = []
      stream.on('data', (chunk: Buffer) => chunks.push(chunk))
      stream.on('end', () => {
        const answer = sink.answer.message?.()
        if (answer) return done(refusal(answer))
        const { mailFrom, rcptTo } = session.envelope
        sink.messages.push({ from: mailFrom ? mailFrom.address : '', to: rcptTo.map((to) => to.address), raw: Buffer.concat(chunks) })
        done()
      })
    }
  })
  sinkServer.on('error', () => {})
  const sinkPort = await listening(sinkServer.server)

  const introspection = createServer((socket) => {
    let asked = ''
    socket.on('error', () => {})
    socket.on('data', (chunk) => {
      asked += chunk.toString()
      if (!asked.includes('\r\n\r\n')) return
      const name = tokens.get(decodeURIComponent(/^GET \/\?token=([^&\s]*)/.exec(asked)?.[1] ?? ''))
      const body = JSON.stringify(name ? { active: 'true', username: name } : { active: 'false' })
      socket.end(`HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`)
    })
  })
  const introspectionPort = await listening(introspection)

  for (const name of ['state', 'mail']) mkdirSync(join(folder, name))
  execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2', '-subj', '/CN=localhost',
    '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1', '-keyout', join(folder, 'key.pem'), '-out', join(folder, 'certificate.pem')], { stdio: 'ignore' })
  writeFileSync(join(folder, 'oauth2.conf'), `introspection_mode = get\nintrospection_url = http://127.0.0.1:${introspectionPort}/?token=\nusername_attribute = username\nactive_attribute = active\nactive_value = true\n`)
  const use = (name: string) => special ? `special_use = \\${name}` : ''
  writeFileSync(join(folder, 'dovecot.conf'), `
base_dir = ${folder}/base
state_dir = ${folder}/state
log_path = ${folder}/log
listen = 127.0.0.1
protocols = imap lmtp submission
default_internal_user = ${user}
default_login_user = ${user}
${root ? 'default_internal_group = nogroup' : ''}
first_valid_uid = 1
mail_location = maildir:~/Maildir
mail_fsync = never
hostname = mail.example.org
ssl = yes
ssl_cert = <${folder}/certificate.pem
ssl_key = <${folder}/key.pem
disable_plaintext_auth = no
auth_mechanisms = plain login xoauth2
auth_username_format = %Ln
auth_failure_delay = 0
login_log_format_elements =
passdb {
  driver = oauth2
  mechanisms = xoauth2
  args = ${folder}/oauth2.conf
}
passdb {
  driver = static
  mechanisms = plain login
  args = password=${password}
}
userdb {
  driver = static
  args = uid=${root ? 'nobody' : process.getuid?.()} gid=${root ? 'nogroup' : process.getgid?.()} home=${folder}/mail/%n allow_all_users=yes
}
namespace inbox {
  separator = /
  inbox = yes
  mailbox Sent {
    auto = create
    ${use('Sent')}
  }
  mailbox Drafts {
    auto = create
    ${use('Drafts')}
  }
  mailbox Archive {
    auto = create
    ${use('Archive')}
  }
}
${capability ? `imap_capability = ${capability}` : ''}
mail_max_userip_connections = 50
submission_relay_host = 127.0.0.1
submission_relay_port = ${sinkPort}
submission_relay_trusted = no
service imap-login {
  chroot =
  inet_listener imap {
    port = ${imap}
  }
  inet_listener imaps {
    port = ${imaps}
    ssl = yes
  }
}
service submission-login {
  chroot =
  inet_listener submission {
    port = ${submission}
  }
  inet_listener submissions {
    port = 0
  }
}
service lmtp {
  inet_listener lmtp {
    port = ${lmtp}
  }
}
service anvil {
  chroot =
  unix_listener anvil-auth-penalty {
    mode = 0
  }
}
service stats {
  chroot =
}
`)
  const owner: [number, number] | null = root ? [Number(execFileSync('id', ['-u', 'nobody'])), Number(execFileSync('id', ['-g', 'nobody']))] : null
  if (owner) for (const name of ['', 'state', 'mail']) chownSync(join(folder, name), ...owner)

  let server: ChildProcess | null = null
  /** Dovecot and its children are one process group. */
  const signal = (name: 'SIGTERM' | 'SIGKILL') => {
    try {
      if (server?.pid) process.kill(-server.pid, name)
    } catch {
      // It is gone already.
    }
  }
  const kill = () => signal('SIGKILL')
  const dovecot: Dovecot = {
    host: '127.0.0.1',
    ports: { imap, imaps, submission, lmtp },
    password,
    certificate: readFileSync(join(folder, 'certificate.pem'), 'utf8'),
    tokens,
    sink,
    async start() {
      rmSync(join(folder, 'base'), { recursive: true, force: true })
      mkdirSync(join(folder, 'base'))
      if (owner) chownSync(join(folder, 'base'), ...owner)
      // A daemon that inherits stdout would keep the test's shell waiting. The pipe closes however this process ends, and takes the group with it.
      const output = openSync(join(folder, 'output'), 'a')
      const script = `{ cat <&3 >/dev/null; kill -9 -$$; } & exec ${binary} -F -c "${join(folder, 'dovecot.conf')}" 3<&-`
      server = spawn('/bin/sh', ['-c', script], { stdio: ['ignore', output, output, 'pipe'], detached: true })
      closeSync(output)
      server.stdio[3]?.on('error', () => {})
      const gone = once(server, 'exit').then(() => {
        throw new Error(`Dovecot did not start: ${readFileSync(join(folder, 'output'), 'utf8')}`)
      })
      gone.catch(() => {})
      for (const port of [imap, imaps, submission, lmtp]) await Promise.race([gone, answers(port)])
    },
    async stop() {
      if (!server) return
      const ended = once(server, 'exit')
      signal('SIGTERM')
      // Its master waits a whole second for children that are gone within milliseconds.
      const hard = setTimeout(kill, 150)
      await ended
      clearTimeout(hard)
      kill()
      server = null
    },
    async restart() {
      await dovecot.stop()
      await dovecot.start()
    },
    async deliver(to, raw) {
      const connection = new SMTPConnection({ host: '127.0.0.1', port: lmtp, lmtp: true, ignoreTLS: true, logger: false })
      const broken = new Promise<never>((_, reject) => connection.on('error', reject))
      broken.catch(() => {})
      await Promise.race([broken, new Promise<void>((resolve, reject) => connection.connect((error) => error ? reject(error) : resolve()))])
      const bytes = Buffer.from(typeof raw === 'string' ? raw.replace(/\r?\n/g, '\r\n') : raw)
      await Promise.race([broken, new Promise<void>((resolve, reject) => connection.send({ from: 'sender@friend.example', to: [`${to}@example.org`] }, bytes, (error) => error ? reject(error) : resolve()))])
      connection.quit()
    },
    async close() {
      process.off('exit', kill)
      await dovecot.stop()
      introspection.close()
      await new Promise<void>((resolve) => sinkServer.close(() => resolve()))
      rmSync(folder, { recursive: true, force: true })
    }
  }
  process.on('exit', kill)
  try {
    await dovecot.start()
  } catch (error) {
    await dovecot.close()
    throw error
  }
  return dovecot
}

type Listener = { listen(port: number, host: string): unknown, address(): string | AddressInfo | null, once(event: 'listening', done: () => void): unknown }

async function listening(server: Listener): Promise<number> {
  await new Promise<void>((resolve) => {
    server.once('listening', resolve)
    server.listen(0, '127.0.0.1')
  })
  return (server.address() as AddressInfo).port
}

async function answers(port: number): Promise<void> {
  // However long it takes on a busy machine: a server that ends says so by itself.
  for (const until = performance.now() + 120_000; performance.now() < until; await pause(10)) {
    const socket = connect(port, '127.0.0.1')
    const up = await once(socket, 'connect').then(() => true, () => false)
    socket.destroy()
    if (up) return
  }
  throw new Error(`nobody answers on port ${port}`)
}
