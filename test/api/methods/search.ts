import t from 'tap'
import { openStage, own, clientId, from } from './stage.ts'
import type { Contact, Message, Page, Stage } from './stage.ts'
import { testClock } from '../../connectors/account.ts'
import { secret } from '../../fixtures/network.ts'
import type { Card } from '../../../src/model/card.ts'
import type { SearchHit } from '../../../src/api/objects.ts'

type Answer = { items: SearchHit[], people: Contact[], nextCursor: string | null, asOf: number, indexing?: boolean }

/** Searches once everything that happened so far is indexed. */
async function query({ call, list }: Stage, q: string, more: object = {}): Promise<Answer> {
  const { asOf } = await list('inbox', { limit: 1 })
  for (;;) {
    const answer = await call<Answer>('search.query', { q, ...more })
    if (answer.asOf >= asOf && !answer.indexing) return answer
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

const texts = ({ items }: Answer) => items.map(({ snippet }) => snippet.text)
const marked = ({ text, marks }: SearchHit['snippet']) => marks.map(({ start, end }) => text.slice(start, end))

t.test('search.query: the language, case by case', async (t) => {
  // At noon of a day of its own: words as `today` mean the same at any hour and in any year.
  const stage = await openStage(t, testClock(Date.UTC(2026, 5, 10, 12)))
  const { call, mail, writes, refused, client } = stage
  const at = Date.UTC(2026, 4, 10, 12)
  const letters = [
    { sender: from('Alice Cooper <alice@friend.example>'), subject: 'Summer trip', text: 'We take the early train to München.' },
    { sender: from('Bob <bob@friend.example>'), subject: 'Re: Summer trip', text: 'The trip in summer costs 1,000 in all: see https://example.org/plan', attachments: [{ name: 'Übersicht-final.pdf', contentType: 'application/pdf', text: 'x' }] },
    { sender: from('Carol <carol@friend.example>'), subject: '東京', text: '来週東京都に行きます。ありがとう', attachments: [{ name: 'photo.jpg', contentType: 'image/jpeg', text: 'x' }] },
    { sender: from('Carol <carol@friend.example>'), text: 'ผมอยู่ประเทศไทย', quoted: 'the folded quotation' },
    { sender: from('Dave <dave@friend.example>'), subject: 'Straße', text: 'Łódź, naïve, ångström; the train is late', flagged: true }
  ]
  for (const [i, letter] of letters.entries()) await mail.letters([{ recipients: [{ kind: 'email', address: own, role: 'to' }], ...letter }], { at: at + i * 86_400_000 })
  await client.until(() => client.events.filter(({ type }) => type === 'message.created').length === letters.length)
  const sms = await stage.texts('+4915112345678', 'the train has gone, see you at noon')
  const sent = await call<Message>('message.send', { clientId: clientId(), to: { kind: 'email', address: 'bob@friend.example' }, subject: 'Tickets', text: 'I have the tickets for the train' })
  await client.until(() => mail.sent.length === 1)
  await call('conversation.markRead', { id: sms.conversationId, upTo: sms.id })

  const A = 'We take the early train to München.'
  const B = 'The trip in summer costs 1,000 in all: see https://example.org/plan'
  const C = '来週東京都に行きます。ありがとう'
  const D = 'ผมอยู่ประเทศไทย'
  const Q = 'the folded quotation'
  const E = 'Łódź, naïve, ångström; the train is late'
  const F = 'the train has gone, see you at noon'
  const G = 'I have the tickets for the train'
  const cases: [q: string, found: string[], more?: object][] = [
    ['train', [G, F, E, A]], ['TRAIN', [G, F, E, A]], ['train early', [A]], ['train -early', [G, F, E]], ['-train', [D, C, B]], ['-train -has:file', [D]],
    ['munchen', [A]], ['MÜNCHEN', [A]], ['lodz naive angstrom', [E]], ['strasse', [E]], ['straße', [E]], ['1,000', [B]], ['overs*', []], ['ubersicht', [B]],
    ['"summer trip"', [B, A]], ['"trip summer"', []], ['"trip in summer"', [B]], ['"early train', [A]], ['tr*', [G, F, E, B, A]], ['t*', [G, F, E, Q, B, A]], ['-tr*', [D, C]], ['tick*', [G]],
    ['東京', [C]], ['京都', [C]], ['東', [C]], ['東京都に行', [C]], ['京東', []], ['ありがとう', [C]], ['がと', [C]], ['ไทย', [D]], ['ประเทศ', [D]], ['"東京都に"', [C]], ['subject:東京', [C]], ['subject:京', [C]],
    ['from:alice', [A]], ['from:"Alice Cooper"', [A]], ['from:alice@friend.example', [A]], ['from:ali', []], ['from:ali*', [A]], ['-from:carol -from:dave -from:alice', [G, F, B]], ['from:me', [G]], ['to:me', [F, E, D, C, B, A]],
    ['from:+4915112345678', [F]], ['to:bob', [G]], ['with:bob', [G, B]], ['with:carol', [D, C]], ['to:ada@example.org train', [E, A]],
    ['in:other', [F, E, D, C, A]], ['in:inbox', [G, B]], ['in:archive', []], ['-in:inbox train', [F, E, A]], [`in:${sms.conversationId}`, [F]], ['train', [F], { conversationId: sms.conversationId }],
    ['channel:sms', [F]], ['channel:email train', [G, E, A]], ['-channel:email', [F]], ['has:file', [C, B]], ['has:attachment', [C, B]], ['has:image', [C]], ['has:pdf', [B]], ['has:link', [B]], ['-has:pdf has:file', [C]],
    ['is:unread', [E, D, C, B, A]], ['is:read', [G, F]], ['-is:read train', [E, A]], ['is:flagged', [E]], ['is:starred', [E]], ['is:sent', [G]], ['is:received -is:unread', [F]],
    ['before:2026-05-11', [A]], ['after:2026-05-14', [G, F, E]], ['after:2026-05-12 before:2026-05-14', [D, C]], ['-before:2026-05-14', [G, F, E]], ['after:today', [G, F]], ['after:1d train', [G, F]], ['before:2026-06 train', [E, A]], ['after:2026-05-14T12:00:00Z', [G, F, E]], ['after:2026-05-14T12:00:00.001Z', [G, F]],
    ['subject:trip', [B, A]], ['subject:"summer trip"', [B, A]], ['subject:tick*', [G]], ['subject:train', []], ['"quotation"', [Q]], ['example.org/plan', [B]], ['https://example.org/plan', [B]], ['Re: trip', [B]], ['train &', [G, F, E, A]], ['"from:alice"', []]
  ]
  for (const [q, found, more] of cases) t.same(texts(await query(stage, q, more)).map((text) => text.trim()), found, q)

  const wrong: [q: string, message: RegExp][] = [
    ['form:alice', /form: is not something to search by; do you mean from:\?.*from: to: with: in: channel: has: before: after: is: subject:.*"form:alice"/],
    ['label:x', /label: is not something to search by\. There are/], ['is:cool', /is:cool is not known.*unread, read, flagged/], ['has:money', /has:money.*file, image/], ['in:attic', /in:attic.*inbox, other, archive, or the id of a conversation/],
    ['in:c999', /in:c999 names no conversation/], ['before:soon', /before:soon is no date\. Write before:2026-11-30/], ['after:2026-02-30', /no date/], ['from:', /from: needs something right after it, as in from:alice/], ['from: alice', /from: needs something/],
    ['channel:fax', /channel:fax has no messages\. Yours came by email, sms/], ['&', /no letter or digit in "&"/], ['   ', /nothing to search for/], ['""', /no letter/], [Array.from({ length: 40 }, () => 'a').join(' '), /32 words/]
  ]
  await query(stage, 'train')
  for (const [q, message] of wrong) t.match(await refused('search.query', { q }), { kind: 'invalid_params', message }, q)
  t.match(await refused('search.query', { q: 'train', timeZone: 'Mars/Olympus' }), { kind: 'invalid_params', message: /time zone/ })
  t.match(await refused('search.query', { q: 'train', cursor: 'x' }), { kind: 'invalid_params', message: /nextCursor/ })
  t.match(await refused('search.query', { q: 'train', conversationId: 'c999' }), { kind: 'not_found' })
  t.match(await refused('search.query', { q: 'x'.repeat(501) }), { kind: 'invalid_params', message: /params\.q/ })
  t.same(texts(await query(stage, 'after:2026-05-14', { timeZone: 'America/Los_Angeles' })), [G, F, E])
  t.same(texts(await query(stage, 'before:2026-05-14T12:00:00+09:00 train')), [A])

  t.match(await query(stage, 'subject:straße train'), { items: [{ id: String, conversationId: String, title: 'Dave', folder: 'other', channel: 'email', direction: 'in', seen: false, flagged: true, sender: { name: 'Dave', address: 'dave@friend.example' }, subject: 'Straße', subjectMarks: [{ start: 0, end: 6 }] }] })
  const [hit] = (await query(stage, 'lodz "train is"')).items
  t.same(marked(hit!.snippet), ['Łódź', 'train is'])
  const [file] = (await query(stage, 'übersicht')).items
  t.match(file!.files, [{ id: /^b/, name: 'Übersicht-final.pdf', marks: [{ start: 0, end: 9 }] }])
  t.same(marked((await query(stage, '東京都')).items[0]!.snippet), ['東京都'])

  const long = `${'word '.repeat(4000)}needle in the hay ${'word '.repeat(4000)}`
  await writes('eve@friend.example', long)
  const { items: [deep] } = await query(stage, 'needle hay')
  t.match(deep!.snippet.text, /^… .*needle in the hay.* …$/)
  t.equal(deep!.snippet.text.length < 250, true)
  t.same(marked(deep!.snippet), ['needle', 'hay'])
  t.equal(sent.id, (await query(stage, 'tickets')).items[0]!.id)
})

t.test('search.query: pages by key, in both orders; what comes in meanwhile repeats nothing', async (t) => {
  const stage = await openStage(t)
  const at = Date.UTC(2026, 0, 1)
  await stage.mail.letters(Array.from({ length: 60 }, (_, i) => ({ sender: from(`bob${i % 3}@friend.example`), subject: i % 10 === 0 ? 'apple' : 'pear', text: `apple number ${i}` })), { at })
  for (const order of ['newest', 'best']) {
    const all = (await query(stage, 'apple', { order, limit: 200 })).items.map(({ id }) => id)
    const seen: string[] = []
    let pages = 0
    for (let cursor: string | null | undefined; cursor !== null; pages++) {
      const page: Answer = await query(stage, 'apple', { order, limit: 7, ...cursor ? { cursor } : {} })
      seen.push(...page.items.map(({ id }) => id))
      cursor = page.nextCursor
      await stage.writes('eve@friend.example', `another apple while ${order} page ${pages} is read`)
    }
    t.same(seen, all, order)
    t.equal(pages >= 9, true)
  }
  const best = await query(stage, 'apple subject:apple', { order: 'best', limit: 6 })
  t.same(best.items.map(({ subject }) => subject), Array.from({ length: 6 }, () => 'apple'))
  const [first] = (await query(stage, 'apple', { order: 'best', limit: 1 })).items
  t.equal(first!.subject, 'apple', 'the word in the subject is the best')
  t.match(await stage.refused('search.query', { q: 'apple', order: 'best', cursor: (await query(stage, 'apple', { limit: 1 })).nextCursor }), { kind: 'invalid_params', message: /nextCursor/ })
})

t.test('search.query: a jump to a hit in its conversation', async (t) => {
  const stage = await openStage(t)
  await stage.mail.letters(Array.from({ length: 300 }, (_, i) => ({ sender: from('bob@friend.example'), text: i === 150 ? 'the needle' : `straw ${i}` })), { at: Date.UTC(2026, 0, 1), lane: 'history' })
  const { items: [hit] } = await query(stage, 'needle')
  const { conversationId, id } = hit!
  const older = await stage.call<Page<Message>>('message.list', { conversationId, before: id, limit: 3 })
  const newer = await stage.call<Page<Message>>('message.list', { conversationId, after: id, limit: 3 })
  t.same([older, newer].map(({ items }) => items.map(({ text }) => text)), [['straw 149', 'straw 148', 'straw 147'], ['straw 151', 'straw 152', 'straw 153']])
  t.match(await stage.call<Message>('message.get', { id }), { text: 'the needle', conversationId, sortAt: hit!.sortAt })
})

t.test('search.query: people by the name they bear now; merged, blocked and taken back', async (t) => {
  const stage = await openStage(t)
  const { call, mail, writes } = stage
  const one = await writes('zq1@friend.example', 'first letter')
  const other = await stage.texts('+4915112345678', 'second letter')
  const forged = await writes('zq1@friend.example', 'third letter')
  const ids = [one, other].map(({ sender }) => sender.contactId!)
  await call('contact.put', { id: ids[0], name: 'Grandma' })
  t.same(texts(await query(stage, 'from:grandma')), ['third letter', 'first letter'])
  t.same(texts(await query(stage, 'grandma letter')), ['third letter', 'first letter'], 'a name given by the user, as a word')
  await call('contact.put', { id: ids[0], name: 'Nana' })
  t.same(texts(await query(stage, 'from:grandma')), [])
  const { mergeId } = await call<{ mergeId: string }>('contact.merge', { ids })
  t.same(texts(await query(stage, 'with:nana')), ['third letter', 'second letter', 'first letter'], 'merged')
  const jump = await query(stage, 'second')
  t.same(jump.items.map(({ conversationId }) => conversationId), [(await call<Message>('message.get', { id: other.id })).conversationId])
  await call('contact.unmerge', { mergeId })
  t.same(texts(await query(stage, 'with:nana')), ['third letter', 'first letter'], 'parted again')

  await call('contact.block', { id: ids[0], blocked: true })
  await mail.letters([{ sender: from('zq1@friend.example'), text: 'fourth letter' }])
  for (const order of ['newest', 'best']) t.same(texts(await query(stage, 'letter', { order })), ['second letter'], 'blocked')
  await call('contact.block', { id: ids[0], blocked: false })
  t.same(texts(await query(stage, 'letter -fourth')), ['third letter', 'second letter', 'first letter'], 'no longer blocked')

  await mail.letters([{ sender: from('Bob <bob@friend.example>'), text: 'a secret letter', messageId: 'secret-1@friend.example', direction: 'in' }])
  t.same(texts(await query(stage, 'secret')), ['a secret letter'])
  await mail.tells({ type: 'retraction', target: { messageId: 'secret-1@friend.example' }, within: { peer: { kind: 'email', address: 'bob@friend.example' } }, direction: 'in', sender: from('Bob <bob@friend.example>') })
  t.same(texts(await query(stage, 'secret')), [], 'taken back')
  t.equal(forged.conversationId, one.conversationId)
})

t.test('search.query: what is folded in a group or lies in a hidden conversation is not found', async (t) => {
  const stage = await openStage(t)
  const { call, writes } = stage
  const among = (...others: string[]) => ({ recipients: [own, ...others].map((address) => ({ kind: 'email', address, role: 'to' as const })) })
  const mine = await writes('bob@friend.example', 'plum alone')
  await writes('bob@friend.example', 'plum among others', among('carol@friend.example'))
  const theirs = await writes('carol@friend.example', 'plum of carol', among('bob@friend.example'))
  for (const order of ['newest', 'best']) t.same(new Set(texts(await query(stage, 'plum', { order }))), new Set(['plum alone', 'plum among others', 'plum of carol']))
  await call('contact.block', { id: mine.sender.contactId, blocked: true })
  const page = await call<Page<Message>>('message.list', { conversationId: theirs.conversationId })
  t.same(page.items.map(({ text, folded }) => [text, folded ?? false]), [['plum of carol', false], ['plum among others', true]], 'one is folded')
  for (const q of ['plum', 'from:bob', 'with:bob', 'plum -carol', 'pl*']) for (const order of ['newest', 'best']) t.same(texts(await query(stage, q, { order })).filter((text) => text !== 'plum of carol'), [], `${q}, ${order}`)
  await call('contact.block', { id: mine.sender.contactId, blocked: false })
  t.equal((await query(stage, 'plum')).items.length, 3)
})

t.test('search.query: people whose names or addresses begin so, friends first', async (t) => {
  const stage = await openStage(t)
  const { call, writes } = stage
  const named = async (who: string, more: object = {}) => {
    const { sender } = await writes(who, 'hello')
    if (Object.keys(more).length > 0) await call('contact.put', { id: sender.contactId, ...more })
    return sender.contactId!
  }
  const anton = await named('Anton Miller <anton@friend.example>')
  const anna = await named('Anna Müller <a.mueller@friend.example>')
  const bob = await named('Bob <bob@annex.example>')
  const people = async (q: string, more: object = {}) => (await query(stage, q, more)).people.map(({ id }) => id)
  t.same(await people('ann'), [bob, anna], 'by the beginning of a name or of a part of an address, the newest first')
  t.same(await people('an mi'), [anton])
  t.same(await people('mull'), [anna], 'without the accent')
  t.same(await people('a.muel'), [anna])
  t.same(await people('nna'), [])
  for (const q of ['"ann" from:bob', '-ann', 'from:ann*', 'subject:ann', 'in:inbox']) t.same(await people(q), [], q)
  t.same(await people('hello', { limit: 1 }), [])
  await call('friend.set', { contactId: anna, friend: true })
  t.same(await people('ann'), [anna, bob], 'friends first')
  t.match((await query(stage, 'mull')).people, [{ name: 'Anna Müller', friend: 'friend', addresses: [{ address: 'a.mueller@friend.example' }] }])
  await call('contact.put', { id: anton, name: 'Zeno' })
  t.same(await people('zen'), [anton], 'by the name they bear now')
  for (let i = 0; i < 6; i++) await named(`Yara ${i} <y${i}@friend.example>`)
  t.equal((await people('yara')).length, 5, 'five at most')
  const { nextCursor } = await query(stage, 'hello', { limit: 1 })
  t.same((await query(stage, 'hello', { limit: 1, cursor: nextCursor })).people, [], 'on the first page only')
  await call('contact.block', { id: bob, blocked: true })
  t.same(await people('ann'), [anna], 'nobody blocked')
  await call('contact.merge', { ids: [anton, anna] })
  const merged = await people('anna')
  t.equal(merged.length, 1, 'a merged one once')
  t.same(await people('anton'), merged, 'by either name')
})

t.test('search.query: in: a group by its name', async (t) => {
  const stage = await openStage(t)
  const { call, writes } = stage
  const among = (...others: string[]) => ({ recipients: [own, ...others].map((address) => ({ kind: 'email', address, role: 'to' as const })) })
  const first = await writes('bob@friend.example', 'plum one', among('carol@friend.example'))
  const other = await writes('bob@friend.example', 'plum two', among('dave@friend.example'))
  await writes('bob@friend.example', 'plum three')
  await call('conversation.update', { id: first.conversationId, name: 'Summer Trip' })
  await call('conversation.update', { id: other.conversationId, name: 'Trip to Łódź' })
  await query(stage, 'plum')
  t.same(texts(await query(stage, 'in:summer')), ['plum one'])
  t.same(texts(await query(stage, 'in:"trip to" plum')), ['plum two'])
  t.same(texts(await query(stage, 'in:lodz')), ['plum two'])
  t.same(texts(await query(stage, 'in:tri*')), ['plum two', 'plum one'])
  t.same(texts(await query(stage, 'plum -in:trip')), ['plum three'])
  await call('conversation.update', { id: first.conversationId, name: 'Winter' })
  await query(stage, 'plum')
  t.same(texts(await query(stage, 'in:winter')), ['plum one'], 'by the name it has now')
  t.match(await stage.refused('search.query', { q: 'in:summer' }), { kind: 'invalid_params', message: /in:summer: no group or list of yours is called so/ })
})

t.test("search.query: one user's words say nothing to another", async (t) => {
  const stage = await openStage(t)
  const { house, network } = stage
  await house.addUser('bert')
  const bert = await house.client('bert')
  await house.connectAccount(bert, 'letters', { own: 'bert@example.org', secret })
  await stage.mail.letters([{ sender: from('bob@friend.example'), subject: 'plans', text: 'apple pie' }, { sender: from('bob@friend.example'), subject: 'apple', text: 'more of it' }], { at: Date.UTC(2026, 0, 1) })
  const asked = async () => JSON.stringify(await Promise.all(['newest', 'best'].flatMap((order) => ['apple', 'app*', 'from:bob', 'with:mallory', '-pie', 'apple -pie'].map(async (q) => (await query(stage, q, { order })).items))))
  const before = await asked()
  const wire = network.wire('bert@example.org')
  await wire.letters(Array.from({ length: 300 }, (_, i) => ({ sender: from(`Mallory <mallory${i}@evil.test>`), subject: 'apple apple', text: `apple apple pie ${i}` })))
  const { asOf } = await bert.call<{ asOf: number }>('conversation.list', { folder: 'other', limit: 1 })
  for (;;) {
    const answer = await bert.call<Answer>('search.query', { q: 'apple', limit: 200 })
    if (answer.asOf >= asOf) {
      t.equal(answer.items.length, 200)
      t.equal(answer.items.every(({ sender }) => sender.name === 'Mallory'), true, 'nor the other way round')
      break
    }
  }
  t.equal(await asked(), before)
  t.match(await stage.refused('search.query', { q: 'apple', conversationId: 'c999' }), { kind: 'not_found' })
  t.match(await bert.call<Contact>('contact.list'), { items: [] })
})

t.test('search.query: what a message carries beside its text', async (t) => {
  const stage = await openStage(t)
  const { writes } = stage
  const invitation: Card = { type: 'invitation', method: 'request', uid: 'u1', sequence: 0, title: 'Regatta briefing', start: '2026-12-01', allDay: true, place: 'Boathouse', attendees: [{ kind: 'email', address: own, answer: 'unknown' }], you: own, organizer: { kind: 'email', address: 'carol@friend.example', name: 'Carol Helm' } }
  const carrying = await writes('Alice <alice@friend.example>', 'See below', {
    cards: [{ type: 'message', from: 'Bob <bob@friend.example>', subject: 'Keelboat', text: 'The mast was mended.', sentAt: 0, files: ['rigging.pdf'] }, invitation, { type: 'contact', name: 'Dave Mariner', organization: 'Harbour office', addresses: [{ kind: 'email', address: 'dave@friend.example' }] }, { type: 'signed', by: 'pgp', state: 'unchecked' }]
  })
  await writes('Alice <alice@friend.example>', 'Nothing below')
  const ids = async (q: string, more = {}) => (await query(stage, q, more)).items.map(({ id }) => id)
  for (const q of ['keelboat', '"mast was mended"', 'rigging', 'regatta', 'boathouse', '"Carol Helm"', '"Dave Mariner"', 'harbour']) t.same(await ids(q), [carrying.id], q)
  t.same(await ids('mended', { order: 'best' }), [carrying.id])
  t.same(await ids('subject:keelboat'), [], 'it has another subject itself')
  t.same(await ids('from:bob'), [], 'and another sender')
  t.same(await ids('pgp'), [], 'words of ours are nobody\'s')
  const [hit] = (await query(stage, 'mended')).items
  t.same(marked(hit!.snippet), ['mended'])
})
