import t from 'tap'
import type { Test } from 'tap'
import { openHouse } from '../fixtures/house.ts'
import { playNetwork, secret } from '../fixtures/network.ts'
import type { Letter } from '../fixtures/network.ts'
import { purge } from '../../src/jobs/purge.ts'
import type { Client } from '../fixtures/client.ts'

type Item = { id: string, contactId: string, folder: string, title: string, because: { rule: string } }
type Contact = { id: string, name: string, friend: string, path?: string[] }

async function street(t: Test) {
  const network = playNetwork(t)
  const house = await openHouse(t, { world: { connectors: network.connectors } })
  const move = async (name: string) => {
    if (name !== 'ada') await house.addUser(name)
    const client = await house.client(name)
    await house.connectAccount(client, 'letters', { own: `${name}@home.example`, secret })
    const wire = network.wire(`${name}@home.example`)
    const seen = async () => {
      const { asOf } = await client.call<{ asOf: number }>('sync.snapshot')
      await client.until(() => client.seq() >= asOf)
    }
    const gets = async (from: string, text: string, more: Letter = {}) => {
      const proof = { level: 'verified' as const, evidence: [], covers: ['to', 'cc'] }
      await wire.letters([{ sender: { kind: 'email', address: from, raw: from, name: from.split('@')[0]! }, recipients: [{ kind: 'email', address: `${name}@home.example`, role: 'to' }], text, proof, ...more }])
      await seen()
    }
    return { client, wire, gets }
  }
  return { house, move }
}

const named = async (client: Client, name: string) => (await client.call<{ items: Contact[] }>('contact.list', { limit: 200 })).items.find((contact) => contact.name === name)!
const where = async (client: Client, contactId: string) => {
  for (const folder of ['inbox', 'other']) {
    const found = (await client.call<{ items: Item[] }>('conversation.list', { folder })).items.find((item) => item.contactId === contactId)
    if (found) return { folder: found.folder, rule: found.because.rule }
  }
  return null
}

t.test('a friend on this server who shares the list: known by it as long as it is shared', async (t) => {
  const { move } = await street(t)
  const ada = await move('ada')
  const carol = await move('carol')
  const befriend = async (client: Client, name: string, friend = true) => client.call('friend.set', { contactId: (await named(client, name)).id, friend })
  // Carol writes to Ada with Kinbox, and it arrives as mail that proves itself.
  await carol.client.call('message.send', { clientId: '01990000-0000-7000-8000-000000000001', to: { kind: 'email', address: 'ada@home.example' }, text: 'hello neighbour', subject: 'hello' })
  await carol.client.until(() => carol.client.events.some(({ data }) => data?.['status'] === 'sent' && typeof data['messageId'] === 'string'))
  const messageId = carol.client.events.findLast(({ data }) => data?.['status'] === 'sent')!.data!['messageId'] as string
  await carol.gets('dave@far.example', 'hi carol')
  await befriend(carol.client, 'dave')
  await ada.gets('mallory@evil.test', 'I am carol', { messageId })
  await ada.gets('carol@home.example', 'before she shares', { messageId })
  await befriend(ada.client, 'carol')
  await befriend(ada.client, 'mallory')
  await ada.gets('dave@far.example', 'one')
  const dave = (await named(ada.client, 'dave')).id
  t.same(await where(ada.client, dave), { folder: 'other', rule: 'unknown' }, 'nobody shares anything yet')

  await carol.client.call('settings.set', { shareFriends: true })
  await ada.gets('carol@home.example', 'now she does', { messageId, text: 'again' })
  await ada.gets('mallory@evil.test', 'I am still carol', { messageId })
  await befriend(ada.client, 'carol', false)
  await ada.gets('dave@far.example', 'two')
  t.same(await where(ada.client, dave), { folder: 'other', rule: 'unknown' }, 'she must be a friend of Ada\'s: Mallory, who only has her Message-ID, is not her')
  await befriend(ada.client, 'carol')
  await ada.gets('dave@far.example', 'three')
  t.same(await where(ada.client, dave), { folder: 'inbox', rule: 'friend-of-friend' })
  t.match(await ada.client.call('contact.get', { id: dave }), { friend: 'friend-of-friend', path: ['friend of carol on this server, who shares the list'] })

  await befriend(carol.client, 'dave', false)
  t.same(await where(ada.client, dave), { folder: 'other', rule: 'unknown' }, 'he is on her list no more')
  await ada.client.until(() => ada.client.events.findLast(({ type, data }) => type === 'conversation.changed' && data?.['contactId'] === dave)?.data?.['folder'] === 'other')
  await befriend(carol.client, 'dave')
  await ada.gets('dave@far.example', 'four')
  t.equal((await where(ada.client, dave))?.folder, 'inbox')
  // Whatever takes him off her list, and brings him back to it.
  const his = { kind: 'email', address: 'dave@far.example' }
  const back = async (what: string, out: () => Promise<unknown>, again: () => Promise<unknown>) => {
    await out()
    t.same(await where(ada.client, dave), { folder: 'other', rule: 'unknown' }, what)
    t.match(await ada.client.call('contact.get', { id: dave }), { friend: 'none', path: undefined }, what)
    await again()
    await ada.gets('dave@far.example', 'once more')
    t.equal((await where(ada.client, dave))?.folder, 'inbox', `after ${what}`)
  }
  const hers = (await named(carol.client, 'dave')).id
  await carol.client.call('contact.link', { id: hers, kind: 'email', address: 'dave@work.example' })
  await back('his address is somebody else\'s', () => carol.client.call('contact.unlink', { id: hers, ...his }), () => carol.client.call('contact.link', { id: hers, ...his }))
  const erin = await carol.client.call<Contact>('contact.put', { name: 'erin', addresses: [{ kind: 'email', address: 'erin@far.example' }] })
  await back('it is linked to who is no friend', () => carol.client.call('contact.link', { id: erin.id, ...his }), () => carol.client.call('contact.link', { id: hers, ...his }))
  await back('she puts it there', () => carol.client.call('contact.put', { id: erin.id, addresses: [his] }), () => carol.client.call('contact.link', { id: hers, ...his }))
  await carol.client.call('contact.block', { id: erin.id, blocked: true })
  let merge = ''
  await back('joined with whom she has blocked', async () => { merge = (await carol.client.call<{ mergeId: string }>('contact.merge', { ids: [erin.id, hers] })).mergeId }, () => carol.client.call('contact.unmerge', { mergeId: merge }))
  await back('blocked', () => carol.client.call('contact.block', { id: hers, blocked: true }), () => carol.client.call('contact.block', { id: hers, blocked: false }))
  const { decided: [approved] } = await carol.client.call<{ decided: { id: string }[] }>('screener.decide', { ids: [(await carol.client.call<{ items: Item[] }>('conversation.list', { folder: 'inbox' })).items.find(({ contactId }) => contactId === hers)!.id], decision: 'block' })
  t.same(await where(ada.client, dave), { folder: 'other', rule: 'unknown' }, 'blocked in the screener')
  await carol.client.call('screener.undo', { id: approved!.id })
  await ada.gets('dave@far.example', 'and again')
  t.equal((await where(ada.client, dave))?.folder, 'inbox')

  await carol.client.call('settings.set', { shareFriends: false })
  t.same(await where(ada.client, dave), { folder: 'other', rule: 'unknown' }, 'the list is not shared any more')
})

t.test('a way through a friend is theirs as long as the address is: linked, parted, joined', async (t) => {
  const { move } = await street(t)
  const { client, gets } = await move('ada')
  const put = async (name: string) => (await named(client, name)).id
  await gets('alice@friend.example', 'hello')
  await client.call('friend.set', { contactId: await put('alice'), friend: true })
  await gets('alice@friend.example', 'meet Dave', { recipients: [{ kind: 'email', address: 'ada@home.example', role: 'to' }, { kind: 'email', address: 'dave@far.example', role: 'cc' }] })
  await gets('dave@far.example', 'hi')
  await gets('bob@shop.example', 'buy')
  const [alice, dave, bob] = [await put('alice'), await put('dave'), await put('bob')]
  t.same(await where(client, dave), { folder: 'inbox', rule: 'friend-of-friend' })
  const hers = { kind: 'email', address: 'alice@friend.example' }
  await client.call('contact.link', { id: alice, kind: 'email', address: 'alice@work.example' })
  await client.call('contact.unlink', { id: alice, ...hers })
  t.same(await where(client, dave), { folder: 'other', rule: 'unknown' }, 'who put him in Cc is a stranger now')
  await client.call('contact.link', { id: alice, ...hers })
  t.same(await where(client, dave), { folder: 'inbox', rule: 'friend-of-friend' })
  await client.call('contact.link', { id: bob, ...hers })
  t.same(await where(client, dave), { folder: 'other', rule: 'unknown' }, 'her address is Bob\'s, and he is no friend')
  const { mergeId } = await client.call<{ mergeId: string }>('contact.merge', { ids: [alice, bob] })
  t.same(await where(client, dave), { folder: 'inbox', rule: 'friend-of-friend' })
  await client.call('contact.unmerge', { mergeId })
  t.same(await where(client, dave), { folder: 'other', rule: 'unknown' })
  await client.call('contact.link', { id: alice, ...hers })
  t.same(await where(client, dave), { folder: 'inbox', rule: 'friend-of-friend' })
  await client.call('contact.link', { id: dave, kind: 'email', address: 'dave@work.example' })
  await client.call('contact.unlink', { id: dave, kind: 'email', address: 'dave@far.example' })
  t.match(await client.call('contact.get', { id: dave }), { friend: 'none', path: undefined }, 'it was his address that she named')
  t.match(await client.call('contact.get', { id: (await client.call<{ items: (Contact & { addresses: { address: string }[] })[] }>('contact.list', { limit: 200 })).items.find(({ addresses }) => addresses[0]?.address === 'dave@far.example')!.id }), { friend: 'friend-of-friend' })
})

t.test('a room: whoever writes where the user and a friend write', async (t) => {
  const { move } = await street(t)
  const ada = await move('ada')
  const room = { id: 'climbing@rooms.example', name: 'Climbing' }
  await ada.gets('bob@friend.example', 'hello')
  const bob = await named(ada.client, 'bob')
  await ada.client.call('friend.set', { contactId: bob.id, friend: true })
  await ada.gets('bob@friend.example', 'in the room', { room })
  await ada.gets('dave@far.example', 'me too', { room })
  await ada.gets('mallory@evil.test', 'I say that I am here', { room, proof: { level: 'weak', evidence: [] } })
  const dave = (await named(ada.client, 'dave')).id
  t.match(await ada.client.call('contact.get', { id: dave }), { friend: 'none' }, 'the user has not written there')
  await ada.gets('ada@home.example', 'so have I', { room, direction: 'out' })
  t.match(await ada.client.call('contact.get', { id: dave }), { friend: 'friend-of-friend', path: ['member of the group "Climbing" with bob'] })
  t.match(await ada.client.call('contact.get', { id: (await named(ada.client, 'mallory')).id }), { friend: 'none' }, 'who is not proven is not there')
  await ada.gets('dave@far.example', 'to you alone')
  t.same(await where(ada.client, dave), { folder: 'inbox', rule: 'friend-of-friend' })
  await ada.client.call('contact.block', { id: bob.id, blocked: true })
  t.same(await where(ada.client, dave), { folder: 'other', rule: 'unknown' })
})

t.test('what came from somebody blocked is purged after 30 days, and only that', async (t) => {
  const network = playNetwork(t)
  let now = Date.now()
  const clock = { now: () => now }
  const house = await openHouse(t, { world: { connectors: network.connectors, clock } })
  const client = await house.client()
  await house.connectAccount(client, 'letters', { own: 'ada@home.example', secret })
  const wire = network.wire('ada@home.example')
  const gets = (text: string) => wire.letters([{ sender: { kind: 'email', address: 'bob@far.example', raw: 'bob', name: 'bob' }, text, subject: text, attachments: [{ name: 'a.txt', contentType: 'text/plain', text }] }], { at: now })
  await gets('before')
  const bob = await named(client, 'bob')
  await client.call('contact.block', { id: bob.id, blocked: true })
  await gets('while blocked')
  const rule = await client.call<{ id: string }>('rule.put', { scope: 'address', value: 'carol@far.example', action: 'block' })
  await wire.letters([{ sender: { kind: 'email', address: 'carol@far.example', raw: 'carol', name: 'carol' }, text: 'while a rule blocked' }], { at: now })
  await client.call('rule.delete', { id: rule.id })
  for (const text of ['from erin', 'from frank']) await wire.letters([{ sender: { kind: 'email', address: `${text.slice(5)}@far.example`, raw: text, name: text.slice(5) }, text }], { at: now })
  const [erin, frank] = [await named(client, 'erin'), await named(client, 'frank')]
  await client.call('contact.block', { id: frank.id, blocked: true })
  await wire.letters([{ sender: { kind: 'email', address: 'frank@far.example', raw: 'frank', name: 'frank' }, text: 'while frank was blocked' }], { at: now })
  await client.call('contact.merge', { ids: [erin.id, frank.id] })
  now += 31 * 86_400_000
  await gets('lately')
  await house.app.stop()
  const { openStore } = await import('../../src/store/database.ts')
  const { testLog } = await import('../fixtures/store.ts')
  const store = await openStore({ folder: house.folder, clock, log: testLog() })
  const told: number[] = []
  await purge({ store, clock, log: testLog(), wakeup: { notify: (userId) => void told.push(userId) } }).run()
  const texts = () => store.read((tx) => tx.all<{ text: string }>('SELECT text FROM message_body ORDER BY message_id').map(({ text }) => text))
  t.same(await texts(), ['before', 'while a rule blocked', 'from erin', 'from frank', 'while frank was blocked', 'lately'], 'what is shown again is kept')
  t.equal(told.length > 0, true)
  t.match(await store.read((tx) => tx.get("SELECT count(*) AS n FROM event WHERE type = 'message.removed'")), { n: 1 })
  await purge({ store, clock, log: testLog(), wakeup: { notify: () => {} } }).run()
  t.same(await texts(), ['before', 'while a rule blocked', 'from erin', 'from frank', 'while frank was blocked', 'lately'], 'once')
  await store.close()
})
