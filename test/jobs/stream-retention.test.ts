import t from 'tap'
import type { Client } from '../fixtures/client.ts'
import { openHouse } from '../fixtures/house.ts'
import { playNetwork, secret } from '../fixtures/network.ts'
import type { Letter } from '../fixtures/network.ts'
import { testClock } from '../fixtures/store.ts'

type Message = { id: string, conversationId: string, subject?: string }
type Conversation = { id: string, unread: number, lastMessage: { id: string } | null }

const day = 86_400_000
const to = [{ kind: 'email', address: 'ada@example.org', role: 'to' as const }]
const from = (address: string, subject: string, more: Letter = {}): Letter => ({ sender: { kind: 'email', address, raw: address }, recipients: to, subject, text: `About ${subject}`, proof: { level: 'verified', evidence: [] }, automatic: 'bulk', ...more })

const removed = (client: Client) => client.events.filter(({ type }) => type === 'message.removed').map(({ id }) => id)

t.test('what machines sent goes after the days that the user has set, stream by stream; what is flagged, of a friend, or in the inbox stays', async (t) => {
  const network = playNetwork(t)
  const clock = testClock(Date.UTC(2030, 2, 10, 11))
  const house = await openHouse(t, { world: { clock, connectors: network.connectors, jobs: { everyMs: 20, zone: 'UTC' } } })
  const ada = await house.client()
  await ada.call('settings.set', { digest: false })
  await house.connectAccount(ada, 'letters', { own: 'ada@example.org', secret })
  const letters = (all: Letter[]) => network.wire('ada@example.org').letters(all, { at: clock.time })
  await letters([
    from('alice@friend.example', 'of a friend', { automatic: undefined as never }), from('alice@friend.example', 'by a friend\'s machine'), from('news@shop.test', 'old', { attachments: [{ name: 'a.txt', contentType: 'text/plain', text: 'a' }] }), from('news@shop.test', 'flagged', { flagged: true }),
    from('bot@shop.test', 'a notification', { automatic: 'notification' }), from('carol@example.net', 'by hand', { automatic: undefined as never }), from('daily@paper.test', 'let in'),
    from('orders@shop.test', 'answered', { messageId: 'order@shop.test' }), from('ada@example.org', 'Re: answered', { direction: 'out', automatic: undefined as never, recipients: [{ kind: 'email', address: 'help@shop.test', role: 'to' }], references: ['order@shop.test'], messageId: 'mine@example.org' })
  ])
  await ada.until(() => ada.events.filter(({ type }) => type === 'message.created').length === 9)
  const ids = new Map(ada.events.filter(({ type }) => type === 'message.created').map(({ data }) => [(data as Message).subject!, data as unknown as Message]))
  const idOf = (subject: string) => ids.get(subject)!.id
  const friend = await ada.call<{ sender: { contactId: string } }>('message.get', { id: idOf('of a friend') })
  await ada.call('friend.set', { contactId: friend.sender.contactId, friend: true })
  await ada.call('conversation.route', { id: ids.get('let in')!.conversationId, folder: 'inbox' })
  clock.time += 31 * day
  await letters([from('news@shop.test', 'new')])
  const before = await ada.call<{ other: number }>('inbox.counts')
  t.same(removed(ada), [], 'by default for ever')
  const { keepDays } = await ada.call<{ keepDays: object }>('settings.set', { keepDays: { newsletters: 30, notifications: null, receipts: null } })
  t.same(keepDays, { newsletters: 30, notifications: null, receipts: null })
  await ada.until(() => removed(ada).length > 0)
  await ada.call('settings.set', { keepDays: { newsletters: 30, notifications: 30, receipts: 7 } })
  await ada.until(() => removed(ada).length > 1)
  t.same(removed(ada), [idOf('old'), idOf('a notification')])
  t.same((await ada.call<{ other: number }>('inbox.counts')).other, before.other - 2)
  const { items } = await ada.call<{ items: Message[] }>('message.list', { conversationId: ids.get('old')!.conversationId })
  t.same(items.map(({ subject }) => subject).sort(), ['flagged', 'new'])
  for (const subject of ['of a friend', 'by a friend\'s machine', 'flagged', 'by hand', 'let in', 'answered']) t.equal((await ada.call<Message>('message.get', { id: idOf(subject) })).id, idOf(subject), subject)
  t.match(await ada.call<Conversation>('conversation.get', { id: ids.get('a notification')!.conversationId }), { unread: 0, lastMessage: null })
  const found = await ada.call<{ items: { message: Message }[] }>('search.query', { q: 'notification' })
  t.same(JSON.stringify(found).includes(idOf('a notification') + '"'), false, 'and is not found any more')
})
