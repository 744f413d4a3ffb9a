import { execFileSync, spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { accessSync, closeSync, constants, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { freePorts } from './ports.ts'

const binary = '/usr/bin/prosody'

/** Why the real chat server cannot be used here, in words for a skip; false where it can. */
export const prosodyMissing: string | false = missing()

function missing(): string | false {
  try {
    accessSync(binary, constants.X_OK)
    accessSync('/usr/lib/prosody/modules/mod_http_file_share.lua')
    return false
  } catch {
    return 'Prosody is not installed: apt-get install prosody'
  }
}

export type Prosody = {
  host: string
  /** Plain with STARTTLS, TLS from the first byte, and HTTP (WebSocket and uploads). */
  ports: { c2s: number, tls: number, http: number }
  /** Every user has this password. */
  password: string
  /** Its certificate (PEM, self-signed) for all its domains. */
  certificate: string
  /** Where a client connects to. */
  urls: { xmpp: string, xmpps: string, ws: string }
  /** The domain of rooms. */
  rooms: string
  /** What it wrote to its log. */
  log(): string
  stop(): Promise<void>
  start(): Promise<void>
  /** Goes down and comes up again on the same ports. */
  restart(): Promise<void>
  /** Stops for good and removes all files. */
  close(): Promise<void>
}

/**
 * A real Prosody in a temporary folder on free ports of loopback, as any user: the domains example.org (with archive, rooms at
 * rooms.example.org and uploads), friend.example and evil.test. `users` are bare JIDs; `without` modules are left out.
 */
export async function startProsody({ users, without = [] }: { users: string[], without?: string[] }): Promise<Prosody> {
  if (prosodyMissing) throw new Error(prosodyMissing)
  const folder = mkdtempSync(join(tmpdir(), 'kinbox-prosody-'))
  const [c2s, tls, http] = await freePorts(3) as [number, number, number]
  const password = 'open-sesame'
  const domains = ['example.org', 'friend.example', 'evil.test']
  execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2', '-subj', '/CN=example.org',
    '-addext', `subjectAltName=${domains.map((name) => 'DNS:' + name).join(',')}`, '-keyout', join(folder, 'key.pem'), '-out', join(folder, 'certificate.pem')], { stdio: 'ignore' })
  const encoded = (text: string) => text.replace(/[^a-zA-Z0-9]/g, (one) => '%' + one.charCodeAt(0).toString(16))
  for (const jid of users) {
    const [name = '', domain = ''] = jid.split('@')
    const accounts = join(folder, 'data', encoded(domain), 'accounts')
    mkdirSync(accounts, { recursive: true })
    writeFileSync(join(accounts, encoded(name) + '.dat'), `return { ["password"] = ${JSON.stringify(password)} }\n`)
  }
  const modules = ['roster', 'saslauth', 'tls', 'disco', 'carbons', 'mam', 'smacks', 'websocket', 'ping', 'offline', 'blocklist', 'pep'].filter((name) => !without.includes(name))
  writeFileSync(join(folder, 'prosody.cfg.lua'), `
pidfile = "${folder}/pid"
data_path = "${folder}/data"
${process.getuid?.() === 0 ? 'run_as_root = true' : ''}
log = { { levels = { min = "${process.env['PROSODY_LOG'] ?? 'warn'}" }, to = "file", filename = "${folder}/log" } }
interfaces = { "127.0.0.1" }
http_interfaces = { "127.0.0.1" }
c2s_ports = { ${c2s} }
c2s_direct_tls_ports = { ${tls} }
http_ports = { ${http} }
https_ports = {}
s2s_ports = {}
modules_enabled = { ${modules.map((name) => `"${name}"`).join(', ')} }
modules_disabled = { "s2s" }
authentication = "internal_plain"
default_iteration_count = 4096
c2s_require_encryption = false
consider_websocket_secure = true
default_archive_policy = true
archive_expires_after = "never"
storage_archive_item_limit = 1000000
smacks_hibernation_time = 30
http_host = "127.0.0.1"
ssl = { key = "${folder}/key.pem", certificate = "${folder}/certificate.pem" }
${domains.map((name) => `VirtualHost "${name}"`).join('\n')}
Component "rooms.example.org" "muc"
  modules_enabled = { "muc_mam" }
  muc_log_by_default = true
  muc_room_locking = false
  muc_room_default_public_jids = true
  restrict_room_creation = false
Component "upload.example.org" "http_file_share"
  http_external_url = "http://127.0.0.1:${http}/"
  http_file_share_access = { "friend.example", "example.org" }
`)

  let server: ChildProcess | null = null
  const kill = () => { server?.kill('SIGKILL') }
  const prosody: Prosody = {
    host: '127.0.0.1',
    ports: { c2s, tls, http },
    password,
    certificate: readFileSync(join(folder, 'certificate.pem'), 'utf8'),
    urls: { xmpp: `xmpp://127.0.0.1:${c2s}`, xmpps: `xmpps://127.0.0.1:${tls}`, ws: `ws://127.0.0.1:${http}/xmpp-websocket` },
    rooms: 'rooms.example.org',
    log: () => readFileSync(join(folder, 'log'), 'utf8'),
    async start() {
      // A daemon that inherits stdout would keep the test's shell waiting. The pipe closes however this process ends, and takes the server with it.
      const output = openSync(join(folder, 'output'), 'a')
      const script = `{ cat <&3 >/dev/null; kill -9 $$; } & exec ${binary} --config "${join(folder, 'prosody.cfg.lua')}" -F 3<&-`
      server = spawn('/bin/sh', ['-c', script], { stdio: ['ignore', output, output, 'pipe'] })
      closeSync(output)
      server.stdio[3]?.on('error', () => {})
      const gone = once(server, 'exit').then(() => {
        throw new Error(`Prosody did not start: ${readFileSync(join(folder, 'output'), 'utf8')}`)
      })
      gone.catch(() => {})
      for (const port of [c2s, tls, http]) await Promise.race([gone, answers(port)])
    },
    async stop() {
      if (!server) return
      const ended = once(server, 'exit')
      server.kill('SIGTERM')
      const hard = setTimeout(kill, 3000)
      await ended
      clearTimeout(hard)
      server.stdio[3]?.destroy()
      server = null
    },
    async restart() {
      await prosody.stop()
      await prosody.start()
    },
    async close() {
      process.off('exit', kill)
      await prosody.stop()
      rmSync(folder, { recursive: true, force: true })
    }
  }
  process.on('exit', kill)
  try {
    await prosody.start()
  } catch (error) {
    await prosody.close()
    throw error
  }
  return prosody
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
