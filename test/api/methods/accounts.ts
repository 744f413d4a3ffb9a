import t from 'tap'
import { until } from '../../connectors/account.ts'
import { secret } from '../../fixtures/network.ts'
import { openStage, own } from './stage.ts'
import type { Account } from './stage.ts'

type Identity = { id: string, kind: string, address: string, name: string | null, signature: string | null, accountId: string | null, rev: number }

t.test('account.kinds, discover and list: what there is, never a secret', async (t) => {
  const { call, refused, accounts } = await openStage(t)
  const { items } = await call<{ items: { kind: string, channel: string, reaches: string[], settings: { properties: Record<string, { secret?: boolean }> } }[] }>('account.kinds')
  t.match(items.find(({ kind }) => kind === 'letters'), { channel: 'email', reaches: ['email'], settings: { properties: { secret: { secret: true } } } })
  t.equal(items.some(({ kind }) => kind === 'email'), true, 'the networks that come along are listed too')
  t.same(await call('account.discover', { kind: 'letters', address: 'ada@example.org' }), { items: [{ own: 'ada@example.org' }] })
  t.match(await refused('account.discover', { kind: 'semaphore', address: 'x' }), { kind: 'invalid_params', message: /There are: .*letters/ })
  t.match(await refused('account.discover', { kind: '../../etc', address: 'x' }), { kind: 'invalid_params' })
  const list = await call<{ items: Account[] }>('account.list')
  t.match(list.items, [{ id: accounts.mail, kind: 'letters', name: own, addresses: [{ kind: 'email', address: own }], status: 'live', error: null, gaps: [] }, { id: accounts.sms }])
  t.match(await call('account.status', { id: accounts.mail }), { status: 'live' })
  t.equal(JSON.stringify([list, items]).includes(secret), false)
  t.match(await refused('account.status', { id: 'a999' }), { kind: 'not_found' })
})

t.test('account.put: a name, an address, a secret that stays', async (t) => {
  const { call, refused, mail, accounts, settled, network } = await openStage(t)
  const id = accounts.mail
  const live = async (do_: () => Promise<unknown>, wire = mail) => {
    const before = wire.opened
    const answer = await do_()
    await until('a fresh session', () => wire.opened > before && wire.open)
    return answer
  }
  t.match(await live(() => call('account.put', { id, name: 'My letters' })), { id, name: 'My letters' })
  t.match(await live(() => call('account.put', { id, settings: { own } })), { addresses: [{ address: own }] }, 'the secret that was left out is kept: it is live again')
  t.match(await live(() => call('account.put', { id, settings: { own: 'ada@alias.example' } }), network.wire('ada@alias.example')), { addresses: [{ address: 'ada@alias.example' }] })
  t.equal(mail.open, false)
  await settled('an account with another address')

  const now = (await call<{ items: Account[] }>('account.list')).items.find((one) => one.id === id)
  const stale = await refused('account.put', { id, name: 'Other', ifRev: 1 })
  t.equal(stale.kind, 'conflict')
  t.same(stale.detail, now, 'a conflict carries the account as clients see it, and no inner row')

  const wrong: [object, string, RegExp][] = [
    [{}, 'invalid_params', /kind and settings/],
    [{ kind: 'letters' }, 'invalid_params', /kind and settings/],
    [{ kind: 'semaphore', settings: {} }, 'invalid_params', /no connector "semaphore".*There are:/],
    [{ kind: 'letters', settings: {} }, 'invalid_params', /settings.*own/],
    [{ kind: 'letters', settings: { own: 'x' } }, 'invalid_params', /secret/],
    [{ kind: 'letters', settings: { own: 5, secret: 'hush' } }, 'invalid_params', /settings\.own/],
    [{ kind: 'letters', settings: { own, secret: 'hush', colour: 'red' } }, 'invalid_params', /settings.*account\.kinds/],
    [{ kind: 'letters', settings: { own: 'not an address', secret: 'hush' } }, 'invalid_params', /"not an address" is not an e-mail address: write it alone/],
    [{ kind: 'letters', settings: null }, 'invalid_params', /settings/],
    [{ kind: 'letters', settings: 'hush' }, 'invalid_params', /settings/],
    [{ id, kind: 'texts' }, 'conflict', /of the kind "letters"/],
    [{ id: 'a999', name: 'x' }, 'not_found', /account/],
    [{ id: 'm1', name: 'x' }, 'not_found', /account/]
  ]
  for (const [params, kind, message] of wrong) {
    const error = await refused('account.put', params)
    t.match(error, { kind, message }, JSON.stringify(params))
    t.equal(error.message.includes('hush'), false, 'a wrong value is not repeated: it may be a secret')
  }
  t.equal((await call<{ items: Account[] }>('account.list')).items.length, 2)
})

t.test('account.put once: who is connected already is not connected again, however many ask at once', async (t) => {
  const { call, refused, accounts, house } = await openStage(t)
  const now = (await call<{ items: Account[] }>('account.list')).items.find(({ id }) => id === accounts.mail)
  t.match(await refused('account.put', { kind: 'letters', settings: { own, secret }, once: true }), { kind: 'conflict', message: /ada@example\.org is connected already/, detail: now })
  const clients = await Promise.all(Array.from({ length: 8 }, () => house.client()))
  const added = await Promise.allSettled(clients.map((client) => client.call<Account>('account.put', { kind: 'letters', settings: { own: 'new@example.org', secret }, once: true })))
  t.same(added.map(({ status }) => status).sort(), ['fulfilled', ...Array.from({ length: 7 }, () => 'rejected')])
  t.equal((await call<{ items: Account[] }>('account.list')).items.length, 3)
  const { id } = await call<Account>('account.put', { id: accounts.mail, settings: { own, secret }, once: true })
  t.equal(id, accounts.mail, 'what is there is changed as ever')
  await call('account.remove', { id })
  t.match(await call('account.put', { kind: 'letters', settings: { own, secret }, once: true }), { name: own }, 'what was removed may come back')
  t.match(await call('account.put', { kind: 'letters', settings: { own, secret } }), { name: own }, 'who does not ask for it may have two')
})

t.test('account.test: tries and says what is wrong; nothing stays', async (t) => {
  const { call, refused, accounts, network, mail } = await openStage(t)
  const wire = network.wire('new@example.org')
  const settings = { own: 'new@example.org', secret }
  t.same(await call('account.test', { kind: 'letters', settings }), { ok: true })
  t.same([wire.opened, wire.open], [1, false])
  t.match(await call('account.test', { kind: 'letters', settings: { ...settings, secret: 'wrong' } }), { ok: false, error: { code: 'wrong-password', text: /Enter the right one/ } })
  wire.refuses = { code: 'down', text: 'The network is down. Try again later.', retry: 'later' }
  t.match(await call('account.test', { kind: 'letters', settings }), { ok: false, error: { code: 'down', text: /Try again later/ } })
  t.same(await call('account.test', { id: accounts.sms }), { ok: true }, 'an account that is connected, as it is stored')
  t.match(await call('account.test', { id: accounts.sms, settings: { own: '+15005550006', secret: 'wrong' } }), { ok: false }, 'other settings for it')
  t.match(await refused('account.test', { kind: 'letters', settings: { own: 1 } }), { kind: 'invalid_params' })
  t.match(await refused('account.test', {}), { kind: 'invalid_params' })
  t.match(await refused('account.test', { id: 'a999' }), { kind: 'not_found' })
  t.match(await refused('account.test', { id: accounts.sms, kind: 'letters' }), { kind: 'conflict' })
  t.same((await call<{ items: Account[] }>('account.list')).items.map(({ id, status }) => [id, status]), [[accounts.mail, 'live'], [accounts.sms, 'live']])
  t.equal(mail.open, true)
})

t.test('account.resync and remove: nothing comes twice, and messages stay', async (t) => {
  const { call, refused, writes, mail, accounts, client, settled, list } = await openStage(t)
  const message = await writes('bob@friend.example', 'one', { messageId: 'one@friend.example' })
  const opened = mail.opened
  t.same(await call('account.resync', { id: accounts.mail }), {})
  await client.until(() => mail.opened > opened && mail.open)
  await mail.letters([{ sender: { kind: 'email', address: 'bob@friend.example', raw: 'bob@friend.example' }, recipients: [{ kind: 'email', address: own, role: 'to' }], text: 'one', messageId: 'one@friend.example' }], { places: ['box/1'], lane: 'history' })
  t.match(await list('other'), { items: [{ unread: 1, lastMessage: { id: message.id } }] })
  await settled('read again from the beginning')
  t.match(await refused('account.resync', { id: 'a999' }), { kind: 'not_found' })

  t.same(await call('account.remove', { id: accounts.mail }), {})
  await client.until(() => client.events.some(({ type, id }) => type === 'account.removed' && id === accounts.mail))
  t.equal(mail.open, false)
  t.match(await refused('account.status', { id: accounts.mail }), { kind: 'not_found' })
  t.match(await refused('account.remove', { id: accounts.mail }), { kind: 'not_found' })
  t.match(await call('message.get', { id: message.id }), { text: 'one', accountId: accounts.mail })
  await settled('an account less')
})

t.test('an account of imported files has no network to be connected to', async (t) => {
  const { house, call, refused } = await openStage(t)
  const { account: id } = await house.app.admin.importFiles({ user: 'ada', own: [], paths: [] }, { progress: () => {}, signal: new AbortController().signal })
  t.match(await refused('account.test', { id }), { kind: 'invalid_params' })
  t.match(await refused('account.put', { id, name: 'Old mail' }), { kind: 'invalid_params', message: /settings/ })
  t.match(await refused('account.resync', { id }), { kind: 'invalid_params', message: /settings/ })
  t.match(await call('account.status', { id }), { status: 'stopped', error: null })
})

t.test('identity: the user\'s own addresses', async (t) => {
  const { call, refused, accounts, client } = await openStage(t)
  const list = async () => (await call<{ items: Identity[] }>('identity.list')).items
  t.match(await list(), [{ address: own, accountId: accounts.mail }, { address: '+15005550006', accountId: accounts.sms }])
  const alias = await call<Identity>('identity.put', { kind: 'email', address: 'Ada@ALIAS.example', name: 'Ada' })
  t.match(alias, { address: 'ada@alias.example', name: 'Ada', signature: null, accountId: null, rev: 1 })
  t.match(await call('identity.put', { id: alias.id, signature: 'Ada, Kinbox' }), { name: 'Ada', signature: 'Ada, Kinbox', rev: 2 })
  t.match(await call('identity.put', { id: alias.id, name: null, ifRev: 2 }), { name: null, signature: 'Ada, Kinbox', rev: 3 })
  await client.until(() => client.events.some(({ type, rev }) => type === 'identity.changed' && rev === 3))
  const stale = await refused('identity.put', { id: alias.id, name: 'x', ifRev: 1 })
  t.same([stale.kind, stale.detail], ['conflict', (await list()).at(-1)], 'a conflict carries the address as clients see it')
  t.match(await refused('identity.put', { kind: 'email', address: own }), { kind: 'conflict', message: /own already/ })
  t.match(await refused('identity.put', { kind: 'email', address: 'nobody' }), { kind: 'invalid_params', message: /"nobody" is not an e-mail address/ })
  t.match(await refused('identity.put', { kind: 'smoke', address: 'x' }), { kind: 'invalid_params', message: /no network here knows addresses of the kind "smoke"/ })
  t.match(await refused('identity.put', { address: 'x@example.org' }), { kind: 'invalid_params', message: /kind and params\.address/ })
  t.match(await refused('identity.put', { id: 'i999', name: 'x' }), { kind: 'not_found' })
  t.match(await refused('identity.delete', { id: (await list())[0]!.id }), { kind: 'conflict', message: /belongs to an account/ })
  t.same(await call('identity.delete', { id: alias.id }), {})
  t.match(await refused('identity.delete', { id: alias.id }), { kind: 'not_found' })
  await client.until(() => client.events.some(({ type, id, data }) => type === 'identity.removed' && id === alias.id && data === undefined))
})
