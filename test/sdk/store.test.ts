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
  t.match(inbox.counts.value, { inbox: 0, other: 0 })

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
