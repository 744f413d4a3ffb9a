import { readFile } from 'node:fs/promises'
import t from 'tap'
import { choose } from '../../src/outbound/choose.ts'
import { aliceChat, aliceMail, alicePhone, both, byMail, cases, chat, input, mail, sms, stop } from './choose-cases.ts'

t.test('the way a message goes out', async (t) => {
  for (const [what, some, expected] of cases) {
    const choice = choose(input(some))
    const said = choice.ok ? `${choice.accountId} ${choice.to.map(({ address }) => address).join(',')} ${choice.because.rule}` : `error ${choice.kind}: ${choice.words}`
    t.equal(said, expected, what)
  }
})

t.test('the order of accounts and addresses does not matter', async (t) => {
  for (const [what, some] of cases) {
    const turned = choose(input({ ...some, accounts: [...some.accounts ?? []].reverse(), people: (some.people ?? []).map((addresses) => [...addresses].reverse()) }))
    const straight = choose(input(some))
    t.same(turned.ok && [turned.accountId, turned.to, turned.because], straight.ok && [straight.accountId, straight.to, straight.because], what)
  }
})

t.test('says what else there was, and why not', async (t) => {
  const choice = choose(input({ ...both, accounts: [mail('retrying'), sms(), chat()], people: [[aliceMail, alicePhone, aliceChat]], lastIn: byMail, unreachable: [stop] }))
  t.match(choice, {
    ok: true, accountId: 1, from: { kind: 'email', address: 'own1' },
    because: { rule: 'last-channel', text: 'Their last message came by email', evidence: ['alice@friend.example', 'email 1 is not connected just now; the message waits for it'] }
  })
  t.same(choice.alternatives.map(({ accountId, ok, whyNot }) => [accountId, ok, whyNot]), [
    [3, false, 'They cannot be written to from own3: they sent STOP'],
    [4, true, undefined]
  ])
})

t.test('the page says the same: the rules in their order, and every case', async (t) => {
  const page = await readFile(new URL('../../docs/choosing-a-channel.md', import.meta.url), 'utf8')
  const rows = (heading: string) => page.split(`## ${heading}\n`)[1]!.split('\n## ')[0]!.split('\n').filter((line) => line.startsWith('| ')).slice(1).map((line) => line.slice(2, -2).split(' | '))
  const choices = cases.map(([what, some]) => [what, choose(input(some))] as const)
  t.same(rows('The cases'), choices.map(([what, choice]) => choice.ok
    ? [what, `${choice.channel} to ${choice.to.map(({ address }) => address).join(', ')}`, choice.because.text]
    : [what, 'refused', choice.words]))
  const rules = choices.flatMap(([, choice]) => choice.ok ? [choice.because.rule] : [])
  t.same(rows('The rules').map(([rule]) => rule!.replaceAll('`', '')), ['asked', 'sticky', 'present', 'last-channel', 'only-way', 'cheapest', 'quickest', 'reaches'])
  t.same(new Set(rows('The rules').map(([rule]) => rule!.replaceAll('`', ''))), new Set(rules), 'every rule has a case')
})
