import t from 'tap'
import { find } from '../../src/derived/needles.ts'
import { needleOf, tokens } from '../../src/derived/words.ts'
import type { Needle } from '../../src/derived/words.ts'
import { dice } from './library.ts'

/** Every place where the words stand in a row, word by word; those that overlap are one. */
function slowly(text: string, needles: readonly Needle[]): { start: number, end: number }[] {
  const all = [...tokens(text)]
  const at = needles.flatMap(({ words, prefix }) => all.flatMap(({ start }, i) => {
    const holds = words.every((word, n) => prefix && n === words.length - 1 ? all[i + n]?.word.startsWith(word) : all[i + n]?.word === word)
    return holds ? [{ start, end: all[i + words.length - 1]!.end }] : []
  }))
  return at.sort((a, b) => a.start - b.start).reduce<{ start: number, end: number }[]>((joined, mark) => {
    const last = joined.at(-1)
    if (last && last.end > mark.start) last.end = Math.max(last.end, mark.end)
    else joined.push({ ...mark })
    return joined
  }, [])
}

t.test('marks stand where the words are, in plain ASCII as in any other writing', async (t) => {
  const below = dice(3)
  const pieces = ['ab', 'a', 'AB', 'abc', 'b', 'x1', '12', ' ', ' ', ', ', '-', '.\n', '_', 'a b a', 'z'.repeat(70), 'z'.repeat(64)]
  for (let round = 0; round < 800; round++) {
    const ascii = Array.from({ length: 2 + below(14) }, () => pieces[below(pieces.length)]).join(below(2) ? '' : ' ')
    const text = round % 3 === 0 ? `${ascii} É` : ascii
    const needles = Array.from({ length: 1 + below(2) }, () => needleOf(['a', 'ab', 'a b', 'ab a', 'a b a', 'b', 'x', '12', 'é', 'ß', 'z'.repeat(64), 'z'.repeat(70), 'zz'][below(13)]!, below(2) === 1)!)
    t.same(find(text, needles), slowly(text, needles), JSON.stringify({ text, needles }))
  }
})

t.test('what overlaps itself is one mark', async (t) => {
  for (const text of ['a b a b a, b a', 'a b a b a, b a é']) t.same(find(text, [needleOf('a b a')!]), [{ start: 0, end: 14 }], text)
})

t.test('so many marks and no more are looked for, the first ones', async (t) => {
  const again = needleOf('a')!
  for (const time of ['once', 'twice']) t.same(find('a a a', [again], 1), [{ start: 0, end: 1 }], time)
  const [a, b] = ['a', 'b'].map((word) => needleOf(word)!)
  t.same(find('a b '.repeat(100), [b!, a!], 3).slice(0, 3), [{ start: 0, end: 1 }, { start: 2, end: 3 }, { start: 4, end: 5 }])
  t.equal(find('a b '.repeat(100), [b!, a!], 3).length <= 3, true)
})
