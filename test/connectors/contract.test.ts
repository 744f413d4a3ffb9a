import t from 'tap'
import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connectorKinds, loadConnector } from '../../src/accounts/load.ts'
import { contract, type Driver } from '../contract.ts'
import { testClock } from './account.ts'
import { driver as demo } from './demo/driver.ts'
import { driver as smsTwilio, missing as noTwilio } from './sms-twilio/driver.ts'
import { driver as email, missing as noMail } from './email/driver.ts'
import { driver as xmpp, missing as noChat } from './xmpp/driver.ts'

const connectors = join(import.meta.dirname, '../../connectors')
const drivers: [Driver, string | false][] = [[demo, false], [smsTwilio, noTwilio], [email, noMail], [xmpp, noChat]]

t.test('every connector has a driver', async t => {
  // An address book carries no messages: carddav.test.ts is about it.
  const kinds = await Promise.all(connectorKinds([connectors]).map(async kind => (await loadConnector([connectors], kind)).book ? [] : [kind]))
  t.same(kinds.flat(), drivers.map(([{ kind }]) => kind).sort())
})

for (const [driver, skip] of drivers) {
  t.test(`the contract: ${driver.kind}`, { skip }, async t => contract(t, await loadConnector([connectors], driver.kind), driver))
}

/** A whole connector: pigeons. A loft is a folder; a letter is a file in `in` or `out`. */
const pigeon = `
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ConnectorError, remoteId, type Account, type Connector, type Session } from '#connector'

type Settings = { loft: string }
const ring = /^[a-z]{1,20}$/

async function open(account: Account<Settings>): Promise<Session> {
  const folder = join(account.settings.loft, 'in')
  if (!existsSync(folder)) throw new ConnectorError('no-loft', 'There is no loft at this place.', { retry: 'later' })
  const closed = Promise.withResolvers<void>()
  let last = account.cursors.live ?? ''
  let over = false
  let timer: NodeJS.Timeout
  const end = () => { over = true; clearTimeout(timer); closed.resolve() }
  const look = async () => {
    const letters = readdirSync(folder).sort().filter(name => name > last)
    await account.receive(letters.map(name => ({ remoteId: remoteId(name), at: account.clock.now(), raw: new Uint8Array(readFileSync(join(folder, name))) })), { lane: 'live', cursor: letters.at(-1) ?? last, caughtUp: true })
    last = letters.at(-1) ?? last
  }
  const again = () => { look().catch(() => {}).finally(() => { if (!over) timer = setTimeout(again, 20) }) }
  await account.receive([], { lane: 'history', caughtUp: true })
  again()
  account.stopping.addEventListener('abort', end)
  return {
    closed: closed.promise,
    async prepare(op) { return { type: op.type, attempt: op.type === 'send' ? op.attempt : '', data: op } },
    async perform({ attempt, data }) {
      const to = (data as { recipients: { address: string }[] }).recipients[0]!.address
      if (to === 'nobody') throw new ConnectorError('lost', 'The pigeon came back: nobody of that name.', { retry: 'never' })
      if (!existsSync(folder)) throw new ConnectorError('no-loft', 'There is no loft at this place.', { retry: 'later' })
      writeFileSync(join(account.settings.loft, 'out', attempt), to)
      return { remoteId: remoteId('out/' + attempt), status: 'sent' }
    },
    async close() { end() }
  }
}

export const connector: Connector<Settings> = {
  channel: 'pigeon', title: 'Pigeon post', reaches: ['pigeon'],
  canonical: (kind, address) => kind === 'pigeon' && ring.test(address.toLowerCase()) && address !== 'Alice' ? address.toLowerCase() : null,
  can: { subject: false, html: false, attachments: false, receipts: false, presence: false, typing: false, groups: false, maxChars: 200, maxAttachmentBytes: null, cost: 0, delay: 3_600_000 },
  settings: { type: 'object', properties: { loft: { type: 'string' } }, required: ['loft'], additionalProperties: false } as unknown as Connector['settings'],
  own: () => [{ kind: 'pigeon', address: 'ada' }],
  async parse(raw) {
    const [from = '', ...lines] = Buffer.from(raw).toString().split('\\n')
    return [{ type: 'message', sender: { kind: 'pigeon', address: ring.test(from) ? from : null, raw: from }, recipients: [{ kind: 'pigeon', address: 'ada', role: 'to' }], direction: 'in', text: lines.join('\\n'), attachments: [], references: [] }]
  },
  open
}
`

t.test('the contract: one file in any folder is a connector', async t => {
  const folder = mkdtempSync(join(tmpdir(), 'kinbox-connectors-'))
  t.teardown(() => rmSync(folder, { recursive: true }))
  writeFileSync(join(folder, 'pigeon.ts'), pigeon)
  const loft = join(folder, 'loft')
  let letters = 0
  const send = (address: string) => (attempt: string) => ({
    type: 'send' as const, attempt, from: { kind: 'pigeon', address: 'ada' }, recipients: [{ kind: 'pigeon', address, role: 'to' as const }], text: 'coo', references: [], attachments: [], at: 0
  })
  await contract(t, await loadConnector([folder, connectors], 'pigeon'), {
    kind: 'pigeon', fixtures: null, context: { own: [], region: null, folder: null, authserv: null, at: 0 }, addresses: [['pigeon', 'Bob', 'bob']], wrongSettings: [{}, { loft: 1 }],
    async world() {
      for (const name of ['in', 'out']) mkdirSync(join(loft, name), { recursive: true })
      return {
        settings: { loft }, clock: testClock(0), hooks: null, secrets: [], good: send('bob'), bad: send('nobody'),
        async write(word) { writeFileSync(join(loft, 'in', String(++letters).padStart(6, '0')), `bob\nlook, a ${word}`) },
        async down() { rmSync(loft, { recursive: true }) },
        async close() {}
      }
    }
  })
})
