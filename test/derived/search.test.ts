import { existsSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import t from 'tap'
import type { Test } from 'tap'
import { Changes } from '../../src/feed/append.ts'
import { merge, unmerge } from '../../src/inbound/merge.ts'
import { getContact, updateContact } from '../../src/store/contacts.ts'
import { getConversation, updateConversation } from '../../src/store/conversations.ts'
import { pruneEvents } from '../../src/store/retention.ts'
import { addTestUser } from '../fixtures/store.ts'
import { dice, openLibrary } from './library.ts'
import type { Library } from './library.ts'
import { readAll, stands } from './scan.ts'
import type { Read } from './scan.ts'

const words = ['train', 'trains', 'München', 'Straße', 'early', 'bridge', 'naïve', 'noon', '1000', 'map', "don't", 'plan.pdf', '東京都', '行きます', 'ありがとう', 'rope']
/** Parts of what is written without spaces, of one character and more. */
const pieces = ['東京', '京都', '行き', 'ます', 'がと', '東', 'き', '都行']
const spaced = words.slice(0, 12)
const people = ['Alice', 'Bob', 'Carol', 'Dave', 'Erin', 'Frank']
const addressOf = (name: string) => `${name.toLowerCase()}@friend.example`

type Sought = { q: string, holds(read: Read): boolean }

/** A search at random, and what it means. */
function soughtBy(below: (n: number) => number): Sought {
  const word = () => words[below(words.length)]!
  const somebody = () => [...people, 'Nana', 'Zoë'][below(people.length + 2)]!
  const anywhere = (read: Read, sought: string, prefix = false) => [...read.all, ...read.called].some((field) => stands(field, sought, prefix))
  const parts: (() => Sought)[] = [
    () => { const w = word(); return { q: w, holds: (read) => anywhere(read, w) } },
    () => { const w = somebody(); return { q: w, holds: (read) => anywhere(read, w) } },
    () => { const w = `${spaced[below(spaced.length)]} ${spaced[below(spaced.length)]}`; return { q: `"${w}"`, holds: (read) => read.all.some((field) => stands(field, w)) || read.called.some((field) => stands(field, w)) } },
    () => { const w = word().slice(0, 1 + below(7)); return { q: `${w}*`, holds: (read) => anywhere(read, w, true) } },
    () => { const w = pieces[below(pieces.length)]!; return { q: w, holds: (read) => anywhere(read, w) } },
    () => { const w = word().slice(0, 1 + below(4)); return { q: `subject:${w}*`, holds: (read) => stands(read.subject, w, true) } },
    () => { const w = somebody().slice(0, 1 + below(5)); return { q: `from:${w}*`, holds: (read) => stands(read.sender, w, true) || read.known.some((field) => stands(field, w, true)) } },
    () => { const w = somebody().slice(0, 1 + below(3)); return { q: `${w}*`, holds: (read) => anywhere(read, w, true) } },
    () => { const w = `${spaced[below(spaced.length)]} ${spaced[below(spaced.length)]!.slice(0, 1 + below(2))}`; return { q: `"${w}"*`, holds: (read) => anywhere(read, w, true) } },
    () => { const w = word(); return { q: `subject:${w}`, holds: (read) => stands(read.subject, w) } },
    () => { const w = somebody(); return { q: `from:${w}`, holds: (read) => stands(read.sender, w) || read.known.some((field) => stands(field, w)) } },
    () => { const w = ['inbox', 'other', 'archive'][below(3)]!; return { q: `in:${w}`, holds: (read) => read.folder === w } },
    () => { const is = below(2) === 1; return { q: is ? 'is:unread' : 'is:read', holds: (read) => read.seen !== is } },
    () => ({ q: 'is:flagged', holds: (read) => read.flagged }),
    () => ({ q: 'has:file', holds: (read) => read.files > 0 }),
    () => { const day = 1 + below(28); return { q: `before:2026-03-${day}`, holds: (read) => read.sortAt < Date.UTC(2026, 2, day) } }
  ]
  const chosen = Array.from({ length: 1 + below(3) }, () => ({ not: below(4) === 0, ...parts[below(parts.length)]!() }))
  return { q: chosen.map(({ not, q }) => (not ? '-' : '') + q).join(' '), holds: (read) => chosen.every(({ not, holds }) => holds(read) !== not) }
}

async function compare(t: Test, library: Library, below: (n: number) => number, times: number, when: string): Promise<void> {
  const all = (await library.store.read((tx) => readAll(tx, library.userId))).filter(({ hidden }) => !hidden)
  let wrong = 0
  let found = 0
  for (let i = 0; i < times; i++) {
    const { q, holds } = soughtBy(below)
    const [is, wanted] = [library.find(q, { limit: 1 + below(40) }), all.filter(holds).map(({ id }) => id)]
    found += wanted.length
    if (JSON.stringify(is) !== JSON.stringify(wanted) && wrong++ < 3) t.same(is, wanted, `${when}: ${q}`)
    const best = library.find(q, { order: 'best' })
    if (wrong === 0 && JSON.stringify(best.sort((a, b) => a - b)) !== JSON.stringify([...wanted].sort((a, b) => a - b)) && wrong++ < 3) t.same(best, wanted, `${when}, best first: ${q}`)
  }
  t.equal(wrong, 0, `${when}: ${times} searches`)
  t.equal(found > 0, true)
}

t.test('the index finds what reading everything finds', async (t) => {
  for (const seed of [Number(process.env['KINBOX_SEED'] ?? 1)]) {
    const library = await openLibrary(t)
    const { store, userId, letters, tells, clock } = library
    const below = dice(seed)
    const change = (fn: (tx: Parameters<Parameters<typeof store.hot>[0]>[0], changes: Changes) => unknown) => store.hot((tx) => {
      const changes = new Changes(userId)
      fn(tx, changes)
      if (!changes.empty) changes.append(tx, clock.now())
    })
    const used = new Set<number>()
    const time = () => {
      for (;;) {
        const at = Date.UTC(2026, 2, 1) + below(28 * 86_400) * 1000 + below(3)
        if (!used.has(at)) return used.add(at), at
      }
    }
    const text = () => Array.from({ length: 1 + below(8) }, () => words[below(words.length)]!).join(' ')
    let next = 0
    const letter = () => {
      const name = people[below(people.length)]!
      const id = next++
      return {
        at: time(), sender: { kind: 'email', address: addressOf(name), raw: addressOf(name), ...below(3) > 0 ? { name } : {} }, recipients: [{ kind: 'email', address: 'ada@example.org', role: 'to' as const }],
        text: text(), messageId: `m${id}@friend.example`, flagged: below(5) === 0, seen: below(2) === 0, ...below(2) === 0 ? { subject: text() } : {}, ...below(3) === 0 ? { quoted: text() } : {},
        ...below(4) === 0 ? { attachments: [{ name: `${text()}.bin`, contentType: 'application/octet-stream', content: [] as unknown as Uint8Array, inline: false }] } : {}
      }
    }
    const mine = async () => store.read((tx) => tx.all<{ id: number, message_id: string, address: string }>("SELECT id, message_id, sender ->> '$.address' AS address FROM message WHERE user_id = ? AND deleted_at IS NULL", userId))
    const contacts = () => store.read((tx) => tx.all<{ id: number }>('SELECT id FROM contact WHERE user_id = ? AND redirect_to IS NULL', userId).map(({ id }) => id))
    const pick = <T>(all: T[]) => all[below(all.length)]!
    const does: Record<string, () => Promise<unknown>> = {
      past: () => letters(Array.from({ length: 1 + below(30) }, letter)),
      live: () => letters([letter()], { lane: 'live' }),
      async edit() {
        const one = pick(await mine())
        await letters([{ at: time(), sender: { kind: 'email', address: one.address, raw: one.address }, text: text(), replaces: { messageId: one.message_id } }], { lane: 'live' })
      },
      async retract() {
        const one = pick(await mine())
        await tells({ type: 'retraction', direction: 'in', target: { messageId: one.message_id }, within: { peer: { kind: 'email', address: one.address } }, sender: { kind: 'email', address: one.address, raw: one.address } })
      },
      async rename() {
        const id = pick(await contacts())
        await change((tx, changes) => updateContact(tx, changes, getContact(tx, userId, id)!, { name: pick(['Nana', 'Zoë', 'Alice']) }))
      },
      async merge() {
        const all = await contacts()
        if (all.length < 3) return
        await change((tx, changes) => merge(tx, changes, userId, [all[below(all.length)]!, all[below(all.length)]!], clock.now()))
      },
      async unmerge() {
        const found = await store.read((tx) => tx.all<{ id: number }>('SELECT id FROM merge WHERE undone_at IS NULL ORDER BY id DESC'))
        if (found[0]) await change((tx, changes) => unmerge(tx, changes, userId, found[0]!.id, clock.now()))
      },
      async move() {
        const { id } = pick(await store.read((tx) => tx.all<{ id: number }>('SELECT id FROM conversation WHERE user_id = ? AND redirect_to IS NULL', userId)))
        await change((tx, changes) => updateConversation(tx, changes, getConversation(tx, userId, id)!, { folder: pick(['inbox', 'other']), archivedAt: below(3) === 0 ? clock.now() : null }))
      },
      async block() {
        const id = pick(await contacts())
        await change((tx, changes) => updateContact(tx, changes, getContact(tx, userId, id)!, { blocked: below(4) === 0 }))
      },
      async remove() {
        const { id } = pick(await mine())
        await change((tx, changes) => {
          tx.run('DELETE FROM place WHERE message_id = ?', id)
          tx.run('DELETE FROM attachment WHERE message_id = ?', id)
          tx.run('DELETE FROM message_body WHERE message_id = ?', id)
          tx.run('DELETE FROM message WHERE id = ?', id)
          changes.add('message.removed', id, 9, { folder: 'other', conversation: 1 })
        })
      }
    }
    await does['past']!()
    for (let round = 0; round < 4; round++) {
      for (let i = 0; i < 12; i++) await pick(Object.values(does))()
      // A crash in the middle leaves nothing half done.
      const crash = below(40)
      let runs = 0
      try {
        library.follow({ crash: () => { if (runs++ === crash) throw new Error('crashed') } })
      } catch (error) {
        t.match(error, { message: 'crashed' })
      }
      library.follow()
      await compare(t, library, below, 20, `seed ${seed}, round ${round}`)
    }
    rmSync(join(library.folder, 'search.db'))
    library.follow()
    await compare(t, library, below, 30, `seed ${seed}, made anew`)
  }
})

t.test('it starts anew where it cannot follow', async (t) => {
  const library = await openLibrary(t)
  const { letters, store, userId, folder, clock } = library
  const bob = { kind: 'email', address: 'bob@friend.example', raw: 'bob@friend.example' }
  const many = async (count: number, text: string) => { for (let i = 0; i < count; i += 50) await letters(Array.from({ length: 50 }, (_, n) => ({ at: Date.UTC(2026, 0, 1) + (i + n) * 1000, sender: bob, text: `${text} ${i + n}` }))) }
  await many(700, 'apple')
  library.follow()
  t.equal(library.find('apple', { limit: 200 }).length, 700)
  t.equal(library.follow().steps, 1, 'nothing left to do')

  await store.hot((tx) => {
    tx.run('UPDATE user_log SET head = 5 WHERE user_id = ?', userId)
    tx.run('DELETE FROM event WHERE user_id = ? AND seq > 5', userId)
  })
  t.match(library.follow({ steps: 1 }), { seq: 5, scanning: true }, 'its place is ahead of the log')
  t.match(library.follow({ steps: 1 }), { scanning: true })
  t.equal(library.find('apple', { limit: 200 }).length, 500, 'a part is found meanwhile')
  t.match(library.follow(), { scanning: false }, 'it goes on where it was stopped')
  t.equal(library.find('apple', { limit: 200 }).length, 700)

  await many(50, 'pear')
  await store.hot((tx) => pruneEvents(tx, userId, { before: clock.now() + 1, keep: 0, limit: 1000 }))
  library.follow()
  t.equal(library.find('pear', { limit: 200 }).length, 50, 'its place was pruned')

  await many(50, 'plum')
  await store.hot((tx) => pruneEvents(tx, userId, { before: clock.now() + 1, keep: 0, limit: 1000, upTo: library.follow({ steps: 1 }).seq - 1 }))
  const { head, floor } = (await store.read((tx) => tx.get<{ head: number, floor: number }>('SELECT head, floor FROM user_log WHERE user_id = ?', userId)))!
  t.equal(floor, head - 1, 'nothing is pruned past its place')

  for (const [what, harm] of [['damaged', () => truncateSync(join(folder, 'search.db'), 5000)], ['no database at all', () => writeFileSync(join(folder, 'search.db'), 'this is no database, '.repeat(500))]] as const) {
    rmSync(join(folder, 'search.db-wal'), { force: true })
    harm()
    for (let tries = 0; tries < 3; tries++) try {
      library.follow()
      break
    } catch (error) {
      t.match(error, { code: /^SQLITE_(CORRUPT|NOTADB)/ }, what)
      for (const end of ['', '-wal', '-shm']) rmSync(join(folder, 'search.db' + end), { force: true })
    }
    t.equal(library.find('plum', { limit: 200 }).length, 50, what)
  }
})

t.test('hundreds of mails of one millisecond, and of two users', async (t) => {
  const library = await openLibrary(t)
  const { letters, store } = library
  const sender = { kind: 'email', address: 'bob@friend.example', raw: 'bob@friend.example' }
  const other = await library.account(await addTestUser(store, 'bert'))
  for (let i = 0; i < 8; i++) {
    await letters(Array.from({ length: 50 }, (_, n) => ({ at: 1, sender, text: `undated ada ${i * 50 + n}` })))
    await letters(Array.from({ length: 50 }, (_, n) => ({ at: 1, sender, text: `undated bert ${i * 50 + n}` })), { to: other })
  }
  library.follow()
  const own = (userId: number) => store.read((tx) => tx.all<{ id: number }>('SELECT id FROM message WHERE user_id = ? ORDER BY id DESC', userId).map(({ id }) => id))
  t.same(library.find('undated', { limit: 200 }), await own(library.userId))
  t.same(library.find('undated', { limit: 200, of: other.userId }), await own(other.userId))
  t.same(library.find('bert'), [])
  t.same(library.find('before:1971 ada', { limit: 200 }).length, 400)
})

t.test('what a message said before it was changed or taken back is found no more, nor in what comes into its place', async (t) => {
  const library = await openLibrary(t)
  const sender = { kind: 'email', address: 'bob@friend.example', raw: 'bob@friend.example' }
  const at = Date.UTC(2026, 0, 1)
  const found = () => Object.fromEntries(['quince', 'quince*', 'quin*', 'qui*', 'medlar', 'medlar*', 'medl*', 'med*', 'sloe', 'sloe*', 'slo*'].map((q) => [q, library.find(q).length]))
  const only = (word: string) => Object.fromEntries(Object.keys(found()).map((q) => [q, word.startsWith(q.replace('*', '')) ? 1 : 0]))
  await library.letters([{ at, sender, text: 'quince', messageId: 'm1@friend.example' }])
  library.follow()
  t.same(found(), only('quince'))
  await library.letters([{ at, sender, text: 'medlar', replaces: { messageId: 'm1@friend.example' } }], { lane: 'live' })
  library.follow()
  t.same(found(), only('medlar'))
  await library.tells({ type: 'retraction', direction: 'in', target: { messageId: 'm1@friend.example' }, within: { peer: { kind: 'email', address: sender.address } }, sender })
  library.follow()
  t.same(found(), only('nothing of it'))
  await library.letters([{ at, sender, text: 'sloe' }])
  library.follow()
  t.same(found(), only('sloe'))
})

t.test('a mailbox that was copied has many mails in a second; its history comes newest first, and is found so', async (t) => {
  const library = await openLibrary(t)
  const sender = { kind: 'email', address: 'bob@friend.example', raw: 'bob@friend.example' }
  const start = Date.UTC(2026, 0, 1)
  for (let second = 39; second >= 0; second--) {
    await library.letters(Array.from({ length: 12 }, (_, n) => ({ at: start + second * 1000, sender, text: `copied ${second} ${n}` })))
    if (second % 10 === 0) library.follow()
  }
  const seconds = await library.store.read((tx) => new Map(tx.all<{ id: number, at: number }>('SELECT id, sort_at AS at FROM message').map(({ id, at }) => [id, (at - start) / 1000])))
  const found = (q: string) => library.find(q, { limit: 50 }).map((id) => seconds.get(id)!)
  for (const q of ['copied', 'cop*', 'c*']) t.same(found(q), Array.from({ length: 480 }, (_, i) => 39 - Math.floor(i / 12)), q)
})

const corpus = join(process.env['KINBOX_CORPORA'] ?? join(import.meta.dirname, '../../../shared/corpora'), 'mailing-list/5000.mbox.gz')

t.test('real mail: its words are found where they stand', existsSync(corpus) ? {} : { skip: 'KINBOX_CORPORA: no mails of a list' }, async (t) => {
  const library = await openLibrary(t)
  const mails = gunzipSync(readFileSync(corpus)).toString('latin1').split(/^From mboxrd@z.*\n/m).slice(1, 501)
  const letters = mails.map((mail, i) => {
    const end = mail.indexOf('\n\n')
    const [head, text] = [mail.slice(0, end), mail.slice(end + 2)]
    const raw = /^From:\s*(.*)$/mi.exec(head)?.[1] ?? 'nobody'
    return { at: Date.UTC(2020, 0, 1) + i * 60_000, sender: { kind: 'email', address: null, raw }, subject: /^Subject:\s*(.*)$/mi.exec(head)?.[1] ?? '', text: Buffer.from(text, 'latin1').toString('utf8').slice(0, 20_000) }
  })
  for (let i = 0; i < letters.length; i += 100) await library.letters(letters.slice(i, i + 100))
  library.follow()
  const all = await library.store.read((tx) => readAll(tx, library.userId))
  const below = dice(7)
  const vocabulary = [...new Set(letters.flatMap(({ text }) => text.slice(0, 400).match(/[\p{L}\p{N}]+/gu) ?? []))]
  for (let i = 0; i < 12; i++) {
    const word = vocabulary[below(vocabulary.length)]!
    const line = letters[below(letters.length)]!.text.slice(0, 400).match(/[a-z]+ [a-z]+/i)?.[0]
    for (const [q, sought, prefix] of [[word, word, false], [`${word.slice(0, 3)}*`, word.slice(0, 3), true], ...line ? [[`"${line}"`, line, false] as const] : []] as const) {
      t.same(library.find(q, { limit: 200 }), all.filter((read) => read.all.some((field) => stands(field, sought, prefix))).map(({ id }) => id), q)
    }
  }
})
