import t from 'tap'
import type { IncomingContact, IncomingMessage, IncomingReceipt, SendOperation } from '#connector'
import { connector, type Settings } from '../../connectors/demo/index.ts'
import { testAccount, testClock, until, type TestAccount } from './account.ts'

const start = Date.parse('2026-03-02T10:00:00Z')
const of = <T extends string>(account: TestAccount<Settings>, type: T) => account.understood.filter(one => one.incoming.type === type)
const texts = (account: TestAccount<Settings>, lane: string): string[] => of(account, 'message').filter(one => one.lane === lane).map(one => (one.incoming as IncomingMessage).text)
const operation = (kind: string, address: string, subject?: string): SendOperation => ({
  type: 'send', attempt: `attempt-${kind}`, from: { kind, address: 'you' }, recipients: [{ kind, address, role: 'to' }], text: 'Hello!', references: [], attachments: [], at: start, ...(subject ? { subject } : {})
})

t.test('Alice writes by mail, SMS and chat, and is one person of the address book', async t => {
  const account = testAccount(connector, { pace: 0.02 }, testClock(start))
  const session = await connector.open(account)
  await until('history and a while of life', () => texts(account, 'history').length > 0 && texts(account, 'live').length > 14)
  await session.close()
  const alice = of(account, 'contact').map(one => one.incoming as IncomingContact).find(one => one.name === 'Alice')!
  t.same(alice.addresses.map(one => one.kind).sort(), ['chat', 'email', 'phone'])
  const mine = of(account, 'message').map(one => one.incoming as IncomingMessage).filter(one => alice.addresses.some(({ address }) => address === one.sender.address))
  t.same([...new Set(mine.map(one => one.channel))].sort(), ['chat', 'email', 'sms'])
  const known = new Set(of(account, 'contact').flatMap(one => (one.incoming as IncomingContact).addresses.map(({ address }) => address)))
  for (const stranger of ['dave@work.example', 'alice@friend.example.evil.test']) t.equal(known.has(stranger), false, stranger)
  const dates = of(account, 'message').filter(one => one.lane === 'history').map(one => one.at)
  t.same(dates, dates.toSorted((a, b) => b - a), 'history comes newest first')
  t.equal(dates.every(at => at < start), true)
})

t.test('the same seed, the same life; another seed, another', async t => {
  const live = async (seed: number): Promise<string[]> => {
    const account = testAccount(connector, { pace: 0.01, seed }, testClock(start))
    const session = await connector.open(account)
    await until('five messages', () => texts(account, 'live').length >= 5)
    await session.close()
    return texts(account, 'live').slice(0, 5)
  }
  const [once, again, other] = await Promise.all([live(1), live(1), live(3)])
  t.same(once, again)
  t.equal(JSON.stringify(once) === JSON.stringify(other), false)
})

t.test('who is written to reads it, types and answers on the same channel', async t => {
  const account = testAccount(connector, { pace: 0.1 }, testClock(start), { cursors: { live: '3', history: 'done' } })
  const session = await connector.open(account)
  for (const [op, channel, statuses] of [
    [operation('chat', 'alice@chat.example'), 'chat', ['delivered', 'read']],
    [operation('phone', '+4915112345679'), 'sms', ['delivered', 'read']],
    [operation('email', 'carol@friend.example', 'The flat'), 'email', ['delivered']]
  ] as const) {
    const prepared = await session.prepare(op)
    t.match(await session.perform(prepared), { status: 'sent' })
    const answer = await until('an answer by ' + channel, () => account.understood.find(one => one.remoteId === 'answer-' + op.attempt)?.incoming as IncomingMessage | undefined)
    t.match(answer, { channel, direction: 'in', sender: { address: op.recipients[0]!.address } })
    t.same([answer.subject, answer.references], channel === 'email' ? ['Re: The flat', [prepared.messageId]] : [undefined, []])
    t.same(of(account, 'receipt').map(one => one.incoming as IncomingReceipt).filter(one => one.attempt === op.attempt).map(one => one.status), statuses)
    t.same(account.ephemerals.filter(one => one.address.address === op.recipients[0]!.address).map(one => one.type === 'typing' && one.typing), [true, false])
  }
  await session.close()
})

t.test('proof is what such a network can give', async t => {
  const prove = async (way: string, address: string): Promise<string> => (await connector.prove!(Buffer.from(JSON.stringify({ way, from: { address } })), { own: [], region: null, folder: null, authserv: null, at: 0 }, async () => [])).level
  for (const [way, address, level] of [['email', 'alice@friend.example', 'verified'], ['chat', 'alice@chat.example', 'verified'], ['phone', '+4915112345678', 'weak'], ['phone', 'PARCELS', 'unverified']] as const) t.equal(await prove(way, address), level, address)
})
