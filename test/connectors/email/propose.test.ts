import t from 'tap'
import { propose } from '../../../connectors/email/propose.ts'

const mail = (i: number, results: string, { domain = `d${i % 7}.test`, received = 'mx.example.org' } = {}) => Buffer.from([`${results}`, `Received: from a.test by ${received} with ESMTPS; Mon, 2 Mar 2026 12:00:00 +0000`, `From: x@${domain}`, 'To: ada@example.org', '', 'x'].join('\r\n'))
const ours = (i: number) => mail(i, 'Authentication-Results: mx.example.org; dmarc=none')
const some = (count: number, make: (i: number) => Uint8Array) => Array.from({ length: count }, (_, i) => make(i))

t.test('the server whose results can be believed is proposed, with what speaks for it', async (t) => {
  const { settings, evidence } = propose(some(20, ours))!
  t.same(settings, { authserv: 'mx.example.org' })
  t.match(evidence[0], /^20 of the newest 20 mails, from 7 domains, bear results of mx\.example\.org/)
  t.match(evidence[1], /Confirm it only if/)
})

t.test('and none where nothing speaks for one', async (t) => {
  const cases: [string, Uint8Array[]][] = [
    ['too few', some(9, ours)],
    ['of one domain only', some(30, (i) => mail(i, 'Authentication-Results: mx.example.org; dmarc=none', { domain: 'evil.test' }))],
    ['of some only', [...some(15, ours), ...some(5, (i) => mail(i, 'X: y'))]],
    ['without DMARC', some(20, (i) => mail(i, 'Authentication-Results: mx.example.org; none'))],
    ['below what came from outside', some(20, (i) => mail(i, 'Received: from b.test by mx.example.org\r\nReceived: from c.test by mx.evil.test\r\nAuthentication-Results: mx.example.org; dmarc=pass', { received: 'mx.evil.test' }))],
    ['of another server than the one that took it in', some(20, (i) => mail(i, 'Authentication-Results: mx.evil.test; dmarc=pass'))],
    ['no mail at all', []]
  ]
  for (const [name, raws] of cases) t.equal(propose(raws), null, name)
})
