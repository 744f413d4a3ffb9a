import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { accessSync, constants, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { freePorts } from './ports.ts'

const binary = '/usr/bin/radicale'

/** Why the real address book server cannot be used here, in words for a skip; false where it can. */
export const radicaleMissing: string | false = missing()

function missing(): string | false {
  try {
    accessSync(binary, constants.X_OK)
    return false
  } catch {
    return 'Radicale is not installed: apt-get install radicale'
  }
}

export type Radicale = {
  /** Of the server, which tells where the book is, and of ada's book `people` itself. */
  url: string
  book: string
  user: string
  password: string
  /** The cards in the book, by their names. */
  cards(): Map<string, string>
  /** As another device does: stores a card, or deletes it (null). */
  put(name: string, card: string | null): Promise<void>
  /** The server knows none of the tokens any more that it has given for reading what has changed. */
  forgetTokens(): void
  /** Another password from now on; the server is started anew with it. */
  setPassword(password: string): Promise<void>
  stop(): Promise<void>
  start(): Promise<void>
  close(): Promise<void>
}

/** A real Radicale in a temporary folder on a free port of loopback, with the user ada and her empty address book. */
export async function startRadicale(): Promise<Radicale> {
  if (radicaleMissing) throw new Error(radicaleMissing)
  const folder = mkdtempSync(join(tmpdir(), 'kinbox-radicale-'))
  const [port] = await freePorts(1) as [number]
  const user = 'ada'
  let password = 'open-sesame'
  const book = join(folder, 'collections', 'collection-root', user, 'people')
  mkdirSync(book, { recursive: true })
  writeFileSync(join(book, '.Radicale.props'), JSON.stringify({ tag: 'VADDRESSBOOK', 'D:displayname': 'People' }))
  writeFileSync(join(folder, 'users'), `${user}:${password}\n`)
  writeFileSync(join(folder, 'config'), `[server]\nhosts = 127.0.0.1:${port}\n[auth]\ntype = htpasswd\nhtpasswd_filename = ${folder}/users\nhtpasswd_encryption = plain\ndelay = 0\n[storage]\nfilesystem_folder = ${folder}/collections\n[logging]\nlevel = warning\n`)
  const url = `http://127.0.0.1:${port}/`
  let server: ChildProcess | null = null
  const authorization = () => 'Basic ' + Buffer.from(`${user}:${password}`).toString('base64')
  const radicale: Radicale = {
    url, book: `${url}${user}/people/`, user, password,
    cards: () => new Map(readdirSync(book).filter((name) => name.endsWith('.vcf')).map((name) => [name, readFileSync(join(book, name), 'utf8')])),
    async put(name, card) {
      const answer = await fetch(`${url}${user}/people/${name}`, card === null ? { method: 'DELETE', headers: { authorization: authorization() } } : { method: 'PUT', headers: { authorization: authorization(), 'content-type': 'text/vcard' }, body: card })
      if (!answer.ok) throw new Error(`${name}: ${answer.status} ${await answer.text()}`)
    },
    forgetTokens: () => rmSync(join(book, '.Radicale.cache', 'sync-token'), { recursive: true, force: true }),
    async setPassword(now) {
      await radicale.stop()
      radicale.password = password = now
      writeFileSync(join(folder, 'users'), `${user}:${password}\n`)
      await radicale.start()
    },
    async start() {
      server = spawn(binary, ['--config', join(folder, 'config')], { stdio: 'ignore' })
      for (const until = performance.now() + 120_000; server.exitCode === null && performance.now() < until; await pause(50)) {
        if (await fetch(url).then(() => true, () => false)) return
      }
      throw new Error('Radicale did not start')
    },
    async stop() {
      const old = server
      server = null
      if (!old || old.exitCode !== null) return
      const gone = once(old, 'exit')
      old.kill('SIGTERM')
      await gone
    },
    async close() {
      await radicale.stop()
      rmSync(folder, { recursive: true, force: true })
    }
  }
  await radicale.start()
  return radicale
}
