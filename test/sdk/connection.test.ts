import t from 'tap'
import { connect, KinboxError } from '#client'
import type { Client, Event } from '#client'
import { openHouse } from '../fixtures/house.ts'
import { reaches } from './desk.ts'

t.test('it connects, calls, hears events, and is refused in words', async t => {
  const house = await openHouse(t)
  const token = await house.token()
  const client: Client = connect({ url: house.app.url, auth: async () => ({ token }), client: { name: 'test', version: '1' } })
  t.teardown(() => client.close())
  t.equal(client.status.value, 'connecting')
  const events: Event[] = []
  client.onEvent(event => events.push(event))
  t.same((await client.call('conversation.list', { folder: 'inbox' })).items, [], 'a call waits for the connection')
  t.equal(client.status.value, 'live')
  const contact = await client.call('contact.put', { name: 'Alice', addresses: [{ kind: 'email', address: 'alice@friend.example' }] })
  await reaches(client.position, position => events.some(({ type, id }) => type === 'contact.changed' && id === contact.id) && position !== null)
  const failure = await client.call('conversation.get', { id: 'c999' }).catch((error: unknown) => error)
  t.ok(failure instanceof KinboxError)
  t.match(failure, { kind: 'not_found', code: -32003, retryable: false })
})
