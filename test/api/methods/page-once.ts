import t from 'tap'
import { clientId, openStage } from './stage.ts'
import type { Contact, Message, Page } from './stage.ts'

t.test('contact.put: once for each clientId, and its conversation is told by contact.get', async (t) => {
  const { call, refused, writes } = await openStage(t)
  const people = async () => (await call<Page<Contact>>('contact.list')).items.map(({ name }) => name)
  const request = { clientId: clientId(), name: 'Bob', addresses: [{ kind: 'email', address: 'bob@friend.example' }] }
  const [bob, again] = [await call<Contact>('contact.put', request), await call<Contact>('contact.put', request)]
  t.same(again, bob)
  t.same(await people(), ['Bob'])
  t.match(await refused('contact.put', { ...request, name: 'Robert' }), { kind: 'idempotency_mismatch', message: /Take a new one/ })
  t.match(await refused('message.send', { clientId: request.clientId, to: request.addresses[0], text: 'x' }), { kind: 'idempotency_mismatch' }, 'nor for another method')
  const change = { clientId: clientId(), id: bob.id, name: 'Robert', ifRev: bob.rev }
  t.match([await call('contact.put', change), await call('contact.put', change)], [{ name: 'Robert' }, { name: 'Robert' }], 'repeated, it is no conflict with itself')

  t.equal('conversationId' in await call('contact.get', { id: bob.id }), false, 'nothing was said yet')
  const { conversationId } = await writes('Bob <bob@friend.example>', 'hello')
  t.equal((await call('contact.get', { id: bob.id }))['conversationId'], conversationId)
})

t.test('a message that was sent bears its clientId: in the answer, in lists, in events; another one bears none', async (t) => {
  const { call, client, writes } = await openStage(t)
  const { id, conversationId } = await writes('Bob <bob@friend.example>', 'hello')
  const mine = clientId()
  const sent = await call<Message & { clientId?: string }>('message.send', { clientId: mine, conversationId, text: 'and hello' })
  t.equal(sent.clientId, mine)
  await client.until(() => client.events.some((event) => event.id === sent.id && event.data?.['status'] === 'sent'))
  t.same([...new Set(client.events.filter((event) => event.id === sent.id).map(({ data }) => data?.['clientId']))], [mine])
  const { items } = await call<Page<Message & { clientId?: string }>>('message.list', { conversationId })
  t.same(items.map((one) => [one.id, one.clientId]), [[sent.id, mine], [id, undefined]])
})
