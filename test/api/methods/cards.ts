import t from 'tap'
import type { Card } from '../../../src/model/card.ts'
import { proven } from './trust.ts'
import { openStage, own } from './stage.ts'
import type { Contact, Message } from './stage.ts'

const invitation: Card = {
  type: 'invitation', method: 'request', uid: 'trip-1@friend.example', sequence: 1, title: 'Trip', start: '2026-07-04T09:00:00+02:00', allDay: false, organizer: { kind: 'email', address: 'carol@friend.example', name: 'Carol' },
  attendees: [{ kind: 'email', address: own, answer: 'unknown' }, { kind: 'email', address: 'bob@friend.example', answer: 'accepted' }], you: own, echo: 'DTSTART:20260704T070000Z'
}

t.test('cards, and an answer to an invitation', async (t) => {
  const { call, refused, writes, client, mail, house } = await openStage(t)
  const sent = await writes('Alice <alice@friend.example>', 'Come along', { ...proven, cards: [{ type: 'message', from: 'Bob', subject: 'Before', text: 'Hello', sentAt: 0, files: [] }, invitation, { type: 'contact', name: 'Bob', addresses: [{ kind: 'email', address: 'bob@friend.example' }] }, { type: 'signed', by: 'pgp', state: 'unchecked' }] })
  t.match(sent.cards, [
    { type: 'message', message: { from: 'Bob', text: 'Hello', sentAt: '1970-01-01T00:00:00.000Z' } }, { type: 'invitation', invitation: { title: 'Trip', answerable: true, organizer: { address: 'carol@friend.example' }, attendees: [{ address: own, answer: 'unknown' }, { answer: 'accepted' }] } },
    { type: 'contact', contact: { name: 'Bob' } }, { type: 'signed', seal: { by: 'pgp' } }
  ])
  t.equal(JSON.stringify(sent.cards).includes('echo'), false)
  const { id } = await call<{ id: string }>('invitation.answer', { messageId: sent.id, answer: 'accepted' })
  await client.until(() => mail.sent.length === 1)
  t.match(mail.sent, [{ subject: 'Accepted: Trip', recipients: { length: 1 }, attachments: [{ name: 'reply.ics', contentType: /^text\/calendar; method=REPLY/ }] }])
  t.match(mail.sent[0]!.recipients, [{ address: 'carol@friend.example' }], 'to who invites, not to who wrote')
  t.match(await call<Message>('message.get', { id }), { direction: 'out', text: 'Accepted: Trip' })
  t.match((await call<Message>('message.get', { id: sent.id })).cards?.[1], { invitation: { answered: 'accepted' } })
  await client.until(() => client.events.some(({ type, data }) => type === 'message.changed' && (data as Message).cards?.[1]?.invitation?.answered === 'accepted'))
  await call('invitation.answer', { messageId: sent.id, card: 1, answer: 'declined', text: 'Sorry' })
  await client.until(() => mail.sent.length === 2)
  t.match([mail.sent[1], (await call<Message>('message.get', { id: sent.id })).cards?.[1]], [{ text: 'Sorry' }, { invitation: { answered: 'declined' } }], 'and thinks otherwise')

  t.match(await refused('invitation.answer', { messageId: sent.id, card: 0, answer: 'accepted' }), { kind: 'conflict' })
  t.match(await refused('invitation.answer', { messageId: 'm999', answer: 'accepted' }), { kind: 'not_found' })
  const called = await writes('Alice <alice@friend.example>', 'no', { ...proven, cards: [{ ...invitation, method: 'cancel' }] })
  t.match([called.cards?.[0]?.invitation?.answerable, await refused('invitation.answer', { messageId: called.id, answer: 'accepted' })], [false, { kind: 'conflict', message: /asks for no answer/ }])
  t.equal(house.log.some((line) => line.includes('trip-1')), false)
  const elsewhere = await writes('Alice <alice@friend.example>', 'by smoke', { ...proven, cards: [{ ...invitation, organizer: { kind: 'smoke', address: 'x' } }] })
  t.match(await refused('invitation.answer', { messageId: elsewhere.id, answer: 'accepted' }), { kind: 'account_unavailable' }, 'nobody can be reached by smoke')
  await call('account.remove', { id: sent.accountId })
  t.match(await refused('invitation.answer', { messageId: sent.id, answer: 'accepted' }), { kind: 'account_unavailable' }, 'there is no account any more')
})

t.test('what a machine answers in somebody\'s name is no answer of theirs', async (t) => {
  const { call, writes, mail, conversation } = await openStage(t)
  const hello = await writes('Alice <alice@friend.example>', 'hello', proven)
  await call('friend.set', { contactId: hello.sender.contactId, friend: true })
  const before = await call<Contact>('contact.get', { id: hello.sender.contactId })
  const away = await writes('Alice <alice@friend.example>', 'I am away', { ...proven, automatic: 'auto-reply' })
  t.match([await conversation(away), away.conversationId === hello.conversationId], [{ folder: 'other', kind: 'system' }, false])
  const after = await call<Contact>('contact.get', { id: hello.sender.contactId })
  t.same(after, before, 'nothing that is known of her is newer by it')
  t.equal(mail.sent.length, 0, 'and nothing answers it')
})
