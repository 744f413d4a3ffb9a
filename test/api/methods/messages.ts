import t from 'tap'
import { failureOf } from '../../fixtures/client.ts'
import { from, openStage, own } from './stage.ts'
import type { Message, Page } from './stage.ts'

t.test('message.list: newest first, around a message, by pages and by topic', async (t) => {
  const { call, refused, writes, settled } = await openStage(t)
  const mails: Message[] = []
  for (let i = 0; i < 6; i++) mails.push(await writes('bob@friend.example', String(i), { subject: i % 2 ? 'The lake' : 'The hut', messageId: `m${i}@friend.example`, references: i > 1 ? [`m${i - 2}@friend.example`] : [] }))
  const conversationId = mails[0]!.conversationId
  const list = async (more: object = {}) => (await call<Page<Message>>('message.list', { conversationId, ...more })).items.map(({ text }) => text)
  const ids = mails.map(({ id }) => id)
  t.same(await list(), ['5', '4', '3', '2', '1', '0'])
  t.same(await list({ before: ids[2], limit: 10 }), ['1', '0'])
  t.same(await list({ after: ids[2] }), ['3', '4', '5'], 'after a message: oldest first')
  t.same(await list({ after: ids[5] }), [])
  for (const more of [{}, { after: ids[0] }]) {
    const paged: string[] = []
    for (let cursor: string | null | undefined; cursor !== null;) {
      const page: Page<Message> = await call('message.list', { conversationId, limit: 2, ...more, ...(cursor ? { cursor } : {}) })
      paged.push(...page.items.map(({ text }) => text))
      cursor = page.nextCursor
    }
    t.same(paged, await list(more), 'pages make the whole')
  }
  const { items: topics, nextCursor } = await call<Page<{ id: string, subject: string, messages: number, unread: number }>>('topic.list', { conversationId })
  t.match([topics, nextCursor], [[{ subject: 'The lake', messages: 3, unread: 3 }, { subject: 'The hut', messages: 3 }], null])
  t.same(await list({ topicId: topics[0]!.id }), ['5', '3', '1'])
  t.same(await list({ topicId: topics[1]!.id, after: ids[0] }), ['2', '4'])
  const first = await call<Page<{ id: string }>>('topic.list', { conversationId, limit: 1 })
  t.match(await call('topic.list', { conversationId, limit: 1, cursor: first.nextCursor }), { items: [{ id: topics[1]!.id }], nextCursor: null })
  await settled('six mails')

  t.match(await refused('topic.list', { conversationId: 'c999' }), { kind: 'not_found' })
  t.match(await refused('topic.list', { conversationId, cursor: 'x' }), { kind: 'invalid_params', message: /nextCursor/ })
  t.match(await refused('message.list', { conversationId: 'c999' }), { kind: 'not_found' })
  t.match(await refused('message.list', { conversationId, topicId: 't999' }), { kind: 'not_found', message: /topic/ })
  t.match(await refused('message.list', { conversationId, before: 'm999' }), { kind: 'not_found', message: /message/ })
  t.match(await refused('message.list', { conversationId, before: ids[1], after: ids[0] }), { kind: 'invalid_params', message: /exclude/ })
  t.match(await refused('message.list', { conversationId, cursor: '!' }), { kind: 'invalid_params', message: /nextCursor/ })
  t.match(await refused('message.list', { conversationId, bodyMaxBytes: 262145 }), { kind: 'invalid_params', message: /bodyMaxBytes/ })
})

t.test('message.list: long texts are cut at a whole character, pages end before 1 MiB', async (t) => {
  const { call, mail, settled } = await openStage(t)
  const long = '€'.repeat(10_000) + 'end'
  await mail.letters([{ sender: from('bob@friend.example'), text: long, quoted: '> ' + long }])
  const { items: [cut] } = await call<Page<Message>>('message.list', { conversationId: 'c1' })
  t.match(cut, { truncated: true, text: '€'.repeat(2730), quoted: '> ' + '€'.repeat(2730) })
  for (const [bodyMaxBytes, text] of [[0, ''], [2, ''], [3, '€'], [5, '€'], [262144, long]] as const) {
    const { items: [message] } = await call<Page<Message>>('message.list', { conversationId: 'c1', bodyMaxBytes })
    t.equal(message!.text, text, `${bodyMaxBytes} bytes`)
    t.equal(message!.truncated ?? false, bodyMaxBytes !== 262144)
  }
  const got = await call<Message>('message.get', { id: cut!.id })
  t.same([got.text, got.original, got.truncated], [long, long + '\n\n> ' + long, undefined], 'message.get has all of it')

  // 200 messages of 8 KiB each, most of it characters of three bytes.
  for (let at = 0; at < 200; at += 100) await mail.letters(Array.from({ length: 100 }, (_, i) => ({ sender: from('bob@friend.example'), text: `${at + i}`.padStart(3, '0') + long })))
  const texts: string[] = []
  let pages = 0
  for (let cursor: string | null | undefined; cursor !== null; pages++) {
    const page: Page<Message> = await call('message.list', { conversationId: 'c1', limit: 200, ...(cursor ? { cursor } : {}) })
    t.equal(Buffer.byteLength(JSON.stringify(page)) < 1024 * 1024, true)
    texts.push(...page.items.map(({ text }) => text.slice(0, 3)))
    cursor = page.nextCursor
  }
  t.same(texts.slice(0, 200), Array.from({ length: 200 }, (_, i) => String(199 - i).padStart(3, '0')))
  t.equal(pages > 1, true)
  await settled('200 long mails')
})

t.test('no message is too large to be shown: each fits a frame, whatever is in it', async (t) => {
  const { call, mail, settled } = await openStage(t)
  const recipients = Array.from({ length: 500 }, (_, i) => ({ kind: 'email', address: `${'x'.repeat(60)}${i}@${'y'.repeat(60)}.example`, name: 'Ünï'.repeat(200), role: 'cc' as const }))
  const hostile: [string, object][] = [
    ['control characters', { text: '\u0001'.repeat(300_000), quoted: '\u0002'.repeat(300_000) }],
    ['all lines', { text: '\n'.repeat(400_000), quoted: '"'.repeat(400_000) }],
    ['escapes in front only', { text: '\u0001'.repeat(60_000) + 'x'.repeat(300_000), quoted: 'x'.repeat(300_000) + '\u0001'.repeat(60_000) }],
    ['500 recipients', { text: 'to all', recipients }],
    ['lone surrogates', { text: '\ud800'.repeat(200_000) }]
  ]
  await mail.letters(hostile.map(([, more]) => ({ sender: from('bob@friend.example'), ...more })))
  const { items: conversations } = await call<Page<{ id: string }>>('conversation.list', { folder: 'other' })
  for (const { id: conversationId } of conversations) {
    for (const bodyMaxBytes of [8192, 262144]) {
      const { items } = await call<Page<Message>>('message.list', { conversationId, bodyMaxBytes, limit: 1 })
      t.equal(items.length, 1)
    }
    const { items } = await call<Page<Message>>('message.list', { conversationId, bodyMaxBytes: 0 })
    for (const { id } of items) t.match(await call('message.get', { id }), { id, original: String, truncated: true })
  }
  await settled('mails that try to be too large')
})

t.test('message.get and raw: the bytes as they came, over HTTP', async (t) => {
  const { house, call, refused, mail, client } = await openStage(t)
  const raw = Buffer.from(JSON.stringify([{ type: 'message', direction: 'in', sender: from('bob@friend.example'), recipients: [], text: 'hällo', references: [], html: '<b>hällo</b>', attachments: [{ name: 'plan.txt', contentType: 'text/plain', text: 'over the hill' }] }]))
  await mail.bytes(raw)
  await client.until(() => client.events.some(({ type }) => type === 'message.created'))
  const { items: [message] } = await call<Page<Message>>('message.list', { conversationId: 'c1' })
  t.match(message, { text: 'hällo', attachments: [{ name: 'plan.txt', contentType: 'text/plain', size: 13, inline: false }] })
  const { blobId } = await call<{ blobId: string }>('message.raw', { id: message!.id })
  const download = async (id: string) => {
    const { path } = await call<{ path: string }>('blob.url', { id })
    const answer = await fetch(house.app.url + path)
    return { status: answer.status, type: answer.headers.get('content-type'), disposition: answer.headers.get('content-disposition'), policy: answer.headers.get('content-security-policy'), bytes: Buffer.from(await answer.arrayBuffer()) }
  }
  const original = await download(blobId)
  t.equal(original.bytes.equals(raw), true, 'byte for byte')
  t.match(original, { status: 200, type: 'application/octet-stream', disposition: /^attachment; filename="message-\d+\.eml"/, policy: /sandbox/ })
  t.match(await download(message!.attachments[0]!.id), { status: 200, type: 'text/plain', bytes: Buffer.from('over the hill'), disposition: /plan\.txt/ })
  t.match(await download(message!.html!), { type: /^text\/html/, bytes: Buffer.from('<b>hällo</b>'), disposition: /^attachment/ })

  const large = Buffer.from(JSON.stringify([{ type: 'message', direction: 'in', sender: from('bob@friend.example'), recipients: [], text: 'x'.repeat(600_000), references: [], attachments: [] }]))
  await mail.bytes(large)
  const { items: [big] } = await call<Page<Message>>('message.list', { conversationId: 'c1', limit: 1 })
  t.equal((await download((await call<{ blobId: string }>('message.raw', { id: big!.id })).blobId)).bytes.equals(large), true, 'large ones too')

  await mail.bytes(Buffer.from('{ this is no message'))
  const { items: [broken] } = await call<Page<Message>>('message.list', { conversationId: 'c2', limit: 1 })
  t.match(broken, { text: '', unreadable: /could not be read.*original is kept/i, folder: 'other' })
  t.equal((await download((await call<{ blobId: string }>('message.raw', { id: broken!.id })).blobId)).bytes.toString(), '{ this is no message')

  for (const method of ['message.get', 'message.raw']) t.match(await refused(method, { id: 'm999' }), { kind: 'not_found' })
  for (const id of ['b999', 'r999', 'h999', 'x1', 'b', message!.id]) t.match(await refused('blob.url', { id }), { kind: 'not_found' }, id)
  const { path } = await call<{ path: string }>('blob.url', { id: blobId })
  for (const wrong of [path.replace(/r\d+/, 'r2'), path.replace('s=', 's=x'), path.replace(/u=u\d+/, 'u=u2'), path.replace(/e=\d/, 'e=9'), path.split('?')[0]!]) {
    const answer = await fetch(house.app.url + wrong)
    t.match([answer.status, await answer.json()], [403, { error: { kind: 'forbidden' } }], wrong)
  }
  t.match(await failureOf(call('blob.url')), { kind: 'invalid_params' })
})

t.test('blob.create and uploads: files for a message', async (t) => {
  const { house, call, refused, mail, client } = await openStage(t)
  const small = await call<{ id: string }>('blob.create', { name: '../a/note.txt', contentType: 'text/plain', base64: Buffer.from('short').toString('base64') })
  t.match(small, { name: 'note.txt', contentType: 'text/plain', size: 5, inline: false })
  for (const [params, message] of [[{ base64: '###' }, /base64/], [{ base64: 'A'.repeat(180_001) }, /base64/], [{ name: '' }, /name/], [{ contentType: 'text/plain\r\nX-Evil: 1' }, /contentType/]] as const) {
    t.match(await refused('blob.create', { name: 'x', contentType: 'text/plain', base64: '', ...params }), { kind: 'invalid_params', message })
  }
  const headers = { authorization: 'Bearer ' + await house.token(), 'content-type': 'application/pdf', 'x-filename': encodeURIComponent('Plän.pdf') }
  const large = Buffer.alloc(300_000, 'kinbox')
  const posted = await fetch(house.app.url + '/v1/blobs', { method: 'POST', headers, body: large })
  t.equal(posted.status, 200)
  const upload = await posted.json() as { id: string }
  t.match(upload, { name: 'Plän.pdf', contentType: 'application/pdf', size: 300_000 })
  const sent = await call<Message>('message.send', { clientId: crypto.randomUUID(), to: { kind: 'email', address: 'bob@friend.example' }, text: 'with files', attachments: [small.id, upload.id] })
  t.match(sent.attachments, [{ id: small.id }, { id: upload.id }])
  await client.until(() => mail.sent.length === 1)
  t.match(mail.sent[0], { from: { address: own }, attachments: [{ name: 'note.txt', size: 5 }, { name: 'Plän.pdf', contentType: 'application/pdf', size: 300_000, path: String }] })
  t.match(await refused('message.send', { clientId: crypto.randomUUID(), to: { kind: 'email', address: 'bob@friend.example' }, text: 'again', attachments: [small.id] }), { kind: 'conflict', message: /belongs to another message\. Upload it again/ })
  t.match(await refused('message.send', { clientId: crypto.randomUUID(), to: { kind: 'email', address: 'bob@friend.example' }, text: 'no', attachments: ['b999'] }), { kind: 'not_found', message: /Upload it/ })
})
