import { createHmac } from 'node:crypto'
import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { connect } from 'node:net'
import type { AddressInfo } from 'node:net'
import t from 'tap'
import type { Test } from 'tap'
import { isPublicAddress } from '../../src/api/remote-address.ts'
import { fetchPicture } from '../../src/api/remote-fetch.ts'
import type { RemoteOptions } from '../../src/api/remote-fetch.ts'
import { openTurns } from '../../src/api/remote-turns.ts'
import { openRemoteUrls } from '../../src/api/remote-urls.ts'
import { openDoor } from '../fixtures/door.ts'
import { testClock } from '../fixtures/store.ts'

const png = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAoAAAAKCAIAAAACUFjqAAAAEklEQVR4nGNgkHHAj0alsUkDAIiMIHEnWcSJAAAAAElFTkSuQmCC', 'base64')
const open = '93.184.216.34'

type Elsewhere = { options: RemoteOptions, connected: string[], asked: { host: string | undefined, path: string, headers: IncomingMessage['headers'] }[], names: Record<string, string[][]> }

/** Another server, and a name service that says what the test wants: each name's answers in turn, the last one for ever. */
async function elsewhere(t: Test, handle: (path: string, response: ServerResponse) => void, more: RemoteOptions = {}): Promise<Elsewhere> {
  const asked: Elsewhere['asked'] = []
  const connected: string[] = []
  const names: Elsewhere['names'] = { 'pictures.example': [[open]] }
  const server = createServer((request, response) => {
    asked.push({ host: request.headers.host, path: request.url!, headers: request.headers })
    handle(request.url!, response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  return {
    asked, connected, names,
    options: {
      async lookup(host) {
        const answers = names[host]
        if (!answers) throw new Error('no such host')
        return answers.length > 1 ? answers.shift()! : answers[0]!
      },
      // Wherever it wants to go, it gets here; where it wanted to is noted.
      connect(address, at) {
        connected.push(`${address}:${at}`)
        return connect(port, '127.0.0.1')
      },
      ...more
    }
  }
}

const refusal = (url: string, { options }: Elsewhere): Promise<string> => fetchPicture(url, options).then(() => 'fetched', (error: Error) => `${error.name}: ${error.message}`)

t.test('which addresses are public', async (t) => {
  for (const address of ['93.184.216.34', '8.8.8.8', '2606:2800:220:1:248:1893:25c8:1946']) t.ok(isPublicAddress(address), address)
  for (const address of [
    '127.0.0.1', '10.0.0.1', '172.16.0.1', '172.31.255.255', '192.168.1.1', '169.254.169.254', '0.0.0.0', '100.64.0.1', '192.0.0.1', '192.0.2.1', '198.18.0.1', '198.51.100.1', '203.0.113.1', '224.0.0.1', '240.0.0.1', '255.255.255.255',
    '::', '::1', '::ffff:127.0.0.1', '::ffff:10.0.0.1', 'fe80::1', 'fc00::1', 'fd12::1', 'ff02::1', '64:ff9b::7f00:1', '2002:7f00:1::', '2001::1', '2001:db8::1', '::7f00:1', '4000::1', '', 'localhost', '1.2.3'
  ]) t.notOk(isPublicAddress(address), address)
})

t.test('a picture is fetched without anything that tells who reads', async (t) => {
  const there = await elsewhere(t, (path, response) => {
    if (path === '/moved') return void response.writeHead(302, { location: 'http://other.example/a.png?b=1', 'set-cookie': 'seen=1' }).end()
    response.writeHead(200, { 'content-type': 'text/html', 'set-cookie': 'seen=1' }).end(png)
  })
  there.names['other.example'] = [['8.8.8.8']]
  const { contentType, bytes } = await fetchPicture('http://reader:secret@pictures.example/moved#part', there.options)
  t.same([contentType, Buffer.from(bytes)], ['image/png', png], 'by its bytes, whatever it is called')
  t.same(there.connected, [`${open}:80`, '8.8.8.8:80'], 'to the addresses that were checked')
  t.same(there.asked.map(({ host, path }) => `${host} ${path}`), ['pictures.example /moved', 'other.example /a.png?b=1'])
  for (const { headers } of there.asked) t.same(Object.keys(headers).sort(), ['accept', 'accept-encoding', 'connection', 'host', 'user-agent'], 'no cookie, no referrer, no name')
})

t.test('nothing inside is reached, by name, by number, by redirect or by a second answer', async (t) => {
  const there = await elsewhere(t, (path, response) => {
    const to = new URL(path, 'http://x').searchParams.get('to')
    if (to) response.writeHead(307, { location: to }).end()
    else response.writeHead(200).end(png)
  })
  Object.assign(there.names, { 'inside.example': [['10.0.0.7']], 'both.example': [[open, '127.0.0.1']], 'mapped.example': [['::ffff:169.254.169.254']], 'turning.example': [[open], ['127.0.0.1']] })
  for (const url of [
    'http://inside.example/', 'http://both.example/', 'http://mapped.example/', 'http://127.0.0.1/', 'http://2130706433/', 'http://0x7f.1/', 'http://[::1]/', 'http://[::ffff:127.0.0.1]/', 'http://169.254.169.254/latest/meta-data/', 'https://192.168.1.1/'
  ]) t.match(await refusal(url, there), /does not lie on the open internet/, url)
  t.match(await refusal('http://nowhere.example/', there), /no such server/)
  t.same(there.connected, [], 'and nothing was connected to')
  for (const to of ['http://127.0.0.1/', 'http://inside.example/', '//10.0.0.1/x', 'http://[fe80::1]/']) t.match(await refusal(`http://pictures.example/?to=${encodeURIComponent(to)}`, there), /open internet/, `redirected to ${to}`)
  for (const to of ['file:///etc/passwd', 'gopher://pictures.example/']) t.match(await refusal(`http://pictures.example/?to=${encodeURIComponent(to)}`, there), /only http/, to)
  t.match(await refusal('http://pictures.example:22/', there), /usual ports/)
  t.match(await refusal('http://turning.example/?to=http%3A%2F%2Fturning.example%2F', there), /open internet/, 'a name that turns is looked at anew for each hop')
  t.ok(there.connected.every((address) => address === `${open}:80`), 'only the open address was ever connected to')
})

t.test('sizes, times, redirects and kinds have ends', async (t) => {
  const there = await elsewhere(t, (path, response) => {
    switch (path) {
      case '/large': return void response.writeHead(200, { 'content-length': '999999' }).end()
      case '/endless': { response.writeHead(200); const more = setInterval(() => response.write(Buffer.alloc(30_000)), 2); response.on('close', () => clearInterval(more)); return }
      case '/silent': return
      case '/drips': { response.writeHead(200); const more = setInterval(() => response.write('x'), 20); response.on('close', () => clearInterval(more)); return }
      case '/round': return void response.writeHead(301, { location: '/round' }).end()
      case '/svg': return void response.writeHead(200, { 'content-type': 'image/png' }).end('<svg xmlns="http://www.w3.org/2000/svg"/>')
      case '/html': return void response.writeHead(200, { 'content-type': 'image/png' }).end('<script>alert(1)</script>')
      case '/pdf': return void response.writeHead(200, { 'content-type': 'image/png' }).end('%PDF-1.7 x')
      case '/gone': return void response.writeHead(404).end(png)
      default: response.destroy()
    }
  }, { maxBytes: 100_000, ms: 60_000 })
  const cases: [string, RegExp][] = [['/large', /too large/], ['/endless', /too large/], ['/silent', /took too long/], ['/drips', /took too long/], ['/round', /on and on/], ['/svg', /no picture/], ['/html', /no picture/], ['/pdf', /no picture/], ['/gone', /does not hand it out/], ['/cut', /cannot be reached/]]
  // Only what never ends has little time: on a busy machine the others need theirs.
  const hasty = { ...there, options: { ...there.options, ms: 700 } }
  for (const [path, words] of cases) t.match(await refusal('http://pictures.example' + path, words.test('took too long') ? hasty : there), words, path)
  t.equal(there.asked.filter(({ path }) => path === '/round').length, 4, 'three redirects at most')
})

t.test('by signed links only', async (t) => {
  const there = await elsewhere(t, (_path, response) => response.writeHead(200).end(png))
  const clock = testClock()
  const urls = openRemoteUrls({ sign: (text) => createHmac('sha256', 'a key of this test').update(text).digest('base64url'), clock })
  const door = await openDoor(t, { deps: { remote: { urls, options: there.options } } })
  const path = urls.sign(door.userId, 'http://pictures.example/a.png?x=1&y=2')
  const answer = await fetch(door.url + path, { headers: { cookie: 'kinbox=1', referer: 'http://inbox.example/' } })
  t.equal(answer.status, 200)
  t.same(['content-type', 'content-security-policy', 'x-content-type-options', 'cross-origin-resource-policy', 'set-cookie'].map((name) => answer.headers.get(name)), ['image/png', "sandbox; default-src 'none'", 'nosniff', 'cross-origin', null])
  t.same(Buffer.from(await answer.arrayBuffer()), png)
  t.equal(there.asked[0]!.path, '/a.png?x=1&y=2')
  for (const wrong of [path.replace('a.png', 'b.png'), path.replace(/s=./, 's=_'), path.replace(/u=u\d+/, 'u=u99'), path.replace(/e=\d/, 'e=9'), path.replace(/&url=.*/, ''), '/v1/remote?url=http://pictures.example/', path + '&url=http://x.example/']) {
    t.equal((await fetch(door.url + wrong)).status, 403, wrong.slice(0, 60))
  }
  clock.time += 300_000
  t.equal((await fetch(door.url + path)).status, 403, 'for a few minutes')
  t.equal(there.asked.length, 1)
  clock.time -= 300_000
  const refused = await fetch(door.url + urls.sign(door.userId, 'http://127.0.0.1/'))
  t.match([refused.status, await refused.text()], [404, /was not fetched: it does not lie on the open internet/])
})

t.test('one slow server, or one user with very many pictures, holds up nobody else', async (t) => {
  const silent: ServerResponse[] = []
  const there = await elsewhere(t, (path, response) => {
    if (path.startsWith('/slow')) return void silent.push(response)
    response.writeHead(200).end(png)
  })
  Object.assign(there.names, { 'slow.example': [[open]], 'other.example': [[open]] })
  const urls = openRemoteUrls({ sign: (text) => createHmac('sha256', 'a key of this test').update(text).digest('base64url'), clock: testClock() })
  const door = await openDoor(t, { deps: { remote: { urls, options: there.options, limits: { atOnce: 4, perUser: 3, perHost: 2, waiting: 4, waitMs: 60_000 } } } })
  const ended = new AbortController()
  const ask = (url: string, userId = door.userId) => fetch(door.url + urls.sign(userId, url), { signal: ended.signal })
  const until = async (done: () => boolean) => { while (!done()) await new Promise((resolve) => setTimeout(resolve, 5)) }
  const hung = Array.from({ length: 6 }, (_, n) => ask(`http://slow.example/slow${n}`).then(({ status }) => status, () => 0))
  await until(() => silent.length === 2)
  const after = Array.from({ length: 8 }, () => ask('http://pictures.example/a.png', door.userId + 1).then(({ status }) => status))
  t.same(await Promise.all(after), Array(8).fill(200), 'everybody else\'s are fetched meanwhile')
  t.equal(silent.length, 2, 'no more than two at once from the slow one')
  const full = await ask('http://slow.example/slow9')
  t.match([full.status, full.headers.get('retry-after'), await full.text()], [429, '5', /very many pictures wait already; ask again/], 'what is too much is said at once')
  t.equal((await ask('http://other.example/b.png', door.userId + 1)).status, 200)
  ended.abort()
  t.same(await Promise.all(hung), Array(6).fill(0))
  await until(() => silent.every(({ destroyed, socket }) => destroyed || socket?.destroyed !== false))
  t.equal((await fetch(door.url + urls.sign(door.userId, 'http://slow.example/b.png'))).status, 200, 'whoever has gone waits no more, and asks nobody for anything')
})

t.test('turns: in their order, users in turn, none waits for ever', async (t) => {
  const turns = openTurns({ atOnce: 2, perUser: 2, perHost: 2, waitMs: 30 })
  const began: string[] = []
  const ends = new Map<string, () => void>()
  const take = (name: string, userId: number, ended = new AbortController().signal, host = name) => turns.take({ userId, host, ended }).then((end) => {
    began.push(name)
    ends.set(name, end)
  }, (error: Error) => void began.push(`${name}: ${error.message}`))
  await Promise.all([take('a', 1), take('b', 1)])
  const gone = new AbortController()
  const later = [take('c', 1), take('d', 2), take('gone', 1, gone.signal)]
  gone.abort()
  await later[2]
  ends.get('a')!()
  ends.get('a')!()
  await later[1]
  t.same(began, ['a', 'b', 'gone: nobody waits for it any more', 'd'], 'user 2 has nothing under way, so the next is theirs; an end counts once')
  await later[0]
  t.equal(began.at(-1), 'c: its turn did not come in time')
  ends.get('d')!()
  await take('e', 1)
  t.equal(began.at(-1), 'e')
  await take('late', 1, AbortSignal.abort())
  t.match(began.at(-1), /late: nobody waits/)
})

t.test('turns: of one user only so many are under way at once, whatever is free', async (t) => {
  const turns = openTurns({ atOnce: 9, perUser: 2, perHost: 9 })
  const began: string[] = []
  const ended = new AbortController()
  const take = (name: string, userId: number) => turns.take({ userId, host: name, ended: ended.signal }).then((end) => {
    began.push(name)
    return end
  })
  const [a, , c, d] = [take('a', 1), take('b', 1), take('c', 1), take('d', 1)]
  await take('e', 2)
  t.same(began, ['a', 'b', 'e'], 'the third of the first user waits, and nobody for it')
  const end = await a
  end()
  await c
  t.same(began, ['a', 'b', 'e', 'c'])
  ended.abort()
  await t.rejects(d, /nobody waits/)
})
