import t from 'tap'
import { openStore } from '#client'
import { openStage } from '../api/methods/stage.ts'
import { openLine, reaches, ready } from './desk.ts'

t.test('windows follow what happens, and what is written shows at once', async t => {
  const stage = await openStage(t)
  const { client } = await openLine(t, stage.house)
  const inbox = openStore(client)
  t.teardown(() => inbox.close())
  const other = inbox.conversations({ folder: 'other' })
  const friends = inbox.conversations({ folder: 'inbox' })
  const people = inbox.contacts()
  await Promise.all([ready(other), ready(friends), ready(people), reaches(inbox.accounts, accounts => accounts?.length === 2), reaches(inbox.settings, settings => settings !== null)])
  t.same(inbox.counts.value, { inbox: 0, other: 0, screener: 0 })

  const { conversationId, sender: { contactId } } = await stage.writes('Alice <alice@friend.example>', 'Saturday?')
  await reaches(other, ({ items }) => items[0]?.id === conversationId)
  await reaches(inbox.counts, counts => counts?.other === 1)
  const messages = inbox.messages({ conversationId })
  await reaches(messages, ({ items, state }) => state === 'ready' && items[0]?.text === 'Saturday?')

  const made = inbox.setFriend(contactId!, true)
  await reaches(friends, ({ items }) => items[0]?.id === conversationId)
  t.same(other.value.items, [], 'it went from one window to the other')
  t.equal((await made).friend, 'friend')
  await reaches(messages, ({ items }) => items[0]?.folder === 'inbox')

  const sending = inbox.send({ conversationId, text: 'Gladly' })
  t.match(messages.value.items[0], { text: 'Gladly', pending: true, direction: 'out' }, 'it shows before the server knows')
  const sent = await sending
  await reaches(messages, ({ items }) => items[0]?.id === sent.id && items[0]?.status === 'sent')
  t.equal(messages.value.items.length, 2)

  const marking = inbox.markRead(conversationId, messages.value.items[1]!.id)
  t.equal(messages.value.items[1]!.seen, true)
  await marking
  t.same([messages.value.items[1]!.seen, friends.value.items[0]!.unread, inbox.counts.value?.inbox], [true, 0, 0])

  const archived = inbox.conversations({ folder: 'inbox', archived: true })
  await ready(archived)
  const archiving = inbox.archive(conversationId)
  t.same([friends.value.items.length, archived.value.items[0]?.id], [0, conversationId], 'it is put away at once')
  await archiving
  t.same([friends.value.items.length, archived.value.items[0]?.id], [0, conversationId])
})

t.test('what the server refuses is taken back', async t => {
  const stage = await openStage(t)
  const { client } = await openLine(t, stage.house)
  const inbox = openStore(client)
  t.teardown(() => inbox.close())
  const { conversationId } = await stage.writes('Alice <alice@friend.example>', 'Saturday?')
  const messages = inbox.messages({ conversationId })
  const other = inbox.conversations({ folder: 'other' })
  await Promise.all([ready(messages), ready(other)])
  const sending = inbox.send({ conversationId, text: 'Gladly', attachments: ['b999'] })
  t.equal(messages.value.items.length, 2)
  await t.rejects(sending, { name: 'KinboxError', kind: 'not_found' })
  t.equal(messages.value.items.length, 1)
  const pinning = inbox.update({ id: conversationId, pinned: true, ifRev: 999 })
  t.equal(other.value.items[0]!.pinned, true)
  await t.rejects(pinning, { name: 'KinboxError', kind: 'conflict' })
  t.equal(other.value.items[0]!.pinned, false)
})

t.test('a window around a message grows both ways, and hears only of what it covers', async t => {
  const stage = await openStage(t)
  const { client } = await openLine(t, stage.house)
  const inbox = openStore(client, { pageSize: 4 })
  t.teardown(() => inbox.close())
  await stage.mail.letters(Array.from({ length: 30 }, (_, n) => ({ sender: { kind: 'email', address: 'alice@friend.example', raw: 'alice@friend.example' }, recipients: [{ kind: 'email', address: 'ada@example.org', role: 'to' as const }], text: `Letter ${n}` })))
  const { items: [conversation] } = await stage.list('other')
  const { items } = await stage.call<{ items: { id: string, text: string }[] }>('message.list', { conversationId: conversation!.id, limit: 200 })
  const texts = (from: number, to: number) => Array.from({ length: from - to + 1 }, (_, n) => `Letter ${from - n}`)
  const window = inbox.messages({ conversationId: conversation!.id, around: items.find(({ text }) => text === 'Letter 15')!.id })
  await ready(window)
  const shown = () => window.value.items.map(({ text }) => text)
  t.same(shown(), texts(16, 13))
  t.same([window.value.more, window.value.newer], [true, true])
  await stage.writes('alice@friend.example', 'Letter 30')
  await reaches(client.position, position => position!.seq >= stage.client.seq())
  t.same(shown(), texts(16, 13), 'what lies beyond is not shown')
  while (window.value.newer) await window.loadNewer()
  t.same(shown(), texts(30, 13))
  while (window.value.more) await window.loadMore()
  t.same(shown(), texts(30, 0))
  await stage.writes('alice@friend.example', 'Letter 31')
  await reaches(window, ({ items }) => items.length === 32)

  const first = inbox.messages({ conversationId: conversation!.id, around: items.at(-1)!.id })
  const last = inbox.messages({ conversationId: conversation!.id, around: window.value.items[0]!.id })
  await Promise.all([ready(first), ready(last)])
  t.same(first.value.items.map(({ text }) => text), texts(2, 0))
  t.same(last.value.items.map(({ text }) => text), texts(31, 28))
  t.same([first.value.more, first.value.newer, last.value.newer], [false, true, false])
})

t.test('single objects, typing and presence are held while somebody looks', async t => {
  const stage = await openStage(t)
  await stage.house.connectAccount(stage.client, 'chats', { own: 'ada@chat.example', secret: 'a secret of this test' })
  const chat = stage.network.wire('ada@chat.example')
  const line = await openLine(t, stage.house)
  const inbox = openStore(line.client)
  t.teardown(() => inbox.close())
  const alice = { kind: 'chat', address: 'alice@chat.example' }
  const before = stage.client.events.length
  await chat.letters([{ sender: { ...alice, raw: 'alice@chat.example' }, recipients: [{ kind: 'chat', address: 'ada@chat.example', role: 'to' }], text: 'Hello' }])
  const created = () => stage.client.events.slice(before).find(({ type }) => type === 'message.created')?.data as { conversationId: string, sender: { contactId: string } } | undefined
  await stage.client.until(() => created() !== undefined)
  const { conversationId, sender: { contactId } } = created()!

  const [one, two] = [inbox.contact(contactId), inbox.contact(contactId)]
  t.equal(one.value, null)
  const ends = [one.subscribe(() => {}), two.subscribe(() => {})]
  await reaches(one, contact => contact !== null)
  await stage.call('contact.put', { id: contactId, name: 'Alice' })
  await Promise.all([one, two].map(live => reaches(live, contact => contact?.name === 'Alice')))
  for (const end of ends) end()
  t.equal(one.value, null, 'nothing is kept of what nobody looks at')
  const renaming = inbox.contact(contactId)
  const end = renaming.subscribe(() => {})
  await reaches(renaming, contact => contact?.name === 'Alice')
  const saving = inbox.saveContact({ id: contactId, name: 'Alice B.' })
  t.equal(renaming.value?.name, 'Alice B.')
  await saving
  end()

  const [typing, presence] = [inbox.signals.typing(conversationId), inbox.signals.presence(contactId)]
  typing.subscribe(() => {})
  presence.subscribe(() => {})
  await line.client.call('session.ping', {})
  chat.signals({ type: 'presence', address: alice, available: true })
  await reaches(presence, seen => seen?.presence === 'online')
  chat.signals({ type: 'typing', address: alice, typing: true })
  await reaches(typing, parties => parties[0]?.address === alice.address)
  line.cut()
  t.same(typing.value, [], 'who writes is not known over a cut')
  chat.signals({ type: 'presence', address: alice, available: true, away: true })
  await reaches(presence, seen => seen?.presence === 'away')
  chat.signals({ type: 'typing', address: alice, typing: true })
  await reaches(typing, parties => parties.length === 1)
  chat.signals({ type: 'typing', address: alice, typing: false })
  await reaches(typing, parties => parties.length === 0)
})

t.test('after a reset, windows, counts and single objects are fetched anew', async t => {
  const stage = await openStage(t)
  const line = await openLine(t, stage.house)
  const inbox = openStore(line.client)
  t.teardown(() => inbox.close())
  const other = inbox.conversations({ folder: 'other' })
  await ready(other)
  const { conversationId } = await stage.writes('Alice <alice@friend.example>', 'Hello')
  await reaches(other, ({ items }) => items.length === 1)
  const one = inbox.conversation(conversationId)
  one.subscribe(() => {})
  await reaches(one, conversation => conversation !== null)
  // The log of a restored backup: what this client says is unknown there.
  line.says = frame => {
    if (frame.method === 'session.hello') frame.params['resume'] = { logId: 'another log', seq: 1 }
    return true
  }
  line.rewrites = true
  line.dead = true
  line.cut()
  await stage.writes('Bob <bob@friend.example>', 'Hello, too')
  await stage.call('conversation.update', { id: conversationId, pinned: true })
  line.dead = false
  await reaches(other, ({ items }) => items.length === 2)
  await reaches(one, conversation => conversation?.pinned === true)
  await reaches(inbox.counts, counts => counts?.other === 2)
  t.same(other.value.items.map(({ title, pinned }) => [title, pinned]).sort(), [['Alice', true], ['Bob', false]])
})
