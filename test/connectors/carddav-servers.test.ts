import t from 'tap'
import { radicaleMissing } from '../servers/radicale.ts'
import { card, street } from './carddav-street.ts'
import type { Account, Contact } from './carddav-street.ts'

const changes = (body: string) => body.includes('sync-collection')
const hasToken = (body: string) => changes(body) && /<[^>]*sync-token>[^<]+</.test(body)
const expired = '<?xml version="1.0"?><D:error xmlns:D="DAV:"><D:valid-sync-token/></D:error>'

t.test('a token for changes that the server has forgotten leads to a whole reading', { skip: radicaleMissing }, async (t) => {
  let tokens = 0
  const { server, named, until } = await street(t, {}, (method, body) => {
    if (method === 'REPORT' && hasToken(body)) tokens++
    return null
  })
  await until('the book is read, and asked for changes', async () => await named('Bob') && tokens > 0)
  // It looks every 600 ms, and whatever it asks with is unknown by then.
  server.forgetTokens()
  await server.put('bob.vcf', null)
  await server.put('carol.vcf', card('carol', ['FN:Carol', 'EMAIL:carol@friend.example']))
  server.forgetTokens()
  t.match(await until('who is new is here', () => named('Carol')), { friend: 'friend' })
  await until('who was deleted is gone', async () => await named('Bob') === undefined)
  t.match(await named('Alice Example'), { friend: 'friend' })
})

t.test('the same where it is refused with 403 or 409, as RFC 6578 section 3.2 has it', { skip: radicaleMissing }, async (t) => {
  let tokens = 0
  const { server, named, until } = await street(t, {}, (method, body) => method === 'REPORT' && hasToken(body) ? { status: tokens++ % 2 ? 403 : 409, body: expired } : null)
  await until('the book is read', () => named('Bob'))
  for (const name of ['Carol', 'Dave']) {
    const before = tokens
    await server.put(`${name}.vcf`, card(name, [`FN:${name}`, `EMAIL:${name}@friend.example`]))
    await until(`${name} is here`, () => named(name))
    // It may have been refused just before; then the next look asks with one again.
    await until('it has asked with a token', () => tokens > before)
  }
  await server.put('bob.vcf', null)
  await until('who was deleted is gone', async () => await named('Bob') === undefined)
  t.match(await named('Alice Example'), { friend: 'friend' })
})

for (const status of [501, 403]) {
  t.test(`a server that cannot tell what has changed (${status}) is read by the versions of its cards, both ways`, { skip: radicaleMissing }, async (t) => {
    const { server, client, accountId, named, until } = await street(t, {}, (method, body) => method === 'REPORT' && changes(body) ? { status } : null)
    const alice = await until('Alice', () => named('Alice Example'))
    await server.put('bob.vcf', card('bob', ['FN:Bob the climber', 'EMAIL:bob@friend.example']))
    await until('what was changed there is here', () => named('Bob the climber'))
    await client.call('contact.put', { id: alice.id, notes: 'has moved' })
    await until('what was changed here is there', () => server.cards().get('alice.vcf')?.includes('has moved'))
    await server.put('bob.vcf', null)
    await until('who was deleted is gone', async () => await named('Bob the climber') === undefined)
    const { rev } = await client.call<Contact>('contact.get', { id: alice.id })
    await server.put('dave.vcf', card('dave', ['FN:Dave', 'EMAIL:dave@friend.example']))
    await until('Dave', () => named('Dave'))
    t.equal((await client.call<Contact>('contact.get', { id: alice.id })).rev, rev, 'a card of the same version changes nothing')
    t.match(await client.call('account.status', { id: accountId }), { status: 'live' })
  })
}

t.test('the password is changed at the server meanwhile: it asks for it, and goes on where it was', { skip: radicaleMissing }, async (t) => {
  const { server, client, accountId, named, until } = await street(t)
  const alice = await until('Alice', () => named('Alice Example'))
  const status = () => client.call<Account>('account.status', { id: accountId })
  await server.setPassword('another-sesame')
  t.match(await until('it asks', async () => { const one = await status(); return one.status === 'login-needed' && one }), { error: { code: 'wrong-password', text: /Enter the right ones/ } })
  await client.call('contact.put', { id: alice.id, notes: 'written while it was shut' })
  await server.put('bob.vcf', card('bob', ['FN:Bob the climber', 'EMAIL:bob@friend.example']))
  await client.call('account.put', { id: accountId, settings: { url: server.url, user: server.user, password: 'another-sesame', minutes: 0.01 } })
  await until('it is live', async () => (await status()).status === 'live')
  await until('what was changed there is here', () => named('Bob the climber'))
  await until('and what was changed here is there', () => server.cards().get('alice.vcf')?.includes('written while it was shut'))
})
