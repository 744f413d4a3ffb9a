import t from 'tap'
import type { Test } from 'tap'
import type { IncomingMessage, Arrival, Context, ReceiveAt, Proof } from '../../src/connector.ts'
import { remoteId } from '../../src/model/ids.ts'
import { messageOf, originalOf } from '../../src/api/present/message.ts'
import { Changes } from '../../src/feed/append.ts'
import { link, unlink } from '../../src/inbound/link.ts'
import { merge, unmerge } from '../../src/inbound/merge.ts'
import { receiver } from '../../src/inbound/receive.ts'
import { reroute } from '../../src/inbound/reroute.ts'
import { createAccount, accountById } from '../../src/store/accounts.ts'
import { findAddress, getContact, updateContact } from '../../src/store/contacts.ts'
import { conversationWith, countUnread, listConversations, updateConversation } from '../../src/store/conversations.ts'
import { putIdentity } from '../../src/store/identities.ts'
import { eventsAfter, logBounds } from '../../src/store/events.ts'
import { getBody, listMessages, markSeenUpTo } from '../../src/store/messages.ts'
import { placesOf } from '../../src/store/places.ts'
import { listTopics } from '../../src/store/topics.ts'
import type { Writer } from '../../src/store/tx.ts'
import { addTestUser, tempStore } from '../fixtures/store.ts'

const alice = { kind: 'email', address: 'alice@friend.example', name: 'Alice' }
const bob = { kind: 'email', address: 'bob@friend.example', name: 'Bob' }
const ada = { kind: 'email', address: 'ada@example.org' }
const phone = { kind: 'phone', address: '+4915112345678' }

/** Messages travel as JSON, so that what a test writes is what parsing gives; the proof comes from the fake network. */
async function house(t: Test) {
  const { store, blobs, wakeup, clock, log, seal } = await tempStore(t)
  const userId = await addTestUser(store, 'ada')
  const accountId = await createAccount({ store, clock, notify: () => {} }, seal, { userId, kind: 'test', name: 'Test', settings: {}, own: [ada] })
  const broken = new Set<string>()
  const contexts: Context[] = []
  const receive = receiver({
    store, blobs, wakeup, clock, log,
    async parse(_kind, raw, context) {
      contexts.push(context)
      const message = JSON.parse(Buffer.from(raw).toString()) as IncomingMessage
      if (broken.has(message.text)) throw Object.assign(new Error('This message could not be read.'), { name: message.text === 'closing' ? 'Error' : 'Unreadable' })
      return [message]
    },
    async prove(_kind, raw) {
      return (JSON.parse(Buffer.from(raw).toString()) as { proof?: Proof }).proof ?? { level: 'weak', evidence: [] }
    }
  })
  const account = { id: accountId, userId, kind: 'test', channel: 'email', since: 0, context: { own: [ada], region: null, authserv: null } }
  let uid = 0
  const arrival = (message: Partial<IncomingMessage> & { proof?: Proof }, at = clock.time, place = `INBOX/${++uid}`): Arrival =>
    ({ remoteId: remoteId(place), at, folder: { name: 'INBOX', role: 'inbox' }, raw: Buffer.from(JSON.stringify(mail(message))) })
  const hand = (batch: Arrival[], at: ReceiveAt = { lane: 'live' }) => receive(account, batch, at)
  const change = <T>(fn: (tx: Writer, changes: Changes) => T) => store.hot((tx) => {
    const changes = new Changes(userId)
    const result = fn(tx, changes)
    if (!changes.empty) changes.append(tx, clock.now())
    return result
  })
  const befriend = (address: typeof phone) => change((tx, changes) => {
    const contact = getContact(tx, userId, findAddress(tx, userId, address)!.contactId)!
    updateContact(tx, changes, contact, { friend: true })
    reroute(tx, changes, userId, contact.id)
    return contact.id
  })
  /** What the user sees: each conversation with its texts, oldest first. */
  const seen = (folder: 'inbox' | 'other') => store.read((tx) => listConversations(tx, userId, { folder, archived: false, before: null, limit: 50 })
    .map(({ id }) => listMessages(tx, id, { topicId: null, direction: 'after', edge: null, limit: 100 }).map(({ id }) => getBody(tx, id).text)))
  const events = (after = 0) => store.read((tx) => eventsAfter(tx, userId, after, 1000))
  return { store, userId, accountId, account, receive, arrival, hand, change, befriend, seen, events, clock, seal, broken, contexts, log }
}

function mail(message: Partial<IncomingMessage> & { proof?: Proof }): IncomingMessage {
  return { type: 'message', sender: { ...alice, raw: 'Alice <alice@friend.example>' }, recipients: [{ ...ada, role: 'to' }], direction: 'in', text: '', attachments: [], references: [], ...message }
}

const from = (who: { kind: string, address: string, name?: string }): IncomingMessage['sender'] => ({ ...who, raw: `${who.name ?? ''} <${who.address}>` })

t.test('a stranger waits in Other; becoming a friend brings the conversation into the inbox', async (t) => {
  const { hand, arrival, seen, befriend } = await house(t)
  await hand([arrival({ text: 'hello' })])
  t.same([await seen('inbox'), await seen('other')], [[], [['hello']]])
  await befriend(alice)
  await hand([arrival({ text: 'again' })])
  t.same([await seen('inbox'), await seen('other')], [[['hello', 'again']], []])
})

t.test('handing over the same place twice, or the same mail in another folder, shows one message', async (t) => {
  const { hand, arrival, seen, store, userId } = await house(t)
  const one = { text: 'once', messageId: 'm1@friend.example', sentAt: 5, subject: 'Once' }
  await hand([arrival(one, 10, 'INBOX/1'), arrival(one, 10, 'INBOX/1')])
  await hand([arrival(one, 10, 'INBOX/1')])
  await hand([arrival(one, 99, 'Work/7')])
  t.same(await seen('other'), [['once']])
  const places = await store.read((tx) => placesOf(tx, listMessages(tx, listConversations(tx, userId, { folder: 'other', archived: false, before: null, limit: 1 })[0]!.id, { topicId: null, direction: 'before', edge: null, limit: 1 })[0]!.id))
  t.same(places.map(({ remoteId }) => remoteId).sort(), ['INBOX/1', 'Work/7'])
})

t.test('a mail that an earlier version took in is known by what it says, not by the digest of that version', async (t) => {
  const { hand, arrival, seen, store } = await house(t)
  const one = { text: 'once\n> Will you come?', messageId: 'm1@friend.example', sentAt: 5, subject: 'Once' }
  await hand([arrival(one, 10, 'INBOX/1')])
  await store.hot((tx) => tx.run('UPDATE message SET digest = ?', Buffer.alloc(32, 7)))
  await hand([arrival({ ...one, text: 'once', quoted: '> Will you come?' }, 99, 'Work/7')])
  t.same(await seen('other'), [['once\n> Will you come?']])
  await hand([arrival({ ...one, text: 'twice' }, 99, 'Work/8')])
  t.same((await seen('other')).flat().length, 2, 'another text is another mail')
})

t.test('the same mail in two accounts is one message with a place in each', async (t) => {
  const { hand, arrival, receive, account, seen, store, userId, clock, seal } = await house(t)
  const second = await createAccount({ store, clock, notify: () => {} }, seal, { userId, kind: 'test', name: 'Second', settings: {}, own: [] })
  const one = { text: 'to both mailboxes', messageId: 'both@friend.example', sentAt: 5, subject: 'Both' }
  await hand([arrival(one, 10, 'INBOX/1')])
  t.same(await receive({ ...account, id: second }, [arrival(one, 11, 'INBOX/1')], { lane: 'live' }), { stored: 0, known: 1, unreadable: 0 })
  t.same(await seen('other'), [['to both mailboxes']])
  const places = await store.read((tx) => placesOf(tx, listMessages(tx, listConversations(tx, userId, { folder: 'other', archived: false, before: null, limit: 1 })[0]!.id, { topicId: null, direction: 'before', edge: null, limit: 1 })[0]!.id))
  t.same(places.map(({ accountId }) => accountId).sort(), [account.id, second].sort())
})

t.test('a stranger who reuses a Message-ID does not make a message vanish, nor gets into the thread', async (t) => {
  const { hand, arrival, seen, befriend } = await house(t)
  await hand([arrival({ text: 'mine', messageId: 'm1@friend.example' })])
  await befriend(alice)
  await hand([arrival({ text: 'not yours', messageId: 'm1@friend.example', references: ['m1@friend.example'], sender: from({ kind: 'email', address: 'mallory@evil.test' }) })])
  t.same([await seen('inbox'), await seen('other')], [[['mine']], [['not yours']]])
})

t.test('who is not proven stays out of the thread of the person they name', async (t) => {
  const { hand, arrival, seen, befriend, store, userId } = await house(t)
  await hand([arrival({ text: 'real', proof: { level: 'verified', evidence: [] } }, 1000)])
  await befriend(alice)
  await hand([arrival({ text: 'weak after verified' }, 2000), arrival({ text: 'conflicting', proof: { level: 'conflicting', evidence: ['failed'] } }, 3000)])
  await hand([arrival({ text: 'no address', sender: { kind: 'email', address: null, name: 'Alice', raw: 'Alice <alice@friend.example>, <x@evil.test>' }, proof: { level: 'unverified', evidence: [] } }, 4000)])
  t.same(await seen('inbox'), [['real']])
  t.same(await seen('other'), [['no address'], ['weak after verified', 'conflicting']])
  const [odd] = await store.read((tx) => listConversations(tx, userId, { folder: 'other', archived: false, before: null, limit: 1 }).map(({ id, contactId }) => ({ contactId, message: listMessages(tx, id, { topicId: null, direction: 'before', edge: null, limit: 1 })[0]! })))
  t.equal(odd!.contactId, null)
  t.match(odd!.message.because.warnings, [/name of your friend Alice/, /friend's address alice@friend.example/, /more than one person/])
})

t.test('history is judged by what it carries', async (t) => {
  const { hand, arrival, seen, befriend } = await house(t)
  await hand([arrival({ text: 'now', proof: { level: 'verified', evidence: [] } }, 5000)])
  await befriend(alice)
  await hand([arrival({ text: 'long ago' }, 1000)], { lane: 'history', cursor: '1' })
  t.same(await seen('inbox'), [['long ago', 'now']])
})

t.test('history makes one event for each conversation and batch, and no notices', async (t) => {
  const { hand, arrival, events } = await house(t)
  const before = (await events()).at(-1)?.seq ?? 0
  await hand([arrival({ text: '1' }, 1), arrival({ text: '2' }, 2), arrival({ text: '3', sender: from(bob) }, 3)], { lane: 'history', cursor: 'c', progress: { done: 3, total: 9 } })
  const after = await events(before)
  t.same(after.filter(({ type }) => type === 'conversation.changed').map(({ data }) => [data.history, data.reset]), [[2, true], [1, true]])
  t.same(after.filter(({ type }) => type.startsWith('message.')), [])
})

t.test('what cannot be written among history is kept as something that could not be stored, and the others once', async (t) => {
  const { hand, arrival, seen, events } = await house(t)
  const before = (await events()).at(-1)?.seq ?? 0
  // A flag that is no value of a database, in the middle of the batch.
  const odd = arrival({ text: 'odd', automatic: { no: 'word' } as unknown as 'list' }, 2)
  t.same(await hand([arrival({ text: '1' }, 1), odd, arrival({ text: '3' }, 3)], { lane: 'history', cursor: 'c' }), { stored: 3, known: 0, unreadable: 0 })
  t.same((await seen('other')).flat().sort(), ['', '1', '3'])
  t.same((await events(before)).filter(({ type }) => type === 'conversation.changed').map(({ data }) => data.history).sort(), [1, 2])
})

t.test('mail, one group for each set of people, whatever the order of recipients', async (t) => {
  const { hand, arrival, seen } = await house(t)
  const to = (...people: typeof bob[]) => [{ ...ada, role: 'to' as const }, ...people.map((one) => ({ ...one, role: 'cc' as const }))]
  await hand([arrival({ text: 'a', recipients: to(bob) }, 1), arrival({ text: 'b', sender: from(bob), recipients: to(alice) }, 2), arrival({ text: 'private' }, 3)])
  t.same(await seen('other'), [['private'], ['a', 'b']])
})

t.test('lists, machines and bounces have conversations of their own in Other, even from a friend', async (t) => {
  const { hand, arrival, seen, befriend } = await house(t)
  await hand([arrival({ text: 'hello' }, 1)])
  await befriend(alice)
  await hand([arrival({ text: 'list', list: { id: 'climbing.example.org', name: 'Climbing' } }, 2), arrival({ text: 'away', automatic: 'auto-reply' }, 3), arrival({ text: 'bounce', automatic: 'bounce' }, 4)])
  t.same([await seen('inbox'), await seen('other')], [[['hello']], [['bounce'], ['away'], ['list']]])
})

t.test('the user\'s own mail in Sent is outgoing in the same thread, and whoever is written to is known', async (t) => {
  const { hand, arrival, seen } = await house(t)
  await hand([arrival({ text: 'I write first', direction: 'out', sender: from(ada), recipients: [{ ...bob, role: 'to' }] }, 1)])
  await hand([arrival({ text: 'Bob answers', sender: from(bob) }, 2)])
  t.same([await seen('inbox'), await seen('other')], [[['I write first', 'Bob answers']], []])
})

t.test('an alias of the user\'s own is theirs: in the people of a group, and for parsing', async (t) => {
  const { hand, arrival, seen, store, userId, clock, contexts } = await house(t)
  const alias = { kind: 'email', address: 'ada@alias.example' }
  await putIdentity({ store, clock, notify: () => {} }, userId, alias)
  await hand([arrival({ text: 'to both of you', recipients: [{ ...ada, role: 'to' }, { ...alias, role: 'cc' }] }, 1), arrival({ text: 'only you' }, 2)])
  t.same(await seen('other'), [['to both of you', 'only you']])
  t.same(contexts[0]!.own.filter(({ address }) => address === alias.address), [alias])
})

t.test('what cannot be read is shown as such and does not hold up the next', async (t) => {
  const { hand, arrival, seen, broken, store, userId } = await house(t)
  broken.add('bomb')
  await hand([arrival({ text: 'before' }, 1), arrival({ text: 'bomb' }, 2), arrival({ text: 'after' }, 3)])
  t.same(await seen('other'), [['before', 'after'], ['']])
  const preview = await store.read((tx) => listConversations(tx, userId, { folder: 'other', archived: false, before: null, limit: 5 }).map(({ id }) => listMessages(tx, id, { topicId: null, direction: 'before', edge: null, limit: 1 })[0]!.preview))
  t.same(preview, ['after', 'This message could not be read.'])
})

t.test('what could not be read proves nothing, whomever it names', async (t) => {
  const { hand, arrival, seen, befriend } = await house(t)
  await hand([arrival({ text: 'hello' }, 1)])
  await befriend(alice)
  await hand([{ remoteId: remoteId('INBOX/big'), at: 2, folder: { name: 'INBOX', role: 'inbox' }, incoming: mail({ unreadable: 'This mail is too large.' }) }])
  t.same([await seen('inbox'), await seen('other')], [[['hello']], [['']]])
})

t.test('when parsing itself is not to be had, the whole batch is refused and can come again', async (t) => {
  const { hand, arrival, seen, broken } = await house(t)
  broken.add('closing')
  const batch = [arrival({ text: 'before' }, 1), arrival({ text: 'closing' }, 2)]
  await t.rejects(hand(batch))
  t.same(await seen('other'), [])
  broken.clear()
  await hand(batch)
  t.same(await seen('other'), [['before', 'closing']])
})

t.test('a message whose content the database refuses is kept as unreadable; the others and the cursor go on', async (t) => {
  const { hand, arrival, store, accountId, seen } = await house(t)
  await hand([arrival({ text: 'good' }, 1), arrival({ text: 'bad', subject: { no: 'string' } as unknown as string }, 2), arrival({ text: 'good too' }, 3)], { lane: 'live', cursor: 'c9' })
  t.same(await seen('other'), [['good', 'good too'], ['']])
  t.equal((await store.read((tx) => accountById(tx, accountId)))!.cursors.live, 'c9')
})

t.test('times: a message from the future sorts by its arrival', async (t) => {
  const { hand, arrival, seen, clock } = await house(t)
  await hand([arrival({ text: '2099' }, Date.UTC(2099, 0, 1))])
  clock.time += 1000
  await hand([arrival({ text: 'now', sender: from(bob) })])
  t.same(await seen('other'), [['now'], ['2099']])
})

t.test('counts follow what is unread, and marking read tells each message', async (t) => {
  const { hand, arrival, store, userId, change, events } = await house(t)
  await hand([arrival({ text: '1' }, 1), arrival({ text: '2' }, 2), arrival({ text: '3' }, 3)])
  t.same(await store.read((tx) => countUnread(tx, userId)), [{ folder: 'other', messages: 3, conversations: 1 }])
  const before = (await store.read((tx) => logBounds(tx, userId))).head
  const { id } = (await store.read((tx) => listConversations(tx, userId, { folder: 'other', archived: false, before: null, limit: 1 })))[0]!
  const second = (await store.read((tx) => listMessages(tx, id, { topicId: null, direction: 'after', edge: null, limit: 10 })))[1]!
  t.equal(await change((tx, changes) => markSeenUpTo(tx, changes, id, second)), 2)
  t.same(await store.read((tx) => countUnread(tx, userId)), [{ folder: 'other', messages: 1, conversations: 1 }])
  t.same((await events(before)).map(({ type }) => type), ['message.changed', 'message.changed', 'conversation.changed', 'counts.changed'])
})

t.test('topics follow the references, whatever the order of arrival; the same subject alone never joins', async (t) => {
  const thread = [
    { text: 'root', subject: 'Trip', messageId: 'r@x' }, { text: 'answer', subject: 'Re: Trip', messageId: 'a@x', references: ['r@x'] },
    { text: 'answer to it', subject: 'AW: Trip', messageId: 'b@x', references: ['r@x', 'a@x'] }, { text: 'another', subject: 'Trip', messageId: 'z@x' }
  ]
  for (const order of [[0, 1, 2, 3], [3, 2, 1, 0], [2, 0, 3, 1]]) {
    const { hand, arrival, store, userId } = await house(t)
    for (const i of order) await hand([arrival(thread[i]!, i + 1)])
    const topics = await store.read((tx) => listTopics(tx, listConversations(tx, userId, { folder: 'other', archived: false, before: null, limit: 1 })[0]!.id, { before: null, limit: 10 }))
    t.same(topics.map(({ subject, messages }) => [subject, messages]), [['Trip', 1], ['Trip', 3]], order.join())
  }
})

t.test('merge, three messages, unmerge: each is back with the contact whose address it came from', async (t) => {
  const { hand, arrival, seen, change, befriend, userId, store } = await house(t)
  await hand([arrival({ text: 'mail' }, 1), arrival({ text: 'sms', sender: from(phone) }, 2)])
  const aliceId = await befriend(alice)
  const phoneId = (await store.read((tx) => findAddress(tx, userId, phone)))!.contactId
  const merged = await change((tx, changes) => merge(tx, changes, userId, [aliceId, phoneId], 5))
  t.same([await seen('inbox'), await seen('other')], [[['mail', 'sms']], []])
  await hand([arrival({ text: 'mail 2' }, 3), arrival({ text: 'sms 2', sender: from(phone) }, 4), arrival({ text: 'to the phone', direction: 'out', sender: from(ada), recipients: [{ ...phone, role: 'to' }] }, 5)])
  t.same(await seen('inbox'), [['mail', 'sms', 'mail 2', 'sms 2', 'to the phone']])
  await change((tx, changes) => 'mergeId' in merged ? unmerge(tx, changes, userId, merged.mergeId, 9) : t.fail('refused'))
  t.same([...await seen('inbox'), ...await seen('other')].sort(), [['mail', 'mail 2'], ['sms', 'sms 2', 'to the phone']])
  t.same(await change((tx, changes) => unmerge(tx, changes, userId, 'mergeId' in merged ? merged.mergeId : 0, 9)), { refused: 'undone' })
})

t.test('merging joins groups that became equal, and unmerging parts them', async (t) => {
  const { hand, arrival, seen, change, userId, store } = await house(t)
  const alice2 = { kind: 'email', address: 'alice@work.example' }
  const to = (...people: { kind: string, address: string }[]) => [{ ...ada, role: 'to' as const }, ...people.map((one) => ({ ...one, role: 'cc' as const }))]
  await hand([arrival({ text: 'g1', recipients: to(bob) }, 1), arrival({ text: 'g2', sender: from(alice2), recipients: to(bob) }, 2)])
  t.same(await seen('other'), [['g2'], ['g1']])
  const ids = await store.read((tx) => [alice, alice2].map((one) => findAddress(tx, userId, one)!.contactId))
  const merged = await change((tx, changes) => merge(tx, changes, userId, ids, 5))
  t.same(await seen('other'), [['g1', 'g2']])
  await change((tx, changes) => unmerge(tx, changes, userId, 'mergeId' in merged ? merged.mergeId : 0, 6))
  t.same(await seen('other'), [['g2'], ['g1']])
})

t.test('linking an address keeps its history with the person, unlinking takes it away', async (t) => {
  const { hand, arrival, seen, change, befriend, userId, store } = await house(t)
  await hand([arrival({ text: 'mail' }, 1), arrival({ text: 'sms', sender: from(phone) }, 2)])
  const aliceId = await befriend(alice)
  await change((tx, changes) => link(tx, changes, userId, getContact(tx, userId, aliceId)!, phone))
  t.same([await seen('inbox'), await seen('other')], [[['mail', 'sms']], []])
  await hand([arrival({ text: 'sms 2', sender: from(phone) }, 3)])
  t.equal(await change((tx, changes) => unlink(tx, changes, userId, getContact(tx, userId, aliceId)!, phone)), true)
  t.same([await seen('inbox'), await seen('other')], [[['mail']], [['sms', 'sms 2']]])
  t.ok(await store.read((tx) => conversationWith(tx, userId, findAddress(tx, userId, phone)!.contactId)))
})

t.test('what the user did with a joined contact stays when the merge is undone', async (t) => {
  const { hand, arrival, seen, change, befriend, userId, store } = await house(t)
  await hand([arrival({ text: 'mail' }, 1), arrival({ text: 'sms', sender: from(phone) }, 2)])
  const aliceId = await befriend(alice)
  const phoneId = (await store.read((tx) => findAddress(tx, userId, phone)))!.contactId
  const merged = await change((tx, changes) => merge(tx, changes, userId, [aliceId, phoneId], 5))
  const mergeId = 'mergeId' in merged ? merged.mergeId : 0
  const row = (id: number) => store.read((tx) => getContact(tx, userId, id)!)
  await change((tx, changes) => {
    unlink(tx, changes, userId, getContact(tx, userId, aliceId)!, phone)
    updateContact(tx, changes, getContact(tx, userId, aliceId)!, { friend: false, name: 'Alice of the lake' })
    reroute(tx, changes, userId, aliceId)
  })
  const own = (await store.read((tx) => findAddress(tx, userId, phone)))!.contactId
  await change((tx, changes) => unmerge(tx, changes, userId, mergeId, 9))
  t.equal((await store.read((tx) => findAddress(tx, userId, phone)))!.contactId, own, 'the address that was taken away')
  t.match(await row(aliceId), { friend: false, name: 'Alice of the lake' })
  t.same([await seen('inbox'), await seen('other')], [[], [['sms'], ['mail']]])
})

t.test('who wrote since a merge does not sink into the archive when it is undone', async (t) => {
  const { hand, arrival, seen, change, userId, store } = await house(t)
  await hand([arrival({ text: 'mail' }, 1), arrival({ text: 'sms', sender: from(phone) }, 2)])
  const ids = await store.read((tx) => [alice, phone].map((one) => findAddress(tx, userId, one)!.contactId))
  await change((tx, changes) => updateConversation(tx, changes, conversationWith(tx, userId, ids[1]!)!, { archivedAt: 3 }))
  const merged = await change((tx, changes) => merge(tx, changes, userId, ids, 5))
  await hand([arrival({ text: 'new', sender: from(phone) }, 7)])
  await change((tx, changes) => unmerge(tx, changes, userId, 'mergeId' in merged ? merged.mergeId : 0, 9))
  t.same(await seen('other'), [['sms', 'new'], ['mail']])
})

t.test('what others call somebody stands only until they write themselves', async (t) => {
  const { hand, arrival, userId, store } = await house(t)
  const carol = { kind: 'email', address: 'carol@friend.example' }
  await hand([arrival({ sender: from(bob), recipients: [{ ...ada, role: 'to' }, { ...carol, name: 'Silly', role: 'cc' }] }, 1)])
  await hand([arrival({ sender: from({ ...carol, name: 'Carol' }) }, 2)])
  t.equal(await store.read((tx) => getContact(tx, userId, findAddress(tx, userId, carol)!.contactId)!.name), 'Carol')
})

t.test('an address of a contact who writes to another of their own addresses is one person, not a group', async (t) => {
  const { hand, arrival, seen, change, befriend, userId } = await house(t)
  const work = { kind: 'email', address: 'alice@work.example' }
  await hand([arrival({ text: 'mail' }, 1)])
  const id = await befriend(alice)
  await change((tx, changes) => link(tx, changes, userId, getContact(tx, userId, id)!, work))
  await hand([arrival({ text: 'to both of mine', recipients: [{ ...ada, role: 'to' }, { ...work, role: 'cc' }] }, 2)])
  t.same(await seen('inbox'), [['mail', 'to both of mine']])
})

t.test('a stranger who reuses the Message-ID of a friend\'s mail does not name its topic', async (t) => {
  const { hand, arrival, store, userId } = await house(t)
  await hand([arrival({ text: 'real', subject: 'Trip', messageId: 'r@friend.example' }, 1)])
  await hand([arrival({ text: 'spam', subject: 'Buy now', messageId: 'r@friend.example', sender: from({ kind: 'email', address: 'mallory@evil.test' }) }, 2)])
  const subjects = await store.read((tx) => listTopics(tx, conversationWith(tx, userId, findAddress(tx, userId, alice)!.contactId)!.id, { before: null, limit: 10 }))
  t.same(subjects.map(({ subject }) => subject), ['Trip'])
})

t.test('times that are none, or before 1970, hold nothing up and hide nothing', async (t) => {
  const { hand, arrival, seen } = await house(t)
  for (const at of [Number.NaN, -5, 0, 1.5]) await hand([arrival({ text: String(at), sender: from({ kind: 'email', address: `at${at}@friend.example` }) }, at)])
  t.same((await seen('other')).flat().sort(), ['-5', '0', '1.5', 'NaN'])
})

t.test('a time of sending that no client could be told is left out', async (t) => {
  const { hand, arrival, store, userId } = await house(t)
  for (const sentAt of [Number.NaN, -1, 8.7e15, Date.UTC(2030, 0, 1) + 0.5]) await hand([arrival({ text: String(sentAt), sentAt }, 1)])
  const { id } = (await store.read((tx) => listConversations(tx, userId, { folder: 'other', archived: false, before: null, limit: 1 })))[0]!
  t.same(await store.read((tx) => listMessages(tx, id, { topicId: null, direction: 'after', edge: null, limit: 9 }).map((row) => messageOf(tx, userId, row).sentAt)), [null, null, null, '2030-01-01T00:00:00.000Z'])
})

t.test('a copy that proves nothing does not take the place of the real mail that comes after it', async (t) => {
  const { hand, arrival, seen, befriend } = await house(t)
  await hand([arrival({ text: 'hello', proof: { level: 'verified', evidence: [] } }, 1)])
  await befriend(alice)
  const one = { text: 'the real one', messageId: 'real@friend.example', sentAt: 5, subject: 'Real' }
  await hand([arrival({ ...one, proof: { level: 'conflicting', evidence: [] } }, 2)])
  await hand([arrival({ ...one, proof: { level: 'verified', evidence: [] } }, 3)])
  t.same([await seen('inbox'), await seen('other')], [[['hello', 'the real one']], [['the real one']]])
  await hand([arrival({ ...one, proof: { level: 'verified', evidence: [] } }, 4), arrival({ ...one, proof: { level: 'conflicting', evidence: [] } }, 5)])
  t.same([await seen('inbox'), await seen('other')], [[['hello', 'the real one']], [['the real one']]], 'once more changes nothing')
})

t.test('what the user sent is never unread, whatever the network says of its copy', async (t) => {
  const { hand, arrival, store, userId } = await house(t)
  await hand([arrival({ text: 'mine', direction: 'out', sender: from(ada), recipients: [{ ...bob, role: 'to' }] }, 1, 'Sent/1')])
  await hand([{ at: 2, incoming: { type: 'flags', remoteId: remoteId('Sent/1'), seen: false } }])
  t.same(await store.read((tx) => countUnread(tx, userId)), [])
})

t.test('a mail from outside that bears the user\'s own address needs proof, also where they have written to themselves', async (t) => {
  const { hand, arrival, seen } = await house(t)
  await hand([arrival({ text: 'note to myself', direction: 'out', sender: from(ada), messageId: 'n@example.org' }, 1, 'Sent/1')])
  await hand([arrival({ text: 'pay now', sender: from(ada) }, 2), arrival({ text: 'forged copy', sender: from(ada), recipients: [{ ...bob, role: 'to' }], messageId: 'c@example.org' }, 3)])
  t.same([await seen('inbox'), await seen('other')], [[['note to myself']], [['pay now', 'forged copy']]])
  await hand([arrival({ text: 'forged copy', direction: 'out', sender: from(ada), recipients: [{ ...bob, role: 'to' }], messageId: 'c@example.org' }, 4, 'Sent/2')])
  t.same(await seen('inbox'), [['forged copy'], ['note to myself']], 'what is in Sent is shown as sent')
  await hand([arrival({ text: 'from my other client', sender: from(ada), proof: { level: 'verified', evidence: [] } }, 5)])
  t.same((await seen('inbox'))[0], ['note to myself', 'from my other client'])
})

t.test('an address with a comma in it does not get into the group of others', async (t) => {
  const { hand, arrival, seen } = await house(t)
  await hand([arrival({ text: 'group', sender: from({ kind: 'chat', address: 'a' }), recipients: [{ kind: 'chat', address: 'b', role: 'to' }, { kind: 'chat', address: 'c', role: 'to' }] }, 1)])
  await hand([arrival({ text: 'forged', sender: from({ kind: 'chat', address: 'a,chat:b' }), recipients: [{ kind: 'chat', address: 'c', role: 'to' }] }, 2)])
  t.same(await seen('other'), [['forged'], ['group']])
})

t.test('what a report says, and the order that a text was written in, are kept and shown', async (t) => {
  const { hand, arrival, store, userId } = await house(t)
  const bounces = [{ messageId: 'out@example.org', recipient: 'bob@friend.example', status: '5.1.1', failed: true, hard: true, reason: 'User unknown' }]
  await hand([arrival({ text: 'Sorry', automatic: 'bounce', bounces }), arrival({ text: 'Yes', quoted: '> Go?', original: '> Go?\nYes', sender: from(bob) })])
  const shown = await store.read((tx) => ['other', 'other'].flatMap((_, at) => {
    const conversation = listConversations(tx, userId, { folder: 'other', archived: false, before: null, limit: 50 })[at]!
    return listMessages(tx, conversation.id, { topicId: null, direction: 'after', edge: null, limit: 10 }).map((row) => ({ kind: conversation.kind, message: messageOf(tx, userId, row), original: originalOf(getBody(tx, row.id), 1000) }))
  }))
  t.match(shown.find(({ message }) => message.text === 'Sorry'), { kind: 'system', message: { automatic: 'bounce', bounce: { messageId: 'out@example.org', recipient: 'bob@friend.example', status: '5.1.1', hard: true, reason: 'User unknown' } } })
  t.match(shown.find(({ message }) => message.text === 'Yes'), { message: { quoted: '> Go?' }, original: '> Go?\nYes' })
})
