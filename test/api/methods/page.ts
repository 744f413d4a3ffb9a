import t from 'tap'
import { secret } from '../../fixtures/network.ts'
import { clientId, openStage, own } from './stage.ts'
import type { Contact } from './stage.ts'

t.test('friend.candidates: whom the user writes to, most often first', async (t) => {
  const { call, writes, house } = await openStage(t)
  const candidates = async (more = {}) => (await call<{ items: { contact: Contact, written: number, received: number }[] }>('friend.candidates', more)).items.map(({ contact, written, received }) => [contact.name, contact.friend, written, received])
  t.same(await candidates(), [])
  for (const name of ['Alice', 'Bob', 'Carol']) await writes(`${name} <${name.toLowerCase()}@friend.example>`, 'hello')
  t.same(await candidates(), [], 'whoever only writes is none')
  const write = (address: string) => call('message.send', { clientId: clientId(), to: { kind: 'email', address }, text: 'hello' })
  for (const address of ['bob@friend.example', 'alice@friend.example', 'bob@friend.example', 'dave@friend.example', own]) await write(address)
  t.same(await candidates(), [['Bob', 'none', 2, 1], ['dave@friend.example', 'none', 1, 0], ['Alice', 'none', 1, 1]], 'not oneself; of two alike, who was written to last')
  t.same(await candidates({ limit: 1 }), [['Bob', 'none', 2, 1]])
  const [bob] = (await call<{ items: { contact: Contact }[] }>('friend.candidates', { limit: 1 })).items
  await call('friend.set', { contactId: bob!.contact.id, friend: true })
  t.same((await candidates())[0], ['Bob', 'friend', 2, 1])
  await house.addUser('bob')
  t.same(await (await house.client('bob')).call('friend.candidates'), { items: [] })
})

t.test('account.settings: what a form needs, without the secrets', async (t) => {
  const { call, refused, accounts } = await openStage(t)
  const told = await call('account.settings', { id: accounts.mail })
  t.same(told, { kind: 'letters', settings: { own }, secrets: ['secret'] })
  t.equal(JSON.stringify(told).includes(secret), false)
  await call('account.put', { id: accounts.mail, settings: told.settings })
  t.same(await call('account.settings', { id: accounts.mail }), told, 'put back as it was told, the secret stays')
  t.match(await refused('account.settings', { id: 'a999' }), { kind: 'not_found' })
})
