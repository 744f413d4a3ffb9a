import t from 'tap'
import type { Test } from 'tap'
import type { Client } from '../fixtures/client.ts'
import { openHouse } from '../fixtures/house.ts'
import { playNetwork, secret } from '../fixtures/network.ts'
import type { Letter } from '../fixtures/network.ts'

type Conversation = { id: string, folder: string, title: string, stream?: string | null, because: { rule: string, evidence: string[] } }

const to = [{ kind: 'email', address: 'ada@example.org', role: 'to' as const }]
const from = (address: string, text: string, more: Letter = {}): Letter => ({ sender: { kind: 'email', address, raw: address }, recipients: to, text, proof: { level: 'verified', evidence: [] }, ...more })
const casino = 'Casino winnings are waiting, claim your bonus jackpot today'
const keys = 'Hello Ada, I found your keys at the climbing hall yesterday evening'

async function desk(t: Test) {
  const network = playNetwork(t)
  const house = await openHouse(t, { world: { connectors: network.connectors } })
  const ada = await house.client()
  await house.connectAccount(ada, 'letters', { own: 'ada@example.org', secret })
  const all = async (folder: string) => (await ada.call<{ items: Conversation[] }>('conversation.list', { folder, limit: 100 })).items
  return {
    ada, letters: (letters: Letter[]) => network.wire('ada@example.org').letters(letters), all,
    async of(address: string) { return [...await all('other'), ...await all('inbox')].find(({ title }) => title === address)! }
  }
}

type Desk = Awaited<ReturnType<typeof desk>>

async function teach({ ada, letters, of }: Desk, spam: number, good: number): Promise<string[]> {
  await letters([...Array.from({ length: spam }, (_, i) => from(`mallory${i}@evil${i}.test`, casino)), ...Array.from({ length: good }, (_, i) => from(`carol${i}@example${i}.net`, keys))])
  const ids = async (names: string[]) => Promise.all(names.map(async (name) => (await of(name)).id))
  const screened = async (client: Client, names: string[], decision: string) => names.length === 0 ? [] : (await client.call<{ decided: { id: string }[] }>('screener.decide', { ids: await ids(names), decision })).decided.map(({ id }) => id)
  await screened(ada, Array.from({ length: good }, (_, i) => `carol${i}@example${i}.net`), 'inbox')
  return screened(ada, Array.from({ length: spam }, (_, i) => `mallory${i}@evil${i}.test`), 'spam')
}

t.test('what is called spam in the screener teaches: such strangers lie with spam, still in the screener, with the words that weighed', async (t) => {
  const here = await desk(t)
  const { ada, letters, of } = here
  const decided = await teach(here, 10, 10)
  await letters([from('eve@new.test', casino), from('erin@example.net', keys)])
  const eve = await of('eve@new.test')
  t.match(eve, { folder: 'other', stream: 'spam', because: { rule: 'unknown' } })
  t.match(eve.because.evidence.join('\n'), /It is like what you called spam\.\n“[a-z]+” was in 10 of 10 such messages\./)
  t.match(await of('erin@example.net'), { folder: 'other', because: { evidence: [] } })
  t.equal((await of('erin@example.net')).stream ?? null, null)
  const waiting = await ada.call<{ items: { conversation: Conversation }[] }>('screener.list', {})
  t.equal(JSON.stringify(waiting).includes(eve.id), true, 'the user still decides')

  await letters([from('carol0@example0.net', casino), from('friend@friend.example', keys)])
  t.equal((await of('carol0@example0.net')).folder, 'inbox', 'never over somebody the user has let in')
  const friend = await ada.call<Conversation & { members?: unknown, people?: unknown }>('conversation.get', { id: (await of('friend@friend.example')).id })
  await ada.call('screener.decide', { ids: [friend.id], decision: 'inbox' })
  await letters([from('friend@friend.example', casino)])
  t.equal((await of('friend@friend.example')).folder, 'inbox')

  for (const id of decided.slice(0, 1)) await ada.call('screener.undo', { id })
  await letters([from('mia@new.test', casino)])
  t.equal((await of('mia@new.test')).stream ?? null, null, 'one lesson taken back: not enough is known')
})

t.test('moving teaches, too; and nothing is learnt or judged by somebody who does not want it', async (t) => {
  const here = await desk(t)
  const { ada, letters, of } = here
  await teach(here, 9, 9)
  await letters([from('eve@a.test', casino), from('erin@example.net', keys)])
  await ada.call('conversation.route', { id: (await of('eve@a.test')).id, folder: 'other', stream: 'spam', teach: 'none' })
  await ada.call('conversation.route', { id: (await of('erin@example.net')).id, folder: 'inbox', teach: 'none' })
  await letters([from('mia@b.test', casino)])
  t.equal((await of('mia@b.test')).stream, 'spam')
  await ada.call('settings.set', { learnSpam: false })
  await letters([from('max@c.test', casino)])
  t.equal((await of('max@c.test')).stream ?? null, null)
})
