import t from 'tap'
import fc from 'fast-check'
import { fitting, sameTarget } from '../../src/model/rule.ts'
import type { UserRule } from '../../src/model/rule.ts'
import { openHouse } from '../fixtures/house.ts'
import { playNetwork, secret } from '../fixtures/network.ts'

type Moves = { messages: number, items: { message: { id: string }, to: string }[], nextCursor: string | null }
type Shown = { id: string, folder: string, blocked: boolean, stream?: string }

t.test('the most specific rule decides', async (t) => {
  const rule = (scope: UserRule['scope'], value: string, action: UserRule['action'] = 'inbox'): UserRule => ({ id: 1, scope, kind: scope === 'list' ? '' : 'email', value, action, stream: null, origin: 'user', at: 1, rev: 1 })
  const all = [rule('address', 'bob@mail.shop.example'), rule('domain', 'shop.example'), rule('domain', 'mail.shop.example'), rule('list', 'l.example'), rule('domain', 'evil.test', 'block')]
  const find = (target: Parameters<typeof sameTarget>[0]) => all.find((one) => sameTarget(one, target))
  for (const [address, list, value] of [
    ['bob@mail.shop.example', null, 'bob@mail.shop.example'], ['carol@mail.shop.example', null, 'mail.shop.example'], ['dave@a.b.shop.example', null, 'shop.example'], ['dave@notshop.example', null, undefined], ['shop.example@evil.example', null, undefined],
    ['bob@mail.shop.example', 'l.example', 'l.example'], ['bob@mail.shop.example', 'other.example', undefined], ['x@evil.test', 'other.example', 'evil.test'], [null, null, undefined], [null, 'l.example', 'l.example']
  ] as const) t.equal(fitting(find, { kind: 'email', address, list })?.value, value, `${address} ${list}`)
  t.equal(fitting(find, { kind: 'phone', address: '+4915112345678', list: null }), null)
})

t.test('what rule.simulate lists is what applying the rule moves, whatever the rule', async (t) => {
  const network = playNetwork(t)
  const house = await openHouse(t, { world: { connectors: network.connectors } })
  const client = await house.client()
  await house.connectAccount(client, 'letters', { own: 'ada@home.example', secret })
  const people = ['alice@friend.example', 'bob@friend.example', 'carol@mail.friend.example', 'dave@far.example', 'mallory@evil.test']
  const levels = ['verified', 'weak', 'conflicting'] as const
  for (const [n, who] of [...people, ...people, ...people].entries()) {
    await network.wire('ada@home.example').letters([{
      sender: { kind: 'email', address: who, raw: who }, text: `number ${n}`, proof: { level: levels[n % 3]!, evidence: [] }, recipients: [{ kind: 'email', address: 'ada@home.example', role: 'to' }],
      ...(n % 7 === 3 ? { list: { id: 'club.example' }, automatic: 'list' as const } : n % 5 === 4 ? { automatic: 'notification' as const } : {})
    }])
  }
  const { items } = await client.call<{ items: { id: string, name: string }[] }>('contact.list')
  await client.call('friend.set', { contactId: items[0]!.id, friend: true })
  const spots = async () => {
    const found = new Map<string, string>()
    for (const ask of [{ folder: 'inbox' }, { folder: 'other' }, { folder: 'other', blocked: true }]) {
      for (const { id, folder, blocked, stream } of (await client.call<{ items: Shown[] }>('conversation.list', { ...ask, limit: 200 })).items) {
        for (const message of (await client.call<{ items: { id: string }[] }>('message.list', { conversationId: id })).items) found.set(message.id, blocked ? 'blocked' : folder === 'inbox' || stream === undefined ? folder : `other: ${stream}`)
      }
    }
    return found
  }
  const target = fc.oneof(
    fc.constantFrom(...people).map((value) => ({ scope: 'address', value })), fc.constantFrom('friend.example', 'mail.friend.example', 'evil.test', 'far.example').map((value) => ({ scope: 'domain', value })), fc.constant({ scope: 'list', value: 'club.example' }))
  const what = fc.constantFrom({ action: 'inbox' }, { action: 'other' }, { action: 'other', stream: 'later' }, { action: 'block' })
  let moved = 0
  await fc.assert(fc.asyncProperty(target, what, fc.boolean(), async (about, action, away) => {
    const before = await spots()
    const rules = (await client.call<{ items: { id: string }[] }>('rule.list')).items
    const removed = away ? rules[0] : undefined
    const asked = removed ? { without: removed.id } : { rule: { ...about, ...action } }
    const said = new Map<string, string>()
    for (let cursor: string | null | undefined; cursor !== null;) {
      const page: Moves = await client.call<Moves>('rule.simulate', { ...asked, limit: 4, ...(cursor ? { cursor } : {}) })
      for (const { message, to } of page.items) said.set(message.id, to)
      cursor = page.nextCursor
      if (cursor === null && said.size !== page.messages) throw new Error('the sum is not that of the list')
    }
    await client.call(removed ? 'rule.delete' : 'rule.put', removed ? { id: removed.id } : { ...about, ...action })
    const after = await spots()
    const went = [...after].filter(([id, spot]) => before.get(id) !== spot).sort()
    moved += went.length
    if (JSON.stringify(went) !== JSON.stringify([...said].sort())) throw new Error(JSON.stringify({ asked, went, said: [...said] }))
  }), { numRuns: 25, seed: 7, endOnFailure: true })
  t.equal(moved > 10, true, 'and something has moved')
})
