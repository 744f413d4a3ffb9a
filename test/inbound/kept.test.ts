import t from 'tap'
import type { Test } from 'tap'
import { purge } from '../../src/jobs/purge.ts'
import { openStore } from '../../src/store/database.ts'
import type { Letter } from '../fixtures/network.ts'
import { testLog } from '../fixtures/store.ts'
import { from, openStage, own } from '../api/methods/stage.ts'
import type { Contact, Message, Page, Stage } from '../api/methods/stage.ts'

const proven: Letter = { proof: { level: 'verified', evidence: ['signed'], covers: ['to', 'cc'] } }

type Days = Stage & {
  /** A mail comes from somebody who is not shown. */
  hidden(who: string, text: string, more?: Letter): Promise<void>
  /** The texts that are still there when the server has been stopped and 31 days have passed. */
  left(): Promise<string[]>
}

async function openDays(t: Test): Promise<Days> {
  let now = Date.now()
  const clock = { now: () => now }
  const stage = await openStage(t, clock)
  return {
    ...stage,
    hidden: (who, text, more = {}) => stage.mail.letters([{ sender: from(who), recipients: [{ kind: 'email', address: own, role: 'to' }], text, ...proven, ...more }], { at: now }),
    async left() {
      await stage.house.app.stop()
      now += 31 * 86_400_000
      const store = await openStore({ folder: stage.house.folder, clock, log: testLog() })
      await purge({ store, clock, log: testLog(), wakeup: { notify: () => {} } }).run()
      const texts = await store.read((tx) => tx.all<{ text: string }>('SELECT text FROM message_body ORDER BY message_id').map(({ text }) => text))
      await store.close()
      return texts
    }
  }
}

t.test('an address that was somebody blocked is its own again: what came meanwhile is in sight, and stays', async (t) => {
  const stage = await openDays(t)
  const { call, writes, hidden, settled } = stage
  const work = await writes('Bob <bob@work.example>', 'from work', proven)
  const home = await writes('Bob <bob@friend.example>', 'from home', proven)
  await call('contact.link', { id: home.sender.contactId, kind: 'email', address: 'bob@work.example' })
  await call('contact.block', { id: home.sender.contactId, blocked: true })
  await hidden('Bob <bob@work.example>', 'from work, while blocked')
  await call('contact.unlink', { id: home.sender.contactId, kind: 'email', address: 'bob@work.example' })
  const again = await call<Message>('message.get', { id: work.id })
  const { items } = await call<Page<Message>>('message.list', { conversationId: again.conversationId })
  t.same(items.map(({ text }) => text).sort(), ['from work', 'from work, while blocked'])
  await settled('unlinked')
  t.same(await stage.left(), ['from work', 'from home', 'from work, while blocked'])
})

t.test('a merge with somebody blocked is undone: what came from the other meanwhile stays', async (t) => {
  const stage = await openDays(t)
  const { call, writes, hidden, settled } = stage
  const bob = await writes('Bob <bob@friend.example>', 'from Bob', proven)
  const carol = await writes('Carol <carol@friend.example>', 'from Carol', proven)
  const { mergeId } = await call<{ mergeId: string }>('contact.merge', { ids: [bob.sender.contactId, carol.sender.contactId] })
  await call('contact.block', { id: bob.sender.contactId, blocked: true })
  await hidden('Carol <carol@friend.example>', 'from Carol, while merged')
  await call('contact.unmerge', { mergeId })
  t.match(await call('contact.get', { id: carol.sender.contactId }), { blocked: false })
  await settled('parted')
  t.same(await stage.left(), ['from Bob', 'from Carol', 'from Carol, while merged'])
})

t.test('what the user sends elsewhere to somebody blocked is theirs, and not purged', async (t) => {
  const stage = await openDays(t)
  const { call, writes, hidden } = stage
  const bob = await writes('Bob <bob@friend.example>', 'from Bob', proven)
  await call('contact.block', { id: bob.sender.contactId, blocked: true })
  await hidden(`Ada <${own}>`, 'leave me alone', { direction: 'out', recipients: [{ kind: 'email', address: 'bob@friend.example', role: 'to' }] })
  await hidden('Bob <bob@friend.example>', 'while blocked')
  t.same(await stage.left(), ['from Bob', 'leave me alone'])
})

t.test('what is folded in a group is never unread: not by marking the group, nor by what another mail program does', async (t) => {
  const stage = await openDays(t)
  const { call, writes, mail, settled } = stage
  const among = (also: string): NonNullable<Letter['recipients']> => [{ kind: 'email', address: own, role: 'to' }, { kind: 'email', address: also, role: 'cc' }]
  const bob = await writes('Bob <bob@friend.example>', 'from Bob', { ...proven, recipients: among('alice@friend.example') })
  const alice = await writes('Alice <alice@friend.example>', 'from Alice', { ...proven, recipients: among('bob@friend.example') })
  t.equal(bob.conversationId, alice.conversationId)
  await call('contact.block', { id: bob.sender.contactId, blocked: true })
  await call('conversation.markRead', { id: alice.conversationId, upTo: alice.id })
  await call('conversation.markUnread', { id: alice.conversationId, from: bob.id })
  t.match(await stage.conversation(alice), { unread: 1 }, 'hers alone')
  t.match(await call('message.get', { id: bob.id }), { folded: true, seen: true })
  await mail.letters([{ sender: from('Bob <bob@friend.example>'), recipients: among('alice@friend.example'), text: 'again', messageId: 'again@friend.example', ...proven }], { places: ['box/7'], seen: false })
  await mail.tells({ type: 'flags', remoteId: 'box/7' as never, seen: false, flagged: true })
  t.match(await stage.conversation(alice), { unread: 1 })
  await settled('marked')
})

t.test('an address book joins nobody who is blocked, and takes no friendship away', async (t) => {
  const stage = await openDays(t)
  const { call, writes, mail } = stage
  const friend = await writes('Carol <carol@work.example>', 'from Carol', proven)
  await call('friend.set', { contactId: friend.sender.contactId, friend: true })
  const home = await writes('Carol <carol@friend.example>', 'from home', proven)
  const bob = await writes('Bob <bob@friend.example>', 'from Bob', proven)
  await call('contact.block', { id: bob.sender.contactId, blocked: true })
  await mail.tells({ type: 'contact', name: 'Carol', friend: false, addresses: ['carol@friend.example', 'carol@work.example', 'bob@friend.example'].map((address) => ({ kind: 'email', address })) })
  const carol = await call<Contact>('contact.get', { id: home.sender.contactId })
  t.same(carol.addresses.map(({ address }) => address).sort(), ['carol@friend.example', 'carol@work.example'])
  t.match(carol, { friend: 'friend' })
  t.match(await call('contact.get', { id: bob.sender.contactId }), { blocked: true, addresses: [{ address: 'bob@friend.example' }] })
})

t.test('an address that a book adds to somebody is told to clients, and what a contact deleted leaves is told to who follows the inbox', async (t) => {
  const stage = await openDays(t)
  const { call, writes, mail, settled, house } = stage
  const alice = await writes('Alice <alice@friend.example>', 'from Alice', proven)
  const id = alice.sender.contactId!
  await call('contact.put', { id, name: 'Alice' })
  await call('friend.set', { contactId: id, friend: true })
  const before = await call<Contact>('contact.get', { id })
  await mail.tells({ type: 'contact', name: 'Alice', addresses: [{ kind: 'email', address: 'alice@friend.example' }, { kind: 'email', address: 'alice@work.example' }] })
  const after = await call<Contact>('contact.get', { id })
  t.equal(after.addresses.length, 2)
  t.equal(after.rev > before.rev, true, 'its rev rises')
  await settled('added')

  const inbox = await house.client()
  await inbox.call('sync.subscribe', { folders: ['inbox'] })
  await call('contact.delete', { id, forget: true })
  const { asOf } = await call<{ asOf: number }>('sync.snapshot')
  await inbox.until(() => inbox.seq() >= asOf)
  t.match(inbox.events.filter((event) => event.type === 'conversation.changed' && event.id === alice.conversationId).at(-1), { data: { folder: 'other' } })
})
