import { createServer } from 'node:http'
import { connect } from 'node:net'
import type { AddressInfo } from 'node:net'
import t from 'tap'
import type { Test } from 'tap'
import type { Page } from 'playwright-core'
import { chromiumMissing } from '../servers/chromium.ts'
import { findings } from './axe.ts'
import { login, look, openStage, until } from './stage.ts'
import type { Stage } from './stage.ts'

// However busy the machine is: each step waits for itself.
t.setTimeout(290_000)

const png = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAoAAAAKCAIAAAACUFjqAAAAEklEQVR4nGNgkHHAj0alsUkDAIiMIHEnWcSJAAAAAElFTkSuQmCC', 'base64')
const html = '<h1>The hut</h1><img src="http://pictures.example/hut.png" alt="hut" width="10">'
const alice = 'Alice Example <alice@friend.example>'
const weak = { proof: { level: 'weak' as const, evidence: ['It is not signed by friend.example.'] } }

/** A server of somebody else, with a picture; whatever is looked up leads there. */
async function pictures(t: Test) {
  const asked: string[] = []
  const server = createServer((request, response) => {
    asked.push(`${request.headers.host}${request.url} ${request.headers.referer ?? ''}${request.headers.cookie ?? ''}`)
    response.end(png)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  return { asked, remote: { lookup: async () => ['93.184.216.34'], connect: () => connect(port, '127.0.0.1') } }
}

t.test('what a page asks of other servers, and how it looks in other languages', { skip: chromiumMissing }, async (t) => {
  const { asked, remote } = await pictures(t)
  const stage = await openStage(t, { remote })
  const { client, house, writes, contact } = stage
  await writes(alice, '', { subject: 'The hut', html })
  // She has proved herself before: what does not is no letter of hers.
  await writes(alice, '', { subject: 'A prize', html, ...weak })
  const { id } = await contact('alice@friend.example')
  await client.call('friend.set', { contactId: id, friend: true })
  const { conversationId } = await client.call<{ conversationId: string }>('contact.get', { id })
  const { items: others } = await client.call<{ items: { id: string }[] }>('conversation.list', { folder: 'other' })

  await t.test('pictures of other servers: never unasked; always from who is proven, once it is said; until it is taken back', async (t) => {
    const { page, errors, elsewhere } = await stage.open(`/c/${conversationId}`, { colorScheme: 'dark' })
    const frame = page.frameLocator('iframe.mail-frame-document')
    const hut = frame.locator('img[alt="hut"]')
    const shown = async () => {
      await frame.locator('img[alt="hut"][src]').waitFor()
      return hut.evaluate(async (image) => {
        const picture = image as unknown as { decode(): Promise<void>, naturalWidth: number }
        await picture.decode()
        return picture.naturalWidth
      })
    }
    const focused = () => page.evaluate<string>('document.activeElement === document.body ? "nothing" : document.activeElement.textContent')
    const always = page.getByRole('button', { name: 'Always from this sender' })
    await hut.waitFor()
    await always.waitFor()
    t.same(asked, [], 'nobody is asked unasked')
    await look(page, 'pictures-blocked')
    t.same(await findings(page), [])
    await always.press('Enter')
    t.equal(await shown(), 10)
    t.same(asked, ['pictures.example/hut.png '], 'by the proxy, without a word about the reader')
    t.not(await focused(), 'nothing')
    await page.getByText('Pictures of other servers are always shown from this sender.').waitFor()
    await look(page, 'pictures-always')
    await page.reload()
    t.equal(await shown(), 10, 'the next time unasked')
    t.equal(await always.count(), 0)

    const before = asked.length
    await page.goto(`${house.app.url}/c/${others[0]!.id}`)
    await hut.waitFor()
    await page.getByRole('button', { name: 'Show pictures' }).waitFor()
    t.equal(await always.count(), 0, 'what does not prove its sender is not asked about for good')
    t.equal(await page.locator('.proof-conflicting').count(), 1)
    t.equal(asked.length, before)

    await page.goto(`${house.app.url}/person/${id}`)
    const box = page.getByLabel('Always show pictures of other servers')
    await until(t, page, '[...document.querySelectorAll("input[type=checkbox]")].some((one) => one.checked && one.parentElement.textContent.includes("pictures of other servers"))')
    await look(page, 'pictures-person')
    await box.press('Space')
    await client.until(() => client.events.findLast(({ type, id: of }) => type === 'contact.changed' && of === id)?.data?.['pictures'] === undefined)
    await page.goto(`${house.app.url}/c/${conversationId}`)
    await hut.waitFor()
    const show = page.getByRole('button', { name: 'Show pictures' })
    await show.waitFor()
    t.equal(asked.length, before, 'taken back: nobody was asked until now')
    await show.press('Enter')
    t.equal(await shown(), 10)
    await always.press('Enter')
    await page.getByRole('button', { name: 'No longer' }).press('Enter')
    await show.waitFor()
    t.not(await focused(), 'nothing')
    t.equal((await contact('alice@friend.example')).pictures, undefined)
    t.same(elsewhere, [], 'the browser asked nobody but the server')
    t.same(errors, [])
  })

  await t.test('in German the reasons, warnings and refusals of the server are German too', async (t) => {
    await writes('Bob <bob@friend.example>', 'Hallo', { proof: { level: 'verified', evidence: ['Signed by friend.example, the sender\'s domain (DKIM).'] } })
    await writes('Alice Example <alice@evil.test>', 'Ich bin es', weak)
    const { page, errors } = await stage.open('/other', { locale: 'de-DE' })
    const row = page.locator('.conversation-row', { hasText: 'Bob' })
    await row.locator('.conversation-why', { hasText: 'Niemand, den du kennst, hat je von bob@friend.example geschrieben.' }).waitFor()
    await page.locator('.conversation-row', { hasText: 'Ich bin es' }).click()
    await page.locator('.message-warnings', { hasText: 'Es trägt den Namen von Alice Example aus deinem Freundeskreis, kommt aber von einer fremden Adresse.' }).waitFor()
    await page.locator('.way-because', { hasText: 'Die letzte Nachricht von dort kam per Mail' }).waitFor()
    await look(page, 'german')
    await page.locator('.message').getByRole('button', { name: 'Einzelheiten' }).press('Enter')
    const dialog = page.getByRole('dialog')
    await dialog.getByText('Es ist nicht von friend.example unterschrieben.').waitFor()
    t.same(await findings(page), [])
    await page.goto(house.app.url + '/rules')
    await page.locator('#scope').selectOption('domain')
    await page.getByLabel('Welche?').fill('no domain')
    await page.getByLabel('Welche?').press('Enter')
    await page.locator('.wrong', { hasText: /^Etwas daran ist nicht, wie es sein muss\. \(.*domain.*\)$/ }).waitFor()
    t.same(errors, [])
  })

  await t.test('from right to left, on a phone: every screen', (t) => rightToLeft(t, stage, conversationId, id))
})

/** For the page: what stands out of the screen to a side and is not in something that scrolls; at most three. */
const outside = `[...document.querySelectorAll('body *')].filter((one) => {
  const { left, right, width } = one.getBoundingClientRect()
  if (width === 0 || (left >= -1 && right <= innerWidth + 1) || one.closest('.for-readers, .skip')) return false
  for (let up = one.parentElement; up; up = up.parentElement) if (getComputedStyle(up).overflowX !== 'visible') return false
  return true
}).slice(0, 3).map((one) => one.outerHTML.slice(0, 160))`

/**
 * The page speaks no language from right to left yet, so this test lends it one: the English words in Arabic letters, under the name
 * of a language whose direction i18next knows. Everything else is the page as it is built.
 */
async function rightToLeft(t: Test, { browser, house, writes, client }: Stage, conversationId: string, contactId: string): Promise<void> {
  await writes(alice, 'שלום לכולם, נתראה מחר', { subject: 'שלום' })
  await client.call('message.send', { clientId: '01990000-0000-7000-8000-000000000001', conversationId, text: 'An answer from left to right' })
  const context = await browser.newContext({ locale: 'ar', viewport: { width: 390, height: 780 }, colorScheme: 'dark', hasTouch: true })
  await context.request.post(house.app.url + '/v1/login', { data: login })
  const lent: string[] = []
  const lend = (pattern: RegExp, change: (text: string) => string) => context.route(pattern, async (route) => {
    const response = await route.fetch()
    const text = await response.text()
    const changed = change(text)
    if (changed !== text) lent.push(pattern.source)
    await route.fulfill({ response, body: changed })
  })
  const letters = 'ابتثجحخدذرزسشصضطظعغفقكلمنه'
  const arabic = (text: string) => text.replace(/{{\w+}}|[a-z]/gi, (found) => found.startsWith('{{') ? found : letters[found.toLowerCase().charCodeAt(0) - 97]!)
  await lend(/\/assets\/words-en-[^/]+\.js$/, (code) => code.replace(/`(?:[^`\\]|\\.)*`/g, arabic))
  await lend(/\/assets\/index-[^/]+\.js$/, (code) => code.replace(/\ben:\(\)=>/, 'ar:()=>').replace(/\ben:(["'`])English\1/, 'ar:`العربية`'))
  const page: Page = await context.newPage()
  page.setDefaultTimeout(60_000)
  const errors: string[] = []
  page.on('pageerror', (error) => errors.push(String(error)))
  const paths: [string, string, string][] = [
    ['inbox', '/inbox', '.conversation-row'], ['other', '/other', '.conversation-row'], ['conversation', `/c/${conversationId}`, '.message-mine'], ['person', `/person/${contactId}`, '.person-address'], ['search', '/search?q=hut', '#search-q'],
    ['screener', '/screener', '.waiting, .tabs'], ['streams', '/streams', '.tabs'], ['rules', '/rules', '#scope'], ['accounts', '/accounts', '.state'], ['settings', '/settings', '#language'], ['friends', '/settings/friends', '.check'], ['digest', '/settings/other', '#digest'],
    ['logins', '/settings/logins', '.login'], ['new', '/new', '.composer']
  ]
  for (const [name, path, there] of paths) {
    await page.goto(house.app.url + path)
    await page.locator(there).first().waitFor()
    await look(page, `rtl-${name}`)
    t.same(await page.evaluate('[document.documentElement.dir, getComputedStyle(document.body).direction, document.documentElement.lang]'), ['rtl', 'rtl', 'ar'], name)
    t.equal(await page.evaluate('document.documentElement.scrollWidth <= innerWidth'), true, `${name}: nothing is wider than the screen`)
    t.same(await page.evaluate(outside), [], `${name}: nothing stands out of it`)
    if (name === 'other') t.equal(await page.evaluate('(() => { const name = document.querySelector(".conversation-name"); return Math.round(name.getBoundingClientRect().right - name.firstElementChild.getBoundingClientRect().right) })()'), 0, 'a name in other letters begins where the line does')
  }
  t.same([...new Set(lent)].length, 2, 'the language was lent')

  await page.goto(`${house.app.url}/c/${conversationId}`)
  const mine = page.locator('.message-mine .message-box').last()
  await mine.waitFor()
  const directions = (text: string) => page.locator('.message-text', { hasText: text }).last().evaluate((element) => {
    const view = element.ownerDocument.defaultView as unknown as { getComputedStyle(one: unknown): { direction: string } }
    return [element.getAttribute('dir'), view.getComputedStyle(element).direction]
  })
  t.same(await directions('שלום'), ['auto', 'rtl'])
  t.same(await directions('An answer'), ['auto', 'ltr'], 'each text in its own direction')
  const at = await mine.boundingBox()
  t.ok(at!.x < 390 - (at!.x + at!.width), 'what one writes oneself stands at the end of the line: on the left')
  t.same(await findings(page), [])
  await page.setViewportSize({ width: 1280, height: 800 })
  await look(page, 'rtl-wide')
  const nav = await page.locator('.nav').boundingBox()
  t.equal(Math.round(nav!.x + nav!.width), 1280, 'the navigation begins on the right')
  t.same(await page.evaluate(outside), [])
  t.same(errors, [])
  await context.close()
}
