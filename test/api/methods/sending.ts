import t from 'tap'
import { clientId, number, openStage, own } from './stage.ts'
import type { Message, Page, Stage } from './stage.ts'

const bob = { kind: 'email', address: 'bob@friend.example' }
const phone = { kind: 'phone', address: '+4915112345678' }

/** Waits until a message stands at a status, and answers it as it is then. */
async function becomes({ call, client }: Stage, id: string, status: string): Promise<Message> {
  await client.until(() => client.events.some((event) => event.id === id && event.data?.['status'] === status))
  return call<Message>('message.get', { id })
}

t.test('message.send: once for each clientId, to a new address, in a conversation, as an answer', async (t) => {
  const stage = await openStage(t)
  const { call, refused, mail, sms, writes, texts, list, accounts, settled } = stage
  const first = { clientId: clientId(), to: { kind: 'email', address: 'Bob@FRIEND.example' }, text: 'hello Bob', subject: 'The lake' }
  const sent = await call<Message>('message.send', first)
  t.match(sent, { direction: 'out', text: 'hello Bob', subject: 'The lake', channel: 'email', accountId: accounts.mail, recipients: [{ ...bob, role: 'to' }], sender: { address: own }, seen: true, folder: 'inbox', because: { rule: 'you-wrote-first' }, attempts: [{ because: { rule: 'asked' } }] })
  const done = await becomes(stage, sent.id, 'sent')
  t.match(mail.sent, [{ recipients: [bob], text: 'hello Bob', subject: 'The lake', references: [] }])
  t.equal((await call<Message>('message.send', first)).id, sent.id, 'asked again: the same message')
  const both = await Promise.all([call<Message>('message.send', first), call<Message>('message.send', first)])
  t.same([both.map(({ id }) => id), mail.sent.length], [[sent.id, sent.id], 1])
  for (const other of [{ text: 'another' }, { subject: 'Other' }, { to: { kind: 'email', address: 'carol@friend.example' } }, { via: { channel: 'email' } }]) {
    t.match(await refused('message.send', { ...first, ...other }), { kind: 'idempotency_mismatch', message: /Take a new one/ }, JSON.stringify(other))
  }
  t.match(await list('inbox'), { items: [{ title: bob.address, because: { rule: 'you-wrote-first' } }] }, 'whom the user writes to is in the inbox')
  await settled('a mail to somebody new')

  const answer = await writes('Bob <bob@friend.example>', 'hello Ada', { subject: 'Re: The lake', messageId: 'answer@friend.example', references: [done.messageId!] })
  t.match(answer, { conversationId: sent.conversationId, folder: 'inbox', topicId: done.topicId })
  const reply = await call<Message>('message.send', { clientId: clientId(), conversationId: sent.conversationId, text: 'and again' })
  await becomes(stage, reply.id, 'sent')
  t.match(mail.sent[1], { subject: 'Re: The lake', references: [done.messageId, 'answer@friend.example'] })
  const exact = await call<Message>('message.send', { clientId: clientId(), replyTo: answer.id, text: 'to that one' })
  t.match(exact, { conversationId: sent.conversationId, topicId: done.topicId })
  await becomes(stage, exact.id, 'sent')

  const byPhone = await texts(phone.address, 'it is me, Bob')
  await call('contact.merge', { ids: [answer.sender.contactId, byPhone.sender.contactId] })
  const last = await call<Message>('message.send', { clientId: clientId(), conversationId: sent.conversationId, text: 'ok' })
  t.match(last, { channel: 'sms', accountId: accounts.sms, subject: null, attempts: [{ because: { rule: 'last-channel', evidence: [phone.address] } }] }, 'it goes where the last one came from')
  for (const [via, address] of [[{ channel: 'email' }, bob.address], [{ accountId: accounts.mail }, bob.address], [{ address: 'BOB@friend.example' }, bob.address], [{ channel: 'sms' }, phone.address]] as const) {
    const asked = await call<Message>('message.send', { clientId: clientId(), conversationId: sent.conversationId, text: 'asked for', via })
    t.match(asked.attempts, [{ recipient: { address }, because: { rule: 'asked' } }], JSON.stringify(via))
    await becomes(stage, asked.id, 'sent')
  }
  t.match(sms.sent.map(({ from, text }) => [from.address, text]), [[number, 'ok'], [number, 'asked for']])
  await settled('two channels, one thread')
})

t.test('message.send: what is refused says what to do, and nothing is written', async (t) => {
  const { call, refused, writes, mail, client, house } = await openStage(t)
  const message = await writes('bob@friend.example', 'hi', { subject: 'x' })
  const other = await writes('carol@friend.example', 'hi', { subject: 'x' })
  const nobody = await writes('Alice', 'hi', { sender: { kind: 'email', address: null, raw: 'alice@friend.example, mallory@evil.test', name: 'Alice' } })
  const { conversationId } = message
  const head = (await call<{ asOf: number }>('sync.snapshot')).asOf
  const cases: [object, string, RegExp][] = [
    [{ text: 'x' }, 'invalid_params', /Say where it goes/],
    [{ conversationId, to: bob, text: 'x' }, 'invalid_params', /not both/],
    [{ conversationId, text: ' \n' }, 'invalid_params', /empty/],
    [{ conversationId, text: 'a\0b' }, 'invalid_params', /NUL/],
    [{ conversationId, text: 'x', subject: 'a\r\nBcc: mallory@evil.test' }, 'invalid_params', /line break/],
    [{ conversationId, replyTo: other.id, text: 'x' }, 'invalid_params', /another conversation/],
    [{ to: { kind: 'email', address: 'bob@@friend.example' }, text: 'x' }, 'invalid_params', /not an e-mail address: write it alone/],
    [{ to: { kind: 'phone', address: 'one two three' }, text: 'x' }, 'invalid_params', /not a phone number: write it with its country code/],
    [{ to: { kind: 'smoke', address: 'x' }, text: 'x' }, 'account_unavailable', /Connect one/],
    [{ conversationId: 'c999', text: 'x' }, 'not_found', /conversation/],
    [{ replyTo: 'm999', text: 'x' }, 'not_found', /message/],
    [{ conversationId, topicId: 't999', text: 'x' }, 'not_found', /topic/],
    [{ conversationId, via: { accountId: 'a999' }, text: 'x' }, 'not_found', /account/],
    [{ conversationId, via: { channel: 'sms' }, text: 'x' }, 'not_supported_by_channel', /by sms/],
    [{ conversationId, via: { address: 'other@friend.example' }, text: 'x' }, 'not_supported_by_channel', /not an address of theirs/],
    [{ conversationId: nobody.conversationId, text: 'x' }, 'not_supported_by_channel', /Nothing proves who wrote this/],
    [{ to: phone, text: 'x'.repeat(161) }, 'not_supported_by_channel', /161 characters.*160/]
  ]
  for (const [params, kind, words] of cases) t.match(await refused('message.send', { clientId: clientId(), ...params }), { kind, message: words }, JSON.stringify(params).slice(0, 100))
  t.match(await refused('message.send', { conversationId, text: 'x' }), { kind: 'invalid_params', message: /clientId/ })
  t.match(await refused('message.send', { clientId: 'mine', conversationId, text: 'x' }), { kind: 'invalid_params', message: /clientId/ })
  t.same([(await call<{ asOf: number }>('sync.snapshot')).asOf, client.seq(), mail.sent], [head, head, []])

  await house.addUser('carol')
  const carol = await house.client('carol')
  for (const method of ['message.send', 'compose.resolve']) await t.rejects(carol.call(method, { ...(method === 'message.send' ? { clientId: clientId() } : {}), to: bob, text: 'x' }), { kind: 'account_unavailable', message: /Connect one/ }, 'without any account')
})

t.test('compose.resolve: how it would go, by the very choice that sending makes', async (t) => {
  const { call, refused, texts, writes, accounts, sms } = await openStage(t)
  const message = await writes('Bob <bob@friend.example>', 'hi')
  const byPhone = await texts(phone.address, 'me too')
  await call('contact.merge', { ids: [message.sender.contactId, byPhone.sender.contactId] })
  const { conversationId } = message
  t.match(await call('compose.resolve', { conversationId }), {
    via: { accountId: accounts.sms, channel: 'sms', from: { kind: 'phone', address: number }, to: [phone] }, because: { rule: 'last-channel' }, parts: 1, cost: 1, alternatives: [{ accountId: accounts.mail, channel: 'email', to: [bob], ok: true }]
  })
  t.match(await call('compose.resolve', { conversationId, text: 'x'.repeat(161) }), { via: { channel: 'email' }, alternatives: [{ accountId: accounts.sms, ok: false, whyNot: /160/ }] })
  t.match(await call('compose.resolve', { conversationId, via: { channel: 'email' } }), { via: { channel: 'email' }, because: { rule: 'asked' } })
  t.match(await call('compose.resolve', { replyTo: message.id }), { via: { channel: 'email' }, because: { text: /answer came by email/ } })
  t.match(await call('compose.resolve', { to: { kind: 'email', address: 'Carol@friend.example' } }), { via: { to: [{ address: 'carol@friend.example' }] } })
  const { id } = await call<{ id: string }>('blob.create', { name: 'plan.txt', contentType: 'text/plain', base64: '' })
  t.match(await call('compose.resolve', { conversationId, attachments: [id] }), { via: { channel: 'email' }, alternatives: [{ whyNot: /attachments/ }] })

  await sms.tells({ type: 'reachability', own: { kind: 'phone', address: number }, peer: phone, reachable: false, reason: 'They answered STOP.' })
  t.match(await call('compose.resolve', { conversationId }), { via: { channel: 'email' }, alternatives: [{ accountId: accounts.sms, ok: false, whyNot: /STOP/ }] })
  const stopped = await refused('compose.resolve', { conversationId, via: { channel: 'sms' } })
  t.match(stopped, { kind: 'not_supported_by_channel', message: /STOP/ })
  t.equal(JSON.stringify(stopped.detail ?? '').includes('"accountId":' + accounts.sms.slice(1)), false, 'no inner ids')
  const cases: [object, string, RegExp][] = [
    [{}, 'invalid_params', /Say where it goes/],
    [{ text: 'x' }, 'invalid_params', /Say where it goes/],
    [{ conversationId, to: bob }, 'invalid_params', /not both/],
    [{ conversationId: 'c999' }, 'not_found', /conversation/],
    [{ conversationId, attachments: ['b999'] }, 'not_found', /attachment/i],
    [{ to: { kind: 'smoke', address: 'x' } }, 'account_unavailable', /Connect one/]
  ]
  for (const [params, kind, words] of cases) t.match(await refused('compose.resolve', params), { kind, message: words }, JSON.stringify(params))
  const used = await call<Message>('message.send', { clientId: clientId(), conversationId, text: 'with it', attachments: [id] })
  t.match(await refused('compose.resolve', { conversationId, attachments: used.attachments.map((one) => one.id) }), { kind: 'conflict', message: /another message/ })
})

t.test('cancel, retry, outbox: what waits, fails, or may have gone', async (t) => {
  const stage = await openStage(t)
  const { call, refused, mail, accounts, client, settled, writes } = stage
  const outbox = async () => (await call<Page<Message>>('outbox.list')).items.map(({ text, status }) => [text, status])
  const send = (text: string, address = bob.address) => call<Message>('message.send', { clientId: clientId(), to: { kind: 'email', address }, text })
  t.same(await outbox(), [])

  mail.answers = () => ({ code: 'full', text: 'The mailbox is full. Ask them by phone.', retry: 'never' })
  const failed = await send('no room')
  t.match(await becomes(stage, failed.id, 'failed'), { attempts: [{ status: 'failed', error: { code: 'full', text: /by phone/ } }] })
  t.match(await refused('message.cancel', { id: failed.id }), { kind: 'conflict', message: /cannot be cancelled/ })

  mail.answers = () => ({ code: 'cut', text: 'The line was cut. It may have arrived.', retry: 'later', certain: false })
  const unsure = await send('who knows')
  const { attempts } = await becomes(stage, unsure.id, 'uncertain')
  t.same(await outbox(), [['who knows', 'uncertain'], ['no room', 'failed']])
  const { items: [newest], nextCursor } = await call<Page<Message>>('outbox.list', { limit: 1 })
  t.equal(newest!.id, unsure.id)
  t.match(await call('outbox.list', { limit: 1, cursor: nextCursor }), { items: [{ id: failed.id }], nextCursor: null })
  t.match(await refused('outbox.list', { cursor: '?' }), { kind: 'invalid_params' })
  await settled('one failed, one uncertain')

  const attemptId = attempts![0]!.id
  t.match(await refused('outbox.resolve', { attemptId: 'x999', outcome: 'sent' }), { kind: 'not_found' })
  t.match(await refused('outbox.resolve', { attemptId, outcome: 'perhaps' }), { kind: 'invalid_params', message: /"sent", "failed", "retry"/ })
  t.same(await call('outbox.resolve', { attemptId, outcome: 'sent' }), {})
  await becomes(stage, unsure.id, 'sent')
  t.match(await refused('outbox.resolve', { attemptId, outcome: 'failed' }), { kind: 'conflict', message: /not uncertain any more/ })

  const tokens: string[] = []
  mail.answers = ({ attempt }) => {
    tokens.push(attempt)
    return tokens.length === 1 ? { code: 'cut', text: 'cut', retry: 'later', certain: false } : { status: 'sent' }
  }
  const again = await send('once more')
  const cut = await becomes(stage, again.id, 'uncertain')
  await call('outbox.resolve', { attemptId: cut.attempts![0]!.id, outcome: 'retry' })
  await becomes(stage, again.id, 'sent')
  t.same([tokens.length, new Set(tokens).size], [2, 1], 'the same ids go out again')

  mail.answers = null
  t.match(await call('message.retry', { id: failed.id }), { id: failed.id })
  await becomes(stage, failed.id, 'sent')
  t.match(await refused('message.retry', { id: failed.id }), { kind: 'conflict', message: /Nothing of this message has failed/ })
  t.same(await outbox(), [])

  const held = Promise.withResolvers<{ status: 'sent' }>()
  mail.answers = () => held.promise
  const leaving = await send('leaving')
  await becomes(stage, leaving.id, 'sending')
  const waiting = await send('waiting', 'carol@friend.example')
  t.match(await call('message.cancel', { id: waiting.id }), { status: 'cancelled' })
  t.match(await call('message.cancel', { id: waiting.id }), { status: 'cancelled' }, 'again: it is cancelled')
  t.match(await refused('message.cancel', { id: leaving.id }), { kind: 'conflict', message: /on its way/ })
  held.resolve({ status: 'sent' })
  await becomes(stage, leaving.id, 'sent')
  t.same(mail.sent.map(({ text }) => text), ['once more', 'no room', 'leaving'])

  const { id: came } = await writes('bob@friend.example', 'I wrote this')
  for (const method of ['message.cancel', 'message.retry']) for (const id of ['m999', came]) t.match(await refused(method, { id }), { kind: 'not_found', message: /outgoing/ }, `${method} ${id}`)

  mail.refuses = { code: 'wrong-password', text: 'The password was changed. Enter the new one.', retry: 'after-login' }
  mail.lose({ code: 'gone', text: 'The network went away.', retry: 'later' })
  await client.until(() => client.events.some(({ id, data }) => id === accounts.mail && data?.['status'] === 'login-needed'))
  const late = await send('when I am back')
  t.match(late, { status: 'queued', attempts: [{ because: { evidence: [/waits/] } }] }, 'it waits for the login, and says so')
  mail.refuses = null
  await call('account.put', { id: accounts.mail, name: 'Mail' })
  await becomes(stage, late.id, 'sent')
  await settled('everything has left')
})
