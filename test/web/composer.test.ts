import t from 'tap'
import { drafts, isEmpty } from '../../web/src/composer/drafts.ts'
import { kindOfAddress } from '../../web/src/composer/recipient.ts'
import { nextWay, wayKey, waysOf, wishFor } from '../../web/src/composer/ways.ts'
import type { Resolved } from '../../web/src/composer/ways.ts'

const from = { kind: 'email', address: 'ada@example.org' }
const way = (accountId: string, channel: string, ...to: string[]) => ({ accountId, channel, from, to: to.map((address) => ({ kind: 'email', address })) })
const resolved = (chosen: ReturnType<typeof way>, others: (ReturnType<typeof way> & { ok: boolean, whyNot?: string })[]): Resolved => ({
  via: chosen, because: { rule: 'last-channel', text: 'Their last message came by email', evidence: [] }, parts: 1, cost: 0, alternatives: others.map((one) => ({ ...one, parts: 2, cost: 2 }))
})

t.test('the ways of a message: first the chosen one, then what can be, then what cannot and why', async (t) => {
  const all = waysOf(resolved(way('a1', 'email', 'alice@friend.example'), [{ ...way('a3', 'chat', 'alice@chat.example'), ok: false, whyNot: 'They are not there' }, { ...way('a2', 'sms', '+4915112345678'), ok: true }]))
  t.same(all.map(({ channel, ok, chosen }) => [channel, ok, chosen]), [['email', true, true], ['sms', true, false], ['chat', false, false]])
  t.equal(all[2]!.whyNot, 'They are not there')
  t.equal(all[1]!.cost, 2)
})

t.test('one key goes through all possible ways and comes back', async (t) => {
  const three = [way('a1', 'email', 'alice@friend.example'), way('a2', 'sms', '+4915112345678'), way('a3', 'chat', 'alice@chat.example')]
  const seen: string[] = []
  let chosen = three[1]!
  for (let i = 0; i < 4; i++) {
    seen.push(chosen.channel)
    const next = nextWay(waysOf(resolved(chosen, three.filter((one) => one !== chosen).map((one) => ({ ...one, ok: true })))))!
    chosen = three.find((one) => one.accountId === next.accountId)!
  }
  t.same(seen, ['sms', 'chat', 'email', 'sms'])
  t.equal(nextWay(waysOf(resolved(three[0]!, [{ ...three[1]!, ok: false }]))), null, 'what is impossible is no other way')
  t.same(wishFor(waysOf(resolved(three[0]!, []))[0]!), { accountId: 'a1', channel: 'email', address: 'alice@friend.example' })
  const [group] = waysOf(resolved(way('a1', 'email', 'alice@friend.example', 'bob@friend.example'), []))
  t.same(wishFor(group!), { accountId: 'a1', channel: 'email' }, 'a group is no address')
  t.equal(wayKey(group!), 'a1 email alice@friend.example, bob@friend.example')
})

t.test('drafts stay on the device until they are empty', async (t) => {
  const kept = new Map<string, string>()
  const shelf = { getItem: (key: string) => kept.get(key) ?? null, setItem: (key: string, value: string) => void kept.set(key, value), removeItem: (key: string) => void kept.delete(key) }
  const all = drafts(shelf)
  t.same(all.get('c4'), { text: '' })
  all.put('c4', { text: 'Half a sen', files: [{ id: 'b1', name: 'a.txt', contentType: 'text/plain', size: 3 }] })
  all.put('c5', { text: 'Another' })
  t.equal(drafts(shelf).get('c4').text, 'Half a sen')
  t.equal(drafts(shelf).get('c4').files?.[0]?.id, 'b1')
  all.put('c4', { text: ' ' })
  t.same([...kept.keys()], ['kinbox.draft.c5'])
  t.equal(isEmpty({ text: '', way: { accountId: 'a1', channel: 'sms' } }), true, 'a choice alone is nothing to miss')
  t.equal(isEmpty({ text: '', subject: 'Boat' }), false)
  for (const broken of ['{', '7', '[]', '{"text":5}', 'null']) {
    kept.set('kinbox.draft.c9', broken)
    t.same(all.get('c9'), { text: '' }, broken)
  }
  const full = drafts({ ...shelf, setItem() { throw new Error('QuotaExceededError') }, getItem() { throw new Error('SecurityError') } })
  full.put('c4', { text: 'x' })
  t.same(full.get('c4'), { text: '' }, 'a full or forbidden shelf disturbs nobody')
})

t.test('what kind of address somebody typed', async (t) => {
  t.equal(kindOfAddress(' alice@friend.example '), 'email')
  t.equal(kindOfAddress('+49 151 1234-5678'), 'phone')
  for (const other of ['', 'alice', 'alice@friend', '015112345678', '+12', 'a b@friend.example']) t.equal(kindOfAddress(other), null, other)
})
