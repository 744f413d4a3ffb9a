import t from 'tap'
import type { Test } from 'tap'
import { failureOf } from '../fixtures/client.ts'
import type { Client } from '../fixtures/client.ts'
import { openHouse } from '../fixtures/house.ts'
import { playNetwork, secret } from '../fixtures/network.ts'
import type { Letter } from '../fixtures/network.ts'
import { testClock } from '../fixtures/store.ts'

type Conversation = { id: string, kind: string, title: string, folder: string, unread: number, lastMessage: { id: string }, because: { rule: string } }
type Entry = { conversationId: string, shown: string, since: string }
type Message = { id: string, conversationId: string, channel: string, text: string, sender: { name?: string, proof?: string }, digest?: { waiting: Entry[], more: number, raised: Entry[], streams: { stream: string, conversations: number }[] } }

const minute = 60_000
const hour = 60 * minute
const day = 24 * hour
const to = [{ kind: 'email', address: 'ada@example.org', role: 'to' as const }]
const bobs = [{ kind: 'email', address: 'bob@example.org', role: 'to' as const }]
const from = (address: string, more: Letter = {}): Letter => ({ sender: { kind: 'email', address, raw: address }, recipients: to, subject: 'Hello', text: 'May I ask you something?', proof: { level: 'verified', evidence: [] }, ...more })

/** 10 March 2030, 12:00 in Berlin: the digest of that day is over. The next comes at eight. */
async function desk(t: Test) {
  const network = playNetwork(t)
  const clock = testClock(Date.UTC(2030, 2, 10, 11))
  const house = await openHouse(t, { world: { clock, connectors: network.connectors, jobs: { everyMs: 20, zone: 'Europe/Berlin' } } })
  const ada = await house.client()
  await house.connectAccount(ada, 'letters', { own: 'ada@example.org', secret })
  const wire = network.wire('ada@example.org')
  await house.addUser('bob')
  const bob = await house.client('bob')
  await house.connectAccount(bob, 'letters', { own: 'bob@example.org', secret })
  let days = 0
  return {
    house, clock, ada, wires: [wire, network.wire('bob@example.org')], letters: (letters: Letter[]) => wire.letters(letters, { at: clock.time }),
    /** At this time (ms) whatever is due has been made: Bob's digest, for whom there is always something, comes after Ada's. Once a day. */
    async at(time: number) {
      await network.wire('bob@example.org').letters([from('mallory@evil.test', { recipients: bobs })], { at: clock.time })
      clock.time = time
      days++
      await bob.until(() => ofKinbox(bob).length >= days)
    }
  }
}

const ofKinbox = (client: Client) => client.events.filter(({ type, data }) => type === 'message.created' && data?.channel === 'kinbox').map(({ data }) => data as unknown as Message)
const arrived = (client: Client, n: number) => client.until(() => ofKinbox(client).length >= n).then(() => ofKinbox(client)[n - 1]!)

t.test('once a day at the user\'s hour: who is new, what is new in the streams; nothing on a day without anything', async (t) => {
  const { house, clock, ada, letters, at, wires } = await desk(t)
  await letters([from('carol@example.net'), from('dave@example.net'), from('shop@example.com', { automatic: 'bulk' }), from('alice@friend.example', { proof: { level: 'conflicting', evidence: [] } })])
  clock.time = Date.UTC(2030, 2, 11, 6, 59)
  await ada.call('session.ping')
  t.same(ofKinbox(ada), [])
  clock.time = Date.UTC(2030, 2, 11, 7)
  const digest = await arrived(ada, 1)
  t.match(digest, { sender: { name: 'Kinbox', proof: 'verified' }, digest: { more: 1, raised: [], streams: [{ stream: 'newsletters', conversations: 1 }] } })
  t.same(digest.digest!.waiting.map(({ shown }) => shown), ['dave@example.net', 'carol@example.net'])
  t.match(digest.text, /New in the screener: 3\.\n• dave@example\.net\n• carol@example\.net\n• and 1 more/)
  t.notMatch(digest.text, /alice/, 'who is not proven is counted, and not named')
  const inbox = await ada.call<{ items: Conversation[] }>('conversation.list', { folder: 'inbox' })
  t.match(inbox.items, [{ id: digest.conversationId, kind: 'system', title: 'Kinbox', unread: 1, because: { rule: 'kinbox' } }])
  t.equal(inbox.items.length, 1, 'nobody else is in the inbox')
  for (const { conversationId, shown } of digest.digest!.waiting) t.match(await ada.call('conversation.get', { id: conversationId }), { folder: 'other', title: shown })

  const refused = await failureOf(ada.call('compose.resolve', { conversationId: digest.conversationId }))
  t.match(refused, { kind: 'not_supported_by_channel', message: /Kinbox itself writes here/ })
  t.match((await ada.call<{ items: { kind: string }[] }>('account.list')).items.map(({ kind }) => kind), ['letters'], 'its account is nobody\'s to see')

  await at(clock.time + day)
  t.equal(ofKinbox(ada).length, 1)
  await letters([from('erin@example.net')])
  clock.time += day
  const second = await arrived(ada, 2)
  t.equal(second.conversationId, digest.conversationId)
  t.same(second.digest!.waiting.map(({ shown }) => shown), ['erin@example.net'])
  t.same(second.digest!.raised.map(({ shown }) => shown), ['carol@example.net'], 'one of their domain')
  await house.restart()
  const [again, bob] = [await house.client(), await house.client('bob')]
  await again.until(() => wires.every(({ open }) => open), 60_000)
  await wires[1]!.letters([from('mallory@evil.test', { recipients: bobs })], { at: clock.time })
  for (const { id, lastMessage } of (await again.call<{ items: Conversation[] }>('conversation.list', { folder: 'other' })).items) await again.call('conversation.markRead', { id, upTo: lastMessage.id })
  clock.time += day
  await arrived(bob, 1)
  t.equal((await again.call<{ items: Message[] }>('message.list', { conversationId: digest.conversationId })).items.length, 2, 'a day with nothing brings nothing, and neither does a start of the server')
})

t.test('who wrote to the user alone and was not seen for two days is named once; the conversation stays in Other', async (t) => {
  const { clock, ada, letters, at } = await desk(t)
  const two = [...to, { kind: 'email', address: 'carol@example.net', role: 'cc' as const }]
  await letters([
    from('erin@example.net', { text: 'I found your keys.' }), from('shop@example.com', { automatic: 'notification' }), from('frank@example.com', { recipients: two }), from('gone@example.com', { recipients: [{ ...to[0]!, role: 'bcc' }] }),
    from('alice@friend.example', { proof: { level: 'conflicting', evidence: [] } })
  ])
  const [erin] = (await ada.call<{ items: Conversation[] }>('conversation.list', { folder: 'other' })).items.filter(({ title }) => title === 'erin@example.net')
  clock.time += hour
  await letters([from('grace@example.biz')])
  const read = await ada.call<{ items: Conversation[] }>('conversation.list', { folder: 'other' })
  const grace = read.items.find(({ title }) => title === 'grace@example.biz')!
  await ada.call('conversation.markRead', { id: grace.id, upTo: grace.lastMessage.id })
  await at(Date.UTC(2030, 2, 11, 7))
  t.same((await arrived(ada, 1)).digest!.raised, [], 'too early')
  await at(Date.UTC(2030, 2, 12, 7))
  t.equal(ofKinbox(ada).length, 1)
  await at(Date.UTC(2030, 2, 13, 7))
  const second = await arrived(ada, 2)
  t.match(second.digest, { waiting: [], more: 0, raised: [{ conversationId: erin!.id, shown: 'erin@example.net' }], streams: [] })
  t.equal(second.digest!.raised.length, 1, 'no machine, nobody who wrote to several, nobody whom nothing proves, nobody who was seen')
  t.match(await ada.call('conversation.get', { id: erin!.id }), { folder: 'other', unread: 1, because: { rule: 'unknown' } })
  await at(Date.UTC(2030, 2, 14, 7))
  await at(Date.UTC(2030, 2, 15, 7))
  t.equal(ofKinbox(ada).length, 2, 'never again')
})

t.test('a thousand strangers put nobody into the inbox: few are named, one of each domain, and the others are a number', async (t) => {
  const { clock, ada, letters, at } = await desk(t)
  for (let i = 0; i < 10; i++) await letters(Array.from({ length: 100 }, (_, n) => from(`alice${i}-${n}@${n % 20 === 0 ? `evil${i}.test` : `x${n}.evil.test`}`, { sender: { kind: 'email', address: `alice${i}-${n}@${n % 20 === 0 ? `evil${i}.test` : `x${n}.evil.test`}`, name: 'Alice <alice@friend.example>', raw: 'Alice' } })))
  await letters([from('erin@example.net')])
  await at(Date.UTC(2030, 2, 11, 7))
  const first = await arrived(ada, 1)
  t.same([first.digest!.waiting.length, first.digest!.more], [10, 991])
  await at(Date.UTC(2030, 2, 13, 11, 30))
  const { digest, text } = await arrived(ada, 2)
  t.equal(digest!.raised.length, 5)
  t.equal(new Set(digest!.raised.map(({ shown }) => shown.split('.').slice(-2).join('.'))).size, 5)
  t.notMatch(first.text + text, /friend/, 'nothing that they call themselves')
  t.same((await ada.call<{ items: Conversation[] }>('conversation.list', { folder: 'inbox' })).items.map(({ title }) => title), ['Kinbox'])
  t.match(await ada.call('inbox.counts'), { screener: 1001 })
  t.equal(clock.time > 0, true)
})

t.test('off: nothing comes, and what was new meanwhile is not told afterwards; an hour and a zone of the user\'s own', async (t) => {
  const { clock, ada, letters, at } = await desk(t)
  t.match(await ada.call('settings.get'), { digest: true, digestHour: 8, timeZone: null })
  await ada.call('settings.set', { digest: false })
  await letters([from('carol@example.net')])
  await at(Date.UTC(2030, 2, 11, 7))
  await ada.call('settings.set', { digest: true, digestHour: 20, timeZone: 'America/New_York' })
  await letters([from('dave@example.net')])
  await at(Date.UTC(2030, 2, 12, 23, 59))
  t.same(ofKinbox(ada), [])
  clock.time += minute
  t.same((await arrived(ada, 1)).digest!.waiting.map(({ shown }) => shown), ['dave@example.net'], 'at eight in the evening of the 12th, in New York')
  t.match(await failureOf(ada.call('settings.set', { timeZone: 'Europe/Nowhere' })), { kind: 'invalid_params', message: /names no time zone/ })
})
