import t from 'tap'
import type { Letter } from '../fixtures/network.ts'
import { from, number, openStage, own } from '../api/methods/stage.ts'
import type { Message, Stage } from '../api/methods/stage.ts'

const proven: Letter = { proof: { level: 'verified', evidence: ['signed'], covers: ['to', 'cc'] } }
const cc = (address: string): NonNullable<Letter['recipients']> => [{ kind: 'email', address: own, role: 'to' }, { kind: 'email', address, role: 'cc' }]
const club = { automatic: 'list' as const, list: { id: 'club.list.example', name: 'Club' } }
const forged: Letter = { proof: { level: 'conflicting', evidence: [] } }

/** What Bob writes among others: with Alice, and on a list, proven, not proven, and of a time before the account. */
async function amongOthers({ call, mail, client }: Stage, conversations: string[]): Promise<Message[]> {
  const letter = (text: string, more: Letter): Letter => ({ sender: from('Bob <bob@friend.example>'), recipients: [{ kind: 'email', address: own, role: 'to' }], text, ...proven, ...more })
  await mail.letters([letter('with Alice', { recipients: cc('alice@friend.example') }), letter('on the list', club), letter('forged on the list', { ...club, ...forged })])
  await mail.letters([letter('long ago on the list', club)], { lane: 'history', at: Date.UTC(2020, 1, 1) })
  const { asOf } = await call<{ asOf: number }>('sync.snapshot')
  await client.until(() => client.seq() >= asOf)
  const lists = await Promise.all(conversations.map((conversationId) => call<{ items: Message[] }>('message.list', { conversationId, limit: 200 })))
  return lists.flatMap(({ items }) => items).filter(({ sender }) => sender.address === 'bob@friend.example')
}

const folded = async ({ call }: Stage, messages: Message[]) => (await Promise.all(messages.map(({ id }) => call<Message>('message.get', { id })))).filter((message) => message.folded === true).length

/** A group and a list in which others have written. */
async function open(stage: Stage): Promise<string[]> {
  const group = await stage.writes('Alice <alice@friend.example>', 'the three of us', { ...proven, recipients: cc('bob@friend.example') })
  const list = await stage.writes('Carol <carol@list.example>', 'to all', { ...proven, ...club })
  return [group.conversationId, list.conversationId]
}

t.test('what a rule has folded among others is as it was when the rule is gone, whatever the rule is about', async (t) => {
  const stage = await openStage(t)
  const { call, settled } = stage
  const places = await open(stage)
  const rule = (scope: string, value: string, action = 'block') => call<{ id: string }>('rule.put', { scope, value, action })
  const { id: address } = await rule('address', 'bob@friend.example')
  const messages = await amongOthers(stage, places)
  t.same([messages.length, await folded(stage, messages)], [4, 4])
  await call('rule.delete', { id: address })
  t.equal(await folded(stage, messages), 0, 'the rule about the address is gone')
  await settled('an address')

  await rule('domain', 'friend.example')
  t.equal(await folded(stage, [...messages, ...await amongOthers(stage, places)]) >= 3, true)
  await rule('address', 'bob@friend.example', 'other')
  t.equal(await folded(stage, await amongOthers(stage, places)), 0, 'a rule that says more of him stands before the one about the domain')
  await settled('a domain')
})

t.test('two that block him: what is folded stays so until both have ended', async (t) => {
  const stage = await openStage(t)
  const { call, writes, settled } = stage
  const places = await open(stage)
  const bob = await writes('Bob <bob@friend.example>', 'hi', proven)
  const { id } = await call<{ id: string }>('rule.put', { scope: 'address', value: 'bob@friend.example', action: 'block' })
  await call('contact.block', { id: bob.sender.contactId, blocked: true })
  const messages = await amongOthers(stage, places)
  await call('contact.block', { id: bob.sender.contactId, blocked: false })
  t.equal(await folded(stage, messages), 4, 'the rule blocks him still')
  await call('rule.delete', { id })
  t.equal(await folded(stage, messages), 0)
  await settled('both ended')
})

t.test('what the screener has blocked is unfolded by undoing it', async (t) => {
  const stage = await openStage(t)
  const { call, writes, settled } = stage
  const places = await open(stage)
  const bob = await writes('Bob <bob@friend.example>', 'hi', proven)
  for (const scope of ['sender', 'domain']) {
    const { decided: [done] } = await call<{ decided: { id: string }[] }>('screener.decide', { ids: [bob.conversationId], decision: 'block', scope })
    const messages = await amongOthers(stage, places)
    t.equal(await folded(stage, messages) >= 3, true, scope)
    await call('screener.undo', { id: done!.id })
    t.equal(await folded(stage, messages), 0, scope)
    await settled(scope)
  }
})

t.test('joined with somebody, or parted from them: folded as long as whoever wrote it is blocked now', async (t) => {
  const stage = await openStage(t)
  const { call, writes, settled } = stage
  const places = await open(stage)
  const bob = await writes('Bob <bob@friend.example>', 'hi', proven)
  const dave = await writes('Dave <dave@friend.example>', 'hi', proven)
  const [bobId, daveId] = [bob.sender.contactId!, dave.sender.contactId!]
  const before = (await amongOthers(stage, places)).slice(0, 1)
  await call('contact.block', { id: bobId, blocked: true })
  t.equal(await folded(stage, before), 1)
  const messages = await amongOthers(stage, places)
  const { mergeId } = await call<{ mergeId: string }>('contact.merge', { ids: [daveId, bobId] })
  t.equal(await folded(stage, messages), 0, 'Dave is not blocked')
  await call('contact.unmerge', { mergeId })
  const group = messages.filter(({ conversationId }) => conversationId === places[0])
  t.equal(await folded(stage, group), group.length, 'Bob is')
  await settled('merged and parted')
  await call('contact.link', { id: bobId, kind: 'phone', address: '+15005550007' })
  await call('contact.unlink', { id: bobId, kind: 'email', address: 'bob@friend.example' })
  t.equal(await folded(stage, messages), 0, 'the address is somebody else\'s now')
  await call('contact.link', { id: bobId, kind: 'email', address: 'bob@friend.example' })
  t.equal(await folded(stage, group), group.length, 'and his again')
  await settled('linked again')
  t.ok(number)
})

t.test('whom a rule blocks is told nothing either', async (t) => {
  const stage = await openStage(t)
  const { call, mail, sms } = stage
  const told = () => Promise.all([mail.mayTell({ kind: 'email', address: 'bob@shop.example' }), sms.mayTell({ kind: 'phone', address: '+15005550007' })])
  t.same(await told(), [true, true])
  const { id } = await call<{ id: string }>('rule.put', { scope: 'domain', value: 'shop.example', action: 'block' })
  await call('rule.put', { scope: 'address', kind: 'phone', value: '+15005550007', action: 'block' })
  t.same(await told(), [false, false])
  await call('rule.delete', { id })
  t.same(await told(), [true, false])
})
