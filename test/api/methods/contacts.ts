import t from 'tap'
import { openStage } from './stage.ts'
import type { Contact, Conversation, Message, Page, Stage } from './stage.ts'

const phone = { kind: 'phone', address: '+4915112345678' }
const email = (address: string) => ({ kind: 'email', address })

const texts = async ({ call }: Stage, conversationId: string) => (await call<Page<Message>>('message.list', { conversationId })).items.map(({ text }) => text).reverse()

t.test('contact.list, get and friend.list: strangers too, by pages', async (t) => {
  const { call, refused, writes, settled } = await openStage(t)
  t.match(await call('contact.list'), { items: [], nextCursor: null })
  const people: Message[] = []
  for (const who of ['Alice <alice@friend.example>', 'Bob <bob@friend.example>', 'mallory@evil.test']) people.push(await writes(who, 'hi'))
  for (const { sender: { contactId } } of people.slice(0, 2)) t.match(await call('friend.set', { contactId, friend: true }), { friend: 'friend' })
  const names = ({ items }: Page<Contact>) => items.map(({ name }) => name)
  t.same(names(await call('contact.list')), ['Alice', 'Bob', 'mallory@evil.test'])
  t.same(names(await call('friend.list')), ['Alice', 'Bob'])
  for (const [method, whole] of [['contact.list', ['Alice', 'Bob', 'mallory@evil.test']], ['friend.list', ['Alice', 'Bob']]] as const) {
    const paged: string[] = []
    for (let cursor: string | null | undefined; cursor !== null;) {
      const page: Page<Contact> = await call(method, { limit: 1, ...(cursor ? { cursor } : {}) })
      paged.push(...names(page))
      cursor = page.nextCursor
    }
    t.same(paged, whole, method)
    for (const cursor of ['!', 'IA', 'nonsense']) t.match(await refused(method, { cursor }), { kind: 'invalid_params', message: /nextCursor/ }, `${method} ${cursor}`)
  }
  await call('friend.set', { contactId: people[0]!.sender.contactId, friend: false })
  t.same(names(await call('friend.list')), ['Bob'])
  await settled('two friends, then one')
  await writes('Bob the climber <bob@friend.example>', 'a new name')
  await settled('somebody calls himself by another name')
  for (const id of ['p999', 'c1', '']) t.match(await refused('contact.get', { id }), { kind: id ? 'not_found' : 'invalid_params' }, id)
  t.match(await refused('friend.set', { contactId: 'p999', friend: true }), { kind: 'not_found' })
})

t.test('contact.put: a new one, another name, notes', async (t) => {
  const { call, refused, writes, client, conversation, settled } = await openStage(t)
  const made = await call<Contact>('contact.put', { name: 'Dave', addresses: [email('Dave@FRIEND.example'), { kind: 'phone', address: '+49 151 1234 5678' }], notes: 'climbs' })
  t.match(made, { name: 'Dave', notes: 'climbs', friend: 'none', addresses: [email('dave@friend.example'), phone] })
  const message = await writes('David <dave@friend.example>', 'hello')
  t.equal(message.sender.contactId, made.id, 'his mail is his')
  t.match(await conversation(message), { title: 'Dave' }, 'called as the user calls him')
  await settled('somebody who was known before he wrote')
  const now = await call<Contact>('contact.put', { id: made.id, name: 'Dave from the hut', notes: null })
  t.match(now, { name: 'Dave from the hut', notes: null, addresses: [{}, {}] })
  t.match(await conversation(message), { title: 'Dave from the hut' })
  await settled('another name, also of the conversation')
  await client.until(() => client.events.some(({ type, id, rev }) => type === 'contact.changed' && id === made.id && rev === now.rev))
  const stale = await refused('contact.put', { id: made.id, name: 'x', ifRev: 1 })
  t.same([stale.kind, stale.detail], ['conflict', now])
  t.match(await refused('contact.put', { notes: 'x' }), { kind: 'invalid_params', message: /needs a name/ })
  t.match(await refused('contact.put', { id: 'p999', name: 'x' }), { kind: 'not_found' })
  t.match(await refused('contact.put', { name: 'x', addresses: [email('not one')] }), { kind: 'invalid_params', message: /"not one" is not an e-mail address/ })
  t.match(await refused('contact.put', { name: 'x', addresses: [{ kind: 'phone', address: 'no number' }] }), { kind: 'invalid_params', message: /"no number" is not a phone number: write it with its country code/ })
  t.match(await call('contact.list'), { items: [{ id: made.id }], nextCursor: null })
})

t.test('contact.link and unlink: an address brings its messages along', async (t) => {
  const stage = await openStage(t)
  const { call, refused, writes, texts: sms, conversation, list, settled } = stage
  const mail = await writes('Alice <alice@friend.example>', 'by mail')
  const text = await sms(phone.address, 'by phone')
  const alice = mail.sender.contactId!
  await call('friend.set', { contactId: alice, friend: true })
  const linked = await call<Contact>('contact.link', { id: alice, kind: 'phone', address: '+49 151 12345678' })
  t.match(linked, { name: 'Alice', friend: 'friend', addresses: [email('alice@friend.example'), phone] })
  t.same(await texts(stage, mail.conversationId), ['by mail', 'by phone'])
  t.match(await conversation(text), { redirectTo: mail.conversationId, unread: 0 })
  t.match([await call('inbox.counts'), (await list('other')).items], [{ inbox: 2, other: 0 }, []])
  await settled('linked')
  t.match(await call('contact.link', { id: alice, ...phone }), { addresses: [{}, {}] }, 'again: nothing changes')
  t.match(await call('contact.get', { id: text.sender.contactId }), { redirectTo: alice })
  t.match(await refused('contact.link', { id: text.sender.contactId, ...email('x@friend.example') }), { kind: 'conflict', message: /merged into another/ })
  t.match(await refused('contact.put', { id: text.sender.contactId, name: 'x' }), { kind: 'conflict', message: /redirectTo/ })
  t.match(await refused('friend.set', { contactId: text.sender.contactId, friend: true }), { kind: 'conflict', message: /redirectTo/ })

  t.match(await call('contact.unlink', { id: alice, ...phone }), { addresses: [email('alice@friend.example')] })
  t.same(await texts(stage, mail.conversationId), ['by mail'])
  const back = await sms(phone.address, 'who am I')
  t.same(await texts(stage, back.conversationId), ['by phone', 'who am I'], 'its messages are in a conversation of their own again')
  t.match(await conversation(back), { folder: 'other' }, 'and not a friend\'s')
  await settled('unlinked')

  t.match(await refused('contact.unlink', { id: alice, ...email('alice@friend.example') }), { kind: 'conflict', message: /the only one/ })
  t.match(await refused('contact.unlink', { id: alice, ...phone }), { kind: 'conflict', message: /not theirs/ })
  for (const method of ['contact.link', 'contact.unlink']) {
    t.match(await refused(method, { id: 'p999', ...phone }), { kind: 'not_found' }, method)
    t.match(await refused(method, { id: alice, kind: 'phone', address: 'none' }), { kind: 'invalid_params', message: /"none" is not a phone number/ }, method)
    t.match(await refused(method, { id: alice, kind: 'smoke', address: 'x' }), { kind: 'invalid_params', message: /no network here/ }, method)
  }
  t.match(await refused('contact.unlink', { id: text.sender.contactId, ...phone }), { kind: 'conflict' })
})

t.test('contact.merge and unmerge: one thread, and each message back with whose address it was', async (t) => {
  const stage = await openStage(t)
  const { call, refused, client, writes, texts: sms, conversation, list, settled } = stage
  const mail = await writes('Alice <alice@friend.example>', 'm1')
  const text = await sms(phone.address, 's1')
  const [alice, caller] = [mail.sender.contactId!, text.sender.contactId!]
  await call('friend.set', { contactId: alice, friend: true })
  await call('conversation.update', { id: text.conversationId, pinned: true, labels: ['phone'] })
  await settled('before the merge')
  const { contactId, mergeId } = await call<{ contactId: string, mergeId: string }>('contact.merge', { ids: [caller, alice] })
  t.equal(contactId, caller)
  t.match(await call('contact.get', { id: caller }), { name: 'Alice', friend: 'friend', addresses: [email('alice@friend.example'), phone], merges: [{ mergeId, at: String }] })
  t.match(await call('contact.get', { id: alice }), { redirectTo: caller })
  t.match(await conversation(mail), { redirectTo: text.conversationId, unread: 0 })
  t.same(await texts(stage, text.conversationId), ['m1', 's1'])
  t.match([(await list('inbox')).items, (await list('other')).items], [[{ id: text.conversationId, unread: 2, pinned: true }], []], 'a friend\'s thread is in the inbox')
  t.match(await call('inbox.counts'), { inbox: 2, other: 0 })
  await settled('merged')
  t.match(client.events.findLast(({ type, id }) => type === 'conversation.changed' && id === text.conversationId), { reset: true })

  t.same(await texts(stage, mail.conversationId), ['m1', 's1'], 'the old id answers with where the messages are now')
  t.match(await call('conversation.update', { id: mail.conversationId, pinned: false }), { id: text.conversationId, pinned: false })
  for (const [who, word] of [['alice@friend.example', 'm2'], [phone.address, 's2'], ['alice@friend.example', 'm3']] as const) await (who === phone.address ? sms(who, word) : writes(who, word))
  await settled('three more')

  t.same(await call('contact.unmerge', { mergeId }), { contactIds: [alice, caller].sort() })
  t.same([await texts(stage, mail.conversationId), await texts(stage, text.conversationId)], [['m1', 'm2', 'm3'], ['s1', 's2']])
  t.match(await conversation(mail), { folder: 'inbox', contactId: alice })
  t.match(await conversation(text), { folder: 'other', contactId: caller, pinned: true, labels: ['phone'] }, 'as it was before')
  t.match(await call('inbox.counts'), { inbox: 3, other: 2 })
  t.match(await call('contact.get', { id: caller }), { friend: 'none', merges: undefined })
  await settled('unmerged')

  t.match(await refused('contact.unmerge', { mergeId }), { kind: 'conflict', message: /undone already/ })
  t.match(await refused('contact.unmerge', { mergeId: 'g999' }), { kind: 'not_found' })
  t.match(await refused('contact.merge', { ids: [alice, 'p999'] }), { kind: 'not_found' })
  t.match(await refused('contact.merge', { ids: [alice] }), { kind: 'invalid_params' })
  t.match(await refused('contact.merge', { ids: [alice, alice] }), { kind: 'invalid_params' })
  const other = await writes('bob@friend.example', 'hi')
  const first = await call<{ mergeId: string }>('contact.merge', { ids: [alice, caller] })
  const second = await call<{ mergeId: string }>('contact.merge', { ids: [alice, other.sender.contactId] })
  t.match(await call('contact.get', { id: alice }), { merges: [{ mergeId: second.mergeId }, { mergeId: first.mergeId }] })
  await call('contact.unmerge', { mergeId: first.mergeId })
  await settled('merged twice, the first undone first')
  await call('contact.unmerge', { mergeId: second.mergeId })
  t.same([await texts(stage, mail.conversationId), await texts(stage, text.conversationId), await texts(stage, other.conversationId)], [['m1', 'm2', 'm3'], ['s1', 's2'], ['hi']])
  await settled('merged twice, undone twice')
})

t.test('unmerge where only the folder changes back is heard, and counted', async (t) => {
  const stage = await openStage(t)
  const { call, house, writes, texts: sms, list, settled } = stage
  const mail = await writes('Alice <alice@friend.example>', 'm1')
  const text = await sms(phone.address, 's1')
  await call('friend.set', { contactId: mail.sender.contactId, friend: true })
  await call('conversation.markRead', { id: mail.conversationId, upTo: mail.id })
  const { mergeId } = await call<{ mergeId: string }>('contact.merge', { ids: [text.sender.contactId, mail.sender.contactId] })
  t.match(await call('inbox.counts'), { inbox: 1, other: 0 })
  await settled('merged')
  const inboxOnly = await house.client()
  await inboxOnly.call('sync.subscribe', { folders: ['inbox'] })
  await call('contact.unmerge', { mergeId })
  t.match([await call('inbox.counts'), (await list('other')).items.map(({ id }) => id)], [{ inbox: 0, other: 1 }, [text.conversationId]])
  await settled('unmerged')
  await inboxOnly.until(() => inboxOnly.events.some(({ type, id }) => type === 'conversation.changed' && id === text.conversationId))
  t.match(inboxOnly.events.find(({ type }) => type === 'counts.changed')?.data, { inbox: 0, other: 1 })
})

t.test('a merge joins groups that have become equal', async (t) => {
  const stage = await openStage(t)
  const { call, writes, settled, list } = stage
  const to = (...addresses: string[]) => ({ recipients: addresses.map((address) => ({ ...email(address), role: 'to' as const })) })
  const one = await writes('Bob <bob@friend.example>', 'g1', to('ada@example.org', 'alice@friend.example'))
  const two = await writes('Bob <bob@friend.example>', 'g2', to('ada@example.org', 'alice@work.example'))
  const alone = await writes('Alice <alice@friend.example>', 'a1')
  const work = await writes('alice@work.example', 'w1')
  const { mergeId } = await call<{ mergeId: string }>('contact.merge', { ids: [alone.sender.contactId, work.sender.contactId] })
  t.same(await texts(stage, one.conversationId), ['g1', 'g2'])
  t.same((await list('other')).items.map(({ kind, memberCount }: Conversation) => [kind, memberCount]), [['person', 1], ['group', 2]])
  await settled('groups joined')
  await call('contact.unmerge', { mergeId })
  t.same([await texts(stage, one.conversationId), await texts(stage, two.conversationId)], [['g1'], ['g2']])
  await settled('and parted')
})
