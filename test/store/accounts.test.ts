import t from 'tap'
import type { Test } from 'tap'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { accountByHook, accountSettings, allAccounts, changeAccount, createAccount, getAccount, listAccounts, removeAccount, setBackfill, setCursor, updateStatus } from '../../src/store/accounts.ts'
import { eventsAfter } from '../../src/store/events.ts'
import type { Recording } from '../../src/store/events.ts'
import { deleteIdentity, isOwn, listIdentities, putIdentity } from '../../src/store/identities.ts'
import type { Seal } from '../../src/store/seal.ts'
import { addTestUser, tempStore } from '../fixtures/store.ts'

const settings = { host: 'mail.example.org', password: 'a secret of ada' }
const own = [{ kind: 'email', address: 'ada@example.org', name: 'Ada' }]

async function withAccount(t: Test): Promise<{ at: Recording, seal: Seal, ada: number, id: number, notified: number[], folder: string }> {
  const { store, seal, clock, folder } = await tempStore(t)
  const ada = await addTestUser(store, 'ada')
  const notified: number[] = []
  const at = { store, clock, notify: (userId: number) => void notified.push(userId) }
  const id = await createAccount(at, seal, { userId: ada, kind: 'post', name: 'Post', settings, own })
  return { at, seal, ada, id, notified, folder }
}

/** What a refusal looks like; every one has words. */
const refused = (kind: 'not_found' | 'conflict', detail?: object): { message: RegExp, kind: string, detail?: object } => ({ message: /^[A-Z].*\.$/, kind, ...(detail ? { detail } : {}) })

const types = (at: Recording, userId: number, after = 0): Promise<string[]> =>
  at.store.read(tx => eventsAfter(tx, userId, after, 100).map(event => `${event.type} ${event.object} ${event.rev}`))

t.test('an account is added with its identities and events, sealed', async t => {
  const { at, seal, ada, id, notified, folder } = await withAccount(t)
  const row = await at.store.read(tx => getAccount(tx, ada, id))
  t.match(row, { id, userId: ada, kind: 'post', name: 'Post', status: 'connecting', error: null, cursors: { live: null, history: null }, historyDone: false, backfill: null, rev: 1 })
  t.same(await at.store.read(tx => accountSettings(tx, seal, id)), settings)
  t.same(await at.store.read(tx => accountByHook(tx, row!.hook)), row)
  t.same(await types(at, ada), ['account.changed 1 1', 'identity.changed 1 1'])
  t.same(notified, [ada])
  t.equal(await at.store.read(tx => isOwn(tx, ada, own[0]!)), true)
  for (const name of ['kinbox.db', 'kinbox.db-wal']) t.equal((await readFile(join(folder, name))).includes(settings.password), false, name)
})

t.test('one user sees nothing of another', async t => {
  const { at, seal, id } = await withAccount(t)
  const bob = await addTestUser(at.store, 'bob')
  t.equal(await at.store.read(tx => getAccount(tx, bob, id)), undefined)
  t.same(await at.store.read(tx => listAccounts(tx, bob)), [])
  t.same(await at.store.read(tx => listIdentities(tx, bob)), [])
  await t.rejects(changeAccount(at, seal, { userId: bob, id, name: 'Mine' }), refused('not_found'))
  await t.rejects(removeAccount(at, { userId: bob, id }), refused('not_found'))
  await t.rejects(deleteIdentity(at, bob, 1), refused('not_found'))
  await t.rejects(putIdentity(at, bob, { id: 1, name: 'Mallory' }), refused('not_found'))
})

t.test('changing settings changes what is the user\'s own', async t => {
  const { at, seal, ada, id } = await withAccount(t)
  const next = { host: 'mail.example.org', password: 'another' }
  await changeAccount(at, seal, { userId: ada, id, ifRev: 1, settings: { value: next, own: [{ kind: 'email', address: 'ada@friend.example' }] } })
  t.same(await at.store.read(tx => accountSettings(tx, seal, id)), next)
  t.same((await at.store.read(tx => listIdentities(tx, ada))).map(({ address, accountId }) => [address, accountId]), [['ada@example.org', null], ['ada@friend.example', id]])
  await t.rejects(changeAccount(at, seal, { userId: ada, id, ifRev: 1, name: 'Late' }), refused('conflict', { rev: 2, name: 'Post' }))
  t.same(await types(at, ada, 2), ['account.changed 1 2', 'identity.changed 1 2', 'identity.changed 2 1'])
})

t.test('status, cursors and progress', async t => {
  const { at, ada, id, notified } = await withAccount(t)
  const error = { code: 'login', text: 'The password was refused: enter it again.' }
  await updateStatus(at, { userId: ada, id, status: 'login-needed', error })
  await updateStatus(at, { userId: ada, id, status: 'login-needed', error })
  t.same(notified, [ada, ada], 'saying it again is no change')
  await at.store.hot(tx => {
    const seen: string[] = []
    const changes = { add: (type: string) => void seen.push(type) }
    setCursor(tx, id, 'live', 'L1')
    setCursor(tx, id, 'history', 'H1')
    setBackfill(tx, changes, id, { done: 5, total: 10 }, false)
    setBackfill(tx, changes, id, { done: 5, total: 10 }, false)
    setBackfill(tx, changes, id, { done: 10, total: 10 }, true)
    t.same(seen, ['account.changed', 'account.changed'])
  })
  t.match(await at.store.read(tx => getAccount(tx, ada, id)), { status: 'login-needed', error, cursors: { live: 'L1', history: 'H1' }, backfill: { done: 10, total: 10 }, historyDone: true, rev: 4 })
})

t.test('a removed account is gone with its secrets; its addresses stay', async t => {
  const { at, seal, ada, id } = await withAccount(t)
  await removeAccount(at, { userId: ada, id })
  t.equal(await at.store.read(tx => getAccount(tx, ada, id)), undefined)
  t.same(await at.store.read(tx => allAccounts(tx)), [])
  await t.rejects(at.store.read(tx => accountSettings(tx, seal, id)), refused('not_found'))
  t.equal(await at.store.read(tx => tx.get<{ n: number }>('SELECT length(settings) AS n FROM account WHERE id = ?', id)?.n), 0)
  t.same((await at.store.read(tx => listIdentities(tx, ada))).map(identity => identity.accountId), [null])
})

t.test('identities by hand', async t => {
  const { at, ada } = await withAccount(t)
  const alias = await putIdentity(at, ada, { kind: 'email', address: 'countess@example.org', name: 'Ada' })
  await putIdentity(at, ada, { id: alias, signature: 'Ada', ifRev: 1 })
  t.match((await at.store.read(tx => listIdentities(tx, ada)))[1], { id: alias, accountId: null, name: 'Ada', signature: 'Ada', rev: 2 })
  await t.rejects(putIdentity(at, ada, { id: alias, name: null, ifRev: 1 }), refused('conflict', { rev: 2 }))
  await t.rejects(putIdentity(at, ada, { kind: 'email', address: 'ada@example.org' }), refused('conflict'))
  await t.rejects(deleteIdentity(at, ada, 1), refused('conflict'), 'it belongs to an account')
  await deleteIdentity(at, ada, alias)
  t.equal((await at.store.read(tx => listIdentities(tx, ada))).length, 1)
  t.same(await types(at, ada, 2), ['identity.changed 2 1', 'identity.changed 2 2', 'identity.removed 2 3'])
})
