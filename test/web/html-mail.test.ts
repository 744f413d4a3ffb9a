import { writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { connect } from 'node:net'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import t from 'tap'
import { openHouse } from '../fixtures/house.ts'
import { tempFolder } from '../fixtures/store.ts'
import { chromiumMissing, openChromium, openPage } from '../servers/chromium.ts'

const png = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAoAAAAKCAIAAAACUFjqAAAAEklEQVR4nGNgkHHAj0alsUkDAIiMIHEnWcSJAAAAAElFTkSuQmCC', 'base64')
const html = `<html><head><style>h1{color:rgb(0, 90, 90)}</style></head><body><h1>The hut is booked</h1><p style="color:rgb(200, 0, 0)">From the 3rd to the 5th.</p>
<img src="cid:map@friend" alt="map" width="10"><img src="http://pictures.example/hut.png" alt="hut" width="10"><img src="http://pictures.example/open.gif" width="1" height="1">
<p><a href="https://evil.test/pay">www.hut-booking.com</a></p><script>alert(1)</script><img src=x onerror=alert(2)></body></html>`
const mail = [
  'From: Alice <alice@friend.example>', 'To: ada@example.org', 'Subject: The hut', 'Date: Mon, 02 Nov 2026 10:00:00 +0000', 'Message-ID: <hut@friend.example>', 'MIME-Version: 1.0', 'Content-Type: multipart/related; boundary=b', '',
  '--b', 'Content-Type: text/html; charset=utf-8', '', html, '--b', 'Content-Type: image/png', 'Content-ID: <map@friend>', 'Content-Disposition: inline; filename="map.png"', 'Content-Transfer-Encoding: base64', '', png.toString('base64'), '--b--', ''
].join('\r\n')

t.test('a mail in the real page: its own pictures at once, those of other servers when asked, through the proxy', { skip: chromiumMissing, timeout: 280_000 }, async (t) => {
  const asked: string[] = []
  const pictures = createServer((request, response) => {
    asked.push(`${request.headers.host}${request.url} ${request.headers.referer ?? ''}${request.headers.cookie ?? ''}`)
    response.end(png)
  })
  await new Promise<void>((resolve) => pictures.listen(0, '127.0.0.1', resolve))
  t.teardown(() => {
    pictures.closeAllConnections()
    pictures.close()
  })
  const { port } = pictures.address() as AddressInfo
  const house = await openHouse(t, { world: { remote: { lookup: async () => ['93.184.216.34'], connect: () => connect(port, '127.0.0.1') } } })
  await house.addUser('eve', 'correct horse battery')
  const folder = await tempFolder(t)
  await writeFile(join(folder, 'hut.eml'), mail)
  await house.app.admin.importFiles({ user: 'eve', own: ['ada@example.org'], paths: [join(folder, 'hut.eml')] }, { progress: () => {}, signal: new AbortController().signal })
  const eve = await house.client('eve')
  const { items: [conversation] } = await eve.call<{ items: { id: string }[] }>('conversation.list', { folder: 'other' })

  const browser = await openChromium(t)
  const { page, errors, elsewhere } = await openPage(browser, house.app.url, `/c/${conversation!.id}`, { login: { name: 'eve', password: 'correct horse battery' } })
  const asLaidOut = page.getByRole('button', { name: /layout|laid out|original/i }).first()
  const element = page.locator('iframe.mail-frame-document')
  await Promise.race([element.waitFor(), asLaidOut.waitFor()])
  if (!await element.isVisible()) await asLaidOut.click()
  const frame = page.frameLocator('iframe.mail-frame-document')
  await frame.locator('h1').waitFor()
  const colour = (selector: string) => frame.locator(selector).first().evaluate((found) => (found.ownerDocument.defaultView as unknown as { getComputedStyle(element: unknown): { color: string } }).getComputedStyle(found).color)
  const decoded = (alt: string) => frame.locator(`img[alt="${alt}"]`).evaluate((image) => (image as unknown as { decode(): Promise<void> }).decode())
  const loaded = (alt: string) => frame.locator(`img[alt="${alt}"]`).evaluate((image) => (image as unknown as { naturalWidth: number }).naturalWidth)
  t.same([await colour('h1'), await colour('p')], ['rgb(0, 90, 90)', 'rgb(200, 0, 0)'], 'styles of its sheet and its own')
  await decoded('map')
  t.equal(await loaded('map'), 10, 'the picture that came with it')
  t.equal(await loaded('hut'), 0, 'the picture of another server is not there')
  t.same(asked, [], 'and nobody was asked for it')
  t.match(await frame.locator('.k-goes').textContent(), /www\.hut-booking\.com.*evil\.test/)
  t.match(await element.getAttribute('sandbox'), /^(?!.*(?:scripts|same-origin))/)

  await page.getByRole('button', { name: 'Show pictures' }).click()
  await frame.locator('img[alt="hut"][src]').waitFor()
  await decoded('hut')
  t.equal(await loaded('hut'), 10)
  t.same(asked, ['pictures.example/hut.png '], 'once, by the server, without a word about the reader; the pixel never')
  t.same(elsewhere, [], 'the browser asked nobody but the server')
  t.same(errors, [])
})
