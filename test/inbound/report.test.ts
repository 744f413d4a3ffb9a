import t from 'tap'
import { isBelieved } from '../../src/inbound/report.ts'
import type { Reporter } from '../../src/inbound/report.ts'
import type { ProofLevel } from '../../src/model/proof.ts'

const mail = (address: string) => ({ kind: 'email', address })
const alice = mail('alice@friend.example')
const own = [mail('ada@example.org')]
const by = (address: string | null, level: ProofLevel): Reporter => ({ sender: { kind: 'email', address, raw: address ?? '' }, proof: { level, evidence: [] } })

t.test('what a report says about one of several recipients', async (t) => {
  const both = [alice, mail('mallory@evil.test')]
  const cases: [string, Reporter, boolean][] = [
    ['the recipient\'s own domain, proven', by('mailer-daemon@friend.example', 'verified'), true],
    ['a host of it, proven', by('mailer-daemon@mx.friend.example', 'verified'), true],
    ['the user\'s own domain, proven', by('mailer-daemon@example.org', 'verified'), true],
    ['the network itself', null, true],
    ['another recipient, proven to be himself', by('mallory@evil.test', 'verified'), false],
    ['the recipient\'s own domain, not proven', by('mailer-daemon@friend.example', 'weak'), false],
    ['a domain that only ends alike', by('mailer-daemon@evilfriend.example', 'verified'), false],
    ['the domain above all', by('mailer-daemon@example', 'verified'), false],
    ['nobody', by(null, 'unverified'), false]
  ]
  for (const [name, reporter, believed] of cases) t.equal(isBelieved(reporter, alice, both, own), believed, name)
})

t.test('the id of a mail to one person is known to that person alone: any report is believed', async (t) => {
  t.equal(isBelieved(by('mailer-daemon@relay.test', 'weak'), alice, [alice], own), true)
  t.equal(isBelieved(by('mailer-daemon@relay.test', 'weak'), alice, [alice, { ...alice }], own), true, 'named twice')
})
