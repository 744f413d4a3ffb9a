import t from 'tap'
import { Changes } from '../../src/feed/append.ts'
import { announce } from '../../src/inbound/announce.ts'
import { forget } from '../../src/inbound/forget.ts'
import { insertAddress, insertContact } from '../../src/store/contacts.ts'
import { openMainReader } from '../../src/store/search-file.ts'
import type { Reader } from '../../src/store/tx.ts'
import type { Letter } from '../fixtures/network.ts'
import { addTestUser, tempStore } from '../fixtures/store.ts'
import { openStage, own } from '../api/methods/stage.ts'
import type { Message } from '../api/methods/stage.ts'

const proven: Letter = { proof: { level: 'verified', evidence: [], covers: ['to', 'cc'] } }
const cc = (address: string): NonNullable<Letter['recipients']> => [{ kind: 'email', address: own, role: 'to' }, { kind: 'email', address, role: 'cc' }]

/** Where a word stands in any table, but for bytes that the next collection takes. */
function traces(tx: Reader, words: readonly string[]): string[] {
  const tables = tx.all<{ name: string }>("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name <> 'raw'")
  return tables.flatMap(({ name }) => tx.all<Record<string, unknown>>(`SELECT * FROM "${name}"`).flatMap((row) => Object.entries(row).flatMap(([column, value]) => {
    const text = (value instanceof Uint8Array ? Buffer.from(value).toString('latin1') : String(value)).toLowerCase()
    return words.filter((word) => text.includes(word)).map((word) => `${name}.${column}: ${word}`)
  })))
}

t.test('nothing of whoever is forgotten is left: no address, no name, no word, no rule, nothing learnt', async (t) => {
  const stage = await openStage(t)
  const { call, writes, client, house, settled } = stage
  const main = openMainReader(house.folder)
  t.teardown(() => main.close())
  const words = ['quux', 'xylophone', 'davinci']
  const all = () => main.read((tx) => traces(tx, words))
  const learnt = () => main.read((tx) => tx.all("SELECT spam, good, hex(counts) AS counts FROM spam_words"))
  const bob = await writes('Bob <bob@friend.example>', 'hi', proven)
  await call('screener.decide', { ids: [bob.conversationId], decision: 'inbox' })
  const before = learnt()

  const dave = await writes('Davinci <dave@quux.example>', 'about the xylophone', { ...proven, subject: 'Xylophone', messageId: 'one@quux.example', attachments: [{ name: 'xylophone.txt', contentType: 'text/plain', text: 'xylophone' }] })
  const id = dave.sender.contactId!
  await call('screener.decide', { ids: [dave.conversationId], decision: 'inbox' })
  await call('contact.put', { id, name: 'Davinci', notes: 'plays the xylophone' })
  await call('friend.set', { contactId: id, friend: true })
  await call('conversation.update', { id: dave.conversationId, labels: ['xylophone'] })
  await writes('Davinci <dave@quux.example>', 'by machine', { ...proven, automatic: 'notification' })
  const forged = await writes('Davinci <dave@quux.example>', 'forged', { proof: { level: 'conflicting', evidence: ['quux.example'] } })
  await call('screener.decide', { ids: [forged.conversationId], decision: 'spam' })
  await writes('Davinci <dave@quux.example>', 'the three of us', { ...proven, messageId: 'two@quux.example', references: ['zero@quux.example', 'one@quux.example'], recipients: cc('bob@friend.example') })
  await writes('Davinci <dave@quux.example>', 'meet Erin', { ...proven, recipients: cc('erin@example.net') })
  const erin = await writes('Erin <erin@example.net>', 'hello', proven)
  t.match(erin.because, { rule: 'friend-of-friend', text: /Davinci/ })
  const sent = await call<Message>('message.send', { clientId: '01990000-0000-7000-8000-00000000000c', conversationId: dave.conversationId, text: 'what xylophone' })
  await client.until(() => client.events.some((event) => event.id === sent.id && event.data?.['status'] === 'sent'))
  t.equal(new Set(all().map((one) => one.split('.')[0])).size > 12, true, 'it stands in many tables')

  await call('contact.delete', { id, forget: true })
  t.same(all(), [])
  t.same(learnt(), before, 'nor is anything known by what they wrote')
  await settled('forgotten')
  t.match(await call('message.get', { id: erin.id }), { because: { rule: 'friend-of-friend', text: 'They were known through somebody whom you have forgotten.', evidence: [] } })
  t.same((await call<{ items: { value: string }[] }>('rule.list')).items.map(({ value }) => value), ['bob@friend.example'])
  t.same((await call<{ items: object[] }>('search.query', { q: 'xylophone' })).items, [])
  const again = await writes('Davinci <dave@quux.example>', 'a stranger', { ...proven, messageId: 'three@quux.example', references: ['one@quux.example'] })
  t.match([again.sender.contactId === id, await call('conversation.get', { id: again.conversationId })], [false, { folder: 'other', because: { rule: 'unknown' }, labels: [] }])
  await settled('back as a stranger')
})

t.test('who is forgotten and still has a part in a group: the address alone is known, and no rule about it', async (t) => {
  const stage = await openStage(t)
  const { call, writes, house, settled } = stage
  const dave = await writes('Davinci <dave@quux.example>', 'hi', { ...proven, messageId: 'one@quux.example', subject: 'Xylophone' })
  await call('screener.decide', { ids: [dave.conversationId], decision: 'inbox' })
  await call('friend.set', { contactId: dave.sender.contactId, friend: true })
  const bob = await writes('Bob <bob@friend.example>', 'all of us', { ...proven, messageId: 'two@friend.example', references: ['zero@far.example', 'one@quux.example'], recipients: cc('dave@quux.example') })
  const main = openMainReader(house.folder)
  t.teardown(() => main.close())
  await call('contact.delete', { id: dave.sender.contactId, forget: true })
  t.same((await call<{ items: object[] }>('rule.list')).items, [])
  t.match(await call('message.get', { id: bob.id }), { text: 'all of us' })
  t.same([...new Set(main.read((tx) => traces(tx, ['davinci', 'xylophone', 'near'])))], [], 'the name is forgotten')
  t.same(main.read((tx) => tx.all('SELECT form FROM near_domain')), [], 'nor is anybody warned of what looks like their domain')
  t.same(main.read((tx) => tx.all('SELECT message_id AS id, present FROM topic_ref ORDER BY 1')), [{ id: 'one@quux.example', present: 0 }, { id: 'two@friend.example', present: 1 }], 'what others said of their mails stays said')
  await settled('a part in a group')
  t.match(await call('conversation.get', { id: (await writes('Davinci <dave@quux.example>', 'back', proven)).conversationId }), { folder: 'other' })
})

t.test('the digests of Kinbox itself name them no more', async (t) => {
  const { store, clock, wakeup } = await tempStore(t)
  const userId = await addTestUser(store, 'ada')
  const [contactId, digestId] = await store.hot((tx) => {
    const changes = new Changes(userId)
    const contact = insertContact(tx, changes, userId, 'Davinci', 'message')
    insertAddress(tx, userId, contact.id, { kind: 'email', address: 'dave@quux.example' })
    const entry = (shown: string) => ({ conversation: 1, shown, since: 1 })
    const id = announce(tx, changes, userId, { waiting: [entry('dave@quux.example'), entry('bob@friend.example')], more: 1, raised: [entry('dave@quux.example')], streams: [] }, clock.now())
    changes.append(tx, clock.now())
    return [contact.id, id]
  })
  await forget({ store, clock, wakeup }, userId, contactId!, { messages: true })
  t.same(await store.read((tx) => traces(tx, ['quux', 'davinci'])), [])
  t.match(await store.read((tx) => tx.get('SELECT text, digest FROM message_body WHERE message_id = ?', digestId)), { text: 'New in the screener: 3.\n• bob@friend.example\n• and 2 more', digest: /bob@friend\.example/ })
})
