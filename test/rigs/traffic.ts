import { execFile } from 'node:child_process'
import { randomUUIDv7 } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { FakeTwilio } from '../fakes/twilio.ts'
import type { person } from '../connectors/xmpp/person.ts'
import type { Dovecot } from '../servers/dovecot.ts'
import type { Refusal, RigClient } from './client.ts'
import type { Dice } from './dice.ts'
import { tokenIn } from './judge.ts'
import type { Ledger } from './ledger.ts'
import { rigEnvironment } from './server.ts'
import type { Armed } from './server.ts'

export const adasNumber = '+15005550006'
export const alicesNumber = '+4915112345678'
export const adasJid = 'ada@example.org'
export const alicesJid = 'alice@friend.example'

/** Somebody who chats with ada; null: there is no chat server. */
export type Friend = Awaited<ReturnType<typeof person>> | null
export type TrafficDeps = { friend: Friend, dovecot: Dovecot, twilio: FakeTwilio, ledger: Ledger, chance: Dice, client: RigClient, tree: string, data: string, folder: string }

/** Everything that happens around the server while it dies. What Kinbox does wrong in an answer is in `wrong`. */
export type Traffic = {
  wrong: string[]
  start(): void
  /** Nothing new begins; resolves when what was begun has been acknowledged, which needs a server that runs. */
  stop(): Promise<void>
  /** Imports a file of new mails by `kinbox import`; resolves with whether it was acknowledged. */
  importSome(armed?: Armed): Promise<boolean>
  /** Imports once more what was not acknowledged. */
  importRest(): Promise<void>
}

/** A mail with its token in the text; `extra` bytes of attachment. */
export function mail(token: string, { from = 'Alice <alice@friend.example>', extra = 0 } = {}): string {
  const head = [`From: ${from}`, 'To: Ada <ada@example.org>', `Subject: About ${token}`, `Date: ${new Date().toUTCString().replace('GMT', '+0000')}`, `Message-ID: <${token}@friend.example>`, 'MIME-Version: 1.0']
  if (extra === 0) return [...head, 'Content-Type: text/plain; charset=utf-8', '', `This is ${token}.`, ''].join('\r\n')
  const bytes = Buffer.alloc(extra, token).toString('base64').replace(/.{76}/g, '$&\r\n')
  return [
    ...head, 'Content-Type: multipart/mixed; boundary="cut"', '', '--cut', 'Content-Type: text/plain; charset=utf-8', '', `This is ${token}.`, '',
    '--cut', `Content-Type: application/octet-stream; name="${token}.bin"`, 'Content-Transfer-Encoding: base64', `Content-Disposition: attachment; filename="${token}.bin"`, '', bytes, '--cut--', ''
  ].join('\r\n')
}

export function traffic({ friend, dovecot, twilio, ledger, chance, client, tree, data, folder }: TrafficDeps): Traffic {
  const wrong: string[] = []
  const numbers = new Map<string, number>()
  const loops: Promise<void>[] = []
  const unfinished = new Map<string, string[]>()
  let running = false

  const next = (kind: string) => {
    const number = (numbers.get(kind) ?? 0) + 1
    numbers.set(kind, number)
    const token = `rig-${kind}-${number}`
    ledger.write({ what: 'begun', kind, token })
    return token
  }
  const loop = (work: () => Promise<void>, ms: number) => loops.push((async () => {
    while (running) {
      await work()
      await pause(chance.between(ms / 2, ms * 1.5))
    }
  })())

  async function receiveMail(): Promise<void> {
    const token = next('mail')
    await dovecot.deliver('ada', mail(token, { extra: chance.chance(0.25) ? 40_000 : 0 }))
    ledger.write({ what: 'acknowledged', kind: 'mail', token })
  }

  async function receiveText(): Promise<void> {
    const token = next('text')
    const answer = await twilio.inbound(alicesNumber, adasNumber, `This is ${token}.`).catch(() => null)
    if (answer?.webhook?.status === 200) ledger.write({ what: 'acknowledged', kind: 'text', token })
  }

  async function receiveChat(): Promise<void> {
    const token = next('chat')
    // Its server keeps what ada has not acknowledged.
    const kept = await friend!.say(adasJid, `This is ${token}.`).then(() => true, () => false)
    if (kept) ledger.write({ what: 'acknowledged', kind: 'chat', token })
  }

  async function tellStatus(): Promise<void> {
    const one = twilio.messages.find(({ direction, status }) => direction === 'outbound-api' && status === 'queued')
    const token = one && tokenIn(one.body)
    if (!one || !token) return
    const answer = await twilio.status(one.sid, 'delivered').catch(() => null)
    if (answer?.status === 200) ledger.write({ what: 'acknowledged', kind: 'status', token })
  }

  /** As a good client does: the same clientId until the answer has come; now and then once more, to see that it is harmless. */
  async function send(kind: 'email' | 'phone' | 'xmpp'): Promise<void> {
    const token = next('send')
    const to = { kind, address: { phone: alicesNumber, xmpp: alicesJid, email: 'bob@friend.example' }[kind] }
    const request = { clientId: randomUUIDv7(), to, text: `This is ${token}.`, ...(kind === 'email' ? { subject: 'Answers' } : {}) }
    let id: string | null = null
    for (let again = chance.chance(0.3) ? 1 : 0; again >= 0; again--) {
      const answer = await ask(request)
      if (answer === null) return
      if (id === null) ledger.write({ what: 'acknowledged', kind: 'send', token, more: { id: answer } })
      else if (answer !== id) wrong.push(`${token} was ${id}, and asked for again ${answer}`)
      id ??= answer
    }
  }

  async function ask(request: object): Promise<string | null> {
    for (;;) {
      try {
        await client.greeted()
        return (await client.call<{ id: string }>('message.send', request)).id
      } catch (error) {
        const { kind, message } = error as Refusal
        if (kind !== undefined && kind !== 'cancelled' && kind !== 'rate_limited') {
          wrong.push(`message.send was refused: ${kind}, ${message}`)
          return null
        }
        await pause(20)
      }
    }
  }

  async function importFile(path: string, armed?: Armed): Promise<boolean> {
    const { failed, said } = await new Promise<{ failed: boolean, said: string }>((resolve) => execFile(
      join(tree, 'bin/kinbox'), ['import', '--user', 'ada', '--data', data, '--json', path],
      { env: { ...rigEnvironment(tree, armed ? { armed } : {}), KINBOX_LOG_LEVEL: 'error' }, timeout: 60_000 }, (error, stdout) => resolve({ failed: error !== null, said: stdout })
    ))
    if (failed) return false
    const { messages, stored, known, problems } = JSON.parse(said) as { messages: number, stored: number, known: number, problems: object[] }
    const tokens = unfinished.get(path)!
    if (messages !== tokens.length || stored + known !== messages || problems.length > 0) wrong.push(`an import of ${tokens.length} mails says ${said.trim()}`)
    for (const token of tokens) ledger.write({ what: 'acknowledged', kind: 'file', token })
    unfinished.delete(path)
    return true
  }

  return {
    wrong,
    start() {
      running = true
      loop(receiveMail, 300)
      loop(receiveText, 300)
      loop(tellStatus, 150)
      loop(() => send('email'), 120)
      loop(() => send('phone'), 200)
      if (friend) {
        loop(receiveChat, 300)
        loop(() => send('xmpp'), 250)
      }
    },
    async stop() {
      running = false
      await Promise.all(loops)
    },
    async importSome(armed) {
      const tokens = Array.from({ length: 60 }, () => next('file'))
      const path = join(folder, `${tokens[0]}.mbox`)
      writeFileSync(path, tokens.map((token) => `From alice@friend.example Thu Jan  1 00:00:00 2026\n${mail(token).replaceAll('\r\n', '\n')}\n`).join(''))
      unfinished.set(path, tokens)
      return await importFile(path, armed)
    },
    async importRest() {
      for (const path of [...unfinished.keys()]) if (!await importFile(path)) wrong.push(`${path} could not be imported`)
    }
  }
}
