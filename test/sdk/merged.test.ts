import t from 'tap'
import { openStore } from '#client'
import { openStage } from '../api/methods/stage.ts'
import { openLine, reaches, ready } from './desk.ts'

t.test('a window of messages goes with its conversation into another one, and back', async t => {
  const stage = await openStage(t)
  const { client } = await openLine(t, stage.house)
  const inbox = openStore(client)
  t.teardown(() => inbox.close())
  const alice = await stage.writes('Alice <alice@friend.example>', 'By mail')
  const { conversationId, sender } = await stage.texts('+4915112345678', 'By text message')
  const merge = () => stage.call<{ mergeId: string }>('contact.merge', { ids: [alice.sender.contactId, sender.contactId] })
  const window = inbox.messages({ conversationId })
  await ready(window)
  const texts = (...wanted: string[]) => reaches(window, ({ items, state }) => state === 'ready' && items.map(({ text }) => text).join() === wanted.join())

  const { mergeId } = await merge()
  await texts('By text message', 'By mail')
  await stage.writes('Alice <alice@friend.example>', 'And again')
  await texts('And again', 'By text message', 'By mail')
  await stage.call('conversation.update', { id: alice.conversationId, pinned: true })
  await stage.call('friend.set', { contactId: alice.sender.contactId, friend: true })
  await reaches(window, ({ items }) => items.every(({ folder }) => folder === 'inbox'))

  await stage.call('contact.unmerge', { mergeId })
  await texts('By text message')
  await stage.texts('+4915112345678', 'A stranger again')
  await texts('A stranger again', 'By text message')
  await stage.writes('Alice <alice@friend.example>', 'Not here')
  await stage.texts('+4915112345678', 'The last')
  await texts('The last', 'A stranger again', 'By text message')

  // Opened under the id of before: it shows, and follows, the one that it is in.
  await merge()
  const late = inbox.messages({ conversationId })
  await ready(late)
  const sending = inbox.send({ conversationId, text: 'To both' })
  await sending
  await reaches(late, ({ items }) => items[0]?.text === 'To both' && items.filter(({ text }) => text === 'To both').length === 1)
})

t.test('the name of an own address is the name on its account', async t => {
  const stage = await openStage(t)
  const { client } = await openLine(t, stage.house)
  const inbox = openStore(client)
  t.teardown(() => inbox.close())
  await reaches(inbox.accounts, accounts => accounts?.length === 2)
  const { items: [own] } = await stage.call<{ items: { id: string, accountId: string }[] }>('identity.list')
  await stage.call('identity.put', { id: own!.id, name: 'Ada' })
  await reaches(inbox.accounts, accounts => accounts?.find(({ id }) => id === own!.accountId)?.addresses[0]?.name === 'Ada')
  await stage.settled('after an own address was named')
})
