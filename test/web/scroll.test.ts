import t from 'tap'
import { anchorAt, layRows, rowAt, rowsBetween, scrollFor } from '../../web/src/list/rows.ts'

t.test('where rows of different heights lie', async (t) => {
  const heights = [10, 0, 30, 20]
  const tops = layRows(4, (index) => heights[index]!)
  t.same([...tops], [0, 10, 10, 40, 60])
  t.same([-5, 0, 9, 10, 39, 40, 59, 60, 999].map((y) => rowAt(tops, y)), [0, 0, 0, 2, 2, 3, 3, 3, 3])
  t.same(rowsBetween(tops, 5, 15), [0, 3])
  t.same(rowsBetween(tops, 41, 42), [3, 4])
  t.same(rowsBetween(layRows(0, () => 1), 0, 100), [0, 0])
  t.equal(rowAt(layRows(0, () => 1), 0), -1)
})

t.test('the place that is read stays where it is, whatever comes above or is measured anew', async (t) => {
  for (let round = 0; round < 200; round++) {
    const count = 1 + Math.floor(Math.random() * 50)
    const heights = new Map(Array.from({ length: count }, (_, i) => ['k' + i, Math.floor(Math.random() * 90) + 1]))
    const keys = [...heights.keys()]
    const tops = layRows(count, (i) => heights.get(keys[i]!)!)
    const scrollTop = Math.random() * tops[count]!
    const anchor = anchorAt(tops, keys, scrollTop)!
    const older = Array.from({ length: 20 }, (_, i) => 'o' + i)
    for (const key of older) heights.set(key, Math.floor(Math.random() * 90) + 1)
    const at = keys.indexOf(anchor.key)
    for (const key of keys.slice(0, at)) heights.set(key, heights.get(key)! + 7)
    const all = [...older, ...keys]
    const now = layRows(all.length, (i) => heights.get(all[i]!)!)
    const moved = scrollFor(now, (key) => all.indexOf(key), anchor)!
    const before = tops[at]! - scrollTop
    const after = now[all.indexOf(anchor.key)]! - moved
    if (Math.abs(before - after) > 1e-6) t.equal(after, before)
  }
  t.equal(scrollFor(layRows(1, () => 5), () => undefined, { key: 'gone', above: 3 }), null)
  t.equal(scrollFor(layRows(2, () => 10), (key) => (key === 'b' ? 1 : undefined), { key: 'b', above: 50 }), 20, 'a row that shrank is not left behind')
})
