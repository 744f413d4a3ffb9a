import t from 'tap'
import fc from 'fast-check'
import { Changes } from '../../src/feed/append.ts'
import { link, unlink } from '../../src/inbound/link.ts'
import { block } from '../../src/inbound/block.ts'
import { forget } from '../../src/inbound/forget.ts'
import { decide, undo } from '../../src/inbound/screen.ts'
import { learn, unlearn } from '../../src/inbound/teach.ts'
import { deleteMessages } from '../../src/store/purge.ts'
import { ruleFinder } from '../../src/store/rules.ts'
import { getScreening } from '../../src/store/screener.ts'
import type { ScreeningRow } from '../../src/store/screener.ts'
import { merge, unmerge } from '../../src/inbound/merge.ts'
import { receiver } from '../../src/inbound/receive.ts'
import { reroute } from '../../src/inbound/reroute.ts'
import type { IncomingMessage, Proof, Recipient } from '../../src/connector.ts'
import { remoteId } from '../../src/model/ids.ts'
import { conversationOf } from '../../src/api/present/conversation.ts'
import { contactOf } from '../../src/api/present/contact.ts'
import { countsOf } from '../../src/api/present/render.ts'
import { messageOf } from '../../src/api/present/message.ts'
import { matches } from '../../src/api/subscriptions.ts'
import { createAccount } from '../../src/store/accounts.ts'
import { findAddress, getContact, updateContact } from '../../src/store/contacts.ts'
import { getConversation, liveConversation, updateConversation } from '../../src/store/conversations.ts'
import { eventsAfter, logBounds } from '../../src/store/events.ts'
import { getMessage, listMessages, markSeenUpTo, markUnseenFrom } from '../../src/store/messages.ts'
import type { Reader, Writer } from '../../src/store/tx.ts'
import { addTestUser, tempStore } from '../fixtures/store.ts'

const ada = { kind: 'email', address: 'ada@example.org' }
const people = [
  { kind: 'email', address: 'alice@friend.example', name: 'Alice' }, { kind: 'email', address: 'alice@work.example' }, { kind: 'phone', address: '+4915112345678' },
  { kind: 'email', address: 'bob@friend.example', name: 'Bob' }, { kind: 'email', address: 'carol@friend.example' }, { kind: 'email', address: 'mallory@evil.test', name: 'Alice' }
]
const at = fc.integer({ min: 1, max: 60 })
const who = fc.integer({ min: 0, max: people.length - 1 })
const ids = ['a@x', 'b@x', 'c@x', 'd@x', 'e@x']
const some = fc.constantFrom(...ids)

const written = fc.record({
  who, at, to: fc.array(who, { maxLength: 2 }), out: fc.boolean(), seen: fc.option(fc.boolean(), { nil: undefined }), proof: fc.constantFrom<Proof['level']>('verified', 'weak', 'weak', 'conflicting'),
  subject: fc.option(fc.constantFrom('One', 'Two'), { nil: undefined }), messageId: fc.option(some, { nil: undefined }), references: fc.array(some, { maxLength: 2 }),
  list: fc.constantFrom(undefined, undefined, undefined, { id: 'climbing.example.org' }), automatic: fc.constantFrom(undefined, undefined, undefined, 'bounce' as const, 'auto-reply' as const)
})
const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ op: fc.constant('receive' as const), lane: fc.constantFrom<'live' | 'history'>('live', 'history'), batch: fc.array(written, { minLength: 1, maxLength: 4 }) }) },
  fc.record({ op: fc.constant('flags' as const), place: fc.nat(40), seen: fc.option(fc.boolean(), { nil: undefined }), flagged: fc.option(fc.boolean(), { nil: undefined }) }),
  { weight: 3, arbitrary: fc.record({ op: fc.constantFrom('merge' as const, 'link' as const), who, other: who }) },
  { weight: 2, arbitrary: fc.record({ op: fc.constant('unmerge' as const), which: fc.nat(5) }) },
  fc.record({ op: fc.constant('unlink' as const), who }),
  fc.record({ op: fc.constant('befriend' as const), who, friend: fc.boolean() }),
  fc.record({ op: fc.constantFrom('read' as const, 'unread' as const), message: fc.nat(40) }),
  fc.record({ op: fc.constant('route' as const), message: fc.nat(40), folder: fc.constantFrom<'inbox' | 'other'>('inbox', 'other') }),
  fc.record({ op: fc.constant('archive' as const), message: fc.nat(40), archived: fc.boolean() }),
  { weight: 3, arbitrary: fc.record({ op: fc.constant('block' as const), who, blocked: fc.boolean() }) },
  fc.record({ op: fc.constant('rule' as const), who, scope: fc.constantFrom<'address' | 'domain'>('address', 'domain'), action: fc.constantFrom<'inbox' | 'other' | 'block'>('inbox', 'other', 'block'), ends: fc.boolean() }),
  { weight: 2, arbitrary: fc.record({ op: fc.constant('decide' as const), message: fc.nat(40), decision: fc.constantFrom<ScreeningRow['decision']>('inbox', 'deny', 'block', 'spam') }) },
  fc.record({ op: fc.constant('undo' as const), which: fc.nat(3) }),
  fc.record({ op: fc.constant('card' as const), one: who, other: who, friend: fc.boolean() }),
  fc.record({ op: fc.constant('purge' as const), message: fc.nat(40) }),
  fc.record({ op: fc.constant('forget' as const), who, messages: fc.boolean() })
)

t.test('whatever comes in and is joined, parted, moved and read: nothing is lost or doubled, the sums hold, and events lead where a snapshot does', async (t) => {
  const { store, blobs, wakeup, clock, log, seal } = await tempStore(t)
  const receive = receiver({
    store, blobs, wakeup, clock, log,
    async parse(_kind, raw) { return [JSON.parse(Buffer.from(raw).toString()) as IncomingMessage] },
    async prove(_kind, raw) { return { level: (JSON.parse(Buffer.from(raw).toString()) as { proof: Proof['level'] }).proof, evidence: [] } }
  })
  let run = 0

  const history = fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 25 }), fc.nat(25), async (steps, snapshotAt) => {
    const userId = await addTestUser(store, `ada${++run}`)
    const accountId = await createAccount({ store, clock, notify: () => {} }, seal, { userId, kind: 'test', name: 'Test', settings: {}, own: [ada] })
    const account = { id: accountId, userId, kind: 'test', channel: 'email', since: 30, context: { own: [ada], region: null, authserv: null } }
    let places = 0
    const change = <T>(fn: (tx: Writer, changes: Changes) => T) => store.hot((tx) => {
      const changes = new Changes(userId)
      const result = fn(tx, changes)
      if (!changes.empty) changes.append(tx, clock.now())
      return result
    })
    const contactAt = (tx: Reader, index: number) => {
      const known = findAddress(tx, userId, people[index]!)
      return known && getContact(tx, userId, known.contactId)
    }
    const messageIds = (tx: Reader) => tx.all<{ id: number }>('SELECT id FROM message WHERE user_id = ? ORDER BY id', userId).map(({ id }) => id)
    const conversationAt = (tx: Reader, index: number) => {
      const all = messageIds(tx)
      const message = all.length ? getMessage(tx, userId, all[index % all.length]!) : undefined
      return message && { message, conversation: getConversation(tx, userId, message.conversationId)! }
    }
    const perform = async (one: typeof steps[number]): Promise<unknown> => {
      if (one.op === 'receive') {
        return receive(account, one.batch.map(({ at, who, to, out, ...message }) => {
          const others: Recipient[] = to.map((index) => ({ ...people[index]!, role: 'cc' }))
          const sender = out ? ada : people[who]!
          const content = {
            type: 'message', sender: { ...sender, raw: sender.address }, recipients: [{ ...(out ? people[who]! : ada), role: 'to' }, ...others], direction: out ? 'out' : 'in', text: `at ${at}`, attachments: [], ...message
          }
          return { remoteId: remoteId(`INBOX/${places++ % 40}`), at, folder: { name: 'INBOX', role: 'inbox' as const }, raw: Buffer.from(JSON.stringify(content)), ...(message.seen === undefined ? {} : { seen: message.seen }) }
        }), { lane: one.lane })
      }
      if (one.op === 'forget') {
        const contact = await store.read((tx) => contactAt(tx, one.who))
        return contact && forget({ store, clock, wakeup }, userId, contact.id, { messages: one.messages })
      }
      if (one.op === 'card') return receive(account, [{ at: 1, incoming: { type: 'contact', name: 'Dave', friend: one.friend, addresses: [people[one.one]!, people[one.other]!].map(({ kind, address }) => ({ kind, address })) } }], { lane: 'live' })
      if (one.op === 'flags') return receive(account, [{ at: 1, incoming: { type: 'flags', remoteId: remoteId(`INBOX/${one.place}`), ...(one.seen === undefined ? {} : { seen: one.seen }), ...(one.flagged === undefined ? {} : { flagged: one.flagged }) } }], { lane: 'live' })
      return change((tx, changes) => {
        switch (one.op) {
          case 'merge': {
            const [a, b] = [contactAt(tx, one.who), contactAt(tx, one.other)]
            return a && b && merge(tx, changes, userId, [a.id, b.id], 1)
          }
          case 'unmerge': {
            const merges = tx.all<{ id: number }>('SELECT id FROM merge WHERE user_id = ? ORDER BY id DESC', userId)
            return merges[one.which] && unmerge(tx, changes, userId, merges[one.which]!.id, 2)
          }
          case 'link': {
            const contact = contactAt(tx, one.who)
            return contact && link(tx, changes, userId, contact, people[one.other]!)
          }
          case 'unlink': {
            const contact = contactAt(tx, one.who)
            return contact && unlink(tx, changes, userId, contact, people[one.who]!)
          }
          case 'befriend': {
            const contact = contactAt(tx, one.who)
            if (!contact) return
            updateContact(tx, changes, contact, { friend: one.friend })
            return reroute(tx, changes, userId, contact.id)
          }
          case 'block': {
            const contact = contactAt(tx, one.who)
            return contact && block(tx, changes, userId, contact, one.blocked, clock.now())
          }
          case 'rule': {
            const { kind, address } = people[one.who]!
            if (one.scope === 'domain' && kind !== 'email') return
            const target = { scope: one.scope, kind, value: one.scope === 'domain' ? address.split('@')[1]! : address }
            const there = ruleFinder(tx, userId)(target)
            if (one.ends) return there && unlearn(tx, changes, userId, there)
            return learn(tx, changes, userId, [target], { action: one.action, stream: null, origin: 'user', at: clock.now() })
          }
          case 'decide': {
            const found = conversationAt(tx, one.message)
            return found && decide(tx, changes, userId, found.conversation, 'somebody', { decision: one.decision, scope: 'sender', stream: null }, clock.now())
          }
          case 'undo': {
            const rows = tx.all<{ id: number }>('SELECT id FROM screening WHERE user_id = ? AND undone_at IS NULL ORDER BY id DESC', userId)
            return rows[one.which] && undo(tx, changes, userId, getScreening(tx, userId, rows[one.which]!.id)!, clock.now())
          }
          case 'purge': {
            const found = conversationAt(tx, one.message)
            return found && deleteMessages(tx, changes, [found.message.id])
          }
          case 'read': case 'unread': {
            const found = conversationAt(tx, one.message)
            return found && (one.op === 'read' ? markSeenUpTo : markUnseenFrom)(tx, changes, found.conversation.id, found.message)
          }
          case 'route': case 'archive': {
            const found = conversationAt(tx, one.message)
            return found && updateConversation(tx, changes, found.conversation, one.op === 'route' ? { folder: one.folder, routed: true } : { archivedAt: one.archived ? 5 : null })
          }
        }
      })
    }

    const state = () => store.read((tx) => {
      const conversations = tx.all<{ id: number }>('SELECT id FROM conversation WHERE user_id = ? ORDER BY id', userId).map(({ id }) => getConversation(tx, userId, id)!)
      const contacts = tx.all<{ id: number }>('SELECT id FROM contact WHERE user_id = ? ORDER BY id', userId).map(({ id }) => getContact(tx, userId, id)!)
      return {
        head: logBounds(tx, userId).head,
        counts: countsOf(tx, userId),
        conversations: new Map(conversations.map((row) => [row.id, { row, shown: conversationOf(tx, userId, row) }])),
        contacts: new Map(contacts.map((row) => [row.id, contactOf(tx, row)])),
        messages: new Map(messageIds(tx).map((id) => {
          const row = getMessage(tx, userId, id)!
          return [id, { row, shown: messageOf(tx, userId, row) }]
        }))
      }
    })

    const check = () => store.read((tx) => {
      const rows = tx.all<{ id: number, strand: number, conversation: number, sort_at: number, seen: number, redirected: number | null }>(
        `SELECT m.id, m.strand_id AS strand, s.conversation_id AS conversation, m.sort_at, m.seen, c.redirect_to AS redirected
         FROM message m JOIN strand s ON s.id = m.strand_id JOIN conversation c ON c.id = s.conversation_id WHERE m.user_id = ?`, userId)
      same(rows.filter(({ redirected }) => redirected !== null), [], 'every message lies in a live conversation')
      for (const { id } of tx.all<{ id: number }>('SELECT id FROM conversation WHERE user_id = ?', userId)) {
        const row = getConversation(tx, userId, id)!
        const mine = rows.filter(({ conversation }) => conversation === id).sort((a, b) => b.sort_at - a.sort_at || b.id - a.id)
        same([row.unread, row.lastAt, row.lastMessageId], [mine.filter(({ seen }) => seen === 0).length, mine[0]?.sort_at ?? 0, mine[0]?.id ?? null], `the sums of c${id}`)
        same(listMessages(tx, id, { topicId: null, direction: 'before', edge: null, limit: 1000 }).map(({ id }) => id), mine.map(({ id }) => id), `the messages of c${id}`)
        if (row.redirectTo !== null) same(liveConversation(tx, userId, id)?.redirectTo, null, `where c${id} leads`)
      }
      const double = tx.all("SELECT contact_id, count(*) AS n FROM conversation WHERE user_id = ? AND contact_id IS NOT NULL AND redirect_to IS NULL AND last_at > 0 GROUP BY contact_id HAVING n > 1", userId)
      same(double, [], 'one conversation for each person')
      const groups = tx.all("SELECT people, count(*) AS n FROM conversation WHERE user_id = ? AND people IS NOT NULL AND redirect_to IS NULL AND last_at > 0 GROUP BY people HAVING n > 1", userId)
      same(groups, [], 'one conversation for each set of people')
      const strays = tx.all(
        `SELECT s.id, s.key, c.id AS conversation, c.contact_id, c.people FROM strand s JOIN address a ON a.id = s.address_id JOIN conversation c ON c.id = s.conversation_id
         WHERE s.user_id = ? AND c.contact_id IS NOT a.contact_id`, userId)
      same(strays, [], 'a person\'s strand lies in their conversation')
      const foreign = tx.all(
        `SELECT m.id, m.proof, a.contact_id AS sender, c.contact_id, c.people FROM message m JOIN strand s ON s.id = m.strand_id JOIN conversation c ON c.id = s.conversation_id LEFT JOIN address a ON a.id = m.sender_id
         WHERE m.user_id = ? AND m.direction = 'in' AND (c.contact_id IS NOT NULL OR c.people IS NOT NULL)
           AND (m.proof IN ('unverified', 'conflicting') OR a.contact_id IS NULL OR instr(',' || coalesce(c.contact_id, c.people) || ',', ',' || a.contact_id || ',') = 0)`, userId)
      same(foreign, [], 'who writes in a conversation of people is one of them, and proven')
      const lost = tx.all(
        `SELECT m.id, m.direction, s.key, c.id AS conversation FROM message m JOIN strand s ON s.id = m.strand_id JOIN conversation c ON c.id = s.conversation_id WHERE m.user_id = ? AND m.blocked_at IS NOT NULL AND m.folded = 0 AND c.blocked_at IS NULL`, userId)
      same(lost, [], 'what is purged by and by is out of sight')
      const bare = tx.all(
        `SELECT c.id, p.blocked FROM conversation c JOIN contact p ON p.id = c.contact_id WHERE c.user_id = ? AND c.redirect_to IS NULL AND c.last_at > 0 AND p.blocked = 1 AND c.blocked_at IS NULL
           AND EXISTS (SELECT 1 FROM strand s JOIN message m ON m.strand_id = s.id WHERE s.conversation_id = c.id AND m.direction = 'in')`, userId)
      same(bare, [], 'whoever is blocked is out of sight')
      const unreadFolded = tx.all('SELECT id FROM message WHERE user_id = ? AND folded = 1 AND seen = 0', userId)
      same(unreadFolded, [], 'what is folded is no news')
      const counts = countsOf(tx, userId)
      for (const folder of ['inbox', 'other'] as const) {
        const real = tx.get<{ n: number }>('SELECT count(*) AS n FROM message m JOIN strand s ON s.id = m.strand_id JOIN conversation c ON c.id = s.conversation_id WHERE m.user_id = ? AND m.seen = 0 AND c.folder = ? AND c.archived_at IS NULL AND c.blocked_at IS NULL', userId, folder)!
        same(counts[folder], real.n, `what is unread in ${folder}`)
      }
    })

    let before: Awaited<ReturnType<typeof state>> | undefined
    for (const [index, one] of steps.entries()) {
      if (index === snapshotAt) before = await state()
      await perform(one)
      await check()
    }
    if (!before) return
    const after = await state()
    const events = await store.read((tx) => eventsAfter(tx, userId, before.head, 10_000))
    const heard = (noun: string, id: number) => events.filter(({ type, object }) => type.startsWith(noun + '.') && object === id)
    // What a message says of its people and its folder is theirs, and told with them.
    const listed = (shown: ReturnType<typeof conversationOf>) => JSON.stringify({ ...shown, lastMessage: shown.lastMessage && { ...shown.lastMessage, sender: null } })
    for (const [id, { shown, row }] of after.conversations) {
      const was = before.conversations.get(id)
      if ((was && listed(was.shown)) === listed(shown) || (!was && row.lastAt === 0) || (was?.row.redirectTo && row.redirectTo)) continue
      same(heard('conversation', id).at(-1)?.rev, shown.rev, `the last event of ${shown.id} tells its rev: ${JSON.stringify(was?.shown)} ${JSON.stringify(shown)}`)
      if (was) same(was.shown.rev < shown.rev, true, `${shown.id} differs from before, so its rev is higher`)
      for (const folder of new Set([was?.row.folder, row.folder])) {
        if (!folder || (was === undefined && folder !== row.folder)) continue
        same(heard('conversation', id).some((event) => matches({ folders: [folder], conversations: [] }, event)), true, `who follows ${folder} only hears of ${shown.id}`)
      }
    }
    for (const [id, shown] of after.contacts) {
      const was = before.contacts.get(id)
      if (JSON.stringify(was) === JSON.stringify(shown)) continue
      same(heard('contact', id).at(-1)?.rev, shown.rev, `the last event of ${shown.id} tells its rev: ${JSON.stringify([was, shown])}`)
      if (was) same(was.rev < shown.rev, true, `${shown.id} differs from before, so its rev is higher: ${JSON.stringify([was, shown])}`)
    }
    // Nor where it answers: what comes and goes is told itself.
    const own = ({ sender: _sender, recipients: _recipients, folder: _folder, replyTo: _replyTo, ...rest }: ReturnType<typeof messageOf>) => JSON.stringify(rest)
    for (const [id, { shown, row }] of after.messages) {
      const was = before.messages.get(id)
      if (was && own(was.shown) === own(shown)) continue
      const reset = events.some(({ type, object, data }) => type === 'conversation.changed' && object === row.conversationId && data.reset)
      if (reset) continue
      same(heard('message', id).at(-1)?.rev, shown.rev, `the last event of ${shown.id} tells its rev: ${was && own(was.shown)} ${own(shown)}`)
      if (was) same(was.shown.rev < shown.rev, true, `${shown.id} differs from before, so its rev is higher`)
    }
    if (JSON.stringify(before.counts) !== JSON.stringify(after.counts)) same(events.some(({ type }) => type === 'counts.changed'), true, 'other counts are told')
  })
  await fc.assert(history, { numRuns: 60, seed: 20261122, endOnFailure: true })
  t.ok(run > 10, `${run} histories`)
})

function same(found: unknown, wanted: unknown, what: string): void {
  if (JSON.stringify(found) !== JSON.stringify(wanted)) throw new Error(`${what}: ${JSON.stringify(found)}, not ${JSON.stringify(wanted)}`)
}
