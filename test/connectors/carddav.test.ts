import t from 'tap'
import { radicaleMissing } from '../servers/radicale.ts'
import { card, street } from './carddav-street.ts'
import type { Account, Contact } from './carddav-street.ts'

const email = (address: string) => ({ kind: 'email', address })

t.test('an address book, both ways, with a real server', { skip: radicaleMissing }, async (t) => {
  const { server, client, house, named, until, wire } = await street(t)
  const alice = await until('Alice is taken in', () => named('Alice Example'))
  t.match(alice, { friend: 'friend', addresses: [email('alice@friend.example'), { kind: 'phone', address: '+4915112345678' }], photo: String })
  t.match(await until('Bob', () => named('Bob')), { friend: 'friend', notes: 'climbs' })
  t.equal(await named('The bank'), undefined, 'whom nobody can reach is no contact')
  const { path } = await client.call<{ path: string }>('blob.url', { id: alice.photo })
  t.equal((await fetch(new URL(path, house.app.url))).headers.get('content-type'), 'image/jpeg')
  await wire.letters([{ sender: { kind: 'email', address: 'alice@friend.example', raw: 'alice@friend.example' }, recipients: [{ kind: 'email', address: 'ada@example.org', role: 'to' }], text: 'hi' }])
  t.match(await client.call('conversation.list', { folder: 'inbox' }), { items: [{ contactId: alice.id }] }, 'a friend of the book is in the inbox')

  await client.call('contact.put', { id: alice.id, name: 'Alice Mountain', notes: 'has moved' })
  await client.call('contact.link', { id: alice.id, ...email('alice@work.example') })
  const written = await until('what was changed here is there', () => { const text = server.cards().get('alice.vcf'); return text?.includes('alice@work.example') && text.includes('Alice Mountain') && text.includes('has moved') && text })
  for (const kept of ['BDAY', 'PHOTO', 'Home', '+4915112345678', 'alice@friend.example']) t.match(written, kept, `${kept} is still in it`)

  await server.put('bob.vcf', card('bob', ['FN:Bob the climber', 'EMAIL:bob@friend.example', 'EMAIL:bob@work.example', 'NOTE:climbs']))
  const bob = await until('what was changed there is here', () => named('Bob the climber'))
  t.match(bob.addresses, [email('bob@friend.example'), email('bob@work.example')])
  await server.put('bob.vcf', card('bob', ['FN:Bob the climber', 'EMAIL:bob@friend.example', 'NOTE:climbs']))
  await until('an address taken away there is away here', async () => (await named('Bob the climber'))?.addresses.length === 1)
  await client.call('contact.unlink', { id: alice.id, ...email('alice@work.example') })
  await until('and one taken away here is away there', () => !server.cards().get('alice.vcf')!.includes('alice@work.example'))

  await server.put('bob.vcf', null)
  await until('who is deleted there and never wrote is gone here', async () => await named('Bob the climber') === undefined || (await named('Bob the climber'))?.friend === 'none')
  await server.put('alice.vcf', null)
  t.match(await until('who wrote stays, and is no friend by the book any more', async () => { const now = await client.call<Contact>('contact.get', { id: alice.id }); return now.friend === 'none' && now }), { name: 'Alice Mountain' })
})

t.test('changed in both places while the server was away: nothing is lost', { skip: radicaleMissing }, async (t) => {
  const { server, client, accountId, named, until } = await street(t)
  const alice = await until('Alice', () => named('Alice Example'))
  await until('nothing is to be written', async () => server.cards().get('alice.vcf')!.includes('Alice Example'))
  const text = server.cards().get('alice.vcf')!
  await server.stop()
  await until('the account says so', async () => client.events.some(({ type, data }) => type === 'account.changed' && (data as unknown as Account).id === accountId && (data as unknown as Account).status === 'retrying'))
  await client.call('contact.put', { id: alice.id, name: 'Alice of the hut', notes: 'written here' })
  await client.call('contact.link', { id: alice.id, ...email('alice@here.example') })
  await server.start()
  await server.put('alice.vcf', text.replace('FN:Alice Example', 'FN:Alice of the lake').replace('BDAY', 'NOTE:written there\r\nEMAIL:alice@there.example\r\nBDAY'))
  const both = await until('both changes are here', async () => {
    const now = await client.call<Contact>('contact.get', { id: alice.id })
    return now.addresses.some(({ address }) => address === 'alice@there.example') && now
  })
  t.match(both, { name: 'Alice of the hut' })
  for (const part of ['written here', 'written there', 'Alice of the lake']) t.match(both.notes, part)
  t.same(both.addresses.map(({ address }) => address).sort(), ['+4915112345678', 'alice@friend.example', 'alice@here.example', 'alice@there.example'])
  const there = await until('and there', () => { const now = server.cards().get('alice.vcf')!.replace(/\r?\n /g, ''); return now.includes('alice@here.example') && now })
  for (const part of ['written here', 'written there', 'Alice of the hut', 'alice@there.example']) t.match(there, part)
})

t.test('a wrong password asks for a login, the right one goes on; nobody befriended where the user does not want it', { skip: radicaleMissing }, async (t) => {
  const { server, client, accountId, named, until } = await street(t, { friends: false })
  t.match(await until('Alice', () => named('Alice Example')), { friend: 'none' })
  const status = () => client.call<Account>('account.status', { id: accountId })
  const settings = { url: server.book, user: server.user, minutes: 0.01 }
  await client.call('account.put', { id: accountId, settings: { ...settings, password: 'wrong' } })
  const now = await until('it asks', async () => { const one = await status(); return one.status === 'login-needed' && one })
  t.match(now.error, { code: 'wrong-password', text: /app password/ })
  await client.call('account.put', { id: accountId, settings: { ...settings, password: server.password } })
  await until('it is live', async () => (await status()).status === 'live')
  t.match(await client.call('account.test', { kind: 'carddav', settings: { url: server.url, user: server.user, password: server.password, book: 'Nobody' } }), { ok: false, error: { text: /People/ } })
})

t.test('friends are added to the book, and deleted with whoever is deleted here', { skip: radicaleMissing }, async (t) => {
  const { server, client, named, until } = await street(t, { addFriends: true })
  await until('the book is read', () => named('Bob'))
  const carol = await client.call<Contact>('contact.put', { name: 'Carol Stone', addresses: [email('carol@friend.example')] })
  t.equal([...server.cards().values()].some((text) => text.includes('carol@')), false, 'not as long as she is no friend')
  await client.call('friend.set', { contactId: carol.id, friend: true })
  await until('a new friend is in the book', () => [...server.cards().values()].some((text) => text.includes('carol@friend.example') && text.includes('N:Stone;Carol')))
  await client.call('contact.delete', { id: carol.id })
  await until('deleted here, deleted there', () => ![...server.cards().values()].some((text) => text.includes('carol@friend.example')))
  t.equal(server.cards().size, 3)
})
