import t from 'tap'
import { openStage } from './stage.ts'
import type { Message } from './stage.ts'

type Topic = { id: string, subject: string, rev: number }

t.test('topics: named by the user, parted and joined, each taken back by its inverse', async (t) => {
  const { call, refused, writes, settled } = await openStage(t)
  const mails: Message[] = []
  for (let i = 0; i < 4; i++) mails.push(await writes('bob@friend.example', String(i), { subject: i === 2 ? 'Re: The hut' : 'Re: The lake', messageId: `topic${i}@friend.example`, references: i === 0 ? [] : i === 3 ? [0, 1, 2].map((n) => `topic${n}@friend.example`) : [`topic${i - 1}@friend.example`] }))
  const conversationId = mails[0]!.conversationId
  const topics = async () => (await call<{ items: (Topic & { messages: number })[] }>('topic.list', { conversationId })).items.map(({ subject, messages }) => `${subject} ${messages}`).sort()
  const topicOf = async (n: number) => (await call<{ topicId: string }>('message.get', { id: mails[n]!.id })).topicId
  t.same(await topics(), ['The lake 4'])

  const first = await topicOf(0)
  const named = await call<Topic>('topic.rename', { id: first, subject: 'Swimming' })
  t.equal(named.subject, 'Swimming')
  const parted = await call<Topic>('topic.split', { messageId: mails[2]!.id })
  t.equal(parted.subject, 'The hut')
  t.same(await topics(), ['Swimming 2', 'The hut 2'], 'with what answers it')
  mails.push(await writes('bob@friend.example', '4', { subject: 'Re: The lake', messageId: 'topic4@friend.example', references: ['topic0@friend.example', 'topic2@friend.example'] }))
  t.same(await topics(), ['Swimming 2', 'The hut 3'], 'later answers go there, too')
  const joined = await call<Topic & { splitAt: string[] }>('topic.join', { ids: [first, parted.id] })
  t.match(joined, { id: first, subject: 'Swimming', splitAt: [mails[2]!.id] })
  t.same(await topics(), ['Swimming 5'])
  await call('topic.split', { messageId: joined.splitAt[0] })
  t.same(await topics(), ['Swimming 2', 'The hut 3'])
  await settled('topics')

  t.match(await refused('topic.split', { messageId: mails[0]!.id }), { kind: 'conflict', message: /begins its topic/ })
  t.match(await refused('topic.split', { messageId: 'm999' }), { kind: 'not_found' })
  t.match(await refused('topic.join', { ids: [first, 't999'] }), { kind: 'not_found' })
  t.match(await refused('topic.join', { ids: [parted.id, await topicOf(2)].map((id, i) => i ? id : first).concat(first) }), { kind: 'invalid_params' })
  t.match(await refused('topic.rename', { id: 't999', subject: 'x' }), { kind: 'not_found' })
  t.match(await refused('topic.rename', { id: first, subject: 'x', ifRev: 1 }), { kind: 'conflict' })
})
