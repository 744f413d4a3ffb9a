import t from 'tap'
import { piecesOf } from '../../web/src/search/pieces.ts'

t.test('a text is cut at its marks, and nothing of it is lost', async (t) => {
  t.same(piecesOf('the summer trip', [{ start: 4, end: 10 }, { start: 11, end: 15 }]), [
    { text: 'the ', marked: false }, { text: 'summer', marked: true }, { text: ' ', marked: false }, { text: 'trip', marked: true }
  ])
  t.same(piecesOf('plain', []), [{ text: 'plain', marked: false }])
  t.same(piecesOf('', []), [])
  for (const marks of [[{ start: 0, end: 99 }], [{ start: 3, end: 1 }], [{ start: 0, end: 4 }, { start: 2, end: 5 }], [{ start: -1, end: 2 }]]) {
    t.equal(piecesOf('kinbox', marks).map(({ text }) => text).join(''), 'kinbox', JSON.stringify(marks))
  }
})
