import t from 'tap'
import { connect, KinboxError } from '#client'
import type { Event } from '#client'
import { world } from '../../sdk/backoff.ts'
import { openHouse } from '../fixtures/house.ts'
import { openLine, reaches } from './desk.ts'

const put = { name: 'Alice', addresses: [{ kind: 'email', address: 'alice@friend.example' }] }
const failureOf = (call: Promise<unknown>) => call.then(() => { throw new Error('it was answered') }, (error: KinboxError) => error)

t.test('it connects, calls, hears events, and is refused in words', async t => {
  const house = await openHouse(t)
  const { client } = await openLine(t, house)
  t.equal(client.status.value, 'connecting')
  const events: Event[] = []
  client.onEvent(event => events.push(event))
  t.same((await client.call('conversation.list', { folder: 'inbox' })).items, [], 'a call waits for the connection')
  t.equal(client.status.value, 'live')
  const contact = await client.call('contact.put', put)
  await reaches(client.position, () => events.some(({ type, id }) => type === 'contact.changed' && id === contact.id))
  const failure = await failureOf(client.call('conversation.get', { id: 'c999' }))
  t.equal(failure instanceof KinboxError, true)
  t.match(failure, { kind: 'not_found', code: -32003, retryable: false })
  t.match(await failureOf(client.call('search.nothing' as 'inbox.counts', {})), { kind: 'method_not_found' })
  t.match(await failureOf(client.call('contact.put', { ...put, notes: 'x'.repeat(300_000) })), { kind: 'too_large', code: 0 }, 'what would cost the connection is not sent')
  t.equal(client.status.value, 'live')
})

t.test('each event once and in order, whenever the line is cut', async t => {
  const house = await openHouse(t)
  const line = await openLine(t, house)
  const { client } = line
  const heard: Event[] = []
  client.onEvent(event => heard.push(event))
  await reaches(client.status, status => status === 'live')
  const first = client.position.value!.seq
  const other = await house.client()
  for (let n = 0; n < 60; n++) {
    await other.call('contact.put', { name: `Person ${n}` })
    // A line that is not there yet cannot be cut, and what it has heard by then is left to chance: one is cut when it lives, the next wherever it is.
    if (n % 7 === 3) await reaches(client.status, status => status === 'live', 60_000)
    if (n % 7 === 3 || n % 7 === 5) line.cut()
  }
  // The last cut may come when everything has been heard: nothing but the line itself is to come back then.
  await reaches(client.status, status => status === 'live', 60_000)
  await reaches(client.position, position => position!.seq === other.seq(), 60_000)
  t.same(heard.map(({ seq }) => seq), Array.from({ length: other.seq() - first }, (_, n) => first + 1 + n))
  t.ok(line.opened >= 10, `a line that lived was cut nine times, and ${line.opened} were opened`)
})

t.test('a frame that is lost is noticed, by the next one or by a ping, and made good', async t => {
  const house = await openHouse(t)
  const line = await openLine(t, house)
  const { client } = line
  const names: unknown[] = []
  client.onEvent(event => { if (event.type === 'contact.changed') names.push(event.data?.name) })
  await reaches(client.status, status => status === 'live')
  const swallow = () => {
    line.hears = ({ method }) => {
      if (method !== 'event') return true
      line.hears = null
      return false
    }
  }
  swallow()
  await client.call('contact.put', { name: 'One' })
  await client.call('contact.put', { name: 'Two' })
  await reaches(client.position, () => names.length === 2)
  t.same([names, line.opened], [['One', 'Two'], 2])
  swallow()
  await client.call('contact.put', { name: 'Three' })
  t.equal(names.length, 2)
  client.wake()
  await reaches(client.position, () => names.length === 3)
  t.same([names, line.opened], [['One', 'Two', 'Three'], 3])
})

t.test('a creating call that is cut off is done once; what cannot be repeated says so', async t => {
  const house = await openHouse(t)
  const line = await openLine(t, house)
  const { client } = line
  await reaches(client.status, status => status === 'live')
  const asked: Record<string, unknown>[] = []
  line.says = ({ method, params }) => {
    if (method !== 'message.send') return true
    asked.push(params)
    if (asked.length > 1) return true
    setImmediate(() => line.cut())
    return false
  }
  // Nobody can be written to here; the refusal is the answer to the second try.
  t.match(await failureOf(client.call('message.send', { to: { kind: 'email', address: 'bob@friend.example' }, text: 'Hello' })), { name: 'KinboxError' })
  t.equal(asked.length, 2)
  t.match(asked[0]!['clientId'], /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
  t.equal(asked[0]!['clientId'], asked[1]!['clientId'])

  line.says = ({ method }) => {
    if (method === 'token.create') setImmediate(() => line.cut())
    return true
  }
  line.hears = ({ id }) => typeof id !== 'number'
  t.match(await failureOf(client.call('token.create', { name: 'laptop' })), { kind: 'connection_lost', code: 0, message: /may have been done or not/ })
  line.hears = line.says = null
  t.equal((await client.call('token.list', {})).items.filter(({ name }) => name === 'laptop').length, 1)
})

t.test('an abort takes a call back', async t => {
  const house = await openHouse(t)
  const line = await openLine(t, house)
  line.dead = true
  const stop = new AbortController()
  const call = line.client.call('conversation.list', { folder: 'inbox' }, { signal: stop.signal })
  stop.abort()
  t.match(await failureOf(call), { kind: 'cancelled' })
  t.match(await failureOf(line.client.call('inbox.counts', {}, { signal: stop.signal })), { kind: 'cancelled' })
  line.dead = false
  await line.client.call('inbox.counts', {})
  const cancels: unknown[] = []
  const again = new AbortController()
  line.hears = ({ id }) => typeof id !== 'number'
  line.says = ({ method, params }) => {
    if (method === 'rpc.cancel') cancels.push(params)
    return true
  }
  const flying = line.client.call('conversation.list', { folder: 'inbox' }, { signal: again.signal })
  again.abort()
  t.match(await failureOf(flying), { kind: 'cancelled' })
  t.equal(cancels.length, 1, 'the server is told')
})

t.test('offline it tries again; calls wait, and none is lost', async t => {
  const house = await openHouse(t)
  const line = await openLine(t, house)
  const { client } = line
  await reaches(client.status, status => status === 'live')
  line.dead = true
  line.cut()
  await reaches(client.status, status => status === 'offline')
  t.match(client.error, { kind: 'connection_lost', retryable: true })
  const waiting = Array.from({ length: 100 }, (_, n) => client.call('contact.put', { name: `Person ${n}` }))
  const tries = line.opened
  while (line.opened <= tries) await new Promise(resolve => setTimeout(resolve, 5))
  line.dead = false
  const made = await Promise.all(waiting)
  t.equal(new Set(made.map(({ id }) => id)).size, 100)
  t.same(made.map(({ name }) => name), Array.from({ length: 100 }, (_, n) => `Person ${n}`), 'more than may be in flight')
  t.equal(client.error, null)
})

t.test('a server that restarts says goodbye, and finds its clients again', async t => {
  const house = await openHouse(t)
  const line = await openLine(t, house)
  const { client } = line
  const heard: Event[] = []
  client.onEvent(event => heard.push(event))
  await reaches(client.status, status => status === 'live')
  const away = reaches(client.status, status => status === 'connecting')
  await house.restart()
  await away
  await client.call('contact.put', put)
  await reaches(client.position, () => heard.some(({ type }) => type === 'contact.changed'))
  t.equal(client.status.value, 'live')
})

t.test('a wrong token, a revoked one, and an ended session sign out; wake comes back', async t => {
  const house = await openHouse(t)
  const wrong = await openLine(t, house, { token: 'kbx_wrong' })
  await reaches(wrong.client.status, status => status === 'signed-out')
  t.match(wrong.client.error, { kind: 'unauthenticated' })
  t.match(await failureOf(wrong.client.call('inbox.counts', {})), { kind: 'unauthenticated' })
  t.equal(wrong.opened, 1, 'a token is not tried again')

  const right = await openLine(t, house)
  const { items } = await right.client.call('token.list', {})
  await right.client.call('token.revoke', { id: items.find(({ current }) => current)!.id }).catch(() => undefined)
  await reaches(right.client.status, status => status === 'signed-out')
  t.match(right.client.error, { kind: 'unauthenticated', message: /revoked/ })

  let token = 'kbx_wrong'
  const client = connect({ url: house.app.url, auth: async () => ({ token }), client: { name: 'test', version: '1' } })
  t.teardown(() => client.close())
  await reaches(client.status, status => status === 'signed-out')
  token = await house.token()
  client.wake()
  t.equal(client.status.value, 'connecting')
  await client.call('inbox.counts', {})
  t.equal(client.status.value, 'live')

  let refused = 0
  const nobody = connect({ url: house.app.url, auth: () => Promise.reject(refused++ === 0 ? new Error('the network is down') : new KinboxError('sign in', { kind: 'unauthenticated' })), client: { name: 'test', version: '1' } }, { ...world, retryMs: 10 })
  t.teardown(() => nobody.close())
  await reaches(nobody.status, status => status === 'offline')
  await reaches(nobody.status, status => status === 'signed-out')
  t.equal(refused, 2)
})

t.test('a ticket that ran out on its way is replaced by another', async t => {
  const house = await openHouse(t)
  await house.addUser('bob', 'a long password of bob')
  const { port } = house.app.address
  const origin = `http://127.0.0.1:${port}`
  const signedIn = await fetch(origin + '/v1/login', { method: 'POST', headers: { 'content-type': 'application/json', origin }, body: JSON.stringify({ name: 'bob', password: 'a long password of bob' }) })
  const cookie = signedIn.headers.get('set-cookie')!.split(';')[0]!
  let asked = 0
  const auth = async () => {
    if (asked++ === 0) return { ticket: 'tkt_gone' }
    const answer = await fetch(origin + '/v1/ws-ticket', { method: 'POST', headers: { cookie, origin } })
    return await answer.json() as { ticket: string }
  }
  const client = connect({ url: origin.replace('http', 'ws') + '/v1/ws', auth: async () => ({ ticket: (await auth()).ticket }), client: { name: 'test', version: '1' } }, { ...world, retryMs: 10 })
  t.teardown(() => client.close())
  await client.call('inbox.counts', {})
  t.equal(asked, 2)
})

t.test('where the log no longer holds what comes next, everything is to be fetched anew', async t => {
  const house = await openHouse(t)
  const other = await house.client()
  await other.call('contact.put', put)
  const line = await openLine(t, house, { resume: { logId: 'another log', seq: 1 } })
  let resets = 0
  line.client.onReset(() => resets++)
  await reaches(line.client.status, status => status === 'live')
  t.equal(resets, 1)
  t.match(line.client.position.value, { logId: other.hello.logId })
  const heard: Event[] = []
  line.client.onEvent(event => heard.push(event))
  await other.call('contact.put', { name: 'Bob' })
  await reaches(line.client.position, () => heard.length > 0)

  const back = await openLine(t, house, { resume: { logId: other.hello.logId, seq: 0 } })
  const missed: Event[] = []
  back.client.onEvent(event => missed.push(event))
  await reaches(back.client.position, position => position !== null && position.seq === other.seq())
  t.equal(missed[0]!.seq, 1, 'what an earlier client missed comes first')
})

t.test('a listener that throws disturbs nobody', async t => {
  const house = await openHouse(t)
  const { client } = await openLine(t, house)
  const surfaced: unknown[] = []
  const catching = (error: unknown) => surfaced.push(error)
  process.on('uncaughtException', catching)
  t.teardown(() => process.off('uncaughtException', catching))
  const heard: Event[] = []
  client.onEvent(() => { throw new Error('a mistake of the page') })
  client.onEvent(event => heard.push(event))
  await client.call('contact.put', put)
  await reaches(client.position, () => heard.length > 0)
  await client.call('inbox.counts', {})
  t.match(surfaced[0], { message: 'a mistake of the page' })
})

t.test('a closed client refuses in words, and a wrong address is said at once', async t => {
  const house = await openHouse(t)
  const { client } = await openLine(t, house)
  const waiting = failureOf(client.call('inbox.counts', {}))
  client.close()
  t.match(await waiting, { kind: 'closed' })
  t.match(await failureOf(client.call('inbox.counts', {})), { kind: 'closed' })
  t.throws(() => connect({ url: 'nowhere', auth: async () => ({ token: '' }), client: { name: 'test', version: '1' } }), TypeError)
})
