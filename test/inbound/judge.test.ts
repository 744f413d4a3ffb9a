import t from 'tap'
import { judge } from '../../src/inbound/identify.ts'
import type { ProofLevel } from '../../src/model/proof.ts'

const proof = (level: ProofLevel, temporary?: true) => ({ level, evidence: [], ...(temporary && { temporary }) })
const live = { verifiedAt: null, at: 100, history: false, own: false }

t.test('what suffices', async (t) => {
  const cases: [string, ReturnType<typeof judge>, [ProofLevel, boolean]][] = [
    ['verified', judge(proof('verified'), { ...live, strict: true, verifiedAt: 50 }), ['verified', true]],
    ['weak, never verified', judge(proof('weak'), live), ['weak', true]],
    ['weak, but wholly proven is asked for', judge(proof('weak'), { ...live, strict: true }), ['weak', false]],
    ['weak, verified before', judge(proof('weak'), { ...live, verifiedAt: 50 }), ['conflicting', false]],
    ['weak, verified later only', judge(proof('weak'), { ...live, verifiedAt: 150 }), ['weak', true]],
    ['weak, verified before, history', judge(proof('weak'), { ...live, verifiedAt: 50, history: true }), ['weak', true]],
    ['could not be checked, verified before', judge(proof('weak', true), { ...live, verifiedAt: 50 }), ['unverified', false]],
    ['cannot be checked yet', judge(proof('weak', true), { ...live, wait: true }), ['unverified', false]],
    ['one\'s own address, weak', judge(proof('weak'), { ...live, own: true }), ['unverified', false]],
    ['unverified', judge(proof('unverified'), live), ['unverified', false]],
    ['unverified, history', judge(proof('unverified'), { ...live, history: true }), ['unverified', false]],
    ['conflicting, history', judge(proof('conflicting'), { ...live, history: true }), ['conflicting', false]]
  ]
  for (const [name, { level, enough }, expected] of cases) t.same([level, enough], expected, name)
})
