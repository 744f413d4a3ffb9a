import t from 'tap'
import { find, stands } from '../../src/derived/needles.ts'
import { documentsOf, idsAfter, perhapsWith } from '../../src/store/search-documents.ts'
import type { MessageDocument } from '../../src/store/search-documents.ts'
import { textOf } from '../../src/derived/document.ts'
import { anywhere, Sieve } from '../../src/derived/sieve.ts'
import { needleOf } from '../../src/derived/words.ts'
import { dice, openLibrary } from './library.ts'

const below = dice(5)
const pieces = ['train', 'Train', 'tra', 'x', 'München', 'mun', 'ﬁre', 'fire', 'İst', 'K2', '\\', '"', '\n', '\t', 'ß', '東京', ' ', ' ', ' ', ',', '@', 'name', 'email', 'u00e9', 'n'.repeat(70)]
const piece = () => pieces[below(pieces.length)]!
const some = (most: number) => Array.from({ length: below(most) }, piece).join(below(2) ? ' ' : '')
const sought = ['tr', 'train', 'mun', 'fi', 'fire', 'is', 'k2', 'k', 'na', 'name', 'n', 't', 'x tr', 'train x', 'ß', 'ss', '東', 'u00', 'n'.repeat(64), 'n'.repeat(66)]

t.test('a needle stands where it is found', async (t) => {
  let wrong: object | null = null
  for (let round = 0; round < 3000; round++) {
    const [text, needle] = [some(8), needleOf(sought[below(sought.length)]!, below(2) === 0)!]
    if (stands(text, needle) !== (find(text, [needle], 1).length > 0)) wrong ??= { text, needle }
  }
  t.equal(wrong, null)
})

t.test('a message that is known not to have the letters has none of what is looked for', async (t) => {
  const library = await openLibrary(t)
  const strange = () => ({ at: below(1e9), sender: { kind: 'email', address: null, raw: some(3), ...below(2) ? { name: some(3) } : {} }, recipients: Array.from({ length: below(3) }, () => ({ kind: 'email', address: `${some(2)}@friend.example`, role: 'to' as const, ...below(2) ? { name: some(3) } : {} })), text: some(4), ...below(2) ? { subject: some(4) } : {}, ...below(3) ? {} : { quoted: some(4) }, ...below(8) ? {} : { attachments: [{ name: `${piece()}.pdf`, contentType: 'application/pdf', content: new Uint8Array(1), inline: false }] } })
  await library.letters(Array.from({ length: 300 }, strange))
  await library.store.read((tx) => {
    const ids = idsAfter(tx, library.userId, 0, 1000)
    const documents: ReadonlyMap<number, MessageDocument> = documentsOf(tx, library.userId, ids)
    t.equal(documents.size, 300)
    let [held, spared] = [0, 0]
    let wrong: object | null = null
    for (const word of sought) {
      const sieve = new Sieve([{ needle: needleOf(word, true)!, fields: anywhere, from: new Set(), to: new Set() }])
      const perhaps = sieve.letters === null ? new Set(ids) : perhapsWith(tx, library.userId, ids, sieve.letters)
      for (const [id, document] of documents) {
        const has = anywhere.some((field) => find(textOf[field](document), [needleOf(word, true)!], 1).length > 0)
        if (has) held++
        if (!perhaps.has(id)) spared++
        if (sieve.holds(document) !== has || (has && !perhaps.has(id))) wrong ??= { word, document, has }
      }
    }
    t.equal(wrong, null)
    t.equal(held > 300 && spared > 300, true, `${held} held, ${spared} need not be read`)
    t.equal(perhapsWith(tx, library.userId + 1, ids, 'a').size, 0, 'nobody else is looked at')
  })
})
