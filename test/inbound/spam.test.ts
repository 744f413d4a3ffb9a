import t from 'tap'
import fc from 'fast-check'
import { count, enough, lessonOf, looksLikeSpam, nothingLearnt, placeOf, places, wordsOf } from '../../src/model/spam.ts'
import type { Learnt } from '../../src/model/spam.ts'

const mail = (text: string, subject: string | null = null, address: string | null = null) => ({ text, subject, address })
const learn = (learnt: Learnt, text: string, spam: boolean, by: 1 | -1 = 1) => count(learnt, lessonOf(wordsOf(mail(text))), spam, by)
const casino = 'Casino winnings are waiting, claim your bonus jackpot today'
const keys = 'Hello Ada, I found your keys at the climbing hall yesterday evening'

function taught(spam: number, good: number): Learnt {
  let learnt = nothingLearnt()
  for (let i = 0; i < spam; i++) learnt = learn(learnt, `${casino} number${i}`, true)
  for (let i = 0; i < good; i++) learnt = learn(learnt, `${keys} number${i}`, false)
  return learnt
}

t.test('words: each once, bounded, with the domain and where links lead', async (t) => {
  t.same(wordsOf(mail('Buy, buy at https://Shop.evil.test/x?y and 日本語のメール', 'Großes Angebot', 'x@evil.test')), ['from evil.test', 'link shop.evil.test', 'großes', 'angebot', 'buy', 'https', 'shop', 'evil', 'test', 'and', '日本語のメール'])
  t.equal(wordsOf(mail(Array.from({ length: 9000 }, (_, i) => 'word' + i).join(' '))).length <= 120, true)
  t.equal(wordsOf(mail('x'.repeat(1_000_000))).length <= 2, true)
  t.same(wordsOf(mail('')), [])
  t.equal(['', 'a', 'casino', 'é'].every((word) => placeOf(word) >= 0 && placeOf(word) < places), true)
})

t.test('nothing is judged before enough was learnt of both, then in words that say why', async (t) => {
  t.equal(looksLikeSpam(taught(enough - 1, enough), mail(casino)), null)
  t.equal(looksLikeSpam(taught(enough, enough - 1), mail(casino)), null)
  const learnt = taught(enough, enough)
  const why = looksLikeSpam(learnt, mail(casino))!
  t.equal(why[0], 'It is like what you called spam.')
  t.match(why[1], /^“[a-z]+” was in 10 of 10 such messages\.$/)
  t.equal(looksLikeSpam(learnt, mail(keys)), null)
  t.equal(looksLikeSpam(learnt, mail('We have never met, but your talk on bridges was a delight')), null, 'what nobody has written before is not spam')
  t.equal(looksLikeSpam(learnt, mail('A casino')), null, 'one word is not enough')
})

t.test('lessons may come in any order, and what is unlearnt was never learnt', async () => {
  const word = fc.constantFrom('casino', 'keys', 'hello', 'bonus', 'bridge', 'jackpot', 'é', '日本')
  const lesson = fc.record({ text: fc.array(word, { maxLength: 6 }).map((words) => words.join(' ')), spam: fc.boolean() })
  fc.assert(fc.property(fc.array(lesson, { maxLength: 20 }), fc.array(lesson, { maxLength: 10 }), fc.integer(), (kept, gone, seed) => {
    const plain = kept.reduce((learnt, { text, spam }) => learn(learnt, text, spam), nothingLearnt())
    const steps = [...kept.map((one) => ({ ...one, by: 1 as const })), ...gone.map((one) => ({ ...one, by: 1 as const }))].map((one, i) => ({ one, at: Math.sin(seed + i) })).sort((a, b) => a.at - b.at).map(({ one }) => one)
    const all = steps.reduce((learnt, { text, spam }) => learn(learnt, text, spam), nothingLearnt())
    const after = gone.reduce((learnt, { text, spam }) => learn(learnt, text, spam, -1), all)
    return after.spam === plain.spam && after.good === plain.good && Buffer.compare(Buffer.from(after.counts.buffer), Buffer.from(plain.counts.buffer)) === 0
  }), { numRuns: 100, seed: 7 })
})
