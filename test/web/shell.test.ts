import t from 'tap'
import { openHouse } from '../fixtures/house.ts'
import { playNetwork, secret } from '../fixtures/network.ts'
import { chromiumMissing, openChromium, openPage } from '../servers/chromium.ts'
import { findings } from './axe.ts'
import { quickly } from './stage.ts'

const password = 'correct horse battery'
const refused = /Failed to load resource: the server responded with a status of 4|WebSocket connection to|WebSocket is already|ERR_INTERNET_DISCONNECTED/

t.test('signing in, and what stands around every screen', { skip: chromiumMissing }, async (t) => {
  const network = playNetwork(t)
  const house = await openHouse(t, { world: { connectors: network.connectors } })
  await house.addUser('bob', password)
  const client = await house.client('bob')
  await house.connectAccount(client, 'letters', { own: 'bob@example.org', secret })
  const browser = await openChromium(t)
  const { page, errors, elsewhere } = await openPage(browser, house.app.url, '/settings/logins')
  const heading = (name: string) => page.getByRole('heading', { level: 1, name }).waitFor()

  await t.test('sign in: a wrong password is said in words, too many with the time to wait', async (t) => {
    await heading('Sign in')
    t.equal(await page.evaluate(`document.activeElement?.getAttribute('name')`), 'username')
    await page.keyboard.type('bob')
    await page.keyboard.press('Tab')
    await page.keyboard.type('wrong')
    await page.keyboard.press('Enter')
    await page.getByRole('alert').getByText('Name or password is wrong').waitFor()
    t.same(await findings(page), [])
    for (let tries = 0; tries < 12 && await page.getByText('Too many tries').count() === 0; tries++) {
      const answer = page.waitForResponse((response) => response.url().endsWith('/v1/login'))
      await page.keyboard.press('Enter')
      await answer
      await page.getByRole('button', { name: 'Sign in' }).isEnabled()
    }
    t.match(await page.getByRole('alert').textContent(), /Too many tries\. Wait \d+ seconds?/)
  })

  // The name is slowed down now; a code from the server's terminal comes in all the same.
  await page.goto(`${house.app.url}/login#code=${await house.app.doorCode('bob')}`)

  await t.test('inside: a heading with the focus, keys for every place, help, a way past the navigation', async (t) => {
    await heading('Inbox')
    t.equal(await quickly(page, 'g', 's'), 'H1', 'the focus goes to the heading')
    await heading('Settings')
    t.match(await page.title(), /^Settings · Kinbox$/)
    await quickly(page, '?', 'g', 'c')
    const dialog = page.getByRole('dialog', { name: 'Keys' })
    await dialog.getByText('Show these keys').waitFor()
    for (let i = 0; i < 5; i++) await page.keyboard.press('Tab')
    t.equal(await page.evaluate(`document.activeElement === document.body || document.querySelector('dialog').contains(document.activeElement)`), true, 'the focus stays in the dialog')
    await page.keyboard.press('Escape')
    await dialog.waitFor({ state: 'detached' })
    t.equal(new URL(page.url()).pathname, '/settings', 'and its keys were those of the dialog, from the first one on')
    t.equal(await page.evaluate(`document.activeElement?.tagName`), 'H1', 'and goes back to where it came from')
    await page.goBack()
    await heading('Inbox')
    await page.goForward()
    await heading('Settings')
    await quickly(page, 'g', 'c')
    await heading('Accounts')
    await page.getByText('bob@example.org').first().waitFor()
    await page.getByText('Connected').waitFor()
  })

  await t.test('dark, light and German, phone and desktop: nothing serious for axe-core', async (t) => {
    for (const [path, name] of [['/accounts', 'Accounts'], ['/settings', 'Settings'], ['/settings/logins', 'Sessions and tokens'], ['/settings/addresses', 'Addresses and signatures']] as const) {
      await page.goto(house.app.url + path)
      await heading(name)
      await page.waitForLoadState('networkidle')
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme })
        t.same(await findings(page), [], `${path} ${colorScheme}`)
      }
    }
    await page.setViewportSize({ width: 360, height: 640 })
    await page.goto(house.app.url + '/settings')
    await heading('Settings')
    t.equal(await page.evaluate(`document.documentElement.scrollWidth <= window.innerWidth`), true, 'nothing is wider than a phone')
    t.same(await findings(page), [])
    await page.getByLabel('Language').selectOption('de')
    await heading('Einstellungen')
    t.equal(await page.evaluate(`document.documentElement.lang`), 'de')
    await page.getByLabel('Farben').selectOption('dark')
    await page.reload()
    await heading('Einstellungen')
    t.equal(await page.evaluate(`document.documentElement.dataset['theme']`), 'dark', 'kept in this browser')
    await page.getByLabel('Sprache').selectOption('en')
    await page.setViewportSize({ width: 1280, height: 800 })
  })

  await t.test('a token is shown once, and ended', async (t) => {
    await page.goto(house.app.url + '/settings/logins')
    await page.getByLabel('For which program?').fill('kitchen display')
    await page.keyboard.press('Enter')
    const token = await page.getByLabel(/Your new token/).inputValue()
    const other = await house.client('bob', { token })
    await page.getByRole('button', { name: 'I have copied it' }).click()
    t.equal((await page.content()).includes(token), false)
    await page.getByRole('button', { name: 'End: kitchen display' }).click()
    t.match(await other.closed, { code: 4410 })
  })

  await t.test('a line that is cut is said, and comes back by itself', async (t) => {
    await page.context().setOffline(true)
    await house.restart()
    await page.getByText('Not connected').waitFor()
    await page.context().setOffline(false)
    await page.getByText('Not connected').waitFor({ state: 'detached' })
    // It hears again what happens: a token that is made elsewhere comes into the list.
    await (await house.client('bob')).call('token.create', { name: 'made elsewhere' })
    await page.getByText('made elsewhere').waitFor()
    t.equal(await page.getByText('Not connected').count(), 0)
  })

  await t.test('a session that is ended elsewhere; signing out', async (t) => {
    const { page: second } = await openPage(browser, house.app.url, `/login#code=${await house.app.doorCode('bob')}`)
    await second.getByRole('heading', { level: 1, name: 'Inbox' }).waitFor()
    const here = await second.evaluate(`location.pathname`)
    t.equal(here, '/inbox')
    const { items } = await (await house.client('bob')).call<{ items: { id: string, kind: string }[] }>('session.list')
    const newest = items.find(({ kind }) => kind === 'session')!
    await (await house.client('bob')).call('session.revoke', { id: newest.id })
    await second.getByText('Your session has ended').waitFor()

    const connected = page.waitForEvent('websocket')
    await page.goto(house.app.url + '/settings')
    const closed = (await connected).waitForEvent('close')
    let excused = -1
    // The connection ends before the answer is there.
    await page.route('**/v1/logout', async (route) => {
      const response = await route.fetch()
      await closed
      await page.evaluate('new Promise(requestAnimationFrame)')
      excused = await page.getByText('Your session has ended').count()
      await route.fulfill({ response })
    })
    await page.getByRole('button', { name: 'Sign out' }).click()
    await heading('Sign in')
    t.equal(excused, 0, 'who signs out needs no excuse')
    t.equal(await page.getByText('Your session has ended').count(), 0)
    t.equal((await page.context().cookies()).length, 0)
  })

  await t.test('who signs in in one tab is signed in in the others', async (t) => {
    const other = await page.context().newPage()
    await other.goto(house.app.url + '/settings')
    await other.getByRole('heading', { level: 1, name: 'Sign in' }).waitFor()
    await page.goto(`${house.app.url}/login#code=${await house.app.doorCode('bob')}`)
    await heading('Inbox')
    await other.getByRole('heading', { level: 1, name: 'Settings' }).waitFor()
    t.equal(new URL(other.url()).pathname, '/settings', 'where it was')
  })

  t.same(elsewhere, [])
  t.same(errors.filter((text) => !refused.test(text)), [])
})
