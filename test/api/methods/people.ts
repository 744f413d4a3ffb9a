import t from 'tap'
import { openMainReader } from '../../../src/store/search-file.ts'
import { openStage } from './stage.ts'
import type { Contact, Message, Page } from './stage.ts'

const email = (address: string) => ({ kind: 'email', address })
const vcards = `BEGIN:VCARD
VERSION:3.0
FN:Alice Example
EMAIL:Alice@friend.example
TEL:+49 151 12345678
NOTE:likes\\, climbs
CATEGORIES:Climbing
PHOTO;ENCODING=b;TYPE=JPEG:/9j/4AAQSkZJRg==
END:VCARD
BEGIN:VCARD
VERSION:2.1
N;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:M=C3=BCller;J=C3=B6rg
EMAIL;INTERNET:joerg@friend.example
END:VCARD
BEGIN:VCARD
VERSION:4.0
FN:Mallory
EMAIL:mallory@evil.test@friend.example
END:VCARD
BEGIN:VCARD
VERSION:4.0
FN:Broken
EMAIL
END:VCARD
`

type Imported = { people: number, left: { name: string, why: string }[] }

t.test('contact.import: people of a file, by exactly the same address', async (t) => {
  const { call, refused, writes, client, house, settled } = await openStage(t)
  const alice = await writes('A. <alice@friend.example>', 'hi')
  const upload = (text: string) => call<{ id: string }>('blob.create', { name: 'people.vcf', contentType: 'text/vcard', base64: Buffer.from(text).toString('base64') })
  const { id: blobId } = await upload(vcards)
  t.match(await call<Imported>('contact.import', { blobId, groups: ['climbing'] }), { people: 1, left: [] })
  t.match(await call('contact.get', { id: alice.sender.contactId }), { name: 'Alice Example', friend: 'none', notes: 'likes, climbs', photo: String, addresses: [email('alice@friend.example'), { kind: 'phone', address: '+4915112345678' }] })
  await settled('one of a group, and no friend')
  const whole = await call<Imported>('contact.import', { blobId, friends: true })
  t.match(whole, { people: 2, left: [{ name: 'Mallory', why: /no mail address/ }, { name: 'Broken', why: /could not be read/ }] })
  const { items } = await call<Page<Contact>>('friend.list')
  t.same(items.map(({ name }) => name).sort(), ['Alice Example', 'Jörg Müller'])
  t.match(await call('conversation.get', { id: alice.conversationId }), { folder: 'inbox' })
  await settled('friends, and heard of')
  t.same(await call<Imported>('contact.import', { blobId, friends: true }), whole, 'again: the same people')
  t.equal((await call<Page<Contact>>('contact.list')).items.length, 2)
  t.match(await refused('contact.import', { blobId: (await upload('hello')).id }), { kind: 'invalid_params', message: /no card in it/ })
  t.match(await refused('contact.import', { blobId: 'b999' }), { kind: 'not_found' })
  await house.addUser('mallory')
  const mallory = await house.client('mallory')
  const { photo } = await call<{ photo: string }>('contact.get', { id: alice.sender.contactId })
  t.match(await mallory.call('blob.url', { id: photo }).catch((error: unknown) => error), { kind: 'not_found' }, 'nobody else\'s picture')
  t.ok(client)
})

t.test('contact.exchanged: files, links and topics with somebody, by pages', async (t) => {
  const { call, refused, writes } = await openStage(t)
  const first = await writes('Alice <alice@friend.example>', 'see https://hut.example/map, and (http://lake.example/).', { subject: 'The hut', attachments: [{ name: 'map.txt', contentType: 'text/plain', text: 'a map' }] })
  await writes('Alice <alice@friend.example>', 'nothing', { subject: 'The lake', attachments: [{ name: 'boat.txt', contentType: 'text/plain', text: 'a boat' }] })
  await writes('Bob <bob@friend.example>', 'https://bob.example', { recipients: [{ ...email('ada@example.org'), role: 'to' }, { ...email('alice@friend.example'), role: 'to' }] })
  await writes('Mallory <mallory@evil.test>', 'https://evil.test', { attachments: [{ name: 'bad.txt', contentType: 'text/plain', text: 'bad' }] })
  const id = first.sender.contactId!
  type Item = { file?: { name: string }, links?: string[], topic?: { subject: string } }
  const all = async (kind: string) => {
    const found: Item[] = []
    for (let cursor: string | null | undefined; cursor !== null;) {
      const page: Page<Item> = await call('contact.exchanged', { id, kind, limit: 1, ...(cursor ? { cursor } : {}) })
      found.push(...page.items)
      cursor = page.nextCursor
    }
    return found
  }
  t.same((await all('files')).map(({ file }) => file?.name), ['boat.txt', 'map.txt'])
  t.same((await all('links')).map(({ links }) => links), [['https://bob.example'], ['https://hut.example/map', 'http://lake.example/']])
  t.same((await all('topics')).map(({ topic }) => topic?.subject), ['The lake', 'The hut'])
  t.match(await refused('contact.exchanged', { id: 'p999', kind: 'files' }), { kind: 'not_found' })
  t.match(await refused('contact.exchanged', { id, kind: 'files', cursor: 'IA' }), { kind: 'invalid_params' })
})

t.test('contact.export and delete: all of somebody in open formats, and then nothing of them', async (t) => {
  const stage = await openStage(t)
  const { call, refused, writes, house, client, settled } = stage
  const alice = await writes('Alice <alice@friend.example>', 'a secret of Alice', { attachments: [{ name: 'map.txt', contentType: 'text/plain', text: 'the map' }] })
  const bob = await writes('Bob <bob@friend.example>', 'hi from Bob')
  const group = await writes('Alice <alice@friend.example>', 'Alice to all', { recipients: [{ ...email('ada@example.org'), role: 'to' }, { ...email('bob@friend.example'), role: 'to' }] })
  const id = alice.sender.contactId!
  const now = await call<Contact & { rev: number }>('contact.put', { id, name: 'Alice', notes: 'a note about her' })
  await call('friend.set', { contactId: id, friend: true })
  const sent = await call<Message>('message.send', { clientId: '01990000-0000-7000-8000-00000000000a', conversationId: alice.conversationId, text: 'an answer to Alice' })
  await client.until(() => client.events.some(({ id, data }) => id === sent.id && data?.['status'] === 'sent'))

  const made = await call<{ card: string, messages: string, count: number }>('contact.export', { id })
  t.equal(made.count, 3)
  const text = async (blob: string) => (await fetch(new URL((await call<{ path: string }>('blob.url', { id: blob })).path, house.app.url))).text()
  t.match(await text(made.card), /BEGIN:VCARD[\s\S]*FN:Alice[\s\S]*EMAIL:alice@friend\.example/)
  const lines = (await text(made.messages)).trim().split('\n').map((line) => JSON.parse(line) as { contact?: Contact, message?: Message })
  t.match(lines[0]?.contact, { id, notes: 'a note about her' })
  t.same(lines.slice(1).map(({ message }) => message?.text), ['a secret of Alice', 'Alice to all', 'an answer to Alice'])

  t.match(await refused('contact.delete', { id, ifRev: 1 }), { kind: 'conflict', detail: { id } })
  t.same(await call('contact.delete', { id, forget: true }), { messages: 3 })
  await settled('forgotten')
  for (const one of [alice, group, sent]) t.match(await refused('message.get', { id: one.id }), { kind: 'not_found' })
  await client.until(() => client.events.some(({ type, id }) => type === 'message.removed' && id === alice.id))
  for (const file of alice.attachments) t.match(await refused('blob.url', { id: file.id }), { kind: 'not_found' })
  t.match(await call('message.get', { id: bob.id }), { text: 'hi from Bob' }, 'what is Bob\'s stays')
  const dump = JSON.stringify([await call('sync.snapshot'), await call('contact.list'), await call('search.query', { q: 'secret' })])
  for (const gone of ['a secret of Alice', 'a note about her']) t.equal(dump.includes(gone), false, gone)
  const fresh = await house.client()
  t.equal(JSON.stringify(fresh.events).includes('a secret of Alice'), false)
  const again = await writes('Alice <alice@friend.example>', 'me again')
  t.match(await call('conversation.get', { id: again.conversationId }), { folder: 'other' }, 'a stranger now')
  t.match(await refused('contact.delete', { id: 'p999' }), { kind: 'not_found' })

  const carol = await writes('Carol <carol@friend.example>', 'stays')
  const other = await writes('Dave <dave@friend.example>', 'dave')
  await call('contact.merge', { ids: [carol.sender.contactId, other.sender.contactId] })
  t.match(await refused('contact.delete', { id: other.sender.contactId }), { kind: 'conflict' })
  t.match(await refused('contact.exchanged', { id: other.sender.contactId, kind: 'links' }), { kind: 'conflict' })
  t.match(await refused('contact.export', { id: other.sender.contactId }), { kind: 'conflict' })
  t.match(await refused('contact.export', { id: 'p999' }), { kind: 'not_found' })
  t.same(await call('contact.delete', { id: carol.sender.contactId }), { messages: 0 })
  t.match(await call('message.get', { id: carol.id }), { text: 'stays' }, 'without forget the messages stay')
  await settled('deleted')
  t.ok(now.rev)
})

t.test('contact.delete: whoever only machines or lists have written for can be deleted too', async (t) => {
  const stage = await openStage(t)
  for (const [i, more] of [{ automatic: 'bulk' as const }, { automatic: 'list' as const, list: { id: 'sailors.example' } }].entries()) {
    const name = ['Alice', 'Bob'][i]!
    const message = await stage.writes(`${name} <${name.toLowerCase()}@friend.example>`, 'by machine', more)
    t.same(await stage.call('contact.delete', { id: message.sender.contactId }), { messages: 0 })
    t.match(await stage.call('message.get', { id: message.id }), { text: 'by machine' }, 'what was written stays')
  }
  await stage.settled('deleted')
})

t.test('contact.delete with forget: how it was sent, who was screened, what was learnt there and what it was about goes too', async (t) => {
  const { call, writes, house, client, settled } = await openStage(t)
  const dave = await writes('Dave <dave@friend.example>', 'what has keys and opens nothing', { subject: 'A riddle' })
  const bob = await writes('Bob <bob@friend.example>', 'hi from Bob', { subject: 'The hut' })
  await call('screener.decide', { ids: [dave.conversationId, bob.conversationId], decision: 'inbox' })
  const sent = await call<Message>('message.send', { clientId: '01990000-0000-7000-8000-00000000000b', conversationId: dave.conversationId, text: 'a piano' })
  await client.until(() => client.events.some(({ id, data }) => id === sent.id && data?.['status'] === 'sent'))
  const main = openMainReader(house.folder)
  t.teardown(() => main.close())
  const kept = () => main.read((tx) => [
    ...['dispatch', 'attempt', 'screening', 'spam_lesson'].map((table) => tx.get<{ rows: number }>(`SELECT count(*) AS rows FROM ${table}`)!.rows), ...tx.all<{ subject: string }>("SELECT subject FROM topic WHERE subject <> ''").map(({ subject }) => subject)
  ])
  t.same(kept(), [1, 1, 2, 2, 'A riddle', 'The hut'])
  t.same(await call('contact.delete', { id: dave.sender.contactId, forget: true }), { messages: 2 })
  await settled('forgotten')
  t.same(kept(), [0, 0, 1, 1, 'The hut'])
  t.same((await call<Page<{ conversationId: string }>>('screener.history')).items.map(({ conversationId }) => conversationId), [bob.conversationId])
  const again = await writes('Dave <dave@friend.example>', 'me again')
  t.match(await call('conversation.get', { id: again.conversationId }), { folder: 'other' }, 'let in no more')
})
