import t from 'tap'
import type { Test } from 'tap'
import { spawn } from 'node:child_process'
import type { ChildProcessWithoutNullStreams } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openStage } from '../api/methods/stage.ts'
import type { Stage } from '../api/methods/stage.ts'

const examples = join(import.meta.dirname, '../../sdk/examples')

type Run = { child: ChildProcessWithoutNullStreams, says(what: RegExp): Promise<string>, stop(): Promise<void> }

/** An example as a process of its own, which takes the client from its sources. */
async function run(t: Test, stage: Stage, file: string, env: Record<string, string> = {}): Promise<Run> {
  const child = spawn(process.execPath, ['--conditions=kinbox-source', '--no-warnings', file], { env: { PATH: process.env['PATH'], KINBOX_URL: stage.house.app.url, KINBOX_TOKEN: await stage.house.token(), ...env }, stdio: 'pipe' })
  let said = ''
  const heard = new Set<() => void>()
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => {
    said += text
    for (const look of heard) look()
  })
  const ended = new Promise<void>(resolve => child.once('exit', () => resolve()))
  t.teardown(() => child.kill('SIGKILL'))
  return {
    child,
    says: what => new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`${file} did not say ${what} but ${JSON.stringify(said)}`)), 60_000)
      const look = () => {
        if (!what.test(said)) return
        clearTimeout(timer)
        heard.delete(look)
        resolve(said)
      }
      heard.add(look)
      look()
    }),
    async stop() {
      child.kill()
      await ended
    }
  }
}

/** Alice is a friend. */
async function friend(stage: Stage) {
  const first = await stage.writes('Alice <alice@friend.example>', 'Hello')
  await stage.call('friend.set', { contactId: first.sender.contactId, friend: true })
  return first
}

t.test('the bot answers friends once, also what came while it was away', async t => {
  const stage = await openStage(t)
  await friend(stage)
  const folder = await mkdtemp(join(tmpdir(), 'kinbox-bot-'))
  t.teardown(() => rm(folder, { recursive: true, force: true }))
  const env = { BACK: 'on Monday', POSITION: join(folder, 'position') }
  const bot = await run(t, stage, join(examples, 'bot.ts'), env)
  await bot.says(/live/)
  await stage.writes('Mallory <mallory@evil.test>', 'When are you back?')
  await stage.writes('Alice <alice@friend.example>', 'When are you back?', { automatic: 'auto-reply' })
  const asked = await stage.writes('Alice <alice@friend.example>', 'When are you back?')
  await bot.says(new RegExp(`answered ${asked.id} with m\\d+ by email`))
  await bot.stop()
  const missed = await stage.writes('Alice <alice@friend.example>', 'When, please?')
  const again = await run(t, stage, join(examples, 'bot.ts'), env)
  const said = await again.says(new RegExp(`answered ${missed.id} with`))
  t.equal(said.includes(`answered ${asked.id} `), false)
  await stage.client.until(() => stage.mail.sent.length === 2)
  t.same(stage.mail.sent.map(({ text }) => text), ['I am back on Monday.', 'I am back on Monday.'])

  await again.stop()
  await writeFile(env.POSITION, JSON.stringify({ logId: stage.client.hello.logId, seq: 0 }))
  const forgetful = await run(t, stage, join(examples, 'bot.ts'), env)
  await forgetful.says(new RegExp(`answered ${missed.id} with`))
  t.equal((await stage.call<{ items: { direction: string }[] }>('message.list', { conversationId: asked.conversationId })).items.filter(({ direction }) => direction === 'out').length, 2, 'an answer that it has forgotten is not sent again')
})

t.test('the terminal client shows the inbox, opens a conversation, and answers', async t => {
  const stage = await openStage(t)
  await friend(stage)
  const terminal = await run(t, stage, join(examples, 'terminal.ts'))
  await terminal.says(/1 {2}Alice \(1\) {2}Hello/)
  terminal.child.stdin.write('1\n')
  await terminal.says(/Alice by email: Hello/)
  terminal.child.stdin.write('Hello Alice\n')
  await terminal.says(/You, sending by email: Hello Alice[\s\S]*You, sent by email: Hello Alice/)
  await stage.writes('Alice <alice@friend.example>', 'Steer\u001b[2J this')
  t.match(await terminal.says(/Alice by email: Steer/), /Steer \[2J this/)
  terminal.child.stdin.write('\n')
  await terminal.says(/1 {2}Alice( \(\d\))? {2}Steer/)
  terminal.child.stdin.end()
  await new Promise(resolve => terminal.child.once('exit', resolve))
  t.equal(terminal.child.exitCode, 0)
})

t.test('the widget shows how many are unread, by the session of its page', async t => {
  const stage = await openStage(t)
  const { house } = stage
  await house.addUser('bob', 'a long password of bob')
  const origin = `http://127.0.0.1:${house.app.address.port}`
  const signedIn = await fetch(origin + '/v1/login', { method: 'POST', headers: { 'content-type': 'application/json', origin }, body: JSON.stringify({ name: 'bob', password: 'a long password of bob' }) })
  const folder = await mkdtemp(join(tmpdir(), 'kinbox-widget-'))
  t.teardown(() => rm(folder, { recursive: true, force: true }))
  // A page of a few lines: it has the element, and its requests carry cookie and Origin, as a browser's do.
  await writeFile(join(folder, 'page.mjs'), `
    const element = { dataset: {}, set textContent(text) { console.log('shows ' + text) }, set title(text) { console.log('says ' + text) } }
    Object.assign(globalThis, { document: { getElementById: id => id === 'unread' ? element : null, set title(text) { console.log('is called ' + text) } }, location: { origin: ${JSON.stringify(origin)} } })
    const fetchAnywhere = fetch
    globalThis.fetch = (url, options) => fetchAnywhere(url, { ...options, headers: { ...options.headers, cookie: ${JSON.stringify(signedIn.headers.get('set-cookie')!.split(';')[0])}, origin: ${JSON.stringify(origin)} } })
    await import(${JSON.stringify(join(examples, 'unread-widget.ts'))})
  `)
  const bob = await house.client('bob')
  await house.connectAccount(bob, 'letters', { own: 'bob@example.org', secret: 'a secret of this test' })
  const page = await run(t, stage, join(folder, 'page.mjs'))
  await page.says(/shows …[\s\S]*shows 0/)
  const mail = stage.network.wire('bob@example.org')
  await mail.letters([{ sender: { kind: 'email', address: 'alice@friend.example', raw: 'alice@friend.example' }, recipients: [{ kind: 'email', address: 'bob@example.org', role: 'to' }], text: 'Hello' }])
  await bob.until(() => bob.events.some(({ type }) => type === 'contact.changed'))
  const { items } = await bob.call<{ items: { id: string }[] }>('contact.list')
  await bob.call('friend.set', { contactId: items[0]!.id, friend: true })
  await page.says(/shows 1[\s\S]*is called \(1\) Unread/)
  const { items: logins } = await bob.call<{ items: { id: string, kind: string }[] }>('session.list')
  await bob.call('session.revoke', { id: logins.find(({ kind }) => kind === 'session')!.id })
  await page.says(/says Sign in to see it/)
})
