import t from 'tap'
import { from, openStage } from './stage.ts'
import type { Contact, Conversation, Message, Page } from './stage.ts'

t.test('conversation.list and inbox.counts: both folders, newest first, by pages', async (t) => {
  const { call, refused, writes, list, settled } = await openStage(t)
  t.same(await call('inbox.counts'), { inbox: 0, other: 0, screener: 0 })
  t.match(await list('inbox'), { items: [], nextCursor: null })
  const alice = await writes('Alice <alice@friend.example>', 'hello')
  for (const name of ['bob', 'carol', 'dave']) await writes(`${name}@evil.test`, 'buy')
  t.same(await call('inbox.counts'), { inbox: 0, other: 4, screener: 4 })
  await call('friend.set', { contactId: alice.sender.contactId, friend: true })
  t.same(await call('inbox.counts'), { inbox: 1, other: 3, screener: 3 })
  t.match(await list('inbox'), { items: [{ title: 'Alice', unread: 1, folder: 'inbox', because: { rule: 'friend' }, lastMessage: { preview: 'hello' } }], nextCursor: null })

  const whole = await list('other')
  t.same(whole.items.map(({ title }) => title), ['dave@evil.test', 'carol@evil.test', 'bob@evil.test'])
  const paged: Conversation[] = []
  for (let cursor: string | null | undefined; cursor !== null;) {
    const page: Page<Conversation> = await list('other', { limit: 1, ...(cursor ? { cursor } : {}) })
    t.equal(page.items.length, 1)
    paged.push(...page.items)
    cursor = page.nextCursor
  }
  t.same(paged, whole.items)
  for (const cursor of ['nonsense', '!', 'IA', Buffer.from('1').toString('base64url'), Buffer.from('1 x').toString('base64url'), Buffer.from('1 2 3').toString('base64url'), Buffer.from('1e3 0x1').toString('base64url')]) {
    t.match(await refused('conversation.list', { folder: 'other', cursor }), { kind: 'invalid_params', message: /nextCursor/ }, cursor)
  }
  t.match(await refused('conversation.list', { folder: 'spam' }), { kind: 'invalid_params', message: /"inbox", "other"/ })
  t.match(await refused('conversation.list', { folder: 'inbox', limit: 201 }), { kind: 'invalid_params', message: /limit/ })
  await settled('a friend, and three strangers')
})

t.test('conversation.update: what is named changes, the rest stays', async (t) => {
  const { call, refused, writes, list, conversation, client, settled } = await openStage(t)
  const message = await writes('Bob <bob@friend.example>', 'one')
  const id = message.conversationId
  const update = (params: object) => call<Conversation>('conversation.update', { id, ...params })
  t.match(await update({ pinned: true, labels: ['home', 'work'] }), { pinned: true, labels: ['home', 'work'], mutedUntil: null, archivedAt: null })
  t.match(await update({ mutedUntil: '2031-01-01T00:00:00.000Z' }), { pinned: true, mutedUntil: '2031-01-01T00:00:00.000Z' })
  t.match(await update({ mutedUntil: null, pinned: false }), { pinned: false, labels: ['home', 'work'], mutedUntil: null })
  t.match(await refused('conversation.update', { id, mutedUntil: '2031-13-45T00:00:00.000Z' }), { kind: 'invalid_params', message: /mutedUntil/ }, 'no such day')
  t.match(await refused('conversation.update', { id, name: 'Bobby' }), { kind: 'conflict', message: /contact\.put/ })
  await settled('pinned, muted, labelled')

  const now = await conversation(message)
  const stale = await refused('conversation.update', { id, pinned: true, ifRev: now.rev - 1 })
  t.equal(stale.kind, 'conflict')
  t.same(stale.detail, now, 'a conflict carries the object as it is')
  t.match(await update({ pinned: true, ifRev: now.rev }), { pinned: true, rev: now.rev + 1 })

  t.match(await update({ archived: true }), { unread: 1, archivedAt: String })
  t.same(await call('inbox.counts'), { inbox: 0, other: 0, screener: 0 }, 'archived ones do not count')
  t.match([(await list('other')).items, (await list('other', { archived: true })).items], [[], [{ id }]])
  await settled('archived')
  await writes('Bob <bob@friend.example>', 'two')
  t.match([(await list('other')).items, (await list('other', { archived: true })).items], [[{ id, unread: 2 }], []], 'a new message brings it back')
  await settled('brought back')
  await update({ archived: true })
  t.match(await update({ archived: false }), { archivedAt: null })
  t.match(client.events.filter(({ type }) => type === 'counts.changed').at(-1)?.data, { inbox: 0, other: 2 })
  await settled('taken out of the archive')
  t.match(await refused('conversation.update', { id: 'c999', pinned: true }), { kind: 'not_found' })
})

t.test('markRead and markUnread: up to a message, and from one on', async (t) => {
  const { call, refused, writes, conversation, client, settled } = await openStage(t)
  const messages: Message[] = []
  for (const text of ['one', 'two', 'three']) messages.push(await writes('bob@friend.example', text))
  const [one, two, three] = messages as [Message, Message, Message]
  const id = one.conversationId
  const seen = async () => (await call<Page<Message>>('message.list', { conversationId: id })).items.map((message) => message.seen).reverse()
  const mark = async (method: string, params: object) => {
    const before = client.seq()
    const answer = await call(method, { id, ...params })
    const { asOf } = await call<{ asOf: number }>('sync.snapshot')
    await client.until(() => client.seq() >= asOf)
    return { ...answer, events: client.events.filter(({ seq }) => seq > before).map(({ type, id }) => type === 'message.changed' ? id : type).sort() }
  }
  t.same(await mark('conversation.markRead', { upTo: two.id }), { marked: 2, events: ['conversation.changed', 'counts.changed', one.id, two.id].sort() })
  t.same([await seen(), (await conversation(one)).unread, await call('inbox.counts')], [[true, true, false], 1, { inbox: 0, other: 1, screener: 1 }])
  t.same(await mark('conversation.markRead', { upTo: two.id }), { marked: 0, events: [] }, 'again: nothing changes, and nobody hears of it')
  t.same(await mark('conversation.markRead', { upTo: three.id }), { marked: 1, events: ['conversation.changed', 'counts.changed', three.id].sort() })
  await settled('read')
  t.match(await mark('conversation.markUnread', { from: two.id }), { marked: 2 })
  t.same([await seen(), await call('inbox.counts')], [[true, false, false], { inbox: 0, other: 2, screener: 1 }])
  await settled('unread again')
  t.match(await refused('conversation.markRead', { id, upTo: 'm999' }), { kind: 'not_found', message: /message/ })
  t.match(await refused('conversation.markUnread', { id: 'c999', from: one.id }), { kind: 'not_found', message: /conversation/ })
  t.match(await refused('conversation.markRead', { id, upTo: id }), { kind: 'not_found' }, 'the id of something else')
})

t.test('markRead of very many: one event that says fetch again', async (t) => {
  const { call, mail, client, settled } = await openStage(t)
  const { items: [first] } = await (async () => {
    for (let at = 0; at < 250; at += 125) await mail.letters(Array.from({ length: 125 }, (_, i) => ({ sender: from('bob@friend.example'), text: String(at + i) })))
    return call<Page<Message>>('message.list', { conversationId: 'c1', limit: 1 })
  })()
  await settled('250 have come')
  const before = client.seq()
  t.same(await call('conversation.markRead', { id: first!.conversationId, upTo: first!.id }), { marked: 250 })
  await client.until(() => client.events.some(({ seq, type }) => seq > before && type === 'counts.changed'))
  t.match(client.events.filter(({ seq }) => seq > before), [{ type: 'conversation.changed', reset: true, data: { unread: 0 } }, { type: 'counts.changed', data: { other: 0 } }])
  await settled('250 are read')
})

t.test('conversation.route: it stays where the user put it', async (t) => {
  const { call, refused, writes, conversation, settled } = await openStage(t)
  const message = await writes('bob@friend.example', 'one')
  const routed = await call<Conversation>('conversation.route', { id: message.conversationId, folder: 'inbox' })
  t.match(routed, { folder: 'inbox', because: { rule: 'moved', text: 'You moved it here.' } })
  await settled('moved to the inbox')
  await writes('bob@friend.example', 'two')
  t.match(await conversation(message), { folder: 'inbox', unread: 2 })
  await call('conversation.route', { id: message.conversationId, folder: 'other' })
  await call('friend.set', { contactId: message.sender.contactId, friend: true })
  await writes('bob@friend.example', 'three')
  t.match(await conversation(message), { folder: 'other', because: { rule: 'moved' } }, 'not even a friendship moves it')
  await settled('moved back')
  t.match(await refused('conversation.route', { id: 'c999', folder: 'inbox' }), { kind: 'not_found' })
})

t.test('conversation.get and members: a group, and whom it is with', async (t) => {
  const { call, refused, writes, settled } = await openStage(t)
  const recipients = [{ kind: 'email', address: 'ada@example.org', role: 'to' as const }, { kind: 'email', address: 'carol@friend.example', name: 'Carol', role: 'cc' as const }]
  const { conversationId: id } = await writes('Bob <bob@friend.example>', 'the three of us', { recipients })
  t.match(await call('conversation.get', { id }), { kind: 'group', memberCount: 2, title: 'Bob, Carol' })
  const { items } = await call<{ items: Contact[] }>('conversation.members', { id })
  t.same(items.map(({ name }) => name).sort(), ['Bob', 'Carol'], 'the user is left out')
  t.match(await call('conversation.update', { id, name: 'Climbing' }), { title: 'Climbing' })
  t.match(await call('conversation.update', { id, name: '' }), { title: 'Bob, Carol' }, 'without a name it is called after its people')
  await settled('a group with a name')
  for (const method of ['conversation.get', 'conversation.members']) {
    for (const wrong of ['c999', 'm1', 'c0', 'c01', 'c1.5', 'c-1', '1', 'c99999999999999999999']) t.match(await refused(method, { id: wrong }), { kind: 'not_found' }, `${method} ${wrong}`)
  }
})
