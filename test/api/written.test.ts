import t from 'tap'
import { pageOf } from '../../src/api/cursor.ts'
import { written, writtenAs, writtenList } from '../../src/api/written.ts'

t.test('a result is written as JSON.stringify writes it, whether its lists were written before or not', async (t) => {
  const rows = [{ id: 1, text: 'Grüße "quoted" \u0000', more: undefined }, { id: 2, text: '\ud83d\ude00', more: [{ a: null }] }, { id: 3, text: '', more: undefined }]
  const page = pageOf(rows, 2, (row) => row, ({ id }) => [id])
  for (const result of [
    { ...page, asOf: 42 }, { asOf: 42, windows: { inbox: page, other: { items: [], nextCursor: null } } }, { ...page, left: undefined, nested: { deep: { deeper: [page] } } },
    pageOf([], 2, (row: object) => row, () => []), { items: writtenList(JSON.stringify(rows)), people: writtenList('[]'), asOf: 42 }, { items: rows }, {}, null, 'text', 7, [page], { a: undefined }
  ]) t.equal(written(result), JSON.stringify(result))
})

t.test('what was measured is joined, not written again', async (t) => {
  const items = writtenAs([{ id: 1 }], ['{"id":"as it was written"}'])
  t.equal(written({ items, asOf: 1 }), '{"items":[{"id":"as it was written"}],"asOf":1}')
  t.equal(written({ asOf: 1, windows: { inbox: { items } } }), '{"asOf":1,"windows":{"inbox":{"items":[{"id":"as it was written"}]}}}')
})

t.test('a page makes no more items than it holds, of a list in its order or one by one', async (t) => {
  const rows = Array.from({ length: 11 }, (_, id) => ({ id }))
  let made = 0
  function * shown() {
    for (const { id } of rows) {
      made++
      yield { id, text: 'x'.repeat(10) }
    }
  }
  t.same(pageOf(rows, 10, shown(), ({ id }) => [id]).items.length, 10)
  t.equal(made, 10)
  made = 0
  const { items, nextCursor } = pageOf(rows, 10, shown(), ({ id }) => [id], 90)
  t.same([items.map(({ id }) => id), made], [[0, 1, 2], 4], 'it ends before it is too large')
  t.same(pageOf(rows, 10, (row) => ({ ...row, text: 'x'.repeat(10) }), ({ id }) => [id], 90), { items, nextCursor })
  t.equal(pageOf(rows.slice(0, 10), 10, shown(), ({ id }) => [id]).nextCursor, null)
})
