import t from 'tap'
import { settingsFor } from '../connectors/email/recording-account.ts'
import { openChromium, openPage } from '../servers/chromium.ts'
import { alicesChat, alicesNumber, adasNumber, expected, looksGood, openTown, password, townMissing } from './town.ts'

t.test('a person lives in it: search, two tabs, a while without the server, a phone, and out', { skip: townMissing, timeout: 280_000 }, async (t) => {
  const town = await openTown(t)
  const { twilio, proxy, app, url, mail } = town
  await app.admin.userAdd({ name: 'ada', password })
  const client = await town.client()
  const { id: aliceId } = await client.call<{ id: string }>('contact.put', { name: 'Alice', addresses: [{ kind: 'email', address: 'alice@friend.example' }, { kind: 'phone', address: alicesNumber }, { kind: 'xmpp', address: alicesChat }] })
  await client.call('friend.set', { contactId: aliceId, friend: true })
  await town.live(client, 'email', settingsFor(town.dovecot, 'ada'))
  const alice = await town.connectOthers(client)
  const alicesMail = (text: string) => mail('Alice <alice@friend.example>', 'Saturday at the lake', text)
  const created = (text: string) => client.until(() => client.events.some((event) => event.type === 'message.created' && String(event.data?.['text']).includes(text)), 60_000)
  await alicesMail('Who is in? The boat has room for four, and I bring the sandwiches.')
  await created('sandwiches')
  await twilio.inbound(alicesNumber, adasNumber, 'Overslept, 20 minutes late, sorry!')
  await created('Overslept')
  await alice.say('ada@example.org', 'In the train now. Keep me a seat in the boat')
  await created('In the train now')

  const browser = await openChromium(t)
  const { page, errors, elsewhere } = await openPage(browser, url, '/inbox', { login: { name: 'ada', password } })
  const keys = page.keyboard
  const says = (words: string | RegExp) => page.getByText(words).first().waitFor()
  const theirs = (text: string, on = page) => on.locator('.message-theirs', { hasText: text })
  const mine = (text: string) => page.locator('.message-mine', { hasText: text })
  const texts = (on = page) => on.locator('.message .message-text').allInnerTexts()
  await page.locator('.conversation-row', { hasText: 'Alice' }).waitFor()

  await t.test('search, and a jump to where it was said', async (t) => {
    const found = async () => (await client.call<{ items: unknown[] }>('search.query', { q: 'sandwiches' })).items.length
    for (let tries = 0; tries < 1_200 && await found() === 0; tries++) await page.waitForTimeout(50)
    await keys.press('/')
    await page.locator('input:focus').waitFor()
    await keys.type('sandw*')
    await page.locator('.search-hit mark', { hasText: 'sandwiches' }).waitFor()
    await looksGood(t, page, 'search')
    await keys.press('ArrowDown')
    await keys.press('Enter')
    await page.locator('.message-marked', { hasText: 'sandwiches' }).waitFor()
  })

  const other = await page.context().newPage()
  await t.test('two tabs in step, and a while without the server: no gap, no double', async (t) => {
    await page.locator('.conversation-row', { hasText: 'Alice' }).click()
    await theirs('In the train now').waitFor()
    await other.goto(page.url())
    await theirs('In the train now', other).waitFor()
    t.same(await texts(other), await texts())

    proxy.spoil({ kind: 'reset' })
    await says('Not connected')
    await page.locator('.composer-text').fill('Written without the server')
    await keys.press('Control+Enter')
    await mine('Written without the server').waitFor()
    await alicesMail('Here is the map of the lake')
    await twilio.inbound(alicesNumber, adasNumber, 'Which pier was it?')
    await alice.say('ada@example.org', 'I see you!')
    for (const text of ['Here is the map of the lake', 'Which pier was it?', 'I see you!']) await created(text)
    t.equal(await theirs('I see you!').count(), 0)
    proxy.heal()
    await page.getByRole('button', { name: 'Try now' }).click({ timeout: 2000 }).catch(() => undefined)
    await mine('Written without the server').locator('.status-sent').waitFor()
    await page.getByText('Not connected').waitFor({ state: 'detached' })
    await theirs('I see you!', other).waitFor()
    await other.locator('.message-mine', { hasText: 'Written without the server' }).waitFor()
    for (const one of [page, other]) for (const text of ['Here is the map of the lake', 'Which pier was it?', 'I see you!']) await theirs(text, one).waitFor()
    const all = await texts()
    t.same(all.slice(-4).sort(), ['Here is the map of the lake', 'I see you!', 'Which pier was it?', 'Written without the server'])
    t.equal(new Set(all).size, all.length, 'each once')
    t.same(await texts(other), all)

    await page.locator('.conversation-head h1').focus()
    await keys.press('Shift+p')
    await other.locator('.conversation-row', { hasText: 'Alice' }).getByText('📌').waitFor()
  })

  await t.test('a phone: one pane, and the way back', async (t) => {
    await other.setViewportSize({ width: 390, height: 780 })
    await other.locator('.folder').waitFor({ state: 'detached' })
    await theirs('I see you!', other).waitFor()
    await looksGood(t, other, 'phone')
    await other.getByRole('link', { name: 'Back to the folder' }).click()
    await other.locator('.conversation-row', { hasText: 'Alice' }).waitFor()
    t.equal(await other.evaluate('document.documentElement.scrollWidth <= innerWidth'), true)
    await looksGood(t, other, 'phone-inbox')
  })

  await t.test('signing out ends it in both tabs, and leaves no draft', async (t) => {
    const kept = `[...Object.keys(localStorage), ...Object.keys(sessionStorage)].filter((key) => key.startsWith('kinbox.draft.'))`
    // Whoever leaves right after the last letter finds it again: it is kept before the next frame.
    t.equal(await page.evaluate<string>(`(async () => {
      const box = document.querySelector('.composer-text')
      box.value = 'Not yet sent'
      box.dispatchEvent(new InputEvent('input', { bubbles: true }))
      for (let i = 0; i < 20; i++) await null
      return ${kept}.map((key) => JSON.parse(localStorage.getItem(key)).text).join()
    })()`), 'Not yet sent')
    await page.goto(url + '/settings')
    await page.getByRole('heading', { level: 1, name: 'Settings' }).waitFor()
    t.equal((await page.evaluate<string[]>(kept)).length, 1)
    await looksGood(t, page, 'settings')
    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.getByRole('heading', { level: 1, name: 'Sign in' }).waitFor()
    t.same(await page.evaluate(kept), [])
    t.same(await page.context().cookies(), [])
    await other.getByText('Your session has ended').waitFor()
    await looksGood(t, page, 'signin')
  })

  t.same(town.leaked(), [], 'no secret is logged')
  t.same(twilio.problems, [])
  t.same(elsewhere, [])
  t.same(errors.filter((text) => !expected.test(text)), [])
})
