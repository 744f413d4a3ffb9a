import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { parts } from '../../../connectors/sms-twilio/parts.ts'
import { corpora } from '../../fakes/twilio.ts'

const file = join(corpora, 'sms/segments.json')

t.test('the published cases of the provider\'s own calculator', { skip: existsSync(file) ? false : 'the published API file is missing: set KINBOX_CORPORA' }, async (t) => {
  const { cases, escape_chars: escaped } = JSON.parse(readFileSync(file, 'utf8')) as { cases: { testDescription: string, body: string, segments: number }[], escape_chars: string[] }
  t.equal(cases.length, 10)
  for (const { testDescription, body, segments } of cases) t.equal(parts(body), segments, testDescription)
  for (const one of escaped) t.same([parts(one.repeat(80)), parts(one.repeat(81))], [1, 2], `${one} takes two places`)
})

t.test('where a text is cut', async (t) => {
  const cases: [what: string, text: string, expected: number][] = [
    ['nothing is one', '', 1],
    ['160 letters', 'a'.repeat(160), 1],
    ['161 letters', 'a'.repeat(161), 2],
    ['two full ones', 'a'.repeat(306), 2],
    ['one more', 'a'.repeat(307), 3],
    ['umlauts and a line break are of the 7-bit alphabet', 'äöüß\r\n'.repeat(26), 1],
    ['small c with cedilla is not', 'ç' + 'a'.repeat(70), 2],
    ['an extended character is not cut in two: 152 + a euro', 'a'.repeat(152) + '€' + 'a'.repeat(152), 3],
    ['70 of UCS-2', 'ф'.repeat(70), 1],
    ['71 of UCS-2', 'ф'.repeat(71), 2],
    ['one typographic quote makes all of it UCS-2', '’' + 'a'.repeat(70), 2],
    ['an emoji is not cut in two: 66 + an emoji', 'ф'.repeat(66) + '😜' + 'ф'.repeat(66), 3]
  ]
  for (const [what, text, expected] of cases) t.equal(parts(text), expected, what)
})
