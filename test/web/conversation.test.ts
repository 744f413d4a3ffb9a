import t from 'tap'
import type { Message } from '#client'
import { entriesOf, entryKey, guessHeight } from '../../web/src/conversation/entries.ts'

const party = (address: string) => ({ kind: 'email', address })
const message = (id: string, at: string, more: Partial<Message> = {}): Message => ({
  id, conversationId: 'c1', topicId: null, accountId: 'a1', channel: 'email', direction: 'in', sender: party('alice@friend.example'), recipients: [], text: 'x', attachments: [], reactions: [],
  seen: true, flagged: false, receivedAt: at, sortAt: new Date(at).toISOString(), folder: 'inbox', because: { rule: 'friend', text: '', evidence: [] }, rev: 1, ...more
})

t.test('days, subjects, the unread line, and who goes on writing', async (t) => {
  const all = [
    message('m1', '2026-05-03T10:00:00', { subject: 'Boat', topicId: 't1' }),
    message('m2', '2026-05-03T10:02:00', { subject: 'Re: Boat', topicId: 't1' }),
    message('m3', '2026-05-03T10:03:00', { channel: 'sms' }),
    message('m4', '2026-05-03T10:04:00', { channel: 'sms', direction: 'out' }),
    message('m5', '2026-05-03T10:20:00', { channel: 'sms', direction: 'out' }),
    message('m6', '2026-05-04T10:00:00', { subject: 'Boat', topicId: 't1' }),
    message('m7', '2026-05-04T10:01:00', { subject: 'Trip', topicId: 't2', seen: false })
  ]
  const entries = entriesOf(all, 'm7')
  t.same(entries.map(({ day }) => day), [true, false, false, false, false, true, false])
  t.same(entries.map(({ subject }) => subject), ['Boat', null, null, null, null, 'Boat', 'Trip'])
  t.same(entries.map(({ joined }) => joined), [false, true, false, false, false, false, false])
  t.same(entries.map(({ unread }) => unread), [false, false, false, false, false, false, true])

  const again = entriesOf([message('m0', '2026-05-03T09:59:00', { subject: 'Boat', topicId: 't1' }), ...all], 'm7')
  t.equal(again[1] === entries[0], false, 'the first one is no longer the first of its day')
  t.equal(again.slice(2).every((entry, index) => entry === entries[index + 1]), true, 'what has not changed is the same, so that it is not drawn anew')
  t.equal(entryKey(entriesOf([message('local:1', '2026-05-03T10:00:00', { clientId: 'k' })], null)[0]!), 'k')
  t.equal(guessHeight(entriesOf([message('m8', '2026-05-03T10:00:00', { text: 'word '.repeat(200) })], null)[0]!) > guessHeight(entries[0]!), true)
})
