import t from 'tap'
import { connect } from '../fixtures/client.ts'
import { methods } from '../../src/api/registry.ts'
import { repeatable } from '../../sdk/repeat.ts'
import { clientId, openStage } from './methods/stage.ts'
import type { Contact } from './methods/stage.ts'

t.test('a text with a NUL is refused by its path, wherever it is, and is no mistake of the server', async (t) => {
  const { refused, writes, accounts, call } = await openStage(t)
  const { conversationId: id, sender: { contactId } } = await writes('Alice <alice@friend.example>', 'Hello')
  const { items: [own] } = await call<{ items: { id: string }[] }>('identity.list')
  for (const [method, params, path] of [
    ['token.create', { name: 'a\0b' }, 'params.name'],
    ['account.put', { id: accounts.mail, name: '\0' }, 'params.name'],
    ['identity.put', { id: own!.id, signature: 'Ada\0' }, 'params.signature'],
    ['contact.put', { id: contactId, via: { channel: '\0' } }, 'params.via.channel'],
    ['conversation.update', { id, labels: ['a', 'b\0'] }, 'params.labels[1]']
  ] as const) t.match(await refused(method, params), { kind: 'invalid_params', message: `${method}: ${path} holds a NUL character. Remove it` }, method)
})

t.test('a contact that was made and is gone since is not found when its request is repeated', async (t) => {
  const { call, refused } = await openStage(t)
  const request = { clientId: clientId(), name: 'Carol', addresses: [{ kind: 'email', address: 'carol@friend.example' }] }
  const { id } = await call<Contact>('contact.put', request)
  t.equal((await call<Contact>('contact.put', request)).id, id)
  await call('contact.delete', { id })
  t.match(await refused('contact.put', request), { kind: 'not_found', message: /deleted since/ })
  t.match(await refused('contact.put', { ...request, name: 'Dave' }), { kind: 'idempotency_mismatch' })
})

t.test('a rule that is gone since has no rev to match', async (t) => {
  const { call, refused } = await openStage(t)
  const wish = { scope: 'address', value: 'dave@evil.test', action: 'other' }
  const { id, rev } = await call<{ id: string, rev: number }>('rule.put', wish)
  await call('rule.delete', { id })
  t.match(await refused('rule.put', { ...wish, ifRev: rev }), { kind: 'conflict', message: /no such rule any more/ })
  t.match(await call('rule.list'), { items: [] })
})

t.test('blob.create takes what it says: 128 KiB, whole base64, a name like any upload', async (t) => {
  const { call, refused } = await openStage(t)
  const blob = { name: 'x', contentType: 'text/plain' }
  const most = Buffer.alloc(128 * 1024)
  t.match(await call('blob.create', { ...blob, base64: most.toString('base64') }), { size: most.length })
  t.match(await refused('blob.create', { ...blob, base64: Buffer.alloc(most.length + 1).toString('base64') }), { kind: 'too_large', message: /131072.*\/v1\/blobs/ })
  for (const base64 of ['A', 'AAAAA', 'AA=', 'AAA==']) t.match(await refused('blob.create', { ...blob, base64 }), { kind: 'invalid_params', message: /params\.base64/ }, base64)
  t.match(await call('blob.create', { ...blob, base64: '' }), { size: 0 })
  t.match(await call('blob.create', { ...blob, name: 'a/\u202egpj.exe', base64: 'AAAA' }), { name: 'gpj.exe' })
})

t.test('over HTTP: HEAD tells the size of a file, and a header that cannot be read is named', async (t) => {
  const { house, call } = await openStage(t)
  const { id } = await call<{ id: string }>('blob.create', { name: 'x', contentType: 'text/plain', base64: 'SGVsbG8=' })
  const { path } = await call<{ path: string }>('blob.url', { id })
  const head = await fetch(house.app.url + path, { method: 'HEAD' })
  t.same([head.status, head.headers.get('content-length'), head.headers.get('accept-ranges'), await head.text()], [200, '5', 'bytes', ''])
  const part = await fetch(house.app.url + path, { method: 'HEAD', headers: { range: 'bytes=1-2' } })
  t.same([part.status, part.headers.get('content-length'), part.headers.get('content-range')], [206, '2', 'bytes 1-2/5'])
  const wrong = await fetch(house.app.url + '/v1/blobs', { method: 'POST', headers: { authorization: `Bearer ${await house.token()}`, 'content-type': 'x' }, body: 'abc' })
  for (const body of ['', '{']) {
    const login = await fetch(house.app.url + '/v1/login', { method: 'POST', headers: { 'content-type': 'application/json' }, body })
    t.match([login.status, await login.json()], [400, { error: { kind: 'invalid_request', message: /the body is no JSON/ } }], body)
  }
  t.same([wrong.status, await wrong.json()], [400, { error: { kind: 'invalid_request', message: 'the header Content-Type names no media type: send one like text/plain, or leave it out' } }])
})

t.test('the examples of what goes out are of messages that go out', async (t) => {
  for (const name of ['message.send', 'message.cancel', 'message.retry', 'outbox.list']) {
    const { result } = methods.find((one) => one.name === name)!.example as { result: { items?: object[] } }
    t.match(result.items?.[0] ?? result, { direction: 'out', sender: { address: 'ada@example.org' }, recipients: [{ address: 'alice@friend.example' }], status: String, attempts: [{ status: String }] }, name)
  }
})

t.test('the client repeats every method that only reads after a cut, and none that does something anew', async (t) => {
  const once = methods.map(({ name }) => name).filter((name) => !repeatable(name, { id: 'x' }))
  t.same(once.sort(), [
    'account.remove', 'blob.create', 'contact.delete', 'contact.export', 'contact.import', 'contact.link', 'contact.merge', 'contact.unlink', 'contact.unmerge', 'friend.remove', 'identity.delete', 'invitation.answer',
    'message.cancel', 'message.retry', 'message.send', 'message.unsubscribe', 'outbox.resolve', 'rpc.cancel', 'rule.delete', 'screener.decide', 'screener.undo', 'screener.undoAll', 'session.hello', 'session.revoke',
    'token.create', 'token.revoke', 'topic.join', 'topic.split'
  ])
})

t.test('what is read up to a message is read in its own conversation only', async (t) => {
  const { call, refused, writes } = await openStage(t)
  const { conversationId: id } = await writes('Alice <alice@friend.example>', 'Not seen yet')
  const later = await writes('Bob <bob@friend.example>', 'Seen')
  t.match(await refused('conversation.markRead', { id, upTo: later.id }), { kind: 'not_found', message: 'there is no such message in this conversation' })
  t.match(await call('conversation.get', { id }), { unread: 1 })
  t.same(await call('conversation.markRead', { id: later.conversationId, upTo: later.id }), { marked: 1 })
  t.match(await refused('conversation.markUnread', { id, from: later.id }), { kind: 'not_found' })
})

t.test('a frame that is too large is answered with what to do instead', async (t) => {
  const { house } = await openStage(t)
  const client = await connect(house.app.url, { token: await house.token() })
  t.teardown(() => client.close())
  client.raw('x'.repeat(262_145))
  await client.closed
  t.match(client.stray.at(-1), { id: null, error: { message: /post files to \/v1\/blobs/, data: { kind: 'too_large' } } })
})
