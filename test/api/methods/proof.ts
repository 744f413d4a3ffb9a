import t from 'tap'
import { openStage } from './stage.ts'

t.test('account.proof: who checks the senders; nothing is proposed where nothing speaks for it', async (t) => {
  const { call, refused, accounts } = await openStage(t)
  t.same(await call('account.proof', { id: accounts.mail }), { server: null, proposal: null })
  t.match(await refused('account.proof', { id: 'a999' }), { kind: 'not_found' })
})

t.test('verifiedOnly: of all, and of one person', async (t) => {
  const { call, writes } = await openStage(t)
  await writes('Alice <alice@friend.example>', 'hello')
  const { items: [alice] } = await call<{ items: { id: string, verifiedOnly?: boolean }[] }>('contact.list', {})
  t.match(await call('contact.put', { id: alice!.id, verifiedOnly: true }), { verifiedOnly: true })
  t.equal('verifiedOnly' in await call<object>('contact.put', { id: alice!.id, verifiedOnly: false }), false)
  t.match(await call('settings.set', { verifiedOnly: true }), { verifiedOnly: true })
})
