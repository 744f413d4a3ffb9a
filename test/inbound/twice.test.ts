import t from 'tap'
import type { Letter } from '../fixtures/network.ts'
import { from, openStage, own } from '../api/methods/stage.ts'
import type { Message, Page } from '../api/methods/stage.ts'

const proven: Letter = { proof: { level: 'verified', evidence: ['signed'], covers: ['to', 'cc'] } }
const to: NonNullable<Letter['recipients']> = [{ kind: 'email', address: own, role: 'to' }]
const minute = 60_000

t.test('who counts their messages from 1 again and says the same again is heard again; the same one by two ways is one', async (t) => {
  const { call, mail, client } = await openStage(t)
  const at = Date.now() - 60 * minute
  const says = (when: number) => mail.letters([{ sender: from('bob@friend.example'), recipients: to, text: 'the door is open', messageId: 'alarm-1', ...proven }], { at: when })
  await says(at)
  await says(at + 5 * minute)
  await says(at + 5 * minute + 2_000)
  const created = () => client.events.filter(({ type }) => type === 'message.created')
  await client.until(() => created().length > 0)
  const { items } = await call<Page<Message>>('message.list', { conversationId: (created()[0]!.data as unknown as Message).conversationId })
  t.same(items.map(({ sortAt }) => Date.parse(sortAt)).sort(), [at, at + 5 * minute])
})

t.test('a mail without a Message-ID that is moved is one mail; two that only say the same are two', async (t) => {
  const { call, mail, client } = await openStage(t)
  const at = Date.now() - 60 * minute
  const letter = { sender: from('scanner@friend.example'), recipients: to, text: 'your scan', ...proven }
  await mail.letters([letter], { at, places: ['INBOX/1'] })
  await mail.tells({ type: 'removal', remoteId: 'INBOX/1' as never })
  await mail.letters([letter], { at, places: ['Scans/1'] })
  await mail.letters([letter], { at: at + minute, places: ['INBOX/2'] })
  const created = () => client.events.filter(({ type }) => type === 'message.created')
  await client.until(() => created().length > 0)
  const { items } = await call<Page<Message>>('message.list', { conversationId: (created()[0]!.data as unknown as Message).conversationId })
  t.same(items.map(({ sortAt }) => Date.parse(sortAt)).sort(), [at, at + minute])
})
