import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import t from 'tap'
import { build } from 'vite'
import type { Rolldown } from 'vite'
import { openHouse } from '../fixtures/house.ts'
import { playNetwork, secret } from '../fixtures/network.ts'
import { chromiumMissing, openChromium, openPage } from '../servers/chromium.ts'

const sdk = join(import.meta.dirname, '../../sdk')
const login = { name: 'grace', password: 'correct horse battery staple' }
const sender = { kind: 'email', address: 'alice@friend.example', name: 'Alice', raw: 'Alice <alice@friend.example>' }

/** The example as a bundler makes it, by path. */
async function bundled(): Promise<Map<string, string>> {
  const { output } = await build({
    root: join(sdk, 'examples'), configFile: false, logLevel: 'silent', resolve: { alias: { '@kinbox/client': join(sdk, 'index.ts') } },
    build: { write: false, modulePreload: false, target: 'es2022', rolldownOptions: { input: join(sdk, 'examples/unread-widget.html') } }
  }) as Rolldown.RolldownOutput
  return new Map(output.map((file) => ['/' + file.fileName, file.type === 'chunk' ? file.code : String(file.source)]))
}

t.test('the example widget, on a page of somebody else: it shows the number, follows it to 0 and back, and says when it is old', { skip: chromiumMissing }, async (t) => {
  const files = await bundled()
  let server = ''
  // Another site, which the user's own server lists.
  const site = createServer(({ url = '' }, response) => {
    const found = files.get(url)?.replace('<output id="unread"', `<output id="unread" data-kinbox="${server}"`)
    response.writeHead(found === undefined ? 404 : 200, { 'content-type': url.endsWith('.js') ? 'text/javascript' : 'text/html' }).end(found)
  })
  await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve))
  t.teardown(() => { site.closeAllConnections(); site.close() })
  const origin = `http://127.0.0.1:${(site.address() as AddressInfo).port}`
  const network = playNetwork(t)
  const house = await openHouse(t, { world: { connectors: network.connectors }, config: { origins: [origin] } })
  server = house.app.url
  await house.addUser(login.name, login.password)
  const client = await house.client(login.name)
  await house.connectAccount(client, 'letters', { own: 'grace@example.org', secret })
  const mail = network.wire('grace@example.org')
  const browser = await openChromium(t)
  const { page } = await openPage(browser, house.app.url, '/inbox', { login })
  await page.goto(origin + '/unread-widget.html')
  const shows = (text: string) => page.locator('#unread', { hasText: new RegExp(`^${text}$`) }).waitFor()

  await shows('0')
  t.equal(await page.title(), 'Unread')
  await mail.letters([{ sender, text: 'Hello' }])
  const { items: [alice] } = await client.call<{ items: { id: string }[] }>('contact.list')
  await client.call('friend.set', { contactId: alice!.id, friend: true })
  await shows('1')
  t.equal(await page.title(), '(1) Unread')
  await mail.letters([{ sender, text: 'Hello again' }])
  await shows('2')
  const { items: [conversation] } = await client.call<{ items: { id: string, lastMessage: { id: string } }[] }>('conversation.list', { folder: 'inbox' })
  await client.call('conversation.markRead', { id: conversation!.id, upTo: conversation!.lastMessage.id })
  await shows('0')
  t.equal(await page.title(), 'Unread')

  await page.reload()
  await shows('0')
  await house.restart()
  await mail.letters([{ sender, text: 'While it was away' }]).catch(async () => {
    await client.closed
    const again = await house.client(login.name)
    await again.until(() => network.wire('grace@example.org').open)
    await mail.letters([{ sender, text: 'While it was away' }])
  })
  await shows('1')
})
