import type { Test } from 'tap'
import { loadConfig } from '../../config/options.ts'
import { startApp } from '../../src/app.ts'
import { playNetwork, secret } from '../../test/fixtures/network.ts'
import { connect } from '../../test/fixtures/client.ts'
import { log } from './house.ts'

/**
 * The whole server in a process of its own, with users on a network that is played. Over IPC it says its url and their tokens; asked
 * `{ letters, user, from }`, so many come in to that user; asked `{ rest: true }`, it says what it holds (MiB), before and after it was told to collect.
 */
export type Order = { letters: number, user: number, from: number } | { rest: true }
export type Held = { rss: number, collected: number, heap: number }

const [folder, users] = process.argv.slice(2) as [string, string]
const ending: (() => unknown)[] = []
const network = playNetwork({ teardown: (fn: () => unknown) => void ending.push(fn) } as unknown as Test)
const app = await startApp({ ...loadConfig({ env: {} }).config, data: folder, port: 0 }, log, { connectors: network.connectors, dns: async (name) => { throw Object.assign(new Error(`${name} is not there`), { code: 'ENOTFOUND' }) } })
const tokens: string[] = []
for (let i = 0; i < Number(users); i++) {
  await app.admin.userAdd({ name: `user${i}`, password: null })
  const { token } = await app.admin.tokenCreate({ user: `user${i}`, name: 'bench' })
  const client = await connect(app.url, { token })
  await client.call('account.put', { kind: 'letters', settings: { own: own(i), secret } })
  await client.until(() => client.events.some(({ type, data }) => type === 'account.changed' && data?.['status'] === 'live'), 30_000)
  await client.close()
  tokens.push(token)
}
const mib = (bytes: number) => bytes / 2 ** 20

process.on('message', (order: Order) => void obey(order).then((answer) => process.send!(answer), (error: unknown) => { throw error }))
process.on('disconnect', () => void app.stop().then(() => ending.forEach((end) => end())).then(() => process.exit(0)))
process.send!({ url: app.url, tokens })

async function obey(order: Order): Promise<Held | true> {
  if ('rest' in order) {
    const { rss } = process.memoryUsage()
    for (let i = 0; i < 3; i++) {
      globalThis.gc!()
      await new Promise((resolve) => setTimeout(resolve, 200))
    }
    const after = process.memoryUsage()
    return { rss: mib(rss), collected: mib(after.rss), heap: mib(after.heapUsed) }
  }
  const { letters, user, from } = order
  await network.wire(own(user)).letters(Array.from({ length: letters }, (_, i) => {
    const n = from + i
    const address = `person${n % 50}@friend.example`
    return { sender: { kind: 'email', address, name: `Person ${n % 50}`, raw: address }, recipients: [{ kind: 'email', address: own(user), role: 'to' as const }], subject: `Trip ${n % 400}`, text: `The train leaves early. ${'We meet at the bridge before noon. '.repeat(12)} ${n}`, messageId: `${n}.${user}@friend.example`, references: n >= 400 ? [`${n - 400}.${user}@friend.example`] : [] }
  }))
  return true
}

function own(user: number): string {
  return `user${user}@example.org`
}
